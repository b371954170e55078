"""Connections and walks to stops: what they accept, refuse and keep in order."""

from __future__ import annotations

import numpy as np
import pytest

from study.errors import DataError
from transport.arrays import frozen_array
from transport.connections import UNREACHED, Connections, StopWalks

TWO_HOPS = {
    "departure_s": [100, 200],
    "arrival_s": [160, 260],
    "from_stop": [0, 1],
    "to_stop": [1, 2],
    "trip": [0, 0],
    "stop_count": 3,
    "trip_count": 1,
}


def test_hops_are_sorted_by_departure_and_a_trip_keeps_its_order():
    # Trip 1 calls at 1, 2 and 3 in the second 150; trip 0 departs before, and again in that second, for long.
    made = Connections.from_hops(
        departure_s=[100, 150, 150, 150, 150],
        arrival_s=[140, 400, 150, 150, 170],
        from_stop=[0, 1, 1, 2, 3],
        to_stop=[1, 0, 2, 3, 0],
        trip=[0, 0, 1, 1, 1],
        stop_count=4,
        trip_count=2,
    )
    assert made.departure_s.tolist() == [100, 150, 150, 150, 150]
    assert made.from_stop.tolist() == [0, 1, 2, 3, 1]
    assert made.can_board.all() and made.can_alight.all()
    assert len(made) == 5


def test_between_includes_both_seconds():
    made = Connections.from_hops(**TWO_HOPS)
    assert made.between(100, 200).from_stop.tolist() == [0, 1]
    assert made.between(101, 199).from_stop.tolist() == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"arrival_s": [160, 199]}, "arrives before it departs"),
        ({"arrival_s": [201, 260]}, "before it has arrived"),
        ({"from_stop": [0, 3]}, "not one of the 3"),
        ({"to_stop": [-1, 2]}, "not one of the 3"),
        ({"trip": [0, 1]}, "a trip is not one of the 1"),
        ({"departure_s": [100, 2**40]}, "too large"),
        ({"arrival_s": [160, 2**30 + 1]}, "years away"),
        ({"departure_s": [100.0, 200.5]}, "float64"),
        # In GTFS 0 means that passengers may board: pickup types must not pass for yes and no.
        ({"can_board": [0, 0]}, "where bool is needed"),
    ],
)
def test_a_day_that_cannot_be_run_is_refused(changed, says):
    with pytest.raises(DataError, match=says):
        Connections.from_hops(**TWO_HOPS | changed)


def test_connections_out_of_order_or_of_unequal_length_are_refused():
    made = vars(Connections.from_hops(**TWO_HOPS))
    with pytest.raises(DataError, match="not in order"):
        Connections(**made | {name: made[name][::-1] for name in ("departure_s", "arrival_s")})
    with pytest.raises(DataError, match="differ in length"):
        Connections(**made | {"trip": [0]})


def test_nobody_can_change_what_every_visitor_shares():
    made = Connections.from_hops(**TWO_HOPS)
    with pytest.raises(ValueError, match="read-only"):
        made.departure_s[0] = 0


def test_an_array_is_frozen_without_a_copy_and_without_freezing_its_owner():
    own = np.array([1, 2], dtype=np.int32)
    frozen = frozen_array(own, np.int32)
    own[0] = 5
    assert frozen.tolist() == [5, 2]
    assert not frozen.flags.writeable


def test_walks_are_sorted_shortest_first_and_rows_may_be_empty():
    made = StopWalks.from_pairs([2, 0, 0, 0], [1, 4, 3, 2], [50, 60, 20, 60], row_count=4)
    assert made.offsets.tolist() == [0, 3, 3, 4, 4]
    assert made.stop.tolist() == [3, 2, 4, 1]
    assert made.seconds.tolist() == [20, 60, 60, 50]
    assert made.row.tolist() == [0, 0, 0, 2]
    assert (made.row_count, made.last_stop, made.shortest_s, made.is_sorted) == (4, 4, 20, True)


def test_walks_may_be_none_at_all():
    made = StopWalks.from_pairs([], [], [], row_count=2)
    assert made.offsets.tolist() == [0, 0, 0]
    assert (made.last_stop, made.shortest_s, made.is_sorted) == (-1, UNREACHED, True)


def test_a_row_out_of_order_is_noticed_and_the_start_of_the_next_row_is_not_mistaken_for_one():
    assert not StopWalks(offsets=[0, 2], stop=[0, 1], seconds=[9, 8]).is_sorted
    assert StopWalks(offsets=[0, 1, 2], stop=[0, 1], seconds=[9, 8]).is_sorted


@pytest.mark.parametrize(
    ("offsets", "stop", "seconds", "says"),
    [
        ([0, 1], [0, 1], [1, 1], "do not cover"),
        ([1, 2], [0, 1], [1, 1], "do not cover"),
        ([0, 2, 1, 2], [0, 1], [1, 1], "ends before it begins"),
        ([0, 2], [0, 1], [1], "differ in length"),
        ([0, 2], [0, -1], [1, 1], "position is negative"),
        ([0, 2], [0, 1], [1, -1], "less than no time"),
        ([], [], [], "do not cover"),
    ],
)
def test_walks_that_do_not_fit_together_are_refused(offsets, stop, seconds, says):
    with pytest.raises(DataError, match=says):
        StopWalks(offsets=offsets, stop=stop, seconds=seconds)


def test_a_walk_of_a_row_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="not one of the 2"):
        StopWalks.from_pairs([2], [0], [60], row_count=2)
