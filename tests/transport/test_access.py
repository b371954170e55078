"""Walks to stops and between them. At 6 km/h 100 metres are a minute, and 5 metres three seconds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely

from study.errors import CrsError, DataError
from tests.transport.grids import CRS, FAR, at, block, flagged, town
from tests.transport.test_travel_times import networkx_answer, random_town
from transport.access import (
    access_walks,
    node_walks,
    read_stop_walks,
    street_basis,
    transfer_walks,
    write_stop_walks,
)
from transport.connections import StopWalks
from transport.streets import network_of
from transport.travel import Travel
from transport.travel_times import nearest_facility

# A road of one kilometre with a lane to the north in its middle.
ROAD = town([(0, 0), (500, 0), (1000, 0)], [(500, 0), (500, 300)])


def rows(walks: StopWalks) -> list[dict[int, int]]:
    """Return each row as stop -> seconds, in the order it stands in."""
    return [
        dict(zip(walks.stop[a:b].tolist(), walks.seconds[a:b].tolist(), strict=True))
        for a, b in zip(walks.offsets[:-1], walks.offsets[1:], strict=True)
    ]


def six(origins, stops, streets=ROAD, limit_s=600, **options) -> list[dict[int, int]]:
    return rows(access_walks(origins, stops, streets, limit_s=limit_s, kph=6.0, **options))


def test_the_walk_to_a_stop_goes_along_the_streets_and_over_both_ties():
    # 20 off, 100 along and 10 off; round the corner 20 + 300 + 200 + 5.
    assert six(at((200, 20)), at((300, -10), (505, 200))) == [{0: 78, 1: 315}]


def test_origins_keep_their_order_and_rows_have_the_shortest_first():
    origins, stops = at((900, 0), (0, 0)), at((0, 0), (400, 0), (1000, 0))
    walks = access_walks(origins, stops, ROAD, limit_s=600, kph=6.0)
    assert rows(walks) == [{2: 60, 1: 300, 0: 540}, {0: 0, 1: 240, 2: 600}]
    assert [list(row) for row in rows(walks)] == [[2, 1, 0], [0, 1, 2]]
    assert walks.is_sorted


def test_a_walk_of_exactly_the_limit_is_within_it():
    assert six(at((0, 0)), at((500, 0), (500.1, 0)), limit_s=300) == [{0: 300}]


def test_seconds_are_rounded_up():
    # 100.1 m are 60.06 seconds.
    assert six(at((0, 0)), at((100.1, 0))) == [{0: 61}]


def test_on_one_street_the_walk_does_not_go_by_its_end():
    assert six(at((100, 10)), at((160, 10), (100, -10))) == [{1: 12, 0: 48}]


def test_on_one_street_the_way_round_can_be_shorter():
    crescent = town([(-50, 0), (0, 0), (100, 0), (150, 0)], [(0, 0), (0, 500), (100, 500), (100, 0)])
    assert six(at((0, 100)), at((100, 100)), crescent) == [{0: 180}]
    assert six(at((0, 400)), at((100, 400)), crescent) == [{0: 180}]


def test_never_a_straight_line():
    # Two dead ends, 100 m apart over a fence.
    comb = town([(0, 0), (200, 0), (300, 0), (1000, 0)], [(200, 0), (200, 400)], [(300, 0), (300, 400)])
    assert six(at((200, 400)), at((300, 400)), comb) == [{0: 540}]


def test_a_slow_walker_and_a_pushchair():
    steps = flagged(("steps", [(0, 0), (100, 0)]), ("both", [(0, 0), (0, 200), (100, 200), (100, 0)]))
    origin, stop = at((0, 0)), at((100, 0))
    assert six(origin, stop, steps) == [{0: 60}]
    assert six(origin, stop, steps, without_steps=True) == [{0: 300}]
    slow = access_walks(origin, stop, steps, limit_s=600, kph=3.0)
    assert rows(slow) == [{0: 120}]


HALF = town([(0, 0), (1000, 0)], covered=shapely.box(-100, -400, 500, 400))


def test_who_is_off_the_streets_walks_nowhere_and_is_listed():
    origins = at((450, 0), (550, 0), (100, 350), ids=["on it", "not covered", "too far"])
    assert six(origins, at((400, 0), (600, 0)), HALF) == [{0: 30}, {}, {}]
    assert street_basis(origins, HALF).to_dict() == {
        "on it": "streets",
        "not covered": "not covered",
        "too far": "not covered",
    }


@pytest.mark.parametrize(
    ("origins", "stops"), [(at(), at((0, 0))), (at((0, 0)), at())], ids=["origins", "stops"]
)
def test_nobody_and_nowhere(origins, stops):
    walks = access_walks(origins, stops, ROAD, limit_s=600)
    assert walks.row_count == len(origins)
    assert not len(walks.stop)


def test_what_does_not_agree_is_refused():
    degrees = at((0, 0)).to_crs("EPSG:4326")
    with pytest.raises(CrsError, match="origins"):
        access_walks(degrees, at((0, 0)), ROAD, limit_s=60)
    with pytest.raises(CrsError, match="stops"):
        access_walks(at((0, 0)), degrees, ROAD, limit_s=60)
    with pytest.raises(DataError, match="mode"):
        access_walks(at((0, 0)), at((0, 0)), dataclasses.replace(ROAD, mode="cycle"), limit_s=60)
    with pytest.raises(DataError, match="limited"):
        access_walks(at((0, 0)), at((0, 0)), ROAD, limit_s=-1)
    with pytest.raises(DataError, match="leads nowhere"):
        access_walks(at((0, 0)), at((0, 0)), ROAD, limit_s=60, kph=0)
    with pytest.raises(DataError, match="change cannot take"):
        transfer_walks(at((0, 0)), ROAD, limit_s=60, change_s=-1)


@pytest.mark.parametrize("seed", range(10))
def test_walks_to_stops_are_those_networkx_finds(seed):
    rng = np.random.default_rng(seed)
    segments = random_town(rng)
    streets = dataclasses.replace(network_of(segments, crs=CRS), coverage=FAR)
    low, high = shapely.total_bounds(streets.lines).reshape(2, 2)
    points, stops = rng.uniform(low, high, size=(40, 2)), rng.uniform(low, high, size=(25, 2))
    answer = networkx_answer(segments, points, stops) / 100 * 60
    limit = 300.3
    served = street_basis(at(*points), streets).eq("streets").to_numpy()
    served_to = street_basis(at(*stops), streets).eq("streets").to_numpy()
    wanted = (answer <= limit) & served[:, None] & served_to
    assert wanted.sum() > 60
    got = six(at(*points), at(*stops), streets, limit_s=limit)
    assert [set(row) for row in got] == [set(np.flatnonzero(row).tolist()) for row in wanted]
    for i, row in enumerate(got):
        for j, seconds in row.items():
            assert seconds == np.ceil(answer[i, j] - 1e-4)


def test_the_shortest_access_is_the_walk_to_the_nearest_facility(newport_streets):
    rng = np.random.default_rng(3)
    nodes = newport_streets.node_xy
    origins = at(*(nodes[rng.permutation(len(nodes))[:400]] + rng.normal(0, 30, (400, 2))))
    stops = at(*(nodes[rng.permutation(len(nodes))[:150]] + 3.0))
    walks = access_walks(origins, stops, newport_streets, limit_s=900)
    nearest = nearest_facility(
        origins, stops, streets=newport_streets, assets_known_within=newport_streets.coverage
    )
    seconds = nearest["minutes"] * 60
    first = pd.Series([next(iter(row.values()), np.nan) for row in rows(walks)])
    near = (seconds <= 900) & (nearest["basis"] == "streets")
    assert 100 < near.sum() < 400
    assert first.notna().tolist() == near.tolist()
    assert (first - seconds)[near].between(-1e-4, 1).all()


# ---- changes

STOPS = at((100, 0), (160, 10), (900, 0), (5000, 0))


def changes(**options: object) -> list[dict[int, int]]:
    return rows(transfer_walks(STOPS, ROAD, limit_s=120, change_s=30, kph=6.0, **options))


def test_a_change_is_the_walk_and_the_time_to_change():
    # 70 m on foot are 42 seconds. Every stop can be changed at, on the streets or off them.
    assert changes() == [{0: 30, 1: 72}, {1: 30, 0: 72}, {2: 30}, {3: 30}]


def test_a_change_takes_at_least_a_second():
    walks = transfer_walks(STOPS, ROAD, limit_s=120, change_s=0, kph=6.0)
    assert rows(walks) == [{0: 1, 1: 42}, {1: 1, 0: 42}, {2: 1}, {3: 1}]


def told(*transfers: tuple[int, int, int, float | None]) -> pd.DataFrame:
    return pd.DataFrame(transfers, columns=["from_stop", "to_stop", "transfer_type", "min_s"])


@pytest.mark.parametrize(
    ("transfers", "pair", "seconds"),
    [
        # A minimum time takes the place of the walk, shorter or longer, near or far, at one stop or between two.
        ([(0, 1, 2, 300)], (0, 1), 300),
        ([(0, 1, 2, 5)], (0, 1), 5),
        ([(0, 1, 2, 0)], (0, 1), 1),
        ([(0, 0, 2, 240)], (0, 0), 240),
        ([(0, 2, 2, 700)], (0, 2), 700),
        ([(2, 3, 2, 90)], (2, 3), 90),
        # One way only.
        ([(0, 1, 2, 300)], (1, 0), 72),
        # Forbidden, whatever else is said.
        ([(0, 1, 3, None)], (0, 1), None),
        ([(0, 0, 3, None)], (0, 0), None),
        ([(0, 1, 2, 5), (0, 1, 3, None)], (0, 1), None),
        ([(0, 1, 3, None)], (1, 0), 72),
        # Timed: the vehicle waits, so only the walk counts.
        ([(0, 1, 1, None)], (0, 1), 42),
        ([(0, 0, 1, None)], (0, 0), 1),
        ([(2, 3, 1, None)], (2, 3), 1),
        # The longest minimum time of several, before a timed change.
        ([(0, 1, 2, 100), (0, 1, 2, 200), (0, 1, 1, None)], (0, 1), 200),
        # Recommended, in the seat, and a minimum time that is not given: as if nothing were said.
        ([(0, 1, 0, None)], (0, 1), 72),
        ([(0, 2, 0, None)], (0, 2), None),
        ([(0, 1, 4, None)], (0, 1), 72),
        ([(0, 1, 2, None)], (0, 1), 72),
    ],
)
def test_what_the_timetable_says_of_a_change(transfers, pair, seconds):
    start, end = pair
    assert changes(transfers=told(*transfers))[end].get(start) == seconds


def test_what_the_timetable_says_of_one_change_leaves_the_others():
    got = changes(transfers=told((0, 1, 2, 300), (2, 2, 3, None)))
    assert got == [{0: 30, 1: 72}, {1: 30, 0: 300}, {}, {3: 30}]


def test_no_transfers_is_nothing_said():
    assert changes(transfers=told()) == changes()


@pytest.mark.parametrize("transfer", [(0, 4, 2, 60), (-1, 0, 2, 60)])
def test_a_transfer_at_an_unknown_stop_is_said(transfer):
    with pytest.raises(DataError, match="not one of the 4"):
        changes(transfers=told(transfer))


# ---- from stops to nodes


def test_from_stops_to_the_streets_nodes():
    stops = at((450, 10), (500, 290), (5000, 0))
    walks = node_walks(stops, ROAD, limit_s=180, kph=6.0)
    nodes = {tuple(xy): row for xy, row in zip(ROAD.node_xy.tolist(), rows(walks), strict=False)}
    assert nodes == {(0, 0): {}, (500, 0): {0: 36, 1: 174}, (1000, 0): {}, (500, 300): {1: 6}}
    # Then the street before each stop: six seconds from the first one's pole, none from the second's.
    assert rows(walks)[ROAD.node_count :] == [{0: 6}, {1: 0}, {}]


def test_from_a_stop_to_the_street_before_another():
    walks = node_walks(at((100, 20), (160, 10)), ROAD, limit_s=180, kph=6.0)
    # 20 off and 60 along; 10 off and 60 along.
    assert rows(walks)[ROAD.node_count :] == [{0: 12, 1: 42}, {1: 6, 0: 48}]


def test_walks_come_back_as_they_were_written(tmp_path):
    origins = at(*[(x, 7) for x in range(0, 1000, 90)], (5000, 0))
    walks = access_walks(origins, STOPS, ROAD, limit_s=200)
    path = tmp_path / "new" / "access.parquet"
    write_stop_walks(walks, path)
    back = read_stop_walks(path)
    for name in ("offsets", "stop", "seconds"):
        assert getattr(back, name).tolist() == getattr(walks, name).tolist()
    assert back.row_count == len(origins)
    nothing = access_walks(at((5000, 0)), STOPS, ROAD, limit_s=200)
    write_stop_walks(nothing, path)
    assert read_stop_walks(path).row_count == 1


def test_a_longer_limit_adds_walks_and_changes_none():
    grid = town(*block(6, 100))
    origins = at(*[(x, y) for x in range(0, 600, 70) for y in range(0, 600, 110)])
    stops = at((50, 0), (300, 250), (600, 600))
    short, long = six(origins, stops, grid, limit_s=120), six(origins, stops, grid, limit_s=400)
    assert all(set(a.items()) <= set(b.items()) for a, b in zip(short, long, strict=True))
    assert sum(map(len, short)) < sum(map(len, long))
    assert Travel(kph=6.0).m_per_min == 100
