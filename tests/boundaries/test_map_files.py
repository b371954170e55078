"""Polygons out of an uploaded file: read without GDAL, and no file can cost the server more than its own bytes."""

import json
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from boundaries.map_files import MapFileError, NoCrsError, polygons_in_geojson, polygons_in_geopackage
from study.settings import REPOSITORY
from tests.toytown import CRS, box

SQUARE = box(0, 0, 100, 100)
HEADER = b"GP\0\1" + struct.pack("<i", 27700)
# A collection that holds one collection that holds one collection ...
NESTED = {
    "collections": b"".join(b"\1" + struct.pack("<II", 7, 1) for _ in range(300_000)),
    "multipolygons": b"".join(b"\1" + struct.pack("<II", 6, 1) for _ in range(300_000)),
    "a good polygon first": b"\1"
    + struct.pack("<II", 6, 2)
    + shapely.to_wkb(SQUARE)
    + b"".join(b"\1" + struct.pack("<II", 6, 1) for _ in range(300_000)),
}


def package(
    path: Path, blobs: Iterable[object], *sql: str, srs: tuple[object, object] = ("EPSG", 27700)
) -> bytes:
    """Return the smallest GeoPackage that holds these geometries, changed by further statements."""
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id)")
    database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (27700, ?, ?)", srs)
    database.execute("CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id)")
    database.execute("INSERT INTO gpkg_geometry_columns VALUES ('own', 'geom', 27700)")
    database.execute("CREATE TABLE own (fid INTEGER PRIMARY KEY, geom BLOB)")
    database.executemany("INSERT INTO own (geom) VALUES (?)", [(blob,) for blob in blobs])
    for statement in sql:
        database.execute(statement)
    database.commit()
    database.close()
    return path.read_bytes()


def blob(shape: shapely.Geometry, **options: object) -> bytes:
    return HEADER + shapely.to_wkb(shape, **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.gpkg"


# ---- GeoPackage ----------------------------------------------------------------------------------------------------
def test_every_polygon_comes_back_in_its_own_crs(path: Path) -> None:
    two = shapely.MultiPolygon([box(0, 0, 10, 10), box(20, 0, 30, 10)])
    (found,) = polygons_in_geopackage(package(path, [blob(SQUARE), blob(two), None]))
    assert found.crs == CRS
    assert found.to_list() == [SQUARE, two]


@pytest.mark.parametrize(
    "options",
    [{"byte_order": 0}, {"byte_order": 1}, {"flavor": "iso", "output_dimension": 3}, {"output_dimension": 3}],
    ids=["big end first", "little end first", "heights, ISO", "heights, extended"],
)
@pytest.mark.parametrize("many", [False, True], ids=["polygon", "multipolygon"])
def test_every_manner_of_writing_a_polygon_is_read_flat(path: Path, options: dict, many: bool) -> None:
    high = shapely.force_3d(SQUARE.difference(box(40, 40, 60, 60)), 7.0)
    shape = shapely.MultiPolygon([high, shapely.force_3d(box(200, 0, 300, 100), 7.0)]) if many else high
    (found,) = polygons_in_geopackage(package(path, [blob(shape, **options)]))
    assert not found.has_z.any()
    assert found.iloc[0].equals(shapely.force_2d(shape))


@pytest.mark.parametrize(("flags", "floats"), [(1, 0), (3, 4), (5, 6), (7, 6), (9, 8)])
def test_the_envelope_before_a_geometry_is_stepped_over(path: Path, flags: int, floats: int) -> None:
    head = b"GP\0" + bytes([flags]) + struct.pack("<i", 27700) + b"\0" * 8 * floats
    (found,) = polygons_in_geopackage(package(path, [head + shapely.to_wkb(SQUARE)]))
    assert found.to_list() == [SQUARE]


def test_points_lines_and_empty_shapes_are_stepped_over(path: Path) -> None:
    others = [shapely.Point(1, 2), shapely.LineString([(1, 2), (3, 4)]), shapely.Polygon()]
    (found,) = polygons_in_geopackage(package(path, [*map(blob, others), blob(SQUARE)]))
    assert found.to_list() == [SQUARE]


def test_a_file_that_geopandas_writes_is_read(path: Path) -> None:
    gpd.GeoDataFrame(geometry=[SQUARE], crs=CRS).to_file(path, driver="GPKG", engine="pyogrio")
    assert [series.to_list() for series in polygons_in_geopackage(path.read_bytes())] == [[SQUARE]]


@pytest.mark.parametrize("count", [0, 2**31 - 1, 2**32 - 1])
def test_counts_that_lie_are_refused(path: Path, count: int) -> None:
    lies = [
        HEADER + b"\1" + struct.pack("<III", 3, 1, count),
        HEADER + b"\1" + struct.pack("<II", 3, count or 5),
        HEADER + b"\1" + struct.pack("<II", 6, count or 5),
    ]
    for lie in lies:
        try:
            found = polygons_in_geopackage(package(path, [lie]))
        except MapFileError:
            continue
        # A ring of no corners is no lie: it is an empty shape, and left out.
        assert count == 0
        assert [len(series) for series in found] == [0]


@pytest.mark.parametrize(
    "wrong", [b"", b"GP", b"XX" * 30, HEADER, HEADER + b"\1", "text", 5, 1.5, b"GP\0\x0f" * 9]
)
def test_a_cell_that_is_no_geometry_is_refused(path: Path, wrong: object) -> None:
    with pytest.raises(MapFileError):
        polygons_in_geopackage(package(path, [wrong]))


@pytest.mark.parametrize("wkb", NESTED.values(), ids=NESTED.keys())
def test_shapes_nested_without_end_do_not_bring_the_server_down(path: Path, wkb: bytes) -> None:
    package(path, [HEADER + wkb])
    # In a process of its own: GEOS would follow them until its stack overflows, which ends Python too.
    program = (
        "import sys, pathlib; from boundaries.map_files import *\n"
        "try: sys.exit(sum(map(len, polygons_in_geopackage(pathlib.Path(sys.argv[1]).read_bytes()))))\n"
        "except MapFileError: sys.exit(0)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], cwd=REPOSITORY, check=False)
    assert ended.returncode == 0


def test_a_column_that_swells_when_it_is_read_is_refused(path: Path) -> None:
    # A few pages in the file, a ring of three million corners when it is asked for.
    ring = (HEADER + b"\1" + struct.pack("<III", 3, 1, 3_000_000)).hex()
    swollen = f"CAST(x'{ring}' || zeroblob(48000000) AS BLOB)"
    content = package(
        path,
        [],
        f"CREATE TABLE big (fid INTEGER PRIMARY KEY, geom BLOB GENERATED ALWAYS AS ({swollen}))",
        "INSERT INTO big (fid) VALUES (1)",
        "UPDATE gpkg_geometry_columns SET table_name = 'big'",
    )
    with pytest.raises(MapFileError):
        polygons_in_geopackage(content)


def test_one_table_named_again_and_again_is_refused(path: Path) -> None:
    # 200 kB in the file, 400 MB as shapes.
    big = blob(shapely.Point(0, 0).buffer(100, quad_segs=3000))
    again = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO gpkg_geometry_columns SELECT 'own', 'geom', 27700 FROM n"
    )
    with pytest.raises(MapFileError):
        polygons_in_geopackage(package(path, [big], again))


@pytest.mark.parametrize(
    "sql",
    [
        ["CREATE VIEW seen AS SELECT fid, geom FROM own"],
        ["CREATE VIEW seen AS SELECT 1", "UPDATE gpkg_geometry_columns SET table_name = 'seen'"],
        ["UPDATE gpkg_geometry_columns SET table_name = 'sqlite_master', column_name = 'sql'"],
        ["UPDATE gpkg_geometry_columns SET table_name = 'own\" WHERE 1=1 --'"],
        ["UPDATE gpkg_geometry_columns SET column_name = 'nothing'"],
        ["UPDATE gpkg_geometry_columns SET table_name = NULL"],
        ["DROP TABLE own"],
        ["DROP TABLE gpkg_geometry_columns"],
        ["DROP TABLE gpkg_spatial_ref_sys"],
        [
            "CREATE VIRTUAL TABLE seen USING fts5(geom)",
            "UPDATE gpkg_geometry_columns SET table_name = 'seen'",
        ],
    ],
    ids=lambda sql: sql[-1][:60],
)
def test_anything_but_plain_tables_is_refused(path: Path, sql: list[str]) -> None:
    with pytest.raises(MapFileError):
        polygons_in_geopackage(package(path, [blob(SQUARE)], *sql))


@pytest.mark.parametrize("srs", [("NONE", 0), ("EPSG", 99_999), ("EPSG", 5703), ("EPSG", 4978), (None, None)])
def test_a_package_without_a_crs_of_the_ground_says_so(path: Path, srs: tuple[object, object]) -> None:
    with pytest.raises(NoCrsError):
        polygons_in_geopackage(package(path, [blob(SQUARE)], srs=srs))


def test_a_damaged_package_is_refused_wherever_it_is_cut(path: Path) -> None:
    content = package(path, [blob(SQUARE)])
    assert len(content) > 16_000
    for end in (15, 16, 50, 99, 100, 4000, 5000, 9000):
        with pytest.raises(MapFileError):
            polygons_in_geopackage(content[:end])


# ---- GeoJSON -------------------------------------------------------------------------------------------------------
def geojson(thing: object, crs: object = None) -> bytes:
    return json.dumps(thing | ({"crs": crs} if crs else {})).encode()


def named(crs: str) -> dict[str, object]:
    return {"type": "name", "properties": {"name": crs}}


TRIANGLE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
FEATURE = {"type": "Feature", "properties": {}, "geometry": TRIANGLE}


@pytest.mark.parametrize(
    "thing",
    [
        TRIANGLE,
        FEATURE,
        {"type": "FeatureCollection", "features": [FEATURE]},
        {"type": "GeometryCollection", "geometries": [TRIANGLE, {"type": "Point", "coordinates": [0, 0]}]},
        {"type": "FeatureCollection", "features": [FEATURE | {"geometry": None}, FEATURE]},
    ],
    ids=lambda thing: thing["type"],
)
def test_a_polygon_is_found_wherever_geojson_may_hold_one(thing: dict) -> None:
    found = polygons_in_geojson(geojson(thing))
    assert found.crs == "EPSG:4326"
    assert found.to_list() == [shapely.geometry.shape(TRIANGLE)]


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
        ("urn:ogc:def:crs:EPSG::27700", 27700),
        ("EPSG:27700", 27700),
    ],
)
def test_a_crs_that_the_file_names_is_obeyed(crs: str, code: int) -> None:
    assert polygons_in_geojson(geojson(TRIANGLE, named(crs))).crs.to_epsg() == code


@pytest.mark.parametrize(
    "crs",
    [
        "+proj=longlat +nadgrids=/etc/passwd",
        "EPSG:99999",
        "EPSG:5703",
        "EPSG:4978",
        "urn:ogc:def:crs:EPSG::",
        "",
        "Leeds",
    ],
)
def test_a_crs_is_a_number_we_know_or_none(crs: str) -> None:
    with pytest.raises(NoCrsError):
        polygons_in_geojson(geojson(TRIANGLE, named(crs)))
