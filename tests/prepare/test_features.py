"""From OpenStreetMap objects to the table of assets, and the strip round the study area."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.categories import read_asset_rules
from prepare import features
from prepare.features import CLIP_BUFFER_M
from prepare.made import Made
from study.errors import DataError
from tests.prepare.toyford import EAST, NORTH, Extract, square, toyford_extract, wanted_objects

SOURCE = "toy.osm.pbf"


def assets(extract: Extract, folder: Path, wards: gpd.GeoDataFrame) -> Made:
    return features.assets(
        wanted_objects(extract, folder / SOURCE), wards, rules=read_asset_rules(), source=SOURCE
    )


def test_toyfords_assets_are_exactly_these(tmp_path: Path, wards: gpd.GeoDataFrame):
    table = assets(toyford_extract(), tmp_path, wards).table
    kinds = {
        "n1": "amenity=pub",
        "n6": "highway=bus_stop",
        "n7": "railway=station",
        "n8": "amenity=bench",
        "n20000000001": "leisure=playground",
        "w50": "amenity=community_centre",
        "w60": "leisure=park",
        "w61": "natural=wood",
        "w62": "leisure=garden",
        "w63": "natural=water",
        "w64": "natural=water",
        "r70": "leisure=park",
    }
    assert table["kind"].to_dict() == kinds


@pytest.mark.parametrize(
    "tags",
    [
        {"social_facility": "womens_refuge", "name": "Secret House"},
        {"social_facility": "shelter"},
        {"social_facility": "group_home"},
        {"social_facility": "nursing_home"},
        {"social_facility": "outreach", "social_facility__for": "abused"},
        {"social_facility": "outreach", "social_facility__for": "child;refugee"},
        {"name": "Unknown House"},
        {"social_facility": "something_new"},
        {"social_facility": "food_bank", "access": "private"},
        {"social_facility": "food_bank", "disused__amenity": "social_facility"},
    ],
    ids=lambda tags: " ".join(f"{k}={v}" for k, v in tags.items()),
)
def test_a_place_where_people_may_live_or_hide_is_never_listed(
    tmp_path: Path, wards: gpd.GeoDataFrame, tags: dict[str, str]
):
    extract = Extract()
    extract.node(1, 100, 100, amenity="pub")
    extract.node(2, 300, 300, amenity="social_facility", **tags)
    assert assets(extract, tmp_path, wards).table.index.tolist() == ["n1"]


def test_a_food_bank_is_listed(tmp_path: Path, wards: gpd.GeoDataFrame):
    extract = Extract()
    extract.node(2, 300, 300, amenity="social_facility", social_facility="food_bank")
    assert assets(extract, tmp_path, wards).table["type"].to_dict() == {"n2": "advice_and_support"}


@pytest.mark.parametrize("access", ["private", "no"])
def test_what_is_not_for_the_public_is_left_out(tmp_path: Path, wards: gpd.GeoDataFrame, access: str):
    extract = Extract()
    extract.node(1, 100, 100, amenity="pub")
    extract.node(2, 300, 300, amenity="cafe", access=access)
    extract.box(5, 500, 500, 600, 600, leisure="pitch", access=access)
    assert assets(extract, tmp_path, wards).table.index.tolist() == ["n1"]


def test_each_asset_knows_its_ward_and_one_beyond_the_wards_has_none(tmp_path: Path, wards: gpd.GeoDataFrame):
    made = assets(toyford_extract(), tmp_path, wards)
    ward = made.table["ward_code"]
    assert ward[["n1", "w60", "w62"]].tolist() == ["E05000001"] * 3
    assert ward[["w50", "r70", "n20000000001"]].tolist() == ["E05000002"] * 3
    assert ward.isna().sum() == 1
    assert ward.isna()["n8"]
    assert f"Outside the wards, within {CLIP_BUFFER_M:,} m of them: 1." in made.notes


def test_the_strip_round_the_study_area_ends_at_its_width(tmp_path: Path, wards: gpd.GeoDataFrame):
    extract = Extract()
    extract.node(1, -(CLIP_BUFFER_M - 10), 500, amenity="bench")
    extract.node(2, -(CLIP_BUFFER_M + 10), 500, amenity="bench")
    extract.node(3, 500, 1000 + CLIP_BUFFER_M - 10, amenity="bench")
    extract.node(4, 500, 1000 + CLIP_BUFFER_M + 10, amenity="bench")
    assert assets(extract, tmp_path, wards).table.index.tolist() == ["n1", "n3"]


def test_the_strip_is_as_wide_as_walking_times_need():
    # A buffer of 2.5 km on foot: without one, four in ten points near the edge get a wrong nearest place.
    assert CLIP_BUFFER_M == 2_500


def test_a_hall_and_its_building_are_one_place(tmp_path: Path, wards: gpd.GeoDataFrame):
    made = assets(toyford_extract(), tmp_path, wards)
    halls = made.table[made.table["asset_name"] == "Northside Hall"]
    # The building knows of its step-free door, so it is the one that stays.
    assert halls.index.tolist() == ["w50"]
    assert halls["merged_ids"].tolist() == ["w50 n2"]
    assert halls["wheelchair"].tolist() == ["yes"]
    assert "Merged into a place of the same name close by: 1." in made.notes


@pytest.mark.parametrize(
    ("metres", "name", "amenity", "left"),
    [
        (70, "Northside Hall", "community_centre", ["n1"]),
        (80, "Northside Hall", "community_centre", ["n1", "n2"]),
        (70, "the NORTHSIDE hall", "community_centre", ["n1"]),
        (70, "Southside Hall", "community_centre", ["n1", "n2"]),
        (70, "Northside Hall", "place_of_worship", ["n1", "n2"]),
    ],
    ids=["near", "too far", "written otherwise", "another name", "another type"],
)
def test_same_named_places_of_one_type_within_75_m_are_merged(
    tmp_path: Path, wards: gpd.GeoDataFrame, metres: float, name: str, amenity: str, left: list[str]
):
    extract = Extract()
    extract.node(1, 100, 100, amenity="community_centre", name="Northside Hall")
    extract.node(2, 100 + metres, 100, amenity=amenity, name=name)
    assert assets(extract, tmp_path, wards).table.index.tolist() == left


def test_nameless_places_are_never_merged(tmp_path: Path, wards: gpd.GeoDataFrame):
    extract = Extract()
    extract.node(1, 100, 100, amenity="bench")
    extract.node(2, 101, 100, amenity="bench")
    made = assets(extract, tmp_path, wards)
    assert made.table.index.tolist() == ["n1", "n2"]
    assert "Without a name: 2." in made.notes


def test_made_up_numbers_are_never_linked(tmp_path: Path, wards: gpd.GeoDataFrame):
    made = assets(toyford_extract(), tmp_path, wards)
    url = made.table["osm_url"]
    assert url[url.isna()].index.tolist() == ["n20000000001"]
    assert url["n1"] == "https://www.openstreetmap.org/node/1"
    assert url["w50"] == "https://www.openstreetmap.org/way/50"
    assert url["r70"] == "https://www.openstreetmap.org/relation/70"
    assert "1 have a number that is not OpenStreetMap's own and are not linked to it." in made.notes


def test_a_ring_shaped_park_is_marked_on_its_ground_and_not_in_its_hole(
    tmp_path: Path, wards: gpd.GeoDataFrame
):
    point = assets(toyford_extract(), tmp_path, wards).table.geometry["r70"]
    assert square(1600, 800, 1800, 950).contains(point)
    assert not square(1650, 850, 1750, 900).contains(point)


def test_text_from_outside_is_carried_as_it_stands(tmp_path: Path, wards: gpd.GeoDataFrame):
    attack = "{{ 7*7 }}<script>alert(1)</script>${x}`"
    extract = Extract()
    extract.node(1, 100, 100, amenity="pub", name=attack, operator=attack)
    table = assets(extract, tmp_path, wards).table
    assert table.loc["n1", ["asset_name", "operator"]].tolist() == [attack, attack]


def test_an_extract_of_another_place_holds_no_assets(tmp_path: Path, wards: gpd.GeoDataFrame):
    extract = Extract()
    extract.node(1, 20_000, 500, amenity="pub")
    with pytest.raises(DataError, match="The extract holds no assets in or near the wards"):
        assets(extract, tmp_path, wards)


def test_the_ground_kept_is_the_wards_and_the_strip(wards: gpd.GeoDataFrame):
    ground = features.ground_to_keep(wards)
    b = CLIP_BUFFER_M
    # The rectangle, four strips and four quarter circles (drawn with corners, so a little smaller).
    whole = 2000 * 1000 + 2 * b * (2000 + 1000) + 3.14159 * b * b
    assert ground.area == pytest.approx(whole, rel=0.01)
    assert ground.contains(shapely.Point(EAST - b + 1, NORTH + 500))
