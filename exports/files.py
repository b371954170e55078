"""Tables as files that can be understood, and credited, away from the page they came from."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import pandas as pd

# A spreadsheet runs a cell that begins with one of these as a formula; names in it come from anyone.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table_csv(
    table: pd.DataFrame, *, title: str, settings: Mapping[str, str], attributions: Sequence[str]
) -> bytes:
    """Return a table as CSV with its settings and what is owed on every row.

    Every row carries them because comment lines above a header break the programs that read CSV, and a note
    beside the file is lost on the way.

    Parameters
    ----------
    table : DataFrame
        The columns to write; missing values become empty cells, never nought.
    title : str
        What the table shows.
    settings : mapping of str to str
        Further columns, the same on every row: data, vintage, mode, speed ...
    attributions : sequence of str
        The lines owed to the sources; joined in the last column.

    Returns
    -------
    bytes
        UTF-8 with a byte order mark, by which spreadsheets know it.
    """
    constant = {"title": title, **settings, "attribution": " | ".join(attributions)}
    columns = [*table.columns, *constant]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    tail = [_cell(v) for v in constant.values()]
    for row in table.itertuples(index=False, name=None):
        writer.writerow([*(_cell(v) for v in row), *tail])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    """Return a value as it may stand in a cell."""
    if isinstance(value, str):
        # The apostrophe is how a spreadsheet is told that text is text.
        return f"'{value}" if value.startswith(_RUNS) else value
    if value is None or pd.isna(value):
        return ""
    value = value.item() if hasattr(value, "item") else value
    return round(value, 4) if isinstance(value, float) else value
