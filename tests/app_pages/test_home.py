"""At a glance: every choice moved, and the figures held against the tables by sums of our own."""

from __future__ import annotations

import re

import pytest

from app_pages._tables import Study
from gaps.indicators import available_indicators
from layers.categories import read_asset_rules
from tests.app_pages.visit import Visit, values_asked_for
from tests.toytown import EASTFIELD, MIDTOWN, WESTGATE, toytown

GAP_TYPES = read_asset_rules().gap_types()
# What the preview of Leeds was never asked for, or only in part; no asset of the two last is in it.
NOT_IN_PREVIEW = {"education", "food_and_everyday_shops", "play"}
BY_DECILE = "% of residents"


def number(text: str) -> int:
    return int(text.replace(",", ""))


# ---- Toytown: the answers stand in tests/toytown.py --------------------------------------------------------------
def test_headline_of_toytown(in_toytown: Visit) -> None:
    in_toytown.open("home")
    # 5,580 of 8,080 people: 69.06 %.
    assert in_toytown.headline.startswith(
        "About 5,600 of 8,100 people in Toytown (69%) live more than 15 minutes' walk from any known community space."
    )
    # Whether streets wind a little less (x 1.3) or more (x 1.5), nobody crosses the 15 minutes: no range is said.
    assert in_toytown.headline.endswith(" estimate")


def test_thirty_minutes_leave_2000_people(in_toytown: Visit) -> None:
    in_toytown.open("home").choose("min", "30")
    assert in_toytown.headline.startswith(
        "About 2,000 of 8,100 people in Toytown (25%) live more than 30 minutes' walk from any known community space."
    )
    # The 80 people 1,655 m away walk 26.9 minutes at best and 31.0 at worst.
    assert in_toytown.headline.endswith("estimate between 2,000 and 2,100, as streets wind less or more")
    assert in_toytown.query == {"min": "30"}


def test_wards_are_ranked_by_people_far_away(in_toytown: Visit) -> None:
    in_toytown.open("home")
    table = in_toytown.table("wards")
    assert table.column("Ward") == ["Eastfield", "Midtown", "Westgate"]
    # 3,080, 1,250 and 1,250 to hundreds, but never more than live there.
    assert table.column("Residents beyond") == [3080, 1200, 1200]
    assert table.column("% of residents, estimate") == [100, 62, 42]
    assert table.column("Residents") == [3080, 2000, 3000]
    assert table.caption == "Residents more than 15 minutes' walk from any known community space"


def test_deciles_say_who_is_far_away(in_toytown: Visit) -> None:
    in_toytown.open("home")
    table = in_toytown.table("deciles").rows()
    beyond = "Residents beyond 15 min, estimate"
    assert list(table.index) == ["1 (most deprived)", "3", "5", "10 (least deprived)"]
    assert list(table[beyond]) == [3300, 1000, 1000, 250]  # 3,330 to hundreds
    assert list(table[BY_DECILE]) == [82, 50, 67, 50]  # 3,330 / 4,080; 1 / 2; 1,000 / 1,500; 1 / 2


def test_the_first_ward_shown_is_the_one_with_most_people_far_away(in_toytown: Visit) -> None:
    in_toytown.open("home")
    assert in_toytown.app.selectbox(key="ward").value == EASTFIELD
    assert "Strong in Eastfield" in in_toytown.headings
    assert "ward" not in in_toytown.query


def test_strengths_follow_the_ward(in_toytown: Visit) -> None:
    in_toytown.open("home").choose("ward", WESTGATE)
    assert "Faith: 3 known, 2.7 times the rate of Toytown as a whole" in in_toytown.words
    assert "Associations : 4 known" in in_toytown.words  # a hall and three places of worship
    assert in_toytown.map()["selected"] == {"by": "ward", "code": WESTGATE}
    (link,) = in_toytown.app.get("page_link")
    assert link.proto.label == "All about Westgate"
    assert link.proto.query_string == f"area=toytown&ward={WESTGATE}"


def test_a_picked_row_and_a_clicked_zone_choose_the_ward(in_toytown: Visit) -> None:
    in_toytown.open("home")
    assert in_toytown.table("wards").picks == [EASTFIELD, MIDTOWN, WESTGATE]
    in_toytown.pick_row("wards", MIDTOWN)
    assert "Strong in Midtown" in in_toytown.headings
    assert in_toytown.query == {"ward": MIDTOWN}
    in_toytown.pick_on_map({"pick": 1, "ward_code": WESTGATE})
    assert "Strong in Westgate" in in_toytown.headings
    assert in_toytown.query == {"ward": WESTGATE}


def test_a_row_of_small_areas_chooses_its_ward(in_toytown: Visit) -> None:
    in_toytown.open("home").choose("by", "lsoa")
    table = in_toytown.table("wards")
    assert table.labels[:2] == ["Small area (LSOA)", "Ward"]
    assert table.picks == [
        {"Eastfield": EASTFIELD, "Midtown": MIDTOWN, "Westgate": WESTGATE}[w] for w in table.column("Ward")
    ]
    in_toytown.pick_row("wards", MIDTOWN)
    assert in_toytown.query == {"by": "lsoa", "ward": MIDTOWN}


def test_a_click_on_anything_else_changes_nothing(in_toytown: Visit) -> None:
    in_toytown.open("home", ward=MIDTOWN)
    for properties in ({"pick": 1, "ward_code": "E05000000"}, {"pick": 2, "ward_code": None}, {"pick": 3}):
        in_toytown.pick_on_map(properties)
        assert in_toytown.query == {"ward": MIDTOWN}


def test_small_areas_with_too_few_people_have_no_share(in_toytown: Visit) -> None:
    in_toytown.open("home", by="lsoa")
    table = in_toytown.table("wards").rows()
    assert table.loc["Toytown 006A", "Note"] == "too few residents"  # 80 people
    assert table.loc["Toytown 005A", "% of residents"] == 100
    assert "too few residents" in in_toytown.words  # in the legend too


def test_only_assets_of_the_type_stand_on_the_map(in_toytown: Visit) -> None:
    in_toytown.open("home")
    everything = list(toytown().assets.index)
    shown = {everything[i] for i in in_toytown.assets_on_map()}
    assert shown == {"n1", "n2"}
    in_toytown.choose("type", "faith")
    assert {everything[i] for i in in_toytown.assets_on_map()} == {"n3", "n14", "n15"}


# ---- Leeds: every option ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("minutes", ["15", "30"])
def test_every_type_in_leeds(visit: Visit, leeds: Study, minutes: str) -> None:
    visit.open("home", min=minutes)
    points = leeds.tables.resident_points
    for asset_type in GAP_TYPES:
        visit.choose("type", asset_type)
        assert visit.query.get("type", GAP_TYPES[0]) == asset_type
        name = read_asset_rules().types[asset_type].name
        assert visit.line == f"Leeds · {name} · on foot · {minutes} min · by ward"
        if asset_type in NOT_IN_PREVIEW:
            assert visit.headline.startswith(f"{name} was not collected for Leeds yet, or only in part")
            assert visit.tables() == ["wards"]
            assert set(visit.table("wards").column("Note")) == {"not collected"}
            assert set(visit.table("wards").column("% of residents")) == {None}
            continue
        # Every walk of the preview is an estimate, so that whoever is not within the cutoff is beyond it.
        beyond = points["residents"][leeds.walking.minutes(asset_type)["minutes"] > int(minutes)].sum()
        said, share = re.match(r"(?:About|Fewer than) ([\d,]+) .*?\((\d+)%\)", visit.headline).groups()
        assert number(said) == pytest.approx(beyond, abs=max(500, 0.005 * beyond)) or beyond < 50
        assert int(share) == round(100 * beyond / 820_802)
        deciles = visit.table("deciles")
        assert len(deciles.column("IMD 2025 decile")) == 10
        assert sum(deciles.column(f"Residents beyond {minutes} min, estimate")) == pytest.approx(
            beyond, abs=500
        )
        wards = visit.table("wards")
        assert sum(wards.column("Residents beyond")) == pytest.approx(beyond, abs=33 * 50)
        assert values_asked_for(visit.map()) == ("beyond", {"by": "ward", "type": asset_type, "min": minutes})


@pytest.mark.parametrize("by", ["ward", "lsoa"])
def test_every_layer_in_leeds(visit: Visit, leeds: Study, by: str) -> None:
    visit.open("home", by=by)
    headline = visit.headline
    for layer in available_indicators(leeds.tables):
        visit.choose("layer", layer)
        assert visit.query.get("layer", "beyond") == layer
        answer = leeds.values(layer, by=by, asset_type="community_space", cutoff_min=15)
        table = visit.table("wards")
        assert table.caption == answer.indicator.title
        (label,) = [x for x in table.labels if x.lower().startswith(answer.indicator.unit.lower())]
        cells = [v for v in table.column(label) if v is not None]
        known = answer.values.dropna().round(answer.indicator.decimals)
        assert sorted(cells) == pytest.approx(sorted(known))
        assert len(table.column(label)) == {"ward": 33, "lsoa": 488}[by]
        asked, query = values_asked_for(visit.map())
        assert (asked, query["by"]) == (layer, by)
        assert visit.announced == f"Map and table show: {answer.indicator.title}"
        assert visit.headline == headline  # the headline is about walking, whatever shades the map


def test_every_ward_in_leeds(visit: Visit, leeds: Study) -> None:
    visit.open("home")
    for code, name in leeds.tables.wards["ward_name"].items():
        visit.choose("ward", code)
        assert f"Strong in {name}" in visit.headings
        assert visit.map()["selected"] == {"by": "ward", "code": code}
        known = sum(int(n.replace(",", "")) for n in re.findall(r": ([\d,]+) known (?!,)", visit.words))
        assert known == (leeds.tables.assets["ward_code"] == code).sum()


def test_a_place_that_was_not_prepared_names_the_command(visit: Visit) -> None:
    visit.open("home").choose("area", "newport", trouble=True)
    assert visit.errors == ["The data for Newport has not been prepared on this machine yet."]
    assert any("python -m prepare newport --mirror" in t for t in visit.texts)
    visit.choose("area", "leeds")
    assert visit.headline.endswith("as streets wind less or more")


def test_the_page_says_what_it_rests_on(visit: Visit) -> None:
    visit.open("home")
    assert "Preview data" in visit.captions
    assert "Not on the map is not the same as not there." in visit.captions
    for owed in ("© OpenStreetMap contributors", "Office for National Statistics", "Royal Mail", "MHCLG"):
        assert owed in visit.captions
