"""Turn a column of text into times, whole numbers, numbers or dates; what cannot be turned is listed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from transport.gtfs.faults import FaultList, shown_all

# No time in a column of times; a time itself is never negative.
NO_TIME = -1
_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
# Beyond ten days it is a slip of the pen, not a journey.
MOST_HOURS = 240


def times_s(
    text: pd.Series, file: str, faults: FaultList, *, doing: str = "the trip is left out"
) -> tuple[np.ndarray, np.ndarray]:
    """Return times in seconds after service midnight.

    Parameters
    ----------
    text : Series of str
        ``H:MM:SS``; hours may be 24 or more. Named for its column and indexed by row.
    file : str
        The file, for the list of faults.
    faults : FaultList
        Where to list what is not a time.
    doing : str
        What comes of such a row.

    Returns
    -------
    tuple of ndarray
        Seconds as int32, `NO_TIME` where blank or no time; and where it is no time, bool.
    """
    # A day has 86,400 times at most, so each is read once.
    codes, values = pd.factorize(text)
    read = np.array([_seconds(str(value)) for value in values] + [NO_TIME], dtype=np.int32)
    bad = np.append(read[:-1] == NO_TIME, False) & np.append(np.asarray(values, dtype=object) != "", False)
    is_bad = bad[codes]
    saying = f"is not a time (H:MM:SS, up to {MOST_HOURS} hours); {doing}"
    faults.add_rows(file, text.index[is_bad], shown_all(text[is_bad], saying), "error", column=text.name)
    return read[codes], is_bad


def _seconds(text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None:
        return NO_TIME
    hours, minutes, seconds = (int(part) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds if hours <= MOST_HOURS else NO_TIME


def whole_numbers(
    text: pd.Series,
    file: str,
    faults: FaultList,
    *,
    allowed: Callable[[np.ndarray], np.ndarray] | None = None,
    blank: int | None = None,
    doing: str = "the row is left out",
    severity: str = "error",
) -> tuple[np.ndarray, np.ndarray]:
    """Return whole numbers of 0 or more.

    Parameters
    ----------
    text : Series of str
        Named for its column and indexed by row.
    file, faults
        As in `times_s`.
    allowed : function, optional
        Which numbers are allowed.
    blank : int, optional
        What a blank stands for; without it a blank is a fault.
    doing : str
        What comes of a row that is not one.
    severity : str
        How bad it is.

    Returns
    -------
    tuple of ndarray
        int64, -1 where it is not one; and where it is not one, bool.
    """
    number = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if blank is not None:
        number = np.where(text == "", float(blank), number)
    good = np.isfinite(number) & (number >= 0) & (number < 2**31) & (number == np.floor(number))
    values = np.where(good, number, -1).astype(np.int64)
    if allowed is not None:
        good &= allowed(values)
    bad = ~good
    said = text[bad].mask(text[bad] == "", "(blank)")
    faults.add_rows(
        file,
        text.index[bad],
        shown_all(said, f"is not a number that can stand here; {doing}"),
        severity,
        column=text.name,
    )
    return np.where(good, values, -1), bad


def numbers(text: pd.Series) -> np.ndarray:
    """Return numbers as float, missing where there is none."""
    number = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(number), number, np.nan)


def dates(text: pd.Series, file: str, faults: FaultList) -> tuple[np.ndarray, np.ndarray]:
    """Return dates from ``YYYYMMDD`` as datetime64[D], and where it is no date (not-a-time there)."""
    codes, values = pd.factorize(text)
    read = np.array([_date(str(value)) for value in values], dtype="datetime64[D]")
    found = read[codes] if len(read) else np.array([], dtype="datetime64[D]")
    bad = np.isnat(found)
    saying = "is not a date (YYYYMMDD); the row is left out"
    faults.add_rows(file, text.index[bad], shown_all(text[bad], saying), "error", column=text.name)
    return found, bad


def _date(text: str) -> np.datetime64:
    if not re.fullmatch(r"[0-9]{8}", text):
        return np.datetime64("NaT", "D")
    try:
        return np.datetime64(dt.date(int(text[:4]), int(text[4:6]), int(text[6:])), "D")
    except ValueError:
        return np.datetime64("NaT", "D")


def first_of_each(table: pd.DataFrame, id_column: str, file: str, faults: FaultList) -> pd.DataFrame:
    """Return the rows with an id that no row before them has; blank and repeated ids are listed and left out."""
    ids = table[id_column]
    blank = ids == ""
    faults.add_rows(file, ids.index[blank], "the id is blank; left out", "error", column=id_column)
    again = ids.duplicated() & ~blank
    saying = "is there more than once; only its first row is read"
    faults.add_rows(file, ids.index[again], shown_all(ids[again], saying), "error", column=id_column)
    return table[~blank & ~again]
