"""A table as it leaves the hands that made it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Made:
    """A checked table and what was met while it was made.

    Attributes
    ----------
    table : DataFrame or GeoDataFrame
        Indexed by its identity, checked against ``study.tables``.
    notes : list of str
        Sentences for the report and for the About the data page.
    checked : list of str
        What was found to hold, beyond the table's own schema.
    """

    table: pd.DataFrame
    notes: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
