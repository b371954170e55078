"""A place on one page, in Toytown, where every figure is worked out by hand in tests/toytown.py."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely

from gaps.profiles import (
    SPECIAL_FROM,
    Place,
    assets_by_category,
    deprivation_in,
    green_in,
    green_names,
    is_too_small,
    reach_by_type,
    residents_in,
    shape_place,
    special_types,
    ward_place,
)
from gaps.walking import WalkingTimes
from layers.categories import read_asset_rules
from layers.study_tables import StudyTables
from tests.toytown import EASTFIELD, LSOAS, MIDTOWN, WESTGATE, box

WARDS = [WESTGATE, MIDTOWN, EASTFIELD]
WHOLE_TOWN = box(0, 0, 6000, 2000)
NOWHERE = box(9000, 9000, 9100, 9100)


def mine(tables: StudyTables, *corners: float) -> Place:
    return shape_place(tables, box(*corners), name="Mine")


# ---- what belongs to a place


def test_a_ward_is_its_small_areas_people_and_the_assets_inside_its_outline(tables):
    place = ward_place(tables, WESTGATE)
    assert place.name == "Westgate"
    assert place.shape.equals(box(0, 0, 2000, 2000))
    assert place.point_in[place.point_in].index.tolist() == [0, 1, 2, 3]
    assert place.asset_in[place.asset_in].index.tolist() == ["n1", "n14", "n15", "n3", "n4"]
    assert place.point_in.index.equals(tables.resident_points.index)
    assert place.asset_in.index.equals(tables.assets.index)
    assert place.point_in.dtype == place.asset_in.dtype == bool


def test_a_ward_keeps_its_small_area_s_people_who_live_across_the_line(tables):
    # LSOA 3 is best fitted to Westgate, though it lies in Midtown.
    tables.lsoas.loc[LSOAS[2], "ward_code"] = WESTGATE
    place = ward_place(tables, WESTGATE)
    assert residents_in(tables, place) == 4500
    assert place.asset_in.sum() == 5


def test_a_neighbourhood_is_the_people_and_assets_inside_its_shape(tables):
    # East Westgate and west Midtown: points 1, 3, 4 and 6.
    place = mine(tables, 1000, 0, 3000, 2000)
    assert place.name == "Mine"
    assert place.point_in[place.point_in].index.tolist() == [1, 3, 4, 6]
    # The surgery n6 stands on the line itself and belongs.
    assert place.asset_in[place.asset_in].index.tolist() == ["n14", "n3", "n6", "n7", "n9"]
    assert residents_in(tables, place) == 250 + 1000 + 1000 + 250


@pytest.mark.parametrize("ward", WARDS)
def test_a_shape_drawn_round_a_ward_is_that_ward(tables, walking, ward):
    own, drawn = ward_place(tables, ward), shape_place(tables, tables.wards.geometry[ward], name="drawn")
    pd.testing.assert_series_equal(own.point_in, drawn.point_in, check_names=False)
    pd.testing.assert_series_equal(own.asset_in, drawn.asset_in, check_names=False)
    assert residents_in(tables, own) == residents_in(tables, drawn)
    assert list(assets_by_category(tables, own)) == list(assets_by_category(tables, drawn))
    for function in (special_types, deprivation_in):
        pd.testing.assert_frame_equal(function(tables, own), function(tables, drawn))
    pd.testing.assert_frame_equal(
        reach_by_type(walking, own, cutoff_min=15), reach_by_type(walking, drawn, cutoff_min=15)
    )
    assert green_in(tables, own) == green_in(tables, drawn)
    assert green_names(tables, own) == green_names(tables, drawn)


def test_too_few_residents(tables):
    assert [is_too_small(tables, ward_place(tables, w)) for w in WARDS] == [False] * 3
    # Only point 10, 80 people; then nobody.
    assert is_too_small(tables, mine(tables, 4000, 1000, 6000, 2000))
    assert is_too_small(tables, shape_place(tables, NOWHERE, name="Nowhere"))


# ---- strengths


def test_assets_by_category_named_ones_first(tables):
    groups = assets_by_category(tables, ward_place(tables, WESTGATE))
    assert list(groups) == ["associations", "institutions"]
    # By type, then name: the hall; then Quaker, St Anne's, Westgate Mosque.
    assert groups["associations"].index.tolist() == ["n1", "n15", "n3", "n14"]
    assert groups["institutions"].index.tolist() == ["n4"]
    eastfield = assets_by_category(tables, ward_place(tables, EASTFIELD))
    assert list(eastfield) == ["institutions", "place"]
    # The playground has no name.
    assert eastfield["place"].index.tolist() == ["n11", "n8"]
    assert eastfield["place"].columns.tolist() == tables.assets.columns.tolist()


def test_every_asset_of_a_place_stands_in_one_category(tables):
    for ward, count in zip(WARDS, (5, 6, 3), strict=True):
        groups = assets_by_category(tables, ward_place(tables, ward))
        ids = [identity for rows in groups.values() for identity in rows.index]
        assert len(ids) == len(set(ids)) == count
    assert assets_by_category(tables, shape_place(tables, NOWHERE, name="Nowhere")) == {}


def test_westgate_is_special_for_its_places_of_faith(tables):
    special = special_types(tables, ward_place(tables, WESTGATE))
    assert special.index.tolist() == ["faith"]
    assert special["assets"].tolist() == [3]
    assert special["ratio"].tolist() == pytest.approx([(3 / 3000) / (3 / 8080)])


@pytest.mark.parametrize(("more", "special"), [(1, []), (2, ["play"])])
def test_two_of_a_type_are_not_special_and_three_are(tables, more, special):
    # Eastfield's playground is the town's only one; now it has two, or three.
    others = tables.assets.loc[["n8"] * more]
    others.index = [f"n4{i}" for i in range(more)]
    tables = dataclasses.replace(tables, assets=pd.concat([tables.assets, others]))
    assert SPECIAL_FROM == 3
    assert special_types(tables, ward_place(tables, EASTFIELD)).index.tolist() == special


def test_what_is_common_everywhere_is_not_special(tables):
    # The whole town has all of its own assets: its rate is the town's rate.
    assert special_types(tables, shape_place(tables, WHOLE_TOWN, name="Town")).empty


def test_a_place_with_too_few_people_is_never_special(tables):
    # All three places of faith and 0 people.
    few = mine(tables, 0, 550, 1700, 1400)
    assert few.asset_in.sum() == 5
    assert residents_in(tables, few) == 0
    special = special_types(tables, few)
    assert special.empty
    assert special.columns.tolist() == ["assets", "ratio"]


def test_assets_outside_the_town_are_not_the_town_s_own(tables):
    # Three more places of faith 50 m outside: Westgate's share of the town's stays the same.
    more = pd.concat([tables.assets, tables.assets.loc[["n13"] * 3].assign(type="faith")])
    more.index = [*tables.assets.index, "n20", "n21", "n22"]
    special = special_types(
        dataclasses.replace(tables, assets=more),
        ward_place(dataclasses.replace(tables, assets=more), WESTGATE),
    )
    assert special.loc["faith", "ratio"] == pytest.approx(8080 / 3000)


@pytest.mark.parametrize("asset_type", ["transport", "everyday_enablers"])
def test_bus_stops_and_benches_are_nobody_s_strength(tables, asset_type):
    tables.assets.loc[tables.assets["type"] == "faith", "type"] = asset_type
    assert special_types(tables, ward_place(tables, WESTGATE)).empty


def test_the_most_special_comes_first(tables):
    # Three halls of five in Westgate beside its three places of faith of three.
    halls = tables.assets.loc[["n1", "n1"]]
    halls.index = ["n30", "n31"]
    other = tables.assets.loc[["n2"]]
    other.index = ["n32"]
    more = dataclasses.replace(tables, assets=pd.concat([tables.assets, halls, other]))
    special = special_types(more, ward_place(more, WESTGATE))
    assert special.index.tolist() == ["faith", "community_space"]
    assert special["ratio"].tolist() == pytest.approx([8080 / 3000, 3 / 5 * 8080 / 3000])


# ---- reach


def test_reach_of_westgate(tables, walking):
    reach = reach_by_type(walking, ward_place(tables, WESTGATE), cutoff_min=15)
    assert reach.index.tolist() == read_asset_rules().gap_types()
    assert reach.columns.tolist() == [
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
    row = reach.loc["community_space"]
    assert row["collected"]
    assert [row["p10_min"], row["median_min"], row["p90_min"]] == pytest.approx(
        [300 * 1.4 / 80, 700 * 1.4 / 80, 1220.6555615733703 * 1.4 / 80]
    )
    assert (row["beyond"], row["not_known"], row["basis"], row["estimate_share"]) == (1250, 0, "estimate", 1)
    assert row["beyond_share"] == pytest.approx(1250 / 3000)


def test_reach_of_a_part_of_a_small_area(tables, walking):
    # Only point 1, 250 people 1,044 m from the hall.
    row = reach_by_type(walking, mine(tables, 1000, 0, 2000, 1000), cutoff_min=15).loc["community_space"]
    assert row["median_min"] == pytest.approx(1044.030650891055 * 1.4 / 80)
    assert (row["beyond"], row["beyond_share"]) == (250, 1)


def test_reach_says_what_was_not_collected(tables, walking):
    reach = reach_by_type(walking, ward_place(tables, WESTGATE), cutoff_min=15)
    missing = reach[~reach["collected"].astype(bool)]
    assert missing.index.tolist() == ["food_and_everyday_shops"]
    assert missing.drop(columns="collected").isna().all(axis=None)


def test_reach_where_nothing_is_covered(over_streets_only, westgate_streets):
    walking = WalkingTimes(over_streets_only, westgate_streets)
    reach = reach_by_type(walking, ward_place(over_streets_only, EASTFIELD), cutoff_min=15)
    row = reach.loc["community_space"]
    assert row["basis"] == "not covered"
    assert row["not_known"] == 3080
    assert row[["median_min", "beyond_share", "estimate_share"]].isna().all()
    assert row["beyond"] == 0


def test_reach_over_streets(tables, westgate_streets):
    row = reach_by_type(
        WalkingTimes(tables, westgate_streets), ward_place(tables, WESTGATE), cutoff_min=15
    ).loc["community_space"]
    assert (row["basis"], row["estimate_share"]) == ("streets", 0)
    assert row["median_min"] == pytest.approx(700 / 80)


def test_reach_of_a_place_without_people(tables, walking):
    reach = reach_by_type(walking, shape_place(tables, NOWHERE, name="Nowhere"), cutoff_min=15)
    assert reach.index.tolist() == read_asset_rules().gap_types()
    assert reach.loc["community_space", "collected"]
    assert reach.drop(columns="collected").isna().all(axis=None)


# ---- green space


@pytest.mark.parametrize(
    ("ward", "ha", "share", "m2"),
    [(WESTGATE, 2, 0.005, 20_000 / 3000), (MIDTOWN, 5.5, 0.01375, 27.5), (EASTFIELD, 0, 0, 0)],
)
def test_green_space_counts_overlaps_once(tables, ward, ha, share, m2):
    green = green_in(tables, ward_place(tables, ward))
    assert green == pytest.approx({"green_ha": ha, "green_land_share": share, "green_m2_per_resident": m2})


def test_green_space_of_the_whole_town(tables):
    green = green_in(tables, shape_place(tables, WHOLE_TOWN, name="Town"))
    assert green["green_ha"] == pytest.approx(7.5)
    assert green["green_m2_per_resident"] == pytest.approx(75_000 / 8080)


def test_green_space_where_few_live_is_not_shared_out(tables):
    # All of Millpond Wood but what is Long Park's, and nobody.
    green = green_in(tables, mine(tables, 2100, 1500, 2300, 1650))
    assert green["green_ha"] == pytest.approx(3.0)
    assert green["green_land_share"] == pytest.approx(1.0)
    assert np.isnan(green["green_m2_per_resident"])


def test_green_space_that_was_not_collected(tables):
    bare = dataclasses.replace(tables, green_space=None)
    assert green_in(bare, ward_place(bare, WESTGATE)) is None
    assert green_names(bare, ward_place(bare, WESTGATE)) == []


def test_green_names_largest_first(tables):
    tables.green_space.loc["w102", "area_ha"] = 4.5
    assert green_names(tables, ward_place(tables, WESTGATE)) == ["Long Park"]
    assert green_names(tables, ward_place(tables, MIDTOWN)) == ["Millpond Wood", "Long Park"]
    assert green_names(tables, ward_place(tables, MIDTOWN), most=1) == ["Millpond Wood"]
    # The golf course is not public.
    tables.green_space.loc["w103", "green_name"] = "Links"
    assert green_names(tables, ward_place(tables, EASTFIELD)) == []


def test_two_parts_of_one_park_are_named_once(tables):
    tables.green_space["green_name"] = ["Twin Park", "Twin Park", None]
    assert green_names(tables, ward_place(tables, MIDTOWN)) == ["Twin Park"]


# ---- deprivation


def counts(table: pd.DataFrame) -> dict[int, tuple[int, int]]:
    """Return small areas and residents of the deciles that have any."""
    return {
        decile: (row.lsoas, row.residents) for decile, row in table.iterrows() if row.lsoas or row.residents
    }


@pytest.mark.parametrize(
    ("ward", "answer"),
    [
        (WESTGATE, {1: (1, 1000), 3: (1, 2000)}),
        (MIDTOWN, {5: (1, 1500), 10: (1, 500)}),
        (EASTFIELD, {1: (2, 3080)}),
    ],
)
def test_deprivation_counts_small_areas_and_people(tables, ward, answer):
    table = deprivation_in(tables, ward_place(tables, ward))
    assert table.index.tolist() == list(range(1, 11))
    assert counts(table) == answer
    assert table["residents_share"].sum() == pytest.approx(1)


def test_deprivation_of_the_whole_town(tables):
    table = deprivation_in(tables, shape_place(tables, WHOLE_TOWN, name="Town"))
    assert counts(table) == {1: (3, 4080), 3: (1, 2000), 5: (1, 1500), 10: (1, 500)}
    assert table.loc[1, "residents_share"] == pytest.approx(4080 / 8080)


def test_deprivation_by_a_domain(tables):
    table = deprivation_in(tables, ward_place(tables, WESTGATE), domain="income")
    assert counts(table) == {2: (2, 3000)}


def test_a_part_of_a_small_area_counts_with_the_people_inside(tables):
    # Point 0 of LSOA 1 and point 2 of LSOA 2.
    table = deprivation_in(tables, mine(tables, 0, 0, 1000, 2000))
    assert counts(table) == {1: (1, 750), 3: (1, 1000)}


def test_people_shared_out_over_postcodes_are_not_cut_off(tables):
    # 49 postcodes share 1,000 people: the parts add up to a hair under 1,000, and that is still 1,000.
    points = tables.resident_points.iloc[[0] * 49].assign(residents=1000 / 49)
    points.index = pd.RangeIndex(49, name="point_id")
    assert points["residents"].sum() < 1000
    shared = dataclasses.replace(tables, resident_points=points)
    assert counts(deprivation_in(shared, ward_place(shared, WESTGATE))) == {1: (1, 1000)}


def test_deprivation_where_nobody_lives(tables):
    table = deprivation_in(tables, shape_place(tables, NOWHERE, name="Nowhere"))
    assert table.index.tolist() == list(range(1, 11))
    assert table[["lsoas", "residents"]].sum().tolist() == [0, 0]


def test_small_areas_without_a_decile_are_left_out(tables):
    known = dataclasses.replace(tables, deprivation=tables.deprivation.drop(index=LSOAS[1]))
    assert counts(deprivation_in(known, ward_place(known, WESTGATE))) == {1: (1, 1000)}


def test_no_deprivation_data(tables):
    bare = dataclasses.replace(tables, deprivation=None)
    assert deprivation_in(bare, ward_place(bare, WESTGATE)) is None


# ---- the preview of Leeds


def test_leeds_wards_together_are_leeds(leeds_preview):
    tables = leeds_preview.tables
    places = [ward_place(tables, ward) for ward in tables.wards.index]
    assert sum(place.point_in.astype(int) for place in places).eq(1).all()
    inside = sum(place.asset_in.astype(int) for place in places)
    assert inside.max() == 1
    assert inside.sum() == tables.assets["ward_code"].notna().sum()
    assert sum(residents_in(tables, place) for place in places) == pytest.approx(820_802)


def test_leeds_ward_residents_by_decile_add_up(leeds_preview):
    tables = leeds_preview.tables
    people = tables.population["residents"].groupby(tables.lsoas["ward_code"]).sum()
    total = 0
    for ward in tables.wards.index:
        table = deprivation_in(tables, ward_place(tables, ward))
        assert table["residents"].sum() == people[ward], ward
        total += table.loc[1, "lsoas"]
    assert total == 84


def test_leeds_wards_have_strengths_to_show(leeds_preview):
    tables = leeds_preview.tables
    for ward in tables.wards.index:
        place = ward_place(tables, ward)
        assert assets_by_category(tables, place), ward
        assert shapely.is_valid(place.shape)
        special = special_types(tables, place)
        assert (special["assets"] >= 3).all()
        assert (special["ratio"] >= 1.3).all()
