"""Public green space: what counts as public, and overlaps counted once."""

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.green_space import dissolved, green_area, is_public_green
from study.errors import CrsError
from tests.toytown import CRS, EASTFIELD, LSOAS, MIDTOWN, WESTGATE, box, toytown

TOWN = toytown()


def greens(*shapes: shapely.Geometry, public: bool = True) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"is_public": [public] * len(shapes)}, geometry=list(shapes), crs=CRS)


@pytest.mark.parametrize(
    ("tags", "public"),
    [
        ({"leisure": "park"}, True),
        ({"leisure": "nature_reserve"}, True),
        ({"leisure": "common"}, True),
        ({"leisure": "garden"}, True),
        ({"landuse": "recreation_ground"}, True),
        ({"landuse": "village_green"}, True),
        ({"landuse": "forest"}, True),
        ({"natural": "wood"}, True),
        ({"leisure": "park", "access": "yes"}, True),
        ({"leisure": "park", "fee": "no"}, True),
        ({"leisure": "garden", "garden:type": "community"}, True),
        ({"leisure": "park", "access": "private"}, False),
        ({"leisure": "park", "access": "no"}, False),
        ({"leisure": "park", "access": "customers"}, False),
        ({"leisure": "park", "access": "members"}, False),
        ({"leisure": "garden", "fee": "yes"}, False),
        ({"leisure": "garden", "garden:type": "residential"}, False),
        ({"leisure": "garden", "garden:type": "private"}, False),
        ({"leisure": "golf_course"}, False),
        ({"leisure": "pitch"}, False),
        ({"landuse": "farmland"}, False),
        ({"landuse": "allotments"}, False),
        ({"landuse": "grass"}, False),
        ({"natural": "water"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_what_is_public(tags: dict[str, str], public: bool) -> None:
    assert is_public_green(tags) is public


def test_the_green_of_the_town_by_ward() -> None:
    table = green_area(TOWN.wards, TOWN.green_space)
    assert table["green_m2"].to_dict() == {WESTGATE: 20_000, MIDTOWN: 55_000, EASTFIELD: 0}
    assert table["green_land_share"].to_dict() == {WESTGATE: 0.005, MIDTOWN: 0.01375, EASTFIELD: 0}


def test_the_green_of_the_town_by_lsoa() -> None:
    table = green_area(TOWN.lsoas, TOWN.green_space)
    assert table["green_m2"].to_list() == [0, 20_000, 0, 55_000, 0, 0]
    assert table.index.to_list() == list(LSOAS)


def test_overlaps_are_dissolved_before_anything_is_added_up() -> None:
    shape = dissolved(TOWN.green_space)
    assert shape.area == 75_000
    assert TOWN.green_space[TOWN.green_space["is_public"]].area.sum() == 80_000
    assert shape.geom_type == "Polygon"


def test_the_same_park_three_times_counts_once() -> None:
    table = green_area(TOWN.wards, greens(*[box(0, 0, 100, 100)] * 3))
    assert table["green_m2"].to_list() == [10_000, 0, 0]


def test_green_outside_every_zone_and_not_public_green_count_nothing() -> None:
    assert green_area(TOWN.wards, greens(box(-500, 0, -100, 100)))["green_m2"].sum() == 0
    assert green_area(TOWN.wards, greens(box(0, 0, 100, 100), public=False))["green_m2"].sum() == 0
    assert green_area(TOWN.wards, greens())["green_m2"].to_list() == [0, 0, 0]
    assert dissolved(greens()).is_empty


def test_a_hole_is_not_green() -> None:
    ring = shapely.difference(box(0, 0, 100, 100), box(40, 40, 60, 60))
    assert green_area(TOWN.wards, greens(ring))["green_m2"].to_list() == [9600, 0, 0]


def test_a_shape_that_crosses_itself_is_mended_not_fatal() -> None:
    corners = [(0, 0), (100, 100), (100, 0), (0, 100)]
    bow = shapely.transform(shapely.Polygon(corners), lambda xy: xy + [400_000, 400_000])
    assert green_area(TOWN.wards, greens(bow))["green_m2"].to_list() == pytest.approx([5000, 0, 0])


def test_another_crs_is_an_error() -> None:
    with pytest.raises(CrsError):
        green_area(TOWN.wards, TOWN.green_space.to_crs("EPSG:4326"))
    with pytest.raises(CrsError):
        dissolved(TOWN.green_space.to_crs("EPSG:4326"))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 3), st.integers(1, 4), st.integers(1, 2)), max_size=6
    )
)
def test_the_area_agrees_with_counting_squares(blocks: list[tuple[int, int, int, int]]) -> None:
    # On a grid of 500 m squares each zone's green is the number of its green squares; a ward is 4 x 4 of them.
    squares = {(x + i, y + j) for x, y, wide, high in blocks for i in range(wide) for j in range(high)}
    shapes = [box(x * 500, y * 500, (x + w) * 500, (y + h) * 500) for x, y, w, h in blocks]
    expected = [sum(250_000 for x, y in squares if x // 4 == ward and y < 4) for ward in range(3)]
    assert green_area(TOWN.wards, greens(*shapes))["green_m2"].to_list() == pytest.approx(expected)
