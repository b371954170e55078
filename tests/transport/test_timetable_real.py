"""Real feeds read whole, and what gtfs-kit, which reads them in its own way, makes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import gtfs_kit
import numpy as np
import pytest

from tests.transport.feeds_by_hand import CRS, HILL, clock, hops, lines, rows, write_feed
from transport.route_types import modes_of
from transport.timetable import (
    Timetable,
    connections_on,
    read_timetable,
    require_day,
    service_dates,
    trips_per_day,
)

FEEDS = {
    "leeds_rail": "leeds/gtfs/rail_leeds_2020-12.zip",
    "newport": "newport/newport_2023-06-13_gtfs.zip",
    "chester": "newport/chester_2023-08-16_gtfs.zip",
}
# A Tuesday in term: in Leeds 13 October 2020, in Newport 20 June 2023, in Chester 10 October 2023.
TUESDAYS = {
    "leeds_rail": dt.date(2020, 10, 13),
    "newport": dt.date(2023, 6, 20),
    "chester": dt.date(2023, 10, 10),
}


@pytest.fixture(scope="module")
def real(from_mirror: Callable[[str], Path]) -> dict[str, Timetable]:
    return {name: read_timetable({name: from_mirror(file)}, crs=CRS) for name, file in FEEDS.items()}


def test_chesters_feed_reads_whole(real: dict[str, Timetable]):
    timetable, counts = real["chester"], real["chester"].counts["chester"]
    assert len(timetable.faults) == 0
    assert (counts["stops_in_file"], counts["trips_in_file"], counts["calls_in_file"]) == (1_320, 804, 34_249)
    assert (counts["trips"], counts["trips_left_out"], counts["times_interpolated"]) == (804, 0, 0)
    # Every call but a trip's last begins a hop; 27 of the stops are stations.
    assert counts["hops"] == 34_249 - 804
    assert counts["stops"] == 1_320 - 27


def test_newports_feed_has_stations_and_entrances_of_the_whole_country(real: dict[str, Timetable]):
    timetable, counts = real["newport"], real["newport"].counts["newport"]
    assert len(timetable.faults) == 0
    assert (counts["stops_in_file"], counts["stops"]) == (2_686, 647 + 8)
    assert (counts["trips"], counts["hops"]) == (176, 7_765 - 176)
    assert set(timetable.trips["operator"]) == {
        *("Megabus", "Newport Bus", "Stagecoach South Wales", "First Bristol, Bath & the West")
    }
    assert set(modes_of(timetable.trips["route_type"])) == {"bus", "coach"}


def test_leeds_has_trains_and_the_buses_in_their_place(real: dict[str, Timetable]):
    timetable, counts = real["leeds_rail"], real["leeds_rail"].counts["leeds_rail"]
    assert len(timetable.faults) == 0
    assert (counts["stops"], counts["trips"], counts["hops"]) == (16, 4_633, 13_723 - 4_633)
    assert set(modes_of(timetable.trips["route_type"])) == {"rail", "bus"}


@pytest.mark.parametrize("name", FEEDS)
def test_the_day_of_each_feed_has_the_trips_that_gtfs_kit_finds(
    real: dict[str, Timetable], from_mirror: Callable[[str], Path], name: str
):
    day, timetable = TUESDAYS[name], real[name]
    require_day(timetable, day)
    feed = gtfs_kit.read_feed(from_mirror(FEEDS[name]))
    assert trips_per_day(timetable)[str(day)] == len(feed.get_trips(f"{day:%Y%m%d}"))
    today = _leaves_s(feed, day)
    yesterday = _leaves_s(feed, day - dt.timedelta(days=1)) - 24 * 3600
    expected = np.concatenate([today[today < 24 * 3600], yesterday[yesterday >= 0]])
    connections = connections_on(timetable, day, until_s=24 * 3600)
    assert connections.departure_s.tolist() == np.sort(expected).tolist()


def _leaves_s(feed: gtfs_kit.Feed, day: dt.date) -> np.ndarray:
    """Return the second of every departure of a service day but of those from a trip's last stop."""
    calls = feed.get_stop_times(f"{day:%Y%m%d}").sort_values(["trip_id", "stop_sequence"])
    left = calls.groupby("trip_id").head(-1)["departure_time"]
    return np.array([gtfs_kit.helpers.timestr_to_seconds(at) for at in left])


@pytest.mark.parametrize("name", FEEDS)
def test_services_run_on_the_days_that_gtfs_kit_finds(
    real: dict[str, Timetable], from_mirror: Callable[[str], Path], name: str
):
    feed = gtfs_kit.read_feed(from_mirror(FEEDS[name]))
    days = feed.get_dates()
    assert [f"{day:%Y%m%d}" for day in service_dates(real[name])] == days
    services = real[name].services
    for day in days[::9] + [d for d in days if d[4:] in ("1225", "1226", "0101")]:
        running = services.loc[services["date"] == f"{day[:4]}-{day[4:6]}-{day[6:]}", "service_id"]
        assert sorted(running) == sorted(feed.get_active_services(day))


def test_all_feeds_together_are_each_of_them(real: dict[str, Timetable], from_mirror: Callable[[str], Path]):
    # Newport's twice: every one of its ids clashes.
    named = {"newport": FEEDS["newport"], "again": FEEDS["newport"], "chester": FEEDS["chester"]}
    together = read_timetable({name: from_mirror(file) for name, file in named.items()}, crs=CRS)
    assert together.stops.index.is_unique
    assert len(together.stops) == 2 * 655 + 1_293
    day = TUESDAYS["chester"]
    alone = {name: len(connections_on(real[name], day)) for name in ("newport", "chester")}
    assert len(connections_on(together, day)) == 2 * alone["newport"] + alone["chester"]


def test_frequencies_are_written_out_as_gtfs_kit_writes_them(tmp_path: Path):
    frequencies = """
        trip_id,start_time,end_time,headway_secs,exact_times
        t1,06:00:00,06:59:59,720,1
        t1,07:00:00,09:00:00,433,0
        t2,22:15:30,25:00:00,1800,
        """
    folder = write_feed(
        tmp_path,
        trips="trip_id,route_id,service_id\nt1,1,week\nt2,1,week\nt3,1,week\n",
        stop_times=lines(HILL["stop_times"])
        + rows("t2 C 1 0:00:10", "t2 A 2 0:19:59", "t3 A 1 5:00:00", "t3 B 2 5:05:00").split("\n", 1)[1],
        frequencies=frequencies,
    )
    ours = sorted(hop[1:] for hop in hops(read_timetable({"hill": folder}, crs=CRS)))
    feed = gtfs_kit.read_feed(folder).expand_frequencies()
    theirs = []
    for _trip, calls in feed.stop_times.sort_values("stop_sequence").groupby("trip_id"):
        leaves = calls["departure_time"].map(gtfs_kit.helpers.timestr_to_seconds).to_numpy()
        comes = calls["arrival_time"].map(gtfs_kit.helpers.timestr_to_seconds).to_numpy()
        stops = calls["stop_id"].tolist()
        theirs += [
            (stops[i], stops[i + 1], clock(int(leaves[i])), clock(int(comes[i + 1])))
            for i in np.arange(len(stops) - 1)
        ]
    assert ours == sorted(theirs)
    assert len(ours) == 2 * 5 + 2 * 17 + 6 + 1
