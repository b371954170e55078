"""From OpenStreetMap objects to the tables of assets, public green space, stops and water."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.assign import assign_points
from layers.assets import assets_from_tags, merge_duplicates
from layers.categories import AssetRules
from layers.green_space import PUBLIC_TAGS, is_public_green
from prepare.made import Made
from prepare.openstreetmap import Tags, osm_url, points_on
from study.errors import DataError
from study.tables import require_table

# People near the edge walk over it: without this much room on foot, two in five of those who live within 500 m
# of the edge would get a wrong nearest place. 2,500 m is just over 30 minutes.
CLIP_BUFFER_M = 2_500
SMALLEST_GREEN_M2 = 50
SMALLEST_WATER_M2 = 1_000

STOP_TAGS = {"highway": {"bus_stop"}, "railway": {"station", "halt"}}
WATER_TAGS = {"natural": {"water"}, "waterway": {"riverbank"}}


def feature_keys(rules: AssetRules) -> set[str]:
    """Return the tag keys by which an object can be of use to any of our tables."""
    return rules.wanted_keys() | PUBLIC_TAGS.keys() | STOP_TAGS.keys() | WATER_TAGS.keys()


def is_wanted(osm_id: str, tags: Tags, rules: AssetRules) -> bool:
    """Return whether an object belongs in any of our tables."""
    return (
        _matches(tags, STOP_TAGS)
        or _matches(tags, WATER_TAGS)
        or is_public_green(tags)
        or osm_id in rules.by_hand
        or rules.classify(tags) is not None
    )


def ground_to_keep(wards: gpd.GeoDataFrame, *, buffer_m: float = CLIP_BUFFER_M) -> shapely.Geometry:
    """Return the study area's ground and a strip round it, in the CRS of `wards`."""
    return wards.geometry.union_all().buffer(buffer_m)


def assets(features: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, *, rules: AssetRules, source: str) -> Made:
    """Make the assets table, with the ward each asset lies in and its address on openstreetmap.org.

    Parameters
    ----------
    features : GeoDataFrame
        From `prepare.openstreetmap.read_features`.
    wards : GeoDataFrame
        The wards table, same CRS.
    rules : AssetRules
        Which places are assets.
    source : str
        The file, for messages.

    Returns
    -------
    Made
        Table ``assets``. ``ward_code`` is missing for assets in the strip round the study area;
        ``osm_url`` is missing where the object's number is not OpenStreetMap's own.
    """
    places = gpd.GeoDataFrame(
        {"tags": features["tags"]}, geometry=points_on(features.geometry.to_numpy()), crs=features.crs
    )
    places = places[_touches(places, wards)]
    _require_some(places, "assets", source)
    found = assets_from_tags(places[["geometry"]], list(places["tags"]), rules=rules)
    table = merge_duplicates(found)
    table["ward_code"] = assign_points(table, wards)
    urls = [osm_url(i) for i in table.index]
    table["osm_url"] = pd.Series(urls, index=table.index, dtype="str")
    outside = int(table["ward_code"].isna().sum())
    notes = [
        f"Merged into a place of the same name close by: {len(found) - len(table):,}.",
        f"Outside the wards, within {CLIP_BUFFER_M:,} m of them: {outside:,}.",
        f"Without a name: {int(table['asset_name'].isna().sum()):,}.",
    ]
    made_up = sum(url is None for url in urls)
    if made_up:
        notes.append(f"{made_up:,} have a number that is not OpenStreetMap's own and are not linked to it.")
    return Made(require_table("assets", table, where=source), notes)


def green_space(features: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, *, source: str) -> Made:
    """Make the table of public green space: whole polygons that touch the study area or the strip round it.

    They are not cut at the edge, because standards ask for the size of the whole green space.

    Parameters
    ----------
    features : GeoDataFrame
        From `prepare.openstreetmap.read_features`.
    wards : GeoDataFrame
        The wards table, same CRS.
    source : str
        The file, for messages.

    Returns
    -------
    Made
        Table ``green_space``.
    """
    public = np.array([is_public_green(tags) for tags in features["tags"]], dtype=bool)
    greens = features[public & (shapely.get_dimensions(features.geometry.to_numpy()) == 2)]
    large = greens.geometry.area >= SMALLEST_GREEN_M2
    greens, slivers = greens[large], int((~large).sum())
    greens = greens[_touches(greens, wards)].sort_index()
    _require_some(greens, "public green space", source)
    tags = greens["tags"]
    table = gpd.GeoDataFrame(
        {
            "green_name": pd.Series([t.get("name") for t in tags], index=greens.index, dtype="str"),
            "kind": pd.Series([_kind(t, PUBLIC_TAGS) for t in tags], index=greens.index, dtype="str"),
            "is_public": np.ones(len(greens), dtype=bool),
            "area_ha": (greens.geometry.area / 10_000).round(4),
        },
        geometry=greens.geometry.to_numpy(),
        crs=greens.crs,
        index=greens.index.rename("green_id"),
    )
    notes = [f"Without a name: {int(table['green_name'].isna().sum()):,}."]
    if slivers:
        notes.append(f"Left out, smaller than {SMALLEST_GREEN_M2} m2: {slivers:,}.")
    return Made(require_table("green_space", table, where=source), notes)


def stops(features: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, *, source: str) -> Made:
    """Make the table of bus stops and railway stations.

    Parameters
    ----------
    features : GeoDataFrame
        From `prepare.openstreetmap.read_features`.
    wards : GeoDataFrame
        The wards table, same CRS.
    source : str
        The file, for messages.

    Returns
    -------
    Made
        Table ``stops``.
    """
    is_stop = np.array([_matches(tags, STOP_TAGS) for tags in features["tags"]], dtype=bool)
    found = features[is_stop]
    found = found.set_geometry(points_on(found.geometry.to_numpy()), crs=features.crs)
    found = found[_touches(found, wards)].sort_index()
    _require_some(found, "stops or stations", source)
    table = gpd.GeoDataFrame(
        {
            "stop_name": pd.Series([t.get("name") for t in found["tags"]], index=found.index, dtype="str"),
            "kind": pd.Series([_kind(t, STOP_TAGS) for t in found["tags"]], index=found.index, dtype="str"),
        },
        geometry=found.geometry.to_numpy(),
        crs=found.crs,
        index=found.index.rename("stop_id"),
    )
    rail = int(table["kind"].str.startswith("railway").sum())
    notes = [f"{len(table) - rail:,} bus stops and {rail:,} railway stations."]
    return Made(require_table("stops", table, where=source), notes)


def water(features: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, *, source: str) -> Made:
    """Make the table of lakes and rivers for the base map, cut to the study area and the strip round it.

    Parameters
    ----------
    features : GeoDataFrame
        From `prepare.openstreetmap.read_features`.
    wards : GeoDataFrame
        The wards table, same CRS.
    source : str
        The file, for messages.

    Returns
    -------
    Made
        Table ``water``.
    """
    is_water = np.array([_matches(tags, WATER_TAGS) for tags in features["tags"]], dtype=bool)
    found = features[is_water & (shapely.get_dimensions(features.geometry.to_numpy()) == 2)]
    found = found[_touches(found, wards)].sort_index()
    _require_some(found, "water", source)
    cut = found.geometry.intersection(ground_to_keep(wards))
    cut = cut[(cut.area >= SMALLEST_WATER_M2) & (shapely.get_dimensions(cut.to_numpy()) == 2)]
    table = gpd.GeoDataFrame(geometry=cut.to_numpy(), crs=found.crs, index=cut.index.rename("water_id"))
    notes = [f"For the base map: surfaces of {SMALLEST_WATER_M2:,} m2 or more."]
    return Made(require_table("water", table, where=source), notes)


def _require_some(found: gpd.GeoDataFrame, what: str, source: str) -> None:
    """Raise when an extract holds none: that means nobody collected it, not that there is none."""
    if found.empty:
        raise DataError(
            f"The extract holds no {what} in or near the wards.",
            where=source,
            do="Check that it covers this place.",
        )


def _touches(shapes: gpd.GeoDataFrame, wards: gpd.GeoDataFrame) -> np.ndarray:
    ground = ground_to_keep(wards)
    shapely.prepare(ground)
    return shapely.intersects(ground, shapes.geometry.to_numpy())


def _matches(tags: Tags, table: dict[str, set[str]]) -> bool:
    if tags.get("disused") == "yes" or tags.get("abandoned") == "yes":
        return False
    return any(tags.get(key) in values for key, values in table.items())


def _kind(tags: Tags, table: dict[str, set[str]]) -> str:
    return next(f"{key}={tags[key]}" for key, values in table.items() if tags.get(key) in values)
