"""The English Indices of Deprivation, from File 7 of a release."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from prepare.columns import (
    coded_numbers,
    find_column,
    read_header,
    read_rows,
    require_all,
    require_columns,
    require_rows,
)
from prepare.made import Made
from study.area import TableSource
from study.errors import ConfigError

# How File 7 names the domains of study.tables.DOMAINS.
LABELS = {
    "imd": "Index of Multiple Deprivation (IMD)",
    "income": "Income",
    "employment": "Employment",
    "education": "Education, Skills and Training",
    "health": "Health Deprivation and Disability",
    "crime": "Crime",
    "barriers": "Barriers to Housing and Services",
    "environment": "Living Environment",
}


def deprivation(path: Path, entry: TableSource, lsoa_codes: pd.Index) -> Made:
    """Read the release whose LSOAs are those of the map: one row for each of them.

    Parameters
    ----------
    path : Path
        File 7 as published, CSV.
    entry : TableSource
        The column of the LSOA code, and the release.
    lsoa_codes : Index
        The study area's LSOAs; all must be there.

    Returns
    -------
    Made
        Table ``deprivation``: ``imd_rank``, ``<domain>_decile``, and ``imd_score`` where the file has it.
    """
    rows, published = _read_file_7(path, entry)
    rows = rows[rows["lsoa_code"].isin(lsoa_codes)]
    require_all(pd.Index(rows["lsoa_code"]), lsoa_codes, what="LSOAs", where=str(path))
    made = _checked("deprivation", rows, published, entry, path)
    every = f"Each of the {len(made.table):,} LSOAs has its deciles of IMD {entry.release}."
    return Made(made.table, made.notes, [every])


def earlier_deprivation(name: str, path: Path, entry: TableSource) -> Made:
    """Read a release on other LSOAs than the map's: a table only, of the study area's rows.

    Parameters
    ----------
    name : str
        The table's name, e.g. ``deprivation_2019``.
    path : Path
        File 7 as published, CSV.
    entry : TableSource
        The column of the LSOA code, the release, and `where` for the study area's rows.

    Returns
    -------
    Made
        As for `deprivation`.

    Raises
    ------
    ConfigError
        If `entry` does not say which rows are the study area's.
    """
    if not entry.where:
        raise ConfigError(
            f"Nothing says which rows of the table '{name}' belong to this place.",
            where=f"tables.{name}.where in the study area's file",
            do="Name the column of the local authority's code, and the code.",
        )
    rows, published = _read_file_7(path, entry)
    return _checked(name, rows, published, entry, path)


def _read_file_7(path: Path, entry: TableSource) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the rows as text, and our names of the number columns -> the file's."""
    if entry.release is None:
        raise ConfigError(
            "The year of the release of the Indices is not stated.",
            where="`release` of the deprivation table in the study area's file",
            do="Add it, e.g. release = 2025: a decile never stands without its year.",
        )
    header = read_header(path)
    wanted = {"imd_rank": f"{LABELS['imd']} Rank"}
    wanted |= {f"{domain}_decile": f"{label} Decile" for domain, label in LABELS.items()}
    published = require_columns(header, wanted, where=str(path), starts=True)
    score = find_column(header, f"{LABELS['imd']} Score", starts=True)
    columns = {**entry.columns, **published, **({"imd_score": score} if score else {})}
    return read_rows(path, columns, where=entry.where), published | ({"imd_score": score} if score else {})


def _checked(
    name: str, rows: pd.DataFrame, published: dict[str, str], entry: TableSource, path: Path
) -> Made:
    whole = {ours: theirs for ours, theirs in published.items() if ours != "imd_score"}
    table, faults = coded_numbers(rows, whole, code="lsoa_code", whole=True)
    if "imd_score" in published:
        score = {"imd_score": published["imd_score"]}
        scores, score_faults = coded_numbers(rows, score, code="lsoa_code", whole=False)
        faults += score_faults
        # By position where both are whole; with faults the table is refused anyway.
        if not faults:
            table["imd_score"] = scores["imd_score"].to_numpy()
    worst = int((table["imd_decile"] == 1).sum())
    notes = [f"IMD {entry.release}: {worst:,} of {len(table):,} LSOAs are in the most deprived tenth."]
    return Made(require_rows(name, table.sort_index(), faults, where=str(path)), notes)
