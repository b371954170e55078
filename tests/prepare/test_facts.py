"""Figures for each LSOA: residents, broadband, connectivity."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from prepare import facts
from prepare.made import Made
from study.area import TableSource
from study.errors import DataError, SourceError
from study.settings import starter_folder
from tests.prepare.toyford import BROADBAND, CENSUS, LSOAS, Toyford

CODES = pd.Index(LSOAS, name="lsoa_code")
RESIDENTS = TableSource(
    source="",
    columns={"lsoa_code": "LSOA21CD", "residents": "Total", "age_0_15": "Aged 15 years and under"},
)
SCORES = TableSource(
    source="", columns={"lsoa_code": "LSOA code (2021)", "broadband_score": "Digital connectivity"}
)


def population(toyford: Toyford) -> Made:
    return facts.population(toyford.write() / CENSUS, RESIDENTS, CODES)


def broadband(toyford: Toyford) -> Made:
    return facts.broadband(toyford.write() / BROADBAND, SCORES, CODES)


def test_residents_and_age_bands_are_whole_numbers_of_this_places_lsoas(toyford: Toyford):
    made = population(toyford)
    # The fifth row, of another place, has no age band that could be read.
    assert made.table["residents"].to_dict() == dict(zip(LSOAS, [100, 200, 300, 400], strict=True))
    assert made.table["age_0_15"].tolist() == [10, 20, 30, 40]
    assert (made.table.dtypes == np.int64).all()
    assert made.notes == ["1,000 residents in 4 LSOAs."]
    assert made.checked == ["Each of the 4 LSOAs has its residents."]


def test_residents_must_be_readable_in_every_lsoa(toyford: Toyford):
    census = toyford.tables[CENSUS]
    census.loc[0, "Total"] = "about 100"
    census.loc[3, "Aged 15 years and under"] = None
    with pytest.raises(DataError) as caught:
        population(toyford)
    assert caught.value.what == (
        "The file has 2 unreadable cells: "
        "line 2, row E01000001, column 'Total': 'about 100' is not a number; "
        "line 5, row E01000004, column 'Aged 15 years and under': is empty"
    )
    assert caught.value.where.endswith(CENSUS)


def test_there_are_no_fewer_than_no_residents(toyford: Toyford):
    toyford.tables[CENSUS].loc[1, "Total"] = "-3"
    with pytest.raises(DataError, match=r"row E01000002, column residents: '-3' \(must be at least \(0\)\)"):
        population(toyford)


def test_a_missing_lsoa_is_named(toyford: Toyford):
    toyford.tables[CENSUS] = toyford.tables[CENSUS].drop(index=[0, 2])
    with pytest.raises(DataError, match="2 of 4 LSOAs are missing from the file: E01000001, E01000003"):
        population(toyford)


def test_broadband_may_be_unknown_in_some_lsoas(toyford: Toyford):
    made = broadband(toyford)
    scores = made.table["broadband_score"]
    assert scores.drop("E01000002").tolist() == [0.5, -1.25, 0.0]
    assert np.isnan(scores["E01000002"])
    assert made.notes == ["1 LSOAs have no score."]


def test_broadband_known_everywhere_needs_no_note(toyford: Toyford):
    toyford.tables[BROADBAND].loc[1, "Digital connectivity"] = "2"
    assert broadband(toyford).notes == []


def test_a_word_in_place_of_a_score_is_a_fault(toyford: Toyford):
    toyford.tables[BROADBAND].loc[0, "Digital connectivity"] = "good"
    with pytest.raises(
        DataError, match="line 2, row E01000001, column 'Digital connectivity': 'good' is not a number"
    ):
        broadband(toyford)


def test_connectivity_is_carried_from_the_preview():
    published = pd.read_csv(starter_folder("leeds") / facts.CONNECTIVITY_FILE, index_col="lsoa_code")
    codes = published.index[[300, 7]]
    made = facts.connectivity("leeds", codes)
    assert sorted(made.table.index) == sorted(codes)
    for code in codes:
        assert made.table.loc[code].tolist() == published.loc[code].tolist()
    assert made.table["connectivity_decile"].between(1, 10).all()
    assert made.notes == ["Carried from the preview: the source files do not hold it."]


def test_connectivity_must_be_known_for_every_lsoa():
    with pytest.raises(DataError, match="1 of 1 LSOAs are missing from the file: E01000099"):
        facts.connectivity("leeds", pd.Index(["E01000099"]))


def test_a_place_without_a_preview_has_no_connectivity():
    with pytest.raises(SourceError, match="this place has none"):
        facts.connectivity("toyford", CODES)
