"""A table is checked at the door, and every fault is told with its row and column."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from study.errors import DataError
from study.tables import MOST_FAULTS_SHOWN, SCHEMAS, require_table
from tests.toytown import toytown

TOWN = toytown()


def faults(name: str, table: pd.DataFrame) -> list[str]:
    with pytest.raises(DataError) as caught:
        require_table(name, table, where="town.csv")
    assert caught.value.where == "town.csv"
    assert f"The table '{name}' has " in caught.value.what
    return caught.value.what.split(": ", 1)[1].split("; ")


@pytest.mark.parametrize("name", TOWN.rows())
def test_a_good_table_comes_back_as_it_was(name: str) -> None:
    table = getattr(TOWN, name)
    pd.testing.assert_frame_equal(pd.DataFrame(require_table(name, table, where="")), pd.DataFrame(table))


def test_every_table_of_the_town_has_a_schema() -> None:
    assert set(TOWN.rows()) <= set(SCHEMAS)


def test_every_bad_value_is_told_with_row_column_and_value() -> None:
    found = faults("population", TOWN.population.assign(residents=[-1, 2, 3, -4, 5, 6]))
    assert len(found) == 2
    assert found[0].startswith("row E01900001, column residents: '-1' (must be at least")
    assert found[1].startswith("row E01900004, column residents: '-4' (must be at least")


def test_faults_of_several_columns_are_told_together() -> None:
    table = TOWN.deprivation.assign(imd_decile=[0, 11, 1, 1, 1, 1], imd_rank=[0, 1, 1, 1, 1, 1])
    found = faults("deprivation", table.drop(columns="crime_decile"))
    assert len(found) == 4
    assert "column crime_decile: is missing" in found
    for start in (
        "row E01900001, column imd_rank: '0' (must be at least",
        "row E01900001, column imd_decile: '0' (must be at least",
        "row E01900002, column imd_decile: '11' (must be at most",
    ):
        assert any(fault.startswith(start) for fault in found)


def test_text_where_a_number_belongs_is_told_by_row() -> None:
    found = faults("population", TOWN.population.assign(residents=["many", 2, 3, 4, "few", 6]))
    assert any(f.startswith("row E01900001, column residents: 'many' (must be of type") for f in found)
    assert any(f.startswith("row E01900005, column residents: 'few' (must be of type") for f in found)


def test_an_empty_cell_is_told_by_row() -> None:
    found = faults("wards", TOWN.wards.assign(ward_name=[None, "Midtown", "Eastfield"]))
    assert found == ["row E05900001, column ward_name: 'nan' (must not be empty)"]
    found = faults("population", TOWN.population.assign(residents=[1, None, 3, 4, 5, 6]))
    assert "row E01900002, column residents: 'nan' (must not be empty)" in found


def test_a_fraction_is_never_quietly_cut_to_a_whole_number() -> None:
    found = faults("deprivation", TOWN.deprivation.assign(imd_decile=[1.5, 1, 1, 1, 1, 1]))
    assert any(f.startswith("row E01900001, column imd_decile: '1.5'") for f in found)


def test_a_code_that_stands_twice_is_told() -> None:
    found = faults("population", pd.concat([TOWN.population, TOWN.population.iloc[:1]]))
    assert "row E01900001, column lsoa_code: 'E01900001' (stands in the table more than once)" in found


def test_a_code_of_another_form_is_told() -> None:
    found = faults("population", TOWN.population.rename(index={"E01900003": "E0190000"}))
    assert len(found) == 1
    assert found[0].startswith("row E0190000, column lsoa_code: 'E0190000' (must match")


def test_a_word_outside_the_list_is_told_with_the_list() -> None:
    basis = ["guess", *TOWN.resident_points["point_basis"][1:]]
    found = faults("resident_points", TOWN.resident_points.assign(point_basis=basis))
    assert found[0].startswith("row 0, column point_basis: 'guess' (must be one of")
    assert "weighted centroid" in found[0]
    assert len(found) == 1


def test_bad_shapes_are_told_by_row() -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    wards = TOWN.wards.set_geometry(gpd.GeoSeries([bow_tie, None, shapely.Polygon()], TOWN.wards.index))
    found = faults("wards", wards.set_crs("EPSG:27700", allow_override=True))
    assert "row E05900001, column geometry: invalid geometry (crosses itself)" in found
    assert "row E05900002, column geometry: missing or empty geometry" in found
    assert "row E05900003, column geometry: missing or empty geometry" in found


def test_shapes_without_a_crs_are_told() -> None:
    bare = gpd.GeoDataFrame(
        pd.DataFrame(TOWN.wards.drop(columns="geometry")), geometry=list(TOWN.wards.geometry)
    )
    assert faults("wards", bare) == ["the geometry has no CRS"]


def test_a_table_without_shapes_is_told() -> None:
    assert faults("wards", pd.DataFrame(TOWN.wards.drop(columns="geometry"))) == [
        "column geometry: is missing"
    ]


def test_no_fault_is_told_twice() -> None:
    found = faults("population", TOWN.population.assign(residents=["many", 2, 3, 4, None, 6]))
    assert sorted(found) == sorted(set(found))


def test_a_long_list_is_cut_and_says_how_many_more() -> None:
    table = pd.DataFrame(
        {"residents": -1}, index=pd.Index([f"E{number:08}" for number in range(25)], name="lsoa_code")
    )
    found = faults("population", table)
    assert len(found) == MOST_FAULTS_SHOWN == 20
    assert found[-1].endswith(" ... and 5 more")
    with pytest.raises(DataError, match="has 25 faults"):
        require_table("population", table, where="town.csv")


def test_a_long_value_is_cut() -> None:
    assert len(faults("population", TOWN.population.assign(residents=["x" * 9999, 2, 3, 4, 5, 6]))[0]) < 200
