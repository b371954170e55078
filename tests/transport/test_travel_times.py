"""Minutes on foot. At 4.8 km/h 80 metres are a minute, and a straight line counts 1.4 times."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.population import read_postcodes
from study.errors import CrsError
from tests.transport.grids import CRS, FAR, at, block, pieces, town
from transport.streets import StreetNetwork, network_of
from transport.travel_times import (
    DETOUR,
    DETOUR_HIGH,
    DETOUR_LOW,
    DETOUR_MEASURED_M,
    FARTHEST_TIE_M,
    WALK_KPH,
    WALK_M_PER_MIN,
    detour_factor,
    nearest_walk,
)

BASES = {"streets", "estimate", "not covered"}


def metres(walks: pd.DataFrame) -> list[float]:
    """Return how far each walk is, to a tenth of a millimetre."""
    return (walks["minutes"] * WALK_M_PER_MIN).round(4).tolist()


def walked(streets: StreetNetwork, origin: tuple[float, float], facility: tuple[float, float]) -> float:
    """Return the metres of one walk that must be over streets, the same both ways."""
    there = nearest_walk(at(origin), at(facility), streets=streets)
    back = nearest_walk(at(facility), at(origin), streets=streets)
    assert there["basis"].tolist() == back["basis"].tolist() == ["streets"]
    assert metres(there) == metres(back)
    return metres(there)[0]


def test_the_constants_are_the_published_ones():
    assert WALK_KPH == 4.8
    assert WALK_M_PER_MIN == 80
    assert DETOUR_LOW < DETOUR == 1.4 < DETOUR_HIGH


# ---- over streets, by hand


def test_both_ties_in_the_middle_of_one_street():
    # 30 to the street, 400 along it, 50 off it.
    assert walked(town([(0, 0), (1000, 0)]), (300, 30), (700, 50)) == 480


def test_beside_a_bent_street():
    # From (100, 20): tied to (100, 0), 100 + 150 to (200, 150), 40 off.
    assert walked(town([(0, 0), (200, 0), (200, 300)]), (100, 20), (240, 150)) == 20 + 100 + 150 + 40


def test_round_the_corner_of_a_grid():
    grid = town(*block(10, 100))
    # Both in the middle of a side: (250, 0) and (500, 350).
    assert walked(grid, (250, 0), (500, 350)) == 250 + 350
    # Both on columns, in rows 0..100 and 300..400: up or down to a row.
    assert walked(grid, (200, 40), (200, 360)) == 320
    # On neighbouring columns half way up: either way round costs 50 + 100 + 50.
    assert walked(grid, (300, 550), (400, 550)) == 200
    # A little nearer to the upper row.
    assert walked(grid, (300, 560), (400, 570)) == 40 + 100 + 30


def test_one_street_can_be_longer_than_the_way_round():
    # A crescent of 1,100 m from (0, 0) to (100, 0), which are 100 m apart on the main road.
    crescent = [(0, 0), (0, 500), (100, 500), (100, 0)]
    streets = town([(-50, 0), (0, 0), (100, 0), (150, 0)], crescent)
    assert walked(streets, (0, 100), (100, 100)) == 300
    # Near the crescent's middle along it is shorter: 100 + 100 + 100.
    assert walked(streets, (0, 400), (100, 400)) == 300
    # Half way up both are the same: 600 + 100 along is longer than 250 + 100 + 250.
    assert walked(streets, (0, 250), (100, 250)) == 600


@pytest.mark.parametrize("first", [100.0, 260.0])
def test_of_two_ways_between_junctions_the_shorter(first):
    straight, round_about = [(0, 0), (100, 0)], [(0, 0), (0, 80), (100, 80), (100, 0)]
    ways = [straight, round_about] if first == 100 else [round_about, straight]
    streets = town([(-100, 0), (0, 0)], *ways, [(100, 0), (200, 0)])
    assert walked(streets, (-100, 0), (200, 0)) == 300
    # From the middle of the long way, (50, 80): 130 to either junction.
    assert walked(streets, (50, 90), (200, 0)) == 10 + 130 + 100


LOLLIPOP = ([(0, 0), (100, 0)], [(100, 0), (200, 0), (200, 100), (100, 100), (100, 0)])


@pytest.mark.parametrize(
    ("origin", "facility", "answer"),
    [
        ((0, 0), (200, 50), 100 + 150),
        ((0, 0), (150, 100), 100 + 150),
        ((0, 0), (200, 100), 100 + 200),
        ((150, 100), (200, 50), 100),
        # From 50 before the loop's end to 50 after its start, through the junction.
        ((100, 50), (150, 0), 100),
        ((100, 0), (100, 0), 0),
    ],
)
def test_a_loop_is_walked_the_shorter_way_round(origin, facility, answer):
    assert walked(town(*LOLLIPOP), origin, facility) == answer


def test_a_ring_without_a_junction_is_walked_the_shorter_way_round():
    ring = town([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    for origin, facility, answer in (
        ((50, 0), (100, 50), 100),
        ((50, 0), (50, 100), 200),
        ((10, 0), (0, 10), 20),
        ((90, 0), (100, 10), 20),
        ((100, 90), (90, 100), 20),
        ((10, 100), (0, 90), 20),
    ):
        assert walked(ring, origin, facility) == answer


def test_dead_ends_do_not_join_across_a_fence():
    comb = town([(0, 0), (200, 0), (300, 0), (1000, 0)], [(200, 0), (200, 400)], [(300, 0), (300, 400)])
    assert walked(comb, (200, 400), (300, 400)) == 900
    # Past the tip of a dead end the tie is the straight line to the tip.
    assert walked(comb, (200, 430), (200, 0)) == 430


def test_a_bridge_is_not_joined_to_the_road_below():
    road = [(0, 0), (1000, 0)]
    bridge = [(500, -400), (500, 500), (0, 500), (0, 0)]
    assert walked(town(road, bridge), (500, -400), (600, 0)) == 400 + 500 + 500 + 500 + 600
    joined = town([(0, 0), (500, 0), (1000, 0)], [(500, -400), (500, 0), (500, 500), (0, 500), (0, 0)])
    assert walked(joined, (500, -400), (600, 0)) == 500


def test_an_island_of_paths_is_not_walked():
    streets = town([(0, 0), (1000, 0)], [(400, 50), (500, 50)])
    # The point lies on the island, and is tied to the road 50 m off.
    assert walked(streets, (450, 50), (900, 0)) == 50 + 450


def test_a_facility_on_a_junction_and_one_on_the_doorstep():
    grid = town(*block(4, 100))
    assert walked(grid, (200, 200), (200, 200)) == 0
    assert walked(grid, (200, 100), (200, 200)) == 100
    walks = nearest_walk(at((200, 200), (230, 200)), at((200, 200), (200, 200)), streets=grid)
    assert metres(walks) == [0, 30]
    assert walks["nearest_id"].isin([0, 1]).all()


def test_the_nearest_on_foot_need_not_be_the_nearest_in_a_straight_line():
    comb = town([(0, 0), (200, 0), (300, 0), (1000, 0)], [(200, 0), (200, 400)], [(300, 0), (300, 400)])
    walks = nearest_walk(
        at((200, 400)), at((300, 400), (200, 50), ids=["over the fence", "down the road"]), streets=comb
    )
    assert walks["nearest_id"].tolist() == ["down the road"]
    assert metres(walks) == [350]


def test_the_facility_s_own_walk_to_the_street_counts():
    road = town([(0, 0), (500, 0), (1000, 0)], [(500, 0), (500, 900)])
    walks = nearest_walk(
        at((100, 0), (500, 100)), at((400, 200), (300, -10), ids=["set back", "on the road"]), streets=road
    )
    # (400, 200) is tied to (500, 200), 100 m off: 400 + 200 + 100; the other is 200 + 10.
    assert walks["nearest_id"].tolist() == ["on the road", "set back"]
    assert metres(walks) == [210, 200]


def test_many_facilities_on_one_street():
    road = town([(0, 0), (1000, 0)])
    walks = nearest_walk(
        at((0, 0), (240, 0), (260, 5), (990, 0)),
        at((100, 0), (400, 0), (800, 20), ids=list("abc")),
        streets=road,
    )
    assert metres(walks) == [100, 140, 145, 210]
    assert walks["nearest_id"].tolist() == ["a", "a", "b", "c"]


def test_the_answer_keeps_the_points_order_and_index():
    grid = town(*block(4, 100))
    points = at((300, 0), (100, 0), (0, 0), ids=["z", "a", "m"])
    walks = nearest_walk(points, at((0, 0), ids=["hall"]), streets=grid)
    assert walks.index.tolist() == ["z", "a", "m"]
    assert walks.columns.tolist() == ["minutes", "basis", "at_most", "at_least", "nearest_id"]
    assert metres(walks) == [300, 100, 0]
    assert walks["minutes"].tolist() == [3.75, 1.25, 0.0]
    assert walks["nearest_id"].tolist() == ["hall"] * 3
    assert walks["at_most"].tolist() == [False] * 3


# ---- over streets, against another program


def foot_of(xy: np.ndarray, segments: np.ndarray) -> tuple[int, float, float]:
    """Return the piece nearest to a place, how far along it, and how far off, by plain geometry."""
    a, b = segments[:, 0], segments[:, 1]
    along = ((xy - a) * (b - a)).sum(axis=1) / ((b - a) ** 2).sum(axis=1)
    along = along.clip(0, 1)
    off = np.hypot(*(xy - a - along[:, None] * (b - a)).T)
    best = int(off.argmin())
    return best, float(along[best] * np.hypot(*(b - a)[best])), float(off[best])


def networkx_answer(segments: np.ndarray, points: np.ndarray, facilities: np.ndarray) -> np.ndarray:
    """Return metres from every point to every facility: pieces cut at the ties, then networkx."""
    graph = nx.Graph()
    for a, b in segments:
        graph.add_edge(tuple(a), tuple(b), weight=float(np.hypot(*(b - a))))
    parts = [graph.subgraph(nodes).copy() for nodes in nx.connected_components(graph)]
    graph = max(parts, key=lambda part: part.size(weight="weight"))
    kept = np.array([s for s in segments if tuple(s[0]) in graph])
    on_piece: dict[int, list[tuple[float, str]]] = {}
    for name, places in (("p", points), ("f", facilities)):
        for i, xy in enumerate(places):
            piece, along, off = foot_of(xy, kept)
            on_piece.setdefault(piece, []).append((along, f"{name}{i} foot"))
            graph.add_edge(f"{name}{i}", f"{name}{i} foot", weight=off)
    for piece, feet in on_piece.items():
        a, b = kept[piece]
        stops = [(0.0, tuple(a)), *sorted(feet), (float(np.hypot(*(b - a))), tuple(b))]
        for (here, one), (there, other) in pairwise(stops):
            graph.add_edge(one, other, weight=there - here)
    answer = np.full((len(points), len(facilities)), np.inf)
    for j in range(len(facilities)):
        lengths = nx.single_source_dijkstra_path_length(graph, f"f{j}", weight="weight")
        answer[:, j] = [lengths[f"p{i}"] for i in range(len(points))]
    return answer


def random_town(rng: np.random.Generator) -> np.ndarray:
    """Return random pieces between the crossings of a jumbled grid, with shortcuts, gaps and dead ends."""
    side = 7
    # Whole centimetres, so that rounding moves nothing.
    xy = np.array([(i * 120.0, j * 120.0) for i in range(side) for j in range(side)])
    xy = np.round(xy + rng.uniform(-45, 45, xy.shape), 2)
    near = [(i, j) for i in range(side**2) for j in range(i) if np.hypot(*(xy[i] - xy[j])) < 190]
    chosen = rng.permutation(len(near))[: int(len(near) * rng.uniform(0.3, 0.6))]
    return np.array([(xy[near[k][0]], xy[near[k][1]]) for k in chosen])


@pytest.mark.parametrize("seed", range(30))
def test_walks_are_those_networkx_finds(seed):
    rng = np.random.default_rng(seed)
    segments = random_town(rng)
    streets = dataclasses.replace(network_of(segments, crs=CRS), coverage=FAR)
    low, high = shapely.total_bounds(streets.lines).reshape(2, 2)
    points = np.vstack([rng.uniform(low - 30, high + 30, size=(40, 2)), segments[:5, 0]])
    facilities = np.vstack(
        [rng.uniform(low, high, size=(int(rng.integers(1, 6)), 2)), segments[:1].mean(axis=1)]
    )
    answer = networkx_answer(segments, points, facilities)
    walks = nearest_walk(at(*points), at(*facilities), streets=streets)
    served = (walks["basis"] == "streets").to_numpy()
    assert served.sum() > 30
    least = answer.min(axis=1)[served] / WALK_M_PER_MIN
    assert walks["minutes"].to_numpy()[served] == pytest.approx(least, rel=0, abs=1e-6)
    # The facility named is one of the nearest.
    named = answer[np.arange(len(points)), walks["nearest_id"].to_numpy(dtype=int)] / WALK_M_PER_MIN
    assert named[served] == pytest.approx(least, rel=0, abs=1e-6)


# ---- properties

GRID = town(*block(6, 100), [(300, 330), (300, 270)], [(600, 300), (900, 300), (900, 500)])
# All within 300 m of a street.
PLACES = st.tuples(st.integers(-80, 860), st.integers(-80, 640))
CALM = settings(max_examples=25, deadline=None, derandomize=True, database=None)


@CALM
@given(st.lists(PLACES, min_size=1, max_size=6), st.lists(PLACES, min_size=2, max_size=6))
def test_one_more_facility_never_lengthens_a_walk(points, facilities):
    fewer = nearest_walk(at(*points), at(*facilities[:-1]), streets=GRID)
    more = nearest_walk(at(*points), at(*facilities), streets=GRID)
    assert (more["minutes"] <= fewer["minutes"] + 1e-9).all()


@CALM
@given(st.lists(PLACES, min_size=1, max_size=6), st.lists(PLACES, min_size=1, max_size=4))
def test_a_walk_is_at_least_the_straight_line(points, facilities):
    origins, targets = at(*points), at(*facilities)
    walks = nearest_walk(origins, targets, streets=GRID)
    straight = [targets.distance(origin).min() for origin in origins.geometry]
    assert (walks["minutes"] * WALK_M_PER_MIN >= np.array(straight) - 1e-6).all()
    there = targets.geometry.loc[walks["nearest_id"].astype(int)].to_numpy()
    named = shapely.distance(origins.geometry.to_numpy(), there)
    assert (walks["minutes"] * WALK_M_PER_MIN >= named - 1e-6).all()


@CALM
@given(PLACES, PLACES)
def test_a_walk_is_as_long_back_as_there(one, other):
    walked(GRID, one, other)


@CALM
@given(
    st.lists(st.tuples(st.integers(-900, 1900), st.integers(-900, 1900)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(-900, 1900), st.integers(-900, 1900)), max_size=4),
    st.booleans(),
)
def test_every_row_says_what_it_rests_on(points, facilities, everywhere):
    streets = network_of(pieces(*block(10, 100)), crs=CRS)
    known = None if everywhere else streets.coverage
    walks = nearest_walk(at(*points), at(*facilities), streets=streets, assets_known_within=known)
    assert set(walks["basis"]) <= BASES
    missing = walks["minutes"].isna()
    assert (missing == (walks["basis"] == "not covered")).all()
    assert (missing == walks["nearest_id"].isna()).all()
    assert not walks["at_most"][missing].any()
    assert missing.all() if not facilities else True
    if everywhere and facilities:
        assert not missing.any()
    outside = ~shapely.contains_xy(streets.coverage, *np.array(points, dtype=float).T)
    expected = "estimate" if everywhere and facilities else "not covered"
    assert (walks["basis"][outside] == expected).all()


# ---- where streets stop

ROAD = town([(0, 0), (1000, 0)], covered=shapely.box(-100, -100, 1100, 100))


def test_without_streets_everything_is_an_estimate():
    walks = nearest_walk(at((0, 0), (0, 800)), at((300, 400), (0, 1000), ids=["a", "b"]), streets=None)
    assert walks["minutes"].tolist() == pytest.approx([500 * 1.4 / 80, 200 * 1.4 / 80])
    assert walks["nearest_id"].tolist() == ["a", "b"]
    assert walks["basis"].tolist() == ["estimate", "estimate"]
    assert walks["at_most"].tolist() == [False, False]


def test_a_point_outside_the_coverage_never_snaps_to_its_edge():
    half = town([(0, 0), (1000, 0)], covered=shapely.box(-100, -100, 500, 100))
    # Both points lie on the street itself; only the first on ground where streets are known.
    walks = nearest_walk(at((450, 0), (550, 0), (500, 0)), at((440, 0)), streets=half)
    assert walks["basis"].tolist() == ["streets", "estimate", "estimate"]
    assert metres(walks) == [10, pytest.approx(110 * 1.4), pytest.approx(60 * 1.4)]


def test_a_facility_outside_the_coverage_never_snaps_to_its_edge():
    walks = nearest_walk(at((1000, 0)), at((1000, 150)), streets=ROAD)
    assert walks["basis"].tolist() == ["estimate"]
    assert metres(walks) == [150 * 1.4]
    assert not walks["at_most"].any()


def test_the_nearer_of_a_walk_over_streets_and_an_estimate():
    facilities = at((0, 0), (1000, 150), ids=["on the road", "outside"])
    # 210 m by estimate: nearer than 211 over streets, farther than 209.
    walks = nearest_walk(at((211, 0), (1000, 0), (791, 0)), facilities, streets=ROAD)
    assert walks["nearest_id"].tolist() == ["on the road", "outside", "outside"]
    assert walks["basis"].tolist() == ["estimate", "estimate", "estimate"]
    near = town([(0, 0), (1000, 0)], covered=shapely.box(-400, -400, 1400, 400))
    walks = nearest_walk(at((209, 0), (1000, 0)), at((0, 0), (1000, 450), ids=["in", "out"]), streets=near)
    assert walks["nearest_id"].tolist() == ["in", "out"]
    assert walks["basis"].tolist() == ["streets", "estimate"]
    assert metres(walks) == [209, 630]


def test_a_walk_longer_than_the_way_out_is_at_most():
    # Everyone on the road can leave the known ground in 100 m.
    points, hall = at((0, 0), (880, 0), (901, 0), (899, 0)), at((1000, 0))
    walks = nearest_walk(points, hall, streets=ROAD)
    assert metres(walks) == [1000, 120, 99, 101]
    assert walks["at_most"].tolist() == [True, True, False, True]
    assert walks["basis"].tolist() == ["estimate", "estimate", "streets", "estimate"]
    assert (walks["at_least"] * WALK_M_PER_MIN).round(6).tolist() == [100, 100, 99, 100]


def test_a_walk_exactly_as_long_as_the_way_out_is_not_at_most():
    walks = nearest_walk(at((900, 0)), at((1000, 0)), streets=ROAD)
    assert metres(walks) == [100]
    assert walks["at_most"].tolist() == [False]
    assert walks["basis"].tolist() == ["streets"]


def test_the_way_out_may_lead_into_a_hole_of_the_coverage():
    ring = shapely.box(-1000, -1000, 2000, 1000).difference(shapely.box(0, 50, 200, 250))
    streets = town([(0, 0), (1000, 0)], covered=ring)
    walks = nearest_walk(at((100, 0), (960, 0)), at((1000, 0)), streets=streets)
    assert walks["at_most"].tolist() == [True, False]


def test_where_facilities_were_collected_over_streets_only():
    points = at((0, 0), (950, 0), (500, 150), (5000, 0))
    walks = nearest_walk(points, at((1000, 0)), streets=ROAD, assets_known_within=ROAD.coverage)
    assert walks["basis"].tolist() == ["streets", "streets", "not covered", "not covered"]
    assert metres(walks)[:2] == [1000, 50]
    assert walks["minutes"].isna().tolist() == [False, False, True, True]
    assert walks["at_most"].tolist() == [True, False, False, False]
    assert walks["nearest_id"].tolist()[:2] == [0, 0]
    assert walks["nearest_id"].isna().tolist() == [False, False, True, True]


def test_ground_where_facilities_are_known_may_be_wider_than_the_streets():
    known = shapely.box(-1000, -1000, 2000, 1000)
    walks = nearest_walk(at((500, 150), (5000, 0)), at((1000, 0)), streets=ROAD, assets_known_within=known)
    assert walks["basis"].tolist() == ["estimate", "not covered"]


def test_a_point_far_from_every_street_on_covered_ground_is_an_estimate():
    # The middle of a park: 301 m from the road is too far to be served by it, 299 m is not.
    assert FARTHEST_TIE_M == 300
    park = town([(0, 0), (1000, 0)], covered=shapely.box(-2000, -2000, 3000, 2000))
    walks = nearest_walk(at((500, 301), (500, 299)), at((500, 0)), streets=park)
    assert walks["basis"].tolist() == ["estimate", "streets"]
    assert metres(walks) == [pytest.approx(301 * 1.4), 299]


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_facility_far_from_every_street_on_known_ground_is_reached_by_estimate(everywhere):
    park = town([(0, 0), (1000, 0)], covered=shapely.box(-2000, -2000, 3000, 2000))
    known = None if everywhere else park.coverage
    points, places = at((500, 0), (900, 0)), at((500, 400), (1000, 0), ids=["pavilion", "hall"])
    walks = nearest_walk(points, places, streets=park, assets_known_within=known)
    # From (500, 0) the hall is 500 m over streets, the pavilion 560 by estimate; alone it is still there.
    assert walks["nearest_id"].tolist() == ["hall", "hall"]
    alone = nearest_walk(points, places.loc[["pavilion"]], streets=park, assets_known_within=known)
    assert alone["basis"].tolist() == ["estimate", "estimate"]
    assert metres(alone) == pytest.approx([400 * 1.4, np.hypot(400, 400) * 1.4], abs=1e-3)


def test_streets_too_few_to_cover_anything_fall_back_to_estimates():
    few = network_of(pieces([(0, 0), (100, 0)], [(50, 0), (50, 60)]), crs=CRS)
    assert few.coverage.is_empty
    points, halls = at((0, 0), (90, 5)), at((100, 0), (0, 30))
    pd.testing.assert_frame_equal(
        nearest_walk(points, halls, streets=few), nearest_walk(points, halls, streets=None)
    )


def test_streets_too_few_and_assets_only_over_streets_is_not_covered():
    few = network_of(pieces([(0, 0), (100, 0)]), crs=CRS)
    walks = nearest_walk(at((0, 0)), at((100, 0)), streets=few, assets_known_within=few.coverage)
    assert walks["basis"].tolist() == ["not covered"]
    assert walks["minutes"].isna().all()


def test_a_real_coverage_serves_the_inside_and_estimates_the_outside():
    streets = network_of(pieces(*block(10, 100)), crs=CRS)
    walks = nearest_walk(at((500, 450), (500, 1300)), at((500, 500)), streets=streets)
    assert walks["basis"].tolist() == ["streets", "estimate"]
    assert metres(walks) == [50, 800 * 1.4]


@pytest.mark.parametrize("streets", [None, ROAD], ids=["none", "road"])
def test_no_facilities_and_nothing_invented(streets):
    walks = nearest_walk(at((0, 0), (10, 0)), at(), streets=streets)
    assert walks["minutes"].isna().all()
    assert walks["basis"].tolist() == ["not covered"] * 2
    assert walks["nearest_id"].isna().all()
    assert not walks["at_most"].any()


def test_no_points_no_rows():
    walks = nearest_walk(at(), at((0, 0)), streets=ROAD)
    assert walks.empty
    assert walks.columns.tolist() == ["minutes", "basis", "at_most", "at_least", "nearest_id"]


# ---- coordinates


@pytest.mark.parametrize(
    ("points", "facilities", "streets"),
    [
        (at((0, 0)).to_crs("EPSG:4326"), at((0, 0)).to_crs("EPSG:4326"), None),
        (at((0, 0)), at((0, 0)).to_crs("EPSG:4326"), None),
        (at((0, 0)), at((0, 0)).set_crs(None, allow_override=True), None),
        (at((0, 0)).set_crs(None, allow_override=True), at((0, 0)), None),
        (at((0, 0)).to_crs("EPSG:3857"), at((0, 0)).to_crs("EPSG:3857"), ROAD),
        (at((0, 0)), at((0, 0)), dataclasses.replace(ROAD, crs="EPSG:32630")),
    ],
    ids=[
        "degrees",
        "facilities in degrees",
        "facilities bare",
        "points bare",
        "other metres",
        "other streets",
    ],
)
def test_coordinates_that_do_not_agree_raise(points, facilities, streets):
    with pytest.raises(CrsError):
        nearest_walk(points, facilities, streets=streets)


# ---- the detour factor


def test_the_detour_factor_of_a_right_angle():
    streets = town([(0, 0), (600, 0), (600, 600)], covered=shapely.box(-5000, -5000, 5000, 5000))
    # Straight 848.5 m, walked 1,200; the second point's straight line of 300 m is too short to measure.
    factors = detour_factor(at((0, 0), (600, 300)), at((600, 600)), streets)
    assert factors.to_dict() == {0: pytest.approx(2**0.5)}
    assert DETOUR_MEASURED_M == (600, 1200)


def test_the_detour_factor_leaves_out_places_off_the_streets_ground():
    streets = town([(0, 0), (2000, 0)], covered=shapely.box(-1500, -1500, 2500, 1500))
    factors = detour_factor(at((0, 0), (0, 1600)), at((1000, 0), (0, 2300)), streets)
    assert factors.to_dict() == {0: pytest.approx(1.0)}


# ---- the real streets of Newport and Leeds


@pytest.fixture(scope="module")
def newport_places(newport_pbf) -> gpd.GeoDataFrame:
    """Newport's amenities, buildings by their first corner."""
    entities = osmium.osm.NODE | osmium.osm.WAY
    found = osmium.FileProcessor(str(newport_pbf), entities).with_locations()
    rows = []
    for place in found.with_filter(osmium.filter.KeyFilter("amenity")):
        location = place.nodes[0].location if place.is_way() else place.location
        rows.append((place.tags["amenity"], location.lon, location.lat))
    amenity, lon, lat = zip(*rows, strict=True)
    points = gpd.points_from_xy(lon, lat, crs="EPSG:4326").to_crs(CRS)
    return gpd.GeoDataFrame({"amenity": amenity}, geometry=points)


@pytest.fixture(scope="module")
def newport_homes() -> gpd.GeoDataFrame:
    """One point for each place in Newport that has a postcode."""
    postcodes = read_postcodes(("NP",))
    own = postcodes[postcodes["lad_code"] == "W06000022"].drop_duplicates(["easting_m", "northing_m"])
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(own["easting_m"], own["northing_m"]), crs=CRS)


@pytest.mark.parametrize(
    "kinds", [["place_of_worship"], ["community_centre", "social_centre"], ["pub"]], ids=str
)
def test_newport_s_detour_factor_is_the_one_in_use(newport_streets, newport_places, newport_homes, kinds):
    places = newport_places[newport_places["amenity"].isin(kinds)]
    factors = detour_factor(newport_homes, places, newport_streets)
    assert len(factors) > 500
    assert DETOUR_LOW <= factors.median() <= DETOUR_HIGH
    # Over ties and streets no walk is shorter than the straight line.
    assert factors.min() >= 1 - 1e-9


def test_newport_s_homes_off_the_streets_are_not_covered(newport_streets, newport_places, newport_homes):
    places = newport_places[newport_places["amenity"] == "place_of_worship"]
    known = newport_streets.coverage
    walks = nearest_walk(newport_homes, places, streets=newport_streets, assets_known_within=known)
    inside = shapely.contains_xy(known, newport_homes.geometry.x, newport_homes.geometry.y)
    assert (walks["basis"] == "streets").tolist() == inside.tolist()
    assert 0.5 < inside.mean() < 0.8
    assert walks["minutes"].isna().tolist() == (~inside).tolist()


@pytest.mark.parametrize(
    ("origin", "place", "least", "most"),
    [
        # Over the City footbridge, 155 m from bank to bank.
        ((331_400, 187_995), (331_580, 188_060), 2.2, 3.5),
        # Across the Usk between two bridges: a stone's throw of 260 m, but the way is by the footbridge.
        ((331_480, 187_800), (331_720, 187_900), 7.5, 11),
        # The market to the cathedral on its hill, 691 m as the crow flies.
        ((331_083, 188_262), (330_870, 187_605), 9, 15),
    ],
    ids=["footbridge", "river", "cathedral"],
)
def test_known_walks_in_newport(newport_streets, origin, place, least, most):
    walks = nearest_walk(at(origin), at(place), streets=newport_streets)
    assert least < walks["minutes"].iloc[0] < most


@pytest.mark.parametrize(
    ("origin", "place", "least", "most"),
    [
        # Leeds station to the Town Hall, and to the market; the university's Parkinson Building to the station.
        ((429_891, 433_360), (429_757, 433_838), 6.5, 10),
        ((429_891, 433_360), (430_477, 433_476), 8, 12.5),
        ((429_553, 434_716), (429_891, 433_360), 17.5, 24),
    ],
    ids=["town hall", "market", "university"],
)
def test_known_walks_in_leeds(leeds_streets, origin, place, least, most):
    walks = nearest_walk(at(origin), at(place), streets=leeds_streets)
    assert walks["basis"].tolist() == ["streets"]
    assert least < walks["minutes"].iloc[0] < most
