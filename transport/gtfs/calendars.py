"""On which days each service runs: calendar.txt, calendar_dates.txt, or both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from transport.gtfs.faults import shown_all
from transport.gtfs.tables import Feed
from transport.gtfs.values import dates, first_of_each, whole_numbers

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ADDED, REMOVED = 1, 2
# A feed that says "until 2099" is cut by its publisher before it is of use here.
MOST_SERVICE_DAYS = 20_000_000


def service_days(feed: Feed) -> pd.DataFrame:
    """Return the days of each service.

    Parameters
    ----------
    feed : Feed
        With a calendar, calendar dates (exceptions), or both.

    Returns
    -------
    DataFrame
        ``service_id`` and ``date`` (datetime64[s], midnight), one row for each day a service runs, sorted by both.
        Of a day that is both added and removed, the removal counts.
    """
    if not {"calendar", "calendar_dates"} & set(feed.tables):
        feed.faults.add_fatal("calendar.txt", "both this file and calendar_dates.txt are missing")
    regular = _regular_days(feed)
    exceptions = _exceptions(feed)
    added = exceptions.loc[exceptions["type"] == ADDED, ["service_id", "date"]]
    removed = exceptions.loc[exceptions["type"] == REMOVED, ["service_id", "date"]]
    days = pd.concat([regular, added], ignore_index=True).drop_duplicates()
    gone = pd.MultiIndex.from_frame(days).isin(pd.MultiIndex.from_frame(removed))
    days = days[~gone].sort_values(["service_id", "date"], ignore_index=True)
    if days.empty and not feed.faults.fatal:
        feed.faults.add_fatal("calendar.txt", "no service runs on any day")
    return days


def _regular_days(feed: Feed) -> pd.DataFrame:
    """Return the days that calendar.txt gives by weekday and first and last day."""
    file, faults = "calendar.txt", feed.faults
    table = first_of_each(feed.table("calendar"), "service_id", file, faults)
    first, no_first = dates(table["start_date"], file, faults)
    last, no_last = dates(table["end_date"], file, faults)
    weekdays = [whole_numbers(table[day], file, faults, allowed=_yes_or_no) for day in WEEKDAYS]
    runs = np.column_stack([values == 1 for values, _ in weekdays])
    bad = no_first | no_last | np.any([bad for _, bad in weekdays], axis=0)
    back = ~bad & (last < first)
    faults.add_rows(file, table.index[back], "ends before it starts; left out", "error", column="end_date")
    good = ~(bad | back)
    first, last, runs, ids = first[good], last[good], runs[good], table["service_id"].to_numpy(object)[good]
    length = (last - first).astype(np.int64) + 1
    if length.sum() > MOST_SERVICE_DAYS:
        faults.add_fatal(
            file, f"services run on more than {MOST_SERVICE_DAYS:,} days in all", column="end_date"
        )
        length = length[:0]
    which = np.repeat(np.arange(len(length)), length)
    day = first[which] + (np.arange(len(which)) - np.repeat(np.cumsum(length) - length, length))
    # Day 0 of numpy's calendar, 1 January 1970, was a Thursday.
    on = runs[which, (day.astype(np.int64) + 3) % 7] if len(which) else np.array([], dtype=bool)
    return _days(ids[which[on]], day[on])


def _exceptions(feed: Feed) -> pd.DataFrame:
    """Return the rows of calendar_dates.txt: ``service_id, date, type``."""
    file, faults = "calendar_dates.txt", feed.faults
    table = feed.table("calendar_dates")
    day, no_day = dates(table["date"], file, faults)
    kind, no_kind = whole_numbers(table["exception_type"], file, faults, allowed=_added_or_removed)
    blank = (table["service_id"] == "").to_numpy()
    faults.add_rows(file, table.index[blank], "the id is blank; left out", "error", column="service_id")
    good = ~(no_day | no_kind | blank)
    days = _days(table["service_id"].to_numpy(object)[good], day[good])
    again = days.duplicated().to_numpy()
    saying = "has this day more than once; a removal counts before an addition"
    rows = table.index[good][again]
    faults.add_rows(file, rows, shown_all(days["service_id"][again], saying), "warning", column="service_id")
    return days.assign(type=kind[good])


def _days(service_id: np.ndarray, day: np.ndarray) -> pd.DataFrame:
    ids = pd.Series(service_id, dtype="str")
    return pd.DataFrame({"service_id": ids, "date": day.astype("datetime64[s]")})


def _yes_or_no(values: np.ndarray) -> np.ndarray:
    return values <= 1


def _added_or_removed(values: np.ndarray) -> np.ndarray:
    return (values == ADDED) | (values == REMOVED)
