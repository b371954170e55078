"""Earliest arrivals at every stop from one place: the connection scan run forwards, for isochrones.

The same journeys as in `transport.connection_scan`, which names the source, followed from the door onwards.
"""

from __future__ import annotations

import numpy as np

from transport.arrays import frozen_array
from transport.compiling import compiled
from transport.connection_scan import HORIZON_S
from transport.connections import (
    FARTHEST_S,
    UNREACHED,
    Connections,
    Hops,
    StopWalks,
    Walks,
    require_same_stops,
)
from transport.threads import over_blocks


def forward_scan(
    connections: Connections, transfers: StopWalks, start_s: np.ndarray, *, latest_s: int = FARTHEST_S
) -> np.ndarray:
    """Return the earliest arrival at every stop of somebody who can be at some stops at some times.

    Parameters
    ----------
    connections : Connections
        A day's departures.
    transfers : StopWalks
        A row for each stop one may board at; each change takes at least a second.
    start_s : ndarray of int32, shape (stops,)
        When one can be at each stop to board there, having walked; `UNREACHED` where not.
    latest_s : int
        Arrivals after this second are not wanted.

    Returns
    -------
    ndarray of int32, shape (stops,)
        When one steps off at each stop, `UNREACHED` where no ride leads. Having walked there is not a ride.
    """
    start_s = frozen_array(start_s, np.int32)
    require_same_stops(connections, transfers, start_s)
    arrivals_s = np.full(len(start_s), UNREACHED, np.int32)
    hops = connections.between(start_s.min(initial=UNREACHED), latest_s)
    _scan_forward(
        hops, connections.trip_count, transfers.turned.arrays, int(latest_s), start_s.copy(), arrivals_s
    )
    return arrivals_s


def forward_arrivals(
    connections: Connections,
    transfers: StopWalks,
    departures_s: np.ndarray,
    *,
    access_s: np.ndarray,
    horizon_s: int = HORIZON_S,
) -> np.ndarray:
    """Return the earliest arrival at every stop for each of many departures from one place.

    Parameters
    ----------
    connections, transfers
        As for `forward_scan`.
    departures_s : ndarray of int32, shape (m,)
        When one leaves the door.
    access_s : ndarray of int32, shape (stops,)
        Seconds on foot from the door to each stop, `UNREACHED` where too far.
    horizon_s : int
        Arrivals later than this after leaving the door are not wanted.

    Returns
    -------
    ndarray of int32, shape (m, stops)
        When one steps off at each stop, `UNREACHED` where no ride leads within the horizon.
    """
    departures_s, access_s = frozen_array(departures_s, np.int32), frozen_array(access_s, np.int32)
    require_same_stops(connections, transfers, access_s)
    walks = transfers.turned.arrays
    arrivals_s = np.full((len(departures_s), len(access_s)), UNREACHED, np.int32)
    near = access_s != UNREACHED

    def scan(begin: int, end: int) -> None:
        for m in range(begin, end):
            leave_s = int(departures_s[m])
            latest_s = leave_s + int(horizon_s)
            ready_s = np.where(near, access_s.astype(np.int64) + leave_s, UNREACHED).astype(np.int32)
            hops = connections.between(leave_s, latest_s)
            _scan_forward(hops, connections.trip_count, walks, latest_s, ready_s, arrivals_s[m])

    over_blocks(len(departures_s), scan)
    return arrivals_s


@compiled
def _scan_forward(
    hops: Hops, trip_count: int, transfers: Walks, latest_s: int, ready_s: np.ndarray, arrivals_s: np.ndarray
) -> None:
    """Write the earliest arrivals; `ready_s`, when one can board at each stop, is changed on the way."""
    departure_s, arrival_s, from_stop, to_stop, trip, can_board, can_alight = hops
    row, walk_to, walk_s = transfers
    seated = np.zeros(trip_count, np.bool_)
    for i in range(len(departure_s)):
        if not seated[trip[i]]:
            if not can_board[i] or ready_s[from_stop[i]] > departure_s[i]:
                continue
            seated[trip[i]] = True
        stop, now = to_stop[i], arrival_s[i]
        if can_alight[i] and now < arrivals_s[stop] and now <= latest_s:
            arrivals_s[stop] = now
            for k in range(row[stop], row[stop + 1]):
                ready_s[walk_to[k]] = min(ready_s[walk_to[k]], now + walk_s[k])
