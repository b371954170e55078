"""Every indicator of Toytown by ward and by small area, worked out by hand in tests/toytown.py."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from gaps.indicators import (
    CUTOFFS_MIN,
    FEWEST_RESIDENTS,
    ZONE_KINDS,
    IndicatorValues,
    available_indicators,
    indicator_values,
    residents_of,
    zone_of_points,
    zones_of,
)
from gaps.walking import GREEN_TYPE, WalkingTimes
from study.tables import DOMAINS
from tests.toytown import EASTFIELD, LSOAS, MIDTOWN, WESTGATE

WARDS = [WESTGATE, MIDTOWN, EASTFIELD]
NO = np.nan
KNOWN = {"", "estimate"}
UNKNOWN = {"no data", "not covered", "too few residents", "not collected"}


def shown(
    walking: WalkingTimes,
    indicator_id: str,
    by: str,
    *,
    asset_type: str = "community_space",
    cutoff_min: int = 15,
) -> IndicatorValues:
    return indicator_values(walking, indicator_id, by=by, asset_type=asset_type, cutoff_min=cutoff_min)


def same(found: pd.Series, expected: list[float]) -> None:
    assert found.astype(float).tolist() == pytest.approx(expected, nan_ok=True, rel=1e-9)


def minutes(*metres: float) -> list[float]:
    return [m * 1.4 / 80 for m in metres]


# ---- residents a long walk from a place


@pytest.mark.parametrize(
    ("by", "cutoff", "answer"),
    [
        ("ward", 15, [100 * 1250 / 3000, 62.5, 100]),
        ("ward", 30, [0, 0, 100 * 2000 / 3080]),
        ("lsoa", 15, [25, 50, 100 * 1000 / 1500, 50, 100, NO]),
        ("lsoa", 30, [0, 0, 0, 0, 100 * 2000 / 3000, NO]),
    ],
)
def test_residents_beyond(walking, by, cutoff, answer):
    found = shown(walking, "beyond", by, cutoff_min=cutoff)
    same(found.values, answer)
    assert found.status.tolist() == ["too few residents" if np.isnan(v) else "estimate" for v in answer]
    assert f"{cutoff} minutes" in found.indicator.title
    assert "community space" in found.indicator.title
    assert found.indicator.scale == "need"


def test_residents_beyond_in_people(walking):
    wards = shown(walking, "beyond", "ward").detail
    # 1,250 is halfway and 3,080 is near 3,100: hundreds are what an estimate carries.
    assert wards["residents_beyond"].tolist() == [1200, 1200, 3080]  # never more than all
    assert wards["residents"].tolist() == [3000, 2000, 3080]
    assert wards["residents_not_known"].tolist() == [0, 0, 0]
    lsoas = shown(walking, "beyond", "lsoa").detail
    same(lsoas["residents_beyond"], [250, 1000, 1000, 250, 3000, NO])
    assert lsoas["residents"].tolist() == [1000, 2000, 1500, 500, 3000, 80]


@pytest.mark.parametrize("by", ZONE_KINDS)
@pytest.mark.parametrize("indicator_id", ["beyond", "minutes"])
def test_not_collected_is_not_zero(walking, indicator_id, by):
    found = shown(walking, indicator_id, by, asset_type="heritage")
    assert found.values.isna().all()
    assert found.status.unique().tolist() == ["not collected"]
    people = found.detail.get("residents_beyond", pd.Series(dtype=float))
    assert people.isna().all()


def test_residents_beyond_over_streets_and_by_estimate(tables, westgate_streets):
    found = shown(WalkingTimes(tables, westgate_streets), "beyond", "ward")
    # In Westgate points 1 and 3 walk 1,300 and 1,700 m.
    same(found.values, [100 * 1250 / 3000, 62.5, 100])
    assert found.status.tolist() == ["", "estimate", "estimate"]


def test_one_estimate_in_a_zone_marks_it(tables, westgate_streets):
    tables.resident_points.loc[10, "lsoa_code"] = LSOAS[0]
    found = shown(WalkingTimes(tables, westgate_streets), "beyond", "lsoa")
    assert found.status.tolist()[:2] == ["estimate", ""]


def test_where_places_were_collected_over_streets_only(over_streets_only, westgate_streets):
    walking = WalkingTimes(over_streets_only, westgate_streets)
    found = shown(walking, "beyond", "ward")
    # Midtown: 750 of 2,000 people live on ground nobody looked at.
    same(found.values, [100 * 1250 / 3000, NO, NO])
    assert found.status.tolist() == ["", "not covered", "not covered"]
    # Of 750 and 3,080 people.
    assert found.detail["residents_not_known"].tolist() == [0, 750, 3100]
    same(found.detail["residents_beyond"], [1200, NO, NO])
    middle = shown(walking, "minutes", "ward")
    same(middle.values, [700 / 80, minutes(1044.0306508910550)[0], NO])
    assert middle.status.tolist() == ["", "estimate", "not covered"]


# ---- minutes


def test_minutes_by_ward(walking):
    found = shown(walking, "minutes", "ward")
    d = 1044.030650891055, 1220.6555615733703, 2022.3748416156685
    same(found.values, minutes(700, d[0], d[2]))
    same(found.detail["p10_min"], minutes(300, 300, d[0]))
    same(found.detail["p90_min"], minutes(d[1], d[1], d[2]))
    assert found.detail["residents"].tolist() == [3000, 2000, 3080]
    assert found.status.unique().tolist() == ["estimate"]


def test_minutes_by_small_area(walking):
    found = shown(walking, "minutes", "lsoa")
    d = 1044.030650891055, 1220.6555615733703, 2022.3748416156685, 1655.2945357246849
    # Two points each, and the first to reach half of the people: 750 of 1,000; 1,000 of 2,000; 1,000 of 1,500 ...
    same(found.values, minutes(300, 700, d[0], 700, d[2], d[3]))
    same(found.detail["p10_min"], minutes(300, 700, 300, 700, d[0], d[3]))
    same(found.detail["p90_min"], minutes(d[0], d[1], d[0], d[1], d[2], d[3]))


def test_minutes_over_streets_and_mixed(tables, westgate_streets):
    tables.resident_points.loc[10, "lsoa_code"] = LSOAS[0]
    found = shown(WalkingTimes(tables, westgate_streets), "minutes", "lsoa")
    assert found.status.tolist() == ["estimate", "", "estimate", "estimate", "estimate", "not covered"]
    same(found.values.iloc[:2], [300 / 80, 700 / 80])


def test_minutes_to_green_space_are_to_its_edge(walking):
    assert (
        "edge of a public green space"
        in shown(walking, "minutes", "ward", asset_type=GREEN_TYPE).indicator.title
    )
    assert "library" in shown(walking, "minutes", "ward", asset_type="education").indicator.title


# ---- assets, green space, residents


def test_assets_per_1000_residents(walking):
    wards = shown(walking, "assets", "ward")
    same(wards.values, [5 / 3, 2.0, 3 / 3.08])
    assert wards.detail["assets"].tolist() == [5, 4, 3]
    lsoas = shown(walking, "assets", "lsoa")
    same(lsoas.values, [4, 0.5, 4 / 1.5, 0, 1, NO])
    # The allotments outside the town, the pub and the post office do not count.
    assert lsoas.detail["assets"].tolist() == [4, 1, 4, 0, 3, 0]
    assert lsoas.status.tolist() == [""] * 5 + ["too few residents"]


def test_green_space_per_resident_counts_overlaps_once(walking):
    wards = shown(walking, "green_m2", "ward")
    same(wards.values, [20_000 / 3000, 27.5, 0])
    same(wards.detail["green_ha"], [2, 5.5, 0])
    lsoas = shown(walking, "green_m2", "lsoa")
    same(lsoas.values, [0, 10, 0, 110, 0, NO])
    assert lsoas.status.tolist() == [""] * 5 + ["too few residents"]


def test_green_space_share_of_land(walking):
    same(shown(walking, "green_share", "ward").values, [0.5, 1.375, 0])
    lsoas = shown(walking, "green_share", "lsoa")
    # Land needs no residents.
    same(lsoas.values, [0, 1, 0, 2.75, 0, 0])
    assert lsoas.status.unique().tolist() == [""]


def test_residents(walking):
    wards = shown(walking, "residents", "ward")
    same(wards.values, [3000, 2000, 3080])
    same(wards.detail["residents_per_km2"], [750, 500, 770])
    lsoas = shown(walking, "residents", "lsoa")
    same(lsoas.values, [1000, 2000, 1500, 500, 3000, 80])
    same(lsoas.detail["residents_per_km2"], [500, 1000, 750, 250, 1500, 40])


@pytest.mark.parametrize(
    ("residents", "status"), [(FEWEST_RESIDENTS - 1, "too few residents"), (FEWEST_RESIDENTS, "")]
)
def test_a_hundred_residents_are_enough(tables, residents, status):
    tables.population.loc[LSOAS[0], "residents"] = residents
    walking = WalkingTimes(tables, None)
    found = shown(walking, "assets", "lsoa")
    assert found.status.iloc[0] == status
    assert shown(walking, "green_m2", "lsoa").status.iloc[0] == status
    assert shown(walking, "beyond", "lsoa").status.iloc[0] == (status or "estimate")
    assert found.values.isna().iloc[0] == bool(status)


# ---- deprivation, connectivity, broadband


def test_overall_deprivation(walking):
    lsoas = shown(walking, "imd", "lsoa")
    same(lsoas.values, [1, 3, 5, 10, 1, 1])
    assert lsoas.indicator.scale == "decile"
    assert "IMD 2025" in lsoas.indicator.title
    wards = shown(walking, "imd", "ward")
    same(wards.values, [100 / 3, 0, 100])
    assert wards.detail["lsoas_in_decile_1"].tolist() == [1, 0, 2]
    assert wards.detail["lsoas"].tolist() == [2, 2, 2]
    assert wards.detail["residents_in_decile_1"].tolist() == [1000, 0, 3080]
    assert wards.indicator.unit == "% of residents"
    assert "England (IMD 2025)" in wards.indicator.title


def test_income_has_deciles_of_its_own(walking):
    same(shown(walking, "income", "lsoa").values, [2, 2, 5, 9, 1, 4])
    same(shown(walking, "income", "ward").values, [0, 0, 100 * 3000 / 3080])


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_ward_s_figure_is_never_a_mean_of_deciles(tables, domain):
    """Only who is in decile 1 matters: all other deciles may change places."""
    before = shown(WalkingTimes(tables, None), domain, "ward")
    decile = tables.deprivation[f"{domain}_decile"]
    tables.deprivation[f"{domain}_decile"] = decile.where(decile == 1, 12 - decile)
    after = shown(WalkingTimes(tables, None), domain, "ward")
    pd.testing.assert_series_equal(before.values, after.values)
    pd.testing.assert_frame_equal(before.detail, after.detail)


def test_connectivity_orders_places_by_its_own_name(walking):
    lsoas = shown(walking, "connectivity", "lsoa")
    same(lsoas.values, [10, 8, 7, 6, 2, 1])
    wards = shown(walking, "connectivity", "ward")
    same(wards.values, [0, 0, 100 * 80 / 3080])
    for found in (lsoas, wards):
        assert found.indicator.title.startswith("Connectivity (DfT, through IMD 2025)")
        assert "not a travel time" in found.indicator.about
        assert "30" not in found.indicator.title


def test_broadband(walking):
    lsoas = shown(walking, "broadband", "lsoa")
    same(lsoas.values, [-0.5, 0.5, 1.0, 0.0, NO, 2.0])
    assert lsoas.status.tolist() == ["", "", "", "", "no data", ""]
    same(shown(walking, "broadband", "ward").values, [1 / 6, 0.75, 2.0])


def test_broadband_missing_in_a_whole_ward_is_no_data(tables):
    tables.broadband.loc[list(LSOAS[4:]), "broadband_score"] = None
    found = shown(WalkingTimes(tables, None), "broadband", "ward")
    same(found.values, [1 / 6, 0.75, NO])
    assert found.status.tolist() == ["", "", "no data"]


def test_deprivation_missing_in_a_whole_ward_is_no_data(tables):
    known = dataclasses.replace(tables, deprivation=tables.deprivation.loc[list(LSOAS[:4])])
    found = shown(WalkingTimes(known, None), "imd", "ward")
    same(found.values, [100 / 3, 0, NO])
    assert found.status.tolist() == ["", "", "no data"]
    same(shown(WalkingTimes(known, None), "imd", "lsoa").values, [1, 3, 5, 10, NO, NO])


# ---- what there is, and how it lines up


def test_what_toytown_offers(tables):
    assert list(available_indicators(tables)) == [
        "beyond",
        "minutes",
        "assets",
        "green_m2",
        "green_share",
        "residents",
        *DOMAINS,
        "connectivity",
        "broadband",
    ]
    assert available_indicators(tables)["imd"] == "Deprivation 2025: overall deprivation"


def test_a_place_without_a_table_does_not_offer_its_indicators(tables, walking):
    bare = dataclasses.replace(tables, deprivation=None, connectivity=None, broadband=None, green_space=None)
    assert list(available_indicators(bare)) == ["beyond", "minutes", "assets", "residents"]
    for indicator_id in ("imd", "connectivity", "broadband", "green_m2", "green_share", "nonsense"):
        with pytest.raises(KeyError):
            shown(WalkingTimes(bare, None), indicator_id, "ward")


@pytest.mark.parametrize("by", ZONE_KINDS)
def test_every_indicator_lines_up_with_its_zones(tables, by):
    # Out of order on purpose.
    mixed = dataclasses.replace(
        tables, wards=tables.wards.iloc[[2, 0, 1]], lsoas=tables.lsoas.iloc[[5, 3, 1, 0, 4, 2]]
    )
    zones, plain = zones_of(mixed, by), WalkingTimes(tables, None)
    for indicator_id in available_indicators(mixed):
        found = shown(WalkingTimes(mixed, None), indicator_id, by)
        assert found.values.index.equals(zones.index), indicator_id
        assert found.detail.index.equals(zones.index), indicator_id
        assert found.status.index.equals(zones.index), indicator_id
        assert set(found.status) <= KNOWN | UNKNOWN, indicator_id
        assert (found.values.isna() == found.status.isin(UNKNOWN)).all(), indicator_id
        assert found.indicator.by == by
        assert found.indicator.indicator_id == indicator_id
        assert found.indicator.table in tables.sources, indicator_id
        assert found.indicator.unit, indicator_id
        same(found.values, shown(plain, indicator_id, by).values.reindex(zones.index).tolist())


@pytest.mark.parametrize("by", ZONE_KINDS)
def test_shares_stay_between_nought_and_a_hundred(walking, by):
    for indicator_id in available_indicators(walking.tables):
        found = shown(walking, indicator_id, by)
        if found.indicator.unit.startswith("%"):
            assert found.values.dropna().between(0, 100).all(), indicator_id


@pytest.mark.parametrize("cutoff", CUTOFFS_MIN)
def test_nobody_beyond_is_lost_between_wards_and_small_areas(tables, cutoff):
    walking = WalkingTimes(tables, None)
    parts = (shown(walking, "beyond", by, cutoff_min=cutoff).values for by in ZONE_KINDS)
    people = [
        float((share / 100 * residents_of(tables, by)).sum())
        for share, by in zip(parts, ZONE_KINDS, strict=True)
    ]
    # The 80 people of LSOA 6 are too few to be shown on their own; all of them walk more than 15 minutes.
    assert people[0] - people[1] == pytest.approx(80 if cutoff == 15 else 0)
    assert people[0] == pytest.approx(5580 if cutoff == 15 else 2000)


def test_a_ward_without_small_areas_has_nobody(tables):
    tables.lsoas["ward_code"] = tables.lsoas["ward_code"].replace(MIDTOWN, WESTGATE)
    walking = WalkingTimes(tables, None)
    assert residents_of(tables, "ward").tolist() == [5000, 0, 3080]
    for indicator_id in available_indicators(tables):
        found = shown(walking, indicator_id, "ward")
        assert indicator_id in ("residents", "green_share") or np.isnan(found.values[MIDTOWN]), indicator_id


def test_zones_of_points(tables):
    assert zone_of_points(tables, "lsoa").tolist() == [c for c in LSOAS[:5] for _ in range(2)] + [LSOAS[5]]
    by_ward = zone_of_points(tables, "ward")
    assert by_ward.tolist() == [WESTGATE] * 4 + [MIDTOWN] * 4 + [EASTFIELD] * 3
    assert by_ward.name == "ward_code"


def test_nothing_shared_is_changed(tables, walking):
    before = walking.minutes("community_space").copy()
    frames = {
        n: getattr(tables, n).copy() for n in ("wards", "lsoas", "population", "deprivation", "broadband")
    }
    for by in ZONE_KINDS:
        for indicator_id in available_indicators(tables):
            shown(walking, indicator_id, by)
    pd.testing.assert_frame_equal(walking.minutes("community_space"), before)
    for name, old in frames.items():
        pd.testing.assert_frame_equal(getattr(tables, name), old)


# ---- the preview of Leeds


def test_leeds_residents(leeds_preview):
    tables = leeds_preview.tables
    assert len(tables.wards) == 33
    assert len(tables.lsoas) == 488
    # Mid-2022, added up from the LSOAs' figures.
    assert tables.population["residents"].sum() == 820_802
    assert residents_of(tables, "ward").sum() == 820_802
    assert tables.resident_points["residents"].sum() == pytest.approx(820_802)
    shared_out = tables.resident_points.groupby("lsoa_code")["residents"].sum()
    assert shared_out.to_dict() == pytest.approx(tables.population["residents"].to_dict())


@pytest.mark.parametrize("cutoff", CUTOFFS_MIN)
def test_leeds_has_a_marked_figure_for_every_ward(leeds_preview, cutoff):
    found = shown(leeds_preview, "beyond", "ward", cutoff_min=cutoff)
    assert found.values.notna().sum() == 33
    assert found.status.unique().tolist() == ["estimate"]
    assert found.values.between(0, 100).all()
    assert found.detail["residents"].sum() == 820_802
    assert leeds_preview.minutes("community_space")["basis"].unique().tolist() == ["estimate"]
    lsoas = shown(leeds_preview, "beyond", "lsoa", cutoff_min=cutoff)
    assert lsoas.values.notna().sum() == 488
    assert lsoas.status.unique().tolist() == ["estimate"]


def test_leeds_minutes_are_marked_and_make_sense(leeds_preview):
    found = shown(leeds_preview, "minutes", "ward")
    assert found.status.unique().tolist() == ["estimate"]
    assert (found.detail["p10_min"] <= found.values).all()
    assert (found.values <= found.detail["p90_min"]).all()
    # Longer walks in the country than in the inner city.
    named = found.values.rename(leeds_preview.tables.wards["ward_name"])
    assert named["Harewood"] > named["Little London & Woodhouse"]


def test_leeds_decile_1_by_ward(leeds_preview):
    """The golden counts of IMD 2025."""
    found = shown(leeds_preview, "imd", "ward").detail
    found.index = leeds_preview.tables.wards["ward_name"].reindex(found.index)
    for ward, count, of in (
        ("Gipton & Harehills", 13, 17),
        ("Burmantofts & Richmond Hill", 9, 14),
        ("Middleton Park", 9, 19),
        ("Killingbeck & Seacroft", 8, 17),
    ):
        assert found.loc[ward, ["lsoas_in_decile_1", "lsoas"]].tolist() == [count, of], ward
    assert found["lsoas_in_decile_1"].sum() == 84
    assert (found["lsoas_in_decile_1"] == 0).sum() == 17
    assert found["lsoas"].sum() == 488


def test_leeds_types_the_preview_did_not_collect(leeds_preview):
    for asset_type in ("play", "food_and_everyday_shops", "education"):
        found = shown(leeds_preview, "beyond", "ward", asset_type=asset_type)
        assert found.values.isna().all(), asset_type
        assert found.status.unique().tolist() == ["not collected"], asset_type
