"""Files of what is shown: the rows of the table beside the map, with what they mean and what is owed on each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pandas as pd
import pytest
import streamlit as st

from app_pages._downloads import show_asset_downloads, show_green_downloads, show_zone_downloads
from app_pages._shading import Shading, twin_table
from app_pages._tables import Study
from gaps.indicators import available_indicators
from tests.toytown import EASTFIELD, LSOAS, MIDTOWN, WESTGATE

ONS, OSM = "Source: Office for National Statistics", "© OpenStreetMap contributors"
Files = Callable[..., dict[str, bytes]]


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """What the download buttons hand out, by file name; Streamlit's button itself is stood in for."""

    def collect(show: Callable[..., None], *given: object) -> dict[str, bytes]:
        made: dict[str, bytes] = {}

        def button(label: str, data: Callable[[], bytes], *, file_name: str, **more: object) -> None:
            assert label in ("Download as CSV", "Download as GeoJSON")
            assert more["mime"] == ("text/csv" if file_name.endswith(".csv") else "application/geo+json")
            made[file_name] = data()

        monkeypatch.setattr(st, "download_button", button)
        show(*given)
        return made

    return collect


def shading(
    study: Study, layer: str, by: str, *, asset_type: str = "community_space", cutoff_min: int = 15
) -> Shading:
    return Shading(layer, by, study.values(layer, by=by, asset_type=asset_type, cutoff_min=cutoff_min))


def rows_of(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def figure(text: str) -> float | None:
    return float(text) if text else None


# ---- Toytown, by hand --------------------------------------------------------------------------------------------
def test_wards_of_toytown_as_csv(town: Study, files: Files) -> None:
    made = files(show_zone_downloads, town, shading(town, "beyond", "ward"))
    assert set(made) == {"toytown-beyond-by-ward.csv", "toytown-beyond-by-ward.geojson"}
    rows = rows_of(made["toytown-beyond-by-ward.csv"])
    assert [r["ward_code"] for r in rows] == [EASTFIELD, MIDTOWN, WESTGATE]
    assert [r["name"] for r in rows] == ["Eastfield", "Midtown", "Westgate"]
    assert [r["beyond"] for r in rows] == ["100.0", "62.5", "41.6667"]
    assert [r["residents"] for r in rows] == ["3080", "2000", "3000"]
    assert {r["status"] for r in rows} == {"estimate"}
    assert {r["indicator"] for r in rows} == {
        "Residents more than 15 minutes' walk from any known community space"
    }
    for key, value in {
        "unit": "% of residents",
        "mode": "walk",
        "speed_kph": "4.8",
        "study_area": "Toytown",
        "data": "preview",
        "data_version": "toytown",
    }.items():
        assert {r[key] for r in rows} == {value}
    for r in rows:
        assert ONS in r["attribution"] and OSM in r["attribution"] and "Royal Mail" in r["attribution"]


def test_small_areas_of_toytown_as_geojson(town: Study, files: Files) -> None:
    made = files(show_zone_downloads, town, shading(town, "broadband", "lsoa"))
    whole = json.loads(made["toytown-broadband-by-lsoa.geojson"])
    assert whole["title"] == "Broadband: poorer connection (IMD 2025 indicator)"
    assert any("MHCLG" in line for line in whole["attribution"])
    by_code = {f["properties"]["lsoa_code"]: f for f in whole["features"]}
    assert set(by_code) == set(LSOAS)
    assert by_code[LSOAS[5]]["properties"]["broadband"] == 2.0
    assert "broadband" not in by_code[LSOAS[4]]["properties"]  # missing is left out, never nought
    assert by_code[LSOAS[4]]["properties"]["status"] == "no data"
    # LSOA 1 is a rectangle of 2,000 by 1,000 m; in degrees, west of its own east and south of its own north.
    ring = by_code[LSOAS[0]]["geometry"]["coordinates"][0]
    assert len(ring) == 5 and all(-2.01 < lon < -1.96 and 53.49 < lat < 53.51 for lon, lat in ring)


def test_a_missing_value_is_an_empty_cell(town: Study, files: Files) -> None:
    rows = rows_of(
        files(show_zone_downloads, town, shading(town, "beyond", "lsoa"))["toytown-beyond-by-lsoa.csv"]
    )
    few = next(r for r in rows if r["lsoa_code"] == LSOAS[5])
    assert few["beyond"] == "" and few["status"] == "too few residents"


def test_assets_of_toytown(town: Study, files: Files) -> None:
    listed = town.assets_by_name(town.tables.assets["type"] == "faith")
    made = files(show_asset_downloads, town, listed)
    rows = rows_of(made["toytown-assets.csv"])
    assert [r["asset_id"] for r in rows] == ["n15", "n3", "n14"]  # by name: Quaker, St Anne's, Westgate
    assert [r["asset_name"] for r in rows] == ["Quaker Meeting House", "St Anne's Church", "Westgate Mosque"]
    assert {r["attribution"] for r in rows} == {OSM}
    assert {r["type"] for r in rows} == {"Faith"}
    assert all(53.49 < float(r["lat"]) < 53.52 and -2.01 < float(r["lon"]) < -1.96 for r in rows)
    features = json.loads(made["toytown-assets.geojson"])["features"]
    assert [f["properties"]["asset_id"] for f in features] == ["n15", "n3", "n14"]
    for row, feature in zip(rows, features, strict=True):
        lon, lat = feature["geometry"]["coordinates"]
        assert (float(row["lon"]), float(row["lat"])) == pytest.approx((lon, lat), abs=6e-5)


def test_no_assets_is_a_file_with_headings_alone(town: Study, files: Files) -> None:
    listed = town.assets_by_name(town.tables.assets["type"] == "heritage")
    made = files(show_asset_downloads, town, listed)
    assert rows_of(made["toytown-assets.csv"]) == []
    assert b"asset_name" in made["toytown-assets.csv"]
    assert json.loads(made["toytown-assets.geojson"])["features"] == []


# ---- Leeds: every layer, against what is shown -------------------------------------------------------------------
@pytest.mark.parametrize("by", ["ward", "lsoa"])
def test_files_hold_what_the_table_shows(leeds: Study, files: Files, by: str) -> None:
    for layer in available_indicators(leeds.tables):
        choice = shading(leeds, layer, by, asset_type="health", cutoff_min=30)
        twin = twin_table(leeds, choice)
        made = files(show_zone_downloads, leeds, choice)
        rows = rows_of(made[f"leeds-{layer}-by-{by}.csv"])
        assert [r[f"{by}_code"] for r in rows] == list(twin.index)
        assert [r["name"] for r in rows] == [str(n) for n in twin["name"]]
        assert [r["status"] for r in rows] == list(twin["status"])
        own = "assets_per_1000" if layer == "assets" else layer
        shown = pd.Series([figure(r[own]) for r in rows], index=twin.index, dtype=float)
        pd.testing.assert_series_equal(
            shown, twin["value"].astype(float), check_names=False, atol=1e-4, rtol=0
        )
        assert all(r["attribution"] and r["vintage"] and r["unit"] and r["data"] == "preview" for r in rows)
        if layer in ("beyond", "minutes"):
            assert {r["status"] for r in rows} <= {"estimate", "too few residents"}
            assert {r["mode"] for r in rows} == {"walk"}
        features = json.loads(made[f"leeds-{layer}-by-{by}.geojson"])["features"]
        mapped = pd.Series([f["properties"].get(own) for f in features], index=twin.index, dtype=float)
        pd.testing.assert_series_equal(mapped, shown, check_names=False)
        assert [f["properties"][f"{by}_code"] for f in features] == list(twin.index)
        assert [f["properties"].get("status", "") for f in features] == list(twin["status"])


def test_every_layer_owes_its_own_source(leeds: Study, files: Files) -> None:
    owed = {
        "imd": "MHCLG",
        "connectivity": "DfT",
        "green_m2": OSM,
        "assets": OSM,
        "minutes": OSM,
        "residents": ONS,
    }
    for layer, words in owed.items():
        made = files(show_zone_downloads, leeds, shading(leeds, layer, "ward"))
        rows = rows_of(made[f"leeds-{layer}-by-ward.csv"])
        assert all(words in r["attribution"] and ONS in r["attribution"] for r in rows)
        assert all(r["title"] == r["indicator"] for r in rows)


def test_the_preview_says_how_old_it_is(leeds: Study, files: Files) -> None:
    rows = rows_of(
        files(show_zone_downloads, leeds, shading(leeds, "assets", "ward"))["leeds-assets-by-ward.csv"]
    )
    assert {"2023" in r["vintage"] for r in rows} == {True}
    deprived = rows_of(
        files(show_zone_downloads, leeds, shading(leeds, "imd", "ward"))["leeds-imd-by-ward.csv"]
    )
    assert {"2025" in r["vintage"] for r in deprived} == {True}


def test_green_space_of_toytown(town: Study, files: Files) -> None:
    made = files(show_green_downloads, town)
    rows = rows_of(made["toytown-green-space.csv"])
    features = json.loads(made["toytown-green-space.geojson"])["features"]
    greens = town.tables.green_space
    assert (
        [r["green_id"] for r in rows] == [f["properties"]["green_id"] for f in features] == list(greens.index)
    )
    assert [float(r["area_ha"]) for r in rows] == list(greens["area_ha"])
    assert {r["attribution"] for r in rows} == {OSM}
    assert {f["geometry"]["type"] for f in features} <= {"Polygon", "MultiPolygon"}
