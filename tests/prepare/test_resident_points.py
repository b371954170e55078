"""Where residents live: an LSOA's residents spread over its postcode points, all of them and no more."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from boundaries.assign import assign_points
from layers.population import POSTCODES_AT_ONE_POINT, resident_points
from tests.prepare.conftest import Prepared
from tests.prepare.toyford import EAST, LAD, LSOAS, NORTH, Toyford, square

# The register names no file of centroids, since neither real study area needs one: any other CSV file will do.
CENTROIDS = "newport/LSOA21_WD24_lookup.csv"
CENTROIDS_ENTRY = """
[tables.weighted_centroids]
source = "ons_lookup_lsoa21_ward24_newport"
columns = { lsoa_code = "LSOA21CD", easting_m = "x", northing_m = "y" }
"""


@pytest.fixture
def lsoas() -> gpd.GeoDataFrame:
    """Two small areas side by side."""
    index = pd.Index(["E01000001", "E01000002"], name="lsoa_code")
    shapes = [square(0, 0, 1000, 500), square(1000, 0, 2000, 500)]
    return gpd.GeoDataFrame(geometry=shapes, index=index, crs="EPSG:27700")


@pytest.fixture
def population() -> pd.DataFrame:
    index = pd.Index(["E01000001", "E01000002"], name="lsoa_code")
    return pd.DataFrame({"residents": [1200, 90]}, index=index)


def postcodes(*places: tuple[int, int, int], lad_code: str = LAD) -> pd.DataFrame:
    """Return so many postcodes at each place (metres from Toyford's corner, number)."""
    rows = [(EAST + x, NORTH + y) for x, y, number in places for _ in range(number)]
    table = pd.DataFrame(rows, columns=["easting_m", "northing_m"])
    return table.assign(lad_code=lad_code)


def spread(lsoas: gpd.GeoDataFrame, population: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    points = resident_points(lsoas, population, codes, lad_code=LAD)
    return pd.DataFrame(
        {
            "x": points.geometry.x - EAST,
            "lsoa_code": points["lsoa_code"],
            "postcodes": points["postcodes"],
            "residents": points["residents"],
            "point_basis": points["point_basis"],
        }
    ).set_index("x")


def test_residents_are_shared_by_the_number_of_postcodes_at_each_point(lsoas, population):
    table = spread(lsoas, population, postcodes((100, 100, 3), (300, 100, 1), (1500, 100, 2)))
    # Three of four postcodes take 900 of 1,200.
    assert table["residents"].to_dict() == pytest.approx({100: 900, 300: 300, 1500: 90})
    assert table["postcodes"].to_dict() == {100: 3, 300: 1, 1500: 2}
    assert set(table["point_basis"]) == {"postcodes"}


def test_a_pile_of_postcodes_at_one_point_is_left_out(lsoas, population):
    pile = POSTCODES_AT_ONE_POINT
    table = spread(lsoas, population, postcodes((100, 100, pile - 1), (300, 100, pile), (1500, 100, 1)))
    assert table["residents"].to_dict() == pytest.approx({100: 1200, 1500: 90})


def test_postcodes_of_another_authority_or_outside_the_lsoas_are_not_used(lsoas, population):
    own = postcodes((100, 100, 1), (1500, 100, 1), (5000, 100, 4))
    others = postcodes((200, 100, 5), lad_code="E99000002")
    table = spread(lsoas, population, pd.concat([own, others]))
    assert sorted(table.index) == [100, 1500]
    assert table["residents"].sum() == pytest.approx(1290)


def test_an_lsoa_without_postcodes_has_one_point_on_its_surface_and_says_so(lsoas, population):
    table = spread(lsoas, population, postcodes((100, 100, 2), (1500, 100, POSTCODES_AT_ONE_POINT)))
    bare = table[table["lsoa_code"] == "E01000002"]
    assert bare["point_basis"].tolist() == ["point on surface"]
    assert bare["postcodes"].tolist() == [0]
    assert bare["residents"].tolist() == [90]
    assert 1000 < bare.index[0] < 2000


def test_a_point_on_a_shared_edge_counts_once(lsoas, population):
    table = spread(lsoas, population, postcodes((1000, 100, 1), (1500, 100, 1)))
    assert table["lsoa_code"].to_dict() == {1000: "E01000001", 1500: "E01000002"}
    assert table["residents"].sum() == pytest.approx(1290)


def test_a_town_without_postcodes_has_one_point_for_each_lsoa(prepared_toyford: Prepared):
    points = prepared_toyford.table("resident_points")
    assert points["lsoa_code"].tolist() == LSOAS
    assert points["residents"].tolist() == [100, 200, 300, 400]
    assert set(points["point_basis"]) == {"point on surface"}
    lsoas = prepared_toyford.table("lsoas")
    assert assign_points(points, lsoas).tolist() == LSOAS
    assert "4 LSOAs without postcodes" in " ".join(
        prepared_toyford.manifest["tables"]["resident_points"]["notes"]
    )


def with_centroids(toyford: Toyford) -> pd.DataFrame:
    """Give Toyford weighted centroids of three of its four LSOAs, and return the file's table."""
    toyford.study_area += CENTROIDS_ENTRY
    corner = {"x": [EAST + 300, EAST + 300, EAST + 1300], "y": [NORTH + 200, NORTH + 800, NORTH + 200]}
    table = pd.DataFrame({"LSOA21CD": LSOAS[:3], **corner}).astype("str")
    toyford.tables[CENTROIDS] = table
    return table


def test_where_there_are_no_postcodes_the_weighted_centroid_stands_and_says_so(toyford: Toyford):
    with_centroids(toyford)
    assert toyford.prepare() == 0
    points = Prepared(toyford.prepared).table("resident_points").set_index("lsoa_code")
    assert points["point_basis"].tolist() == [*["weighted centroid"] * 3, "point on surface"]
    assert points["residents"].tolist() == [100, 200, 300, 400]
    assert points.geometry["E01000003"] == shapely.Point(EAST + 1300, NORTH + 200)
    notes = " ".join(Prepared(toyford.prepared).manifest["tables"]["resident_points"]["notes"])
    assert "3 LSOAs without postcodes have one point instead: weighted centroid." in notes
    assert "1 LSOAs without postcodes have one point instead: point on surface." in notes


@pytest.mark.parametrize("cell", ["west of here", None], ids=["a word", "nothing"])
def test_a_centroid_that_cannot_be_read_is_named_with_line_row_and_column(
    toyford: Toyford, capsys: pytest.CaptureFixture[str], cell: str | None
):
    with_centroids(toyford).loc[1, "x"] = cell
    assert toyford.prepare() == 1
    said = capsys.readouterr().err
    assert "line 3, row E01000002, column 'x'" in said
    assert CENTROIDS in said


def test_a_centroid_that_stands_twice_is_a_fault(toyford: Toyford, capsys: pytest.CaptureFixture[str]):
    table = with_centroids(toyford)
    toyford.tables[CENTROIDS] = pd.concat([table, table.iloc[[2]]])
    assert toyford.prepare() == 1
    said = capsys.readouterr().err
    assert "E01000003" in said
    assert CENTROIDS in said


def test_real_postcodes_come_off_line_from_the_package(toyford: Toyford):
    # Toyford stands on real ground east of the middle of Leeds, so it may borrow Leeds' postcodes.
    toyford.study_area = toyford.study_area.replace(
        f'lad_code = "{LAD}"', 'lad_code = "E08000035"\npostcode_areas = ["LS"]'
    )
    assert toyford.prepare() == 0
    prepared = Prepared(toyford.prepared)
    points = prepared.table("resident_points")
    postcode_points = points[points["point_basis"] == "postcodes"]
    assert len(postcode_points) > 10
    assert (postcode_points["postcodes"].between(1, POSTCODES_AT_ONE_POINT - 1)).all()
    assert assign_points(points, prepared.table("lsoas")).equals(points["lsoa_code"].rename("lsoa_code"))
    living = points.groupby("lsoa_code")["residents"].sum()
    assert living.to_dict() == pytest.approx(dict(zip(LSOAS, [100, 200, 300, 400], strict=True)))
