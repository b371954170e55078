"""The ways of an OpenStreetMap extract that can be walked or cycled, read by pyosmium into plain arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import osmium
from pyproj import Transformer

from study.crs import WGS84
from study.errors import SourceError
from transport.contraction import Pieces, distinct_places, drawn_once
from transport.street_rules import Passage, read_street_rules

# OpenStreetMap keeps seven decimals of a degree.
PER_DEGREE = 1e7
# Well-known binary of a line: byte order (the machine's own), type and count, then two doubles a corner.
HEX_HEADER, HEX_A_CORNER = 2 * (1 + 4 + 4), 2 * (8 + 8)


@dataclass(frozen=True, eq=False)
class Ways:
    """Every piece of every way that can be walked or cycled.

    Attributes
    ----------
    xy : ndarray of float, shape (corners, 2)
        Every corner, metres.
    a, b : ndarray of int, shape (n,)
        The corners of each piece, as it is drawn.
    walk, cycle_forward, cycle_backward, steps : ndarray of bool, shape (n,)
        As in `transport.street_rules.Passage`.
    """

    xy: np.ndarray
    a: np.ndarray
    b: np.ndarray
    walk: np.ndarray
    cycle_forward: np.ndarray
    cycle_backward: np.ndarray
    steps: np.ndarray

    def of_mode(self, mode: str) -> Pieces:
        """Return the pieces open to a mode, each drawn once."""
        forward, backward = self.cycle_forward, self.cycle_backward
        if mode == "walk":
            forward = backward = self.walk
        pieces = Pieces(self.xy, self.a, self.b, forward, backward, self.steps)
        return drawn_once(pieces.kept(forward | backward))


def read_ways(path: Path, crs: str) -> Ways:
    """Read the ways that can be walked or cycled.

    Parameters
    ----------
    path : Path
        A ``.osm.pbf`` file.
    crs : str
        CRS of the result, in metres.

    Raises
    ------
    SourceError
        If the file cannot be read.

    Notes
    -----
    An extract cut at an edge leaves out nodes beyond it; the pieces before and after do not join.
    """
    passages: list[Passage] = []
    runs: list[str] = []
    try:
        for passage, run in _open_runs(path):
            passages.append(passage)
            runs.append(run)
    except (RuntimeError, OSError) as error:
        raise SourceError(
            f"The OpenStreetMap extract cannot be read: {error}.",
            where=str(path),
            do="Fetch it again; it must be a .osm.pbf file.",
        ) from error
    degrees = np.frombuffer(bytes.fromhex("".join(runs))).reshape(-1, 2)
    run_of = np.repeat(np.arange(len(runs)), [len(run) // HEX_A_CORNER for run in runs])
    xy, corner = _in_metres(degrees, crs)
    joined = np.flatnonzero(run_of[:-1] == run_of[1:])
    flags = np.array(passages, dtype=bool).reshape(-1, len(Passage._fields))[run_of[joined]]
    return Ways(xy, corner[joined], corner[joined + 1], *flags.T)


def _open_runs(path: Path) -> Iterator[tuple[Passage, str]]:
    """Yield each way open to somebody, and its corners' degrees as hexadecimal text, two doubles a corner.

    A way cut by the extract's edge comes as several.
    """
    rules = read_street_rules()
    keys = rules.keys()
    said: dict[tuple[str | None, ...], Passage] = {}
    lines = osmium.geom.WKBFactory()
    for way in _highways(path):
        tags = way.tags
        values = tuple([tags.get(key) for key in keys])
        passage = said.get(values)
        if passage is None:
            passage = said[values] = rules.passage(dict(zip(keys, values, strict=True)))
        if not (passage.walk or passage.cycle_forward or passage.cycle_backward):
            continue
        try:
            # A hundred times faster than asking node by node.
            yield passage, lines.create_linestring(way, osmium.geom.use_nodes.ALL)[HEX_HEADER:]
        except (osmium.InvalidLocationError, RuntimeError):
            for run in _runs_of_known_nodes(way):
                yield passage, np.array(run, dtype=float).tobytes().hex()


def _highways(path: Path) -> osmium.FileProcessor:
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    only_ways = osmium.filter.EntityFilter(osmium.osm.WAY)
    return reader.with_filter(only_ways).with_filter(osmium.filter.KeyFilter("highway"))


def _runs_of_known_nodes(way: osmium.osm.Way) -> list[list[tuple[float, float]]]:
    """Return the parts of a way whose nodes are in the extract, those of two nodes or more."""
    runs: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append((node.location.lon, node.location.lat))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


@lru_cache(maxsize=8)
def _to_metres(crs: str) -> Transformer:
    return Transformer.from_crs(WGS84, crs, always_xy=True)


def _in_metres(degrees: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Return every corner once, projected, and which of them each place is."""
    whole = np.rint(degrees * PER_DEGREE).astype(np.int64)
    _, first, corner = np.unique((whole[:, 0] << 32) + whole[:, 1], return_index=True, return_inverse=True)
    xy = np.stack(_to_metres(crs).transform(*degrees[first].T), axis=1)
    # Corners that fall on one place of the result are one.
    places, place = distinct_places(xy)
    return places, place[corner]
