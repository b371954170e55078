"""The street networks of a study area, for walking and for cycling: contracted, kept as small tables.

Gradients, surface, kerbs, waiting at crossings and lights, and opening hours of gates are not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from study.errors import DataError, SourceError
from transport.contraction import Pieces, contracted, main_component, pieces_of
from transport.coverage import street_coverage
from transport.openstreetmap_ways import read_ways
from transport.street_network import MODES, Mode, StreetNetwork

TILE_M = 1_000.0
# What the files of each mode are called. The coverage is of the streets that network is read from.
_EDGES = {"walk": "edges.parquet", "cycle": "cycle_edges.parquet"}
_COVERAGE = {"walk": "coverage.parquet", "cycle": "cycle_coverage.parquet"}


class StreetNetworks(NamedTuple):
    """The networks of one place. `cycle` is None where nothing can be cycled."""

    walk: StreetNetwork
    cycle: StreetNetwork | None


def read_walk_streets(path: Path, *, crs: str, within: shapely.Geometry | None = None) -> StreetNetwork:
    """Read the walking network from an OpenStreetMap extract.

    Parameters
    ----------
    path, crs, within
        As for `read_street_networks`.

    Returns
    -------
    StreetNetwork
        The largest connected part: a point must not be tied to a path that leads nowhere.

    Raises
    ------
    SourceError
        If the file cannot be read, or holds no streets here.
    """
    walk, _ = _read_pieces(path, crs, {"walk": within})
    return _network(walk, crs=crs, mode="walk")


def read_street_networks(
    path: Path, *, crs: str, within: shapely.Geometry | Mapping[Mode, shapely.Geometry] | None = None
) -> StreetNetworks:
    """Read the walking and the cycling network from an OpenStreetMap extract, in one pass over the file.

    Parameters
    ----------
    path : Path
        A ``.osm.pbf`` file.
    crs : str
        CRS of the result, in metres.
    within : shapely.Geometry, or one by mode, optional
        Leave out what lies beyond this, in `crs`. Give it room: who lives at the edge goes across it.

    Returns
    -------
    StreetNetworks
        For walking the largest connected part; for cycling the largest part in which every place can be got to
        and left again (strongly connected): a one-way street out of the extract leads nowhere.

    Raises
    ------
    SourceError
        If the file cannot be read, or holds no streets to walk along here.
    """
    grounds = within if isinstance(within, Mapping) else dict.fromkeys(MODES, within)
    walk_pieces, cycle_pieces = _read_pieces(path, crs, grounds)
    walk = _network(walk_pieces, crs=crs, mode="walk")
    if not len(cycle_pieces):
        return StreetNetworks(walk, None)
    known = walk.coverage if grounds["walk"] is grounds["cycle"] else None
    return StreetNetworks(walk, _network(cycle_pieces, crs=crs, mode="cycle", coverage=known))


def _read_pieces(
    path: Path, crs: str, grounds: Mapping[Mode, shapely.Geometry | None]
) -> tuple[Pieces, Pieces]:
    """Return the pieces that can be walked, of which there are some, and those that can be cycled."""
    ways = read_ways(path, crs)
    pieces = {}
    for mode in MODES:
        passable = ways.of_mode(mode)
        within = grounds.get(mode)
        if within is not None and len(passable):
            shapely.prepare(within)
            middle = (passable.xy[passable.a] + passable.xy[passable.b]) / 2
            passable = passable.kept(shapely.intersects_xy(within, *middle.T))
        pieces[mode] = passable
    if not len(pieces["walk"]):
        raise SourceError(
            "The OpenStreetMap extract holds no streets that can be walked here.",
            where=str(path),
            do="Check that it covers this place.",
        )
    return pieces["walk"], pieces["cycle"]


def network_of(
    segments: np.ndarray,
    *,
    crs: str,
    mode: Mode = "walk",
    one_way: np.ndarray | None = None,
    steps: np.ndarray | None = None,
) -> StreetNetwork:
    """Return the network made of straight pieces of street.

    Parameters
    ----------
    segments : ndarray of float, shape (n, 2, 2)
        Both ends of each piece, metres. Pieces meet where their ends are equal, and only there: a bridge
        does not meet the road below.
    crs : str
        Their CRS.
    mode : str
        "walk" or "cycle".
    one_way, steps : ndarray of bool, shape (n,), optional
        Pieces along which one may go from first to second end only, and those that are steps; none by default.
    """
    backward = None if one_way is None else ~np.asarray(one_way, dtype=bool)
    pieces = pieces_of(np.asarray(segments, dtype=float), backward=backward, steps=steps)
    return _network(pieces, crs=crs, mode=mode)


def _network(
    pieces: Pieces, *, crs: str, mode: Mode, coverage: shapely.Geometry | None = None
) -> StreetNetwork:
    edges = contracted(main_component(pieces, strong=mode == "cycle"))
    lines = shapely.linestrings(edges.xy, indices=edges.edge)
    known = street_coverage(lines) if coverage is None else coverage
    return StreetNetwork(lines, edges.start, edges.end, known, crs, mode, edges.one_way, edges.steps)


def street_lines(network: StreetNetwork, *, tolerance_m: float) -> gpd.GeoDataFrame:
    """Return the streets as thin lines for the base map.

    Parameters
    ----------
    network : StreetNetwork
        The walking network.
    tolerance_m : float
        Corners nearer to the line than this are left out.

    Returns
    -------
    GeoDataFrame
        Table ``street_lines``: the streets of each square of `TILE_M` as one shape, indexed by ``line_id``,
        in the network's CRS. One shape a street would cost more in brackets than in corners.
    """
    shapes = shapely.simplify(network.lines, tolerance_m)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(shapes, 0.5, normalized=True))
    _, tile = np.unique(np.floor(middle / TILE_M), axis=0, return_inverse=True)
    order = np.argsort(tile, kind="stable")
    tiles = shapely.multilinestrings(shapes[order], indices=tile[order])
    index = pd.RangeIndex(len(tiles), name="line_id").astype(np.int64)
    return gpd.GeoDataFrame(geometry=tiles, crs=network.crs, index=index)


def write_streets(network: StreetNetwork, folder: Path) -> None:
    """Write a network as two tables of its mode into a folder, which is made.

    Walking: ``edges.parquet`` and ``coverage.parquet``; cycling: ``cycle_edges.parquet`` and
    ``cycle_coverage.parquet``. Both may lie in one folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    columns = {
        "start": network.start.astype(np.int32),
        "end": network.end.astype(np.int32),
        "one_way": network.one_way,
        "steps": network.steps,
    }
    edges = gpd.GeoDataFrame(columns, geometry=network.lines, crs=network.crs)
    edges.to_parquet(folder / _EDGES[network.mode], index=False, compression="zstd")
    coverage = gpd.GeoDataFrame(geometry=[network.coverage], crs=network.crs)
    coverage.to_parquet(folder / _COVERAGE[network.mode], index=False)


def has_streets(folder: Path, mode: Mode = "walk") -> bool:
    """Return whether a folder holds the network of a mode."""
    return (folder / _EDGES[mode]).is_file()


def read_streets(folder: Path, mode: Mode = "walk") -> StreetNetwork:
    """Read a network that `write_streets` wrote.

    Parameters
    ----------
    folder : Path
        Where it was written.
    mode : str
        "walk" or "cycle".

    Raises
    ------
    DataError
        If an earlier version of the program wrote it, which did not know which streets are steps.
    """
    edges = gpd.read_parquet(folder / _EDGES[mode])
    missing = [name for name in ("one_way", "steps") if name not in edges]
    if missing:
        raise DataError(
            f"The streets were prepared by an earlier version: they have no {' and no '.join(missing)}.",
            where=str(folder / _EDGES[mode]),
            do="Prepare the study area again: python -m prepare AREA.",
        )
    coverage = gpd.read_parquet(folder / _COVERAGE[mode]).geometry.iloc[0]
    return StreetNetwork(
        edges.geometry.to_numpy(),
        edges["start"].to_numpy(),
        edges["end"].to_numpy(),
        coverage,
        edges.crs.to_string(),
        mode,
        edges["one_way"].to_numpy(),
        edges["steps"].to_numpy(),
    )
