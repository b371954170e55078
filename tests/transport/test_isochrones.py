"""The ground within some minutes. At 6 km/h 100 metres are a minute, and the grid's points are 50 m apart."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from study.errors import CrsError, DataError
from tests.transport.grids import CRS, FAR, at, block, flagged, town
from tests.transport.test_travel_times import random_town
from transport.access import node_walks
from transport.arrival_percentiles import Arrivals, arrival_percentile
from transport.connections import UNREACHED
from transport.isochrones import street_isochrones, transit_isochrones
from transport.streets import StreetNetwork, network_of
from transport.ties import tie_points
from transport.time_grid import CELL_M, NOT_REACHED_MIN, OFF_STREET_M, time_grid
from transport.travel import CYCLE, SLOW_WALK, WALK, Travel

SIX = Travel(kph=6.0)
CALM = settings(max_examples=20, deadline=None, derandomize=True, database=None)
ROAD = town([(0, 0), (2000, 0)])


def ground(table: gpd.GeoDataFrame, cutoff: float) -> shapely.Geometry:
    return table.geometry.loc[cutoff]


def holds(geometry: shapely.Geometry, *xy: tuple[float, float]) -> list[bool]:
    return shapely.contains_xy(geometry, *np.array(xy, dtype=float).T).tolist()


# ---- the grid


def test_times_on_the_grid_round_one_place():
    grid = time_grid(np.array([[0.0, 0.0]]), np.array([3.0]), off_m_per_min=50.0, longest_min=10.0)
    assert (CELL_M, OFF_STREET_M) == (50, 100)
    minutes = {
        (x, y): grid.minutes[row, column]
        for row, y in enumerate(grid.y.tolist())
        for column, x in enumerate(grid.x.tolist())
    }
    assert minutes[0, 0] == 3
    assert minutes[50, 0] == minutes[0, -50] == 4
    assert minutes[-50, 50] == pytest.approx(3 + 2**0.5)
    assert minutes[100, 0] == minutes[0, 100] == 5
    # 112 m is too far to walk off the street.
    assert minutes[100, 50] == NOT_REACHED_MIN
    reached = [place for place, value in minutes.items() if value < NOT_REACHED_MIN]
    assert len(reached) == 13
    # Nobody gets to the rim, so every contour closes.
    assert max(abs(x) for x, _ in minutes) == 150


def test_the_earlier_of_two_places_counts_and_late_ones_do_not():
    xy, minutes = np.array([[0.0, 0.0], [50.0, 0.0], [500.0, 0.0]]), np.array([9.0, 2.0, 11.0])
    grid = time_grid(xy, minutes, off_m_per_min=50.0, longest_min=10.0)
    values = dict(zip(grid.x.tolist(), grid.minutes[grid.y.tolist().index(0)].tolist(), strict=True))
    assert values[0] == 3
    assert values[50] == 2
    assert max(values) == 200


def test_nothing_reached_is_no_ground():
    grid = time_grid(np.zeros((1, 2)), np.array([np.inf]), off_m_per_min=50.0, longest_min=10.0)
    assert [g.is_empty for g in grid.within([5.0, 10.0])] == [True, True]


def test_a_contour_lies_where_the_time_is_the_cutoff():
    # Along a street of samples every 25 m the time grows by a minute each 100 m.
    x = np.arange(0, 1001, 25.0)
    xy = np.stack([x, np.zeros_like(x)], axis=1)
    (within,) = time_grid(xy, x / 100, off_m_per_min=100.0, longest_min=20.0).within([6.3])
    assert within.bounds[2] == pytest.approx(630, abs=1e-3)
    assert within.geom_type == "Polygon"


# ---- over streets, by hand


@pytest.mark.parametrize("cutoff", [1.5, 2, 3.7, 8])
def test_along_a_road(cutoff):
    table = street_isochrones(at((1000, 0)), streets=ROAD, travel=SIX, bands_min=[cutoff])
    west, south, east, north = ground(table, cutoff).bounds
    assert (west, east) == pytest.approx((1000 - 100 * cutoff, 1000 + 100 * cutoff), abs=1e-3)
    assert (south, north) == pytest.approx((-100, 100), abs=0.01)
    assert table["basis"].tolist() == ["streets"]
    assert table["touches_edge"].tolist() == [False]


def test_the_walk_off_the_street_counts():
    table = street_isochrones(at((1000, 0)), streets=ROAD, travel=SIX, bands_min=[4])
    # Of the 100 m that one may leave the street by, (1390, 60) takes more than are left after 300; (1330, 60) does not.
    assert holds(ground(table, 4), (1350, 0), (1390, 60), (1330, 60), (1390, 5), (1410, 0)) == [
        *(True, False, True, True, False)
    ]


def test_the_way_from_the_door_to_the_street_counts():
    # 80 m from the door to the road, then 20 of the 100 m of a minute.
    table = street_isochrones(at((1000, 80)), streets=ROAD, travel=SIX, bands_min=[1, 3])
    assert ground(table, 3).bounds[2] == pytest.approx(1000 + 220, abs=1e-3)
    # All round the door one may walk straight.
    assert holds(ground(table, 1), (1000, 80), (1000, 130), (1040, 100)) == [True, True, True]


def test_a_ring_of_streets_leaves_a_hole_and_no_hull_closes_a_bay():
    ring = town([(0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)], [(0, 0), (-500, 0)])
    (all_of_it,) = street_isochrones(at((0, 0)), streets=ring, travel=SIX, bands_min=[40]).geometry
    assert len(all_of_it.interiors) == 1
    assert holds(all_of_it, (500, 500), (500, 0), (1000, 500), (-300, 200)) == [False, True, True, False]
    # Halfway round the two arms do not meet yet, and the bay between them is open.
    (arms,) = street_isochrones(at((0, 0)), streets=ring, travel=SIX, bands_min=[15]).geometry
    assert len(arms.interiors) == 0
    assert holds(arms, (1000, 450), (450, 1000), (500, 500), (1000, 550)) == [True, True, False, False]


def test_a_river_is_not_bridged():
    banks = town([(0, 0), (1000, 0), (1000, 250), (0, 250)])
    table = street_isochrones(at((100, 0)), streets=banks, travel=SIX, bands_min=[10, 20])
    assert holds(ground(table, 10), (100, 0), (1000, 60), (100, 125), (100, 250)) == [
        True,
        True,
        False,
        False,
    ]
    # Over the bridge: 900 along, 250 across and 850 back are the twenty minutes.
    assert holds(ground(table, 20), (200, 250), (100, 250)) == [True, False]


def test_from_the_middle_of_an_edge_its_own_street_is_walked_directly():
    # Both ends are 1,000 m away; a place 150 m along must not be reached by way of them.
    table = street_isochrones(at((1000, 0)), streets=ROAD, travel=SIX, bands_min=[2])
    assert holds(ground(table, 2), (1150, 0), (850, 0), (1210, 0)) == [True, True, False]


RING = flagged(
    ("both", [(-200, 0), (0, 0)]),
    ("one", [(0, 0), (600, 0), (600, 600)]),
    ("both", [(600, 600), (800, 600)]),
    ("one", [(600, 600), (0, 600), (0, 0)]),
    mode="cycle",
)


def test_a_cycle_goes_the_way_the_street_does():
    travel = Travel("cycle", 6.0)
    table = street_isochrones(at((-200, 0)), streets=RING, travel=travel, bands_min=[7, 14])
    # Two minutes to the ring, five round it; against it a cycle is pushed at 80 m a minute.
    assert holds(ground(table, 7), (490, 0), (510, 0), (0, 390), (0, 410)) == [True, False, True, False]
    # Two and twelve are the far corner. On foot both ways round would be as far.
    assert holds(ground(table, 14), (600, 590), (650, 600)) == [True, False]


def test_a_faster_cycle_still_walks_off_the_street():
    road = flagged(("both", [(0, 0), (9000, 0)]), mode="cycle")
    table = street_isochrones(at((4500, 0)), streets=road, travel=CYCLE, bands_min=[10])
    assert ground(table, 10).bounds[::2] == pytest.approx((2000, 7000), abs=1e-3)
    # A minute and a quarter to walk 100 m off the street, in which 312 m are cycled.
    assert holds(ground(table, 10), (6600, 95), (6800, 95)) == [True, False]


def test_without_steps_the_ground_beyond_them_is_farther():
    stairs = flagged(
        ("steps", [(0, 0), (100, 0)]),
        ("both", [(100, 0), (700, 0)]),
        ("both", [(0, 0), (-500, 0)]),
        ("both", [(0, 0), (0, 400), (100, 400), (100, 0)]),
    )
    reach = [
        ground(street_isochrones(at((-100, 0)), streets=stairs, travel=travel, bands_min=[6]), 6).bounds[2]
        for travel in (SIX, Travel(kph=6.0, without_steps=True))
    ]
    # To the east 500 m over the steps; without them the lane's northern end is as far, 100 m to the east.
    assert reach == pytest.approx([500, 100], abs=50)


# ---- where the streets end


def test_the_ground_ends_where_the_streets_are_known():
    half = dataclasses.replace(ROAD, coverage=shapely.box(-100, -400, 1300, 400))
    table = street_isochrones(at((1000, 0)), streets=half, travel=SIX, bands_min=[2, 4])
    assert table["touches_edge"].tolist() == [False, True]
    assert ground(table, 4).bounds[2] == 1300
    assert ground(table, 4).bounds[0] == pytest.approx(600, abs=1e-3)


def test_a_place_off_the_streets_has_a_circle_for_an_estimate():
    half = dataclasses.replace(ROAD, coverage=shapely.box(-100, -400, 500, 400))
    table = street_isochrones(at((1000, 0)), streets=half, bands_min=[10, 20])
    assert table["basis"].tolist() == ["estimate", "estimate"]
    assert table["touches_edge"].tolist() == [True, True]
    # 800 m of streets are 571 m of straight line.
    assert table.area.tolist() == pytest.approx(
        [np.pi * (800 / 1.4) ** 2, np.pi * (1600 / 1.4) ** 2], rel=0.003
    )


def test_the_answer_s_form():
    table = street_isochrones(at((1000, 0)), streets=ROAD, bands_min=[30, 10, 10])
    assert table.index.tolist() == [10, 30]
    assert table.index.name == "cutoff_min"
    assert sorted(table.columns) == ["basis", "geometry", "touches_edge"]
    assert table.crs.to_string() == CRS
    assert street_isochrones(at((1000, 0)), streets=ROAD).index.tolist() == [10, 20, 30]


@pytest.mark.parametrize("bands", [[], [0], [-5, 10]])
def test_bands_without_sense_are_refused(bands):
    with pytest.raises(DataError, match="above nought"):
        street_isochrones(at((1000, 0)), streets=ROAD, bands_min=bands)


def test_other_faults_are_said():
    with pytest.raises(DataError, match="one place, not 2"):
        street_isochrones(at((0, 0), (1, 1)), streets=ROAD)
    with pytest.raises(DataError, match="mode"):
        street_isochrones(at((0, 0)), streets=ROAD, travel=CYCLE)
    with pytest.raises(CrsError, match="origin"):
        street_isochrones(at((0, 0)).to_crs("EPSG:4326"), streets=ROAD)


# ---- properties


@CALM
@given(
    st.integers(0, 200), st.integers(-60, 760), st.integers(-60, 760), st.sampled_from([SLOW_WALK, WALK, SIX])
)
def test_bands_lie_in_each_other_and_in_the_circle(seed, x, y, travel):
    segments = random_town(np.random.default_rng(seed))
    streets = dataclasses.replace(network_of(segments, crs=CRS), coverage=FAR)
    bands = [2.0, 3.0, 5.0, 8.0]
    table = street_isochrones(at((x, y)), streets=streets, travel=travel, bands_min=bands)
    grounds = table.geometry.tolist()
    if table["basis"].eq("estimate").all():
        return
    door = shapely.Point(x, y)
    assert all(g.is_valid and g.contains(door) for g in grounds)
    for less, more in pairwise(grounds):
        assert less.difference(more).area < 1e-3
        assert more.area >= less.area
    for cutoff, within in zip(bands, grounds, strict=True):
        farthest = shapely.hausdorff_distance(door, shapely.MultiPoint(shapely.get_coordinates(within)))
        assert farthest <= cutoff * travel.m_per_min + 1e-3
        assert within.area <= np.pi * (cutoff * travel.m_per_min) ** 2


def test_newport_s_station(newport_networks):
    station = at((330_950, 188_380))
    walk = street_isochrones(station, streets=newport_networks.walk)
    ride = street_isochrones(station, streets=newport_networks.cycle, travel=CYCLE)
    slow = street_isochrones(station, streets=newport_networks.walk, travel=SLOW_WALK)
    assert walk["basis"].eq("streets").all()
    # Half an hour's walk is at most a circle of 2.4 km, of which streets and river leave about a half.
    assert 0.3 < ground(walk, 30).area / (np.pi * 2400**2) < 0.7
    assert (ride.area > walk.area).all()
    assert (slow.area < walk.area).all()
    assert ride.loc[30, "touches_edge"]


# ---- by public transport

LINE = town([(0, 0), (10_000, 0)])
STOPS = at((300, 0), (8000, 0), (9990, 5000))


def arrivals(
    rides: list[list[int]], streets: StreetNetwork = LINE, stops: gpd.GeoDataFrame = STOPS
) -> Arrivals:
    """Return the arrivals of rides in seconds after departures a minute apart."""
    departures = np.arange(len(rides), dtype=np.int32) * 60 + 27_000
    seconds = np.array(rides, dtype=np.int64)
    at_stops = np.where(seconds == UNREACHED, UNREACHED, seconds + departures[:, None]).astype(np.int32)
    egress = node_walks(stops, streets, limit_s=900, kph=6.0)
    return Arrivals(departures, at_stops, tie_points(stops, streets), egress)


NEVER = UNREACHED
RIDES = [[NEVER, 600, NEVER], [NEVER, 900, NEVER], [NEVER, NEVER, NEVER]]


@pytest.mark.parametrize(
    ("percentile", "west", "east"),
    [
        # At the median two of three departures arrive after 15 minutes: five are left to walk 500 m.
        (50, 7500, 8500),
        (34, 7500, 8500),
        (33, 7000, 9000),
        (1, 7000, 9000),
        (67, None, None),
        (100, None, None),
    ],
)
def test_round_the_stop_one_steps_off_at_lies_an_island(percentile, west, east):
    table = transit_isochrones(
        at((0, 0)), arrivals(RIDES), streets=LINE, travel=SIX, percentile=percentile, bands_min=[20]
    )
    parts = sorted(shapely.get_parts(ground(table, 20)), key=lambda part: part.bounds)
    # On foot: 2,000 m along the line.
    assert parts[0].bounds[2] == pytest.approx(2000, abs=1e-3)
    if west is None:
        assert len(parts) == 1
    else:
        assert len(parts) == 2
        assert parts[1].bounds[::2] == pytest.approx((west, east), abs=1e-3)
    assert table["basis"].tolist() == ["streets"]


def test_public_transport_never_takes_longer_than_walking():
    slow = arrivals([[3000, 5000, NEVER]] * 4)
    by_bus = transit_isochrones(at((1000, 0)), slow, streets=LINE, travel=SIX)
    on_foot = street_isochrones(at((1000, 0)), streets=LINE, travel=SIX)
    assert by_bus.area.tolist() == pytest.approx(on_foot.area.tolist())


def test_a_place_off_the_streets_is_not_covered_by_public_transport():
    table = transit_isochrones(at((0, 5000)), arrivals(RIDES), streets=LINE, travel=SIX)
    assert table["basis"].tolist() == ["not covered"] * 3
    assert table.geometry.is_empty.all()


def test_times_at_nodes_and_before_stops_by_hand():
    cross = town([(0, 0), (1000, 0), (2000, 0)], [(1000, 0), (1000, 500)])
    stops = at((900, 10), (1000, 400))
    found = arrivals([[600, 800], [300, NEVER], [900, 100]], cross, stops)
    walk_s = np.full(cross.node_count + 2, np.inf)
    walk_s[-1] = 700
    seconds = arrival_percentile(found, walk_s=walk_s, percentile=50, longest_s=1000)
    by_node = dict(zip(map(tuple, cross.node_xy.tolist()), seconds.tolist(), strict=False))
    # The crossing is 66 seconds from the first stop and 240 from the second: 666, 366 and 340.
    assert by_node[1000, 0] == 366
    # The lane's end, 60 from the second and 366 from the first: 860, 666 and 160.
    assert by_node[1000, 500] == 666
    # The east end is 666 from the first and 840 from the second: 1266, 966 and 940; the west end 546 and 840.
    assert by_node[2000, 0] == 966
    assert by_node[0, 0] == 940
    # In 900 seconds only one departure of three gets there.
    sooner = arrival_percentile(found, walk_s=walk_s, percentile=50, longest_s=900)
    assert sooner[cross.node_xy.tolist().index([0, 0])] == NEVER
    # Before the first stop, 6 seconds from its pole and 300 from the second stop: 606, 306 and 400. Before the
    # second, 306 from the first: 800, 606 and 100; on foot all the way never more than 700.
    assert seconds[cross.node_count :].tolist() == [400, 606]


@CALM
@given(st.integers(0, 10_000), st.integers(1, 9), st.floats(0.5, 100), st.integers(100, 2000))
def test_percentiles_are_those_of_sorted_times(seed, count, percentile, longest):
    rng = np.random.default_rng(seed)
    grid = town(*block(3, 200))
    stops = at(*rng.uniform(0, 600, size=(5, 2)))
    rides = rng.integers(0, 1500, size=(count, 5))
    rides[rng.random(rides.shape) < 0.3] = NEVER
    found = arrivals(rides.tolist(), grid, stops)
    walk_s = np.where(
        rng.random(found.egress.row_count) < 0.3, rng.integers(0, 900, found.egress.row_count), np.inf
    )
    got = arrival_percentile(found, walk_s=walk_s, percentile=percentile, longest_s=longest)
    rank = int(np.ceil(round(percentile * count / 100, 9))) - 1
    for row in range(found.egress.row_count):
        times = np.full(count, walk_s[row])
        for k in range(found.egress.offsets[row], found.egress.offsets[row + 1]):
            ride = rides[:, found.egress.stop[k]]
            times = np.minimum(times, np.where(ride == NEVER, np.inf, ride + found.egress.seconds[k]))
        wanted = np.sort(times)[max(rank, 0)]
        assert got[row] == (wanted if wanted <= longest else NEVER)


@pytest.mark.parametrize("percentile", [0, -5, 101])
def test_no_such_percentile(percentile):
    with pytest.raises(DataError, match="percentile"):
        transit_isochrones(at((0, 0)), arrivals(RIDES), streets=LINE, travel=SIX, percentile=percentile)


def test_arrivals_of_another_network_are_refused():
    with pytest.raises(DataError, match="other departures, stops or streets"):
        transit_isochrones(at((1000, 0)), arrivals(RIDES), streets=town(*block(4, 500)), travel=SIX)
