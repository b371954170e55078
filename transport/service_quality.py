"""How much public transport there is: departures per hour at each stop, station and route."""

from __future__ import annotations

import numpy as np
import pandas as pd

from study.errors import DataError
from transport.connections import Connections
from transport.route_types import modes_of
from transport.timetable import Timetable

BEYOND = -1


def departures_by_stop(
    connections: Connections, timetable: Timetable, *, start_s: int, end_s: int
) -> pd.DataFrame:
    """Count the departures that can be boarded at each stop in a window of one day.

    Parameters
    ----------
    connections : Connections
        A day's departures, from `transport.timetable.connections_on` of the same timetable.
    timetable : Timetable
        The stops and trips.
    start_s, end_s : int
        Seconds after service midnight; a departure at `end_s` itself is not in the window.

    Returns
    -------
    DataFrame
        Indexed like the stops: ``stop_name, station_id, departures, departures_per_hour, routes`` (how many), ``modes``
        (what runs, in alphabetical order, e.g. "bus, rail"). 0 where nothing leaves in the window.

    Raises
    ------
    DataError
        If the window ends before it starts.
    """
    left = _departures(connections, timetable, start_s, end_s)
    left = left[left["stop"] != left["next_stop"]]
    counted = _counted(left, "stop", np.arange(len(timetable.stops)), end_s - start_s)
    counted.index = timetable.stops.index
    return timetable.stops[["stop_name", "station_id"]].join(counted)


def departures_by_station(
    connections: Connections, timetable: Timetable, *, start_s: int, end_s: int
) -> pd.DataFrame:
    """Count the departures that can be boarded at each station, a stop without one being its own.

    A vehicle that calls at two platforms of a station departs from it once, from the second.

    Parameters
    ----------
    connections, timetable, start_s, end_s
        As in `departures_by_stop`.

    Returns
    -------
    DataFrame
        Indexed by ``station_id``: ``station_name`` (the name of its first stop), ``stops`` (how many), ``departures,
        departures_per_hour, routes, modes``.

    Raises
    ------
    DataError
        If the window ends before it starts.
    """
    station, ids = pd.factorize(timetable.stops["station_id"])
    left = _departures(connections, timetable, start_s, end_s)
    left["station"] = station[left["stop"]]
    stays = (left["next_stop"] != BEYOND) & (left["station"] == station[left["next_stop"]])
    left = left[~stays]
    counted = _counted(left, "station", np.arange(len(ids)), end_s - start_s)
    counted.index = pd.Index(ids, name="station_id")
    stops = timetable.stops.groupby("station_id")["stop_name"].agg(["first", "size"])
    stops.columns = ["station_name", "stops"]
    return stops.join(counted)


def departures_by_route(
    connections: Connections, timetable: Timetable, *, start_s: int, end_s: int
) -> pd.DataFrame:
    """Count the departures that can be boarded of each route in each direction at each stop.

    Parameters
    ----------
    connections, timetable, start_s, end_s
        As in `departures_by_stop`.

    Returns
    -------
    DataFrame
        ``stop`` (position), ``route_id, direction`` (0 or 1, from `trip_directions`), ``mode``, ``departures,
        departures_per_hour``; only what has any.

    Raises
    ------
    DataError
        If the window ends before it starts.
    """
    left = _departures(connections, timetable, start_s, end_s)
    left = left[left["stop"] != left["next_stop"]]
    left["direction"] = trip_directions(timetable)[left["trip"]]
    counted = left.groupby(["stop", "route_id", "direction", "mode"]).size().rename("departures")
    table = counted.reset_index()
    table["departures_per_hour"] = table["departures"] / ((end_s - start_s) / 3600)
    return table


def trip_directions(timetable: Timetable) -> np.ndarray:
    """Return which way along its route each trip goes.

    Parameters
    ----------
    timetable : Timetable
        Many feeds do not say.

    Returns
    -------
    ndarray of int8, shape (trips,)
        The feed's direction, 0 or 1. Where it is not said: 0 for a trip that passes the stations of its route's
        longest trip in the same order, mostly, and 1 for one that passes them the other way or shares no hop with it,
        as on the other side of a street.
    """
    trips, hops = timetable.trips, timetable.hops
    said = trips["direction_id"]
    if said.notna().all():
        return said.to_numpy(dtype=np.int8)
    route = pd.factorize(trips["route_id"])[0]
    station, ids = pd.factorize(timetable.stops["station_id"])
    trip = hops["trip"].to_numpy()
    # A station on a route, as one number.
    on_route = route[trip].astype(np.int64) * len(ids)
    leaves, reaches = on_route + station[hops["from_stop"]], on_route + station[hops["to_stop"]]
    longest = _longest_of_each(route, np.bincount(trip, minlength=len(trips)))
    number = np.flatnonzero(longest[trip])
    places = np.concatenate([leaves[number], reaches[number]])
    # When each place is first passed: it is left in this hop, or reached at the end of it.
    passed = pd.Series(np.concatenate([2 * number, 2 * number + 1])).groupby(places).min()
    ahead = passed.reindex(reaches).to_numpy() - passed.reindex(leaves).to_numpy()
    way = np.bincount(trip, weights=np.sign(np.nan_to_num(ahead)), minlength=len(trips))
    found = np.where(way > 0, 0, 1)
    return np.where(said.notna(), said.fillna(0), found).astype(np.int8)


def _longest_of_each(route: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return which trips are the longest of their route, the first where several are."""
    by_length = np.lexsort((-length, route))
    longest = np.zeros(len(route), dtype=bool)
    longest[by_length[np.unique(route[by_length], return_index=True)[1]]] = True
    return longest


def _departures(connections: Connections, timetable: Timetable, start_s: int, end_s: int) -> pd.DataFrame:
    """Return the departures of a window that can be boarded: ``stop, next_stop, trip, route_id, mode``.

    The next stop of a trip that goes on to where the timetable does not reach is `BEYOND`.
    """
    if end_s <= start_s:
        raise DataError(
            "The departure window ends before it starts.", do="Choose a window of a minute or more."
        )
    first, last = np.searchsorted(connections.departure_s, [start_s, end_s])
    which = first + np.flatnonzero(connections.can_board[first:last])
    onward = _going_on(connections, timetable, start_s, end_s)
    stop = np.concatenate([connections.from_stop[which], connections.to_stop[onward]])
    beyond = np.full(len(onward), BEYOND, dtype=np.int32)
    trip = _in_timetable(connections.trip[np.concatenate([which, onward])], timetable)
    return pd.DataFrame(
        {
            "stop": stop,
            "next_stop": np.concatenate([connections.to_stop[which], beyond]),
            "trip": trip,
            "route_id": timetable.trips["route_id"].to_numpy(object)[trip],
            "mode": modes_of(timetable.trips["route_type"].to_numpy()[trip]),
        }
    )


def _in_timetable(trip: np.ndarray, timetable: Timetable) -> np.ndarray:
    """Return positions in the timetable; a trip of the day before or after has a number of its own in a day."""
    return trip % max(len(timetable.trips), 1)


def _going_on(connections: Connections, timetable: Timetable, start_s: int, end_s: int) -> np.ndarray:
    """Return the last hops of vehicles that leave their last call for beyond the timetable in a window."""
    waits_s = timetable.trips["goes_on_after_s"].to_numpy(dtype=float, na_value=np.nan)
    # Few trips go on, so only their hops are looked through.
    hop = np.flatnonzero(~np.isnan(waits_s)[_in_timetable(connections.trip, timetable)])
    run = connections.trip[hop]
    # Of each vehicle the last hop of the day, which stand in order.
    last = hop[len(hop) - 1 - np.unique(run[::-1], return_index=True)[1]]
    leaves_s = connections.arrival_s[last] + waits_s[_in_timetable(connections.trip[last], timetable)]
    return last[(leaves_s >= start_s) & (leaves_s < end_s)]


def _counted(left: pd.DataFrame, by: str, every: np.ndarray, window_s: int) -> pd.DataFrame:
    """Return the departures of each place, 0 where there are none."""
    groups = left.groupby(by)
    table = pd.DataFrame(index=every)
    table["departures"] = groups.size().reindex(every, fill_value=0).astype(np.int64)
    table["departures_per_hour"] = table["departures"] / (window_s / 3600)
    table["routes"] = groups["route_id"].nunique().reindex(every, fill_value=0).astype(np.int64)
    known = left.loc[left["mode"] != "", [by, "mode"]].drop_duplicates().sort_values("mode")
    modes = known.groupby(by)["mode"].agg(", ".join) if len(known) else pd.Series(dtype="str")
    table["modes"] = modes.reindex(every, fill_value="").astype("str")
    return table
