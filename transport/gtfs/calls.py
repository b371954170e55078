"""Stop times, checked and completed: the calls of each trip in order, with every time known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from transport.gtfs.faults import shown_all
from transport.gtfs.tables import Feed
from transport.gtfs.values import NO_TIME, numbers, times_s, whole_numbers

FILE = "stop_times.txt"
# pickup_type and drop_off_type: 0 as usual, 1 not at all, 2 by telephone, 3 by arrangement with the driver.
AS_USUAL, NOT_AT_ALL, BY_TELEPHONE, BY_ASKING = range(4)


@dataclass
class Calls:
    """Calls of trips at stops, sorted by trip and then in the order of travel; arrays of one length.

    `row` is the row of the file, `trip` and `stop` are positions, -1 where there is no such one; times are seconds
    after service midnight, `NO_TIME` where blank; `along` is the distance along the way, missing where not said.
    """

    row: np.ndarray
    trip: np.ndarray
    stop: np.ndarray
    sequence: np.ndarray
    arrival_s: np.ndarray
    departure_s: np.ndarray
    pickup: np.ndarray
    drop_off: np.ndarray
    along: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    def taken(self, which: np.ndarray) -> Calls:
        """Return some of the calls, by position or by a mask."""
        return Calls(**{name: values[which] for name, values in vars(self).items()})


def calls_of(feed: Feed, trips: pd.DataFrame, usable: np.ndarray, stop_ids: pd.Index) -> tuple[Calls, dict]:
    """Return the calls of all trips without a fault, blank times filled in.

    Parameters
    ----------
    feed : Feed
        With stop_times.txt.
    trips : DataFrame
        From `transport.gtfs.trips.trips_of`.
    usable : ndarray of bool
        Trips that may be read; others are left out without another word.
    stop_ids : Index
        The boarding points.

    Returns
    -------
    tuple of Calls and dict
        The calls, and counts: ``calls_in_file``, ``trips_without_times``, ``trips_left_out``,
        ``times_interpolated``, ``calls_by_arrangement``.

    Notes
    -----
    A trip is left out, and each reason listed, when one of its calls is at no known stop, has no whole sequence
    number, has that of another call, or a time that is none or lies before the time before it; when its first or
    last call has no time; and when it has fewer than two calls. A call with one of its two times has both alike.
    """
    calls, faulty = _parsed(feed, trips, stop_ids)
    counts = {"calls_in_file": len(feed.table("stop_times"))}
    is_bad = ~usable | (np.bincount(calls.trip[faulty], minlength=len(trips)) > 0)
    known = usable[calls.trip]
    is_bad |= _repeated(calls, known, len(trips), feed)
    without = _without_times(calls, trips, usable & ~is_bad, feed)
    counts["trips_without_times"] = int(without.sum())
    is_bad |= without
    is_bad |= _open_ended(calls, ~is_bad, feed)
    is_bad |= _backwards(calls, known & ~is_bad[calls.trip], len(trips), feed)
    is_bad |= _too_short(calls, trips, usable & ~is_bad, feed)
    counts["trips_left_out"] = int(is_bad.sum())
    calls = calls.taken(~is_bad[calls.trip])
    counts["times_interpolated"] = _interpolate(calls)
    if counts["times_interpolated"]:
        words = f"{counts['times_interpolated']:,} calls have no time; filled in between their neighbours"
        feed.faults.add(FILE, words, "note", column="arrival_time")
    by_arrangement = (calls.pickup > NOT_AT_ALL) | (calls.drop_off > NOT_AT_ALL)
    counts["calls_by_arrangement"] = int(by_arrangement.sum())
    return calls, counts


def _parsed(feed: Feed, trips: pd.DataFrame, stop_ids: pd.Index) -> tuple[Calls, np.ndarray]:
    """Return the calls of known trips as numbers, in order, and which have a fault in themselves."""
    table, faults = feed.table("stop_times"), feed.faults
    trip = pd.Index(trips["trip_id"]).get_indexer(table["trip_id"])
    unknown = trip < 0
    saying = "is not a trip of trips.txt; the row is left out"
    faults.add_rows(
        FILE, table.index[unknown], shown_all(table["trip_id"][unknown], saying), "error", column="trip_id"
    )
    table, trip = table[~unknown], trip[~unknown]
    left_out = "the trip is left out"
    stop = stop_ids.get_indexer(table["stop_id"])
    nowhere = stop < 0
    saying = f"is not a stop with a position; {left_out}"
    faults.add_rows(
        FILE, table.index[nowhere], shown_all(table["stop_id"][nowhere], saying), "error", column="stop_id"
    )
    sequence, no_sequence = whole_numbers(table["stop_sequence"], FILE, faults, doing=left_out)
    arrival, no_arrival = times_s(table["arrival_time"], FILE, faults)
    departure, no_departure = times_s(table["departure_time"], FILE, faults)
    pickup, drop_off = (
        whole_numbers(
            table[name],
            FILE,
            faults,
            allowed=lambda values: values <= BY_ASKING,
            blank=AS_USUAL,
            doing="taken as not at all",
            severity="warning",
        )[0]
        for name in ("pickup_type", "drop_off_type")
    )
    calls = Calls(
        row=table.index.to_numpy(),
        trip=trip,
        stop=stop,
        sequence=sequence,
        arrival_s=np.where((arrival == NO_TIME) & ~no_arrival, departure, arrival),
        departure_s=np.where((departure == NO_TIME) & ~no_departure, arrival, departure),
        pickup=np.where(pickup < 0, NOT_AT_ALL, pickup),
        drop_off=np.where(drop_off < 0, NOT_AT_ALL, drop_off),
        along=numbers(table["shape_dist_traveled"]),
    )
    order = np.lexsort((sequence, trip))
    return calls.taken(order), (nowhere | no_sequence | no_arrival | no_departure)[order]


def _list(feed: Feed, rows: np.ndarray, fault: str, column: str) -> None:
    feed.faults.add_rows(FILE, rows, f"{fault}; the trip is left out", "error", column=column)


def _repeated(calls: Calls, known: np.ndarray, trip_count: int, feed: Feed) -> np.ndarray:
    """Return the trips with two calls of one number, and list those."""
    same = np.zeros(len(calls), dtype=bool)
    same[1:] = (calls.trip[1:] == calls.trip[:-1]) & (calls.sequence[1:] == calls.sequence[:-1])
    same &= known & (calls.sequence >= 0)
    _list(feed, calls.row[same], "the trip has another call with this number", "stop_sequence")
    return np.bincount(calls.trip[same], minlength=trip_count) > 0


def _without_times(calls: Calls, trips: pd.DataFrame, usable: np.ndarray, feed: Feed) -> np.ndarray:
    """Return the trips that have calls but no time at any of them, and list those."""
    timed = np.bincount(calls.trip[calls.arrival_s != NO_TIME], minlength=len(trips))
    called = np.bincount(calls.trip, minlength=len(trips))
    without = usable & (called > 0) & (timed == 0)
    saying = "has no time at any stop; left out"
    feed.faults.add_rows(
        "trips.txt",
        trips["row"][without],
        shown_all(trips["trip_id"][without], saying),
        "error",
        column="trip_id",
    )
    return without


def _open_ended(calls: Calls, usable: np.ndarray, feed: Feed) -> np.ndarray:
    """Return the trips without a time at their first or last call, and list those."""
    ends = np.ones(len(calls), dtype=bool)
    inner = (calls.trip[1:-1] == calls.trip[:-2]) & (calls.trip[1:-1] == calls.trip[2:])
    ends[1:-1] = ~inner
    untimed = ends & (calls.arrival_s == NO_TIME) & usable[calls.trip]
    _list(feed, calls.row[untimed], "the first or last call has no time", "arrival_time")
    return np.bincount(calls.trip[untimed], minlength=len(usable)) > 0


def _backwards(calls: Calls, known: np.ndarray, trip_count: int, feed: Feed) -> np.ndarray:
    """Return the trips that would travel back in time, and list where they do."""
    timed = known & (calls.arrival_s != NO_TIME) & (calls.departure_s != NO_TIME)
    given = calls.taken(timed)
    leaves_early = given.departure_s < given.arrival_s
    _list(feed, given.row[leaves_early], "departs before it arrives", "departure_time")
    early = np.zeros(len(given), dtype=bool)
    early[1:] = (given.trip[1:] == given.trip[:-1]) & (given.arrival_s[1:] < given.departure_s[:-1])
    _list(feed, given.row[early], "arrives before it left the stop before", "arrival_time")
    return np.bincount(given.trip[early | leaves_early], minlength=trip_count) > 0


def _too_short(calls: Calls, trips: pd.DataFrame, usable: np.ndarray, feed: Feed) -> np.ndarray:
    """Return the trips with fewer than two calls, and list those."""
    count = np.bincount(calls.trip, minlength=len(trips))
    short = usable & (count < 2)
    saying = "calls at fewer than two stops; left out"
    feed.faults.add_rows(
        "trips.txt",
        trips["row"][short],
        shown_all(trips["trip_id"][short], saying),
        "error",
        column="trip_id",
    )
    return short


def _interpolate(calls: Calls) -> int:
    """Fill in the blank times between known ones, and return how many calls had none.

    By distance along the way where every call of the gap has one and they grow, else in equal steps; rounded down to
    the second, so that a time never passes the next.
    """
    at = np.arange(len(calls))
    timed = calls.arrival_s != NO_TIME
    if timed.all():
        return 0
    before = np.maximum.accumulate(np.where(timed, at, -1))
    after = np.minimum.accumulate(np.where(timed, at, len(calls))[::-1])[::-1]
    # A gap is named by the known call before it; its steps are from there to the known call after it.
    shrinks = ~(np.diff(calls.along) >= 0)
    gap_of_step = before[:-1]
    by_distance = np.bincount(gap_of_step[shrinks], minlength=len(calls)) == 0
    blank = ~timed
    start, end = before[blank], after[blank]
    span = calls.along[end] - calls.along[start]
    along = by_distance[start] & (span > 0)
    share = (at[blank] - start) / (end - start)
    share[along] = (calls.along[blank] - calls.along[start])[along] / span[along]
    left, reached = calls.departure_s[start], calls.arrival_s[end]
    # A hair's breadth of binary rounding must not cost a second.
    filled = left + np.floor(share * (reached - left) + 1e-9).astype(np.int64)
    calls.arrival_s[blank] = filled
    calls.departure_s[blank] = filled
    return int(blank.sum())
