"""A neighbourhood of one's own: everything that is given is checked, and refused in a plain sentence."""

import json
import math
import sqlite3
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from boundaries import own_shapes
from boundaries.own_shapes import checked_shape, shape_from_file, shape_from_postcodes, shape_from_ring
from study.errors import PlaceNotFoundError
from tests.toytown import CRS, EAST, NORTH, box

GROUND = box(0, 0, 6000, 2000)
# GDAL and shapely warn about some broken files before our refusal reaches the person.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Non closed ring detected:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning"),
]


def degrees(shape: shapely.Geometry) -> shapely.Geometry:
    return gpd.GeoSeries([shape], crs=CRS).to_crs("EPSG:4326").iloc[0]


def ring_of(shape: shapely.Polygon) -> list[list[float]]:
    return [list(corner) for corner in degrees(shape).exterior.coords]


def geojson(*shapes: shapely.Geometry | None) -> bytes:
    features = [
        {"type": "Feature", "properties": {}, "geometry": shape and shapely.geometry.mapping(degrees(shape))}
        for shape in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def geopackage(path: Path, shapes: list[shapely.Geometry], crs: str | None = CRS) -> bytes:
    gpd.GeoDataFrame(geometry=shapes, crs=crs).to_file(path, driver="GPKG", engine="pyogrio")
    return path.read_bytes()


def refusal(content: bytes, name: str = "own.geojson") -> PlaceNotFoundError:
    """Return the refusal a page would show: of the reader, else of the check that always follows it."""
    with pytest.raises(PlaceNotFoundError) as caught:
        checked_shape(shape_from_file(content, name, CRS), GROUND)
    assert caught.value.do
    return caught.value


def same(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Say whether two outlines are nowhere more than a centimetre apart: there and back costs a millimetre."""
    return one.hausdorff_distance(other) < 0.01


# ---- the check that follows every way in -------------------------------------------------------------------------
def test_a_good_shape_comes_back() -> None:
    assert checked_shape(box(100, 100, 400, 400), GROUND).equals(box(100, 100, 400, 400))


def test_a_shape_that_crosses_itself_becomes_its_two_halves() -> None:
    # A bow tie: two triangles of 100 x 50 / 2 = 2,500 m2 each that meet in the middle.
    bow = shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((0, 0), (100, 100), (100, 0), (0, 100))])
    assert not bow.is_valid
    whole = checked_shape(bow, GROUND)
    assert whole.is_valid
    assert whole.area == pytest.approx(5000)
    assert len(whole.geoms) == 2


def test_lines_and_specks_that_come_with_a_shape_are_left_out() -> None:
    mixed = shapely.GeometryCollection(
        [box(0, 0, 10, 10), shapely.LineString([(EAST, NORTH), (EAST + 500, NORTH)])]
    )
    assert checked_shape(mixed, GROUND).equals(box(0, 0, 10, 10))


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon(),
        shapely.Point(EAST, NORTH),
        shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)]),
        shapely.Polygon([(EAST, NORTH), (EAST + 9, NORTH), (EAST, NORTH)]),
        box(0, 0, 0.5, 0.5),
    ],
    ids=["nothing", "point", "line", "flat", "speck"],
)
def test_what_has_no_surface_is_refused(shape: shapely.Geometry) -> None:
    with pytest.raises(PlaceNotFoundError, match="it has no surface"):
        checked_shape(shape, GROUND)


def test_a_shape_outside_is_refused_and_one_that_reaches_in_is_not() -> None:
    with pytest.raises(PlaceNotFoundError, match="outside the place on this map"):
        checked_shape(box(7000, 0, 8000, 500), GROUND)
    assert checked_shape(box(5900, 0, 8000, 500), GROUND).area == 2100 * 500


def test_too_many_corners_are_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    corners = [
        (EAST + 500 + 400 * math.cos(i), NORTH + 500 + 400 * math.sin(i))
        for i in (j * math.tau / 20_000 for j in range(20_000))
    ]
    with pytest.raises(PlaceNotFoundError, match="more than 20,000 corners"):
        checked_shape(shapely.Polygon(corners), GROUND)
    # One less, since a ring's last corner is its first again.
    assert checked_shape(shapely.Polygon(corners[:-1]), GROUND).area == pytest.approx(math.pi * 400**2, 1e-3)


# ---- drawn -------------------------------------------------------------------------------------------------------
def test_a_drawn_ring_becomes_a_shape_in_metres() -> None:
    assert same(shape_from_ring(ring_of(box(100, 200, 600, 700)), CRS), box(100, 200, 600, 700))


def test_a_ring_need_not_be_closed() -> None:
    assert same(shape_from_ring(ring_of(box(100, 200, 600, 700))[:-1], CRS), box(100, 200, 600, 700))


@pytest.mark.parametrize(
    "ring",
    [
        [],
        [[0, 0]],
        [[0, 0], [1, 1]],
        [["a", 0], [1, 1], [2, 2]],
        [[1, 2, 3]] * 4,
        [[1]] * 4,
        [None] * 4,
        [[math.nan, 0], [1, 1], [2, 0]],
        [[math.inf, 0], [1, 1], [2, 0]],
        [[181, 0], [1, 1], [2, 0]],
        [[0, 91], [1, 1], [2, 0]],
        [[10**400, 0], [1, 1], [2, 0]],
        [[[1], 0], [1, 1], [2, 0]],
        [{"lon": 0, "lat": 0}] * 3,
        "{{ 7 * 7 }}",
        None,
        5,
        {"a": 1},
        [[0, 0]] * 5,
        [[-180, -90], [180, -90], [180, 90], [-180, 90]],
        [[0, 0], [1, 0], [1, 1]],
    ],
    ids=lambda ring: str(ring)[:30],
)
def test_a_hostile_or_broken_ring_is_refused_in_words(ring: object) -> None:
    with pytest.raises(PlaceNotFoundError) as caught:
        checked_shape(shape_from_ring(ring, CRS), GROUND)
    assert caught.value.do


# ---- uploaded ----------------------------------------------------------------------------------------------------
def test_an_uploaded_geojson_is_read_to_metres_and_joined() -> None:
    content = geojson(box(0, 0, 100, 100), box(100, 0, 200, 100), None)
    assert same(shape_from_file(content, "Mine.GeoJSON", CRS), box(0, 0, 200, 100))
    assert same(shape_from_file(content, "mine.json", CRS), box(0, 0, 200, 100))


def test_an_uploaded_geopackage_is_read_to_metres_and_joined(tmp_path: Path) -> None:
    content = geopackage(
        tmp_path / "a.gpkg", [box(0, 0, 100, 100), shapely.MultiPolygon([box(200, 0, 300, 100)])]
    )
    whole = shapely.MultiPolygon([box(0, 0, 100, 100), box(200, 0, 300, 100)])
    assert same(shape_from_file(content, "mine.gpkg", CRS), whole)


def test_an_uploaded_shape_that_crosses_itself_is_mended() -> None:
    bow = shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((0, 0), (100, 100), (100, 0), (0, 100))])
    shape = checked_shape(shape_from_file(geojson(bow), "bow.geojson", CRS), GROUND)
    assert shape.is_valid
    assert shape.area == pytest.approx(5000, rel=1e-3)


@pytest.mark.parametrize("name", ["own.kml", "own.vrt", "own", "own.geojson.exe", "geojson", ""])
def test_another_ending_is_refused(name: str) -> None:
    assert refusal(geojson(box(0, 0, 9, 9)), name).what == "This kind of file cannot be read here."


def test_only_the_ending_of_the_name_is_used(tmp_path: Path) -> None:
    (tmp_path / "other.geojson").write_bytes(geojson(box(500, 500, 900, 900)))
    shape = shape_from_file(geojson(box(0, 0, 9, 9)), f"../../{tmp_path}/other.geojson", CRS)
    assert same(shape, box(0, 0, 9, 9))


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    assert refusal(b" " * (own_shapes.MOST_BYTES + 1)).what == "This file is larger than 5 MB."


def test_a_file_with_too_many_corners_is_refused() -> None:
    ring = [[-1.9 + 0.01 * math.cos(i / 3200), 53.5 + 0.01 * math.sin(i / 3200)] for i in range(20_001)]
    content = json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}).encode()
    assert refusal(content).what == "This file has more than 20,000 corners."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"{}",
        b"[]",
        b"null",
        b'"text"',
        b"[" * 100_000,
        b'{"type":"FeatureCollection","features":' + b"[" * 100_000,
        b'{"type":"FeatureCollection","features":[{"type":"Fea',
        b'{"type":"FeatureCollection","features":5}',
        b'{"type":"FeatureCollection","features":[null]}',
        b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon"}}]}',
        b'{"type":"Polygon","coordinates":5}',
        b'{"type":"Polygon","coordinates":[[["a","b"],[1,0],[1,1],["a","b"]]]}',
        b'{"type":"Polygon","coordinates":[[[0,0],[1,0]]]}',
        b'{"type":"Polygon","coordinates":[[[NaN,0],[1,0],[1,1],[NaN,0]]]}',
        b'{"type":"Polygon","coordinates":[[[1e400,0],[1,0],[1,1],[1e400,0]]]}',
        b'{"type":"Polygon","coordinates":[[[1000,0],[1001,0],[1001,91],[1000,0]]]}',
        b"<html><script>alert(1)</script></html>",
        b"\xff\xfe\x00\x01",
        b"PK\x03\x04" + b"\x00" * 60,
        b"SQLite format 3\x00" + b"\x00" * 100,
    ],
    ids=lambda content: str(content[:40]),
)
def test_a_broken_file_is_refused_in_words(content: bytes) -> None:
    refusal(content)


@pytest.mark.parametrize(
    "content",
    [
        geojson(),
        geojson(None),
        geojson(shapely.Point(EAST, NORTH)),
        geojson(shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])),
    ],
    ids=["no feature", "no geometry", "point", "line"],
)
def test_a_file_without_a_polygon_is_refused(content: bytes) -> None:
    assert refusal(content).what == "There is no polygon in this file."


def test_a_geopackage_that_does_not_state_its_crs_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        content = geopackage(tmp_path / "bare.gpkg", [box(0, 0, 100, 100)], crs=None)
    assert refusal(content, "bare.gpkg").what == "This file does not say which coordinates it uses."


def secret(tmp_path: Path) -> Path:
    """Write a map file that stands for the server's own files: no upload may reach it."""
    path = tmp_path / "secret.geojson"
    path.write_bytes(geojson(box(0, 0, 1000, 1000)))
    return path


@pytest.mark.parametrize("name", ["own.geojson", "own.json", "own.gpkg"])
@pytest.mark.parametrize(
    "attack",
    [
        '<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{path}</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>",
        '{{"type": "gdal_streamed_alg", "command_line": '
        '"gdal vector pipeline ! read {path} ! reproject --dst-crs=EPSG:3857"}}',
    ],
    ids=["virtual file", "command line"],
)
def test_an_upload_cannot_make_the_server_read_its_own_files(tmp_path: Path, attack: str, name: str) -> None:
    # GDAL looks at what a file holds, not at its name, and such a file names another one or an address.
    refusal(attack.format(path=secret(tmp_path)).encode(), name)


def test_a_geopackage_that_runs_a_query_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "view.gpkg"
    geopackage(path, [box(0, 0, 100, 100)])
    with sqlite3.connect(path) as database:
        # A view can loop for ever or call GDAL's own functions; a plain file needs none.
        database.execute("CREATE VIEW endless AS SELECT fid, geom FROM view")
    database.close()
    refusal(path.read_bytes(), "view.gpkg")


# ---- from postcodes ----------------------------------------------------------------------------------------------
POSTCODES = pd.DataFrame(
    {
        "lad_code": "E99000009",
        "easting_m": [EAST + 500.0, EAST + 700.0, EAST + 3500.0],
        "northing_m": [NORTH + 500.0, NORTH + 500.0, NORTH + 500.0],
    },
    index=pd.Index(["TT11AA", "TT11AB", "TT21AA"], name="postcode"),
)


def test_one_postcode_is_a_circle_of_120_metres() -> None:
    shape, missing = shape_from_postcodes("tt1 1aa", POSTCODES, CRS)
    assert missing == []
    assert shape.area == pytest.approx(math.pi * 120**2, rel=0.02)
    assert shape.centroid.distance(shapely.Point(EAST + 500, NORTH + 500)) < 1


def test_near_postcodes_are_joined_and_far_ones_are_not() -> None:
    joined, _ = shape_from_postcodes("TT1 1AA, TT1 1AB", POSTCODES, CRS)
    assert joined.geom_type == "Polygon"
    # The ground between two neighbours 200 m apart belongs to the neighbourhood.
    assert joined.contains(shapely.Point(EAST + 600, NORTH + 500))
    apart, _ = shape_from_postcodes("TT1 1AA\nTT2 1AA", POSTCODES, CRS)
    assert apart.geom_type == "MultiPolygon"


def test_postcodes_are_read_however_they_are_written() -> None:
    text = " tt1 1aa ;TT11AA,\n\n\tTt1  1aB ,, ZZ9 9ZZ;nonsense "
    shape, missing = shape_from_postcodes(text, POSTCODES, CRS)
    assert missing == ["ZZ99ZZ", "NONSENSE"]
    assert same(shape, shape_from_postcodes("TT1 1AA,TT1 1AB", POSTCODES, CRS)[0])


@pytest.mark.parametrize("text", ["", "  ,;\n", "ZZ9 9ZZ", "{{ 7 * 7 }}", "TT1"])
def test_no_known_postcode_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(PlaceNotFoundError, match="None of these postcodes") as caught:
        shape_from_postcodes(text, POSTCODES, CRS)
    assert "LS8 5AA" in caught.value.do


def test_a_list_that_is_too_long_is_refused_and_repeats_do_not_count() -> None:
    with pytest.raises(PlaceNotFoundError, match="at most 500 postcodes"):
        shape_from_postcodes(",".join(f"TT{number} 1AA" for number in range(501)), POSTCODES, CRS)
    assert shape_from_postcodes("TT1 1AA," * 600, POSTCODES, CRS)[1] == []
