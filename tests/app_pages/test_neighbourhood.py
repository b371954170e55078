"""A neighbourhood of one's own, in its three ways; the same page as a ward, and kind about what it is given."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely

from study.crs import WGS84
from tests.app_pages.visit import Visit
from tests.toytown import CRS, box

NOTHING = "Nothing is shown yet. A neighbourhood is what people who live there say it is."
# Round Westgate Hall and Library and the 750 people at (500, 500); and round the 80 people of LSOA 6.
ROUND_THE_HALL = box(300, 300, 900, 1000)
ROUND_FEW = box(4800, 1300, 5200, 1700)


def lonlat(shape: shapely.Polygon) -> shapely.Polygon:
    return gpd.GeoSeries([shape], crs=CRS).to_crs(WGS84).iloc[0]


def in_link(shape: shapely.Polygon) -> str:
    return ";".join(f"{lat:.4f},{lon:.4f}" for lon, lat in lonlat(shape).exterior.coords[:-1])


def geojson(*shapes: shapely.Geometry) -> bytes:
    features = [
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(s)} for s in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def is_empty(visit: Visit) -> bool:
    return [i.value for i in visit.app.info] == [NOTHING] and visit.tables() == [] and not visit.app.header


def shows_the_hall(visit: Visit) -> None:
    """Assert that the page shows `ROUND_THE_HALL`, as worked out by hand."""
    assert [h.value for h in visit.app.header] == ["Your neighbourhood"]
    assert "About 750 residents" in visit.texts
    assert "Associations : 1 known Westgate Hall Institutions : 1 known Westgate Library" in visit.words
    end = "in 1 of 1 small areas, live in the most deprived tenth of England (IMD 2025)."
    assert f"About 750 residents, {end}" in visit.texts
    hall = visit.table("ownreach").rows().loc["Community space"]
    assert hall["Minutes, middle resident"] == 5  # 300 m x 1.4 / 80
    assert hall["Residents over 15 min"] == 0 and hall["% of residents"] == 0
    assert len(visit.assets_on_map()) == 2


# ---- drawn -------------------------------------------------------------------------------------------------------
def test_nothing_given(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood")
    assert is_empty(in_toytown)
    assert in_toytown.map()["draw"] is True and in_toytown.map()["shape"] is None
    assert in_toytown.line == "Toytown · Draw it on the map"


def test_a_drawing_gets_the_page_of_a_ward(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood")
    ring = [list(p) for p in lonlat(ROUND_THE_HALL).exterior.coords]
    in_toytown.pick_on_map({"pick": 1, "drawn": True}, {"type": "Polygon", "coordinates": [ring]})
    shows_the_hall(in_toytown)
    assert in_toytown.query == {
        "shape": in_link(ROUND_THE_HALL) + ";" + in_link(ROUND_THE_HALL).split(";")[0]
    }
    assert [d.proto.label for d in in_toytown.app.get("download_button")] == [
        "Download this outline (GeoJSON)"
    ]


def test_a_drawing_is_a_link(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood", shape=in_link(ROUND_THE_HALL))
    shows_the_hall(in_toytown)
    # The outline that the map draws is the one in the link, to a metre.
    drawn = [[round(lat, 4), round(lon, 4)] for lat, lon in in_toytown.map()["shape"]]
    assert ";".join(f"{lat:.4f},{lon:.4f}" for lat, lon in drawn[:-1]) == in_link(ROUND_THE_HALL)
    in_toytown.link()
    assert is_empty(in_toytown)


@pytest.mark.parametrize(
    "shape",
    [
        "",
        "53.5,-1.9;53.6,-1.9",
        "nan,nan;nan,nan;nan,nan",
        "inf,0;0,inf;1,1",
        "1e999,0;0,0;1,1",
        "<script>alert(1)</script>",
        "{{7*7}};{{7*7}};{{7*7}}",
        "1,2,3;4,5,6;7,8,9",
        ";;;",
        ";".join(["53.5,-1.9"] * 62),
        "9" * 5000,
    ],
)
def test_a_hostile_outline_in_a_link_shows_nothing(in_toytown: Visit, shape: str) -> None:
    in_toytown.open("neighbourhood", shape=shape)
    assert is_empty(in_toytown)


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ("95,0;96,0;96,1", "This outline cannot be read."),
        ("53.5,-190;53.6,-190;53.6,-191", "This outline cannot be read."),
        ("51.5,-0.1;51.6,-0.1;51.6,0.0", "This outline lies outside the place on this map."),
        ("0,88;1,88;1,89", "This outline lies outside the place on this map."),
        ("90,0;90,90;90,180", "This is not an area: it has no surface."),
        ("53.5,-1.95;53.5,-1.95;53.5,-1.95", "This is not an area: it has no surface."),
    ],
)
def test_an_outline_that_cannot_be_used_says_why(in_toytown: Visit, shape: str, sentence: str) -> None:
    in_toytown.open("neighbourhood", trouble=True, shape=shape)
    assert in_toytown.errors == [sentence]
    assert any(t.startswith("What to do: ") for t in in_toytown.texts)
    assert not in_toytown.app.header and in_toytown.map_count() == 1


def test_an_outline_that_crosses_itself_is_put_right(in_toytown: Visit) -> None:
    # A bow tie: both of its triangles count.
    west, south, east, north = ROUND_THE_HALL.bounds
    bow = shapely.Polygon([(west, south), (east, south), (west, north), (east, north)])
    in_toytown.open("neighbourhood", shape=in_link(bow))
    assert [h.value for h in in_toytown.app.header] == ["Your neighbourhood"]


def test_too_few_people_are_said_and_no_share_is_shown(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood", shape=in_link(ROUND_FEW))
    (warning,) = [w.value for w in in_toytown.app.warning]
    assert warning.startswith("Fewer than 100 people live here by this map's reckoning.")
    assert not any(
        "residents" in t and t.startswith("About") and "in 1 of" not in t for t in in_toytown.texts
    )
    reach = in_toytown.table("ownreach").rows()
    assert reach["% of residents"].isna().all() and reach["Residents over 15 min"].isna().all()
    assert reach.loc["Community space", "Note"] == "too few residents"
    assert in_toytown.table("owndeprivation").rows()["% of residents"].isna().all()
    assert "m² for each resident" not in " ".join(in_toytown.texts)


def test_nobody_lives_there(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood", shape=in_link(box(5800, 1800, 5950, 1950)))
    assert [h.value for h in in_toytown.app.header] == ["Your neighbourhood"]
    assert "No assets are on the map here yet. That does not mean there are none." in in_toytown.words
    assert any(t.startswith("No residents, in 0 of 0 small areas") for t in in_toytown.texts)


def test_a_finished_drawing_is_kept_short(in_toytown: Visit) -> None:
    many = lonlat(shapely.Point(ROUND_THE_HALL.centroid).buffer(300, quad_segs=40))
    ring = [list(p) for p in many.exterior.coords]
    in_toytown.open("neighbourhood").pick_on_map({"pick": 1}, {"type": "Polygon", "coordinates": [ring]})
    assert len(in_toytown.query["shape"].split(";")) == 61
    assert [h.value for h in in_toytown.app.header] == ["Your neighbourhood"]


def test_a_click_on_a_ward_draws_nothing(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood").pick_on_map({"pick": 1, "ward_code": "E05900001"})
    assert is_empty(in_toytown) and in_toytown.query == {}


# ---- postcodes ---------------------------------------------------------------------------------------------------
def test_postcodes_of_leeds(visit: Visit) -> None:
    visit.open("neighbourhood").choose("way", "postcodes")
    assert visit.query == {"way": "postcodes"} and is_empty(visit)
    assert visit.map()["draw"] is False
    visit.app.text_area(key="_postcodes").set_value("LS8 5AA\nls8 5ab, ZZ1 1ZZ;LS99 9ZZ")
    visit.run()
    assert [h.value for h in visit.app.header] == ["Your neighbourhood"]
    (warning, *_) = [w.value for w in visit.app.warning]
    assert warning == "Not in the directory for this place: ZZ11ZZ, LS999ZZ"
    assert visit.map()["shape"] is not None
    # A postcode is nobody's business but the visitor's.
    assert visit.query == {"way": "postcodes"}


def test_no_postcode_is_known(visit: Visit) -> None:
    visit.open("neighbourhood", way="postcodes")
    visit.app.text_area(key="_postcodes").set_value("ZZ1 1ZZ")
    visit.run(trouble=True)
    assert visit.errors == ["None of these postcodes is in the directory for this place."]


def test_a_place_without_postcodes_says_so(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood", way="postcodes")
    in_toytown.app.text_area(key="_postcodes").set_value("LS8 5AA")
    in_toytown.run(trouble=True)
    assert in_toytown.errors == ["None of these postcodes is in the directory for this place."]


# ---- uploaded ----------------------------------------------------------------------------------------------------
def test_an_upload_gets_the_page_of_a_ward(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood", way="upload")
    assert is_empty(in_toytown)
    in_toytown.app.file_uploader[0].upload(
        "own.geojson", geojson(lonlat(ROUND_THE_HALL)), "application/geo+json"
    )
    shows_the_hall(in_toytown.run())


def test_an_upload_of_two_parts_shows_both(in_toytown: Visit) -> None:
    two = geojson(lonlat(ROUND_THE_HALL), lonlat(ROUND_FEW))
    in_toytown.open("neighbourhood", way="upload")
    in_toytown.app.file_uploader[0].upload("own.json", two, "application/json")
    in_toytown.run()
    assert "About 830 residents" in in_toytown.texts  # 750 + 80


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n", "This file cannot be read as a map file."),
        (b"", "This file cannot be read as a map file."),
        (b"{", "This file cannot be read as a map file."),
        (geojson(shapely.Point(-1.9, 53.5)), "There is no polygon in this file."),
        (geojson(shapely.box(0, 51, 1, 52)), "This outline lies outside the place on this map."),
    ],
)
def test_an_upload_that_cannot_be_used_says_why(in_toytown: Visit, content: bytes, sentence: str) -> None:
    in_toytown.open("neighbourhood", way="upload")
    in_toytown.app.file_uploader[0].upload("own.geojson", content, "application/geo+json")
    in_toytown.run(trouble=True)
    assert in_toytown.errors == [sentence]
    assert not in_toytown.app.header


def test_every_way_in_turn(visit: Visit) -> None:
    visit.open("neighbourhood")
    for way, words in (
        ("postcodes", "Paste postcodes"),
        ("upload", "Upload a map file"),
        ("draw", "Draw it on the map"),
    ):
        visit.choose("way", way)
        assert visit.query == ({} if way == "draw" else {"way": way})
        assert visit.line == f"Leeds · {words}"
        assert visit.map()["draw"] is (way == "draw")
        assert len(visit.app.text_area) == (way == "postcodes")
        assert len(visit.app.file_uploader) == (way == "upload")
