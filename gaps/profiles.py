"""A place described, strengths first: a ward or a neighbourhood of one's own, by the same rules."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gaps.indicators import FEWEST_RESIDENTS
from gaps.walking import WalkingTimes
from layers.categories import read_asset_rules
from layers.deprivation import decile_counts
from layers.green_space import green_area
from layers.study_tables import StudyTables
from transport.catchments import minutes_by_zone, residents_by_cutoff

# A type is called special only when there are enough of it for the comparison to mean something.
SPECIAL_FROM = 3
SPECIAL_RATIO = 1.3
NOT_SPECIAL = {"transport", "everyday_enablers"}


@dataclass(frozen=True)
class Place:
    """A ward or a neighbourhood, as the set of residents, assets and ground it holds.

    Attributes
    ----------
    name : str
        What to call it.
    shape : shapely.Geometry
        Its outline, in the study area's CRS.
    point_in : Series of bool
        Which resident points belong to it, aligned with the resident points.
    asset_in : Series of bool
        Which assets lie in it, aligned with the assets.
    """

    name: str
    shape: shapely.Geometry
    point_in: pd.Series
    asset_in: pd.Series


def ward_place(tables: StudyTables, ward_code: str) -> Place:
    """Return a ward: the residents of its best-fit LSOAs, and the assets inside its own outline."""
    lsoas = tables.lsoas.index[tables.lsoas["ward_code"] == ward_code]
    ward = tables.wards.loc[ward_code]
    return Place(
        name=ward["ward_name"],
        shape=ward.geometry,
        point_in=tables.resident_points["lsoa_code"].isin(lsoas),
        asset_in=tables.assets["ward_code"].eq(ward_code).fillna(False).astype(bool),
    )


def shape_place(tables: StudyTables, shape: shapely.Geometry, *, name: str) -> Place:
    """Return a neighbourhood of one's own: the resident points and assets inside a shape.

    Parameters
    ----------
    shape : shapely.Geometry
        In the study area's CRS.
    """
    shapely.prepare(shape)

    def inside(table: gpd.GeoDataFrame) -> pd.Series:
        return pd.Series(shapely.intersects(shape, table.geometry.to_numpy()), index=table.index)

    return Place(name, shape, inside(tables.resident_points), inside(tables.assets))


def residents_in(tables: StudyTables, place: Place) -> float:
    """Return the residents of a place."""
    return float(tables.resident_points["residents"][place.point_in].sum())


def is_too_small(tables: StudyTables, place: Place) -> bool:
    """Return whether a place has too few residents for a share or rate to mean anything."""
    return residents_in(tables, place) < FEWEST_RESIDENTS


def assets_by_category(tables: StudyTables, place: Place) -> dict[str, pd.DataFrame]:
    """Return a place's assets by ABCD category, named ones first, in the order of the rules."""
    inside = tables.assets[place.asset_in]
    inside = inside.assign(_unnamed=inside["asset_name"].isna()).sort_values(
        ["_unnamed", "type", "asset_name"]
    )
    groups = {
        category: inside[inside["category"] == category].drop(columns="_unnamed")
        for category in read_asset_rules().categories
    }
    return {category: rows for category, rows in groups.items() if len(rows)}


def special_types(tables: StudyTables, place: Place) -> pd.DataFrame:
    """Return what a place has more of than the study area as a whole, most special first.

    The measure is the location quotient: assets of a type per resident here over the same for the whole
    study area. It speaks of what is known to the map, so it is only said from three assets upwards.

    Returns
    -------
    DataFrame
        Indexed by type: ``assets``, ``ratio`` (times the study area's own rate), at least `SPECIAL_RATIO`.
    """
    residents = residents_in(tables, place)
    in_area = tables.assets["ward_code"].notna()
    everywhere = tables.assets[in_area]["type"].value_counts()
    here = tables.assets[place.asset_in]["type"].value_counts()
    if residents < FEWEST_RESIDENTS:
        return pd.DataFrame({"assets": here.iloc[:0], "ratio": here.iloc[:0].astype(float)})
    total = float(tables.population["residents"].sum())
    table = pd.DataFrame({"assets": here})
    table["ratio"] = (here / residents) / (everywhere.reindex(here.index) / total)
    special = table[(table["assets"] >= SPECIAL_FROM) & (table["ratio"] >= SPECIAL_RATIO)]
    return special.drop(index=list(NOT_SPECIAL), errors="ignore").sort_values("ratio", ascending=False)


def reach_by_type(walking: WalkingTimes, place: Place, *, cutoff_min: int) -> pd.DataFrame:
    """Return how far a place's residents walk to each type.

    Returns
    -------
    DataFrame
        Indexed by the types that count for a gap: ``collected`` (bool), ``median_min, p10_min, p90_min``,
        ``beyond`` and ``not_known`` (people), ``beyond_share`` (0-1), ``basis``, ``estimate_share`` and
        ``at_most_share``.
    """
    tables = walking.tables
    points = tables.resident_points[place.point_in]
    whole = pd.Series(place.name, index=points.index, name="place")
    rows = {}
    for asset_type in read_asset_rules().gap_types():
        row: dict[str, object] = {"collected": walking.is_collected(asset_type)}
        if row["collected"] and len(points):
            minutes = walking.minutes(asset_type).loc[points.index]
            row |= minutes_by_zone(minutes, points, whole).iloc[0].to_dict()
            row |= residents_by_cutoff(minutes, points, whole, cutoff_min=cutoff_min).iloc[0].to_dict()
        rows[asset_type] = row
    columns = [
        "collected",
        "median_min",
        "p10_min",
        "p90_min",
        "basis",
        "beyond",
        "not_known",
        "beyond_share",
        "estimate_share",
        "at_most_share",
    ]
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns)


def green_in(tables: StudyTables, place: Place) -> dict[str, float] | None:
    """Return a place's public green space: hectares, share of land (0-1), m² per resident; None if unknown."""
    if tables.green_space is None:
        return None
    zone = gpd.GeoDataFrame(geometry=[place.shape], crs=tables.area.crs)
    # Joining all of the study area's green space for one place would take seconds.
    near = tables.green_space[tables.green_space.geometry.intersects(place.shape)]
    row = green_area(zone, near).iloc[0]
    residents = residents_in(tables, place)
    few = residents < FEWEST_RESIDENTS
    return {
        "green_ha": row["green_m2"] / 1e4,
        "green_land_share": row["green_land_share"],
        "green_m2_per_resident": np.nan if few else row["green_m2"] / residents,
    }


def deprivation_in(tables: StudyTables, place: Place, *, domain: str = "imd") -> pd.DataFrame | None:
    """Return LSOAs and residents of a place by national decile; None where there is no deprivation data.

    An LSOA counts with as many residents as live in the place; its decile is the LSOA's, not theirs.
    """
    if tables.deprivation is None:
        return None
    people = tables.resident_points[place.point_in].groupby("lsoa_code")["residents"].sum()
    rows = tables.deprivation.reindex(people.index).dropna(subset=[f"{domain}_decile"])
    rows = rows.astype({f"{domain}_decile": int})
    return decile_counts(rows, pd.DataFrame({"residents": people}), domain=domain)


def green_names(tables: StudyTables, place: Place, *, most: int = 8) -> list[str]:
    """Return the names of the largest public green spaces that touch a place."""
    if tables.green_space is None:
        return []
    touching = tables.green_space[tables.green_space.geometry.intersects(place.shape)]
    named = touching[touching["green_name"].notna() & touching["is_public"]]
    return list(dict.fromkeys(named.sort_values("area_ha", ascending=False, kind="stable")["green_name"]))[
        :most
    ]
