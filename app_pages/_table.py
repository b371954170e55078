"""A table that everyone can sort: real table markup, buttons in its headers, a caption, no round trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from study.words import _

_STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Column:
    """One column of a shown table.

    Attributes
    ----------
    key : str
        The data's column.
    label : str
        Its heading, with the unit.
    decimals : int or None
        None for text; else figures, right-aligned, with so many decimals.
    bar : bool
        Whether a bar behind the figure shows its size beside the others.
    """

    key: str
    label: str
    decimals: int | None = None
    bar: bool = False


@st.cache_resource
def _component() -> object:
    return st.components.v2.component(
        "strong_places_table",
        html='<div class="sp-table"></div>',
        css=(_STATIC / "table.css").read_text("utf-8"),
        js=(_STATIC / "table.js").read_text("utf-8"),
    )


def show_table(
    table: pd.DataFrame,
    columns: Sequence[Column],
    *,
    caption: str,
    key: str,
    height: int = 420,
    pick: str | None = None,
) -> str | None:
    """Show a table and return the value a person picked in it, or None.

    Parameters
    ----------
    table : DataFrame
        In the order first shown; missing figures are shown as "no data", never as nought.
    columns : sequence of Column
        What to show, left to right; the first is the row's heading.
    caption : str
        What the table is, with vintage and settings; read out by screen readers.
    key : str
        Of this table on its page.
    height : int
        Pixels; longer tables scroll inside.
    pick : str, optional
        Column (or "index") whose value is returned when a row's heading is chosen.
    """
    data = {
        "caption": caption,
        "height": height,
        "columns": [
            {"label": c.label, "decimals": c.decimals, "bar": c.bar, "cells": _cells(table[c.key], c)}
            for c in columns
        ],
        "picks": None
        if pick is None
        else [str(v) for v in (table.index if pick == "index" else table[pick])],
        "words": {
            "no_data": _("no data"),
            "sort": _("Sort by"),
            "sorted": _("Sorted by"),
            "up": _("smallest first"),
            "down": _("largest first"),
            "rows": _("rows"),
        },
    }
    result = _component()(data=data, key=key, on_picked_change=lambda: None)
    return result.picked


def _cells(values: pd.Series, column: Column) -> list[object]:
    if column.decimals is None:
        return [None if pd.isna(v) else str(v) for v in values]
    # Adding nought makes 0.0 of a -0.0, which a browser would write as "-0".
    return [None if pd.isna(v) else round(float(v), column.decimals) + 0.0 for v in values]
