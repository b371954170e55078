"""The timetable of a study area: stops, trips and hops of one or many GTFS feeds, and one day's connections.

`read_timetable` reads and checks the feeds (`transport.gtfs`), `connections_on` gives what a connection scan needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from study.errors import DataError
from transport.connections import Connections
from transport.gtfs.faults import joined, require_usable
from transport.gtfs.parts import FeedPart, clipped, joined_tables, located_stops
from transport.service_day import seconds_between

SHORTEST_DAY_S = 23 * 3600  # when clocks go forward
# A journey that begins late in the evening may end in the early hours of the next morning.
NIGHT_ENDS_S = 30 * 3600


@dataclass(frozen=True, eq=False)
class Timetable:
    """All trips of all feeds. Never changed once made.

    Attributes
    ----------
    stops : GeoDataFrame
        Where vehicles can be boarded, points in the study area's CRS, by ``stop_id``: ``stop_name, station_id`` (the
        parent station's id, or its own) and ``feed``. With several feeds all ids are ``feed:id``, so that they
        never clash.
    trips : DataFrame
        From 0: ``trip_id, feed, route_id, route_name, route_type`` (int), ``operator, service_id, direction_id`` (Int8,
        missing where not said) ``, headsign, timing`` (how its times are meant, see `transport.gtfs.hops`) and
        ``goes_on_after_s`` (Int32: how long it waits at its last call before it goes on to where this timetable does
        not reach; missing for a trip that ends there).
    hops : DataFrame
        A vehicle's ride from one stop to its next, by trip and in the order of travel: ``trip, sequence, from_stop,
        to_stop`` (positions), ``departure_s, arrival_s`` (int32, seconds after service midnight; beyond 24 hours on a
        trip past midnight), ``can_board, can_alight``. Those of a trip never overlap.
    services : DataFrame
        ``service_id, date``, a row for each day that a service runs.
    transfers : DataFrame
        ``from_stop, to_stop`` (positions), ``transfer_type`` (0-3), ``min_s`` (Int32; missing but for type 2).
    timezone : str
        What the times are in.
    faults : DataFrame
        ``feed, file, row, column, fault, severity`` ("error": something was left out; "warning": mended or
        suspicious; "note").
    counts : dict
        By feed name, numbers of what was read, left out and filled in.
    """

    stops: gpd.GeoDataFrame
    trips: pd.DataFrame
    hops: pd.DataFrame
    services: pd.DataFrame
    transfers: pd.DataFrame
    timezone: str
    faults: pd.DataFrame
    counts: dict[str, dict[str, int]]

    @cached_property
    def last_arrival_s(self) -> int:
        """Return the latest arrival of any trip, seconds after its own service midnight; 0 without hops."""
        return int(self.hops["arrival_s"].max()) if len(self.hops) else 0

    def total(self, count: str) -> int:
        """Return one of `counts` over all feeds."""
        return sum(counts.get(count, 0) for counts in self.counts.values())


def read_timetable(
    feeds: Mapping[str, Path],
    *,
    crs: str,
    within: shapely.Geometry | None = None,
    by_arrangement: bool = False,
) -> Timetable:
    """Read GTFS feeds, leaving out trips with faults and listing every fault.

    Parameters
    ----------
    feeds : mapping of str to Path
        Zips or folders, by the name that each feed gets.
    crs : str
        The study area's CRS, in metres.
    within : shapely.Geometry, optional
        Ground in `crs`. Each trip is cut to its calls from the first to the last one on it, and left out where fewer
        than two are left; stops beyond it that no such trip uses are left out.
    by_arrangement : bool
        Whether stops where one must telephone or ask the driver (pickup and drop-off types 2 and 3) count as served.
        By default they do not: whoever just walks up and waits may be left standing.

    Returns
    -------
    Timetable
        See there. Counts for each feed: ``stops_in_file, stops, trips_in_file, trips`` (as written out, so more than
        in the file with frequencies), ``trips_going_on`` (beyond what the feed holds), ``trips_left_out,
        trips_without_times, trips_beyond`` (the ground), ``calls_in_file, hops, times_interpolated,
        calls_by_arrangement, runs_exact, runs_about, transfers_not_modelled``.

    Raises
    ------
    SourceError, DataError
        If a feed cannot be used at all, with everything that makes it so; if feeds are in different time zones.
    CrsError
        If the CRS is not in metres.
    """
    _require_names(feeds)
    parts = [FeedPart.read(name, Path(path), by_arrangement=by_arrangement) for name, path in feeds.items()]
    require_usable(part.faults for part in parts)
    zones = {part.timezone for part in parts}
    if len(zones) > 1:
        raise DataError(
            f"The feeds are in different time zones: {', '.join(sorted(zones))}.",
            where=", ".join(feeds),
            do="Use feeds of one time zone together.",
        )
    if len(parts) > 1:
        for part in parts:
            part.prefix_ids()
    stops = located_stops(parts, crs)
    trips, hops, transfers = joined_tables(parts)
    counts = {part.faults.feed: part.counts for part in parts}
    if within is not None:
        stops, trips, hops, transfers = clipped(stops, trips, hops, transfers, within)
    for name, own in counts.items():
        own["stops"] = int((stops["feed"] == name).sum())
        is_own = (trips["feed"] == name).to_numpy()
        own["trips_beyond"] = own.pop("trips_before_clip") - int(is_own.sum())
        own["trips"] = int(is_own.sum())
        own["hops"] = int(is_own[hops["trip"]].sum())
    services = pd.concat([part.days for part in parts], ignore_index=True)
    return Timetable(
        stops=stops,
        trips=trips,
        hops=hops,
        services=services.astype({"service_id": "category"}),
        transfers=transfers,
        timezone=zones.pop(),
        faults=joined([part.faults.table() for part in parts]),
        counts=counts,
    )


def _require_names(feeds: Mapping[str, Path]) -> None:
    if not feeds:
        raise DataError("No feed is named, so there is no timetable.", do="Name at least one GTFS feed.")
    odd = [name for name in feeds if not name or ":" in name]
    if odd:
        raise DataError(
            f"A feed cannot be called {', '.join(map(repr, odd))}.",
            do="Give every feed a name without a colon, e.g. 'rail'.",
        )


def service_dates(timetable: Timetable) -> list[dt.date]:
    """Return the days on which any trip runs, in order."""
    running = timetable.services["service_id"].isin(timetable.trips["service_id"].unique())
    days = timetable.services.loc[running, "date"].unique()
    return sorted(pd.Timestamp(day).date() for day in days)


def trips_per_day(timetable: Timetable) -> pd.Series:
    """Return how many trips start on each service day, indexed by ``date`` (datetime64[s])."""
    trips = timetable.trips["service_id"].value_counts()
    number = timetable.services["service_id"].astype("str").map(trips)
    days = number.groupby(timetable.services["date"]).sum()
    return days[days > 0].astype(np.int64).rename("trips")


def require_day(timetable: Timetable, day: dt.date) -> None:
    """Raise unless a trip starts on a day.

    Raises
    ------
    DataError
        Naming the first and last day of the timetable, and the nearest day of the same kind.
    """
    days = service_dates(timetable)
    if day in days:
        return
    if not days:
        raise DataError("No trip of the timetable runs on any day.", do="Fetch a newer feed.")
    alike = [other for other in days if other.weekday() == day.weekday()] or days
    nearest = min(alike, key=lambda other: abs(other - day))
    raise DataError(
        f"No trip of the timetable runs on {day:%A %d %B %Y}. It covers {days[0]:%d %B %Y} to {days[-1]:%d %B %Y}.",
        where=", ".join(timetable.counts),
        do=f"Choose a day in it, such as {nearest:%A %d %B %Y}, or fetch a newer feed.",
    )


def connections_on(timetable: Timetable, day: dt.date, *, until_s: int = NIGHT_ENDS_S) -> Connections:
    """Return one day's departures, ready to scan.

    Parameters
    ----------
    timetable : Timetable
        Of any number of feeds.
    day : date
        The service day.
    until_s : int
        Departures from this second on are left out.

    Returns
    -------
    Connections
        Every departure in ``[0, until_s)`` seconds after the day's service midnight: of the day's own trips, of those
        of the days before that are still under way past midnight, and of the next day's before `until_s`. Days are
        as far apart as they really are, 23 or 25 hours when clocks change. A trip that runs on several of these
        days is several trips here: ``trip % len(timetable.trips)`` is its position in the timetable.

    Raises
    ------
    DataError
        If no trip starts on that day.
    """
    require_day(timetable, day)
    hops, count = timetable.hops, len(timetable.trips)
    first = timetable.last_arrival_s // SHORTEST_DAY_S
    parts: dict[str, list[np.ndarray]] = {}
    for run, ahead in enumerate(range(-first, 2)):
        other = day + dt.timedelta(days=ahead)
        shift_s = seconds_between(day, other, timetable.timezone)
        departure_s = hops["departure_s"].to_numpy() + np.int32(shift_s)
        runs = _runs_on(timetable, other)[hops["trip"].to_numpy()]
        which = np.flatnonzero(runs & (departure_s >= 0) & (departure_s < until_s))
        for name in ("from_stop", "to_stop", "can_board", "can_alight"):
            parts.setdefault(name, []).append(hops[name].to_numpy()[which])
        parts.setdefault("departure_s", []).append(departure_s[which])
        parts.setdefault("arrival_s", []).append(hops["arrival_s"].to_numpy()[which] + np.int32(shift_s))
        parts.setdefault("trip", []).append(hops["trip"].to_numpy()[which] + np.int32(run * count))
    return Connections.from_hops(
        **{name: np.concatenate(arrays) for name, arrays in parts.items()},
        stop_count=len(timetable.stops),
        trip_count=count * (first + 2),
    )


def _runs_on(timetable: Timetable, day: dt.date) -> np.ndarray:
    """Return which trips start on a day."""
    on = timetable.services["date"].to_numpy() == np.datetime64(day, "s")
    running = timetable.services["service_id"][on]
    return timetable.trips["service_id"].isin(running).to_numpy()
