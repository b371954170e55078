"""Reading the columns we need from a published table, and saying exactly what is wrong when they differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from study.errors import DataError, SourceError
from study.tables import MOST_FAULTS_SHOWN, require_table

MOST_COLUMNS_SHOWN = 40


def plain_header(text: str) -> str:
    """Return a column's name reduced for comparison: no case, byte order mark, double space or "(2021)".

    Publishers move the year in brackets from release to release; what the column says stays the same.
    """
    text = re.sub(r"\(\d{4}\)", " ", str(text).removeprefix("\ufeff"))
    return re.sub(r"\s+", " ", text).strip().casefold()


def find_column(header: Iterable[str], wanted: str, *, starts: bool = False) -> str | None:
    """Return the one column that is `wanted`, exactly or but for its year; None if there is not just one.

    Parameters
    ----------
    header : iterable of str
        The published names.
    wanted : str
        The name looked for.
    starts : bool
        Whether the published name may go on after `wanted` (explanations in brackets vary).
    """
    header = list(header)
    if wanted in header:
        return wanted
    aim = plain_header(wanted)
    found = [h for h in header if plain_header(h) == aim]
    if not found and starts:
        found = [h for h in header if plain_header(h).startswith(aim)]
    return found[0] if len(found) == 1 else None


def require_columns(
    header: Iterable[str], wanted: Mapping[str, str], *, where: str, starts: bool = False
) -> dict[str, str]:
    """Return our column name -> the published one as it really stands in the file.

    Raises
    ------
    DataError
        Naming every column looked for and not found, and what is there instead.
    """
    header = [str(h) for h in header]
    found = {ours: find_column(header, published, starts=starts) for ours, published in wanted.items()}
    absent = [f"'{wanted[ours]}'" for ours, published in found.items() if published is None]
    if absent:
        there = [f"'{h[:70]}'" for h in header[:MOST_COLUMNS_SHOWN]]
        more = f" and {len(header) - len(there)} more" if len(header) > len(there) else ""
        raise DataError(
            f"Column{'s' if len(absent) > 1 else ''} not found: {', '.join(absent)}. "
            f"The file has: {', '.join(there)}{more}.",
            where=where,
            do="If the publisher renamed it, say so under `columns` or `where` in the study area's file.",
        )
    return {ours: published for ours, published in found.items() if published is not None}


def read_header(path: Path) -> list[str]:
    """Return the column names of a CSV file.

    Raises
    ------
    SourceError
        If the file cannot be read as a table.
    """
    return [str(h).removeprefix("\ufeff") for h in _read_csv(path, nrows=0).columns]


def read_rows(
    path: Path, columns: Mapping[str, str], *, where: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read some columns of a CSV file as text.

    Everything is read as text, so that codes keep their leading zeros and a wrong number can be quoted.

    Parameters
    ----------
    path : Path
        The file; a byte order mark is tolerated.
    columns : mapping
        Our column name -> the publisher's.
    where : mapping, optional
        Publisher's column -> the value a row must have to be kept.

    Returns
    -------
    DataFrame
        Our columns, indexed by the line in the file.

    Raises
    ------
    SourceError
        If the file cannot be read as a table.
    DataError
        If a column is missing, or no row is left.
    """
    where = where or {}
    header = read_header(path)
    found = require_columns(header, columns, where=str(path))
    conditions = require_columns(header, {c: c for c in where}, where=str(path))
    # A comma at the end of every line must not shift the columns, nor an empty line the numbers of the lines.
    options = {"index_col": False, "skip_blank_lines": False}
    table = _read_csv(path, usecols=sorted({*found.values(), *conditions.values()}), **options)
    table.index = pd.RangeIndex(2, len(table) + 2, name="line")
    table = table.dropna(how="all")
    for column, value in where.items():
        table = table[table[conditions[column]].str.strip() == value]
    if table.empty:
        raise no_rows_left(where, path)
    return pd.DataFrame({ours: table[published].str.strip() for ours, published in found.items()})


def no_rows_left(where: Mapping[str, str], path: Path) -> DataError:
    """Return the error for a file of which nothing belongs to the study area."""
    wanted = " and ".join(f"{column} = '{value}'" for column, value in where.items())
    return DataError(
        f"No row has {wanted}." if wanted else "The file has no rows.",
        where=str(path),
        do="Check that the file covers this place, and the codes under `where` in the study area's file.",
    )


def _read_csv(path: Path, **options: object) -> pd.DataFrame:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return pd.read_csv(
                path, dtype=str, encoding=encoding, keep_default_na=False, na_values=[""], **options
            )
        except UnicodeDecodeError:
            # Some publishers still write Windows' own code page.
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise _not_a_table(path, str(error)) from error
    raise _not_a_table(path, "its text is in no encoding we know")


def _not_a_table(path: Path, why: str) -> SourceError:
    return SourceError(
        f"The file cannot be read as CSV: {why.strip()}.",
        where=str(path),
        do="Fetch it again; a web page or a spreadsheet may have been saved under its name.",
    )


def coded_numbers(
    rows: pd.DataFrame, columns: Mapping[str, str], *, code: str, whole: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Turn text into numbers, indexed by code.

    Parameters
    ----------
    rows : DataFrame
        Text, indexed by line, with the columns `code` and those of `columns`.
    columns : mapping
        Our names of the number columns -> the publisher's, for the messages.
    code : str
        The column that becomes the index.
    whole : bool
        Round to whole numbers, none of which may be empty; else an empty cell is a missing number.

    Returns
    -------
    tuple of DataFrame and list of str
        The rows that are whole, and a sentence for each cell that is not a number.
    """
    faults, bad = [], np.zeros(len(rows), dtype=bool)
    numbers = {}
    for ours, published in columns.items():
        values = pd.to_numeric(rows[ours], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        empty = rows[ours].isna().to_numpy()
        wrong = ~np.isfinite(values) & ~(empty & (not whole))
        for line, unit, text in rows[[code, ours]][wrong].itertuples():
            said = "is empty" if pd.isna(text) else f"{str(text)[:60]!r} is not a number"
            faults.append(f"line {line}, row {unit}, column '{published}': {said}")
        bad |= wrong
        numbers[ours] = values
    table = pd.DataFrame(numbers, index=pd.Index(rows[code].astype("str"), name=code))[~bad]
    return (table.round().astype(np.int64) if whole else table), faults


def require_rows(name: str, table: pd.DataFrame, faults: list[str], *, where: str) -> pd.DataFrame:
    """Check a table, and raise its faults together with those already met while reading it.

    Raises
    ------
    DataError
        If there are any.
    """
    if not faults:
        return require_table(name, table, where=where)
    shown = faults[:MOST_FAULTS_SHOWN]
    more = f" ... and {len(faults) - len(shown)} more" if len(faults) > len(shown) else ""
    said = "; ".join(shown) + more
    try:
        require_table(name, table, where=where)
    except DataError as error:
        said += ". " + error.what
    raise DataError(
        f"The file has {len(faults)} unreadable cell{'s' if len(faults) > 1 else ''}: {said}",
        where=where,
        do="Correct these cells in the source, or name another file for this table.",
    )


def require_all(codes: pd.Index, wanted: pd.Index, *, what: str, where: str) -> None:
    """Raise unless every wanted code is there.

    Raises
    ------
    DataError
        Listing the codes that are missing.
    """
    absent = wanted.difference(codes)
    if len(absent):
        shown = ", ".join(absent[:MOST_FAULTS_SHOWN])
        more = f" and {len(absent) - MOST_FAULTS_SHOWN} more" if len(absent) > MOST_FAULTS_SHOWN else ""
        raise DataError(
            f"{len(absent)} of {len(wanted)} {what} are missing from the file: {shown}{more}.",
            where=where,
            do="Use the publisher's whole file of the same vintage of codes.",
        )
