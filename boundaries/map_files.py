"""Polygons out of a map file that someone uploads, read without GDAL.

GDAL looks at what a file holds, not at its name: a file called ``mine.geojson`` can tell it to open another file of
the server, or an address. So GeoJSON (RFC 7946) is read as JSON, and a GeoPackage (OGC 12-128) as the SQLite
database it is, in memory, plain tables only.
"""

from __future__ import annotations

import json
import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing

import geopandas as gpd
import numpy as np
import shapely

from study.crs import WGS84

_CRS_NAME = re.compile(r"(?:urn:ogc:def:crs:EPSG:[\d.]*:|EPSG:)(\d{4,6})")
_CRS84 = "urn:ogc:def:crs:OGC:1.3:CRS84"
# A query over five megabytes ends long before this many of SQLite's steps.
_MOST_STEPS = 20_000_000
_POLYGON, _MULTIPOLYGON = 3, 6
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


class MapFileError(ValueError):
    """A file that is not what its ending says, or damaged."""


class NoCrsError(MapFileError):
    """A file that does not say which coordinates it uses."""


def polygons_in_geojson(content: bytes) -> gpd.GeoSeries:
    """Return the polygons of a GeoJSON file.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    GeoSeries
        In WGS 84, or in the CRS that the file's ``crs`` member names (QGIS still writes one).

    Raises
    ------
    MapFileError
        If it is not GeoJSON.
    """
    try:
        whole = json.loads(content)
        shapes = [shapely.geometry.shape(g) for g in _geometries(whole) if "Polygon" in g["type"]]
        crs = _crs_named(whole.get("crs"))
        return _polygons(shapes, crs)
    except MapFileError:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
        OverflowError,
    ) as error:
        raise MapFileError(str(error)[:200]) from error
    except shapely.errors.ShapelyError as error:
        raise MapFileError(str(error)[:200]) from error


def _geometries(thing: dict) -> Iterator[dict]:
    kind = thing["type"]
    if kind == "FeatureCollection":
        for feature in thing["features"]:
            yield from _geometries(feature)
    elif kind == "Feature":
        if thing["geometry"] is not None:
            yield from _geometries(thing["geometry"])
    elif kind == "GeometryCollection":
        for geometry in thing["geometries"]:
            yield from _geometries(geometry)
    else:
        yield thing


def _crs_named(member: dict | None) -> str:
    if member is None:
        return WGS84
    name = str(member["properties"]["name"])
    if name == _CRS84:
        return WGS84
    found = _CRS_NAME.fullmatch(name)
    if not found:
        raise NoCrsError(f"unknown CRS: {name[:60]}")
    return f"EPSG:{found[1]}"


def polygons_in_geopackage(content: bytes) -> list[gpd.GeoSeries]:
    """Return the polygons of each feature table of a GeoPackage, each series in its own CRS.

    Raises
    ------
    MapFileError
        If it is not a GeoPackage, is damaged, or holds a view, which could run anything.
    """
    if not content.startswith(b"SQLite format 3\0"):
        raise MapFileError("not a GeoPackage")
    # Bytes 18 and 19 say that a log file stands beside the database; there is none in memory.
    content = content[:18] + b"\x01\x01" + content[20:]
    steps = iter(range(_MOST_STEPS // 100_000))
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            # A column can be worked out as it is read; it still cannot give out more than the file holds.
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, len(content))
            database.set_progress_handler(lambda: next(steps, None) is None, 100_000)
            database.execute("PRAGMA trusted_schema = OFF")
            return [_feature_table(database, *row) for row in _feature_tables(database)]
    except (
        struct.error,
        sqlite3.Error,
        ValueError,
        TypeError,
        IndexError,
        OverflowError,
        shapely.errors.ShapelyError,
    ) as error:
        if isinstance(error, MapFileError):
            raise
        raise MapFileError(str(error)[:200]) from error


def _feature_tables(database: sqlite3.Connection) -> list[tuple[str, str, int]]:
    kinds = dict(
        database.execute("SELECT name, CASE WHEN sql LIKE 'CREATE TABLE%' THEN type END FROM sqlite_master")
    )
    if database.execute("SELECT 1 FROM sqlite_master WHERE type = 'view'").fetchone():
        raise MapFileError("the file holds a view")
    rows = database.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns").fetchall()
    if any(kinds.get(table) != "table" for table, _, _ in rows):
        raise MapFileError("the file names a table that is none")
    if len({table for table, _, _ in rows}) < len(rows):
        raise MapFileError("the file names a table twice")
    for table, _, _ in rows:
        if database.execute("SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden", (table,)).fetchone():
            raise MapFileError("a column is worked out, not written down")
    return rows


def _feature_table(database: sqlite3.Connection, table: str, column: str, srs_id: int) -> gpd.GeoSeries:
    crs = database.execute(
        "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs_id,)
    ).fetchone()
    if crs is None or str(crs[0]).upper() != "EPSG":
        raise NoCrsError("no CRS")
    table, column = (str(name).replace('"', '""') for name in (table, column))
    rows = database.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
    return _polygons([_from_blob(blob) for (blob,) in rows], f"EPSG:{int(crs[1])}")


def _from_blob(blob: bytes) -> shapely.Geometry | None:
    """Return a polygon from GeoPackage's binary form: a short header, then well-known binary."""
    if blob[:2] != b"GP":
        raise MapFileError("not a geometry")
    wkb = blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]
    kind, count, at, _ = _wkb_head(wkb, 0)
    if kind not in (_POLYGON, _MULTIPOLYGON):
        return None
    for _ in range(count if kind == _MULTIPOLYGON else 1):
        at = _end_of_polygon(wkb, at if kind == _MULTIPOLYGON else 0)
    return shapely.from_wkb(wkb)


def _end_of_polygon(wkb: bytes, at: int) -> int:
    """Walk over one polygon, so that nothing else reaches GEOS.

    GEOS follows collections within collections until its stack overflows, which ends the whole program.
    """
    kind, rings, at, floats = _wkb_head(wkb, at)
    if kind != _POLYGON:
        raise MapFileError("a multipolygon of something else")
    order = "<" if wkb[at - 9] else ">"
    for _ in range(rings):
        (corners,) = struct.unpack_from(order + "I", wkb, at)
        at += 4 + 8 * floats * corners
    return at


def _wkb_head(wkb: bytes, at: int) -> tuple[int, int, int, int]:
    """Return a geometry's kind, how many parts it says it has, where they begin, and the floats a corner has."""
    code, count = struct.unpack_from("<II" if wkb[at] else ">II", wkb, at + 1)
    # Heights and measures are written as thousands (ISO) or as the highest bits (extended).
    high, thousands = code >> 28, (code & 0x0FFFFFFF) // 1000
    floats = 2 + max((high >> 3 & 1) + (high >> 2 & 1), (0, 1, 1, 2)[thousands])
    if high & 0b0010:
        raise MapFileError("a geometry with a CRS of its own")
    return (code & 0x0FFFFFFF) % 1000, count, at + 9, floats


def _polygons(shapes: list[shapely.Geometry], crs: str) -> gpd.GeoSeries:
    kept = [
        s for s in shapes if s is not None and s.geom_type in ("Polygon", "MultiPolygon") and not s.is_empty
    ]
    if not all(np.isfinite(shapely.get_coordinates(s)).all() for s in kept):
        raise MapFileError("a coordinate is not a number")
    try:
        found = gpd.GeoSeries([shapely.force_2d(s) for s in kept], crs=crs)
    except RuntimeError as error:
        # pyproj's CRSError: a number that is no CRS.
        raise NoCrsError(str(error)[:200]) from error
    if not (found.crs.is_geographic or found.crs.is_projected):
        raise NoCrsError(f"not a CRS of the ground: {crs}")
    return found
