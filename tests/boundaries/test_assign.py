"""Which zone a point lies in, and how much of each zone lies in a shape."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.assign import assign_points, share_inside
from study.errors import CrsError
from tests.toytown import CRS, EASTFIELD, LSOAS, MIDTOWN, WESTGATE, box, point, toytown

TOWN = toytown()


def at(*places: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries([point(x, y) for x, y in places], crs=CRS)


def test_every_point_gets_the_code_of_its_zone() -> None:
    points = at((500, 500), (2500, 1500), (5999, 1)).set_axis(["a", "b", "c"])
    codes = assign_points(points, TOWN.lsoas)
    assert codes.to_dict() == {"a": LSOAS[0], "b": LSOAS[3], "c": LSOAS[4]}
    assert codes.name == "lsoa_code"
    assert assign_points(points, TOWN.wards).to_list() == [WESTGATE, MIDTOWN, EASTFIELD]


def test_a_point_outside_is_missing_not_nearest() -> None:
    codes = assign_points(at((-0.01, 500), (500, 500), (500, 2000.01)), TOWN.wards)
    assert codes.isna().to_list() == [True, False, True]


def test_a_point_on_a_shared_edge_goes_to_the_first_zone_in_order() -> None:
    edge = at((2000, 500))
    assert assign_points(edge, TOWN.wards).to_list() == [WESTGATE]
    assert assign_points(edge, TOWN.wards.iloc[::-1]).to_list() == [MIDTOWN]
    # Four LSOAs meet in this corner; the point still gets one.
    assert assign_points(at((2000, 1000)), TOWN.lsoas).to_list() == [LSOAS[0]]


def test_no_points_and_empty_points_are_no_trouble() -> None:
    assert len(assign_points(at(), TOWN.wards)) == 0
    empty = gpd.GeoSeries([shapely.Point(), None, point(1, 1)], crs=CRS)
    assert assign_points(empty, TOWN.wards).isna().to_list() == [True, True, False]


def test_another_crs_is_an_error_not_a_miss() -> None:
    with pytest.raises(CrsError, match="EPSG:4326"):
        assign_points(at((500, 500)).to_crs("EPSG:4326"), TOWN.wards)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(-500, 6500), st.integers(-500, 2500)), min_size=1, max_size=20))
def test_assigning_agrees_with_trying_every_zone_in_turn(places: list[tuple[int, int]]) -> None:
    def by_hand(x: int, y: int) -> str | None:
        for code, zone in TOWN.lsoas.geometry.items():
            if zone.covers(point(x, y)):
                return code
        return None

    expected = pd.Series([by_hand(x, y) for x, y in places], dtype="str", name="lsoa_code")
    pd.testing.assert_series_equal(assign_points(at(*places), TOWN.lsoas), expected)


def test_shares_inside_a_shape() -> None:
    # 1,500..2,500 x 0..500: a quarter of LSOA 1's width and half its height, the same of LSOA 3.
    shares = share_inside(TOWN.lsoas, box(1500, 0, 2500, 500))
    assert shares.round(9).to_dict() == {LSOAS[0]: 0.125, LSOAS[2]: 0.125}
    assert shares.name == "inside_share"


def test_a_zone_that_is_only_touched_has_no_share() -> None:
    assert share_inside(TOWN.wards, box(2000, 0, 4000, 2000)).to_dict() == {MIDTOWN: 1.0}
    assert len(share_inside(TOWN.wards, box(9000, 0, 9100, 100))) == 0
