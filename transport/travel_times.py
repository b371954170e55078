"""Minutes from many points to the nearest of many facilities, over streets where they are known.

Over streets: Dijkstra's algorithm from all facilities at once (scipy), each tied to the nearest street by a
straight walk, against the way people travel. Elsewhere: straight lines lengthened by a detour factor, and marked
as an estimate.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from study.crs import require_crs, require_metres
from transport.street_graph import with_sources
from transport.street_network import StreetNetwork
from transport.ties import FARTHEST_TIE_M, Ties, tie_points
from transport.travel import (
    DETOUR,
    DETOUR_HIGH,
    DETOUR_LOW,
    DETOUR_MEASURED_M,
    DETOURS_MEASURED_M,
    WALK,
    WALK_KPH,
    WALK_M_PER_MIN,
    Travel,
)

# Rounding must not put a way of exactly the limit beyond it.
ROUNDING_M = 1e-3
# The figures of walking are looked for here.
__all__ = [
    "DETOUR",
    "DETOUR_HIGH",
    "DETOUR_LOW",
    "DETOUR_MEASURED_M",
    "FARTHEST_TIE_M",
    "WALK_KPH",
    "WALK_M_PER_MIN",
    "detour_factor",
    "nearest_facility",
    "nearest_from_nodes",
    "nearest_walk",
    "with_one_more",
]


def nearest_walk(
    points: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    streets: StreetNetwork | None,
    assets_known_within: shapely.Geometry | None = None,
) -> pd.DataFrame:
    """Return the walk from each point to its nearest facility: `nearest_facility` on foot, at `WALK_KPH`."""
    return nearest_facility(points, facilities, streets=streets, assets_known_within=assets_known_within)


def nearest_facility(
    points: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    streets: StreetNetwork | None,
    travel: Travel = WALK,
    assets_known_within: shapely.Geometry | None = None,
    tied: Ties | None = None,
) -> pd.DataFrame:
    """Return the way from each point to its nearest facility.

    Parameters
    ----------
    points, facilities : GeoDataFrame
        Points in one CRS in metres. The index of `facilities` is their identity.
    streets : StreetNetwork or None
        The network of the mode; None gives straight-line estimates everywhere.
    travel : Travel
        The mode, the speed, and whether steps can be used.
    assets_known_within : shapely.Geometry, optional
        Ground outside which facilities were never collected; missing when they were collected everywhere.
    tied : Ties, optional
        The points as `tie_points` tied them to ``travel.network(streets)``, for who asks about them often.

    Returns
    -------
    DataFrame
        Indexed like `points`:

        ``minutes`` : float; missing where nothing is known.
        ``basis`` : "streets" (measured), "estimate" (a straight line lengthened, or a walk over streets that
        could be shorter through ground without streets, where facilities were looked at by estimate) or
        "not covered".
        ``at_most`` : bool, the way over the known streets takes longer than the way out of them, so
        something unknown may be nearer.
        ``at_least`` : float, minutes that no unknown place could be nearer than: those of leaving the
        known streets where ``at_most``, else ``minutes``.
        ``nearest_id`` : the facility; missing with ``minutes``.

    Raises
    ------
    CrsError
        If the CRS differ or are not in metres.
    DataError
        If the network is that of another mode.

    Notes
    -----
    A point or facility outside the network's coverage is never tied to the edge of it.
    """
    return _nearest(points, facilities, streets, travel, assets_known_within, tied)


def _nearest(
    points: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    streets: StreetNetwork | None,
    travel: Travel,
    assets_known_within: shapely.Geometry | None,
    tied: Ties | None,
    limit_min: float = np.inf,
) -> pd.DataFrame:
    """Return `nearest_facility`, without looking for ways over streets that take longer than a limit."""
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
    minutes, nearest = _straight(from_xy, to_xy, travel)
    basis = np.full(len(points), "estimate", dtype=object)
    at_most = np.zeros(len(points), dtype=bool)
    out = np.full(len(points), np.inf)
    if streets is not None:
        network = travel.network(streets)
        ties = tie_points(points, network) if tied is None else tied
        ties_to = tie_points(facilities, network, name="table of facilities")
        served, beyond = ties.served, ~ties_to.served
        if assets_known_within is not None:
            beyond &= shapely.contains_xy(assets_known_within, *to_xy.T)
            unknown = ~shapely.contains_xy(assets_known_within, *from_xy.T)
            minutes[unknown], basis[unknown] = np.nan, "not covered"
        way, way_to = _over_streets(ties, ties_to, travel, limit_min)
        way_to = _positions(ties_to.served, way_to)
        guess, guess_to = _straight(from_xy[served], to_xy[beyond], travel)
        guess_to = _positions(beyond, guess_to)
        leave = ties.leave_m / travel.m_per_min
        by_streets = way <= guess
        past_edge = by_streets & (way > leave)
        minutes[served] = np.where(by_streets, way, guess)
        nearest[served] = np.where(by_streets, way_to, guess_to)
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


def with_one_more(
    known: pd.DataFrame,
    points: gpd.GeoDataFrame,
    facility: gpd.GeoDataFrame,
    *,
    streets: StreetNetwork | None,
    travel: Travel = WALK,
    assets_known_within: shapely.Geometry | None = None,
    tied: Ties | None = None,
) -> pd.DataFrame:
    """Return the answer of `nearest_facility` with facilities added to those it was asked about.

    Parameters
    ----------
    known : DataFrame
        From `nearest_facility` for the same points and settings; it stays as it is.
    facility : GeoDataFrame
        The new facilities, one as a rule; their ids must not be among the old ones.
    points, streets, travel, assets_known_within, tied
        As for `nearest_facility`.

    Returns
    -------
    DataFrame
        As if asked about all of them at once.
    """
    # A way longer than every known one cannot shorten any.
    longest = np.inf if known["minutes"].isna().any() else known["minutes"].max()
    added = _nearest(points, facility, streets, travel, assets_known_within, tied, longest)
    nearer = (added["minutes"] < known["minutes"]) | (known["minutes"].isna() & added["minutes"].notna())
    return known.mask(nearer, added) if nearer.any() else known.copy()


def nearest_from_nodes(
    facilities: gpd.GeoDataFrame, *, streets: StreetNetwork, travel: Travel = WALK, limit_min: float = np.inf
) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes over the streets from every node to its nearest facility, and which that is.

    Parameters
    ----------
    facilities : GeoDataFrame
        In the network's CRS; those off the network are not reached.
    streets : StreetNetwork
        The network of the mode.
    travel : Travel
        The mode, the speed, and whether steps can be used.
    limit_min : float
        How far to look, minutes.

    Returns
    -------
    tuple of ndarray, each of shape (nodes of ``travel.network(streets)``,)
        Minutes, infinity where there is none; positions in `facilities`, -1 where there is none.
    """
    ties = tie_points(facilities, travel.network(streets), name="table of facilities")
    distance_m, source = _from_facilities(ties, travel, limit_m=limit_min * travel.m_per_min)
    reached = np.isfinite(distance_m)
    position = np.full(len(distance_m), -1)
    position[reached] = ties.position[source[reached]]
    return distance_m / travel.m_per_min, position


def _positions(kept: np.ndarray, among_kept: np.ndarray) -> np.ndarray:
    """Return positions among all facilities from positions among those kept; as they are where none was."""
    return np.flatnonzero(kept)[among_kept] if kept.any() else among_kept


def _straight(from_xy: np.ndarray, to_xy: np.ndarray, travel: Travel) -> tuple[np.ndarray, np.ndarray]:
    """Return the estimated minutes to the nearest facility and its position; infinity where there is none."""
    if not len(to_xy):
        return np.full(len(from_xy), np.inf), np.zeros(len(from_xy), dtype=int)
    distance_m, nearest = cKDTree(to_xy).query(from_xy)
    return distance_m * travel.detour / travel.m_per_min, nearest


def _over_streets(
    origins: Ties, facilities: Ties, travel: Travel, limit_min: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes over the streets from each origin to its nearest facility, and that one's position."""
    count = len(origins.edge)
    if not len(facilities.edge) or not count:
        return np.full(count, np.inf), np.zeros(count, dtype=int)
    distance_m, source = _from_facilities(facilities, travel, limit_m=limit_min * travel.m_per_min)
    by_start = distance_m[origins.start] + origins.to_start_m(off_factor=travel.off_factor)
    by_end = distance_m[origins.end] + origins.rest_m
    first = by_start <= by_end
    best = np.where(first, by_start, by_end)
    nearest = np.where(first, source[origins.start], source[origins.end])
    along, along_to = _along_same_edge(origins, facilities, travel)
    nearer = along < best
    best, nearest = np.where(nearer, along, best), np.where(nearer, along_to, nearest)
    return (best + origins.off_m * travel.off_factor) / travel.m_per_min, nearest


def _from_facilities(
    facilities: Ties, travel: Travel, *, limit_m: float = np.inf
) -> tuple[np.ndarray, np.ndarray]:
    """Return each node's distance to its nearest facility, metres, and that facility's position.

    Every facility is a node of its own with one-way edges onto the network, so that its straight walk counts.
    """
    nodes, count = facilities.streets.node_count, len(facilities.edge)
    if not count:
        return np.full(nodes, np.inf), np.zeros(nodes, dtype=int)
    off_m = facilities.off_m * travel.off_factor
    graph = with_sources(
        facilities.streets.graph.backward,
        facilities.start,
        facilities.end,
        off_m + facilities.along_m,
        off_m + facilities.from_end_m(off_factor=travel.off_factor),
    )
    own = np.arange(nodes, nodes + count)
    distance_m, _, source = dijkstra(
        graph, indices=own, min_only=True, return_predecessors=True, limit=limit_m + ROUNDING_M
    )
    return distance_m[:nodes], np.maximum(source[:nodes] - nodes, 0)


def _along_same_edge(origins: Ties, facilities: Ties, travel: Travel) -> tuple[np.ndarray, np.ndarray]:
    """Return the shortest way that stays on the origin's own edge, metres; infinity where there is none."""
    off_m = facilities.off_m * travel.off_factor
    shared = np.flatnonzero(np.isin(origins.edge, facilities.edge))
    there = pd.DataFrame({"edge": facilities.edge, "to": facilities.along_m, "off": off_m})
    here = pd.DataFrame({"edge": origins.edge[shared], "at": origins.along_m[shared], "origin": shared})
    pairs = here.merge(there.reset_index(names="facility"), on="edge")
    against = (pairs["at"] > pairs["to"]) & origins.streets.one_way[pairs["edge"]]
    slower = np.where(against, travel.off_factor, 1.0)
    pairs["metres"] = (pairs["at"] - pairs["to"]).abs() * slower + pairs["off"]
    best = pairs.sort_values(["metres", "facility"]).drop_duplicates("origin")
    metres = np.full(len(origins.edge), np.inf)
    facility = np.zeros(len(origins.edge), dtype=int)
    metres[best["origin"]] = best["metres"]
    facility[best["origin"]] = best["facility"]
    return metres, facility


def detour_factor(
    points: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    streets: StreetNetwork,
    *,
    travel: Travel = WALK,
    measured_m: tuple[float, float] | None = None,
) -> pd.Series:
    """Measure how much longer ways over real streets are than the straight lines they stand for.

    Parameters
    ----------
    points, facilities : GeoDataFrame
        Where people live and where they go, in the network's CRS.
    streets : StreetNetwork
        A network with dense streets.
    travel : Travel
        The mode.
    measured_m : tuple of float, optional
        Least and greatest straight metres to look at; by default those the mode's factor is measured at.

    Returns
    -------
    Series of float
        Metres travelled to the nearest facility over streets for each straight metre to the nearest in a
        straight line (the two may differ, as they do when the factor is used), for the points whose straight
        line is as long as that. Indexed like `points`, others left out.
    """
    inside = shapely.contains_xy(streets.coverage, *shapely.get_coordinates(facilities.geometry.to_numpy()).T)
    known = facilities[inside]
    over = nearest_facility(
        points, known, streets=streets, travel=travel, assets_known_within=streets.coverage
    )
    straight = nearest_facility(points, known, streets=None, travel=travel)["minutes"] / travel.detour
    metres = straight * travel.m_per_min
    least, greatest = measured_m or DETOURS_MEASURED_M[travel.mode]
    measured = (over["basis"] == "streets") & metres.between(least, greatest)
    return (over["minutes"] / straight)[measured]
