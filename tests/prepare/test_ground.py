"""The ground: wards, and LSOAs with the ward each belongs to."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from prepare import ground
from study.area import TableSource
from study.errors import DataError, SourceError
from tests.prepare.toyford import EAST, LAD, LOOKUP, LSOA_SHAPES, LSOAS, NORTH, WARDS, Toyford, square

CRS = "EPSG:27700"
WARD_ENTRY = TableSource(
    source="",
    columns={"ward_code": "WD25CD", "ward_name": "WD25NM"},
    where={"LAD25CD": LAD},
)
LOOKUP_ENTRY = TableSource(
    source="",
    columns={"lsoa_code": "LSOA21CD", "ward_code": "WD25CD"},
    where={"LAD25CD": LAD},
)
LSOA_ENTRY = TableSource(source="", columns={"lsoa_code": "LSOA21CD", "lsoa_name": "LSOA21NM"})
WARD_CODES = pd.Index(["E05000001", "E05000002"], name="ward_code")


def lookup_of(toyford: Toyford) -> pd.Series:
    return ground.ward_lookup(toyford.write() / LOOKUP, LOOKUP_ENTRY, WARD_CODES)


def lsoas_of(toyford: Toyford, entry: TableSource = LSOA_ENTRY) -> ground.Made:
    return ground.lsoas(toyford.write() / LSOA_SHAPES, entry, lookup_of(toyford), crs=CRS)


def wards_of(toyford: Toyford, *, crs: str = CRS) -> ground.Made:
    return ground.wards(toyford.write() / WARDS, WARD_ENTRY, crs=crs)


# ---- wards


def test_only_the_wards_of_the_local_authority_are_kept_in_order_of_their_code(toyford: Toyford):
    table = wards_of(toyford).table
    assert table["ward_name"].to_dict() == {"E05000001": "West", "E05000002": "East"}
    assert list(table.columns) == ["ward_name", "geometry"]
    assert table.index.name == "ward_code"


def test_outlines_are_in_the_study_areas_metres(toyford: Toyford):
    table = wards_of(toyford).table
    assert table.crs == CRS
    assert table.geometry.area.to_list() == pytest.approx([1_000_000, 1_000_000], rel=1e-4)
    assert table.total_bounds == pytest.approx([EAST, NORTH, EAST + 2000, NORTH + 1000], abs=0.1)


def test_another_crs_is_obeyed(toyford: Toyford):
    # In UTM 30 the meridian 3 degrees west is easting 500,000; Toyford's corner is 1.45 degrees east of it, and
    # a degree there is 65.8 km.
    table = wards_of(toyford, crs="EPSG:32630").table
    assert table.crs == "EPSG:32630"
    assert table.geometry.area.sum() == pytest.approx(2_000_000, rel=0.01)
    assert table.total_bounds[0] == pytest.approx(500_000 + 1.45 * 65_800, abs=1000)


def test_an_outline_that_crosses_itself_is_repaired_and_counted(toyford: Toyford):
    (x, y) = (EAST, NORTH)
    bow_tie = shapely.Polygon([(x, y), (x + 1000, y + 1000), (x + 1000, y), (x, y + 1000)])
    toyford.wards.loc[1, "geometry"] = bow_tie
    made = wards_of(toyford)
    assert made.notes == ["1 outlines crossed themselves and were repaired."]
    assert made.table.geometry.is_valid.all()
    # Two triangles of 1,000 m by 500 m, which meet in a point.
    assert made.table.geometry["E05000001"].area == pytest.approx(500_000, rel=1e-4)


def test_sound_outlines_need_no_note(toyford: Toyford):
    assert wards_of(toyford).notes == []


def test_heights_are_left_out(toyford: Toyford):
    toyford.wards["geometry"] = shapely.force_3d(toyford.wards.geometry.to_numpy(), 37.0)
    assert not wards_of(toyford).table.geometry.has_z.any()


def test_the_wards_missing_columns_are_named(toyford: Toyford):
    toyford.wards = toyford.wards.rename(columns={"WD25CD": "WD26CD", "LAD25CD": "LAD26CD"})
    with pytest.raises(
        DataError, match=r"Column not found: 'WD25CD'\. The file has: 'WD26CD', 'WD25NM', 'LAD26CD'"
    ):
        wards_of(toyford)


def test_a_missing_column_that_chooses_the_rows_is_named(toyford: Toyford):
    toyford.wards = toyford.wards.rename(columns={"LAD25CD": "LAD26CD"})
    with pytest.raises(DataError, match="Column not found: 'LAD25CD'"):
        wards_of(toyford)


def test_a_file_of_another_place_says_so(toyford: Toyford):
    toyford.wards["LAD25CD"] = "E99000002"
    with pytest.raises(DataError, match=f"No row has LAD25CD = '{LAD}'"):
        wards_of(toyford)


def test_a_ward_that_stands_twice_is_named(toyford: Toyford):
    toyford.wards = pd.concat([toyford.wards, toyford.wards.iloc[[0]]])
    with pytest.raises(
        DataError, match=r"row E05000002, column ward_code: .*stands in the table more than once"
    ):
        wards_of(toyford)


def test_a_ward_without_a_name_or_an_outline_is_named_with_its_column(toyford: Toyford):
    toyford.wards.loc[0, "WD25NM"] = None
    toyford.wards["geometry"] = gpd.GeoSeries([*toyford.wards.geometry[:1], None, None], crs=CRS)
    with pytest.raises(DataError) as caught:
        wards_of(toyford)
    assert "row E05000002, column ward_name" in caught.value.what
    assert "row E05000001, column geometry: missing or empty geometry" in caught.value.what
    assert caught.value.where.endswith(WARDS)


@pytest.mark.parametrize("shape", [shapely.Point(EAST, NORTH), square(0, 0, 1000, 1000).exterior])
def test_a_ward_without_a_surface_is_named(toyford: Toyford, shape: shapely.Geometry):
    toyford.wards["geometry"] = gpd.GeoSeries([*toyford.wards.geometry[:1], shape, shape], crs=CRS)
    with pytest.raises(DataError, match="E05000001"):
        wards_of(toyford)


@pytest.mark.parametrize(
    "content",
    ["<html>Not found</html>", "", '{"error": {"code": 400, "message": "Invalid URL"}}'],
    ids=["web page", "nothing", "error message"],
)
def test_a_file_that_holds_no_shapes_says_so(tmp_path: Path, content: str):
    path = tmp_path / "wards.geojson"
    path.write_text(content)
    with pytest.raises(SourceError, match="cannot be read as shapes") as caught:
        ground.wards(path, WARD_ENTRY, crs=CRS)
    assert caught.value.where == str(path)


def test_a_table_in_place_of_shapes_says_so(tmp_path: Path):
    path = tmp_path / "wards.csv"
    path.write_text(f"WD25CD,WD25NM,LAD25CD\nE05000001,West,{LAD}\n")
    with pytest.raises(SourceError, match="holds no shapes"):
        ground.wards(path, WARD_ENTRY, crs=CRS)


def test_metres_said_to_be_degrees_are_a_fault_and_not_a_crash(tmp_path: Path):
    # GeoJSON that does not name its CRS is in degrees by its standard, whatever its numbers look like.
    ring = [[EAST, NORTH], [EAST + 1000, NORTH], [EAST + 1000, NORTH + 1000], [EAST, NORTH]]
    feature = {
        "type": "Feature",
        "properties": {"WD25CD": "E05000001", "WD25NM": "West", "LAD25CD": LAD},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises((SourceError, DataError)):
        ground.wards(path, WARD_ENTRY, crs=CRS)


# ---- the lookup


def test_the_lookup_gives_each_lsoa_of_the_local_authority_its_ward(toyford: Toyford):
    wards = ["E05000001", "E05000001", "E05000002", "E05000002"]
    assert lookup_of(toyford).to_dict() == dict(zip(LSOAS, wards, strict=True))


def test_all_faults_of_the_lookup_are_told_together_with_line_and_column(toyford: Toyford):
    lookup = toyford.tables[LOOKUP]
    lookup.loc[1, "LSOA21CD"] = "E01000001"
    lookup.loc[3, "WD25CD"] = "E05000077"
    with pytest.raises(DataError) as caught:
        lookup_of(toyford)
    assert caught.value.what == (
        "The lookup has 2 faults: "
        "line 3, column 'LSOA21CD': E01000001 stands in the table more than once; "
        "line 5, column 'WD25CD': 'E05000077' (LSOA E01000004) is not one of the wards"
    )


def test_an_empty_ward_in_the_lookup_is_a_fault(toyford: Toyford):
    toyford.tables[LOOKUP].loc[0, "WD25CD"] = None
    with pytest.raises(DataError, match=r"line 2, column 'WD25CD'.*E01000001"):
        lookup_of(toyford)


def test_an_empty_lsoa_code_in_the_lookup_is_a_fault(toyford: Toyford):
    toyford.tables[LOOKUP].loc[0, "LSOA21CD"] = None
    with pytest.raises(DataError, match="line 2, column 'LSOA21CD'"):
        lookup_of(toyford)


# ---- LSOAs


def test_each_lsoa_of_the_lookup_has_its_outline_name_and_ward(toyford: Toyford):
    # The file's own order must not matter.
    toyford.lsoas = toyford.lsoas.iloc[::-1].reset_index(drop=True)
    made = lsoas_of(toyford)
    table = made.table
    assert table.index.tolist() == LSOAS
    assert list(table.columns) == ["lsoa_name", "ward_code", "geometry"]
    assert table["ward_code"].tolist() == ["E05000001", "E05000001", "E05000002", "E05000002"]
    assert table["lsoa_name"].tolist() == [f"Toyford 00{i}" for i in range(4)]
    assert table.geometry.area.to_list() == pytest.approx([500_000] * 4, rel=1e-4)
    assert made.checked == ["Each of the 4 LSOAs of the lookup has an outline and one of the wards."]


def test_an_lsoa_without_an_outline_is_named(toyford: Toyford):
    toyford.lsoas = toyford.lsoas[toyford.lsoas["LSOA21CD"] != "E01000003"]
    with pytest.raises(DataError, match=r"1 of 4 LSOAs of the lookup are missing from the file: E01000003\."):
        lsoas_of(toyford)


def test_names_of_lsoas_may_be_absent(toyford: Toyford):
    table = lsoas_of(toyford, TableSource(source="", columns={"lsoa_code": "LSOA21CD"})).table
    assert table["lsoa_name"].isna().all()
    assert table["ward_code"].notna().all()


def test_an_lsoa_that_stands_twice_is_named(toyford: Toyford):
    toyford.lsoas = pd.concat([toyford.lsoas, toyford.lsoas.iloc[[2]]])
    with pytest.raises(DataError, match="row E01000003, column lsoa_code"):
        lsoas_of(toyford)
