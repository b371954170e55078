"""Which ward or LSOA a point lies in, and how much of each lies in a shape."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from study.crs import require_crs


def assign_points(points: gpd.GeoDataFrame | gpd.GeoSeries, zones: gpd.GeoDataFrame) -> pd.Series:
    """Return the code of the zone each point lies in, aligned with `points`; missing where there is none.

    Parameters
    ----------
    points : GeoDataFrame or GeoSeries
        Points in the CRS of `zones`.
    zones : GeoDataFrame
        Polygons indexed by their code. A point on a shared edge goes to the first zone in order.

    Raises
    ------
    CrsError
        If the CRS differ.
    """
    require_crs(points, zones.crs.to_string(), name="points")
    tree = shapely.STRtree(zones.geometry.to_numpy())
    at, zone = tree.query(points.geometry.to_numpy(), predicate="intersects")
    order = np.lexsort((zone, at))
    at, first = np.unique(at[order], return_index=True)
    codes = np.full(len(points), None, dtype=object)
    codes[at] = zones.index.to_numpy()[zone[order][first]]
    return pd.Series(codes, index=points.index, dtype="str", name=zones.index.name)


def share_inside(zones: gpd.GeoDataFrame, shape: shapely.Geometry) -> pd.Series:
    """Return the share (0-1) of each zone's surface that lies inside `shape`, for zones that touch it.

    Parameters
    ----------
    zones : GeoDataFrame
        Polygons in metres.
    shape : shapely.Geometry
        A polygon in the same CRS.
    """
    touching = zones.geometry[zones.geometry.intersects(shape)]
    inside = touching.intersection(shape).area / touching.area
    return inside[inside > 0].rename("inside_share")
