"""The map page: every choice moved; what is drawn, listed, said and announced goes together."""

from __future__ import annotations

import pytest

from app_pages._tables import Study
from gaps.indicators import available_indicators
from layers.categories import read_asset_rules
from tests.app_pages.visit import Visit, values_asked_for
from tests.toytown import EASTFIELD, LSOAS, MIDTOWN, WESTGATE

# IMD 2025 by decile 1..10, and the wards with most small areas in decile 1 (golden figures of the standards).
LEEDS_DECILES = [84, 52, 40, 38, 26, 34, 47, 44, 61, 62]
LEEDS_DECILE_1 = {
    "Gipton & Harehills": (13, 17),
    "Burmantofts & Richmond Hill": (9, 14),
    "Middleton Park": (9, 19),
    "Killingbeck & Seacroft": (8, 17),
}


def test_first_view(visit: Visit) -> None:
    visit.open("map")
    assert visit.query == {}
    table = visit.table("twin").rows()
    assert len(table) == 33
    in_first = table["Small areas in decile 1"]
    assert {w: (in_first[w], table["Small areas"][w]) for w in LEEDS_DECILE_1} == LEEDS_DECILE_1
    assert (in_first == 0).sum() == 17
    assert in_first.sum() == 84 and table["Small areas"].sum() == 488
    assert visit.headline.startswith(
        "Overall deprivation: residents in the most deprived tenth of England (IMD 2025) (% of residents). "
        "Most in Gipton & Harehills ("
    )
    spec = visit.map()
    assert spec["greens"] and not spec["tiles"] and spec["selected"] is None
    assert len(visit.assets_on_map()) == 1075  # the preview has no stop and no bench to hide
    assert visit.announced == (
        "Map and table show: Overall deprivation: residents in the most deprived tenth of England (IMD 2025). "
        "1075 assets shown."
    )
    assert "Assets on the map: 1,075" in visit.headings
    assert "The first 250 by name; the files hold all 1,075." in visit.captions
    assert len(visit.table("assets").column("Name")) == 250


def test_deciles_of_small_areas(visit: Visit) -> None:
    visit.open("map", by="lsoa")
    cells = visit.table("twin").column("Decile, 1 = most deprived")
    assert [cells.count(d) for d in range(1, 11)] == LEEDS_DECILES
    assert visit.headline.endswith("84 of 488 small areas are in decile 1.")
    assert cells[:84] == [1] * 84  # the most deprived first
    assert "3 to 4" in visit.words  # the legend's classes are pairs of deciles


@pytest.mark.parametrize("by", ["ward", "lsoa"])
def test_every_layer(visit: Visit, leeds: Study, by: str) -> None:
    visit.open("map", by=by)
    for layer in available_indicators(leeds.tables):
        visit.choose("layer", layer)
        indicator = leeds.values(layer, by=by, asset_type="community_space", cutoff_min=15).indicator
        # The link leaves out what is the first choice anyway.
        link = {"by": by, "layer": layer}
        assert visit.query == {k: v for k, v in link.items() if v not in ("ward", "imd")}
        assert visit.headline.startswith(f"{indicator.title} ({indicator.unit})")
        assert values_asked_for(visit.map())[0] == layer
        assert visit.announced == f"Map and table show: {indicator.title}. 1075 assets shown."
        assert f"{indicator.title} ({indicator.unit})" in visit.words
        if layer in ("beyond", "minutes"):
            assert visit.headline.endswith("estimate")
            assert "Estimate: straight lines" in visit.captions
        if layer == "connectivity":
            assert indicator.title.startswith("Connectivity (DfT, through IMD 2025)")


def test_every_type_and_cutoff_change_the_walks(visit: Visit) -> None:
    visit.open("map", layer="beyond")
    for minutes, types in (("15", read_asset_rules().gap_types()), ("30", ["health", "community_space"])):
        visit.choose("min", minutes)
        for asset_type in types:
            visit.choose("type", asset_type)
            one = read_asset_rules().types[asset_type].one
            assert visit.headline.startswith(
                f"Residents more than {minutes} minutes' walk from any known {one}"
            )
            expected = {"by": "ward", "type": asset_type, "min": minutes}
            assert values_asked_for(visit.map()) == ("beyond", expected)


def test_a_layer_that_is_not_about_walking_is_fetched_once_for_all_types(visit: Visit) -> None:
    visit.open("map", layer="residents", type="faith", min="30")
    assert values_asked_for(visit.map()) == ("residents", {"by": "ward"})
    assert visit.line == "Leeds · Residents · by ward"


def test_every_ward_is_gone_to(visit: Visit, leeds: Study) -> None:
    visit.open("map")
    everywhere = visit.map()["view"]["bounds"]
    for code in leeds.tables.wards.index:
        visit.choose("ward", code)
        spec = visit.map()
        assert spec["selected"] == {"by": "ward", "code": code}
        assert visit.query == {"ward": code}
        (south, west), (north, east) = spec["view"]["bounds"]
        assert everywhere[0][0] <= south < north <= everywhere[1][0]
        assert everywhere[0][1] <= west < east <= everywhere[1][1]
    visit.choose("ward", "")
    assert (
        visit.map()["view"]["bounds"] == everywhere and visit.map()["selected"] is None and visit.query == {}
    )


def test_switches(visit: Visit) -> None:
    visit.open("map").switch("green", on=False)
    assert not visit.map()["greens"] and visit.query == {"green": "0"}
    visit.switch("green", on=True)
    assert visit.map()["greens"] and visit.query == {}
    visit.switch("_tiles", on=True)
    assert visit.map()["tiles"] is True
    assert visit.query == {}  # a link must not make someone else's browser ask another server
    visit.switch("_tiles", on=False)
    assert visit.map()["tiles"] is False


def test_a_link_cannot_turn_the_online_base_map_on(visit: Visit) -> None:
    visit.open("map", _tiles="1", tiles="1")
    assert visit.map()["tiles"] is False
    assert visit.app.toggle(key="_tiles").value is False


def test_the_mark_on_the_map_goes_by_the_link(in_toytown: Visit) -> None:
    in_toytown.open("map", lsoa=LSOAS[2])
    assert in_toytown.map()["selected"] == {"by": "lsoa", "code": LSOAS[2]}
    in_toytown.link(lsoa="E01000000")  # a code from elsewhere
    assert in_toytown.map()["selected"] is None and in_toytown.query == {}
    in_toytown.link(lsoa="<script>", ward=MIDTOWN)
    assert in_toytown.map()["selected"] == {"by": "ward", "code": MIDTOWN} and in_toytown.query == {
        "ward": MIDTOWN
    }


def test_clicks_on_wards_and_small_areas(in_toytown: Visit) -> None:
    in_toytown.open("map").pick_on_map({"pick": 1, "ward_code": EASTFIELD})
    assert in_toytown.query == {"ward": EASTFIELD}
    in_toytown.choose("by", "lsoa").pick_on_map({"pick": 2, "lsoa_code": LSOAS[1], "ward_code": WESTGATE})
    assert in_toytown.query == {"by": "lsoa", "ward": WESTGATE, "lsoa": LSOAS[1]}
    assert in_toytown.map()["selected"] == {"by": "lsoa", "code": LSOAS[1]}
    # Choosing a ward by hand is the last word: the small area of another ward is let go.
    in_toytown.choose("ward", MIDTOWN)
    assert in_toytown.map()["selected"] == {"by": "ward", "code": MIDTOWN}
    assert "lsoa" not in in_toytown.query


def test_toytown_by_ward(in_toytown: Visit) -> None:
    in_toytown.open("map", layer="assets")
    table = in_toytown.table("twin").rows()
    assert list(table.index) == ["Midtown", "Westgate", "Eastfield"]
    assert list(table["Assets per 1,000 residents"]) == [2.0, 1.7, 1.0]
    assert list(table["Assets"]) == [4, 5, 3]
    assert in_toytown.headline == (
        "Known community assets per 1,000 residents (assets per 1,000 residents). "
        "Most in Midtown (2.0), least in Eastfield (1.0)."
    )
    in_toytown.choose("layer", "green_m2")
    table = in_toytown.table("twin").rows()
    assert list(table["M² per resident"]) == [28, 7, 0] and list(table["Green space (ha)"]) == [5.5, 2.0, 0.0]
    in_toytown.choose("layer", "broadband")
    assert in_toytown.headline.endswith("Most in Eastfield (2.00), least in Westgate (0.17).")


def test_toytown_by_small_area(in_toytown: Visit) -> None:
    in_toytown.open("map", layer="broadband", by="lsoa")
    table = in_toytown.table("twin").rows()
    assert table.loc["Toytown 005A", "Note"] == "no data"
    assert "no data" in in_toytown.words
    in_toytown.choose("layer", "imd")
    assert in_toytown.headline.endswith("3 of 6 small areas are in decile 1.")


def test_nothing_known_is_said(visit: Visit) -> None:
    visit.open("map", layer="minutes", type="play")
    assert visit.headline == "Minutes on foot to the nearest known playground: nothing is known here."
    assert set(visit.table("twin").column("Note")) == {"not collected"}
    assert "not collected" in visit.words


def test_wards_without_any_are_no_data_never_nought(visit: Visit) -> None:
    visit.open("map", layer="minutes", type="education")
    assert set(visit.table("twin").column("Minutes, median over residents")) == {None}
