"""Timetables of a few lines, as one would write them on a bus stop: where each calls, when, and how often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from transport.timetable import Timetable

CRS = "EPSG:27700"


def every(minutes: int, first: str, last: str) -> list[int]:
    """Return departures in seconds after midnight, from "07:00" to "09:00" at most."""
    begin, end = (
        int(hour) * 3600 + int(minute) * 60 for hour, minute in (t.split(":") for t in (first, last))
    )
    return list(range(begin, end + 1, minutes * 60))


@dataclass(frozen=True)
class Line:
    """One line one way.

    `calls` are (stop, minutes after leaving the first one); `leaves` are seconds after midnight.
    """

    calls: Sequence[tuple[str, float]]
    leaves: Iterable[int]
    service: str = "daily"
    operator: str = "Toy Buses"
    route_type: int = 3


def timetable(
    stops: Mapping[str, tuple[float, float]],
    lines: Sequence[Line],
    *,
    services: Mapping[str, Iterable[dt.date]],
    timezone: str = "Europe/London",
) -> Timetable:
    """Return the timetable of some lines between stops at (x, y) metres."""
    ids = list(stops)
    trips, hops = [], []
    for number, line in enumerate(lines):
        for leaves in line.leaves:
            for k, ((a, after), (b, later)) in enumerate(zip(line.calls, line.calls[1:], strict=False)):
                departs, arrives = (leaves + round(60 * m) for m in (after, later))
                hops.append((len(trips), k, ids.index(a), ids.index(b), departs, arrives, True, True))
            trips.append((f"{number}-{leaves}", str(number), line.route_type, line.operator, line.service))
    made = pd.DataFrame(trips, columns=["trip_id", "route_id", "route_type", "operator", "service_id"])
    made = made.assign(feed="toy", route_name=made["route_id"], headsign="", timing="as written")
    made["direction_id"] = pd.array([None] * len(made), dtype="Int8")
    made["goes_on_after_s"] = pd.array([None] * len(made), dtype="Int32")
    names = (
        "trip",
        "sequence",
        "from_stop",
        "to_stop",
        "departure_s",
        "arrival_s",
        "can_board",
        "can_alight",
    )
    table = pd.DataFrame(hops, columns=list(names)).astype({"departure_s": "int32", "arrival_s": "int32"})
    days = [(service, pd.Timestamp(day)) for service, on in services.items() for day in on]
    points = gpd.points_from_xy(*zip(*stops.values(), strict=True))
    return Timetable(
        stops=gpd.GeoDataFrame(
            {"stop_name": ids, "station_id": ids, "feed": "toy"},
            geometry=points,
            index=pd.Index(ids, name="stop_id"),
            crs=CRS,
        ),
        trips=made,
        hops=table,
        services=pd.DataFrame(days, columns=["service_id", "date"]).astype({"date": "datetime64[s]"}),
        transfers=pd.DataFrame(
            {
                "from_stop": pd.array([], dtype="int64"),
                "to_stop": pd.array([], dtype="int64"),
                "transfer_type": pd.array([], dtype="int64"),
                "min_s": pd.array([], dtype="Int32"),
            }
        ),
        timezone=timezone,
        faults=pd.DataFrame(columns=["feed", "file", "row", "column", "fault", "severity"]),
        counts={"toy": {"stops": len(ids), "trips": len(made), "times_interpolated": 0, "trips_left_out": 0}},
    )
