"""Toytown itself: what its first lines promise is what the rules make of its places."""

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from boundaries.assign import assign_points
from layers.assets import assets_from_tags, merge_duplicates
from layers.categories import read_asset_rules
from tests.toytown import CRS, EASTFIELD, MIDTOWN, PLACES, WESTGATE, box, places, toytown

TOWN = toytown()


def test_the_rules_make_the_assets_that_were_worked_out_by_hand() -> None:
    assets = assets_from_tags(places(), [tags for *_, tags in PLACES], rules=read_asset_rules())
    assets = merge_duplicates(assets)
    assets = assets.assign(
        ward_code=assign_points(assets, TOWN.wards), lsoa_code=assign_points(assets, TOWN.lsoas)
    )
    assert_geodataframe_equal(assets, TOWN.assets, check_like=True)


def test_the_private_place_is_not_there_and_the_pair_is_one() -> None:
    assert len(PLACES) == 17
    assert len(TOWN.assets) == 15
    assert "n16" not in TOWN.assets.index
    assert TOWN.assets.loc["n2", ["merged_ids", "wheelchair", "operator"]].to_list() == [
        "n2 w2",
        "limited",
        "Toytown Council",
    ]


def test_residents_add_up_by_point_lsoa_and_ward() -> None:
    by_lsoa = TOWN.resident_points.groupby("lsoa_code")["residents"].sum()
    pd.testing.assert_series_equal(by_lsoa, TOWN.population["residents"].astype(float))
    by_ward = TOWN.population["residents"].groupby(TOWN.lsoas["ward_code"]).sum()
    assert by_ward.to_dict() == {WESTGATE: 3000, MIDTOWN: 2000, EASTFIELD: 3080}
    assert TOWN.population["residents"].sum() == 8080


def test_every_point_lies_where_it_says() -> None:
    for table in (TOWN.resident_points, TOWN.assets):
        expected = table["lsoa_code"].rename("lsoa_code")
        pd.testing.assert_series_equal(assign_points(table, TOWN.lsoas), expected)


def test_assets_by_ward() -> None:
    assert TOWN.assets["ward_code"].value_counts().to_dict() == {MIDTOWN: 6, WESTGATE: 5, EASTFIELD: 3}
    counting = TOWN.assets[TOWN.assets["counts_for_gap"]]
    assert counting["ward_code"].value_counts().to_dict() == {MIDTOWN: 4, WESTGATE: 5, EASTFIELD: 3}


def test_straight_metres_to_the_nearest_community_space() -> None:
    spaces = TOWN.assets[TOWN.assets["type"] == "community_space"]
    metres = TOWN.resident_points.geometry.map(lambda point: spaces.distance(point).min())
    assert metres.round().to_list() == [300, 1044, 700, 1221, 1044, 300, 1221, 700, 1044, 2022, 1655]


@pytest.mark.parametrize("detour", [1.2, 1.3, 1.44])
def test_the_residents_beyond_do_not_hang_on_the_detour(detour: float) -> None:
    spaces = TOWN.assets[TOWN.assets["type"] == "community_space"]
    points = TOWN.resident_points
    minutes = points.geometry.map(lambda point: spaces.distance(point).min()) * detour / 80
    assert points["residents"][minutes > 15].sum() == 5580
    assert points["residents"][minutes > 30].sum() == 2000


def test_the_wards_tile_the_town_and_the_lsoas_tile_the_wards() -> None:
    assert TOWN.wards.union_all().equals(box(0, 0, 6000, 2000))
    for code, ward in TOWN.wards.geometry.items():
        assert TOWN.lsoas[TOWN.lsoas["ward_code"] == code].union_all().equals(ward)
    assert {table.crs.to_string() for table in (TOWN.wards, TOWN.lsoas, TOWN.assets)} == {CRS}


def test_each_town_is_its_own() -> None:
    changed = toytown()
    changed.assets.loc["n1", "asset_name"] = "Changed"
    assert toytown().assets.loc["n1", "asset_name"] == "Westgate Hall"
