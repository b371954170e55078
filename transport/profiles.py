"""Travel times of every origin at every minute, read off the profiles of the stops it can walk to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from study.errors import DataError
from transport.arrays import frozen_array
from transport.compiling import compiled
from transport.connections import UNREACHED, StopWalks, Walks
from transport.threads import over_blocks


@dataclass(frozen=True, eq=False)
class Profiles:
    """When to board at each stop, and when one is then at the nearest facility.

    Attributes
    ----------
    offsets : ndarray of int64, shape (stops + 1,)
        Stop ``s`` is ``offsets[s]:offsets[s + 1]`` of the other two.
    departure_s, arrival_s : ndarray of int32, shape (k,)
        Seconds after service midnight. Within a stop both grow from entry to entry: a later departure is worth
        an entry only where none that arrives as early leaves later.
    earliest_s, latest_s : int
        The departure window at the door for which they hold.
    horizon_s : int
        Longer journeys are left out.
    """

    offsets: np.ndarray
    departure_s: np.ndarray
    arrival_s: np.ndarray
    earliest_s: int
    latest_s: int
    horizon_s: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", frozen_array(self.offsets, np.int64))
        object.__setattr__(self, "departure_s", frozen_array(self.departure_s, np.int32))
        object.__setattr__(self, "arrival_s", frozen_array(self.arrival_s, np.int32))


def travel_times(
    profiles: Profiles, access: StopWalks, departures_s: np.ndarray, *, walk_s: np.ndarray
) -> np.ndarray:
    """Return how long every origin takes to its nearest facility at every departure.

    Parameters
    ----------
    profiles : Profiles
        From `transport.connection_scan.backward_profiles`.
    access : StopWalks
        A row for each origin: the stops it can walk to, shortest walk first.
    departures_s : ndarray of int32, shape (m,)
        When one leaves the door, growing, within the window of the profiles.
    walk_s : ndarray of int32, shape (origins,)
        Seconds of walking all the way to the nearest facility, `UNREACHED` where that is not known or too far.

    Returns
    -------
    ndarray of int32, shape (origins, m)
        Seconds from leaving the door to being at the nearest facility, the quickest of walking all the way and
        every ride; `UNREACHED` where both take longer than the horizon.

    Notes
    -----
    With one more facility, the times are the lesser of these and those of a scan from that facility alone: what
    is known need not be computed again.
    """
    question = _question(profiles, access, departures_s, walk_s)
    times = np.empty((access.row_count, len(departures_s)), np.int32)
    over_blocks(access.row_count, lambda begin, end: _fill_times(question, begin, end, times))
    return times


def percentile_times(
    profiles: Profiles,
    access: StopWalks,
    departures_s: np.ndarray,
    *,
    walk_s: np.ndarray,
    percentiles: Sequence[float] = (10, 50, 90),
) -> np.ndarray:
    """Return percentiles over the departures of how long every origin takes, without keeping every minute.

    Parameters
    ----------
    profiles, access, departures_s, walk_s
        As for `travel_times`.
    percentiles : sequence of float
        Above 0, at most 100.

    Returns
    -------
    ndarray of int32, shape (origins, percentiles)
        The same as `percentiles_of` the travel times.
    """
    question = _question(profiles, access, departures_s, walk_s)
    ranks = _ranks(percentiles, len(departures_s))
    result = np.empty((access.row_count, len(ranks)), np.int32)
    over_blocks(access.row_count, lambda begin, end: _fill_ranked(question, begin, end, ranks, result))
    return result


def percentiles_of(times_s: np.ndarray, percentiles: Sequence[float]) -> np.ndarray:
    """Return percentiles of travel times over the departures.

    Parameters
    ----------
    times_s : ndarray of int32, shape (origins, m)
        Seconds, `UNREACHED` where not reached, which counts as longer than any time.
    percentiles : sequence of float
        Above 0, at most 100.

    Returns
    -------
    ndarray of int32, shape (origins, percentiles)
        For percentile ``p`` the smallest of the times that at least ``p`` per cent of the departures achieve: an
        achieved time, never a mean of two. `UNREACHED` if fewer of them arrive at all.
    """
    times_s = frozen_array(times_s, np.int32)
    ranks = _ranks(percentiles, times_s.shape[1])
    result = np.empty((len(times_s), len(ranks)), np.int32)
    over_blocks(len(times_s), lambda begin, end: _rank_rows(times_s, begin, end, ranks, result))
    return result


def _ranks(percentiles: Sequence[float], count: int) -> np.ndarray:
    """Return which of `count` times in order each percentile is, from 1."""
    wanted = np.asarray(percentiles, dtype=float)
    if not count or not ((wanted > 0) & (wanted <= 100)).all():
        raise DataError("Percentiles lie above 0 and at most at 100, and need at least one departure.")
    # 64.4 % of 250 is 161 departures, not the 162 that 161.00000000000003 rounds up to.
    return np.maximum(np.ceil(np.round(wanted * count / 100, 9)), 1).astype(np.int64)


def _require_fitting(
    profiles: Profiles, access: StopWalks, departures_s: np.ndarray, walk_s: np.ndarray
) -> None:
    if access.last_stop >= len(profiles.offsets) - 1 or walk_s.shape != (access.row_count,):
        raise DataError(
            "The walks to stops are for other stops or other origins than the rest.",
            do="Make the walks again for this timetable and these origins.",
        )
    if (walk_s < 0).any():
        raise DataError("A walk all the way to a facility is negative.")
    if not access.is_sorted:
        raise DataError("The walks from an origin to its stops do not stand with the shortest first.")
    if not len(departures_s) or (np.diff(departures_s) < 0).any():
        raise DataError("The departures are not in order, or there are none.")
    if not profiles.earliest_s <= departures_s[0] <= departures_s[-1] <= profiles.latest_s:
        raise DataError(
            "Some departures lie outside the window that was scanned.",
            do=f"Scan from {departures_s[0]} to {departures_s[-1]} seconds, or ask within the window.",
        )


class _Question(NamedTuple):
    """What the kernels read. `last_by` gives, for each second of the window, the last departure by then."""

    profile_offsets: np.ndarray
    board_s: np.ndarray
    arrival_s: np.ndarray
    access: Walks
    departures_s: np.ndarray
    last_by: np.ndarray
    walk_s: np.ndarray
    horizon_s: int


def _question(
    profiles: Profiles, access: StopWalks, departures_s: np.ndarray, walk_s: np.ndarray
) -> _Question:
    departures_s, walk_s = frozen_array(departures_s, np.int32), frozen_array(walk_s, np.int32)
    _require_fitting(profiles, access, departures_s, walk_s)
    seconds = np.arange(departures_s[0], departures_s[-1] + 1)
    last_by = frozen_array(np.searchsorted(departures_s, seconds, side="right") - 1, np.int32)
    return _Question(
        profiles.offsets,
        profiles.departure_s,
        profiles.arrival_s,
        access.arrays,
        departures_s,
        last_by,
        walk_s,
        profiles.horizon_s,
    )


@compiled
def _times_from(origin: int, question: _Question, times: np.ndarray) -> None:
    """Write one origin's travel times."""
    offsets, board_s, arrival_s, access, departures_s, last_by, walk_s, horizon_s = question
    row, stop, seconds = access
    first, span, last = departures_s[0], len(last_by), len(departures_s) - 1
    times[:] = UNREACHED
    for k in range(row[origin], row[origin + 1]):
        # A stop farther off than the facility itself, and all that follow in the row, cannot help.
        if seconds[k] >= walk_s[origin] or seconds[k] > horizon_s:
            break
        leave = first + seconds[k]
        # Each entry serves the last departure that still catches it; those before it may wait for it.
        for e in range(offsets[stop[k]], offsets[stop[k] + 1]):
            since = board_s[e] - leave
            if since < 0:
                continue
            m = last_by[since] if since < span else last
            times[m] = min(times[m], arrival_s[e])
            if m == last:
                break
    arrival = UNREACHED
    for m in range(last, -1, -1):
        arrival = min(arrival, times[m])
        took = min(arrival - departures_s[m], walk_s[origin])
        times[m] = took if took <= horizon_s else UNREACHED


@compiled
def _fill_times(question: _Question, begin: int, end: int, times: np.ndarray) -> None:
    for origin in range(begin, end):
        _times_from(origin, question, times[origin])


@compiled
def _fill_ranked(question: _Question, begin: int, end: int, ranks: np.ndarray, result: np.ndarray) -> None:
    times = np.empty(len(question.departures_s), np.int32)
    for origin in range(begin, end):
        _times_from(origin, question, times)
        for p in range(len(ranks)):
            result[origin, p] = _ranked(times, ranks[p])


@compiled
def _rank_rows(times: np.ndarray, begin: int, end: int, ranks: np.ndarray, result: np.ndarray) -> None:
    for origin in range(begin, end):
        for p in range(len(ranks)):
            result[origin, p] = _ranked(times[origin], ranks[p])


@compiled
def _ranked(times: np.ndarray, rank: int) -> int:
    """Return the rank-th smallest time by halving the range it lies in: counting is what processors do fastest."""
    low, high = times.min(), times.max()
    while low < high:
        middle = (np.int64(low) + np.int64(high)) >> 1
        count = 0
        for m in range(len(times)):
            count += times[m] <= middle
        if count >= rank:
            high = middle
        else:
            low = middle + 1
    return low
