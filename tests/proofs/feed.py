"""The real feed of Newport, read line by line with the standard library: a second reading beside the project's own.

Also written out again for the other engines, with what they cannot tell apart made alike.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, pairwise
from pathlib import Path

from transport.connections import Connections

TUESDAY = "tuesday"


@dataclass(frozen=True)
class Call:
    """One line of stop_times.txt."""

    trip: str
    stop: str
    arrives_s: int
    departs_s: int
    boards: bool
    alights: bool


@dataclass(frozen=True)
class Feed:
    """A day's calls, trip by trip in their order, and where the stops are."""

    calls: tuple[Call, ...]
    stops: tuple[str, ...]
    lon_lat: tuple[tuple[float, float], ...]

    def on_the_minute(self) -> Feed:
        """Return the feed with its seconds dropped, as an engine that knows only minutes sees it."""
        calls = (
            replace(c, arrives_s=c.arrives_s // 60 * 60, departs_s=c.departs_s // 60 * 60) for c in self.calls
        )
        return replace(self, calls=tuple(calls))

    def everywhere(self) -> Feed:
        """Return the feed with boarding and alighting allowed at every call."""
        return replace(self, calls=tuple(replace(c, boards=True, alights=True) for c in self.calls))

    @cached_property
    def trips(self) -> list[list[Call]]:
        return [list(calls) for _, calls in groupby(self.calls, key=lambda call: call.trip)]

    @cached_property
    def connections(self) -> Connections:
        at = {stop: position for position, stop in enumerate(self.stops)}
        hops = [
            (a.departs_s, b.arrives_s, at[a.stop], at[b.stop], number, a.boards, b.alights)
            for number, calls in enumerate(self.trips)
            for a, b in pairwise(calls)
        ]
        names = ("departure_s", "arrival_s", "from_stop", "to_stop", "trip", "can_board", "can_alight")
        columns = dict(zip(names, zip(*hops, strict=True), strict=True))
        return Connections.from_hops(**columns, stop_count=len(self.stops), trip_count=len(self.trips))

    def write(self, folder: Path) -> Path:
        """Write the day as a feed that runs every day of June 2023, a route for each pattern of stops."""
        folder.mkdir()
        patterns: dict[tuple, str] = {}
        for calls in self.trips:
            patterns.setdefault(tuple(call.stop for call in calls), f"route {len(patterns)}")
        tables = {
            "agency": [["agency_id", "agency_name", "agency_url", "agency_timezone"]]
            + [["one", "One", "https://example.org", "Europe/London"]],
            "calendar": [
                ["service_id", *_WEEK, "start_date", "end_date"],
                ["day", *"1111111", "20230601", "20230630"],
            ],
            "calendar_dates": [["service_id", "date", "exception_type"]],
            "feed_info": [
                ["feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_start_date", "feed_end_date"]
                + ["feed_version"],
                ["One", "https://example.org", "en", "20230601", "20230630", "1"],
            ],
            "routes": [["route_id", "agency_id", "route_short_name", "route_long_name", "route_type"]]
            + [[route, "one", route, route, "3"] for route in patterns.values()],
            "trips": [["route_id", "service_id", "trip_id"]]
            + [[patterns[tuple(c.stop for c in calls)], "day", calls[0].trip] for calls in self.trips],
            "stops": [["stop_id", "stop_name", "stop_lat", "stop_lon"]]
            + [[stop, stop, lat, lon] for stop, (lon, lat) in zip(self.stops, self.lon_lat, strict=True)],
            "stop_times": [
                ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"]
                + ["pickup_type", "drop_off_type"]
            ]
            + [
                [c.trip, _clock(c.arrives_s), _clock(c.departs_s), c.stop, place, int(not c.boards)]
                + [int(not c.alights)]
                for calls in self.trips
                for place, c in enumerate(calls)
            ],
        }
        for name, rows in tables.items():
            with (folder / f"{name}.txt").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(rows)
        return folder


_WEEK = ("monday", TUESDAY, "wednesday", "thursday", "friday", "saturday", "sunday")


def read_feed(path: Path) -> Feed:
    """Return a Tuesday of a zipped feed whose calendar.txt says it all."""
    with zipfile.ZipFile(path) as archive:

        def table(name: str) -> list[dict[str, str]]:
            return list(csv.DictReader(io.TextIOWrapper(archive.open(name), encoding="utf-8-sig")))

        assert "calendar_dates.txt" not in archive.namelist()
        runs = {row["service_id"] for row in table("calendar.txt") if row[TUESDAY] == "1"}
        trips = {row["trip_id"] for row in table("trips.txt") if row["service_id"] in runs}
        stops, times = table("stops.txt"), table("stop_times.txt")
    times = [row for row in times if row["trip_id"] in trips]
    times.sort(key=lambda row: (row["trip_id"], int(row["stop_sequence"])))
    calls = tuple(
        Call(
            row["trip_id"],
            row["stop_id"],
            _seconds(row["arrival_time"]),
            _seconds(row["departure_time"]),
            row["pickup_type"] != "1",
            row["drop_off_type"] != "1",
        )
        for row in times
    )
    used = {call.stop for call in calls}
    kept = [row for row in stops if row["stop_id"] in used]
    places = tuple((float(row["stop_lon"]), float(row["stop_lat"])) for row in kept)
    return Feed(calls, tuple(row["stop_id"] for row in kept), places)


def _seconds(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
