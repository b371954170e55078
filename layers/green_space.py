"""Public green space: how much, for whom. Overlapping classes are dissolved before anything is added up."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from study.crs import require_crs, require_metres

# Standing rule of the field: golf courses, private gardens, fenced pitches and farmland are not public.
PUBLIC_TAGS = {
    "leisure": {"park", "garden", "common", "nature_reserve"},
    "landuse": {"recreation_ground", "village_green", "forest"},
    "natural": {"wood"},
}


def is_public_green(tags: dict[str, str]) -> bool:
    """Return whether a place's tags make it public green space."""
    if tags.get("access") in {"private", "no", "customers", "members"} or tags.get("fee") == "yes":
        return False
    if tags.get("garden:type") in {"residential", "private"}:
        return False
    return any(tags.get(key) in values for key, values in PUBLIC_TAGS.items())


def dissolved(green_space: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return all public green space as one shape, so that overlaps count once."""
    require_metres(green_space, name="green space table")
    public = green_space.geometry[green_space["is_public"]].to_numpy()
    return shapely.union_all(shapely.make_valid(public)) if len(public) else shapely.MultiPolygon()


def green_area(zones: gpd.GeoDataFrame, green_space: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how much public green space lies in each zone.

    Parameters
    ----------
    zones : GeoDataFrame
        Wards or LSOAs, in metres.
    green_space : GeoDataFrame
        The green space table in the same CRS.

    Returns
    -------
    DataFrame
        Index of `zones`: ``green_m2`` and ``green_land_share`` (0-1).
    """
    require_crs(green_space, zones.crs.to_string(), name="green space table")
    parts = shapely.get_parts(dissolved(green_space))
    area_m2 = np.zeros(len(zones))
    if len(parts):
        tree = shapely.STRtree(parts)
        zone, part = tree.query(zones.geometry.to_numpy(), predicate="intersects")
        cut = shapely.area(shapely.intersection(zones.geometry.to_numpy()[zone], parts[part]))
        np.add.at(area_m2, zone, cut)
    land_m2 = zones.geometry.area.to_numpy()
    return pd.DataFrame({"green_m2": area_m2, "green_land_share": area_m2 / land_m2}, index=zones.index)
