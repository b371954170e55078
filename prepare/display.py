"""Small shapes for the map: simplified in metres, rounded to about a metre, in WGS 84.

The order of the features is that of the table, because the map matches values to shapes by position.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry import mapping

from study.crs import WGS84, require_metres

DECIMALS = 5
COVERAGES = ("wards", "lsoas")
# Tolerances in metres, tried from fine to coarse until the file is small enough. Neighbours that share a line
# lose corners by surface (a triangle of tolerance x tolerance), so those figures look larger than they are.
TOLERANCES_M = (5.0, 7.0, 10.0, 14.0, 20.0, 25.0, 30.0, 35.0, 40.0, 50.0, 70.0, 100.0)
MOST_BYTES = {
    "wards": 150_000,
    "lsoas": 450_000,
    "green_space": 1_500_000,
    "water": 1_500_000,
    "street_lines": 1_500_000,
}
PROPERTIES = {
    "wards": ("ward_code", "ward_name"),
    "lsoas": ("lsoa_code", "ward_code"),
    "green_space": ("green_id", "green_name"),
    "water": (),
    "street_lines": (),
}


def write_display(tables: dict[str, pd.DataFrame], folder: Path) -> dict[str, int]:
    """Write the shapes of those tables that are drawn, and return the size of each file in bytes.

    Parameters
    ----------
    tables : dict of str to DataFrame
        The study area's tables by name, shapes in metres.
    folder : Path
        Where ``<table>.geojson`` goes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for name in PROPERTIES:
        if name in tables:
            content = display_geojson(name, tables[name]).encode()
            (folder / f"{name}.geojson").write_bytes(content)
            sizes[name] = len(content)
    return sizes


def display_geojson(name: str, table: gpd.GeoDataFrame) -> str:
    """Return a table's shapes as GeoJSON text, simplified no more than its size asks for.

    Parameters
    ----------
    name : str
        The table's name.
    table : GeoDataFrame
        In metres.
    """
    require_metres(table, name=f"table '{name}'")
    text = ""
    for tolerance_m in TOLERANCES_M:
        text = _geojson(name, table, tolerance_m=tolerance_m)
        if len(text.encode()) <= MOST_BYTES[name]:
            break
    return text


def _geojson(name: str, table: gpd.GeoDataFrame, *, tolerance_m: float) -> str:
    shapes = _in_degrees(_simplified(name, table.geometry.to_numpy(), tolerance_m), table.crs)
    columns = table.reset_index()
    properties = columns[list(PROPERTIES[name])].astype(object)
    rows = properties.where(properties.notna(), None).to_dict("records") or [{}] * len(table)
    features = [
        {"type": "Feature", "properties": row, "geometry": _rounded(mapping(shape))}
        for shape, row in zip(shapes, rows, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _simplified(name: str, shapes: np.ndarray, tolerance_m: float) -> np.ndarray:
    if name in COVERAGES:
        # Neighbours share their line, so it is simplified once: one by one would open slivers between them.
        return np.asarray(shapely.coverage_simplify(shapes, tolerance_m))
    return shapely.simplify(shapes, tolerance_m, preserve_topology=True)


def _in_degrees(shapes: np.ndarray, crs: CRS) -> np.ndarray:
    """Return the shapes in WGS 84, points that fall together after rounding left out."""
    degrees = gpd.GeoSeries(shapes, crs=crs).to_crs(WGS84).to_numpy()
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, DECIMALS))
    thinned = shapely.remove_repeated_points(rounded)
    # Nothing may vanish: values find their shape by position.
    return np.where(shapely.is_empty(thinned), rounded, thinned)


def _rounded(geometry: dict) -> dict:
    """Return a GeoJSON geometry whose numbers are written with no more decimals than they have."""
    return {"type": geometry["type"], "coordinates": _round(geometry["coordinates"])}


def _round(part: Sequence) -> list:
    if isinstance(part[0], (int, float)):
        return [round(float(part[0]), DECIMALS), round(float(part[1]), DECIMALS)]
    return [_round(p) for p in part]
