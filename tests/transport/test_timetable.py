"""Timetables read from feeds written by hand, each trap with an answer worked out on paper."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from study.errors import CrsError, DataError
from tests.transport.feeds_by_hand import (
    CRS,
    TUESDAY,
    departures,
    hill,
    hops,
    listed,
    rows,
    write_feed,
)
from transport.timetable import connections_on, read_timetable, service_dates, trips_per_day

DAY = dt.timedelta(days=1)
UP = [("t1", "A", "B", "8:00:00", "8:10:00"), ("t1", "B", "C", "8:11:00", "8:20:30")]


def test_the_bus_on_the_hill_reads_whole(tmp_path: Path):
    timetable = hill(tmp_path)
    assert listed(timetable) == []
    assert hops(timetable) == UP
    stops = timetable.stops
    assert stops.index.tolist() == ["A", "B", "C"]
    assert stops["stop_name"].tolist() == ["Foot", "Halfway", "Top"]
    assert stops["station_id"].tolist() == ["A", "B", "C"]
    assert stops["feed"].unique().tolist() == ["hill"]
    assert stops.crs == CRS
    # A hundredth of a degree of latitude is 1,113 m here.
    assert stops.geometry.iloc[1].distance(stops.geometry.iloc[0]) == pytest.approx(1113, abs=1)
    trip = timetable.trips.loc[0]
    assert trip[["trip_id", "feed", "route_id", "route_name", "operator", "service_id"]].tolist() == [
        *("t1", "hill", "1", "1", "Hill Buses", "week")
    ]
    assert (trip["route_type"], trip["headsign"], trip["timing"]) == (3, "", "as printed")
    assert timetable.trips["direction_id"].isna().all()
    assert timetable.timezone == "Europe/London"
    counts = {"stops_in_file": 3, "stops": 3, "trips_in_file": 1, "trips": 1, "calls_in_file": 3, "hops": 2}
    assert {name: number for name, number in timetable.counts["hill"].items() if number} == counts
    assert timetable.hops["sequence"].tolist() == [1, 2]
    assert timetable.hops[["can_board", "can_alight"]].all(axis=None)


def test_a_day_is_ready_to_scan(tmp_path: Path):
    timetable = hill(tmp_path)
    day = connections_on(timetable, TUESDAY)
    assert departures(timetable, day) == UP
    assert day.departure_s.tolist() == [8 * 3600, 8 * 3600 + 11 * 60]
    assert day.arrival_s.tolist() == [8 * 3600 + 10 * 60, 8 * 3600 + 20 * 60 + 30]
    assert day.departure_s.dtype == day.trip.dtype == np.int32
    assert day.stop_count == 3


def test_a_route_without_a_short_name_has_its_long_one(tmp_path: Path):
    routes = "route_id,route_short_name,route_long_name,route_type\n1,,Up the hill,3\n"
    assert hill(tmp_path, routes=routes).trips["route_name"].tolist() == ["Up the hill"]


# Days


def test_services_in_calendar_dates_alone(tmp_path: Path):
    dates = "service_id,date,exception_type\nweek,20240312,1\nweek,20240316,1\n"
    timetable = hill(tmp_path, calendar=None, calendar_dates=dates)
    assert service_dates(timetable) == [dt.date(2024, 3, 12), dt.date(2024, 3, 16)]
    assert departures(timetable, connections_on(timetable, dt.date(2024, 3, 16))) == UP
    assert listed(timetable) == []


def test_days_added_and_removed(tmp_path: Path):
    # Monday to Friday of one week, without the Tuesday and with the Saturday; what never ran is removed in vain.
    calendar = """
        service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
        week,1,1,1,1,1,0,0,20240311,20240317
        """
    dates = "service_id,date,exception_type\nweek,20240312,2\nweek,20240316,1\nweek,20240317,2\n"
    timetable = hill(tmp_path, calendar=calendar, calendar_dates=dates)
    assert [day.day for day in service_dates(timetable)] == [11, 13, 14, 15, 16]
    with pytest.raises(DataError, match="No trip of the timetable runs on Tuesday 12 March 2024"):
        connections_on(timetable, dt.date(2024, 3, 12))


def test_a_day_both_added_and_removed_is_removed_and_listed(tmp_path: Path):
    dates = "service_id,date,exception_type\nweek,20240316,1\nweek,20240316,2\n"
    timetable = hill(tmp_path, calendar_dates=dates)
    assert dt.date(2024, 3, 16) not in service_dates(timetable)
    assert listed(timetable) == [("calendar_dates.txt", 3, "service_id", "warning")]


def test_a_day_outside_the_feed_says_what_it_covers(tmp_path: Path):
    timetable = hill(tmp_path)
    with pytest.raises(DataError) as raised:
        connections_on(timetable, dt.date(2025, 3, 11))
    assert "It covers 01 January 2024 to 31 December 2024" in raised.value.what
    # The nearest Tuesday of the feed.
    assert "Tuesday 31 December 2024" in raised.value.do
    # A Saturday lies within it, but nothing runs.
    with pytest.raises(DataError, match="Saturday 16 March 2024"):
        connections_on(timetable, dt.date(2024, 3, 16))


def test_trips_of_each_day(tmp_path: Path):
    timetable = hill(
        tmp_path,
        trips="trip_id,route_id,service_id\nt1,1,week\nt2,1,week\nt3,1,once\n",
        calendar_dates="service_id,date,exception_type\nonce,20240312,1\nonce,20240316,1\n",
        stop_times=rows(*(f"{t} {s}" for t in ("t1", "t2", "t3") for s in ("A 1 8:00:00", "C 2 8:20:00"))),
    )
    number = trips_per_day(timetable)
    assert number.index.name == "date"
    assert [number[day] for day in ("2024-03-11", "2024-03-12", "2024-03-16")] == [2, 3, 1]
    assert "2024-03-17" not in number.index


# Past midnight, and days that are not 24 hours long

NIGHT = rows("t1 A 1 23:50:00", "t1 B 2 24:10:00 24:11:00", "t1 C 3 25:30:00")
EVERY_DAY = """
    service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
    week,1,1,1,1,1,1,1,20240101,20241231
    """


def test_a_trip_past_midnight_belongs_to_yesterday_too(tmp_path: Path):
    timetable = hill(tmp_path, stop_times=NIGHT, calendar=EVERY_DAY)
    day = connections_on(timetable, TUESDAY)
    # Its first hop left yesterday; the second is under way at midnight and this day's early hours have it.
    assert departures(timetable, day) == [
        ("t1", "B", "C", "0:11:00", "1:30:00"),
        ("t1", "A", "B", "23:50:00", "24:10:00"),
        ("t1", "B", "C", "24:11:00", "25:30:00"),
    ]
    # Yesterday's vehicle is another one than today's.
    assert day.trip[0] != day.trip[1] == day.trip[2]
    assert day.trip.max() < day.trip_count


def test_yesterdays_trip_comes_even_from_another_service(tmp_path: Path):
    # On Saturday nothing of its own leaves but what Friday left on the road, and one bus.
    timetable = hill(
        tmp_path,
        trips="trip_id,route_id,service_id\nt1,1,week\nt2,1,sat\n",
        stop_times=NIGHT + "t2,A,1,09:00:00,09:00:00\nt2,B,2,09:10:00,09:10:00\n",
        calendar_dates="service_id,date,exception_type\nsat,20240316,1\n",
    )
    assert departures(timetable, connections_on(timetable, dt.date(2024, 3, 16))) == [
        ("t1", "B", "C", "0:11:00", "1:30:00"),
        ("t2", "A", "B", "9:00:00", "9:10:00"),
    ]


def test_tomorrows_early_hours_are_reached_late_at_night(tmp_path: Path):
    timetable = hill(tmp_path, stop_times=rows("t1 A 1 05:59:59", "t1 B 2 06:00:00", "t1 C 3 06:10:00"))
    # The second hop leaves at 30:00:00, as the night ends.
    assert departures(timetable, connections_on(timetable, TUESDAY)) == [
        ("t1", "A", "B", "5:59:59", "6:00:00"),
        ("t1", "B", "C", "6:00:00", "6:10:00"),
        ("t1", "A", "B", "29:59:59", "30:00:00"),
    ]
    assert len(connections_on(timetable, TUESDAY, until_s=24 * 3600)) == 2
    # On Friday there is no tomorrow.
    assert len(connections_on(timetable, dt.date(2024, 3, 15))) == 2


def test_a_journey_of_days_is_on_the_road_on_each_of_them(tmp_path: Path):
    once = "service_id,date,exception_type\nweek,20240310,1\nother,20240312,1\n"
    times = rows("t1 A 1 10:00:00", "t1 B 2 49:00:00", "t1 C 3 60:00:00", "t2 A 1 9:00:00", "t2 C 2 9:05:00")
    timetable = hill(
        tmp_path,
        trips="trip_id,route_id,service_id\nt1,1,week\nt2,1,other\n",
        stop_times=times,
        calendar=None,
        calendar_dates=once,
    )
    # It left on Sunday at 10 and passes B 49 hours after Sunday's midnight: on Tuesday at one.
    assert departures(timetable, connections_on(timetable, TUESDAY)) == [
        ("t1", "B", "C", "1:00:00", "12:00:00"),
        ("t2", "A", "C", "9:00:00", "9:05:00"),
    ]


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        # Clocks go forward on 31 March 2024 at one: that day's noon comes 23 hours after the noon before.
        (dt.date(2024, 3, 31), 23),
        (dt.date(2024, 4, 1), 24),
        # And back on 27 October 2024 at two: 25 hours.
        (dt.date(2024, 10, 27), 25),
        (dt.date(2024, 10, 28), 24),
    ],
)
def test_yesterday_is_as_far_away_as_it_really_is(tmp_path: Path, day: dt.date, hours: int):
    timetable = hill(tmp_path, stop_times=rows("t1 A 1 26:00:00", "t1 B 2 26:10:00"), calendar=EVERY_DAY)
    first = connections_on(timetable, day).departure_s[0]
    assert first == (26 - hours) * 3600


# Times that are not there


def test_blank_times_are_filled_in_evenly_and_counted(tmp_path: Path):
    stops = "stop_id,stop_lat,stop_lon\n" + "".join(f"{s},53.8,-1.5{i}\n" for i, s in enumerate("ABCDE"))
    times = rows("t1 A 1 8:00:00", "t1 B 2 -", "t1 C 3 -", "t1 D 4 8:10:00 8:12:00", "t1 E 5 8:20:00")
    timetable = hill(tmp_path, stops=stops, stop_times=times)
    # Ten minutes in three steps: 200 s each.
    assert hops(timetable) == [
        ("t1", "A", "B", "8:00:00", "8:03:20"),
        ("t1", "B", "C", "8:03:20", "8:06:40"),
        ("t1", "C", "D", "8:06:40", "8:10:00"),
        ("t1", "D", "E", "8:12:00", "8:20:00"),
    ]
    assert timetable.counts["hill"]["times_interpolated"] == 2
    assert listed(timetable) == [("stop_times.txt", None, "arrival_time", "note")]


WITH_WAY = "trip_id,stop_id,stop_sequence,arrival_time,departure_time,shape_dist_traveled"


def test_blank_times_are_filled_in_by_distance_where_it_is_given(tmp_path: Path):
    times = rows("t1 A 1 8:00:00 8:00:00 10", "t1 B 2 - - 12.5", "t1 C 3 8:10:00 8:10:00 20", header=WITH_WAY)
    timetable = hill(tmp_path, stop_times=times)
    # A quarter of the way, so a quarter of ten minutes.
    assert hops(timetable)[0] == ("t1", "A", "B", "8:00:00", "8:02:30")


@pytest.mark.parametrize(
    "way", [("10", "", "20"), ("10", "30", "20"), ("10", "10", "10"), ("", "12.5", "20")]
)
def test_a_distance_that_cannot_be_so_is_not_used(tmp_path: Path, way: tuple):
    calls = zip(("A 1 8:00:00 8:00:00", "B 2 - -", "C 3 8:10:00 8:10:00"), way, strict=True)
    times = rows(*(f"t1 {call} {distance}" for call, distance in calls), header=WITH_WAY)
    assert hops(hill(tmp_path, stop_times=times))[0] == ("t1", "A", "B", "8:00:00", "8:05:00")


def test_a_trip_with_no_time_at_all_is_left_out_and_said(tmp_path: Path):
    timetable = hill(
        tmp_path,
        trips="trip_id,route_id,service_id\nt1,1,week\nt2,1,week\n",
        stop_times=rows("t1 A 1 8:00:00", "t1 C 2 8:20:00", "t2 A 1 -", "t2 C 2 -"),
    )
    assert [hop[0] for hop in hops(timetable)] == ["t1"]
    assert timetable.counts["hill"]["trips_without_times"] == 1
    assert timetable.counts["hill"]["trips_left_out"] == 1
    assert listed(timetable) == [("trips.txt", 3, "trip_id", "error")]


def test_one_time_of_two_stands_for_both(tmp_path: Path):
    times = rows("t1 A 1 - 8:00:00", "t1 B 2 8:10:00 -", "t1 C 3 8:20:00 -")
    timetable = hill(tmp_path, stop_times=times)
    assert [hop[3:] for hop in hops(timetable)] == [("8:00:00", "8:10:00"), ("8:10:00", "8:20:00")]
    assert timetable.counts["hill"]["times_interpolated"] == 0


def test_seconds_are_kept(tmp_path: Path):
    times = rows("t1 A 1 7:59:59", "t1 B 2 08:00:01 08:00:02", "t1 C 3 8:00:03")
    assert [hop[3:] for hop in hops(hill(tmp_path, stop_times=times))] == [
        ("7:59:59", "8:00:01"),
        ("8:00:02", "8:00:03"),
    ]


def test_hops_of_no_length_stay_in_the_order_of_the_trip(tmp_path: Path):
    # All at eight: the order of travel is C, A, B, which no sorting by stop or time would find.
    times = rows("t1 C 10 8:00:00", "t1 A 20 8:00:00", "t1 B 30 8:00:00", "t1 A 40 8:01:00")
    timetable = hill(tmp_path, stop_times=times)
    assert [hop[1:3] for hop in departures(timetable, connections_on(timetable, TUESDAY))] == [
        ("C", "A"),
        ("A", "B"),
        ("B", "A"),
    ]


def test_calls_are_ordered_by_their_number_not_by_the_file(tmp_path: Path):
    times = rows("t1 C 10 8:20:30", "t1 A 2 8:00:00", "t1 B 9 8:10:00 8:11:00")
    timetable = hill(tmp_path, stop_times=times)
    assert hops(timetable) == UP
    assert timetable.hops["sequence"].tolist() == [2, 9]


# Getting on and off


def served(timetable) -> list[tuple]:
    return list(timetable.hops[["can_board", "can_alight"]].itertuples(index=False, name=None))


def with_stopping(*types: tuple[str, str]) -> str:
    header = "trip_id,stop_id,stop_sequence,arrival_time,departure_time,pickup_type,drop_off_type\n"
    return header + "".join(
        f"t1,{stop},{i},8:0{i}:00,8:0{i}:00,{pickup},{drop_off}\n"
        for i, (stop, (pickup, drop_off)) in enumerate(zip("ABC", types, strict=True))
    )


def test_no_boarding_and_no_alighting(tmp_path: Path):
    # Boarding counts where a hop begins, alighting where it ends; a blank is as usual.
    timetable = hill(tmp_path, stop_times=with_stopping(("", "1"), ("1", "0"), ("1", "1")))
    assert served(timetable) == [(True, True), (False, False)]
    day = connections_on(timetable, TUESDAY)
    assert (day.can_board.tolist(), day.can_alight.tolist()) == ([True, False], [True, False])


def test_stops_by_arrangement_are_not_served_unless_asked_for(tmp_path: Path):
    times = with_stopping(("0", "0"), ("2", "3"), ("0", "2"))
    timetable = hill(tmp_path, stop_times=times)
    assert served(timetable) == [(True, False), (False, False)]
    assert timetable.counts["hill"]["calls_by_arrangement"] == 2
    asked = read_timetable({"hill": tmp_path / "hill"}, crs=CRS, by_arrangement=True)
    assert served(asked) == [(True, True), (True, True)]


def test_a_stopping_type_that_is_none_is_no_stopping(tmp_path: Path):
    timetable = hill(tmp_path, stop_times=with_stopping(("9", "0"), ("0", "x"), ("0", "0")))
    assert served(timetable) == [(False, False), (True, True)]
    assert listed(timetable) == [
        ("stop_times.txt", 2, "pickup_type", "warning"),
        ("stop_times.txt", 3, "drop_off_type", "warning"),
    ]


# Trips that go on beyond what the feed holds

ENDS = "trip_id,stop_id,stop_sequence,arrival_time,departure_time,pickup_type\n"


def goes_on(timetable) -> dict:
    waits = timetable.trips.set_index("trip_id")["goes_on_after_s"]
    return {trip: None if wait is pd.NA else int(wait) for trip, wait in waits.items()}


def test_trips_that_can_be_boarded_at_their_last_call_go_on(tmp_path: Path):
    trips = "trip_id,route_id,service_id\n" + "".join(f"{t},1,week\n" for t in ("ends", "on", "asked"))
    times = ENDS + "".join(
        f"{trip},A,1,08:00:00,08:00:00,0\n{trip},B,2,08:10:00,08:12:30,{pickup}\n"
        for trip, pickup in (("ends", 1), ("on", 0), ("asked", 3))
    )
    timetable = hill(tmp_path, trips=trips, stop_times=times)
    assert goes_on(timetable) == {"ends": None, "on": 150, "asked": None}
    assert timetable.counts["hill"]["trips_going_on"] == 1
    asked = read_timetable({"hill": tmp_path / "hill"}, crs=CRS, by_arrangement=True)
    assert goes_on(asked) == {"ends": None, "on": 150, "asked": 150}


def test_a_feed_that_does_not_say_where_trips_end_has_none_that_go_on(tmp_path: Path):
    # One of six: less than a fifth.
    names = [f"t{i}" for i in range(6)]
    times = ENDS + "".join(
        f"{t},A,1,08:00:00,08:00:00,0\n{t},B,2,08:10:00,08:12:00,{int(t == 't0')}\n" for t in names
    )
    trips = "trip_id,route_id,service_id\n" + "".join(f"{t},1,week\n" for t in names)
    assert set(goes_on(hill(tmp_path, trips=trips, stop_times=times)).values()) == {None}


# Every so often


def test_frequencies_are_written_out(tmp_path: Path):
    frequencies = """
        trip_id,start_time,end_time,headway_secs,exact_times
        t1,09:00:00,09:30:00,600,1
        t1,23:59:00,24:10:00,630,0
        """
    timetable = hill(tmp_path, frequencies=frequencies)
    # Every ten minutes before half past nine: three. Then at 23:59 and 10.5 minutes later. The printed 08:00 is none.
    assert hops(timetable) == [
        ("t1@09:00:00", "A", "B", "9:00:00", "9:10:00"),
        ("t1@09:00:00", "B", "C", "9:11:00", "9:20:30"),
        ("t1@09:10:00", "A", "B", "9:10:00", "9:20:00"),
        ("t1@09:10:00", "B", "C", "9:21:00", "9:30:30"),
        ("t1@09:20:00", "A", "B", "9:20:00", "9:30:00"),
        ("t1@09:20:00", "B", "C", "9:31:00", "9:40:30"),
        ("t1@23:59:00", "A", "B", "23:59:00", "24:09:00"),
        ("t1@23:59:00", "B", "C", "24:10:00", "24:19:30"),
        ("t1@24:09:30", "A", "B", "24:09:30", "24:19:30"),
        ("t1@24:09:30", "B", "C", "24:20:30", "24:30:00"),
    ]
    assert timetable.trips["timing"].tolist() == ["every, exactly"] * 3 + ["every, about"] * 2
    counts = timetable.counts["hill"]
    assert (counts["runs_exact"], counts["runs_about"], counts["trips"]) == (3, 2, 5)


def test_trips_without_a_frequency_stay_as_printed(tmp_path: Path):
    timetable = hill(
        tmp_path,
        trips="trip_id,route_id,service_id\nt0,1,week\nt1,1,week\n",
        stop_times=rows("t0 A 1 0:00:00", "t0 B 2 0:10:00", "t1 A 1 8:00:00", "t1 B 2 8:10:00"),
        frequencies="trip_id,start_time,end_time,headway_secs\nt0,10:00:00,10:30:00,900\n",
    )
    assert [hop[0] for hop in hops(timetable)] == ["t1", "t0@10:00:00", "t0@10:15:00"]
    assert timetable.trips["timing"].tolist() == ["as printed", "every, about", "every, about"]


def test_faulty_frequencies_leave_the_trip_out_rather_than_run_it_once(tmp_path: Path):
    frequencies = """
        trip_id,start_time,end_time,headway_secs
        t1,09:00:00,10:00:00,0
        t1,09:00:00,08:00:00,600
        t1,late,10:00:00,600
        t1,,10:00:00,600
        ghost,09:00:00,10:00:00,600
        """
    timetable = hill(
        tmp_path,
        trips="trip_id,route_id,service_id\nt1,1,week\nt2,1,week\n",
        stop_times=rows("t1 A 1 8:00:00", "t1 C 2 8:20:00", "t2 A 1 9:00:00", "t2 C 2 9:20:00"),
        frequencies=frequencies,
    )
    assert [hop[0] for hop in hops(timetable)] == ["t2"]
    assert sorted(listed(timetable, "error"), key=str) == [
        ("frequencies.txt", 2, "headway_secs"),
        ("frequencies.txt", 3, "end_time"),
        ("frequencies.txt", 4, "start_time"),
        ("frequencies.txt", 5, "start_time"),
        ("frequencies.txt", 6, "trip_id"),
    ]


def test_periods_that_overlap_both_run_and_are_listed(tmp_path: Path):
    frequencies = """
        trip_id,start_time,end_time,headway_secs
        t1,09:00:00,09:30:00,900
        t1,09:15:00,09:40:00,900
        """
    timetable = hill(tmp_path, frequencies=frequencies)
    assert timetable.counts["hill"]["trips"] == 4
    assert listed(timetable) == [("frequencies.txt", 3, "start_time", "warning")]


# Several feeds


def test_ids_that_clash_between_feeds_do_not(tmp_path: Path):
    one = write_feed(tmp_path / "one")
    # Another town's A, B, C, route 1 and trip t1, on Saturdays.
    two = write_feed(
        tmp_path / "two",
        stops="stop_id,stop_lat,stop_lon\nA,51.5,-3.0\nB,51.6,-3.0\nC,51.7,-3.0\n",
        stop_times=rows("t1 C 1 9:00:00", "t1 A 2 9:30:00"),
        calendar="""
            service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
            week,0,0,0,0,0,1,0,20240101,20241231
            """,
        transfers="from_stop_id,to_stop_id,transfer_type\nA,B,3\n",
    )
    both = read_timetable({"one": one, "two": two}, crs=CRS)
    assert both.stops.index.is_unique
    assert both.stops.index.tolist() == ["one:A", "one:B", "one:C", "two:A", "two:B", "two:C"]
    assert both.stops["station_id"].tolist() == both.stops.index.tolist()
    assert both.trips["route_id"].tolist() == ["one:1", "two:1"]
    assert departures(both, connections_on(both, TUESDAY)) == [
        ("one:t1", "one:A", "one:B", "8:00:00", "8:10:00"),
        ("one:t1", "one:B", "one:C", "8:11:00", "8:20:30"),
    ]
    assert departures(both, connections_on(both, dt.date(2024, 3, 16))) == [
        ("two:t1", "two:C", "two:A", "9:00:00", "9:30:00")
    ]
    assert both.transfers[["from_stop", "to_stop"]].to_numpy().tolist() == [[3, 4]]
    assert both.total("hops") == 3
    assert both.counts["two"]["hops"] == 1


def test_feeds_of_two_time_zones_are_refused(tmp_path: Path):
    one = write_feed(tmp_path / "one")
    two = write_feed(tmp_path / "two", agency="agency_name,agency_timezone\nDublin,Europe/Dublin\n")
    with pytest.raises(DataError, match="Europe/Dublin, Europe/London"):
        read_timetable({"one": one, "two": two}, crs=CRS)


@pytest.mark.parametrize("name", ["", "a:b"])
def test_a_feed_needs_a_name_without_a_colon(tmp_path: Path, name: str):
    with pytest.raises(DataError, match="cannot be called"):
        read_timetable({name: write_feed(tmp_path)}, crs=CRS)


def test_no_feed_is_no_timetable():
    with pytest.raises(DataError, match="No feed"):
        read_timetable({}, crs=CRS)


def test_a_crs_in_degrees_is_refused(tmp_path: Path):
    with pytest.raises(CrsError):
        read_timetable({"hill": write_feed(tmp_path)}, crs="EPSG:4326")


# Stations

STATION = """
    stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
    A,Foot,53.80,-1.55,,
    P1,Top platform 1,53.82,-1.55,0,S
    P2,Top platform 2,53.82,-1.551,0,S
    S,Top station,53.82,-1.55,1,
    E,Top entrance,53.82,-1.55,2,S
    N,Top hall,,,3,S
    F,Front of platform 1,53.82,-1.55,4,P1
    """
TO_STATION = rows("t1 A 1 8:00:00", "t1 P1 2 8:10:00")


def test_only_boarding_points_are_stops_and_know_their_station(tmp_path: Path):
    timetable = hill(tmp_path, stops=STATION, stop_times=TO_STATION)
    assert timetable.stops["station_id"].to_dict() == {"A": "A", "P1": "S", "P2": "S"}
    assert timetable.counts["hill"]["stops_in_file"] == 7
    # A generic node needs no position.
    assert listed(timetable) == []


def test_a_station_or_boarding_area_that_trips_call_at_is_taken_as_a_stop(tmp_path: Path):
    times = rows("t1 A 1 8:00:00", "t1 S 2 8:10:00", "t1 F 3 8:11:00")
    timetable = hill(tmp_path, stops=STATION, stop_times=times)
    assert timetable.stops["station_id"].to_dict() == {"A": "A", "P1": "S", "P2": "S", "S": "S", "F": "S"}
    assert listed(timetable) == [
        ("stops.txt", 5, "location_type", "warning"),
        ("stops.txt", 8, "location_type", "warning"),
    ]


# Changing


def transfers(timetable) -> dict:
    ids = timetable.stops.index
    return {
        (ids[r.from_stop], ids[r.to_stop]): (r.transfer_type, None if r.min_s is None else r.min_s)
        for r in timetable.transfers.astype({"min_s": object}).replace({np.nan: None}).itertuples()
    }


def test_transfers_of_every_type(tmp_path: Path):
    rules = """
        from_stop_id,to_stop_id,transfer_type,min_transfer_time
        A,B,,
        A,C,1,99
        B,A,2,240
        B,C,3,
        C,A,4,
        C,B,5,
        C,C,2,
        B,B,2,soon
        """
    timetable = hill(tmp_path, transfers=rules)
    assert transfers(timetable) == {
        ("A", "B"): (0, None),
        ("A", "C"): (1, None),
        ("B", "A"): (2, 240),
        ("B", "C"): (3, None),
    }
    assert timetable.counts["hill"]["transfers_not_modelled"] == 2
    assert listed(timetable) == [
        ("transfers.txt", 6, "transfer_type", "note"),
        ("transfers.txt", 7, "transfer_type", "note"),
        ("transfers.txt", 8, "min_transfer_time", "error"),
        ("transfers.txt", 9, "min_transfer_time", "error"),
    ]


def test_a_rule_for_a_station_holds_for_its_platforms_unless_they_have_their_own(tmp_path: Path):
    rules = """
        from_stop_id,to_stop_id,transfer_type,min_transfer_time
        S,S,2,300
        P1,P2,2,60
        A,S,3,
        A,P2,0,
        """
    timetable = hill(tmp_path, stops=STATION, stop_times=TO_STATION, transfers=rules)
    assert transfers(timetable) == {
        ("P1", "P1"): (2, 300),
        ("P1", "P2"): (2, 60),
        ("P2", "P1"): (2, 300),
        ("P2", "P2"): (2, 300),
        ("A", "P1"): (3, None),
        ("A", "P2"): (0, None),
    }
    assert listed(timetable) == []


def test_a_rule_for_certain_routes_or_trips_is_not_one_for_all(tmp_path: Path):
    rules = """
        from_stop_id,to_stop_id,transfer_type,from_route_id,to_trip_id
        A,B,3,1,
        B,C,3,,t1
        ,,4,,t1
        """
    timetable = hill(tmp_path, transfers=rules)
    assert len(timetable.transfers) == 0
    assert timetable.counts["hill"]["transfers_not_modelled"] == 3


def test_transfers_that_contradict_or_lead_nowhere_are_listed(tmp_path: Path):
    rules = """
        from_stop_id,to_stop_id,transfer_type,min_transfer_time
        A,B,2,60
        A,B,3,
        A,B,2,60
        A,X,3,
        ,B,3,
        B,C,7,
        """
    timetable = hill(tmp_path, transfers=rules)
    assert transfers(timetable) == {("A", "B"): (2, 60)}
    assert sorted(listed(timetable)) == [
        ("transfers.txt", 3, "transfer_type", "warning"),
        ("transfers.txt", 5, "to_stop_id", "error"),
        ("transfers.txt", 6, "from_stop_id", "error"),
        ("transfers.txt", 7, "transfer_type", "error"),
    ]


# Only the ground that is wanted


def ground(timetable, *stops: str):
    return shapely.union_all(timetable.stops.geometry.loc[list(stops)].buffer(100).to_numpy())


FIVE = "stop_id,stop_lat,stop_lon\n" + "".join(f"{s},53.8{i},-1.55\n" for i, s in enumerate("ABCDE"))


def test_trips_are_cut_to_the_ground_but_not_in_the_middle(tmp_path: Path):
    timetable = hill(
        tmp_path,
        stops=FIVE,
        trips="trip_id,route_id,service_id\naway,1,week\nt1,1,week\nonce,1,week\nback,1,week\n",
        stop_times=rows(
            *("away A 1 8:00:00", "away E 2 8:05:00"),
            *(f"t1 {stop} {i} 9:0{i}:00" for i, stop in enumerate("ABCDE")),
            *("once A 1 8:00:00", "once B 2 8:05:00"),
            *("back D 1 8:00:00", "back B 2 8:05:00"),
        ),
        transfers="from_stop_id,to_stop_id,transfer_type\nB,C,3\nA,B,3\nD,C,3\n",
    )
    within = ground(timetable, "B", "D")
    clipped = read_timetable({"hill": tmp_path / "hill"}, crs=CRS, within=within)
    # t1 leaves the ground between B and D and comes back: it is still the same bus.
    assert hops(clipped) == [
        ("t1", "B", "C", "9:01:00", "9:02:00"),
        ("t1", "C", "D", "9:02:00", "9:03:00"),
        ("back", "D", "B", "8:00:00", "8:05:00"),
    ]
    # It goes on to E when it would have left D; the other one ends at B.
    assert goes_on(clipped) == {"t1": 0, "back": None}
    assert clipped.stops.index.tolist() == ["B", "C", "D"]
    assert clipped.transfers[["from_stop", "to_stop"]].to_numpy().tolist() == [[0, 1], [2, 1]]
    counts = clipped.counts["hill"]
    assert (counts["trips"], counts["trips_beyond"], counts["hops"], counts["stops"]) == (2, 2, 3, 3)


def test_a_trip_cut_where_nobody_may_board_leaves_nothing_behind(tmp_path: Path):
    calls = [("A", "8:00:00", 0), ("B", "8:05:00", 0), ("C", "8:10:00", 1), ("D", "8:15:00", 1)]
    trips = "trip_id,route_id,service_id\nt1,1,week\nt2,1,week\n"
    times = ENDS + "".join(
        f"{trip},{stop},{n},{at},{at},{pickup}\n"
        for trip, length in (("t1", 4), ("t2", 3))
        for n, (stop, at, pickup) in enumerate(calls[:length])
    )
    timetable = hill(tmp_path, stops=FIVE, trips=trips, stop_times=times)
    clipped = read_timetable({"hill": tmp_path / "hill"}, crs=CRS, within=ground(timetable, "A", "C"))
    assert len(clipped.hops) == 4
    assert goes_on(clipped) == {"t1": None, "t2": None}
    shorter = read_timetable({"hill": tmp_path / "hill"}, crs=CRS, within=ground(timetable, "A", "B"))
    assert goes_on(shorter) == {"t1": 0, "t2": 0}


def test_stops_on_the_ground_stay_even_if_nothing_runs(tmp_path: Path):
    timetable = hill(tmp_path, stops=FIVE)
    clipped = read_timetable({"hill": tmp_path / "hill"}, crs=CRS, within=ground(timetable, "E"))
    assert clipped.stops.index.tolist() == ["E"]
    assert len(clipped.trips) == len(clipped.hops) == 0
    assert clipped.counts["hill"]["trips_beyond"] == 1
