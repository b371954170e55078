"""GTFS feeds written by hand: one bus on a hill, and what a test changes of it."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from textwrap import dedent

import pandas as pd

from transport.connections import Connections
from transport.timetable import Timetable, read_timetable

CRS = "EPSG:27700"
TUESDAY = dt.date(2024, 3, 12)

# One bus, Monday to Friday: A 08:00 - B 08:10, waits a minute - C 08:20:30.
HILL = {
    "agency": """
        agency_id,agency_name,agency_url,agency_timezone
        hill,Hill Buses,http://hill.example,Europe/London
        """,
    "stops": """
        stop_id,stop_name,stop_lat,stop_lon
        A,Foot,53.80,-1.55
        B,Halfway,53.81,-1.55
        C,Top,53.82,-1.55
        """,
    "routes": """
        route_id,agency_id,route_short_name,route_long_name,route_type
        1,hill,1,Up the hill,3
        """,
    "trips": """
        trip_id,route_id,service_id
        t1,1,week
        """,
    "stop_times": """
        trip_id,stop_id,stop_sequence,arrival_time,departure_time
        t1,A,1,08:00:00,08:00:00
        t1,B,2,08:10:00,08:11:00
        t1,C,3,08:20:30,08:20:30
        """,
    "calendar": """
        service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
        week,1,1,1,1,1,0,0,20240101,20241231
        """,
}


def lines(text: str) -> str:
    """Return text without the indentation and the empty first line it has in a test."""
    return dedent(text).lstrip("\n")


def write_feed(folder: Path, **changed: str | bytes | None) -> Path:
    """Write the bus on the hill into a folder, with some files changed, added or (None) left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**HILL, **changed}.items():
        if isinstance(text, str):
            (folder / f"{name}.txt").write_bytes(lines(text).encode())
        elif text is not None:
            (folder / f"{name}.txt").write_bytes(text)
    return folder


def zipped(folder: Path, to: Path, *, inside: str = "") -> Path:
    """Put a feed's files into a zip, in a folder of it if one is named."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{inside}{file.name}")
    return to


def hill(folder: Path, **changed: str | bytes | None) -> Timetable:
    """Read the bus on the hill, with some files changed."""
    return read_timetable({"hill": write_feed(folder / "hill", **changed)}, crs=CRS)


def rows(*calls: str, header: str = "trip_id,stop_id,stop_sequence,arrival_time,departure_time") -> str:
    """Return a file of rows; calls are ``t1 A 1 08:00:00`` with one time, or two, or none (-)."""
    written = [header]
    for call in calls:
        trip, stop, sequence, arrival, *more = call.split(" ")
        times = [arrival, more[0] if more else arrival]
        written.append(
            ",".join([trip, stop, sequence, *("" if time == "-" else time for time in times), *more[1:]])
        )
    return "\n".join(written) + "\n"


def hops(timetable: Timetable) -> list[tuple]:
    """Return the hops as (trip_id, from, to, departure, arrival)."""
    ids, trips = timetable.stops.index, timetable.trips["trip_id"]
    return [
        (trips[h.trip], ids[h.from_stop], ids[h.to_stop], clock(h.departure_s), clock(h.arrival_s))
        for h in timetable.hops.itertuples()
    ]


def departures(timetable: Timetable, connections: Connections) -> list[tuple]:
    """Return connections as (trip_id, from, to, departure, arrival)."""
    ids, trips = timetable.stops.index, timetable.trips["trip_id"]
    return [
        (trips[trip % len(trips)], ids[a], ids[b], clock(departure), clock(arrival))
        for trip, a, b, departure, arrival in zip(
            connections.trip,
            connections.from_stop,
            connections.to_stop,
            connections.departure_s,
            connections.arrival_s,
            strict=True,
        )
    ]


def clock(seconds: int) -> str:
    """Return seconds as H:MM:SS, hours beyond 24 as they are."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def listed(timetable: Timetable, severity: str | None = None) -> list[tuple]:
    """Return the faults as (file, row, column, severity), or those of one severity as (file, row, column)."""
    table = timetable.faults
    found = [
        (f.file, None if pd.isna(f.row) else int(f.row), f.column, f.severity)
        for f in table.itertuples()
        if severity in (None, f.severity)
    ]
    return [f[:3] for f in found] if severity else found
