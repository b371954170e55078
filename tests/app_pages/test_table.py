"""Cells as the browser gets them: rounded, unknown as unknown, and every text as it is."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app_pages._shading import Shading, twin_table
from app_pages._table import Column, _cells
from app_pages._tables import Study
from tests.app_pages.visit import Shown
from tests.toytown import EASTFIELD, LSOAS, MIDTOWN, WESTGATE

SCRIPT = """
import pandas as pd
import streamlit as st
from app_pages._table import Column, show_table

table = pd.DataFrame(
    {"name": ["B", "<b>A</b>", None], "km": [1.25, None, 3.0], "code": [7, 8, 9]},
    index=pd.Index(["x", "y", "z"]),
)
columns = [Column("name", "Name"), Column("km", "Kilometres", 1, bar=True)]
st.session_state["picked"] = show_table(table, columns, caption="A caption", key="t", height=99, pick=PICK)
"""


@pytest.mark.parametrize(
    ("given", "decimals", "cells"),
    [
        ([1.0, 2.5, 3.49], 0, [1, 2, 3]),
        ([0.125, 99.996], 2, [0.12, 100.0]),
        ([np.nan, None, 0.0], 1, [None, None, 0.0]),
        ([1, 2, 3], 0, [1, 2, 3]),
        ([True, False], 0, [1, 0]),
        ([-0.4, 0.4], 0, [0, 0]),
    ],
)
def test_figures(given: list[object], decimals: int, cells: list[object]) -> None:
    made = _cells(pd.Series(given, dtype=object), Column("k", "K", decimals))
    assert made == cells
    # What the browser writes for it: no "-0", no NaN, nothing JSON cannot say.
    assert json.loads(json.dumps(made, allow_nan=False)) == cells
    assert "-0" not in json.dumps(made).replace("-0.5", "")


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        (["a", None, ""], ["a", None, ""]),
        ([np.nan, pd.NA, "x"], [None, None, "x"]),
        ([7, 8.5], ["7", "8.5"]),
        (
            ["<script>alert(1)</script>", "{{7*7}}", "a`${b}"],
            ["<script>alert(1)</script>", "{{7*7}}", "a`${b}"],
        ),
    ],
)
def test_texts(given: list[object], cells: list[object]) -> None:
    assert _cells(pd.Series(given, dtype=object), Column("k", "K")) == cells


def test_pandas_own_texts_and_whole_numbers() -> None:
    assert _cells(pd.Series(["a", None], dtype="str"), Column("k", "K")) == ["a", None]
    assert _cells(pd.Series([1, None], dtype="Int64"), Column("k", "K", 0)) == [1, None]


@pytest.mark.parametrize(
    ("pick", "picks"), [(None, None), ("index", ["x", "y", "z"]), ("code", ["7", "8", "9"])]
)
def test_what_the_browser_is_given(pick: str | None, picks: list[str] | None) -> None:
    app = AppTest.from_string(SCRIPT.replace("PICK", repr(pick)), default_timeout=30).run()
    assert [e.value for e in app.exception] == []
    (component,) = app.get("bidi_component")
    shown = Shown(json.loads(component.proto.json))
    assert shown.caption == "A caption" and shown.data["height"] == 99
    assert shown.labels == ["Name", "Kilometres"] and shown.picks == picks
    assert shown.column("Name") == ["B", "<b>A</b>", None] and shown.column("Kilometres") == [1.2, None, 3.0]
    assert [c["bar"] for c in shown.data["columns"]] == [False, True]
    assert shown.data["words"]["no_data"] == "no data"
    assert app.session_state["picked"] is None


# ---- the twin of a map -------------------------------------------------------------------------------------------
def twin(study: Study, layer: str, by: str) -> pd.DataFrame:
    values = study.values(layer, by=by, asset_type="community_space", cutoff_min=15)
    return twin_table(study, Shading(layer, by, values))


def test_most_people_come_first(town: Study) -> None:
    table = twin(town, "beyond", "ward")
    assert list(table.index) == [EASTFIELD, MIDTOWN, WESTGATE]  # the two with 1,250 people by name
    assert list(table.columns) == [
        "name",
        "value",
        "residents_beyond",
        "residents",
        "residents_not_known",
        "status",
    ]


def test_deciles_begin_with_the_most_deprived(town: Study) -> None:
    table = twin(town, "imd", "lsoa")
    assert list(table["value"]) == [1, 1, 1, 3, 5, 10]
    assert list(table.index)[:3] == [LSOAS[0], LSOAS[4], LSOAS[5]]
    assert list(table["ward_name"])[:2] == ["Westgate", "Eastfield"]


def test_the_unknown_come_last(town: Study) -> None:
    table = twin(town, "broadband", "lsoa")
    assert list(table["value"])[:5] == [2.0, 1.0, 0.5, 0.0, -0.5] and pd.isna(table["value"].iloc[-1])
    assert list(table["status"]) == ["", "", "", "", "", "no data"]


def test_a_small_area_without_a_name_goes_by_its_code(leeds: Study) -> None:
    table = twin(leeds, "residents", "lsoa")
    assert list(table["name"]) == list(table.index)  # the preview has no names of small areas
    assert table["ward_name"].notna().all()


def test_the_table_is_never_the_shared_one(town: Study) -> None:
    before = town.values("residents", by="ward", asset_type="", cutoff_min=0).detail.copy()
    table = twin(town, "residents", "ward")
    table["value"] = 0
    pd.testing.assert_frame_equal(
        town.values("residents", by="ward", asset_type="", cutoff_min=0).detail, before
    )
    assert list(twin(town, "residents", "ward").loc[WESTGATE, ["value"]]) == [3000]
