"""Where streets are known. All figures in metres; the ground is drawn in squares of 50 m."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.transport.grids import Corners, block
from transport.coverage import CELL_M, MARGIN_M, street_coverage
from transport.streets import StreetNetwork


def covered(*lines: Corners) -> shapely.Geometry:
    return street_coverage(np.array([shapely.LineString(line) for line in lines], dtype=object))


def without(lines: list[Corners], hole: shapely.Geometry) -> list[Corners]:
    """Cut the streets inside a hole away."""
    rest = shapely.difference(shapely.linestrings(lines), hole)
    return [list(part.coords) for part in shapely.get_parts(rest) if not part.is_empty]


def test_a_dense_block_is_covered_with_a_narrow_margin():
    ground = covered(*block(10, 100))
    assert ground.geom_type == "Polygon"
    assert ground.contains(shapely.box(0, 0, 1000, 1000))
    room = MARGIN_M + CELL_M
    assert shapely.box(-room, -room, 1000 + room, 1000 + room).contains(ground)


def test_the_ground_is_valid_and_drawn_in_whole_squares():
    ground = covered(*block(10, 100))
    assert ground.is_valid
    assert (shapely.get_coordinates(ground) % CELL_M == 0).all()


@pytest.mark.parametrize(
    "road",
    [[(0, 0), (5000, 0)], [(0, 0), (0, 5000)], [(0, 0), (3000, 3000)]],
    ids=["east", "north", "aslant"],
)
def test_a_lone_road_covers_nothing(road):
    assert covered(road).is_empty


@pytest.mark.parametrize("length", [5, 45, 100, 300])
def test_a_few_metres_of_street_cover_nothing(length):
    assert covered([(10, 10), (10 + length, 10)], [(10, 10), (10, 10 + length)]).is_empty


def test_roads_a_field_apart_are_joined_and_roads_far_apart_are_not():
    near = covered([(0, 0), (5000, 0)], [(0, 400), (5000, 400)])
    assert near.contains(shapely.box(200, 0, 4800, 400))
    # 250 m of reach each do not meet across 700 m.
    assert covered([(0, 0), (5000, 0)], [(0, 700), (5000, 700)]).is_empty


def test_a_road_out_of_town_is_left_behind_within_a_reach():
    ground = covered(*block(10, 100), [(1000, 500), (6000, 500)])
    assert ground.contains(shapely.box(0, 0, 1000, 1000))
    assert ground.bounds[2] <= 1000 + 400
    assert not ground.contains(shapely.Point(1500, 500))


def test_a_park_inside_stays_covered():
    # 49 hectares, its middle 350 m from every street: too wide to close, small enough to fill.
    park = shapely.box(801, 801, 1499, 1499)
    ground = covered(*without(block(23, 100), park))
    assert ground.contains(shapely.box(0, 0, 2300, 2300))
    assert len(ground.interiors) == 0


def test_a_great_hole_is_not_covered():
    moor = shapely.box(1001, 1001, 2999, 2999)
    ground = covered(*without(block(40, 100), moor))
    assert len(ground.interiors) == 1
    hole = shapely.Polygon(ground.interiors[0])
    # A margin is known inside the innermost streets and in the hole's corners, and no more.
    assert hole.contains(shapely.Point(2000, 2000).buffer(890))
    assert not hole.contains(shapely.Point(1025, 2000))
    assert hole.area <= moor.area
    assert ground.contains(shapely.box(0, 0, 950, 4000))


def test_two_towns_are_two_parts():
    ground = covered(*block(10, 100), *block(10, 100, x=5000))
    west, east = sorted(ground.geoms, key=lambda part: part.centroid.x)
    assert west.contains(shapely.box(0, 0, 1000, 1000))
    assert east.contains(shapely.box(5000, 0, 6000, 1000))


def test_a_hamlet_is_too_small():
    # 300 x 300 m and a margin are less than a quarter of a square kilometre.
    assert covered(*block(3, 100)).is_empty
    both = covered(*block(10, 100), *block(3, 100, x=5000))
    assert both.geom_type == "Polygon"
    assert both.bounds[2] < 2000


@pytest.mark.parametrize(("east", "north"), [(50, 0), (0, -250), (430_000, 433_700)])
def test_the_ground_moves_with_the_streets(east, north):
    here, there = covered(*block(8, 120)), covered(*block(8, 120, x=east, y=north))
    assert shapely.equals(shapely.transform(here, lambda xy: xy + (east, north)), there)


def test_more_streets_never_cover_less():
    town = block(10, 100)
    ground = covered(*town)
    for street in ([(0, 1150), (1000, 1150)], [(2000, 0), (3000, 0)], [(-300, 0), (-300, 1000)]):
        assert covered(*town, street).covers(ground)


def test_central_leeds(leeds_streets: StreetNetwork):
    """The mirror's streets of Leeds end 2.5 km from the city centre."""
    ground = leeds_streets.coverage
    centre = shapely.Point(430_000, 433_700)
    assert centre.buffer(3_000).contains(ground)
    assert ground.contains(centre.buffer(1_500))
    # The circle of 2.5 km has 19.6 square kilometres.
    assert 16e6 < ground.area < 24e6


def test_newport_is_known_in_the_middle_but_not_at_caerleon(newport_streets: StreetNetwork):
    ground = newport_streets.coverage
    # The station, Westgate Square and Maindee; then Caerleon's square, Bettws and Malpas.
    for inside in ((330_950, 188_350), (331_000, 188_000), (332_300, 188_000)):
        assert ground.contains(shapely.Point(inside)), inside
    for outside in ((333_900, 190_600), (329_000, 190_600), (330_300, 190_500)):
        assert not ground.contains(shapely.Point(outside)), outside
