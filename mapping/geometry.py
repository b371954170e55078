"""Geometry and names as GeoJSON for the browser, in the order of the tables so that values can go by position."""

from __future__ import annotations

import json
from functools import lru_cache

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import Transformer

from layers.study_tables import StudyTables
from study.crs import WGS84

ZONES = {"wards": ("ward_code", "ward_name"), "lsoas": ("lsoa_code", "ward_code", "lsoa_name")}
GROUND = ("water", "street_lines")
DISPLAYED = ("wards", "lsoas", "green_space", *GROUND)
ASSET_FIELDS = ("opening_hours", "wheelchair", "operator", "website", "check_date")
DECIMALS = 5  # about a metre


def ground_layers(tables: StudyTables) -> list[str]:
    """Return which base layers this study area has."""
    return [name for name in GROUND if getattr(tables, name) is not None]


def display_geojson(tables: StudyTables, name: str) -> bytes:
    """Return the geometry of a displayed table, as `prepare` simplified it, else as the preview carries it.

    Parameters
    ----------
    tables : StudyTables
        The study area.
    name : str
        One of `DISPLAYED`.

    Raises
    ------
    KeyError
        If there is no such table here.
    """
    if name not in DISPLAYED or getattr(tables, name) is None:
        raise KeyError(name)
    if tables.display_folder is not None and (tables.display_folder / f"{name}.geojson").is_file():
        return (tables.display_folder / f"{name}.geojson").read_bytes()
    table = getattr(tables, name).reset_index()
    fields = [c for c in (*ZONES.get(name, ()), "green_name") if c in table]
    return to_geojson(table[[*fields, "geometry"]])


def assets_geojson(assets: gpd.GeoDataFrame) -> bytes:
    """Return all assets as GeoJSON points with the fields that a person may see."""
    table = assets.reset_index().rename(columns={"asset_name": "name", "asset_id": "id"})
    fields = ["id", "name", "category", "type", "holder", *(f for f in ASSET_FIELDS if f in table)]
    return to_geojson(table[[*fields, "geometry"]])


def to_geojson(table: gpd.GeoDataFrame, **members: object) -> bytes:
    """Return a table as GeoJSON in WGS 84, without empty properties.

    Parameters
    ----------
    table : GeoDataFrame
        Any CRS; reprojected here.
    **members : object
        Further members of the collection, such as ``attribution`` and ``settings``.
    """
    shapes = shapely.set_precision(table.geometry.to_crs(WGS84).to_numpy(), 10.0**-DECIMALS, mode="pointwise")
    properties = pd.DataFrame(table.drop(columns=table.geometry.name)).to_dict("records")
    features = [
        {
            "type": "Feature",
            "properties": {k: _plain(v) for k, v in row.items() if not _is_missing(v)},
            "geometry": shapely.geometry.mapping(shape),
        }
        for row, shape in zip(properties, shapes, strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", **members, "features": features}, separators=(",", ":"))
    return text.encode()


def _is_missing(value: object) -> bool:
    return value is None or (not isinstance(value, str) and pd.isna(value))


def _plain(value: object) -> object:
    """Return a numpy number as a Python one, rounded to what a figure can carry."""
    value = value.item() if hasattr(value, "item") else value
    return round(value, 4) if isinstance(value, float) else value


def bounds_of(shapes: gpd.GeoSeries) -> list[list[float]]:
    """Return [[south, west], [north, east]] in degrees, rounded to about 100 metres."""
    west, south, east, north = _degrees_of(shapes.crs.to_string(), *map(float, shapes.total_bounds))
    return [[round(south, 3), round(west, 3)], [round(north, 3), round(east, 3)]]


# Each look at a page runs in a thread of its own, in which pyproj makes its transformer anew: 40 ms, a third of the
# page. The same few boxes are asked for again and again.
@lru_cache(maxsize=2048)
def _degrees_of(crs: str, *bounds: float) -> tuple[float, float, float, float]:
    return Transformer.from_crs(crs, WGS84, always_xy=True).transform_bounds(*bounds)


def lat_lon(point: shapely.Point, crs: str) -> list[float]:
    """Return a point's latitude and longitude in degrees, rounded to about ten metres."""
    moved = gpd.GeoSeries([point], crs=crs).to_crs(WGS84).iloc[0]
    return [round(moved.y, 4), round(moved.x, 4)]
