"""Minutes on foot in Toytown. At 4.8 km/h 80 m are a minute; a straight line counts 1.4 times."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gaps.walking import EDGE_POINT_EVERY_M, GREEN_TYPE, WalkingTimes, facilities, walking_minutes
from layers.study_tables import StudyTables
from tests.toytown import CRS, box, point

# Straight metres from each resident point to the nearest community space, and which one that is.
METRES = [300, 1044.03, 700, 1220.66, 1044.03, 300, 1220.66, 700, 1044.03, 2022.37, 1655.29]
NEAREST = ["n1", "n1", "n1", "n1", "n2", "n2", "n2", "n2", "n2", "n2", "n2"]


def straight(metres: float) -> float:
    return metres * 1.4 / 80


def with_points(tables: StudyTables, *xy: tuple[float, float]) -> StudyTables:
    """Let everyone live at some places in LSOA 1 instead."""
    count = len(xy)
    points = gpd.GeoDataFrame(
        {"lsoa_code": tables.lsoas.index[0], "postcodes": 1, "residents": 100.0, "point_basis": "postcodes"},
        geometry=[point(*at) for at in xy],
        index=pd.RangeIndex(count, name="point_id"),
        crs=CRS,
    )
    return dataclasses.replace(tables, resident_points=points)


@pytest.mark.parametrize(
    ("asset_type", "ids"),
    [
        ("community_space", ["n1", "n2"]),
        ("faith", ["n14", "n15", "n3"]),
        ("education", ["n4", "n5"]),
        ("play", ["n8"]),
        # Types that never fill a gap can still be asked for.
        ("third_places", ["n9"]),
        ("public_service", ["n12"]),
        ("heritage", []),
    ],
)
def test_a_type_is_reached_at_its_assets(tables, asset_type, ids):
    found = facilities(tables, asset_type)
    assert found.index.tolist() == ids
    assert found.crs == CRS


def test_an_asset_that_does_not_count_is_not_reached_where_others_do(tables):
    tables.assets.loc["n14", "counts_for_gap"] = False
    assert facilities(tables, "faith").index.tolist() == ["n15", "n3"]


def test_green_space_is_reached_along_its_edge(tables):
    edge = facilities(tables, GREEN_TYPE)
    # Every 50 m along 1,000 m round Long Park and 800 m round Millpond Wood; nothing for the golf course.
    assert EDGE_POINT_EVERY_M == 50
    assert len(edge) == 20 + 16
    public = tables.green_space[tables.green_space["is_public"]]
    assert public.boundary.distance(shapely.union_all(edge.geometry.to_numpy())).max() == 0
    assert (
        shapely.distance(shapely.union_all(public.boundary.to_numpy()), edge.geometry.to_numpy()).max() < 1e-6
    )
    assert not edge.geometry.intersects(box(4400, 1100, 5100, 1700)).any()


def test_green_space_with_a_hole_and_in_parts_has_all_its_edges(tables):
    ring = box(0, 0, 400, 400).difference(box(100, 100, 300, 300))
    parts = shapely.union_all([ring, box(1000, 0, 1100, 100)])
    green = gpd.GeoDataFrame(
        {"green_name": ["Ring"], "kind": ["leisure=park"], "is_public": [True], "area_ha": [13.0]},
        geometry=[parts],
        index=pd.Index(["r1"], name="green_id"),
        crs=CRS,
    )
    edge = facilities(dataclasses.replace(tables, green_space=green), GREEN_TYPE)
    assert len(edge) == 1600 / 50 + 800 / 50 + 400 / 50


def test_no_public_green_space_leads_nowhere(tables):
    golf = dataclasses.replace(tables, green_space=tables.green_space.loc[["w103"]])
    assert facilities(golf, GREEN_TYPE).empty
    minutes = walking_minutes(golf, None, GREEN_TYPE)
    assert minutes["minutes"].isna().all()
    assert minutes["basis"].eq("not covered").all()


def test_allotments_never_stand_for_green_space(tables):
    # Toytown's only asset of the type is the allotments, which do not count for a gap.
    bare = dataclasses.replace(tables, green_space=None)
    assert facilities(bare, GREEN_TYPE).empty
    assert walking_minutes(bare, None, GREEN_TYPE)["minutes"].isna().all()


def test_minutes_to_the_nearest_community_space(tables):
    minutes = walking_minutes(tables, None, "community_space")
    assert minutes.index.equals(tables.resident_points.index)
    assert minutes["minutes"].tolist() == pytest.approx([straight(m) for m in METRES], abs=1e-3)
    assert minutes["nearest_id"].tolist() == NEAREST
    assert minutes["basis"].unique().tolist() == ["estimate"]
    assert not minutes["at_most"].any()


def test_minutes_to_green_space(tables):
    minutes = walking_minutes(tables, None, GREEN_TYPE)["minutes"]
    # Point 3 to Long Park, point 6 to Millpond Wood.
    assert minutes[[3, 6]].tolist() == pytest.approx([straight(300), straight(200)])
    assert minutes.notna().all()


def test_who_lives_inside_a_park_is_there(tables):
    # In Long Park, in both at once, on the edge, on the golf course, 50 m north of Long Park.
    inside = with_points(tables, (1900, 1450), (2150, 1475), (1800, 1450), (4700, 1400), (2000, 1550))
    minutes = walking_minutes(inside, None, GREEN_TYPE)["minutes"]
    assert minutes[[0, 1, 2]].tolist() == [0, 0, 0]
    assert minutes[3] > straight(2000)
    assert minutes[4] == pytest.approx(straight(50))


def test_a_type_nobody_collected_has_no_minutes(tables, walking):
    assert not walking.is_collected("heritage")
    minutes = walking.minutes("heritage")
    assert minutes.index.equals(tables.resident_points.index)
    assert minutes["minutes"].isna().all()
    assert minutes["basis"].eq("not covered").all()


def test_a_type_collected_in_part_has_no_minutes(tables):
    walking = WalkingTimes(dataclasses.replace(tables, not_collected=("community_space",)), None)
    assert not walking.is_collected("community_space")
    assert walking.minutes("community_space")["minutes"].isna().all()
    assert walking.is_collected("faith")
    assert walking.minutes("faith")["minutes"].notna().all()


@pytest.mark.parametrize(
    ("asset_type", "collected"),
    [
        ("community_space", True),
        ("third_places", True),
        (GREEN_TYPE, True),
        ("heritage", False),
        ("transport", False),
        ("everyday_enablers", False),
        ("food_and_everyday_shops", False),
    ],
)
def test_what_was_collected(walking, asset_type, collected):
    assert walking.is_collected(asset_type) is collected


def test_an_empty_green_space_table_was_not_collected(tables):
    bare = dataclasses.replace(tables, green_space=tables.green_space.iloc[:0])
    assert not WalkingTimes(bare, None).is_collected(GREEN_TYPE)
    assert WalkingTimes(bare, None).minutes(GREEN_TYPE)["minutes"].isna().all()


def test_times_are_worked_out_once(walking):
    assert walking.minutes("faith") is walking.minutes("faith")
    assert walking.minutes("faith") is not walking.minutes("education")


def test_over_streets_where_there_are_some(tables, westgate_streets):
    minutes = walking_minutes(tables, westgate_streets, "community_space")
    assert minutes["basis"].tolist() == ["streets"] * 4 + ["estimate"] * 7
    walked = [300, 1300, 700, 1700]
    assert minutes["minutes"].tolist()[:4] == pytest.approx([m / 80 for m in walked])
    assert minutes["minutes"].tolist()[4:] == pytest.approx([straight(m) for m in METRES[4:]], abs=1e-3)
    assert minutes["nearest_id"].tolist() == NEAREST
    assert not minutes["at_most"].any()


def test_a_place_that_only_estimates_know_can_be_the_nearest(tables, westgate_streets):
    # The allotments n13 count here, 50 m outside the town: nothing else of the type.
    tables.assets.loc["n13", "counts_for_gap"] = True
    bare = dataclasses.replace(tables, green_space=None)
    minutes = walking_minutes(bare, westgate_streets, GREEN_TYPE)
    # Point 0 walks from (500, 500) to the street at (0, 500), then 50 m off it.
    assert minutes.loc[0, "minutes"] == pytest.approx(550 / 80)
    assert minutes.loc[0, "basis"] == "streets"


def test_places_all_beyond_the_streets_are_reached_by_estimate(tables, westgate_streets):
    # The theatre (3600, 900) is the only place of culture, and stands where no streets are known.
    minutes = walking_minutes(tables, westgate_streets, "culture")
    assert minutes["basis"].unique().tolist() == ["estimate"]
    assert minutes["minutes"].tolist()[:1] == pytest.approx([straight((3100**2 + 400**2) ** 0.5)])


def test_places_collected_over_streets_only(over_streets_only, westgate_streets):
    minutes = walking_minutes(over_streets_only, westgate_streets, "community_space")
    # Points 4 and 6 stand on known ground far from any street, 5 and 7 to 10 outside it.
    assert (
        minutes["basis"].tolist() == ["streets"] * 4 + ["estimate", "not covered"] * 2 + ["not covered"] * 3
    )
    assert minutes["minutes"].isna().tolist() == [False] * 5 + [True, False] + [True] * 4


def test_places_collected_over_streets_only_but_no_streets(over_streets_only):
    minutes = walking_minutes(over_streets_only, None, "community_space")
    assert minutes["basis"].unique().tolist() == ["estimate"]


def test_whether_there_are_estimates(tables, walking, westgate_streets):
    assert walking.has_estimates
    assert WalkingTimes(tables, westgate_streets).has_estimates
    everywhere = dataclasses.replace(westgate_streets, coverage=box(-9000, -9000, 9000, 9000))
    near = with_points(tables, (500, 500), (1500, 1500))
    # One type, on the streets, and everyone on known ground: nothing is left to guess.
    halls = near.assets[near.assets["type"] == "community_space"]
    near = dataclasses.replace(near, assets=halls, green_space=None)
    assert not WalkingTimes(near, everywhere).has_estimates


def test_the_study_area_s_tables_are_not_changed(tables, westgate_streets):
    before = tables.resident_points.copy(), tables.assets.copy(), tables.green_space.copy()
    for asset_type in ("community_space", GREEN_TYPE, "heritage"):
        walking_minutes(tables, westgate_streets, asset_type)
    after = tables.resident_points, tables.assets, tables.green_space
    for old, new in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(old, new)
