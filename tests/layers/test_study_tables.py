"""All tables of a study area: the preview of Leeds against its golden figures, and prepared tables read back."""

import csv
import dataclasses
import json
import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from layers.assets import plain_name, type_status
from layers.categories import read_asset_rules
from layers.deprivation import decile_counts
from layers.study_tables import StudyTables, data_version, preview_tags, read_study_tables
from study.area import StudyArea, TableSource, read_study_area
from study.errors import DataError, NotPreparedError
from study.settings import starter_folder
from study.tables import DOMAINS, require_table
from tests.toytown import toytown

STARTER = starter_folder("leeds")


def rows_of(name: str) -> list[dict[str, str]]:
    with (STARTER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---- the preview of Leeds ------------------------------------------------------------------------------------------
def test_the_preview_has_leeds_whole(leeds_preview: StudyTables) -> None:
    rows = leeds_preview.rows()
    assert (rows["wards"], rows["lsoas"], rows["population"]) == (33, 488, 488)
    assert (rows["deprivation"], rows["connectivity"], rows["green_space"]) == (488, 488, 268)
    assert "broadband" not in rows
    assert "broadband" in leeds_preview.missing
    assert leeds_preview.deprivation_release == 2025


def test_every_table_of_the_preview_passes_its_own_check(leeds_preview: StudyTables) -> None:
    for name in leeds_preview.rows():
        table = getattr(leeds_preview, name)
        require_table(name, table, where=name)
        if isinstance(table, gpd.GeoDataFrame):
            assert table.crs.to_epsg() == 27700


def test_imd_2025_deciles_of_the_488_lsoas(leeds_preview: StudyTables) -> None:
    table = decile_counts(leeds_preview.deprivation, leeds_preview.population)
    assert table["lsoas"].to_list() == [84, 52, 40, 38, 26, 34, 47, 44, 61, 62]


def test_wards_by_their_lsoas_in_decile_1(leeds_preview: StudyTables) -> None:
    first = leeds_preview.deprivation["imd_decile"] == 1
    names = leeds_preview.lsoas["ward_code"].map(leeds_preview.wards["ward_name"])
    table = first.groupby(names.reindex(first.index)).agg(["sum", "size"])
    for ward, counts in {
        "Gipton & Harehills": (13, 17),
        "Burmantofts & Richmond Hill": (9, 14),
        "Middleton Park": (9, 19),
        "Killingbeck & Seacroft": (8, 17),
    }.items():
        assert tuple(table.loc[ward]) == counts
    assert (table["sum"] == 0).sum() == 17
    assert table["sum"].sum() == 84
    assert len(table) == 33


def test_residents_of_leeds(leeds_preview: StudyTables) -> None:
    assert leeds_preview.population["residents"].sum() == 820_802
    written = {row["lsoa_code"]: int(row["population"]) for row in rows_of("lsoas_2021_imd2025.csv")}
    assert leeds_preview.population["residents"].to_dict() == written
    assert leeds_preview.resident_points["residents"].sum() == pytest.approx(820_802)


def test_residents_stand_at_their_postcodes(leeds_preview: StudyTables) -> None:
    points = leeds_preview.resident_points
    assert set(points["lsoa_code"]) == set(leeds_preview.lsoas.index)
    assert points["postcodes"].max() < 10
    # A handful of LSOAs could be without; nearly all must have many.
    assert (points["point_basis"] == "postcodes").mean() > 0.99
    assert points.groupby("lsoa_code").size().median() > 20


def test_deprivation_and_connectivity_are_those_of_the_files(leeds_preview: StudyTables) -> None:
    for row in rows_of("lsoas_2021_imd2025.csv"):
        own = leeds_preview.deprivation.loc[row["lsoa_code"]]
        assert own["imd_rank"] == int(row["imd_rank"])
        assert [own[f"{d}_decile"] for d in DOMAINS] == [int(row[f"{d}_decile"]) for d in DOMAINS]
    for row in rows_of("lsoas_2021_geographical_barriers.csv"):
        own = leeds_preview.connectivity.loc[row["lsoa_code"]]
        assert own["connectivity_rank"] == int(row["geographical_barriers_rank"])
        assert own["connectivity_decile"] == int(row["geographical_barriers_decile"])


def test_private_and_disused_places_are_not_shown(leeds_preview: StudyTables) -> None:
    hidden = {
        row["osm_id"]
        for row in rows_of("assets.csv")
        if any(part in ("access=private", "access=no", "disused") for part in row["kind"].split(":"))
    }
    assert len(hidden) == 5
    shown = {i for ids in leeds_preview.assets["merged_ids"] for i in ids.split()}
    assert not hidden & shown


def test_homes_are_not_shown_and_doubtful_places_were_decided_by_hand(leeds_preview: StudyTables) -> None:
    by_hand = read_asset_rules().by_hand
    doubtful = {
        row["osm_id"]
        for row in rows_of("assets.csv")
        if "assisted_living" in row["kind"] or row["kind"].split(":for=")[0] == "amenity=social_facility"
    }
    assert doubtful == set(by_hand)
    shown = {i for ids in leeds_preview.assets["merged_ids"] for i in ids.split()}
    # A charity's office, a day centre and a counselling service; the other four may be people's homes.
    assert doubtful & shown == {"n6902781768", "n5498612365", "n4192442232"}


def test_the_rule_finds_the_places_that_stand_twice(leeds_preview: StudyTables) -> None:
    twice = leeds_preview.assets[leeds_preview.assets["merged_ids"].str.contains(" ")]
    assert {frozenset(ids.split()) for ids in twice["merged_ids"]} == {
        frozenset({"n3718205538", "n6010070739"}),
        frozenset({"w385443410", "n1628108125"}),
        frozenset({"w606465608", "w606465607"}),
        frozenset({"w607730838", "n323935961"}),
        frozenset({"w611962013", "w34027224"}),
    }


def test_no_twins_are_left(leeds_preview: StudyTables) -> None:
    assets = leeds_preview.assets
    keys = assets["asset_name"].map(plain_name) + "|" + assets["type"]
    for _, twins in assets.groupby(keys[keys.duplicated(keep=False)]):
        shapes = list(twins.geometry)
        assert all(a.distance(b) > 75 for i, a in enumerate(shapes) for b in shapes[i + 1 :])


def test_every_row_of_the_preview_is_shown_merged_or_left_out_for_a_reason(
    leeds_preview: StudyTables,
) -> None:
    rules = read_asset_rules()
    shown = {i for ids in leeds_preview.assets["merged_ids"] for i in ids.split()}
    rows = rows_of("assets.csv")
    left_out = [row for row in rows if row["osm_id"] not in shown]
    for row in left_out:
        dropped_by_hand = row["osm_id"] in rules.by_hand
        assert dropped_by_hand or rules.classify(preview_tags(row["kind"])) is None
    # 5 are private or disused and 4 dropped by hand; 5 of the others stand twice.
    assert (len(rows), len(left_out), len(leeds_preview.assets)) == (1089, 9, 1075)


def test_every_asset_has_one_known_category_type_and_holder(leeds_preview: StudyTables) -> None:
    rules = read_asset_rules()
    assert leeds_preview.assets["category"].isin(rules.categories).all()
    assert leeds_preview.assets["type"].isin(rules.types).all()
    assert leeds_preview.assets["holder"].isin(rules.holders).all()
    assert leeds_preview.assets.index.is_unique


def test_assets_know_their_ward(leeds_preview: StudyTables) -> None:
    known = leeds_preview.assets["ward_code"].dropna()
    assert set(known) == set(leeds_preview.wards.index)
    # One place lies just over the boundary and is kept.
    assert len(leeds_preview.assets) - len(known) == 1


def test_what_the_preview_did_not_collect_is_never_zero(leeds_preview: StudyTables) -> None:
    status = type_status(leeds_preview.assets, read_asset_rules(), not_collected=leeds_preview.not_collected)
    for asset_type in ("education", "food_and_everyday_shops", "play", "third_places", "heritage"):
        assert status[asset_type] == "not collected"
    for asset_type in ("community_space", "faith", "health", "culture", "sport_and_leisure"):
        assert status[asset_type] == "collected"


def test_every_table_of_the_preview_names_its_source(leeds_preview: StudyTables) -> None:
    assert set(leeds_preview.rows()) <= set(leeds_preview.sources)


@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        ("amenity=library", {"amenity": "library"}),
        ("amenity=library:access=private", {"amenity": "library", "access": "private"}),
        ("amenity=library:disused", {"amenity": "library", "disused:amenity": "library"}),
        (
            "amenity=social_facility:outreach:for=child",
            {
                "amenity": "social_facility",
                "social_facility": "outreach",
                "social_facility:for": "child",
            },
        ),
        (
            "amenity=community_centre:club_home:club=scout",
            {"amenity": "community_centre", "community_centre": "club_home", "club": "scout"},
        ),
        (
            "amenity=place_of_worship:religion=sikh",
            {"amenity": "place_of_worship", "religion": "sikh"},
        ),
        ("leisure=sports_centre:sport=a;b", {"leisure": "sports_centre", "sport": "a;b"}),
    ],
)
def test_a_previews_kind_stands_for_tags(kind: str, tags: dict[str, str]) -> None:
    assert preview_tags(kind) == tags


# ---- prepared tables -----------------------------------------------------------------------------------------------
@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Toytown's tables as `prepare` leaves them, in a data folder of their own."""
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path))
    folder = tmp_path / "prepared" / "toytown"
    folder.mkdir(parents=True)
    town = toytown()
    for name in town.rows():
        table = getattr(town, name)
        table.drop(columns=["ward_code", "lsoa_code"] if name == "assets" else []).to_parquet(
            folder / f"{name}.parquet"
        )
    entries = {name: {"source": source} for name, source in town.sources.items()}
    entries["assets"]["notes"] = ["one private place left out"]
    manifest = {"tables": entries, "fingerprint": "abc", "missing": {"stops": "No stops were found."}}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def town_area() -> StudyArea:
    release = TableSource(source="mhclg_imd_2025", release=2025)
    not_here = {"water": "No water here."}
    return toytown().area.model_copy(update={"tables": {"deprivation": release}, "not_here": not_here})


def test_prepared_tables_come_back_as_they_were_written(prepared: Path) -> None:
    read, town = read_study_tables(town_area()), toytown()
    assert (read.origin, read.fingerprint, read.deprivation_release) == ("prepared", "abc", 2025)
    assert read.rows() == town.rows()
    for name in town.rows():
        one, other = getattr(read, name), getattr(town, name)
        if isinstance(other, gpd.GeoDataFrame):
            assert_geodataframe_equal(one, other, check_like=True, check_index_type=False)
        else:
            pd.testing.assert_frame_equal(one, other)
    assert read.sources == town.sources
    assert read.notes["assets"] == ("one private place left out",)
    assert read.missing == {"water": "No water here.", "stops": "No stops were found."}
    assert read.streets_folder is None


def test_an_optional_table_may_be_missing(prepared: Path) -> None:
    for name in ("deprivation", "connectivity", "broadband", "green_space"):
        (prepared / f"{name}.parquet").unlink()
    read = read_study_tables(town_area())
    assert read.deprivation is None
    assert read.deprivation_release is None
    assert set(read.rows()) == {"wards", "lsoas", "population", "resident_points", "assets"}


def test_a_required_table_that_is_missing_is_named_with_the_command(prepared: Path) -> None:
    (prepared / "population.parquet").unlink()
    with pytest.raises(DataError, match="lacks the table 'population'") as caught:
        read_study_tables(town_area())
    assert "python -m prepare toytown" in caught.value.do


@pytest.mark.parametrize("text", ["{", "{}", '{"tables": {}}', "[]", "null"])
def test_a_manifest_that_cannot_be_read_is_told(prepared: Path, text: str) -> None:
    (prepared / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(DataError, match="cannot be read") as caught:
        read_study_tables(town_area())
    assert caught.value.where.endswith("manifest.json")
    assert "python -m prepare toytown" in caught.value.do


def test_a_table_with_faults_is_refused_at_the_door(prepared: Path) -> None:
    toytown().population.assign(residents=-5).to_parquet(prepared / "population.parquet")
    with pytest.raises(DataError, match="row E01900001, column residents: '-5'") as caught:
        read_study_tables(town_area())
    assert caught.value.where.endswith("population.parquet")


def test_a_table_that_is_no_table_is_told(prepared: Path) -> None:
    (prepared / "wards.parquet").write_bytes(b"not parquet")
    with pytest.raises(DataError) as caught:
        read_study_tables(town_area())
    assert caught.value.where.endswith("wards.parquet")


def test_a_place_without_any_data_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path))
    with pytest.raises(NotPreparedError, match="Newport has not been prepared") as caught:
        read_study_tables(read_study_area("newport"))
    assert "python -m prepare newport --mirror" in caught.value.do


def test_the_version_changes_with_the_data_and_only_then(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = town_area()
    first = data_version(area)
    assert data_version(area) == first
    assert first.startswith("prepared-")
    written = (prepared / "manifest.json").stat().st_mtime_ns
    os.utime(prepared / "manifest.json", ns=(written + 1000, written + 1000))
    assert data_version(area) != first
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path / "elsewhere"))
    assert data_version(read_study_area("leeds")) == "preview"


def test_rows_count_only_what_is_here() -> None:
    town = toytown()
    assert town.rows()["assets"] == 15
    assert "stops" not in town.rows()
    assert "green_space" not in dataclasses.replace(town, green_space=None).rows()
