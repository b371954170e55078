"""Other speeds, cycling along one-way streets, pushchairs, and one facility more. At 6 km/h 100 m are a minute."""

from __future__ import annotations

import dataclasses

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from study.errors import DataError
from tests.transport.grids import CRS, FAR, at, block, flagged, town
from transport.catchments import beyond_range
from transport.streets import network_of
from transport.ties import tie_points
from transport.travel import (
    CYCLE,
    CYCLE_DETOUR,
    CYCLE_DETOUR_HIGH,
    CYCLE_DETOUR_LOW,
    CYCLE_DETOUR_MEASURED_M,
    DETOUR_RANGES,
    DETOURS,
    PUSHCHAIR,
    SLOW_WALK,
    WALK,
    Travel,
)
from transport.travel_times import (
    detour_factor,
    nearest_facility,
    nearest_from_nodes,
    nearest_walk,
    with_one_more,
)

SIX = Travel(kph=6.0)
RIDE = Travel("cycle", 6.0)
CALM = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def minutes(origin, facility, streets, travel) -> float:
    table = nearest_facility(at(origin), at(facility), streets=streets, travel=travel)
    assert table["basis"].tolist() == ["streets"]
    return round(float(table["minutes"].iloc[0]), 6)


def test_the_presets():
    assert (WALK.mode, WALK.kph, WALK.without_steps) == ("walk", 4.8, False)
    assert (SLOW_WALK.mode, SLOW_WALK.kph) == ("walk", 3.2)
    assert (CYCLE.mode, CYCLE.kph) == ("cycle", 15.0)
    assert PUSHCHAIR.without_steps
    assert CYCLE.m_per_min == 250
    # A cycle is pushed from the door to the street, a slow walker is as slow there.
    assert pytest.approx(15 / 4.8) == CYCLE.off_factor
    assert SLOW_WALK.off_factor == WALK.off_factor == SIX.off_factor == 1
    assert RIDE.off_factor == 1.25
    assert Travel("cycle", 4.0).off_factor == 1


@pytest.mark.parametrize("kph", [0, -4.8, float("nan")])
def test_a_speed_that_leads_nowhere_is_refused(kph):
    with pytest.raises(DataError, match="leads nowhere"):
        Travel(kph=kph)


def test_a_slow_walker_takes_half_as_long_again():
    road = town([(0, 0), (1000, 0)])
    assert minutes((100, 10), (900, 30), road, WALK) == 840 / 80
    assert minutes((100, 10), (900, 30), road, SLOW_WALK) == pytest.approx(840 / 80 * 1.5)
    assert minutes((100, 10), (900, 30), road, SIX) == 8.4


def test_a_cycle_is_pushed_to_the_street():
    road = flagged(("both", [(0, 0), (1000, 0)]), mode="cycle")
    # 750 m at 250 m a minute, and 40 and 120 m at 80.
    assert minutes((50, 40), (800, 120), road, CYCLE) == 3 + 0.5 + 1.5


# A block of 300 by 100 m whose northern side goes from east to west only.
ONE_WAY = flagged(
    ("one", [(300, 100), (0, 100)]), ("both", [(0, 100), (0, 0), (300, 0), (300, 100)]), mode="cycle"
)


@pytest.mark.parametrize(
    ("origin", "facility", "answer"),
    [
        # With the one-way street, and the long way round against it.
        ((300, 100), (0, 100), 3),
        ((0, 100), (300, 100), 5),
        # Both in the middle of it: with it, and pushed against it, 80 m a minute.
        ((200, 100), (100, 100), 1),
        ((120, 100), (200, 100), 1),
        # Out of it at its eastern end and into it at its western the cycle is pushed.
        ((220, 100), (300, 0), 1 + 1),
        ((300, 0), (200, 100), 1 + 1),
        ((0, 0), (80, 100), 1 + 1),
        ((0, 0), (280, 100), 3 + 1 + 0.2),
        ((100, 100), (0, 0), 1 + 1),
    ],
)
def test_cycling_along_and_round_a_one_way_street(origin, facility, answer):
    assert minutes(origin, facility, ONE_WAY, RIDE) == answer


def test_a_ring_of_one_way_streets_goes_one_way_round():
    ring = flagged(("one", [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]), mode="cycle")
    assert minutes((50, 0), (100, 50), ring, RIDE) == 1
    assert minutes((100, 50), (50, 0), ring, RIDE) == 1.25
    assert minutes((100, 50), (0, 50), ring, RIDE) == 2
    # Whoever is past it pushes back. Through the place where the ring begins and ends, wherever that is.
    for there, back in (
        ((10, 0), (0, 10)),
        ((100, 10), (90, 0)),
        ((90, 100), (100, 90)),
        ((0, 90), (10, 100)),
    ):
        assert minutes(there, back, ring, RIDE) == 0.25
        assert minutes(back, there, ring, RIDE) == 0.2


def random_ways(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    places = np.round(rng.uniform(0, 700, size=(30, 2)), 2)
    ends = places[rng.integers(0, 30, size=(70, 2))]
    ends = ends[(ends[:, 0] != ends[:, 1]).any(axis=1)]
    return ends, rng.random(len(ends)) < 0.4


@pytest.mark.parametrize("seed", range(8))
def test_cycling_to_a_facility_is_what_networkx_finds(seed):
    ends, one_way = random_ways(seed)
    network = network_of(ends, crs=CRS, mode="cycle", one_way=one_way)
    covered = dataclasses.replace(network, coverage=FAR)
    graph = nx.DiGraph()
    for (a, b), one in zip(ends, one_way, strict=True):
        for u, v in [(a, b)] + [(b, a)] * (not one):
            graph.add_edge(tuple(u), tuple(v), weight=float(np.hypot(*(v - u))))
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(network.node_count)[:3]
    places = at(*network.node_xy[chosen])
    # So fast that pushing against a one-way street never pays.
    fast = Travel("cycle", 48_000.0)
    got, which = nearest_from_nodes(places, streets=covered, travel=fast)
    lengths = [
        nx.single_source_dijkstra_path_length(graph.reverse(), tuple(xy), weight="weight")
        for xy in network.node_xy[chosen]
    ]
    answer = np.array([[length[tuple(xy)] for length in lengths] for xy in network.node_xy])
    assert got * fast.m_per_min == pytest.approx(answer.min(axis=1), abs=1e-3)
    assert answer[np.arange(len(answer)), which] == pytest.approx(answer.min(axis=1), abs=1e-3)


# ---- without steps

STEPS = flagged(
    ("steps", [(0, 0), (100, 0)]),
    ("both", [(0, 0), (0, 200), (100, 200), (100, 0)]),
    ("both", [(-500, 0), (0, 0)]),
)


def test_a_pushchair_goes_round_the_steps():
    assert minutes((0, 0), (100, 0), STEPS, SIX) == 1
    assert minutes((0, 0), (100, 0), STEPS, Travel(kph=6.0, without_steps=True)) == 5


def test_a_door_on_the_steps_is_tied_to_the_nearest_street_for_a_pushchair():
    # (40, 0) is 40 m from (0, 0), where the streets without steps are nearest.
    assert minutes((40, 0), (-100, 0), STEPS, Travel(kph=6.0, without_steps=True)) == 1.4


def test_steps_never_make_a_pushchair_faster():
    points = at(*[(x, y) for x in range(-400, 200, 70) for y in (-20, 0, 90, 210)])
    # Who lives on the steps is tied elsewhere, straight across whatever is there.
    points = points[~STEPS.steps[tie_points(points, STEPS).edge]]
    walk = nearest_facility(points, at((100, 0)), streets=STEPS)["minutes"]
    push = nearest_facility(points, at((100, 0)), streets=STEPS, travel=PUSHCHAIR)["minutes"]
    assert (push >= walk - 1e-6).all()
    assert (push > walk + 1).any()


@pytest.mark.parametrize(("travel", "streets"), [(CYCLE, STEPS), (WALK, ONE_WAY)], ids=["cycle", "walk"])
def test_streets_of_another_mode_are_refused(travel, streets):
    with pytest.raises(DataError, match="mode"):
        nearest_facility(at((0, 0)), at((50, 0)), streets=streets, travel=travel)


# ---- estimates


def test_an_estimate_has_the_mode_s_own_factor_and_speed():
    table = nearest_facility(at((0, 0)), at((3000, 4000)), streets=None, travel=CYCLE)
    assert table["minutes"].tolist() == pytest.approx([5000 * CYCLE_DETOUR / 250])
    slow = nearest_facility(at((0, 0)), at((300, 400)), streets=None, travel=SLOW_WALK)
    assert slow["minutes"].tolist() == pytest.approx([500 * 1.4 / 80 * 1.5])


def test_the_cycling_factor_lies_in_its_range():
    assert CYCLE_DETOUR_LOW < CYCLE_DETOUR < CYCLE_DETOUR_HIGH
    assert DETOURS["cycle"] == CYCLE_DETOUR
    assert DETOUR_RANGES["cycle"] == (CYCLE_DETOUR_LOW, CYCLE_DETOUR_HIGH)


def test_newport_s_cycling_factor_is_the_one_in_use(newport_networks):
    rng = np.random.default_rng(5)
    nodes = newport_networks.walk.node_xy
    homes = at(*nodes[rng.permutation(len(nodes))[:2000]])
    cycle = newport_networks.cycle
    factors = np.concatenate(
        [
            detour_factor(homes, at(tuple(xy)), cycle, travel=CYCLE)
            for xy in nodes[rng.permutation(len(nodes))[:25]]
        ]
    )
    assert CYCLE_DETOUR_MEASURED_M == (1500, 3000)
    assert len(factors) > 5_000
    assert np.median(factors) == pytest.approx(CYCLE_DETOUR, abs=0.1)
    assert factors.min() >= 1 - 1e-9


def test_the_range_of_a_cycling_estimate():
    # 14.5 minutes at 1.4 are 13.5 at 1.3 and 16.6 at 1.6.
    walks = pd.DataFrame(
        {"minutes": [14.5], "basis": "estimate", "at_most": False, "at_least": [14.5], "nearest_id": 0}
    )
    people = pd.DataFrame({"residents": [100.0]})
    assert beyond_range(walks, people, cutoff_min=15, mode="cycle") == (0, 100)
    # On foot the greater factor makes 15.5, the lesser 13.5.
    assert beyond_range(walks, people, cutoff_min=16) == (0, 0)
    assert beyond_range(walks, people, cutoff_min=16, mode="cycle") == (0, 100)


# ---- one facility more

GRID = town(*block(6, 100), [(300, 330), (300, 270)], covered=shapely.box(-150, -150, 750, 500))
PLACES = st.tuples(st.integers(-300, 900), st.integers(-300, 900))


@CALM
@given(
    st.lists(PLACES, min_size=1, max_size=8),
    st.lists(PLACES, min_size=1, max_size=4),
    st.lists(PLACES, min_size=1, max_size=2),
    st.booleans(),
)
def test_one_more_is_as_if_all_were_asked_about_at_once(points, facilities, more, everywhere):
    points = at(*points)
    old, new = at(*facilities), at(*more, ids=[100 + i for i in range(len(more))])
    settings_ = {"streets": GRID, "assets_known_within": None if everywhere else GRID.coverage}
    known = nearest_facility(points, old, **settings_)
    before = known.copy()
    tied = tie_points(points, GRID)
    grown = with_one_more(known, points, new, tied=tied, **settings_)
    both = nearest_facility(points, pd.concat([old, new]), **settings_)
    pd.testing.assert_frame_equal(known, before)
    same = ["minutes", "at_least"]
    pd.testing.assert_frame_equal(grown[same], both[same])
    # Of two equally near either may be named.
    assert (grown["nearest_id"].isna() == both["nearest_id"].isna()).all()
    differ = grown["nearest_id"].ne(both["nearest_id"]) & grown["nearest_id"].notna()
    assert nearest_facility(points[differ], new, **settings_)["minutes"].tolist() == pytest.approx(
        both["minutes"][differ].tolist()
    )


def test_one_more_where_nothing_was():
    points = at((0, 0), (300, 0))
    nothing = nearest_walk(points, at(), streets=GRID)
    grown = with_one_more(nothing, points, at((300, 80), ids=["hall"]), streets=GRID)
    assert grown["minutes"].tolist() == [380 / 80, 1.0]
    assert grown["nearest_id"].tolist() == ["hall", "hall"]


def test_from_every_node():
    cross = town([(-100, 0), (0, 0), (200, 0)], [(0, -300), (0, 0)])
    got, which = nearest_from_nodes(at((-100, 50), (0, -340)), streets=cross, travel=SIX)
    by_place = {
        tuple(xy): (m, w) for xy, m, w in zip(cross.node_xy.tolist(), got.round(6), which, strict=True)
    }
    assert by_place == {(-100, 0): (0.5, 0), (0, 0): (1.5, 0), (200, 0): (3.5, 0), (0, -300): (0.4, 1)}


def test_from_every_node_within_a_limit_and_of_places_off_the_streets():
    road = town([(0, 0), (500, 0), (1000, 0)], [(500, 0), (500, 10)])
    places = at((0, 5000), (0, 0))
    got, which = nearest_from_nodes(places, streets=road, travel=SIX, limit_min=5.0)
    assert sorted(zip(got.round(6).tolist(), which.tolist(), strict=True))[:2] == [(0.0, 1), (5.0, 1)]
    assert np.isinf(got[which == -1]).all()
    assert (which == -1).sum() == 2
    none, nobody = nearest_from_nodes(places.iloc[:1], streets=road)
    assert np.isinf(none).all()
    assert (nobody == -1).all()


def test_points_may_be_tied_once_and_asked_often():
    points, halls = at((10, 20), (400, 330), (5000, 0)), at((300, 0), (0, 300))
    tied = tie_points(points, GRID)
    pd.testing.assert_frame_equal(
        nearest_facility(points, halls, streets=GRID, tied=tied),
        nearest_facility(points, halls, streets=GRID),
    )
    assert tied.served.tolist() == [True, True, False]
    assert tied.position.tolist() == [0, 1]
