"""File 7 of the English Indices of Deprivation, of two releases."""

from __future__ import annotations

import pandas as pd
import pytest

from prepare import indices
from prepare.indices import LABELS
from prepare.made import Made
from study.area import TableSource
from study.errors import ConfigError, DataError
from study.tables import DOMAINS
from tests.prepare.toyford import IMD_2019, IMD_2025, LAD, LSOAS, Toyford

ENTRY = TableSource(source="", release=2025, columns={"lsoa_code": "LSOA code (2021)"})
EARLIER = TableSource(
    source="",
    release=2019,
    columns={"lsoa_code": "LSOA code (2011)"},
    where={"Local Authority District code (2019)": LAD},
)
DECILE = "{} Decile (where 1 is most deprived 10% of LSOAs)"
CODES = pd.Index(LSOAS, name="lsoa_code")


def deprivation(toyford: Toyford, entry: TableSource = ENTRY) -> Made:
    return indices.deprivation(toyford.write() / IMD_2025, entry, CODES)


def earlier(toyford: Toyford, entry: TableSource = EARLIER) -> Made:
    return indices.earlier_deprivation("deprivation_2019", toyford.write() / IMD_2019, entry)


def test_ranks_scores_and_all_eight_deciles_are_read(toyford: Toyford):
    made = deprivation(toyford)
    assert made.table.index.tolist() == LSOAS
    assert made.table["imd_rank"].tolist() == [100, 200, 300, 400]
    assert made.table["imd_score"].tolist() == [10.5, 11.5, 12.5, 13.5]
    for domain in DOMAINS:
        assert made.table[f"{domain}_decile"].tolist() == [1, 2, 3, 4]
    assert made.notes == ["IMD 2025: 1 of 4 LSOAs are in the most deprived tenth."]
    assert made.checked == ["Each of the 4 LSOAs has its deciles of IMD 2025."]


def test_each_decile_comes_from_its_own_domain(toyford: Toyford):
    table = toyford.tables[IMD_2025]
    for number, label in enumerate(LABELS.values(), 1):
        table[DECILE.format(label)] = str(number)
    row = deprivation(toyford).table.loc["E01000001"]
    expected = ("imd", "income", "employment", "education", "health", "crime", "barriers", "environment")
    assert [row[f"{domain}_decile"] for domain in expected] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_columns_of_a_like_name_are_not_mistaken_for_a_domain(toyford: Toyford):
    table = toyford.tables[IMD_2025]
    likes = (
        "Income Deprivation Affecting Children Index (IDACI)",
        "Income Deprivation Affecting Older People (IDAOPI)",
    )
    for like in likes:
        table.insert(1, DECILE.format(like), "9")
    assert deprivation(toyford).table["income_decile"].tolist() == [1, 2, 3, 4]


def test_rows_may_stand_in_any_order(toyford: Toyford):
    toyford.tables[IMD_2025] = toyford.tables[IMD_2025].iloc[::-1]
    table = deprivation(toyford).table
    assert table.index.tolist() == LSOAS
    assert table["imd_rank"].tolist() == [100, 200, 300, 400]
    assert table["imd_score"].tolist() == [10.5, 11.5, 12.5, 13.5]


def test_the_year_in_a_column_and_the_words_in_brackets_may_change(toyford: Toyford):
    table = toyford.tables[IMD_2025].rename(columns={"LSOA code (2021)": "LSOA code (2031)"})
    toyford.tables[IMD_2025] = table.rename(columns=lambda c: c.replace("10% of LSOAs", "tenth"))
    assert deprivation(toyford).table["imd_decile"].tolist() == [1, 2, 3, 4]


def test_missing_domains_are_all_named_with_what_the_file_has(toyford: Toyford):
    table = toyford.tables[IMD_2025]
    toyford.tables[IMD_2025] = table.drop(columns=[DECILE.format("Crime"), DECILE.format("Income")])
    with pytest.raises(DataError) as caught:
        deprivation(toyford)
    assert caught.value.what.startswith("Columns not found: 'Income Decile', 'Crime Decile'. The file has: ")
    assert "'Crime Rank (where 1 is most deprived)'" in caught.value.what


def test_all_faults_of_a_release_are_told_together(toyford: Toyford):
    table = toyford.tables[IMD_2025]
    table.loc[0, DECILE.format("Crime")] = "11"
    table.loc[1, "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"] = None
    table.loc[2, "Index of Multiple Deprivation (IMD) Score"] = "high"
    # The row of another place may be as wrong as it likes.
    table.loc[4, DECILE.format("Crime")] = "?"
    with pytest.raises(DataError) as caught:
        deprivation(toyford)
    said = caught.value.what
    assert said.startswith("The file has 2 unreadable cells: ")
    assert (
        "line 3, row E01000002, column 'Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)': is empty"
    ) in said
    assert (
        "line 4, row E01000003, column 'Index of Multiple Deprivation (IMD) Score': 'high' is not a number"
    ) in said
    assert "row E01000001, column crime_decile: '11' (must be at most (10))" in said
    assert "?" not in said


def test_an_lsoa_of_the_map_that_is_missing_is_named(toyford: Toyford):
    toyford.tables[IMD_2025] = toyford.tables[IMD_2025].iloc[1:]
    with pytest.raises(DataError, match=r"1 of 4 LSOAs are missing from the file: E01000001\."):
        deprivation(toyford)


def test_an_lsoa_that_stands_twice_is_named(toyford: Toyford):
    table = toyford.tables[IMD_2025]
    toyford.tables[IMD_2025] = pd.concat([table, table.iloc[[1]]])
    with pytest.raises(DataError, match="row E01000002, column lsoa_code"):
        deprivation(toyford)


def test_a_release_on_other_lsoas_keeps_this_places_rows_whatever_their_codes(toyford: Toyford):
    made = earlier(toyford)
    assert made.table["imd_decile"].to_dict() == {"E01000001": 1, "E01000002": 2}
    assert made.notes == ["IMD 2019: 1 of 2 LSOAs are in the most deprived tenth."]


def test_a_release_without_scores_has_no_column_of_them(toyford: Toyford):
    assert "imd_score" not in earlier(toyford).table


def test_a_release_on_other_lsoas_must_say_which_rows_are_this_places(toyford: Toyford):
    with pytest.raises(ConfigError, match="which rows of the table 'deprivation_2019'") as caught:
        earlier(toyford, EARLIER.model_copy(update={"where": {}}))
    assert "tables.deprivation_2019.where" in caught.value.where


def test_a_release_must_say_its_year(toyford: Toyford):
    # A decile never stands without the year of its release.
    with pytest.raises(ConfigError, match="release"):
        deprivation(toyford, ENTRY.model_copy(update={"release": None}))
