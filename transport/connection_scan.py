"""Earliest arrivals by public transport, exact to the second, from one pass over a day's connections.

The connection scan algorithm of Dibbelt, Pajor, Strasser and Wagner ("Connection Scan Algorithm", ACM Journal of
Experimental Algorithmics 23, 2018; arXiv 1703.05997): its profile form run backwards from many facilities at
once, so that one scan answers every origin at every minute, and its plain form run forwards from one place.

A journey leaves the door, walks to a stop, boards there what departs no earlier than it arrives, and where
passengers may alight either walks to the facility, stays seated, or changes along a transfer; any number of times.
Vehicles run as the timetable says and have room. Transfers take at least a second, so no two connections at
one and the same second wait for each other, and one pass in the order of departures sees everything.

The kernels are compiled by numba (see `transport.compiling`) and share nothing, so any number of threads may call
them at once.
"""

from __future__ import annotations

import numpy as np

from study.errors import DataError
from transport.arrays import frozen_array
from transport.compiling import compiled
from transport.connections import (
    FARTHEST_S,
    UNREACHED,
    Connections,
    Hops,
    StopWalks,
    Walks,
    require_same_stops,
)
from transport.profiles import Profiles

# Journeys longer than this count as not reached, unless another horizon is asked for: cutoffs end at an hour.
HORIZON_S = 5_400

# What the backward scan asks of a stop over and over, side by side in memory: the newest entry of each of its two
# profiles and where that profile ends. In the cache nearest to the processor the stops of a city just fit.
_NEWEST = np.dtype(
    [(name, np.int32) for name in ("change_s", "change_arrival_s", "egress_s", "board_s", "board_arrival_s")]
    + [("change_end", np.int64), ("board_end", np.int64)],
    align=True,
)


def backward_profiles(
    connections: Connections,
    transfers: StopWalks,
    egress_s: np.ndarray,
    *,
    earliest_s: int,
    latest_s: int,
    horizon_s: int = HORIZON_S,
) -> Profiles:
    """Return, for every stop, when to board there and when one is then at the nearest facility.

    Parameters
    ----------
    connections : Connections
        A day's departures.
    transfers : StopWalks
        A row for each stop one may board at; each change takes at least a second.
    egress_s : ndarray of int32, shape (stops,)
        Seconds on foot from each stop to its nearest facility, `UNREACHED` where that is too far.
    earliest_s, latest_s : int
        The departure window at the door, seconds after service midnight.
    horizon_s : int
        Journeys that take longer, door to door, are left out.

    Returns
    -------
    Profiles
        Good for departures at the door within the window. The result is exact: what the horizon drops could only
        be part of journeys that are longer than it.
    """
    egress_s = frozen_array(egress_s, np.int32)
    require_same_stops(connections, transfers, egress_s)
    if (egress_s < 0).any():
        raise DataError("A walk from a stop to its nearest facility is negative.")
    if latest_s < earliest_s or not 0 <= horizon_s <= FARTHEST_S:
        raise DataError("A departure window ends before it begins, or a horizon is negative or years long.")
    newest = np.zeros(connections.stop_count, _NEWEST)
    newest["egress_s"] = egress_s
    newest["change_arrival_s"] = newest["board_arrival_s"] = UNREACHED
    offsets, departure_s, arrival_s = _scan_backward(
        connections.between(earliest_s, latest_s + horizon_s),
        connections.trip_count,
        transfers.arrays,
        newest,
        int(horizon_s),
    )
    return Profiles(offsets, departure_s, arrival_s, int(earliest_s), int(latest_s), int(horizon_s))


@compiled
def _scan_backward(
    hops: Hops, trip_count: int, transfers: Walks, newest: np.ndarray, horizon_s: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    departure_s, arrival_s, from_stop, to_stop, trip, can_board, can_alight = hops
    row, walk_from, walk_s = transfers
    stops, count = len(newest), len(departure_s)
    # Two profiles for each stop, latest departure first, each entry better than the one before: boarding here
    # (for origins), and stepping off here to change (for those who come by another trip). Room for every entry
    # that could be made is set aside; what is never written costs no memory.
    board_at = _rooms_to_board(from_stop, can_board, stops)
    change_at = _rooms_to_change(board_at, row, walk_from)
    boards, changes = np.empty((board_at[-1], 2), np.int32), np.empty((change_at[-1], 2), np.int32)
    for stop in range(stops):
        newest[stop].board_end, newest[stop].change_end = board_at[stop], change_at[stop]
    seated = np.full(trip_count, UNREACHED, np.int32)

    for i in range(count - 1, -1, -1):
        arrival = np.int64(seated[trip[i]])
        if can_alight[i]:
            here, now = newest[to_stop[i]], arrival_s[i]
            if here.egress_s != UNREACHED:
                arrival = min(arrival, now + here.egress_s)
            # The newest entry is the earliest to leave: if it still can be caught, it arrives first.
            if here.change_s >= now:
                arrival = min(arrival, here.change_arrival_s)
            elif here.change_arrival_s < arrival:
                low = change_at[to_stop[i]]
                k = here.change_end - 2
                while k >= low and changes[k, 0] < now:
                    k -= 1
                if k >= low:
                    arrival = min(arrival, changes[k, 1])
        departure = departure_s[i]
        if arrival - departure > horizon_s:
            continue
        seated[trip[i]] = arrival
        if not can_board[i]:
            continue
        stop = from_stop[i]
        here = newest[stop]
        if here.board_arrival_s <= arrival:
            continue
        if here.board_s != departure or here.board_end == board_at[stop]:
            here.board_end += 1
        boards[here.board_end - 1, 0], boards[here.board_end - 1, 1] = departure, arrival
        here.board_s, here.board_arrival_s = departure, arrival
        for k in range(row[stop], row[stop + 1]):
            there, leave = newest[walk_from[k]], departure - walk_s[k]
            if there.change_arrival_s <= arrival and there.change_s >= leave:
                continue
            # Who could walk on to a facility from there by then has no need of this change.
            if there.egress_s != UNREACHED and leave + there.egress_s <= arrival:
                continue
            if arrival - leave > horizon_s:
                continue
            end = there.change_end
            if there.change_s > leave or end == change_at[walk_from[k]]:
                changes[end, 0], changes[end, 1] = leave, arrival
                end += 1
            else:
                end = _insert(changes, change_at[walk_from[k]], end, leave, arrival)
            there.change_end = end
            there.change_s, there.change_arrival_s = changes[end - 1, 0], changes[end - 1, 1]
    return _ascending(board_at, newest, boards)


@compiled
def _insert(entries: np.ndarray, low: int, high: int, leave: int, arrival: int) -> int:
    """Put an entry into its place among those from low to high, dropping what it beats; return the new end."""
    place = high
    while place > low and entries[place - 1, 0] < leave:
        place -= 1
    if place > low and entries[place - 1, 1] <= arrival:
        return high
    if place > low and entries[place - 1, 0] == leave:
        place -= 1
    kept = place
    while kept < high and entries[kept, 1] >= arrival:
        kept += 1
    size = high - kept
    if kept == place:
        for k in range(high, place, -1):
            entries[k, 0], entries[k, 1] = entries[k - 1, 0], entries[k - 1, 1]
    elif kept > place + 1:
        for k in range(size):
            entries[place + 1 + k, 0], entries[place + 1 + k, 1] = entries[kept + k, 0], entries[kept + k, 1]
    entries[place, 0], entries[place, 1] = leave, arrival
    return place + 1 + size


@compiled
def _rooms_to_board(from_stop: np.ndarray, can_board: np.ndarray, stops: int) -> np.ndarray:
    room = np.zeros(stops + 1, np.int64)
    for i in range(len(from_stop)):
        if can_board[i]:
            room[from_stop[i] + 1] += 1
    return np.cumsum(room)


@compiled
def _rooms_to_change(board_at: np.ndarray, row: np.ndarray, walk_from: np.ndarray) -> np.ndarray:
    room = np.zeros(len(board_at), np.int64)
    for stop in range(len(board_at) - 1):
        for k in range(row[stop], row[stop + 1]):
            room[walk_from[k] + 1] += board_at[stop + 1] - board_at[stop]
    return np.cumsum(room)


@compiled
def _ascending(
    board_at: np.ndarray, newest: np.ndarray, boards: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the boarding profiles packed together, earliest departure first."""
    stops = len(newest)
    offsets = np.zeros(stops + 1, np.int64)
    for stop in range(stops):
        offsets[stop + 1] = offsets[stop] + newest[stop].board_end - board_at[stop]
    departure_s, arrival_s = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.int32)
    for stop in range(stops):
        to = offsets[stop]
        for k in range(newest[stop].board_end - 1, board_at[stop] - 1, -1):
            departure_s[to], arrival_s[to] = boards[k, 0], boards[k, 1]
            to += 1
    return offsets, departure_s, arrival_s
