"""The ground that can be reached from a place within some minutes: on foot, by cycle or by public transport.

Times at the street's nodes (Dijkstra's algorithm, forwards along one-way streets; or arrivals at stops and the
walks from there) are carried along the streets, straight from the street to the points of a grid, and drawn round
by contours (`transport.time_grid`). Where the known streets end, so does the ground, and it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from study.errors import DataError
from transport.arrival_percentiles import Arrivals, arrival_percentile
from transport.compiling import compiled
from transport.connections import UNREACHED
from transport.street_graph import with_sources
from transport.street_network import StreetNetwork
from transport.ties import Ties, tie_points
from transport.time_grid import CELL_M, SMALLEST_M2, time_grid
from transport.travel import WALK, Travel

BANDS_MIN = (10.0, 20.0, 30.0)
# A circle of an estimate, to a quarter of a per cent of its area.
CIRCLE_QUARTER = 16


class Feet(NamedTuple):
    """Places on edges that are reached by themselves: the door, and stops one steps off at.

    Attributes
    ----------
    edge : ndarray of int, shape (n,)
        The edge each is on.
    along_m : ndarray of float, shape (n,)
        How far along it.
    minutes : ndarray of float, shape (n,)
        When it is reached, infinity where it is not.
    """

    edge: np.ndarray
    along_m: np.ndarray
    minutes: np.ndarray


def street_isochrones(
    origin: gpd.GeoDataFrame,
    *,
    streets: StreetNetwork | None,
    travel: Travel = WALK,
    bands_min: Sequence[float] = BANDS_MIN,
) -> gpd.GeoDataFrame:
    """Return the ground that can be reached from a place over the streets.

    Parameters
    ----------
    origin : GeoDataFrame
        One point, in the network's CRS.
    streets : StreetNetwork or None
        The network of the mode; None gives the circles of an estimate.
    travel : Travel
        The mode, the speed, and whether steps can be used.
    bands_min : sequence of float
        Minutes, each above nought.

    Returns
    -------
    GeoDataFrame
        Indexed by ``cutoff_min``, ascending: the ground within it, each inside the next;
        ``touches_edge`` (bool: it ends where the known streets end, and may go on) and ``basis``: "streets", or
        "estimate" where they do not serve the place: the circle of the straight line lengthened by the mode's
        detour factor.

    Raises
    ------
    CrsError
        If the CRS differ.
    DataError
        If there is not one point, the network is that of another mode, or a band is not above nought.
    """
    bands = _bands(bands_min)
    if streets is None:
        return _circles(origin, bands, travel)
    door = _door(origin, travel.network(streets))
    if not door.served[0]:
        return _circles(origin, bands, travel)
    # A little more than the longest band, so that its contour lies between two times.
    limit_min = bands[-1] + CELL_M / travel.m_per_min
    node_min = _minutes_from(door, travel, limit_min)
    return _isochrones(door, node_min, _feet(door, travel), travel=travel, bands=bands)


def transit_isochrones(
    origin: gpd.GeoDataFrame,
    arrivals: Arrivals,
    *,
    streets: StreetNetwork,
    travel: Travel = WALK,
    percentile: float = 50,
    bands_min: Sequence[float] = BANDS_MIN,
) -> gpd.GeoDataFrame:
    """Return the ground that can be reached from a place by public transport, or on foot where that is sooner.

    Parameters
    ----------
    origin : GeoDataFrame
        One point, in the network's CRS: the door the arrivals were scanned from.
    arrivals : Arrivals
        When one steps off where.
    streets : StreetNetwork
        The walking network.
    travel : Travel
        How people walk; as for the walks to and from stops.
    percentile : float
        Share of the departures, per cent, that must arrive; 50 is the median. It is taken at the nodes and at the
        stops: in the middle of an edge that is reached now from one end and now from the other, the time shown
        is a little longer than the true one.
    bands_min : sequence of float
        Minutes, each above nought.

    Returns
    -------
    GeoDataFrame
        As of `street_isochrones`; with ``basis`` "not covered" and no ground where the streets do not serve the
        place: nobody knows the way to its stop.

    Raises
    ------
    CrsError, DataError
        As `street_isochrones`; or if the arrivals do not fit the network.
    """
    bands = _bands(bands_min)
    network = travel.network(streets)
    door = _door(origin, network)
    if not door.served[0]:
        nothing = [shapely.MultiPolygon()] * len(bands)
        return _table(bands, nothing, [False] * len(bands), "not covered", network.crs)
    limit_min = bands[-1] + CELL_M / travel.m_per_min
    on_foot = _minutes_from(door, travel, limit_min)
    own = _feet(door, travel)
    walk_s = np.concatenate([on_foot * 60, np.full(len(arrivals.stops.served), np.inf)])
    seconds = arrival_percentile(arrivals, walk_s=walk_s, percentile=percentile, longest_s=limit_min * 60)
    minutes = np.where(seconds == UNREACHED, np.inf, seconds / 60)
    stops, nodes = arrivals.stops, network.node_count
    feet = Feet(
        np.concatenate([own.edge, stops.edge]),
        np.concatenate([own.along_m, stops.along_m]),
        np.concatenate([own.minutes, minutes[nodes:][stops.position]]),
    )
    # Whole seconds of a ride are no reason to walk a second longer.
    node_min = np.minimum(minutes[:nodes], on_foot)
    return _isochrones(door, node_min, feet, travel=travel, bands=bands)


def _bands(bands_min: Sequence[float]) -> list[float]:
    bands = sorted({float(band) for band in bands_min})
    if not bands or bands[0] <= 0:
        raise DataError("Isochrones need at least one number of minutes, all above nought.")
    return bands


def _door(origin: gpd.GeoDataFrame, network: StreetNetwork) -> Ties:
    if len(origin) != 1:
        raise DataError(f"Isochrones are drawn round one place, not {len(origin)}.")
    return tie_points(origin, network, name="table of the origin")


def _feet(door: Ties, travel: Travel) -> Feet:
    return Feet(door.edge, door.along_m, door.off_m * travel.off_factor / travel.m_per_min)


def _minutes_from(door: Ties, travel: Travel, limit_min: float) -> np.ndarray:
    """Return minutes from the door to every node, the way one may go; infinity beyond the limit."""
    off_m = door.off_m * travel.off_factor
    graph = with_sources(
        door.streets.graph.forward,
        door.start,
        door.end,
        off_m + door.to_start_m(off_factor=travel.off_factor),
        off_m + door.rest_m,
    )
    nodes = door.streets.node_count
    metres = dijkstra(graph, indices=nodes, limit=limit_min * travel.m_per_min)
    return metres[:nodes] / travel.m_per_min


def _isochrones(
    door: Ties, node_min: np.ndarray, feet: Feet, *, travel: Travel, bands: list[float]
) -> gpd.GeoDataFrame:
    """Return the ground within each band of the nodes' and feet's times."""
    network = door.streets
    samples = network.samples
    along_min = np.empty(len(samples.along_m))
    _along_edges(
        (samples.offsets, samples.along_m),
        (network.start, network.end, network.length_m, network.one_way),
        node_min,
        feet,
        travel.m_per_min,
        float(travel.off_factor),
        along_min,
    )
    at = shapely.get_coordinates(shapely.line_interpolate_point(network.lines[feet.edge], feet.along_m))
    pace = travel.m_per_min / travel.off_factor
    grid = time_grid(
        np.concatenate([network.node_xy, samples.xy, at, door.xy]),
        np.concatenate([node_min, along_min, feet.minutes, [0.0]]),
        off_m_per_min=pace,
        longest_min=bands[-1] + CELL_M / pace,
    )
    grounds = grid.within(bands)
    known = [_clipped(ground, network.coverage) for ground in grounds]
    touches = [g.area - k.area > SMALLEST_M2 for g, k in zip(grounds, known, strict=True)]
    return _table(bands, known, touches, "streets", network.crs)


@compiled
def _along_edges(
    samples: tuple[np.ndarray, np.ndarray],
    edges: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    node_min: np.ndarray,
    feet: Feet,
    m_per_min: float,
    pushed: float,
    minutes: np.ndarray,
) -> None:
    """Write when each place along the streets is reached, from the ends of its edge or a foot on it.

    Against a one-way street a cycle is pushed, a metre counting for `pushed` metres.
    """
    offsets, along_m = samples
    start, end, length_m, one_way = edges
    for edge in range(len(start)):
        first, last = node_min[start[edge]], node_min[end[edge]]
        against = pushed if one_way[edge] else 1.0
        for s in range(offsets[edge], offsets[edge + 1]):
            minutes[s] = min(
                first + along_m[s] / m_per_min, last + (length_m[edge] - along_m[s]) * against / m_per_min
            )
    for f in range(len(feet.edge)):
        edge = feet.edge[f]
        if feet.minutes[f] == np.inf:
            continue
        for s in range(offsets[edge], offsets[edge + 1]):
            metres = along_m[s] - feet.along_m[f]
            if metres < 0:
                metres *= -(pushed if one_way[edge] else 1.0)
            minutes[s] = min(minutes[s], feet.minutes[f] + metres / m_per_min)


def _clipped(ground: shapely.Geometry, coverage: shapely.Geometry) -> shapely.Geometry:
    """Return what of the ground lies where streets are known."""
    if ground.is_empty:
        return ground
    near = shapely.clip_by_rect(coverage, *ground.bounds)
    # The covered ground is drawn in squares, much coarser than this.
    clipped = shapely.intersection(ground, near if shapely.is_valid(near) else shapely.buffer(near, 0))
    parts = shapely.get_parts(clipped)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _circles(origin: gpd.GeoDataFrame, bands: list[float], travel: Travel) -> gpd.GeoDataFrame:
    """Return the estimate for a place that the streets do not serve."""
    middle = origin.geometry.iloc[0]
    radius_m = [band * travel.m_per_min / travel.detour for band in bands]
    circles = [shapely.buffer(middle, radius, quad_segs=CIRCLE_QUARTER) for radius in radius_m]
    return _table(bands, circles, [True] * len(bands), "estimate", origin.crs.to_string())


def _table(
    bands: list[float], grounds: list[shapely.Geometry], touches: list[bool], basis: str, crs: str
) -> gpd.GeoDataFrame:
    index = pd.Index(bands, name="cutoff_min", dtype=float)
    return gpd.GeoDataFrame({"touches_edge": touches, "basis": basis}, geometry=grounds, index=index, crs=crs)
