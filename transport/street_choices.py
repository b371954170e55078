"""How many facilities one can choose between over the streets, and how far the first, second and third are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from study.crs import require_crs, require_metres
from study.errors import DataError
from transport.street_search import nearest_places
from transport.streets import StreetNetwork
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
        ties, ties_to = tie_points(points, network), tie_points(facilities, network, name="table of facilities")
        served, beyond = ties.served, looked_at & ~ties_to.served
    minutes, place, count = _estimated(from_xy, to_xy, served, looked_at, beyond, travel, cutoff_min, nearest)
    guessed = (count > 0) | ~served
    open_end = np.zeros(len(points), dtype=bool)
    if ties is not None and ties_to is not None:
        minutes, place, count = _merged(
            (minutes, place, count), _over_streets(ties, ties_to, travel, cutoff_min, nearest), nearest
        )
        if assets_known_within is not None:
            open_end[served] = ties.leave_m / travel.m_per_min < cutoff_min
    return _table(points.index, facilities.index, minutes, place, count, known=known, guessed=guessed, open_end=open_end)
