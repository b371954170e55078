"""Minutes on foot from every resident point to the nearest known asset of a type."""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.assets import type_status
from layers.categories import read_asset_rules
from layers.study_tables import StudyTables
from transport.streets import StreetNetwork
from transport.travel_times import nearest_walk

# Green space is entered along its edge here: gates are not in the data. Points this far apart stand for it.
EDGE_POINT_EVERY_M = 50.0
GREEN_TYPE = "green_and_blue_space"


def facilities(tables: StudyTables, asset_type: str) -> gpd.GeoDataFrame:
    """Return the points by which a type is reached.

    Parameters
    ----------
    tables : StudyTables
        The study area.
    asset_type : str
        A type id of data/asset_categories.toml.

    Returns
    -------
    GeoDataFrame
        Points in the area's CRS. For green space: points every 50 m along the edge of public green space,
        since gates are not in the data; else the assets of the type that count for a gap. None for a type that
        was not collected, or only in part: the nearest of half of them is not the nearest.
    """
    if asset_type in tables.not_collected:
        return tables.assets.iloc[:0]
    assets = tables.assets[(tables.assets["type"] == asset_type)]
    if asset_type != GREEN_TYPE or tables.green_space is None:
        # A type that never fills a gap (a post office, a cafe) can still be asked for.
        counts = asset_type in read_asset_rules().gap_types()
        return assets[assets["counts_for_gap"]] if counts else assets
    public = tables.green_space.geometry[tables.green_space["is_public"]]
    edges = shapely.get_parts(shapely.boundary(shapely.get_parts(public.to_numpy())))
    points = [
        shapely.line_interpolate_point(edge, np.arange(0.0, edge.length, EDGE_POINT_EVERY_M))
        for edge in edges
    ]
    return gpd.GeoDataFrame(geometry=np.concatenate(points) if points else [], crs=tables.area.crs)


def walking_minutes(tables: StudyTables, streets: StreetNetwork | None, asset_type: str) -> pd.DataFrame:
    """Return minutes on foot from each resident point to the nearest known asset of a type.

    Parameters
    ----------
    tables : StudyTables
        The study area.
    streets : StreetNetwork or None
        Its walking network; None gives straight-line estimates.
    asset_type : str
        A type id.

    Returns
    -------
    DataFrame
        Indexed like ``tables.resident_points``: ``minutes, basis, at_most, nearest_id``. All missing when
        the type was not collected.
    """
    known_within = None
    if tables.area.assets_cover == "streets" and streets is not None:
        known_within = streets.coverage
    points = tables.resident_points
    minutes = nearest_walk(
        points, facilities(tables, asset_type), streets=streets, assets_known_within=known_within
    )
    if asset_type == GREEN_TYPE and tables.green_space is not None:
        minutes = inside_is_there(minutes, points, tables.green_space)
    return minutes


def inside_is_there(
    minutes: pd.DataFrame, points: gpd.GeoDataFrame, green_space: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Give nought minutes to people who live inside a green space rather than the walk to its edge."""
    tree = shapely.STRtree(green_space.geometry[green_space["is_public"]].to_numpy())
    inside = np.unique(tree.query(points.geometry.to_numpy(), predicate="intersects")[0])
    result = minutes.copy()
    known = result.index[inside][result["minutes"].iloc[inside].notna().to_numpy()]
    result.loc[known, [c for c in ("minutes", "p10", "p90", "at_least") if c in result]] = 0.0
    return result


class WalkingTimes:
    """Walking minutes of one study area by type, worked out once each and kept.

    Parameters
    ----------
    tables : StudyTables
        The study area.
    streets : StreetNetwork or None
        Its walking network.
    """

    def __init__(self, tables: StudyTables, streets: StreetNetwork | None) -> None:
        self.tables = tables
        self.streets = streets
        self._by_type = lru_cache(maxsize=64)(lambda t: walking_minutes(tables, streets, t))

    def minutes(self, asset_type: str) -> pd.DataFrame:
        """Return `walking_minutes` of a type. Shared by all visitors: never change the table."""
        return self._by_type(asset_type)

    def is_collected(self, asset_type: str) -> bool:
        """Return whether the study area's sources hold the type at all."""
        if asset_type == GREEN_TYPE and self.tables.green_space is not None:
            return len(self.tables.green_space) > 0
        status = type_status(self.tables.assets, read_asset_rules(), not_collected=self.tables.not_collected)
        return status[asset_type] == "collected"

    @property
    def has_estimates(self) -> bool:
        """Return whether some minutes of this area are straight-line estimates."""
        collected = [t for t in read_asset_rules().gap_types() if self.is_collected(t)]
        return any((self.minutes(t)["basis"] == "estimate").any() for t in collected)
