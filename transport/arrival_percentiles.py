"""How long it takes from one place to everywhere by public transport, at a percentile of many departures.

The times to stops come from a forward scan for each departure; here they are carried on to the streets round every
stop, and ranked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from study.errors import DataError
from transport.compiling import compiled
from transport.connections import UNREACHED, StopWalks
from transport.threads import over_blocks
from transport.ties import Ties


class Arrivals(NamedTuple):
    """When one steps off at every stop, for many departures from one place.

    Attributes
    ----------
    departures_s : ndarray of int, shape (m,)
        When one leaves the door.
    arrivals_s : ndarray of int32, shape (m, stops)
        From `transport.forward_scan.forward_arrivals`.
    stops : Ties
        The stops, tied to the walking network.
    egress : StopWalks
        From `transport.access.node_walks`, over the same network and stops.
    """

    departures_s: np.ndarray
    arrivals_s: np.ndarray
    stops: Ties
    egress: StopWalks


def arrival_percentile(
    arrivals: Arrivals, *, walk_s: np.ndarray, percentile: float, longest_s: float
) -> np.ndarray:
    """Return how long it takes to each node, and to the street before each stop, at a percentile of departures.

    Parameters
    ----------
    arrivals : Arrivals
        When one steps off where.
    walk_s : ndarray of float, shape (nodes + stops,)
        Seconds of walking all the way; infinity where it is too far.
    percentile : float
        Above 0, at most 100.
    longest_s : float
        Longer times are not wanted.

    Returns
    -------
    ndarray of int32, shape (nodes + stops,)
        Seconds from leaving the door that at least this share of the departures achieve, rounded up; `UNREACHED`
        where that is longer than `longest_s` or never.

    Raises
    ------
    DataError
        If the arrivals, departures and walks do not fit together, or the percentile is none.
    """
    count, rows = len(arrivals.departures_s), arrivals.egress.row_count
    if (
        arrivals.arrivals_s.shape != (count, len(arrivals.stops.served))
        or walk_s.shape != (rows,)
        or not count
    ):
        raise DataError("The arrivals are for other departures, stops or streets than the walks from stops.")
    if not 0 < percentile <= 100:
        raise DataError("A percentile lies above 0 and at most at 100.", where=str(percentile))
    rank = max(int(np.ceil(round(percentile * count / 100, 9))), 1)
    ride_s = arrivals.arrivals_s.T - np.asarray(arrivals.departures_s, dtype=np.float32)
    # Seconds of a day are exact in this type, and twice as many of them are compared at once.
    ride_s = np.where(arrivals.arrivals_s.T == UNREACHED, np.inf, ride_s).astype(np.float32, order="C")
    soonest_s = ride_s.min(axis=1)
    egress = arrivals.egress
    walk_s = np.ascontiguousarray(walk_s, dtype=np.float32)
    latest_s = float(longest_s)
    seconds = np.empty(rows, np.float32)
    over_blocks(
        rows,
        lambda begin, end: _rank_rows(
            egress.offsets,
            egress.stop,
            egress.seconds,
            ride_s,
            soonest_s,
            walk_s,
            rank,
            latest_s,
            seconds,
            begin,
            end,
        ),
    )
    whole_s = np.full(rows, UNREACHED, dtype=np.int32)
    in_time = np.isfinite(seconds)
    whole_s[in_time] = np.ceil(seconds[in_time]).astype(np.int32)
    return whole_s


@compiled
def _rank_rows(
    offsets: np.ndarray,
    stop: np.ndarray,
    walk: np.ndarray,
    ride_s: np.ndarray,
    soonest_s: np.ndarray,
    walk_s: np.ndarray,
    rank: int,
    longest_s: float,
    seconds: np.ndarray,
    begin: int,
    end: int,
) -> None:
    """Write the `rank`-th shortest of each row's times over the departures, infinity where it is too long."""
    count = ride_s.shape[1]
    best = np.empty(count, np.float32)
    for row in range(begin, end):
        best[:] = walk_s[row]
        for k in range(offsets[row], offsets[row + 1]):
            on_foot, here = np.float32(walk[k]), stop[k]
            if soonest_s[here] + on_foot > longest_s:
                continue
            ride = ride_s[here]
            for m in range(count):
                time = ride[m] + on_foot
                best[m] = time if time < best[m] else best[m]
        in_time = 0
        for m in range(count):
            in_time += best[m] <= longest_s
        seconds[row] = _ranked(best, rank - 1) if in_time >= rank else np.inf


@compiled
def _ranked(values: np.ndarray, rank: int) -> float:
    """Return the value that would stand at a place if they were sorted (Hoare's quickselect); they are moved."""
    low, high = 0, len(values) - 1
    while low < high:
        middle = values[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while values[i] < middle:
                i += 1
            while values[j] > middle:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return values[rank]
