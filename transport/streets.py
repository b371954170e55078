"""The walking network of a study area: read from OpenStreetMap, contracted, kept as three small tables.

Gradients, kerbs, crossings' waiting time and opening hours of gates are not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from study.crs import WGS84
from study.errors import SourceError
from transport.coverage import street_coverage

# Who may walk where, after the access defaults of the United Kingdom in OpenStreetMap's wiki ("OSM tags for
# routing/Access restrictions"): every highway but those made for motors alone.
NOT_FOR_WALKING = frozenset(
    ("motorway", "motorway_link", "bus_guideway", "busway", "raceway", "escape", "construction", "proposed")
    + ("abandoned", "razed", "demolished", "disused", "planned", "no", "rest_area", "services", "elevator")
    + ("bus_stop", "street_lamp", "emergency_bay", "trailhead")
)
CLOSED = frozenset(("no", "private", "military"))
OPEN = frozenset(("yes", "designated", "permissive", "public"))
# Millimetres do not matter, and equal places must have equal coordinates.
DECIMALS = 2
TILE_M = 1_000.0


def is_walkable(tags: Mapping[str, str]) -> bool:
    """Return whether a way's tags let the public walk along it.

    Parameters
    ----------
    tags : mapping of str to str
        OpenStreetMap tags of a way.
    """
    highway = tags.get("highway")
    if highway is None or highway in NOT_FOR_WALKING or tags.get("indoor") == "yes":
        return False
    foot = tags.get("foot")
    if foot in OPEN:
        return True
    if foot in CLOSED or foot == "use_sidepath":
        return False
    return tags.get("access") not in CLOSED


@dataclass(frozen=True)
class StreetNetwork:
    """Streets that can be walked, chains between junctions drawn together into one edge each.

    Attributes
    ----------
    lines : ndarray of shapely.LineString
        Each edge's course, in the study area's CRS (metres).
    start, end : ndarray of int
        Each edge's end nodes, 0 .. ``node_count`` - 1.
    coverage : shapely.Geometry
        The ground on which the streets are known.
    crs : str
        The study area's CRS.
    """

    lines: np.ndarray
    start: np.ndarray
    end: np.ndarray
    coverage: shapely.Geometry
    crs: str

    @property
    def node_count(self) -> int:
        """Return how many junctions and ends there are."""
        return int(max(self.start.max(initial=-1), self.end.max(initial=-1))) + 1

    @cached_property
    def length_m(self) -> np.ndarray:
        """Return each edge's length, metres."""
        return shapely.length(self.lines)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return the search tree over the edges."""
        return shapely.STRtree(self.lines)


def read_walk_streets(path: Path, *, crs: str, within: shapely.Geometry | None = None) -> StreetNetwork:
    """Read the walking network from an OpenStreetMap extract.

    Parameters
    ----------
    path : Path
        A ``.osm.pbf`` file.
    crs : str
        CRS of the result, in metres.
    within : shapely.Geometry, optional
        Leave out what lies beyond this, in `crs`. Give it room: who lives at the edge walks across it.

    Returns
    -------
    StreetNetwork
        The largest connected part: a point must not be tied to a path that leads nowhere.

    Raises
    ------
    SourceError
        If the file cannot be read, or holds no streets here.
    """
    segments = np.round(_segments(path, crs), DECIMALS)
    segments = segments[(segments[:, 0] != segments[:, 1]).any(axis=1)]
    if within is not None and len(segments):
        shapely.prepare(within)
        segments = segments[shapely.intersects_xy(within, *segments.mean(axis=1).T)]
    if not len(segments):
        raise SourceError(
            "The OpenStreetMap extract holds no streets that can be walked here.",
            where=str(path),
            do="Check that it covers this place.",
        )
    return network_of(segments, crs=crs)


def network_of(segments: np.ndarray, *, crs: str) -> StreetNetwork:
    """Return the network made of straight pieces of street.

    Parameters
    ----------
    segments : ndarray of float, shape (n, 2, 2)
        Both ends of each piece, metres. Pieces meet where their ends are equal, and only there: a bridge
        does not meet the road below.
    crs : str
        Their CRS.
    """
    segments = np.round(segments, DECIMALS)
    segments = segments[(segments[:, 0] != segments[:, 1]).any(axis=1)]
    # One piece drawn twice, or there and back, is one piece.
    order = np.lexsort((segments[:, :, 1], segments[:, :, 0]), axis=1)
    segments = np.unique(np.take_along_axis(segments, order[:, :, None], axis=1), axis=0)
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(segments)))
    lines = shapely.get_parts(merged)
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, i)) for i in (0, -1)], axis=1)
    _, node = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    start, end = node.reshape(-1, 2).T
    keep = _in_main_component(start, end, shapely.length(lines))
    _, node = np.unique(np.stack([start[keep], end[keep]], axis=1), return_inverse=True)
    start, end = node.reshape(-1, 2).T
    lines = lines[keep]
    return StreetNetwork(lines, start, end, street_coverage(lines), crs)


def _in_main_component(start: np.ndarray, end: np.ndarray, length_m: np.ndarray) -> np.ndarray:
    """Return which edges belong to the connected part with the greatest length."""
    count = int(max(start.max(), end.max())) + 1
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(count, count))
    _, part = connected_components(graph, directed=False)
    return part[start] == np.bincount(part[start], weights=length_m).argmax()


def _segments(path: Path, crs: str) -> np.ndarray:
    """Return both ends of every piece of walkable street, metres, shape (n, 2, 2)."""
    degrees: list[tuple[float, float]] = []
    counts: list[int] = []
    try:
        ways = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
        for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
            if not way.is_way() or not is_walkable(dict(way.tags)):
                continue
            # An extract cut at an edge leaves out nodes beyond it; the pieces before and after do not join.
            run: list[tuple[float, float]] = []
            for node in way.nodes:
                if node.location.valid():
                    run.append((node.location.lon, node.location.lat))
                    continue
                degrees += run
                counts.append(len(run))
                run = []
            degrees += run
            counts.append(len(run))
    except (RuntimeError, OSError) as error:
        raise SourceError(
            f"The OpenStreetMap extract cannot be read: {error}.",
            where=str(path),
            do="Fetch it again; it must be a .osm.pbf file.",
        ) from error
    if not degrees:
        return np.empty((0, 2, 2))
    metres = gpd.GeoSeries(shapely.points(degrees), crs=WGS84).to_crs(crs)
    xy = shapely.get_coordinates(metres.to_numpy())
    way_of = np.repeat(np.arange(len(counts)), counts)
    joined = np.flatnonzero(way_of[:-1] == way_of[1:])
    return np.stack([xy[joined], xy[joined + 1]], axis=1)


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
    """Write a network as ``edges.parquet`` and ``coverage.parquet`` into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    edges = gpd.GeoDataFrame(
        {"start": network.start, "end": network.end}, geometry=network.lines, crs=network.crs
    )
    edges.to_parquet(folder / "edges.parquet", index=False)
    coverage = gpd.GeoDataFrame(geometry=[network.coverage], crs=network.crs)
    coverage.to_parquet(folder / "coverage.parquet", index=False)


def read_streets(folder: Path) -> StreetNetwork:
    """Read a network that `write_streets` wrote."""
    edges = gpd.read_parquet(folder / "edges.parquet")
    coverage = gpd.read_parquet(folder / "coverage.parquet").geometry.iloc[0]
    return StreetNetwork(
        edges.geometry.to_numpy(),
        edges["start"].to_numpy(),
        edges["end"].to_numpy(),
        coverage,
        edges.crs.to_string(),
    )
