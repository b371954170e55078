"""Deprivation: counts and people per decile, never a mean of deciles."""

import pandas as pd
import pytest

from layers.deprivation import decile_counts
from tests.toytown import LSOAS, toytown

TOWN = toytown()


def test_lsoas_and_residents_by_decile() -> None:
    table = decile_counts(TOWN.deprivation, TOWN.population)
    assert table.index.to_list() == list(range(1, 11))
    assert table.index.name == "decile"
    assert table["lsoas"].to_list() == [3, 0, 1, 0, 1, 0, 0, 0, 0, 1]
    assert table["residents"].to_list() == [4080, 0, 2000, 0, 1500, 0, 0, 0, 0, 500]
    assert table["residents_share"].sum() == pytest.approx(1)
    assert table.loc[1, "residents_share"] == pytest.approx(4080 / 8080)


def test_another_domain_has_deciles_of_its_own() -> None:
    table = decile_counts(TOWN.deprivation, TOWN.population, domain="income")
    assert table["lsoas"].to_list() == [1, 2, 0, 1, 1, 0, 0, 0, 1, 0]
    assert table["residents"].to_list() == [3000, 3000, 0, 80, 1500, 0, 0, 0, 500, 0]
    with pytest.raises(KeyError):
        decile_counts(TOWN.deprivation, TOWN.population, domain="weather")


def test_a_ward_is_its_own_lsoas() -> None:
    table = decile_counts(TOWN.deprivation.loc[list(LSOAS[4:])], TOWN.population)
    assert table["lsoas"].to_list() == [2] + [0] * 9
    assert table.loc[1, "residents"] == 3080


def test_the_two_tables_meet_by_code_not_by_order() -> None:
    turned = decile_counts(TOWN.deprivation.iloc[::-1], TOWN.population)
    pd.testing.assert_frame_equal(turned, decile_counts(TOWN.deprivation, TOWN.population))


def test_no_lsoa_at_all_has_no_share() -> None:
    table = decile_counts(TOWN.deprivation.iloc[:0], TOWN.population)
    assert table["lsoas"].to_list() == [0] * 10
    assert table["residents_share"].isna().all()
