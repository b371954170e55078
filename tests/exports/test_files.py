"""Tables as CSV: what a spreadsheet, a program and a lawyer find in them."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.files import table_csv

OWED = ["© OpenStreetMap contributors", "Source: Office for National Statistics"]
SETTINGS = {"mode": "walk", "speed_kph": "4.8"}


def written(table: pd.DataFrame, title: str = "Residents", **more: object) -> list[list[str]]:
    """Return the cells of a table's file, read as any program reads CSV."""
    data = table_csv(table, **{"title": title, "settings": SETTINGS, "attributions": OWED} | more)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def column(values: list[object], **options: object) -> list[str]:
    """Return what a column of values becomes."""
    return [row[0] for row in written(pd.DataFrame({"value": pd.Series(values, **options)}))[1:]]


def test_begins_with_the_mark_by_which_spreadsheets_know_utf_8():
    data = table_csv(pd.DataFrame({"name": ["Café"]}), title="", settings={}, attributions=[])
    assert data == b"\xef\xbb\xbfname,title,attribution\r\nCaf\xc3\xa9,,\r\n"


def test_settings_and_what_is_owed_stand_on_every_row():
    table = pd.DataFrame({"ward": ["Armley", "Otley"], "residents": [10, 20]})
    assert written(table, title="Residents of Leeds") == [
        ["ward", "residents", "title", "mode", "speed_kph", "attribution"],
        ["Armley", "10", "Residents of Leeds", "walk", "4.8", " | ".join(OWED)],
        ["Otley", "20", "Residents of Leeds", "walk", "4.8", " | ".join(OWED)],
    ]


def test_a_table_without_rows_is_its_header():
    assert written(pd.DataFrame({"ward": []})) == [["ward", "title", "mode", "speed_kph", "attribution"]]


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_missing_is_empty_and_nought_is_nought(missing):
    assert column([missing, 0], dtype=object) == ["", "0"]
    assert column([missing, 0.0], dtype=object) == ["", "0.0"]


def test_missing_in_columns_of_their_own_types():
    assert column([1, None], dtype="Int64") == ["1", ""]
    assert column([0.5, None], dtype=float) == ["0.5", ""]
    assert column(["a", None], dtype="str") == ["a", ""]


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        '=HYPERLINK("http://x.example","Armley")',
        "-",
    ],
)
def test_text_that_a_spreadsheet_would_run_is_marked_as_text(formula):
    assert column([formula]) == [f"'{formula}"]


@pytest.mark.parametrize(
    "text", ["Armley = home", "a-b", "'quoted'", "St. Anne's", "", "00123", "1,5", '"', "a\nb"]
)
def test_other_text_is_left_as_it_is(text):
    assert column([text]) == [text]


def test_titles_settings_and_attributions_are_no_formulas_either():
    row = written(
        pd.DataFrame({"ward": ["Armley"]}), title="=1", settings={"q": "@x"}, attributions=["+1", "b"]
    )[1]
    assert row == ["Armley", "'=1", "'@x", "'+1 | b"]


def test_numbers_are_numbers():
    # A minus sign before a number runs nothing, and a marked one could not be added up.
    assert column([-5, 12_345_678]) == ["-5", "12345678"]
    assert column([-0.25, 41.66666]) == ["-0.25", "41.6667"]
    assert column([np.int64(7), np.float32(0.5), np.bool_(True)], dtype=object) == ["7", "0.5", "True"]


RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**53), 2**53),
            st.integers(-(10**11), 10**11).map(lambda n: n / 10_000),
            st.text().filter(lambda t: not t.startswith(RUNS) and "\0" not in t),
        ),
        min_size=1,
    )
)
def test_what_is_written_can_be_read_again(rows):
    cells = written(pd.DataFrame(rows, columns=["whole", "decimal", "text"]))[1:]
    assert [(int(a), float(b), c) for a, b, c, *_ in cells] == rows
