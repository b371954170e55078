"""What must hold in every timetable, tried on random ones full of ties; and an independent search by networkx."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transport.timetables import (
    Question,
    arrivals_by_graph,
    busy_town,
    days,
    door_to_door,
    questions,
    walks,
)
from transport.connection_scan import backward_profiles
from transport.connections import UNREACHED, Connections, StopWalks
from transport.forward_scan import forward_arrivals, forward_scan
from transport.profiles import percentile_times, percentiles_of, travel_times
from transport.reversal import reversed_in_time

# Compiling or loading a kernel takes as long as it takes.
often = settings(deadline=None, max_examples=100)


def access_of(question: Question, origin: int) -> np.ndarray:
    """Return one origin's walk to each stop."""
    access = np.full(question.connections.stop_count, UNREACHED, dtype=np.int32)
    row = slice(*question.access.offsets[origin : origin + 2])
    access[question.access.stop[row]] = question.access.seconds[row]
    return access


def start_of(access: np.ndarray, leave: int) -> np.ndarray:
    return np.where(access < UNREACHED, access.astype(int) + leave, UNREACHED).astype(np.int32)


@often
@given(questions())
def test_backward_equals_forward_at_every_origin_and_departure(question):
    backward = question.times()
    for origin in range(question.access.row_count):
        access = access_of(question, origin)
        arrivals = forward_arrivals(
            question.connections,
            question.transfers,
            question.departures,
            access_s=access,
            horizon_s=question.horizon_s,
        )
        for m, leave in enumerate(question.departures):
            assert backward[origin, m] == door_to_door(
                arrivals[m],
                question.egress,
                leave=int(leave),
                walk=int(question.walk[origin]),
                horizon_s=question.horizon_s,
            )


@pytest.mark.parametrize("seed", range(8))
def test_backward_equals_forward_in_busy_towns(seed):
    """Forty towns for each seed, with long profiles that are filled in the middle and beaten from behind."""
    random = np.random.default_rng(seed)
    for _ in range(40):
        question = busy_town(random)
        backward = question.times()
        for origin in range(question.access.row_count):
            arrivals = forward_arrivals(
                question.connections,
                question.transfers,
                question.departures,
                access_s=access_of(question, origin),
                horizon_s=question.horizon_s,
            )
            forward = [
                door_to_door(
                    row,
                    question.egress,
                    leave=int(leave),
                    walk=int(question.walk[origin]),
                    horizon_s=question.horizon_s,
                )
                for row, leave in zip(arrivals, question.departures, strict=True)
            ]
            assert backward[origin].tolist() == forward


@often
@given(days(), st.data())
def test_forward_equals_a_search_in_a_graph_of_all_events(connections, data):
    stops = connections.stop_count
    transfers = data.draw(walks(stops, stops, least=1))
    start = data.draw(
        st.lists(st.one_of(st.integers(0, 40), st.just(UNREACHED)), min_size=stops, max_size=stops)
    )
    start = np.array(start, dtype=np.int32)
    expected = arrivals_by_graph(connections, transfers, start)
    found = forward_scan(connections, transfers, start)
    assert found.tolist() == [expected.get(stop, UNREACHED) for stop in range(stops)]


@settings(deadline=None, max_examples=50)
@given(questions())
def test_backward_equals_a_search_in_a_graph_of_all_events(question):
    backward = question.times()
    for m, leave in enumerate(question.departures):
        found = arrivals_by_graph(
            question.connections, question.transfers, start_of(access_of(question, 0), int(leave))
        )
        arrivals = np.full(question.connections.stop_count, UNREACHED)
        arrivals[list(found)] = list(found.values())
        assert backward[0, m] == door_to_door(
            arrivals,
            question.egress,
            leave=int(leave),
            walk=int(question.walk[0]),
            horizon_s=question.horizon_s,
        )


@often
@given(questions())
def test_profiles_grow_and_take_time(question):
    profiles = backward_profiles(
        question.connections, question.transfers, question.egress, earliest_s=-20, latest_s=60, horizon_s=100
    )
    for stop in range(question.connections.stop_count):
        row = slice(*profiles.offsets[stop : stop + 2])
        assert (np.diff(profiles.departure_s[row]) > 0).all()
        assert (np.diff(profiles.arrival_s[row]) > 0).all()
        assert (profiles.arrival_s[row] >= profiles.departure_s[row]).all()


@often
@given(questions())
def test_who_leaves_later_never_arrives_earlier(question):
    times = question.times().astype(int)
    arrivals = np.where(times < UNREACHED, times + question.departures, np.inf)
    # Waiting may use the horizon up; what is reached from the earlier minute is not beaten by the later one.
    later_first = np.minimum.accumulate(arrivals[:, ::-1], axis=1)[:, ::-1]
    within = later_first - question.departures <= question.horizon_s
    assert (arrivals[within] <= later_first[within]).all()


@often
@given(questions(), st.data())
def test_one_more_facility_is_one_more_scan_and_a_minimum(question, data):
    stops, origins = question.connections.stop_count, question.access.row_count
    seconds = st.one_of(st.integers(0, 20), st.just(UNREACHED))
    egress = np.array(data.draw(st.lists(seconds, min_size=stops, max_size=stops)), dtype=np.int32)
    walk = np.array(data.draw(st.lists(seconds, min_size=origins, max_size=origins)), dtype=np.int32)
    known = question.times()
    added = Question(**{**vars(question), "egress": egress, "walk": walk}).times()
    both = Question(
        **{
            **vars(question),
            "egress": np.minimum(egress, question.egress),
            "walk": np.minimum(walk, question.walk),
        }
    ).times()
    assert (np.minimum(known, added) == both).all()
    assert (both <= known).all()


@often
@given(questions(), st.data())
def test_one_more_trip_never_lengthens(question, data):
    day = question.connections
    more = data.draw(days(stops=day.stop_count))
    names = ("departure_s", "arrival_s", "from_stop", "to_stop", "can_board", "can_alight")
    both = Connections.from_hops(
        **{name: np.concatenate([getattr(day, name), getattr(more, name)]) for name in names},
        trip=np.concatenate([day.trip, more.trip + day.trip_count]),
        stop_count=day.stop_count,
        trip_count=day.trip_count + more.trip_count,
    )
    assert (question.times(connections=both) <= question.times()).all()


@often
@given(questions(), st.sampled_from([(50,), (10, 50, 90), (0.1, 33.3, 100)]))
def test_percentiles_are_the_times_that_enough_departures_achieve(question, percentiles):
    profiles = backward_profiles(
        question.connections,
        question.transfers,
        question.egress,
        earliest_s=-15,
        latest_s=60,
        horizon_s=question.horizon_s,
    )
    asked = (profiles, question.access, question.departures)
    times = travel_times(*asked, walk_s=question.walk)
    found = percentile_times(*asked, walk_s=question.walk, percentiles=percentiles)
    assert (found == percentiles_of(times, percentiles)).all()
    for row, ranked in zip(times, found, strict=True):
        for percentile, time in zip(percentiles, ranked, strict=True):
            assert time in row
            assert (row <= time).mean() * 100 >= percentile - 1e-9
            assert (row < time).mean() * 100 < percentile


@often
@given(days(), st.data())
def test_a_day_reversed_twice_is_the_same_day(connections, data):
    stops = connections.stop_count
    # Both orders are fixed for what is not equal: by departure, arrival and trip; by row, seconds and stop.
    order = np.lexsort((connections.trip, connections.arrival_s, connections.departure_s))
    names = ("departure_s", "arrival_s", "from_stop", "to_stop", "trip", "can_board", "can_alight")
    transfers = data.draw(walks(stops, stops, least=1))
    there, turned = reversed_in_time(connections, transfers)
    back, twice = reversed_in_time(there, turned)
    again = np.lexsort((back.trip, back.arrival_s, back.departure_s))
    for name in names:
        assert getattr(back, name)[again].tolist() == getattr(connections, name)[order].tolist()
    for name in ("offsets", "stop", "seconds"):
        assert getattr(twice, name).tolist() == getattr(transfers, name).tolist()


@often
@given(days(), st.data())
def test_reversed_the_way_back_is_the_way_there(connections, data):
    """Whoever can leave stop a at t and be at b by u can, in the day played backwards, leave b at -u."""
    stops = connections.stop_count
    transfers = data.draw(walks(stops, stops, least=1))
    there, turned = reversed_in_time(connections, transfers)
    a, b = data.draw(st.integers(0, stops - 1)), data.draw(st.integers(0, stops - 1))
    leave = data.draw(st.integers(-10, 40))
    start = np.full(stops, UNREACHED, dtype=np.int32)
    start[a] = leave
    by = int(forward_scan(connections, transfers, start)[b])
    if by == UNREACHED:
        return
    start = np.full(stops, UNREACHED, dtype=np.int32)
    start[b] = -by
    latest = -int(forward_scan(there, turned, start)[a])
    assert leave <= latest
    # Leaving at that latest moment one is still there by then; a second later one is not.
    for moment, in_time in ((latest, True), (latest + 1, False)):
        start = np.full(stops, UNREACHED, dtype=np.int32)
        start[a] = moment
        assert (forward_scan(connections, transfers, start)[b] <= by) == in_time


@often
@given(questions())
def test_be_home_by_scans_backwards_from_facilities_equal_forward_searches(question):
    """The same scan answers the way back: from facilities to homes, by the time one must be home."""
    there, turned = reversed_in_time(question.connections, question.transfers)
    home_by = question.departures
    reversed_departures = -home_by[::-1]
    profiles = backward_profiles(
        there,
        turned,
        question.egress,
        earliest_s=int(reversed_departures[0]),
        latest_s=int(reversed_departures[-1]),
        horizon_s=question.horizon_s,
    )
    back = travel_times(profiles, question.access, reversed_departures, walk_s=question.walk)[:, ::-1]
    for origin in range(question.access.row_count):
        home = access_of(question, origin)
        for m, by in enumerate(home_by):
            took = int(back[origin, m])
            if took == UNREACHED or took == question.walk[origin]:
                continue
            arrivals = forward_scan(
                question.connections, question.transfers, start_of(question.egress, int(by) - took)
            )
            assert door_to_door(arrivals, home, leave=0, walk=UNREACHED, horizon_s=10_000) <= by


def test_stop_walks_turned_list_where_one_can_go():
    come = StopWalks.from_pairs([0, 1, 1], [1, 1, 2], [30, 60, 45], row_count=3)
    gone = come.turned
    assert gone.offsets.tolist() == [0, 0, 2, 3]
    assert gone.stop.tolist() == [0, 1, 1]
    assert gone.seconds.tolist() == [30, 60, 45]
