"""Figures for each LSOA: residents, broadband, connectivity."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from prepare.columns import coded_numbers, read_rows, require_all, require_rows
from prepare.made import Made
from study.area import TableSource
from study.errors import SourceError
from study.settings import starter_folder

CONNECTIVITY_FILE = "lsoas_2021_geographical_barriers.csv"
CONNECTIVITY_COLUMNS = {
    "lsoa_code": "lsoa_code",
    "connectivity_rank": "geographical_barriers_rank",
    "connectivity_decile": "geographical_barriers_decile",
}


def population(path: Path, entry: TableSource, lsoa_codes: pd.Index) -> Made:
    """Read residents, and residents by age band where the source has them, for every LSOA.

    Parameters
    ----------
    path : Path
        CSV, one row an LSOA.
    entry : TableSource
        Its columns.
    lsoa_codes : Index
        The study area's LSOAs; all must be there.

    Returns
    -------
    Made
        Table ``population``.
    """
    table = lsoa_numbers("population", path, entry, lsoa_codes, whole=True)
    notes = [f"{table['residents'].sum():,} residents in {len(table):,} LSOAs."]
    return Made(table, notes, [f"Each of the {len(table):,} LSOAs has its residents."])


def broadband(path: Path, entry: TableSource, lsoa_codes: pd.Index) -> Made:
    """Read the broadband indicator for every LSOA; it may be empty in some.

    Parameters
    ----------
    path : Path
        CSV, one row an LSOA.
    entry : TableSource
        Its columns.
    lsoa_codes : Index
        The study area's LSOAs; all must be there.

    Returns
    -------
    Made
        Table ``broadband``.
    """
    table = lsoa_numbers("broadband", path, entry, lsoa_codes, whole=False)
    empty = int(table["broadband_score"].isna().sum())
    return Made(table, [f"{empty} LSOAs have no score."] if empty else [])


def connectivity(slug: str, lsoa_codes: pd.Index) -> Made:
    """Carry the connectivity rank over from the preview: the source files do not hold it.

    Parameters
    ----------
    slug : str
        The study area's slug.
    lsoa_codes : Index
        The study area's LSOAs; all must be there.

    Returns
    -------
    Made
        Table ``connectivity``.

    Raises
    ------
    SourceError
        If the project carries no preview of this place.
    """
    path = starter_folder(slug) / CONNECTIVITY_FILE
    if not path.is_file():
        raise SourceError(
            "Connectivity is carried over from the preview, and this place has none.",
            where=str(path),
            do="Leave `tables.connectivity` out of the study area's file.",
        )
    entry = TableSource(source="", columns=CONNECTIVITY_COLUMNS)
    table = lsoa_numbers("connectivity", path, entry, lsoa_codes, whole=True)
    return Made(table, ["Carried from the preview: the source files do not hold it."])


def lsoa_numbers(
    name: str, path: Path, entry: TableSource, lsoa_codes: pd.Index, *, whole: bool
) -> pd.DataFrame:
    """Read a CSV file of numbers by LSOA, for the study area's LSOAs, all of them.

    Raises
    ------
    DataError
        If a column or an LSOA is missing, or a cell is wrong.
    """
    rows = read_rows(path, entry.columns, where=entry.where)
    rows = rows[rows["lsoa_code"].isin(lsoa_codes)]
    require_all(pd.Index(rows["lsoa_code"]), lsoa_codes, what="LSOAs", where=str(path))
    numbers = {ours: theirs for ours, theirs in entry.columns.items() if ours != "lsoa_code"}
    table, faults = coded_numbers(rows, numbers, code="lsoa_code", whole=whole)
    return require_rows(name, table.sort_index(), faults, where=str(path))
