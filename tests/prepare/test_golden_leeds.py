"""Leeds from the mirror of real files: figures known from elsewhere, worked out before the code was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.assign import assign_points
from layers.categories import read_asset_rules
from layers.green_space import PUBLIC_TAGS
from layers.population import POSTCODES_AT_ONE_POINT, read_postcodes
from layers.study_tables import read_study_tables
from prepare.display import MOST_BYTES
from prepare.features import CLIP_BUFFER_M, SMALLEST_GREEN_M2
from prepare.openstreetmap import MADE_UP_IDS_FROM
from study.area import read_study_area
from study.tables import AGE_BANDS, DOMAINS
from tests.prepare.conftest import Prepared

TABLES = {
    "wards": 33,
    "lsoas": 488,
    "population": 488,
    "deprivation": 488,
    "deprivation_2019": 482,
    "connectivity": 488,
    "broadband": 488,
}
IMD_2025 = [84, 52, 40, 38, 26, 34, 47, 44, 61, 62]
IMD_2019 = [114, 48, 42, 21, 45, 40, 56, 42, 41, 33]
# Ward -> LSOAs in the most deprived tenth of England (IMD 2025), of all its LSOAs.
WORST_WARDS = {
    "Gipton & Harehills": (13, 17),
    "Burmantofts & Richmond Hill": (9, 14),
    "Middleton Park": (9, 19),
    "Killingbeck & Seacroft": (8, 17),
}


def decile_counts(table: pd.DataFrame) -> list[int]:
    return table["imd_decile"].value_counts().reindex(range(1, 11), fill_value=0).tolist()


def display(leeds: Prepared, name: str) -> np.ndarray:
    return np.array([shapely.geometry.shape(f["geometry"]) for f in leeds.shapes(name)["features"]])


# ---- the ground


@pytest.mark.parametrize(("name", "rows"), TABLES.items())
def test_tables_have_their_known_number_of_rows(leeds: Prepared, name: str, rows: int):
    assert len(leeds.table(name)) == rows
    assert leeds.manifest["tables"][name]["rows"] == rows


def test_wards_are_those_of_the_local_authority_not_of_a_range_of_codes(leeds: Prepared):
    codes = leeds.table("wards").index
    assert (codes.min(), codes.max()) == ("E05011384", "E05013831")
    # The range has gaps, in which wards of other places lie.
    assert int(codes.max()[1:]) - int(codes.min()[1:]) > len(codes)


def test_every_lsoa_is_in_one_of_the_wards(leeds: Prepared):
    wards, lsoas = leeds.table("wards"), leeds.table("lsoas")
    assert set(lsoas["ward_code"]) == set(wards.index)
    assert lsoas["lsoa_name"].str.startswith("Leeds ").all()


def test_wards_and_lsoas_cover_the_same_ground_about_552_square_kilometres(leeds: Prepared):
    wards, lsoas = leeds.table("wards"), leeds.table("lsoas")
    assert wards.geometry.area.sum() / 1e6 == pytest.approx(552, abs=1)
    assert lsoas.geometry.area.sum() == pytest.approx(wards.geometry.area.sum(), rel=1e-3)


# ---- deprivation


def test_imd_2025_deciles_of_488_lsoas(leeds: Prepared):
    assert decile_counts(leeds.table("deprivation")) == IMD_2025
    assert sum(IMD_2025) == 488


def test_imd_2019_deciles_of_482_lsoas_of_2011(leeds: Prepared):
    assert decile_counts(leeds.table("deprivation_2019")) == IMD_2019
    assert sum(IMD_2019) == 482


def test_deciles_follow_from_ranks_among_englands_33755_lsoas(leeds: Prepared):
    table = leeds.table("deprivation")
    expected = np.ceil(table["imd_rank"] / 3375.5)
    assert (table["imd_decile"] == expected).all()
    assert table["imd_rank"].is_unique
    # A worse rank is a higher score.
    assert table.sort_values("imd_rank")["imd_score"].is_monotonic_decreasing
    assert all(table[f"{domain}_decile"].between(1, 10).all() for domain in DOMAINS)


def test_wards_with_most_lsoas_in_the_most_deprived_tenth(leeds: Prepared):
    worst = leeds.table("deprivation")["imd_decile"] == 1
    ward = leeds.table("lsoas")["ward_code"].map(leeds.table("wards")["ward_name"])
    counts = worst.groupby(ward).agg(["sum", "size"])
    for name, expected in WORST_WARDS.items():
        assert tuple(counts.loc[name]) == expected
    assert (counts["sum"] == 0).sum() == 17
    assert counts["sum"].nlargest(4).tolist() == [13, 9, 9, 8]


def test_connectivity_is_a_rank_among_the_same_33755(leeds: Prepared):
    table = leeds.table("connectivity")
    assert (table["connectivity_decile"] == np.ceil(table["connectivity_rank"] / 3375.5)).all()
    assert table.index.equals(leeds.table("deprivation").index)


# ---- people


def test_residents_add_up_to_811960(leeds: Prepared):
    population = leeds.table("population")
    assert population["residents"].sum() == 811_960
    assert leeds.table("resident_points")["residents"].sum() == pytest.approx(811_960)
    # Rounded band by band for privacy, and still within three of each total.
    assert (population[list(AGE_BANDS)].sum(axis=1) - population["residents"]).abs().max() <= 3


def test_residents_live_at_23193_points_which_is_23297_less_104_piles(leeds: Prepared):
    """The package holds 30,876 postcodes of Leeds at 23,297 distinct points.

    At 104 of these points ten or more postcodes lie on each other (5,685 postcodes: PO boxes and large users);
    those are left out. What remains are 25,191 postcodes at 23,193 points, every one inside an LSOA.
    """
    area = read_study_area("leeds")
    postcodes = read_postcodes(area.postcode_areas)
    own = postcodes[postcodes["lad_code"] == area.lad_code]
    height = own.groupby(["easting_m", "northing_m"]).size()
    piles = height[height >= POSTCODES_AT_ONE_POINT]
    assert (len(own), len(height)) == (30_876, 23_297)
    assert (len(piles), piles.sum()) == (104, 5_685)
    points = leeds.table("resident_points")
    assert len(points) == 23_193 == len(height) - len(piles)
    assert points["postcodes"].sum() == 25_191 == len(own) - piles.sum()
    assert set(points["point_basis"]) == {"postcodes"}


def test_each_lsoas_residents_live_at_points_inside_it(leeds: Prepared):
    points, lsoas = leeds.table("resident_points"), leeds.table("lsoas")
    assert assign_points(points, lsoas).tolist() == points["lsoa_code"].tolist()
    living = points.groupby("lsoa_code")["residents"].sum()
    expected = leeds.table("population")["residents"]
    assert living.index.equals(expected.index)
    assert np.allclose(living, expected)


# ---- assets, green space, stops


def test_several_thousand_assets_have_one_category_and_one_type_each(leeds: Prepared):
    assets, rules = leeds.table("assets"), read_asset_rules()
    assert len(assets) > 5_000
    assert assets.index.is_unique
    assert assets[["category", "type", "holder"]].notna().all(axis=None)
    pairs = set(zip(assets["category"], assets["type"], strict=True))
    assert pairs <= {(rule.category, rule.type) for rule in rules.rule}
    # Gifts of head, hand and heart are never taken from a dataset.
    assert "individuals" not in set(assets["category"])


def test_no_asset_is_a_place_where_people_live_or_hide(leeds: Prepared):
    assets = leeds.table("assets")
    facilities = assets[assets["kind"].str.startswith(("amenity=social_facility", "amenity=shelter"))]
    names = facilities["asset_name"].fillna("").str.lower()
    assert not names.str.contains("refuge|care home|nursing|sheltered|hostel|asylum").any()


def test_assets_lie_in_the_wards_or_the_strip_round_them(leeds: Prepared):
    assets, wards = leeds.table("assets"), leeds.table("wards")
    inside = assets["ward_code"].notna()
    assert set(assets.loc[inside, "ward_code"]) == set(wards.index)
    outside = assets.geometry[~inside].distance(wards.geometry.union_all())
    assert (outside > 0).all()
    assert (outside <= CLIP_BUFFER_M * 1.001).all()
    assert inside.mean() > 0.9


def test_made_up_numbers_and_only_those_are_not_linked(leeds: Prepared):
    assets = leeds.table("assets")
    made_up = pd.Series([int(i[1:]) >= MADE_UP_IDS_FROM for i in assets.index], index=assets.index)
    assert made_up.sum() > 1_000
    assert assets["osm_url"].isna().equals(made_up)
    linked = assets["osm_url"].dropna()
    assert linked.str.fullmatch(r"https://www\.openstreetmap\.org/(node|way|relation)/\d+").all()


def test_no_two_assets_of_one_name_and_type_are_within_75_metres(leeds: Prepared):
    assets = leeds.table("assets")
    named = assets[assets["asset_name"].notna()]
    points = named.geometry.to_numpy()
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=74.9)
    pairs = pd.DataFrame({"first": first, "second": second})[first < second]
    assert len(pairs) > 1_000
    label = (named["type"] + ": " + named["asset_name"].str.casefold()).to_numpy()
    same = label[pairs["first"]] == label[pairs["second"]]
    assert label[pairs["first"]][same].tolist() == []


def test_green_space_is_public_whole_and_large_enough_to_see(leeds: Prepared):
    greens = leeds.table("green_space")
    assert len(greens) > 1_000
    assert greens["is_public"].all()
    assert set(greens["kind"]) <= {
        f"{key}={value}" for key, values in PUBLIC_TAGS.items() for value in values
    }
    assert (greens.geometry.area >= SMALLEST_GREEN_M2).all()
    assert greens.geometry.is_valid.all()
    assert np.allclose(greens["area_ha"], greens.geometry.area / 10_000, atol=1e-4)
    # Roundhay Park and Temple Newsam are the best known.
    names = set(greens["green_name"].dropna())
    assert any("Roundhay" in name for name in names)
    assert any("Temple Newsam" in name for name in names)


def test_bus_stops_are_those_of_the_centre(leeds: Prepared):
    stops = leeds.table("stops")
    assert len(stops) > 300
    assert (stops.geom_type == "Point").all()
    assert set(stops["kind"]) <= {"highway=bus_stop", "railway=station", "railway=halt"}


# ---- shapes for the map


@pytest.mark.parametrize("name", MOST_BYTES)
def test_shapes_for_the_map_are_small_enough_and_in_the_tables_order(leeds: Prepared, name: str):
    path = leeds.folder / "display" / f"{name}.geojson"
    assert path.stat().st_size <= MOST_BYTES[name]
    features = json.loads(path.read_text("utf-8"))["features"]
    table = leeds.table(name)
    assert len(features) == len(table)
    identity = table.index.name
    if identity in features[0]["properties"]:
        assert [f["properties"][identity] for f in features] == table.index.tolist()


@pytest.mark.parametrize("name", ["wards", "lsoas"])
def test_neighbours_on_the_map_have_no_slivers_or_overlaps(leeds: Prepared, name: str):
    shapes = display(leeds, name)
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-9)
    assert all(len(part.interiors) == 0 for part in shapely.get_parts(whole))


# ---- what is left on disk


def test_files_of_the_mirror_are_not_copied(leeds: Prepared, mirror: Path):
    data = leeds.folder.parents[1]
    assert sorted(p.name for p in data.iterdir()) == ["prepared"]
    assert sorted(p.name for p in data.joinpath("prepared").iterdir()) == [".leeds.lock", "leeds"]
    names = {p.name for p in mirror.rglob("*") if p.is_file()}
    written = [p for p in leeds.folder.rglob("*") if p.is_file()]
    assert names.isdisjoint(p.name for p in written)
    assert {p.suffix for p in written} <= {".parquet", ".geojson", ".json", ".npz", ".npy"}
    by_size = {entry["bytes"] for entry in leeds.manifest["files"].values()}
    assert by_size.isdisjoint(p.stat().st_size for p in written)


def test_nothing_was_at_fault_and_nothing_is_missing(leeds: Prepared):
    assert leeds.err == ""
    assert leeds.manifest["missing"] == {}
    assert "Leeds is prepared" in leeds.out


def test_the_program_reads_leeds_as_prepared(leeds: Prepared, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STRONG_PLACES_DATA", str(leeds.folder.parents[1]))
    tables = read_study_tables(read_study_area("leeds"))
    assert tables.origin == "prepared"
    assert tables.deprivation_release == 2025
    assert tables.fingerprint == leeds.manifest["fingerprint"]
    assert tables.streets_folder is not None
