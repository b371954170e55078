"""How many facilities one can choose between over the streets, and how far the first, second and third are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from study.crs import require_crs, require_metres
from study.errors import DataError
from transport.street_network import StreetNetwork
from transport.street_search import nearest_places
from transport.ties import Ties, tie_points
from transport.travel import WALK, Travel


def street_choices(
    points: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    streets: StreetNetwork | None,
    cutoff_min: float,
    nearest: int = 3,
    travel: Travel = WALK,
    assets_known_within: shapely.Geometry | None = None,
) -> pd.DataFrame:
    """Return each point's nearest few facilities within a cutoff, and how many there are.

    Parameters
    ----------
    points, facilities, streets, travel, assets_known_within
        As for `transport.travel_times.nearest_facility`.
    cutoff_min : float
        Minutes; a facility of exactly the cutoff is within it. None farther is looked at.
    nearest : int
        How many of the nearest to tell apart.

    Returns
    -------
    DataFrame
        Indexed like `points`: ``minutes_1, minutes_2 ...`` (missing where there is none within the cutoff),
        ``id_1, id_2 ...``, ``within`` (whole number, missing where nothing is known), ``basis`` ("streets",
        "estimate" where streets do not serve the point or any facility counted for it, or "not covered") and
        ``at_least`` (bool: the known streets end within the cutoff, and nobody has looked beyond, so there may be
        more).

    Raises
    ------
    CrsError, DataError
        As `nearest_facility`; or if the cutoff is below nought or `nearest` below one.
    """
    require_metres(points, name="table of points")
    require_crs(facilities, points.crs.to_string(), name="table of facilities")
    if not cutoff_min >= 0 or nearest < 1:
        raise DataError("Ask for one nearest facility or more, within nought minutes or more.")
    from_xy, to_xy = (shapely.get_coordinates(t.geometry.to_numpy()) for t in (points, facilities))
    known = np.full(len(points), not facilities.empty)
    looked_at = np.ones(len(facilities), dtype=bool)
    if assets_known_within is not None:
        known &= shapely.contains_xy(assets_known_within, *from_xy.T)
        looked_at = shapely.contains_xy(assets_known_within, *to_xy.T)
    ties = ties_to = None
    served, beyond = np.zeros(len(points), dtype=bool), looked_at
    if streets is not None:
        network = travel.network(streets)
        ties, ties_to = (
            tie_points(points, network),
            tie_points(facilities, network, name="table of facilities"),
        )
        served, beyond = ties.served, looked_at & ~ties_to.served
    ranked = _estimated(from_xy, to_xy, served, looked_at, beyond, travel, cutoff_min, nearest)
    guessed = (ranked[2] > 0) | ~served
    open_end = np.zeros(len(points), dtype=bool)
    if ties is not None and ties_to is not None:
        ranked = _merged(ranked, _over_streets(ties, ties_to, travel, cutoff_min, nearest), nearest)
        if assets_known_within is not None:
            open_end[served] = ties.leave_m / travel.m_per_min < cutoff_min
    return _table(points.index, facilities.index, ranked, known=known, guessed=guessed, open_end=open_end)


Ranked = tuple[np.ndarray, np.ndarray, np.ndarray]


def _estimated(
    from_xy: np.ndarray,
    to_xy: np.ndarray,
    served: np.ndarray,
    looked_at: np.ndarray,
    beyond: np.ndarray,
    travel: Travel,
    cutoff_min: float,
    nearest: int,
) -> Ranked:
    """Return minutes, positions and number by straight line: to all for who is off the streets, else to those off."""
    size = (len(from_xy), nearest)
    minutes, place, count = np.full(size, np.inf), np.full(size, -1), np.zeros(len(from_xy), dtype=np.int64)
    reach_m = cutoff_min * travel.m_per_min / travel.detour
    # A facility of exactly the cutoff is within it, whatever rounding makes of the factor.
    within_m = reach_m * (1 + 1e-12)
    for who, whom in ((~served, looked_at), (served, beyond)):
        if not who.any() or not whom.any():
            continue
        tree, at = cKDTree(to_xy[whom]), from_xy[who]
        count[who] = tree.query_ball_point(at, within_m, return_length=True)
        metres, found = tree.query(
            at, k=np.arange(1, nearest + 1), distance_upper_bound=np.nextafter(within_m, np.inf)
        )
        there = np.isfinite(metres)
        minutes[who] = metres * travel.detour / travel.m_per_min
        place[who] = np.where(there, np.flatnonzero(whom)[np.where(there, found, 0)], -1)
    return minutes, place, count


def _over_streets(ties: Ties, ties_to: Ties, travel: Travel, cutoff_min: float, nearest: int) -> Ranked:
    """Return minutes, positions and number over the streets."""
    limit_m = cutoff_min * travel.m_per_min
    # The tie of a point is added last: rounding must not put a way of exactly the cutoff beyond it.
    found = nearest_places(ties, ties_to, travel, limit_m=limit_m + 1e-6, k=nearest)
    return found.metres / travel.m_per_min, found.place, found.count


def _merged(one: Ranked, other: Ranked, nearest: int) -> Ranked:
    """Return the nearest of both, and how many there are in both."""
    minutes = np.concatenate([other[0], one[0]], axis=1)
    place = np.concatenate([other[1], one[1]], axis=1)
    order = np.argsort(minutes, axis=1, kind="stable")[:, :nearest]
    return np.take_along_axis(minutes, order, 1), np.take_along_axis(place, order, 1), one[2] + other[2]


def _table(
    points: pd.Index,
    facilities: pd.Index,
    ranked: Ranked,
    *,
    known: np.ndarray,
    guessed: np.ndarray,
    open_end: np.ndarray,
) -> pd.DataFrame:
    minutes, place, count = ranked
    columns: dict[str, object] = {}
    ids = facilities.to_numpy(dtype=object)
    there = np.isfinite(minutes) & known[:, None]
    for k in range(minutes.shape[1]):
        columns[f"minutes_{k + 1}"] = np.where(there[:, k], minutes[:, k], np.nan)
    for k in range(minutes.shape[1]):
        found = ids[np.where(there[:, k], place[:, k], 0)] if len(ids) else np.full(len(points), None)
        columns[f"id_{k + 1}"] = np.where(there[:, k], found, None)
    columns["within"] = pd.array(np.where(known, count, 0), dtype="Int64")
    columns["basis"] = np.select([~known, guessed], ["not covered", "estimate"], "streets")
    columns["at_least"] = open_end & known
    table = pd.DataFrame(columns, index=points)
    table["within"] = table["within"].mask(~known)
    return table
