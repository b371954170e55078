"""Minutes on foot from many points to the nearest of many facilities, over streets where they are known.

Over streets: Dijkstra's algorithm from all facilities at once (scipy), each tied to the nearest street by a
straight walk. Elsewhere: straight lines lengthened by a detour factor, and marked as an estimate.
"""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from study.crs import require_crs, require_metres
from transport.streets import StreetNetwork

WALK_KPH = 4.8
WALK_M_PER_MIN = WALK_KPH * 1000 / 60
# How much longer real walks are than straight lines, measured with `detour_factor` on the streets of Newport
# (6,458 walks: median 1.42, eight in ten between 1.2 and 1.85) and held against central Leeds (1.35).
DETOUR = 1.4
# The medians of single types of place in both towns lie between these, but for schools and playing fields.
DETOUR_LOW, DETOUR_HIGH = 1.3, 1.5
# The factor falls with distance; it is measured where 15 minutes on foot are decided.
DETOUR_MEASURED_M = (600.0, 1_200.0)
# A point this far from every street is not served by the streets that are known.
FARTHEST_TIE_M = 300.0


class _Ties(NamedTuple):
    """How points hang on the network: which edge, how far along it, and how far from it, metres."""

    edge: np.ndarray
    along_m: np.ndarray
    off_m: np.ndarray


def nearest_walk(
    points: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    streets: StreetNetwork | None,
    assets_known_within: shapely.Geometry | None = None,
) -> pd.DataFrame:
    """Return the walk from each point to its nearest facility.

    Parameters
    ----------
    points, facilities : GeoDataFrame
        Points in one CRS in metres. The index of `facilities` is their identity.
    streets : StreetNetwork or None
        The walking network; None gives straight-line estimates everywhere.
    assets_known_within : shapely.Geometry, optional
        Ground outside which facilities were never collected; missing when they were collected everywhere.

    Returns
    -------
    DataFrame
        Indexed like `points`:

        ``minutes`` : float, at `WALK_KPH`; missing where nothing is known.
        ``basis`` : "streets" (measured), "estimate" (a straight line lengthened, or a walk over streets that
        could be shorter through ground without streets, where facilities were looked at by estimate) or
        "not covered".
        ``at_most`` : bool, the walk over the known streets takes longer than walking out of them, so
        something unknown may be nearer.
        ``at_least`` : float, minutes that no unknown place could be nearer than: those of walking out of the
        known streets where ``at_most``, else ``minutes``.
        ``nearest_id`` : the facility; missing with ``minutes``.

    Raises
    ------
    CrsError
        If the CRS differ or are not in metres.

    Notes
    -----
    A point or facility outside the network's coverage is never tied to the edge of it.
    """
    require_metres(points, name="table of points")
    require_crs(facilities, points.crs.to_string(), name="table of facilities")
    table = pd.DataFrame(
        {
            "minutes": np.nan,
            "basis": "not covered",
            "at_most": False,
            "at_least": np.nan,
            "nearest_id": None,
        },
        index=points.index,
    )
    if facilities.empty or points.empty:
        return table
    from_xy, to_xy = (shapely.get_coordinates(t.geometry.to_numpy()) for t in (points, facilities))
    minutes, nearest = _straight(from_xy, to_xy)
    basis = np.full(len(points), "estimate", dtype=object)
    at_most = np.zeros(len(points), dtype=bool)
    out = np.full(len(points), np.inf)
    if streets is not None:
        require_crs(points, streets.crs, name="table of points")
        served, ties = _tied(streets, from_xy)
        served_to, ties_to = _tied(streets, to_xy)
        beyond = ~served_to
        if assets_known_within is not None:
            beyond &= shapely.contains_xy(assets_known_within, *to_xy.T)
            unknown = ~shapely.contains_xy(assets_known_within, *from_xy.T)
            minutes[unknown], basis[unknown] = np.nan, "not covered"
        walk, walk_to = _over_streets(streets, ties, ties_to)
        walk_to = _positions(served_to, walk_to)
        guess, guess_to = _straight(from_xy[served], to_xy[beyond])
        guess_to = _positions(beyond, guess_to)
        leave = _minutes_to_edge(streets.coverage, from_xy[served])
        by_streets = walk <= guess
        past_edge = by_streets & (walk > leave)
        minutes[served] = np.where(by_streets, walk, guess)
        nearest[served] = np.where(by_streets, walk_to, guess_to)
        # Beyond the edge facilities were looked at by estimate, unless nobody collected them there.
        looked_at = assets_known_within is None
        basis[served] = np.where(by_streets & ~(past_edge & looked_at), "streets", "estimate")
        at_most[served], out[served] = past_edge, leave
    known = np.isfinite(minutes)
    table["minutes"] = np.where(known, minutes, np.nan)
    table["basis"] = np.where(known, basis, "not covered")
    table["at_most"] = at_most & known
    table["at_least"] = np.where(at_most, out, table["minutes"])
    ids = facilities.index.to_numpy(dtype=object)
    table["nearest_id"] = np.where(known, ids[np.where(known, nearest, 0)], None)
    return table


def _positions(kept: np.ndarray, among_kept: np.ndarray) -> np.ndarray:
    """Return positions among all facilities from positions among those kept; as they are where none was."""
    return np.flatnonzero(kept)[among_kept] if kept.any() else among_kept


def _straight(from_xy: np.ndarray, to_xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the estimated minutes to the nearest facility and its position; infinity where there is none."""
    if not len(to_xy):
        return np.full(len(from_xy), np.inf), np.zeros(len(from_xy), dtype=int)
    distance_m, nearest = cKDTree(to_xy).query(from_xy)
    return distance_m * DETOUR / WALK_M_PER_MIN, nearest


def _tied(streets: StreetNetwork, xy: np.ndarray) -> tuple[np.ndarray, _Ties]:
    """Return which points the network serves, and how those hang on it."""
    served = np.zeros(len(xy), dtype=bool)
    inside = np.flatnonzero(shapely.contains_xy(streets.coverage, *xy.T))
    at = shapely.points(xy[inside])
    (query, edge), off_m = streets.tree.query_nearest(
        at, max_distance=FARTHEST_TIE_M, return_distance=True, all_matches=False
    )
    served[inside[query]] = True
    along_m = shapely.line_locate_point(streets.lines[edge], at[query])
    return served, _Ties(edge, along_m, off_m)


def _over_streets(streets: StreetNetwork, origins: _Ties, facilities: _Ties) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes over the streets from each origin to its nearest facility, and that one's position."""
    count = len(origins.edge)
    if not len(facilities.edge) or not count:
        return np.full(count, np.inf), np.zeros(count, dtype=int)
    distance_m, source = _from_facilities(streets, facilities)
    length_m = streets.length_m[origins.edge]
    by_start = distance_m[streets.start[origins.edge]] + origins.along_m
    by_end = distance_m[streets.end[origins.edge]] + length_m - origins.along_m
    first = by_start <= by_end
    best = np.where(first, by_start, by_end)
    nearest = np.where(first, source[streets.start[origins.edge]], source[streets.end[origins.edge]])
    along, along_to = _along_same_edge(origins, facilities)
    nearer = along < best
    best, nearest = np.where(nearer, along, best), np.where(nearer, along_to, nearest)
    return (best + origins.off_m) / WALK_M_PER_MIN, nearest


def _from_facilities(streets: StreetNetwork, facilities: _Ties) -> tuple[np.ndarray, np.ndarray]:
    """Return each node's distance to its nearest facility, metres, and that facility's position.

    Every facility is a node of its own with one-way edges onto the network, so that its straight walk counts.
    """
    nodes, count = streets.node_count, len(facilities.edge)
    own = nodes + np.arange(count)
    length_m = streets.length_m[facilities.edge]
    rows = np.concatenate([streets.start, streets.end, own, own])
    columns = np.concatenate(
        [streets.end, streets.start, streets.start[facilities.edge], streets.end[facilities.edge]]
    )
    weights = np.concatenate(
        [
            streets.length_m,
            streets.length_m,
            facilities.off_m + facilities.along_m,
            facilities.off_m + length_m - facilities.along_m,
        ]
    )
    graph = _shortest_of_parallel(rows, columns, weights, nodes + count)
    distance_m, _, source = dijkstra(graph, indices=own, min_only=True, return_predecessors=True)
    return distance_m[:nodes], np.maximum(source[:nodes] - nodes, 0)


def _shortest_of_parallel(rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, size: int) -> coo_array:
    """Return the graph with the shortest of parallel edges; a sparse matrix would add them up."""
    order = np.lexsort((weights, columns, rows))
    rows, columns, weights = rows[order], columns[order], weights[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    # An edge of no length would not be an edge to scipy.
    return coo_array(
        (np.maximum(weights[first], 1e-6), (rows[first], columns[first])), shape=(size, size)
    ).tocsr()


def _along_same_edge(origins: _Ties, facilities: _Ties) -> tuple[np.ndarray, np.ndarray]:
    """Return the shortest walk that stays on the origin's own edge, metres; infinity where there is none."""
    there = pd.DataFrame({"edge": facilities.edge, "to": facilities.along_m, "off": facilities.off_m})
    here = pd.DataFrame({"edge": origins.edge, "at": origins.along_m, "origin": np.arange(len(origins.edge))})
    pairs = here.merge(there.reset_index(names="facility"), on="edge")
    pairs["metres"] = (pairs["at"] - pairs["to"]).abs() + pairs["off"]
    best = pairs.sort_values(["metres", "facility"]).drop_duplicates("origin")
    metres = np.full(len(origins.edge), np.inf)
    facility = np.zeros(len(origins.edge), dtype=int)
    metres[best["origin"]] = best["metres"]
    facility[best["origin"]] = best["facility"]
    return metres, facility


def _minutes_to_edge(coverage: shapely.Geometry, xy: np.ndarray) -> np.ndarray:
    """Return the least minutes in which a walker could leave the ground where streets are known."""
    edge = shapely.boundary(coverage)
    shapely.prepare(edge)
    return shapely.distance(edge, shapely.points(xy)) / WALK_M_PER_MIN


def detour_factor(
    points: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, streets: StreetNetwork
) -> pd.Series:
    """Measure how much longer walks over real streets are than the straight lines they stand for.

    Parameters
    ----------
    points, facilities : GeoDataFrame
        Where people live and where they walk to, in the network's CRS.
    streets : StreetNetwork
        A network with dense streets.

    Returns
    -------
    Series of float
        Metres walked to the nearest facility over streets for each straight metre to the nearest in a
        straight line (the two may differ, as they do when the factor is used), for the points whose straight
        line is as long as `DETOUR_MEASURED_M`. Indexed like `points`, others left out.
    """
    inside = shapely.contains_xy(streets.coverage, *shapely.get_coordinates(facilities.geometry.to_numpy()).T)
    known = facilities[inside]
    walked = nearest_walk(points, known, streets=streets, assets_known_within=streets.coverage)
    straight = nearest_walk(points, known, streets=None)["minutes"] / DETOUR
    metres = straight * WALK_M_PER_MIN
    measured = (walked["basis"] == "streets") & metres.between(*DETOUR_MEASURED_M)
    return (walked["minutes"] / straight)[measured]
