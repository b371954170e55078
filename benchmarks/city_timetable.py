"""The made-up city's timetable as a GTFS feed: two operators, three kinds of day, one line by frequencies."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

from benchmarks.city_lines import Line
from benchmarks.city_plan import CRS, SEED, Plan

# A Wednesday on which everything runs.
WEEKDAY = "20260610"
FIRST_DAY, LAST_DAY, HOLIDAY = "20260105", "20261218", "20260525"
BUS, RAIL = 3, 2
# Seconds between departures: early, peak, off-peak, evening; by the hour at which each begins.
HOURS = ((5.0, 2.0), (7.0, 1.0), (9.5, 1.3), (15.5, 1.0), (18.5, 2.0), (21.0, 3.0))
LAST_HOUR = 24.4
KERB_M = 6.0
DAYS = {"weekday": 1.0, "saturday": 1.4, "sunday": 2.6}
# The first line goes round by frequencies.
BY_FREQUENCY = 0


@dataclass(frozen=True, eq=False)
class Feed:
    """What the feed is written from.

    Attributes
    ----------
    stops : DataFrame
        ``stop_id, stop_name, x, y`` (metres) and ``is_rail``.
    lines : list of Line
        The lines.
    stop_at : list of tuple of ndarray
        For each line the positions of its stops, there and back.
    headway_s : ndarray of float, shape (lines,)
        Seconds between departures at the peak, each way.
    """

    stops: pd.DataFrame
    lines: list[Line]
    stop_at: list[tuple[np.ndarray, np.ndarray]]
    headway_s: np.ndarray


def feed_of(plan: Plan, lines: list[Line]) -> Feed:
    """Return the stops, one on either side of the road, and how often each line runs."""
    rows, at = [], {}
    stop_at = []
    for line in lines:
        both = []
        for back in (False, True):
            # Trains of all lines call at one platform a side.
            keys = [(line.is_rail, corner, back) for corner in line.corners.tolist()]
            for key in keys:
                if key not in at:
                    at[key] = len(rows)
                    x, y = plan.xy[key[1]] + (KERB_M if back else -KERB_M, KERB_M if back else -KERB_M)
                    place = f"{'Station' if line.is_rail else 'Stop'} {key[1]}"
                    rows.append(
                        (
                            f"{'R' if line.is_rail else 'B'}{key[1]}{'b' if back else 'a'}",
                            place,
                            x,
                            y,
                            line.is_rail,
                        )
                    )
            both.append(np.array([at[key] for key in keys]))
        stop_at.append((both[0], both[1][::-1]))
    stops = pd.DataFrame(rows, columns=["stop_id", "stop_name", "x", "y", "is_rail"])
    return Feed(stops, lines, stop_at, _headways(plan, lines))


def _headways(plan: Plan, lines: list[Line]) -> np.ndarray:
    """Return headways such that a weekday has as many connections as the size asks for."""
    rng = np.random.default_rng(SEED + 4)
    headway_s = rng.choice([480.0, 900.0, 1_200.0, 1_800.0], len(lines), p=[0.15, 0.35, 0.3, 0.2])
    headway_s[[line.is_rail for line in lines]] = 1_800.0
    hops = np.array([2 * len(line.ride_s) for line in lines])
    scale = 1.0
    for _ in range(12):
        runs = np.array([len(_starts(h * scale, 0.0, 1.0)) for h in headway_s])
        scale *= (runs * hops).sum() / plan.size.connections
    return headway_s * scale


def _starts(headway_s: float, first_s: float, thinner: float) -> np.ndarray:
    """Return when trips leave their first stop."""
    now, starts = HOURS[0][0] * 3_600 + first_s, []
    while now < LAST_HOUR * 3_600:
        starts.append(round(now))
        slower = next(times for hour, times in reversed(HOURS) if now >= hour * 3_600)
        now += headway_s * slower * thinner
    return np.array(starts)


def write_feed(feed: Feed, path: Path) -> None:
    """Write the feed as a zip, the same bytes every time."""
    tables = {
        "agency.txt": pd.DataFrame(
            {
                "agency_id": ["MB", "MR"],
                "agency_name": ["Made-up Buses", "Made-up Rail"],
                "agency_url": "https://example.org/",
                "agency_timezone": "Europe/London",
            }
        ),
        "stops.txt": _stops(feed.stops),
        "routes.txt": _routes(feed.lines),
        **_calendars(),
        **_trips(feed),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, table in tables.items():
            text = io.StringIO()
            table.to_csv(text, index=False, lineterminator="\n")
            archive.writestr(
                zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text.getvalue(), zipfile.ZIP_DEFLATED, 1
            )


def _stops(stops: pd.DataFrame) -> pd.DataFrame:
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(stops["x"], stops["y"])
    table = pd.DataFrame({"stop_id": stops["stop_id"], "stop_name": stops["stop_name"]})
    table["stop_lat"], table["stop_lon"] = np.round(lat, 7), np.round(lon, 7)
    return table


def _routes(lines: list[Line]) -> pd.DataFrame:
    rail = np.array([line.is_rail for line in lines])
    return pd.DataFrame(
        {
            "route_id": [f"L{line.name}" for line in lines],
            "agency_id": np.where(rail, "MR", "MB"),
            "route_short_name": [line.name for line in lines],
            "route_type": np.where(rail, RAIL, BUS),
        }
    )


def _calendars() -> dict[str, pd.DataFrame]:
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    runs = [[1] * 5 + [0, 0], [0] * 5 + [1, 0], [0] * 6 + [1]]
    calendar = pd.DataFrame(runs, columns=names)
    calendar.insert(0, "service_id", list(DAYS))
    calendar["start_date"], calendar["end_date"] = FIRST_DAY, LAST_DAY
    # On a bank holiday buses run as on a Sunday.
    exceptions = pd.DataFrame(
        {"service_id": ["weekday", "sunday"], "date": HOLIDAY, "exception_type": [2, 1]}
    )
    return {"calendar.txt": calendar, "calendar_dates.txt": exceptions}


def _trips(feed: Feed) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(SEED + 5)
    trips, calls, frequencies = [], [], []
    for number, line in enumerate(feed.lines):
        for back in (0, 1):
            stops = feed.stop_at[number][back]
            ride = np.concatenate([[0], np.cumsum(line.ride_s[::-1] if back else line.ride_s)])
            first_s = rng.uniform(0, feed.headway_s[number])
            for day, thinner in DAYS.items():
                starts = _starts(feed.headway_s[number], first_s, thinner)
                prefix = f"{line.name}-{back}-{day}"
                if number == BY_FREQUENCY:
                    frequencies += _runs(prefix, starts)
                    starts = starts[:1]
                ids = [f"{prefix}-{n}" for n in range(len(starts))] if number != BY_FREQUENCY else [prefix]
                trips += [(f"L{line.name}", day, trip, back) for trip in ids]
                calls.append((ids, starts, ride, stops))
    return {
        "trips.txt": pd.DataFrame(trips, columns=["route_id", "service_id", "trip_id", "direction_id"]),
        "stop_times.txt": _stop_times(calls, feed.stops["stop_id"].to_numpy()),
        "frequencies.txt": pd.DataFrame(
            frequencies, columns=["trip_id", "start_time", "end_time", "headway_secs", "exact_times"]
        ),
    }


def _runs(trip: str, starts: np.ndarray) -> list[tuple[str, str, str, int, int]]:
    """Return rows of frequencies.txt: one for each stretch of the day with departures as far apart."""
    rows, begin = [], 0
    apart = np.diff(starts)
    while begin < len(starts):
        end = begin + 1
        while end < len(starts) - 1 and abs(apart[end] - apart[begin]) <= 1:
            end += 1
        headway = int(apart[begin]) if begin < len(apart) else 3_600
        last = starts[end] if end < len(starts) else starts[begin] + headway
        rows.append((trip, _clock(starts[begin]), _clock(last), headway, 1))
        begin = end
    return rows


def _stop_times(calls: list[tuple], stop_ids: np.ndarray) -> pd.DataFrame:
    clock = np.array([_clock(s) for s in range(30 * 3_600)], dtype=object)
    times, trips, stops, sequence = [], [], [], []
    for ids, starts, ride, at in calls:
        times.append((starts[:, None] + ride).ravel())
        trips.append(np.repeat(np.array(ids, dtype=object), len(ride)))
        stops.append(np.tile(at, len(starts)))
        sequence.append(np.tile(np.arange(1, len(ride) + 1), len(starts)))
    when = clock[np.concatenate(times)]
    return pd.DataFrame(
        {
            "trip_id": np.concatenate(trips),
            "arrival_time": when,
            "departure_time": when,
            "stop_id": stop_ids[np.concatenate(stops)],
            "stop_sequence": np.concatenate(sequence),
        }
    )


def _clock(seconds: int) -> str:
    return f"{seconds // 3_600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
