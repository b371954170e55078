"""The list of what is wrong with a feed: each fault with its feed, file, row and column."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from study.errors import DataError, SourceError

# An error leaves something out, a warning is mended or suspicious, a note is as the feed wants it but worth knowing.
SEVERITIES = ("error", "warning", "note")
COLUMNS = ("feed", "file", "row", "column", "fault", "severity")
MOST_FAULTS_SHOWN = 20
LONGEST_VALUE_SHOWN = 40


class FaultList:
    """What is wrong with one feed, in the order in which it was found.

    Parameters
    ----------
    feed : str
        The feed's name.
    """

    def __init__(self, feed: str) -> None:
        self.feed = feed
        self.fatal: list[str] = []
        self.is_unreadable = False
        self._parts: list[pd.DataFrame] = []

    def add(self, file: str, fault: str, severity: str, *, row: int | None = None, column: str = "") -> None:
        """List one fault.

        Parameters
        ----------
        file : str
            Name of the file inside the feed, e.g. ``"stops.txt"``.
        fault : str
            What is wrong and what came of it, in plain words.
        severity : str
            One of `SEVERITIES`.
        row : int, optional
            The row of the file, its header being row 1.
        column : str, optional
            The column's name.
        """
        self.add_rows(file, [row], fault, severity, column=column)

    def add_rows(
        self,
        file: str,
        rows: Iterable[int | None],
        fault: str | Iterable[str],
        severity: str,
        *,
        column: str = "",
    ) -> None:
        """List a fault of many rows; `fault` is one text for all or one for each. No rows add nothing."""
        rows = list(rows)
        if not rows:
            return
        part = pd.DataFrame({"row": pd.array(rows, dtype="Int64")})
        part["feed"], part["file"], part["column"], part["severity"] = self.feed, file, column, severity
        part["fault"] = fault if isinstance(fault, str) else list(fault)
        self._parts.append(part[list(COLUMNS)])

    def add_fatal(self, file: str, fault: str, *, column: str = "", is_unreadable: bool = False) -> None:
        """List a fault that makes the whole feed useless; `is_unreadable` where it is no feed at all."""
        self.fatal.append(": ".join(part for part in (self.feed, file, column, fault) if part))
        self.is_unreadable |= is_unreadable
        self.add(file, fault, "error", column=column)

    def table(self) -> pd.DataFrame:
        """Return the faults: ``feed, file, row`` (Int64, missing where it is about a whole file) ``, column, fault,
        severity``.
        """  # noqa: D205
        return joined(self._parts)


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return tables of faults as one, with the same columns even when there are none."""
    filled = [part for part in parts if len(part)]
    if filled:
        return pd.concat(filled, ignore_index=True)
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})
    return empty.astype({"row": "Int64"})


def require_usable(lists: Iterable[FaultList]) -> None:
    """Raise if any feed cannot be used at all, naming everything that makes it so in all of them.

    Raises
    ------
    SourceError
        If a feed is not there, or is not a zip or folder of GTFS files.
    DataError
        If a feed lacks a file or column that it must have, or has nothing usable in one.
    """
    lists = list(lists)
    found = [fault for faults in lists for fault in faults.fatal]
    if not found:
        return
    more = f" ... and {len(found) - MOST_FAULTS_SHOWN} more" if len(found) > MOST_FAULTS_SHOWN else ""
    kind = SourceError if any(faults.is_unreadable for faults in lists) else DataError
    raise kind(
        "The timetable cannot be read: " + "; ".join(found[:MOST_FAULTS_SHOWN]) + more,
        where=", ".join(faults.feed for faults in lists if faults.fatal),
        do="Fetch the feed again, name another file for it, or leave it out.",
    )


def shown(value: str) -> str:
    """Return a value from a feed as it can stand in a message: short, on one line, in quotation marks."""
    cut = value if len(value) <= LONGEST_VALUE_SHOWN else value[:LONGEST_VALUE_SHOWN] + "…"
    return repr(cut)


def shown_all(values: Iterable[str], saying: str) -> list[str]:
    """Return each value followed by the same words."""
    return [f"{shown(str(value))} {saying}" for value in np.asarray(values, dtype=object)]
