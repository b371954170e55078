"""What each feed gives to a timetable, and how the feeds are put together and cut to the ground that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from study.crs import WGS84, require_metres
from transport.gtfs.calendars import service_days
from transport.gtfs.calls import calls_of
from transport.gtfs.faults import FaultList
from transport.gtfs.hops import hops_of, onward_of, with_frequencies
from transport.gtfs.stops import boarding_points
from transport.gtfs.tables import read_feed
from transport.gtfs.transfers import transfers_of
from transport.gtfs.trips import timezone_of, trips_of


@dataclass
class FeedPart:
    """What one feed gives to the timetable; positions are the feed's own."""

    faults: FaultList
    timezone: str
    stops: pd.DataFrame
    trips: pd.DataFrame
    hops: pd.DataFrame
    days: pd.DataFrame
    transfers: pd.DataFrame
    counts: dict[str, int]

    @classmethod
    def read(cls, name: str, path: Path, *, by_arrangement: bool) -> FeedPart:
        """Read one feed; where it is of no use, its list of faults says so."""
        feed = read_feed(name, path)
        days = service_days(feed)
        stops = boarding_points(feed)
        trips, usable = trips_of(feed, days)
        calls, counts = calls_of(feed, trips, usable, stops.index)
        hops = hops_of(calls, by_arrangement=by_arrangement)
        # From here on only trips that can be ridden have a number.
        kept = np.unique(hops["trip"])
        onward = onward_of(calls, by_arrangement=by_arrangement)
        trips = trips.assign(goes_on_after_s=onward).iloc[kept].reset_index(drop=True)
        hops["trip"] = np.searchsorted(kept, hops["trip"]).astype(np.int32)
        trips, hops, run_counts = with_frequencies(feed, trips, hops)
        transfers, transfer_counts = transfers_of(feed, stops)
        if trips.empty and not feed.faults.fatal:
            feed.faults.add_fatal("", "has no trip without a fault")
        counts |= run_counts | transfer_counts
        counts |= {
            "stops_in_file": len(feed.table("stops")),
            "trips_in_file": len(feed.table("trips")),
            "trips_before_clip": len(trips),
            "trips_going_on": int(trips["goes_on_after_s"].notna().sum()),
        }
        return cls(feed.faults, timezone_of(feed), stops, trips, hops, days, transfers, counts)

    def prefix_ids(self) -> None:
        """Put the feed's name before every id."""
        name = self.faults.feed + ":"
        self.stops.index = name + self.stops.index
        self.stops["station_id"] = name + self.stops["station_id"]
        for column in ("trip_id", "route_id", "service_id"):
            self.trips[column] = name + self.trips[column]
        self.days["service_id"] = name + self.days["service_id"]


def located_stops(parts: list[FeedPart], crs: str) -> gpd.GeoDataFrame:
    """Return the stops of all feeds as points in a CRS in metres."""
    table = pd.concat([part.stops.assign(feed=part.faults.feed) for part in parts])
    points = gpd.GeoDataFrame(
        table[["stop_name", "station_id", "feed"]],
        geometry=gpd.points_from_xy(table["lon"], table["lat"], crs=WGS84),
    ).to_crs(crs)
    require_metres(points, name="table of stops")
    points.index.name = "stop_id"
    return points


def joined_tables(parts: list[FeedPart]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return trips, hops and transfers of all feeds, with positions in the tables of all."""
    trips, hops, transfers, first_trip, first_stop = [], [], [], 0, 0
    for part in parts:
        trips.append(part.trips.drop(columns="row").assign(feed=part.faults.feed))
        moved = part.hops.assign(trip=part.hops["trip"] + np.int32(first_trip))
        hops.append(_moved_stops(moved, first_stop))
        transfers.append(_moved_stops(part.transfers, first_stop))
        first_trip += len(part.trips)
        first_stop += len(part.stops)
    tables = (pd.concat(tables, ignore_index=True) for tables in (trips, hops, transfers))
    return tuple(tables)


def _moved_stops(table: pd.DataFrame, first_stop: int) -> pd.DataFrame:
    return table.assign(**{name: table[name] + np.int32(first_stop) for name in ("from_stop", "to_stop")})


def clipped(
    stops: gpd.GeoDataFrame,
    trips: pd.DataFrame,
    hops: pd.DataFrame,
    transfers: pd.DataFrame,
    within: shapely.Geometry,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Cut each trip to its calls from the first to the last one on the ground, and drop what nothing uses."""
    inside = shapely.contains_xy(within, *shapely.get_coordinates(stops.geometry.to_numpy()).T)
    trip = hops["trip"].to_numpy()
    been = _any_so_far(inside[hops["from_stop"]], trip)
    will_be = _any_so_far(inside[hops["to_stop"]][::-1], trip[::-1])[::-1]
    trips = _with_cut_ends(trips, hops, been & will_be)
    hops = hops[been & will_be]
    used = inside.copy()
    used[hops["from_stop"]] = True
    used[hops["to_stop"]] = True
    kept = np.unique(hops["trip"])
    hops = hops.assign(trip=np.searchsorted(kept, hops["trip"]).astype(np.int32))
    hops = _renumbered(hops, used)
    transfers = transfers[used[transfers["from_stop"]] & used[transfers["to_stop"]]]
    return stops[used], trips.iloc[kept].reset_index(drop=True), hops, _renumbered(transfers, used)


def _with_cut_ends(trips: pd.DataFrame, hops: pd.DataFrame, kept: np.ndarray) -> pd.DataFrame:
    """Return the trips with how long those wait that go on where their last kept hop ends."""
    trip = hops["trip"].to_numpy()
    cut = np.flatnonzero(kept[:-1] & ~kept[1:] & (trip[1:] == trip[:-1]))
    waits_s = hops["departure_s"].to_numpy()[cut + 1] - hops["arrival_s"].to_numpy()[cut]
    onward = trips["goes_on_after_s"].copy()
    can_board = hops["can_board"].to_numpy()[cut + 1]
    onward.iloc[trip[cut]] = pd.array(waits_s, dtype="Int32")
    onward.iloc[trip[cut[~can_board]]] = pd.NA
    return trips.assign(goes_on_after_s=onward)


def _any_so_far(flag: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return whether a flag was set in a group so far, each group's rows being together."""
    total = np.cumsum(flag)
    first = np.ones(len(group), dtype=bool)
    first[1:] = group[1:] != group[:-1]
    before = np.maximum.accumulate(np.where(first, total - flag, 0))
    return total > before


def _renumbered(table: pd.DataFrame, used: np.ndarray) -> pd.DataFrame:
    position = (np.cumsum(used) - 1).astype(np.int32)
    moved = {name: position[table[name]] for name in ("from_stop", "to_stop")}
    return table.assign(**moved).reset_index(drop=True)
