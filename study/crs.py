"""Coordinate reference systems: stated and required, never guessed or quietly changed."""

from __future__ import annotations

import geopandas as gpd
from pyproj import CRS

from study.errors import CrsError

WGS84 = "EPSG:4326"


def require_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries, crs: str, *, name: str = "table") -> None:
    """Raise unless `frame` is in `crs`.

    geopandas only warns when two tables of different CRS are joined, and says nothing at all when
    degrees are buffered as if they were metres, so every calculation asks first.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        The table to look at.
    crs : str
        The CRS it must have, e.g. ``"EPSG:27700"``.
    name : str
        What to call the table in the message.

    Raises
    ------
    CrsError
        If the CRS is missing or another one.
    """
    if frame.crs is None:
        raise CrsError(
            f"The {name} has no coordinate reference system.",
            do=f"State it where the file is read, e.g. set_crs('{crs}').",
        )
    if frame.crs != CRS.from_user_input(crs):
        raise CrsError(
            f"The {name} is in {frame.crs.to_string()}, but {crs} is required here.",
            do=f"Reproject it once, where it is read: to_crs('{crs}').",
        )


def require_metres(frame: gpd.GeoDataFrame | gpd.GeoSeries, *, name: str = "table") -> None:
    """Raise unless `frame` is in a projected CRS whose unit is the metre.

    Raises
    ------
    CrsError
        If the CRS is missing, geographic, or measured in another unit.
    """
    crs = frame.crs
    if crs is None or not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        found = "no CRS" if crs is None else crs.to_string()
        raise CrsError(
            f"The {name} must be in a projected CRS in metres; it has {found}.",
            do="Use the study area's own CRS.",
        )
