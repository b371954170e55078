"""Reading the columns we need, and saying exactly what is wrong where they differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prepare.columns import (
    coded_numbers,
    find_column,
    plain_header,
    read_header,
    read_rows,
    require_all,
    require_columns,
    require_rows,
)
from study.errors import DataError, SourceError

CODE = {"lsoa_code": "LSOA21CD"}


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "source.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("published", "plain"),
    [
        ("\ufeffLSOA code (2021)", "lsoa code"),
        ("  Income   Decile ", "income decile"),
        ("Local Authority District code (2019)", "local authority district code"),
        ("Digital connectivity (broadband)", "digital connectivity (broadband)"),
    ],
)
def test_a_header_is_compared_without_case_year_and_double_spaces(published: str, plain: str):
    assert plain_header(published) == plain


def test_the_year_in_brackets_may_have_moved():
    assert find_column(["LSOA name (2031)", "LSOA code (2031)"], "LSOA code (2021)") == "LSOA code (2031)"


def test_the_exact_name_wins_over_one_of_another_year():
    header = ["LSOA code (2011)", "LSOA code (2021)"]
    assert find_column(header, "LSOA code (2021)") == "LSOA code (2021)"


def test_two_columns_that_could_both_be_meant_are_none():
    assert find_column(["LSOA code (2011)", "LSOA code (2021)"], "LSOA code (2031)") is None


def test_an_explanation_after_the_name_is_passed_over_only_when_asked():
    header = ["Income Decile (where 1 is most deprived)", "Income Score (rate)"]
    assert find_column(header, "Income Decile") is None
    assert find_column(header, "Income Decile", starts=True) == header[0]


def test_all_missing_columns_are_named_with_what_is_there_instead():
    wanted = {"lsoa_code": "LSOA21CD", "residents": "Total", "lsoa_name": "LSOA21NM"}
    with pytest.raises(DataError) as caught:
        require_columns(["LSOA21NM", "Persons"], wanted, where="census.csv")
    assert str(caught.value).splitlines()[0] == (
        "Columns not found: 'LSOA21CD', 'Total'. The file has: 'LSOA21NM', 'Persons'."
    )
    assert caught.value.where == "census.csv"


def test_a_very_wide_file_is_not_listed_to_the_end():
    with pytest.raises(DataError, match=r"Column not found: 'Total'\. .*'c39' and 5 more\."):
        require_columns([f"c{i}" for i in range(45)], {"residents": "Total"}, where="")


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path):
    path = written(tmp_path, '\ufeff"LSOA21CD","Total"\nE01000001,7\n')
    assert read_header(path) == ["LSOA21CD", "Total"]
    assert read_rows(path, CODE)["lsoa_code"].tolist() == ["E01000001"]


def test_windows_own_code_page_is_read(tmp_path: Path):
    path = written(tmp_path, "LSOA21CD,Name\nE01000001,Café\n", "cp1252")
    assert read_rows(path, {"name": "Name"})["name"].tolist() == ["Café"]


def test_windows_own_code_page_is_noticed_late_in_a_long_file(tmp_path: Path):
    # The header alone, and the first quarter of a megabyte, are plain ASCII.
    plain = "".join(f"E01{i:06},Somewhere\n" for i in range(30_000))
    path = written(tmp_path, f"LSOA21CD,Name\n{plain}E01999999,Café\n", "cp1252")
    rows = read_rows(path, {"name": "Name"})
    assert len(rows) == 30_001
    assert rows["name"].iloc[-1] == "Café"


def test_codes_keep_their_leading_zeros_and_lose_their_spaces(tmp_path: Path):
    path = written(tmp_path, "LSOA21CD,Total\n 00123 ,7\n")
    assert read_rows(path, CODE)["lsoa_code"].tolist() == ["00123"]


def test_rows_are_kept_by_their_values_and_indexed_by_line(tmp_path: Path):
    text = "LSOA21CD,LAD25CD\nE01000001,E08\nE01000002,E07\nE01000003, E08\n"
    rows = read_rows(written(tmp_path, text), CODE, where={"LAD25CD": "E08"})
    assert rows["lsoa_code"].to_dict() == {2: "E01000001", 4: "E01000003"}
    assert list(rows.columns) == ["lsoa_code"]


def test_an_empty_line_does_not_shift_the_line_numbers(tmp_path: Path):
    rows = read_rows(written(tmp_path, "LSOA21CD,Total\nE01000001,7\n\nE01000002,x\n"), CODE)
    assert rows["lsoa_code"].to_dict() == {2: "E01000001", 4: "E01000002"}


def test_a_comma_at_the_end_of_every_line_does_not_shift_the_columns(tmp_path: Path):
    path = written(tmp_path, "LSOA21CD,Name,Total\nE01000001,One,7,\nE01000002,Two,8,\n")
    rows = read_rows(path, {**CODE, "residents": "Total"})
    assert rows["residents"].to_list() == ["7", "8"]
    assert rows["lsoa_code"].to_list() == ["E01000001", "E01000002"]


def test_a_file_without_a_row_of_this_place_says_what_was_looked_for(tmp_path: Path):
    path = written(tmp_path, "LSOA21CD,LAD25CD\nE01000001,E07\n")
    with pytest.raises(DataError, match=r"No row has LAD25CD = 'E08'\."):
        read_rows(path, CODE, where={"LAD25CD": "E08"})


def test_a_file_of_nothing_but_a_header_has_no_rows(tmp_path: Path):
    with pytest.raises(DataError, match=r"The file has no rows\."):
        read_rows(written(tmp_path, "LSOA21CD,Total\n"), CODE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x81\x8d\x8f\x90\x9d" * 20,
    ],
    ids=["nothing", "no text"],
)
def test_a_file_that_is_no_table_says_so(tmp_path: Path, content: bytes):
    path = tmp_path / "source.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="cannot be read as CSV") as caught:
        read_rows(path, CODE)
    assert caught.value.where == str(path)


def rows_of(**columns: list) -> pd.DataFrame:
    table = pd.DataFrame(columns, dtype="str")
    table.index = pd.RangeIndex(2, len(table) + 2, name="line")
    return table


def test_numbers_are_whole_and_stand_by_their_code():
    rows = rows_of(lsoa_code=["E01000002", "E01000001"], residents=["1500.0", "7"])
    table, faults = coded_numbers(rows, {"residents": "Total"}, code="lsoa_code", whole=True)
    assert table["residents"].to_dict() == {"E01000002": 1500, "E01000001": 7}
    assert table["residents"].dtype == np.int64
    assert table.index.name == "lsoa_code"
    assert faults == []


def test_an_unreadable_cell_is_named_by_line_row_and_column():
    rows = rows_of(
        lsoa_code=["E01000001", "E01000002", "E01000003", "E01000004"],
        residents=["7", "1,234", None, "inf"],
        age_0_15=["1", "2", "3", "many"],
    )
    columns = {"residents": "Total", "age_0_15": "Aged 15 years and under"}
    table, faults = coded_numbers(rows, columns, code="lsoa_code", whole=True)
    assert faults == [
        "line 3, row E01000002, column 'Total': '1,234' is not a number",
        "line 4, row E01000003, column 'Total': is empty",
        "line 5, row E01000004, column 'Total': 'inf' is not a number",
        "line 5, row E01000004, column 'Aged 15 years and under': 'many' is not a number",
    ]
    assert table.index.tolist() == ["E01000001"]


def test_where_numbers_need_not_be_whole_an_empty_cell_is_a_missing_one():
    rows = rows_of(lsoa_code=["E01000001", "E01000002", "E01000003"], broadband_score=["-1.25", None, "x"])
    table, faults = coded_numbers(rows, {"broadband_score": "Score"}, code="lsoa_code", whole=False)
    assert table["broadband_score"].iloc[0] == -1.25
    assert np.isnan(table.loc["E01000002", "broadband_score"])
    assert faults == ["line 4, row E01000003, column 'Score': 'x' is not a number"]


def population(**residents: int) -> pd.DataFrame:
    index = pd.Index(list(residents), dtype="str", name="lsoa_code")
    return pd.DataFrame({"residents": list(residents.values())}, index=index)


def test_a_table_without_faults_passes():
    table = population(E01000001=7)
    assert require_rows("population", table, [], where="census.csv").equals(table)


def test_unreadable_cells_and_the_tables_own_faults_are_told_together():
    faults = [f"line {i}, row E0100000{i}, column 'Total': is empty" for i in (3, 4)]
    with pytest.raises(DataError) as caught:
        require_rows("population", population(E01000001=-7), faults, where="census.csv")
    said = caught.value.what
    assert said.startswith(
        "The file has 2 unreadable cells: line 3, row E01000003, column 'Total': is empty; line 4"
    )
    assert "row E01000001, column residents: '-7' (must be at least (0))" in said
    assert caught.value.where == "census.csv"


def test_of_many_faults_twenty_are_shown_and_the_rest_counted():
    faults = [f"line {i}, row x, column 'Total': is empty" for i in range(2, 27)]
    with pytest.raises(DataError) as caught:
        require_rows("population", population(E01000001=7), faults, where="")
    assert caught.value.what.startswith("The file has 25 unreadable cells: line 2, ")
    assert "line 21, " in caught.value.what
    assert "line 22, " not in caught.value.what
    assert caught.value.what.endswith(" ... and 5 more")


def test_missing_codes_are_counted_and_named():
    wanted = pd.Index(["E01000001", "E01000002", "E01000003"])
    with pytest.raises(DataError, match=r"2 of 3 LSOAs are missing from the file: E01000001, E01000003\."):
        require_all(pd.Index(["E01000002", "E01999999"]), wanted, what="LSOAs", where="")


def test_of_many_missing_codes_twenty_are_named():
    wanted = pd.Index([f"E010000{i}" for i in range(10, 35)])
    with pytest.raises(DataError, match=r"25 of 25 LSOAs .*, E01000029 and 5 more\."):
        require_all(pd.Index([], dtype="str"), wanted, what="LSOAs", where="")


def test_codes_that_are_not_asked_for_do_no_harm():
    codes = pd.Index(["E01000001", "E01000002"])
    assert require_all(codes, codes[:1], what="LSOAs", where="") is None
