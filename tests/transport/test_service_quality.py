"""Departures per hour, counted by hand on a small town."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gtfs_kit
import pytest

from study.errors import DataError
from tests.transport.feeds_by_hand import CRS, TUESDAY, hill, rows
from transport.service_quality import (
    departures_by_route,
    departures_by_station,
    departures_by_stop,
    trip_directions,
)
from transport.timetable import Timetable, connections_on, read_timetable

EIGHT = 8 * 3600

STOPS = """
    stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
    A,Foot,53.80,-1.55,,
    P1,Bay 1,53.81,-1.55,0,S
    P2,Bay 2,53.811,-1.55,0,S
    C,Top,53.82,-1.55,,
    D,Nowhere,53.83,-1.55,,
    S,Bus station,53.81,-1.55,1,
    """
ROUTES = "route_id,route_short_name,route_type\n1,1,3\n2,2,2\n"


def town(tmp_path: Path) -> Timetable:
    """Buses through a station with two bays, and a train from it."""
    return hill(
        tmp_path,
        stops=STOPS,
        routes=ROUTES,
        trips="trip_id,route_id,service_id\n"
        + "".join(f"{trip},1,week\n" for trip in ("b1", "b2", "b3", "night", "shut"))
        + "train,2,week\n",
        stop_times=rows(
            *("b1 A 1 8:00:00", "b1 P1 2 8:10:00 8:11:00", "b1 P2 3 8:12:00 8:13:00", "b1 C 4 8:20:00"),
            *("b2 A 1 8:30:00", "b2 P1 2 8:40:00", "b2 C 3 8:50:00"),
            # It leaves A as the window ends: not in it.
            *("b3 A 1 9:00:00", "b3 P1 2 9:10:00"),
            *("night A 1 32:05:00", "night C 2 32:15:00"),
            *("train P2 1 8:59:59", "train C 2 9:05:00"),
        )
        + "shut,A,1,08:15:00,08:15:00\nshut,C,2,08:25:00,08:25:00\n",
    )


def test_departures_per_hour_of_each_stop(tmp_path: Path):
    timetable = town(tmp_path)
    table = departures_by_stop(
        connections_on(timetable, TUESDAY), timetable, start_s=EIGHT, end_s=EIGHT + 3600
    )
    assert table.index.tolist() == ["A", "P1", "P2", "C", "D"]
    # A: b1, b2, shut and, since yesterday's 32:05 is five past eight, night. P1: b1 and b2. P2: b1 and the train.
    assert table["departures"].tolist() == [4, 2, 2, 0, 0]
    assert table["departures_per_hour"].tolist() == [4, 2, 2, 0, 0]
    assert table["routes"].tolist() == [1, 1, 2, 0, 0]
    assert table["modes"].tolist() == ["bus", "bus", "bus, rail", "", ""]
    assert table["stop_name"].tolist() == ["Foot", "Bay 1", "Bay 2", "Top", "Nowhere"]


def test_a_vehicle_leaves_a_station_once(tmp_path: Path):
    timetable = town(tmp_path)
    connections = connections_on(timetable, TUESDAY)
    table = departures_by_station(connections, timetable, start_s=EIGHT, end_s=EIGHT + 3600)
    # b1 calls at both bays, and leaves the station from the second; b2; the train.
    assert table.loc["S", ["stops", "departures", "routes", "modes"]].tolist() == [2, 3, 2, "bus, rail"]
    assert table["departures"].to_dict() == {"A": 4, "S": 3, "C": 0, "D": 0}
    assert table.loc["S", "station_name"] == "Bay 1"


def test_a_window_of_half_an_hour_has_twice_as_many_an_hour(tmp_path: Path):
    timetable = town(tmp_path)
    connections = connections_on(timetable, TUESDAY)
    table = departures_by_stop(connections, timetable, start_s=EIGHT, end_s=EIGHT + 1800)
    # b1, night and shut; b2 leaves at half past, as the window ends.
    assert (table["departures"].iloc[0], table["departures_per_hour"].iloc[0]) == (3, 6)


def test_where_nobody_may_board_nothing_departs(tmp_path: Path):
    times = """
        trip_id,stop_id,stop_sequence,arrival_time,departure_time,pickup_type
        t1,A,1,08:00:00,08:00:00,1
        t1,B,2,08:10:00,08:10:00,0
        t1,C,3,08:20:00,08:20:00,0
        """
    timetable = hill(tmp_path, stop_times=times)
    connections = connections_on(timetable, TUESDAY)
    table = departures_by_stop(connections, timetable, start_s=EIGHT, end_s=EIGHT + 3600)
    assert table["departures"].tolist() == [0, 1, 0]


def test_a_vehicle_that_goes_on_beyond_the_timetable_departs_from_its_last_call(tmp_path: Path):
    header = "trip_id,stop_id,stop_sequence,arrival_time,departure_time,pickup_type\n"
    calls = (
        *("ends,A,1,08:00:00,08:00:00,0", "ends,B,2,08:10:00,08:10:00,1"),
        # It waits at B until after the window, then not so long.
        *("late,A,1,08:30:00,08:30:00,0", "late,B,2,08:40:00,09:00:00,0"),
        *("soon,A,1,08:30:00,08:30:00,0", "soon,B,2,08:40:00,08:59:59,0"),
        # On the way since yesterday.
        *("night,A,1,31:00:00,31:00:00,0", "night,B,2,32:10:00,32:10:00,0"),
    )
    trips = "trip_id,route_id,service_id\n" + "".join(
        f"{t},1,week\n" for t in ("ends", "late", "soon", "night")
    )
    timetable = hill(tmp_path, trips=trips, stop_times=header + "\n".join(calls) + "\n")
    connections = connections_on(timetable, TUESDAY)
    window = {"start_s": EIGHT, "end_s": EIGHT + 3600}
    assert departures_by_stop(connections, timetable, **window)["departures"].tolist() == [3, 2, 0]
    assert departures_by_station(connections, timetable, **window)["departures"].tolist() == [3, 2, 0]
    routes = departures_by_route(connections, timetable, **window)
    assert routes[["stop", "departures"]].to_numpy().tolist() == [[0, 3], [1, 2]]


@pytest.mark.parametrize("count", [departures_by_stop, departures_by_station, departures_by_route])
def test_a_window_that_ends_before_it_starts_is_refused(tmp_path: Path, count: Callable):
    timetable = hill(tmp_path)
    with pytest.raises(DataError, match="window"):
        count(connections_on(timetable, TUESDAY), timetable, start_s=EIGHT, end_s=EIGHT)


@pytest.mark.parametrize("count", [departures_by_stop, departures_by_station])
def test_an_hour_without_any_departure_is_zero_everywhere(tmp_path: Path, count: Callable):
    timetable = hill(tmp_path)
    table = count(connections_on(timetable, TUESDAY), timetable, start_s=0, end_s=3600)
    assert table["departures"].tolist() == [0, 0, 0]
    assert table["modes"].tolist() == ["", "", ""]


def test_departures_of_each_route_and_direction(tmp_path: Path):
    timetable = hill(
        tmp_path,
        trips="trip_id,route_id,service_id,direction_id\nup,1,week,0\nup2,1,week,0\ndown,1,week,1\n",
        stop_times=rows(
            *("up A 1 8:00:00", "up B 2 8:10:00", "up C 3 8:20:00"),
            *("up2 A 1 8:30:00", "up2 B 2 8:40:00"),
            *("down C 1 8:00:00", "down B 2 8:10:00", "down A 3 8:20:00"),
        ),
    )
    table = departures_by_route(
        connections_on(timetable, TUESDAY), timetable, start_s=EIGHT, end_s=EIGHT + 7200
    )
    assert table[["stop", "route_id", "direction", "mode", "departures"]].to_numpy().tolist() == [
        [0, "1", 0, "bus", 2],
        [1, "1", 0, "bus", 1],
        [1, "1", 1, "bus", 1],
        [2, "1", 1, "bus", 1],
    ]
    assert table["departures_per_hour"].tolist() == [1, 0.5, 0.5, 0.5]


def test_directions_are_found_where_no_feed_says_them(tmp_path: Path):
    stops = "stop_id,stop_lat,stop_lon,parent_station,location_type\n" + "".join(
        f"{stop},53.8{i},-1.55,{parent},{kind}\n"
        for i, (stop, parent, kind) in enumerate(
            [
                ("A", "", ""),
                ("B1", "B", ""),
                ("B2", "B", ""),
                ("B", "", 1),
                ("C", "", ""),
                ("D", "", ""),
                ("x", "", ""),
            ]
        )
    )
    timetable = hill(
        tmp_path,
        stops=stops,
        routes="route_id,route_type\n1,3\n2,3\n",
        trips="trip_id,route_id,service_id,direction_id\n"
        + "".join(f"{t},1,week,\n" for t in ("short", "whole", "back", "part", "across"))
        + "other,2,week,\nsaid,2,week,1\n",
        stop_times=rows(
            *("short A 1 8:00:00", "short B1 2 8:10:00"),
            # The longest of route 1, so the one that the others are held against.
            *("whole A 1 8:00:00", "whole B1 2 8:10:00", "whole C 3 8:20:00", "whole D 4 8:30:00"),
            # The other bay of the same station, on the way back.
            *("back C 1 8:00:00", "back B2 2 8:10:00", "back A 3 8:20:00"),
            # From the middle to another end: one hop of it is known, and goes the same way.
            *("part B2 1 8:00:00", "part C 2 8:10:00", "part x 3 8:20:00"),
            # No station in common.
            *("across x 1 8:00:00", "across x 2 8:01:00"),
            *("other D 1 8:00:00", "other A 2 8:30:00"),
            *("said D 1 8:00:00", "said A 2 8:30:00"),
        ),
    )
    found = dict(zip(timetable.trips["trip_id"], trip_directions(timetable).tolist(), strict=True))
    assert found == {"short": 0, "whole": 0, "back": 1, "part": 0, "across": 1, "other": 0, "said": 1}


def test_leeds_has_the_trains_that_go_on_beyond_the_city(from_mirror: Callable[[str], Path]):
    # The feed is cut to the city: its calls that may be boarded are departures, a trip's last one too.
    feed = gtfs_kit.read_feed(from_mirror("leeds/gtfs/rail_leeds_2020-12.zip"))
    day = TUESDAY.replace(year=2020, month=10, day=13)
    calls = feed.get_stop_times("20201013")
    at = calls["departure_time"].map(gtfs_kit.helpers.timestr_to_seconds, na_action="ignore").astype(int)
    wanted = calls[(calls["pickup_type"] == 0) & (at >= EIGHT) & (at < EIGHT + 3600)][
        "stop_id"
    ].value_counts()
    rail = read_timetable({"rail": from_mirror("leeds/gtfs/rail_leeds_2020-12.zip")}, crs=CRS)
    table = departures_by_station(connections_on(rail, day), rail, start_s=EIGHT, end_s=EIGHT + 3600)
    assert table["departures"][table["departures"] > 0].to_dict() == wanted.to_dict()
    # Nobody may board at 2,274 calls; 4 of them are not the last of their trip.
    assert rail.counts["rail"]["trips_going_on"] == 4_633 - (2_274 - 4)
