"""Small timetables whose answers were worked out on paper. `Town.takes` asks both scans and lets none differ."""

from __future__ import annotations

import numpy as np
import pytest

from study.errors import DataError
from tests.transport.timetables import Town, clock
from transport.connection_scan import backward_profiles
from transport.connections import UNREACHED, StopWalks
from transport.forward_scan import forward_arrivals, forward_scan

HOME = {"A": 60}
THERE = {"C": 30}
ONE_BUS = Town("ABC", [["A 08:05", "B 08:10", "C 08:20"]])


def test_walk_wait_ride_walk():
    # 1 minute to the stop, 4 waiting, 15 riding, half a minute on foot.
    assert ONE_BUS.takes("08:00", home=HOME, facility=THERE) == 20 * 60 + 30


def test_who_comes_to_the_second_still_boards():
    assert ONE_BUS.takes("08:04", home=HOME, facility=THERE) == 16 * 60 + 30


def test_who_comes_a_second_late_has_missed_the_last_bus():
    assert ONE_BUS.takes("08:04:01", home=HOME, facility=THERE) is None


def test_who_missed_one_bus_waits_for_the_next():
    town = Town("AC", [["A 08:05", "C 08:20"], ["A 08:35", "C 08:50"]])
    assert town.takes("08:04:01", home=HOME, facility=THERE) == clock("08:50:30") - clock("08:04:01")


def test_a_later_bus_that_overtakes_is_worth_waiting_for():
    town = Town("AC", [["A 08:05", "C 09:00"], ["A 08:15", "C 08:30"]])
    assert town.takes("08:00", home=HOME, facility=THERE) == 30 * 60 + 30


CHANGE = [["A 08:05", "B 08:10"], ["B 08:12", "C 08:20"]]


def test_a_change_is_caught_to_the_second():
    town = Town("ABC", CHANGE, {"BB": 120})
    assert town.takes("08:00", home=HOME, facility=THERE) == 20 * 60 + 30


def test_a_change_is_missed_by_one_second():
    town = Town("ABC", CHANGE, {"BB": 121})
    assert town.takes("08:00", home=HOME, facility=THERE) is None


def test_a_change_that_is_not_named_is_forbidden():
    assert Town("ABC", CHANGE).takes("08:00", home=HOME, facility=THERE) is None


def test_a_change_has_a_direction():
    trips = [["A 08:05", "B 08:10"], ["D 08:12", "C 08:20"]]
    assert Town("ABCD", trips, {"BD": 90}).takes("08:00", home=HOME, facility=THERE) == 20 * 60 + 30
    assert Town("ABCD", trips, {"DB": 90}).takes("08:00", home=HOME, facility=THERE) is None


def test_staying_seated_needs_no_time_to_change():
    town = Town("ABC", [["A 08:05", "B 08:10", "C 08:20"], ["B 08:11", "C 08:25"]], {"BB": 600})
    assert town.takes("08:00", home=HOME, facility=THERE) == 20 * 60 + 30


def test_changing_beats_staying_seated_when_the_other_bus_is_quicker():
    town = Town("ABC", [["A 08:05", "B 08:10", "C 08:40"], ["B 08:12", "C 08:20"]], {"BB": 60})
    assert town.takes("08:00", home=HOME, facility=THERE) == 20 * 60 + 30


def test_a_long_ride_meets_the_bus_it_can_catch_and_not_those_that_left_meanwhile():
    # While the coach is on its way to B, buses leave B at 08:11 and 08:21. It arrives at 08:30, a minute before 08:31.
    later = [["B 08:11", "C 08:15"], ["B 08:21", "C 08:25"], ["B 08:31", "C 08:35"], ["B 08:41", "C 08:45"]]
    trips = [["A 08:05", "B 08:30"], *later]
    assert Town("ABC", trips, {"BB": 60}).takes("08:00", home=HOME, facility=THERE) == 35 * 60 + 30
    assert Town("ABC", trips, {"BB": 61}).takes("08:00", home=HOME, facility=THERE) == 45 * 60 + 30


def test_who_misses_the_better_change_by_a_second_still_makes_the_other():
    # From B it is 2 minutes to E and a quick bus at 08:12, or 1 minute to D and a slow one at 08:11:01.
    quick, slow = ["E 08:12", "C 08:30"], ["D 08:11:01", "C 08:40"]
    changes = {"BE": 120, "BD": 60}
    in_time = Town("ABCDE", [["A 08:05", "B 08:10"], quick, slow], changes)
    late = Town("ABCDE", [["A 08:05", "B 08:10:01"], quick, slow], changes)
    later = Town("ABCDE", [["A 08:05", "B 08:10:02"], quick, slow], changes)
    assert in_time.takes("08:00", home=HOME, facility=THERE) == 30 * 60 + 30
    assert late.takes("08:00", home=HOME, facility=THERE) == 40 * 60 + 30
    assert later.takes("08:00", home=HOME, facility=THERE) is None


def test_the_horizon_is_reached_by_a_ride_alone_and_by_a_change_alone():
    # From the stop itself as the bus leaves, to the stop itself: nothing but the ride, 15 minutes.
    ride = {"home": {"A": 0}, "facility": {"C": 0}}
    assert ONE_BUS.takes("08:05", **ride, horizon_s=900) == 900
    assert ONE_BUS.takes("08:05", **ride, horizon_s=899) is None
    # A ride of no length, a change of 2 minutes and another ride of no length.
    town = Town("ABC", [["A 08:10", "B 08:10"], ["B 08:12", "C 08:12"]], {"BB": 120})
    assert town.takes("08:10", **ride, horizon_s=120) == 120
    assert town.takes("08:10", **ride, horizon_s=119) is None


def test_a_change_a_second_quicker_than_the_walk_is_made():
    # Stepping off at B at 08:10, the facility is 601 seconds on foot, or a change and a bus to 08:20.
    town = Town("ABC", [["A 08:05", "B 08:10"], ["B 08:11", "C 08:20"]], {"BB": 60})
    assert town.takes("08:00", home=HOME, facility={"B": 601, "C": 0}) == 20 * 60
    assert town.takes("08:00", home=HOME, facility={"B": 599, "C": 0}) == 20 * 60 - 1


def test_two_changes_one_of_them_on_foot():
    trips = [["A 08:05", "B 08:10"], ["D 08:13", "E 08:20"], ["E 08:21", "C 08:30"]]
    town = Town("ABCDE", trips, {"BD": 180, "EE": 60})
    assert town.takes("08:00", home=HOME, facility=THERE) == 30 * 60 + 30


def test_the_walk_from_home_is_not_drawn_out_by_a_change():
    # A change from A to D is for who steps off at A; who comes from home has a walk of their own to D, or none.
    town = Town("ACD", [["D 08:10", "C 08:20"]], {"AD": 60})
    assert town.takes("08:00", home=HOME, facility=THERE) is None
    assert town.takes("08:00", home=HOME | {"D": 600}, facility=THERE) == 20 * 60 + 30


def test_nobody_boards_where_boarding_is_not_allowed():
    town = Town("ABC", [["A 08:05 no board", "B 08:10", "C 08:20"]])
    assert town.takes("08:00", home=HOME, facility=THERE) is None
    assert town.takes("08:00", home=HOME | {"B": 240}, facility=THERE) == 20 * 60 + 30


def test_nobody_alights_where_alighting_is_not_allowed():
    town = Town("ABC", [["A 08:05", "B 08:10 no alight", "C 08:20"]])
    assert town.takes("08:00", home=HOME, facility={"B": 0}) is None
    assert town.takes("08:00", home=HOME, facility={"B": 0, "C": 60}) == 21 * 60


def test_nobody_changes_where_alighting_is_not_allowed():
    trips = [["A 08:05", "B 08:10 no alight"], ["B 08:12", "C 08:20"]]
    assert Town("ABC", trips, {"BB": 60}).takes("08:00", home=HOME, facility=THERE) is None


def test_hops_of_no_length_are_ridden_in_order():
    # Blank times rounded to the minute: three calls at one time, and a change of a second does not fit between.
    town = Town("ABDC", [["A 08:05", "B 08:05", "D 08:05", "C 08:05"]])
    assert town.takes("08:00", home=HOME, facility=THERE) == 5 * 60 + 30
    two = Town("ABDC", [["A 08:05", "B 08:05"], ["B 08:05", "C 08:05"]], {"BB": 1})
    assert two.takes("08:00", home=HOME, facility=THERE) is None


def test_a_circle_is_left_at_the_first_of_two_calls_or_the_second():
    # Out of A, past B, back through A to B and on to C.
    town = Town("ABC", [["A 08:05", "B 08:10", "A 08:20", "B 08:25", "C 08:30"]])
    assert town.takes("08:00", home=HOME, facility={"B": 0}) == 10 * 60
    assert town.takes("08:06", home=HOME, facility={"B": 0}) == 19 * 60
    assert town.takes("08:06", home=HOME, facility=THERE) == 24 * 60 + 30


def test_walking_all_the_way_beats_riding():
    assert ONE_BUS.takes("08:00", home=HOME, facility=THERE, walk=1_000) == 1_000
    assert ONE_BUS.takes("08:00", home=HOME, facility=THERE, walk=2_000) == 20 * 60 + 30


def test_walking_is_all_there_is_after_the_last_bus():
    assert ONE_BUS.takes("09:00", home=HOME, facility=THERE, walk=2_000) == 2_000


def test_the_farther_of_two_stops_may_be_the_better_one():
    town = Town("ABC", [["A 08:30", "C 08:40"], ["B 08:10", "C 08:20"]])
    assert town.takes("08:00", home={"A": 60, "B": 600}, facility=THERE) == 20 * 60 + 30


def test_the_farther_egress_may_be_the_better_one():
    town = Town("ABC", [["A 08:05", "B 08:10", "C 08:20"]])
    assert town.takes("08:00", home=HOME, facility={"B": 300, "C": 30}) == 15 * 60


def test_past_midnight_the_day_goes_on():
    town = Town("ABC", [["A 23:50", "B 24:05", "C 25:10"]])
    assert town.takes("23:40", home=HOME, facility=THERE) == 90 * 60 + 30


def test_the_horizon_itself_is_reached_and_a_second_more_is_not():
    assert ONE_BUS.takes("08:00", home=HOME, facility=THERE, horizon_s=20 * 60 + 30) == 20 * 60 + 30
    assert ONE_BUS.takes("08:00", home=HOME, facility=THERE, horizon_s=20 * 60 + 29) is None
    assert ONE_BUS.takes("08:00", home=HOME, facility=THERE, walk=700, horizon_s=600) is None


def test_a_walk_to_the_stop_as_long_as_the_horizon_is_enough_where_the_ride_takes_no_time():
    town = Town("AC", [["A 08:05", "C 08:05"]])
    assert town.takes("08:00", home={"A": 300}, facility={"C": 0}, horizon_s=300) == 300


def test_a_day_without_departures_leaves_walking():
    assert Town("ABC", []).takes("08:00", home=HOME, facility=THERE, walk=900) == 900
    assert Town("ABC", []).takes("08:00", home=HOME, facility=THERE) is None


def test_the_profile_of_a_stop_holds_only_departures_worth_taking():
    # The 08:10 is overtaken by the 08:15; the 08:20 arrives last but leaves last too.
    trips = [["A 08:10", "C 08:40"], ["A 08:15", "C 08:30"], ["A 08:20", "C 08:50"], ["A 08:20", "C 08:55"]]
    town = Town("AC", trips)
    profiles = backward_profiles(
        town.connections, town.transfers, town.per_stop(THERE), earliest_s=0, latest_s=clock("09:00")
    )
    assert profiles.offsets.tolist() == [0, 2, 2]
    assert profiles.departure_s.tolist() == [clock("08:15"), clock("08:20")]
    assert profiles.arrival_s.tolist() == [clock("08:30:30"), clock("08:50:30")]


def test_forward_arrivals_are_stepping_off_times_by_departure():
    leaving = np.array([clock("08:00"), clock("08:04"), clock("08:05")], dtype=np.int32)
    found = forward_arrivals(
        ONE_BUS.connections, ONE_BUS.transfers, leaving, access_s=ONE_BUS.per_stop(HOME), horizon_s=17 * 60
    )
    b, c = clock("08:10"), clock("08:20")
    # From 08:00 C is 20 minutes away and beyond the horizon; A is walked to, which is not a ride.
    assert found.tolist() == [[UNREACHED, b, UNREACHED], [UNREACHED, b, c], [UNREACHED] * 3]


def test_forward_scan_stops_at_the_latest_arrival_wanted():
    start = ONE_BUS.per_stop({"A": clock("08:00")})
    found = forward_scan(ONE_BUS.connections, ONE_BUS.transfers, start, latest_s=clock("08:20") - 1)
    assert found.tolist() == [UNREACHED, clock("08:10"), UNREACHED]


@pytest.mark.parametrize(
    ("changes", "egress", "window", "says"),
    [
        ({}, [0, 0], (0, 1), "for other stops"),
        ({"AB": 0}, [0, 0, 0], (0, 1), "no time at all"),
        ({}, [0, -1, 0], (0, 1), "negative"),
        ({}, [0, 0, 0], (1, 0), "before it begins"),
    ],
)
def test_what_does_not_fit_is_refused(changes, egress, window, says):
    town = Town("ABC", ONE_BUS.trips, changes)
    with pytest.raises(DataError, match=says):
        backward_profiles(
            town.connections, town.transfers, np.array(egress), earliest_s=window[0], latest_s=window[1]
        )


def test_transfers_of_another_timetable_are_refused():
    far = StopWalks.from_pairs([0], [3], [60], row_count=3)
    with pytest.raises(DataError, match="for other stops"):
        forward_scan(ONE_BUS.connections, far, ONE_BUS.per_stop({"A": 0}))
