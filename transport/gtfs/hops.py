"""From calls to hops, a vehicle's ride from one stop to its next, with trips that run every so often written out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from transport.gtfs.calls import BY_ASKING, BY_TELEPHONE, NOT_AT_ALL, Calls
from transport.gtfs.faults import shown_all
from transport.gtfs.tables import Feed
from transport.gtfs.values import NO_TIME, times_s, whole_numbers

# How a trip's times are meant: as printed; every so often, at exactly these times; about every so often.
AS_PRINTED, EXACT, ABOUT = "as printed", "every, exactly", "every, about"
# More than a national feed has; a headway of a second would make a feed of any size.
MOST_RUNS = 1_000_000
MOST_HOPS = 60_000_000
# A feed that says of this share of its trips that nobody boards at their last call says so of every trip that ends.
MARKS_ENDS_SHARE = 0.2


def hops_of(calls: Calls, *, by_arrangement: bool) -> pd.DataFrame:
    """Return the hops between the calls of each trip.

    Parameters
    ----------
    calls : Calls
        In order, with all times.
    by_arrangement : bool
        Whether stops where one must telephone or ask the driver first count as served.

    Returns
    -------
    DataFrame
        ``trip, sequence`` (the number of the call it leaves), ``from_stop, to_stop, departure_s, arrival_s`` (int32),
        ``can_board`` (at `from_stop`), ``can_alight`` (at `to_stop`).
    """
    pair = np.flatnonzero(calls.trip[1:] == calls.trip[:-1])
    not_served = _not_served(by_arrangement)
    return pd.DataFrame(
        {
            "trip": calls.trip[pair].astype(np.int32),
            "sequence": calls.sequence[pair].astype(np.int32),
            "from_stop": calls.stop[pair].astype(np.int32),
            "to_stop": calls.stop[pair + 1].astype(np.int32),
            "departure_s": calls.departure_s[pair].astype(np.int32),
            "arrival_s": calls.arrival_s[pair + 1].astype(np.int32),
            "can_board": ~np.isin(calls.pickup[pair], not_served),
            "can_alight": ~np.isin(calls.drop_off[pair + 1], not_served),
        }
    )


def _not_served(by_arrangement: bool) -> list[int]:
    return [NOT_AT_ALL] if by_arrangement else [NOT_AT_ALL, BY_TELEPHONE, BY_ASKING]


def onward_of(calls: Calls, *, by_arrangement: bool) -> pd.Series:
    """Return how long each trip that goes on beyond the feed waits at its last call in it.

    A feed cut to a city has trips that can still be boarded at their last call: they are departures, though nobody
    knows where to. They are told from trips that end by the feed's own word that nobody boards where those do; a feed
    that says it of too few trips (`MARKS_ENDS_SHARE`) does not say it at all, and all of its trips end.

    Parameters
    ----------
    calls, by_arrangement
        As in `hops_of`.

    Returns
    -------
    Series of Int32
        Seconds, by trip; missing for a trip that ends.
    """
    last = np.ones(len(calls), dtype=bool)
    last[:-1] = calls.trip[1:] != calls.trip[:-1]
    ends = calls.taken(last)
    marked = np.isin(ends.pickup, _not_served(by_arrangement))
    if not len(ends) or (ends.pickup == NOT_AT_ALL).mean() < MARKS_ENDS_SHARE:
        marked[:] = True
    waits_s = pd.Series(ends.departure_s - ends.arrival_s, index=ends.trip, dtype="Int32")
    return waits_s.mask(marked)


def with_frequencies(
    feed: Feed, trips: pd.DataFrame, hops: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    """Replace trips that frequencies.txt repeats by one trip for each run.

    A run leaves the first stop at ``start_time`` and every ``headway_secs`` after it, strictly before ``end_time``;
    its other times keep their distance from that. With ``exact_times`` 0 or blank nobody knows the real times: the
    runs stand for them, in the right number and at the right distance.

    Parameters
    ----------
    feed : Feed
        With or without frequencies.txt.
    trips, hops : DataFrame
        Trips from 0, and their hops in order.

    Returns
    -------
    tuple of DataFrame, DataFrame and dict
        Trips and hops; runs have ``trip_id`` with the time they leave, ``timing`` says how a trip's times are meant
        (`AS_PRINTED`, `EXACT` or `ABOUT`). Counts: ``runs_exact``, ``runs_about``. A trip all of whose rows in
        frequencies.txt are faulty is left out.
    """
    trips = trips.assign(timing=AS_PRINTED)
    counts = {"runs_exact": 0, "runs_about": 0}
    if not len(feed.table("frequencies")):
        return trips, hops, counts
    rows, named = _rows(feed, trips, hops)
    runs = _runs(rows, hops, len(trips), feed)
    counts["runs_exact"] = int(runs["exact"].sum())
    counts["runs_about"] = int(len(runs) - counts["runs_exact"])
    kept = np.setdiff1d(np.arange(len(trips)), named)
    source = np.concatenate([kept, runs["trip"]])
    shift_s = np.concatenate([np.zeros(len(kept), dtype=np.int64), runs["shift_s"]])
    every = trips.iloc[source].reset_index(drop=True)
    run = slice(len(kept), None)
    every.loc[run, "timing"] = np.where(runs["exact"], EXACT, ABOUT)
    left = [_clock(int(second)) for second in runs["leaves_s"]]
    every.loc[run, "trip_id"] = [f"{t}@{at}" for t, at in zip(every["trip_id"][run], left, strict=True)]
    return every, _repeated(hops, source, shift_s, len(trips)), counts


def _rows(feed: Feed, trips: pd.DataFrame, hops: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the good rows of frequencies.txt, and the trips that any row names."""
    file, faults, table = "frequencies.txt", feed.faults, feed.table("frequencies")
    trip = pd.Index(trips["trip_id"]).get_indexer(table["trip_id"])
    in_feed = table["trip_id"].isin(feed.table("trips")["trip_id"]).to_numpy()
    saying = "is not a trip of trips.txt; the row is left out"
    faults.add_rows(
        file, table.index[~in_feed], shown_all(table["trip_id"][~in_feed], saying), "error", column="trip_id"
    )
    left_out = "the row is left out"
    start, bad_start = times_s(table["start_time"], file, faults, doing=left_out)
    end, bad_end = times_s(table["end_time"], file, faults, doing=left_out)
    headway, bad_headway = whole_numbers(table["headway_secs"], file, faults, allowed=lambda s: s > 0)
    exact, bad_exact = whole_numbers(table["exact_times"], file, faults, allowed=lambda v: v <= 1, blank=0)
    blank = ((start == NO_TIME) & ~bad_start) | ((end == NO_TIME) & ~bad_end)
    faults.add_rows(
        file, table.index[blank], f"has no start or end; {left_out}", "error", column="start_time"
    )
    bad = blank | bad_start | bad_end | bad_headway | bad_exact
    never = ~bad & (end <= start)
    faults.add_rows(
        file, table.index[never], f"ends before it starts; {left_out}", "error", column="end_time"
    )
    good = ~bad & ~never & (trip >= 0)
    rows = pd.DataFrame(
        {"trip": trip, "start_s": start, "end_s": end, "headway_s": headway, "exact": exact == 1},
        index=table.index,
    )[good]
    rows = rows.sort_values(["trip", "start_s"])
    overlaps = (rows["trip"].shift() == rows["trip"]) & (rows["start_s"] < rows["end_s"].shift())
    saying = "a period of the same trip that starts earlier is not over; both run"
    faults.add_rows(file, rows.index[overlaps], saying, "warning", column="start_time")
    return rows, np.unique(trip[trip >= 0])


def _runs(rows: pd.DataFrame, hops: pd.DataFrame, trip_count: int, feed: Feed) -> pd.DataFrame:
    """Return each run of the repeated trips: ``trip, leaves_s, shift_s, exact``."""
    count = -(-(rows["end_s"] - rows["start_s"]).to_numpy() // rows["headway_s"].to_numpy())
    length = np.bincount(hops["trip"], minlength=trip_count)[rows["trip"]]
    if count.sum() > MOST_RUNS or (count * length).sum() > MOST_HOPS:
        feed.faults.add_fatal(
            "frequencies.txt", f"makes more than {MOST_RUNS:,} trips", column="headway_secs"
        )
        rows, count = rows.iloc[:0], count[:0]
    which = np.repeat(np.arange(len(rows)), count)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    leaves_s = rows["start_s"].to_numpy()[which] + nth * rows["headway_s"].to_numpy()[which]
    trip = rows["trip"].to_numpy()[which]
    first = hops.drop_duplicates("trip").set_index("trip")["departure_s"]
    shift_s = leaves_s - first.reindex(trip).to_numpy()
    return pd.DataFrame(
        {"trip": trip, "leaves_s": leaves_s, "shift_s": shift_s, "exact": rows["exact"].to_numpy()[which]}
    )


def _repeated(hops: pd.DataFrame, source: np.ndarray, shift_s: np.ndarray, trip_count: int) -> pd.DataFrame:
    """Return the hops of trips made from others: trip ``i`` is trip ``source[i]``, `shift_s` later."""
    length = np.bincount(hops["trip"], minlength=trip_count)
    start = np.cumsum(length) - length
    copies = length[source]
    which = np.repeat(np.arange(len(source)), copies)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(copies) - copies, copies)
    made = hops.iloc[start[source][which] + nth].reset_index(drop=True)
    made["trip"] = which.astype(np.int32)
    for name in ("departure_s", "arrival_s"):
        made[name] = (made[name].to_numpy() + shift_s[which]).astype(np.int32)
    return made


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
