"""Newport from the mirror of real files: a place without deprivation, prepared by the same code."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from boundaries.assign import assign_points
from layers.study_tables import read_study_tables
from prepare.display import MOST_BYTES
from study.area import read_study_area
from tests.prepare.conftest import Prepared

NOT_HERE = ("deprivation", "connectivity", "broadband")


def test_there_are_21_wards_and_100_lsoas_one_ward_each(newport: Prepared):
    wards, lsoas = newport.table("wards"), newport.table("lsoas")
    assert (len(wards), len(lsoas)) == (21, 100)
    assert set(lsoas["ward_code"]) == set(wards.index)
    assert wards.index.str.startswith("W05").all()


def test_no_deprivation_is_made_and_a_sentence_says_why(newport: Prepared, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STRONG_PLACES_DATA", str(newport.folder.parents[1]))
    tables = read_study_tables(read_study_area("newport"))
    for layer in NOT_HERE:
        assert not (newport.folder / f"{layer}.parquet").exists()
        assert getattr(tables, layer) is None
        assert "Wales" in tables.missing[layer]
        assert f"not here: {layer}: {tables.missing[layer]}" in newport.out
    assert tables.deprivation_release is None
    assert tables.missing["deprivation"].startswith(
        "Newport is in Wales. The English Indices of Deprivation do not"
    )


def test_it_is_no_fault_that_wales_is_not_england(newport: Prepared):
    assert newport.err == ""
    assert newport.manifest["missing"] == {}


def test_everything_else_is_made(newport: Prepared):
    expected = {
        *("wards", "lsoas", "population", "resident_points", "assets", "green_space", "stops", "water"),
        *("street_lines", "timetable"),
    }
    assert set(newport.manifest["tables"]) == expected
    assert {p.stem for p in newport.folder.glob("*.parquet")} == expected
    assert (newport.folder / "streets").is_dir() and (newport.folder / "timetable").is_dir()


def test_residents_of_the_census_live_at_points_inside_their_lsoas(newport: Prepared):
    points, population = newport.table("resident_points"), newport.table("population")
    # Census 2021: usual residents of Newport, as the sum of its small areas.
    assert population["residents"].sum() == 159_611
    living = points.groupby("lsoa_code")["residents"].sum()
    assert np.allclose(living, population["residents"])
    assert assign_points(points, newport.table("lsoas")).tolist() == points["lsoa_code"].tolist()


def test_assets_are_collected_where_there_are_streets(newport: Prepared):
    assets = newport.table("assets")
    assert len(assets) > 1_000
    assert assets[["category", "type"]].notna().all(axis=None)
    # Here all objects are OpenStreetMap's own.
    assert assets["osm_url"].notna().all()


def test_there_are_stations_and_bus_stops(newport: Prepared):
    kinds = newport.table("stops")["kind"].value_counts()
    assert kinds["highway=bus_stop"] > 100
    assert kinds["railway=station"] >= 1


@pytest.mark.parametrize("name", ["wards", "lsoas"])
def test_neighbours_on_the_map_have_no_slivers_or_overlaps(newport: Prepared, name: str):
    features = newport.shapes(name)["features"]
    shapes = np.array([shapely.geometry.shape(f["geometry"]) for f in features])
    assert shapely.coverage_is_valid(shapes)
    assert [f["properties"][f"{name[:-1]}_code"] for f in features] == newport.table(name).index.tolist()
    assert (newport.folder / "display" / f"{name}.geojson").stat().st_size <= MOST_BYTES[name]
