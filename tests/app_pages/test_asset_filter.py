"""The assets that are shown: every category, type and holder, the search in names, and the table of them."""

from __future__ import annotations

import pandas as pd
import pytest

from app_pages._asset_filter import HIDDEN_AT_FIRST, assets_table
from app_pages._tables import Study
from layers.categories import read_asset_rules
from tests.app_pages.visit import Visit
from tests.toytown import toytown

RULES = read_asset_rules()
ORDER = list(toytown().assets.index)


def shown(visit: Visit) -> set[str]:
    """Return the assets of Toytown that the map shows, after holding them against the count and the table."""
    ids = {ORDER[i] for i in visit.assets_on_map()}
    assert f"Assets on the map: {len(ids)}" in visit.headings
    assert visit.announced.endswith(f" {len(ids)} assets shown.")
    assert len(visit.table("assets").column("Name")) == len(ids)
    return ids


# ---- Toytown, by hand --------------------------------------------------------------------------------------------
def test_everything_at_first(in_toytown: Visit) -> None:
    in_toytown.open("map")
    assert shown(in_toytown) == set(ORDER)  # the town has no stop and no bench


@pytest.mark.parametrize(
    ("key", "ids", "assets"),
    [
        ("category", ["culture"], {"n10"}),
        ("category", ["exchange", "culture"], {"n9", "n10"}),
        ("category", ["individuals"], set()),
        ("types", ["faith"], {"n3", "n14", "n15"}),
        ("types", ["health", "play"], {"n6", "n8"}),
        ("types", ["transport"], set()),
        ("held", ["outside"], {"n9"}),
        ("held", ["not_known"], {"n8", "n10", "n11", "n13"}),
        ("held", ["residents"], set()),
    ],
)
def test_each_filter(in_toytown: Visit, key: str, ids: list[str], assets: set[str]) -> None:
    in_toytown.open("map").choose_several(key, ids)
    assert shown(in_toytown) == assets
    assert in_toytown.query == {key: ids[0] if len(ids) == 1 else ids}
    in_toytown.choose_several(key, [])
    assert shown(in_toytown) == set(ORDER) and in_toytown.query == {}


def test_filters_hold_together(in_toytown: Visit) -> None:
    in_toytown.open(
        "map", category="associations", held="association", types=["faith", "community_space"], q="westgate"
    )
    assert shown(in_toytown) == {"n1", "n14"}


def test_the_legend_shows_the_categories_on_the_map(in_toytown: Visit) -> None:
    in_toytown.open("map", category=["culture", "exchange"])
    (legend,) = [h for h in in_toytown.html if 'class="sp-sign"' in h]
    assert ("Culture and stories" in legend, "Local economy" in legend, "Associations" in legend) == (
        True,
        True,
        False,
    )


def test_not_collected_is_not_none(in_toytown: Visit) -> None:
    in_toytown.open("map", types=["food_and_everyday_shops", "faith"])
    assert [i.value for i in in_toytown.app.info] == [
        "Not collected for Toytown yet: Food and everyday shops. That is not the same as none."
    ]
    options = in_toytown.app.multiselect(key="types").options
    assert "Food and everyday shops (not collected)" in options and "Faith" in options


def test_stops_and_benches_are_shown_when_asked_for(town: Study) -> None:
    assert sorted(HIDDEN_AT_FIRST) == ["everyday_enablers", "transport"]
    assert set(RULES.types) >= HIDDEN_AT_FIRST


# ---- the search in names -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "assets"),
    [
        ("westgate", {"n1", "n4", "n14"}),
        ("  WESTGATE   hall ", {"n1"}),
        ("hall westgate", {"n1"}),
        ("friends", {"n1"}),  # who runs it
        ("St Annes", set()),
        ("saint anne", {"n3"}),
        ("no such name", set()),
        ("???", set()),
        ("{{7*7}}", set()),
    ],
)
def test_search(in_toytown: Visit, text: str, assets: set[str]) -> None:
    in_toytown.open("map").search(text)
    assert shown(in_toytown) == assets
    assert in_toytown.query == {"q": text.strip()}
    in_toytown.search("")
    assert in_toytown.query == {}


@pytest.mark.parametrize("text", ["LS8 5AA", "ls85aa", "LS8", "ls8 5"])
def test_a_postcode_typed_there_stays_out_of_the_link(in_toytown: Visit, text: str) -> None:
    in_toytown.open("map", q="westgate").search(text)
    assert in_toytown.query == {}
    assert shown(in_toytown) == set()
    # Nor does it stay when someone has put it there by hand.
    assert Visit().open("map", q=text).query == {}


def test_a_search_in_a_link(in_toytown: Visit) -> None:
    in_toytown.open("map", q="mosque")
    assert shown(in_toytown) == {"n14"}
    assert in_toytown.app.text_input(key="q").value == "mosque"
    in_toytown.link(q="x" * 500)
    assert shown(in_toytown) == set() and in_toytown.query == {"q": "x" * 60}


def test_the_back_button_changes_the_search_too(in_toytown: Visit) -> None:
    in_toytown.open("map").search("mosque").search("library")
    in_toytown.link(q="mosque")
    assert shown(in_toytown) == {"n14"}
    in_toytown.link()
    assert shown(in_toytown) == set(ORDER)


# ---- Leeds, option by option -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "column", "ids"),
    [
        ("category", "category", list(RULES.categories)),
        ("types", "type", list(RULES.types)),
        ("held", "holder", list(RULES.holders)),
    ],
)
def test_every_option_in_leeds(visit: Visit, leeds: Study, key: str, column: str, ids: list[str]) -> None:
    counts = leeds.tables.assets[column].value_counts()
    visit.open("map")
    for option in ids:
        visit.choose_several(key, [option])
        assert len(visit.assets_on_map()) == counts.get(option, 0)
        assert visit.query == {key: option}


# ---- the table of them -------------------------------------------------------------------------------------------
def test_assets_in_words(town: Study) -> None:
    everything = town.assets_by_name(pd.Series(True, index=town.tables.assets.index))
    table = assets_table(town, everything)
    assert list(table["asset_name"])[:2] == ["Eastfield Pitch", "Eastfield School"]  # by name
    assert list(table["asset_name"])[-1] == "No name on the map"  # those without one come last
    assert table.loc["n8", "asset_name"] == "No name on the map"
    hall = table.loc["n1"]
    assert (hall["type"], hall["category"], hall["holder"]) == (
        "Community space",
        "Associations",
        "An association in the place",
    )
    assert (hall["ward_name"], hall["wheelchair"], hall["operator"]) == (
        "Westgate",
        "yes",
        "Westgate Friends",
    )
    assert pd.isna(table.loc["n13", "ward_name"])  # the allotments lie outside the town
    assert table.loc["n9", "holder"] == "Someone outside the place"


def test_only_the_assets_asked_for(town: Study) -> None:
    mask = town.tables.assets["type"] == "faith"
    assert list(town.assets_by_name(mask)) == ["n15", "n3", "n14"]
    assert assets_table(town, town.assets_by_name(mask & False)).empty
