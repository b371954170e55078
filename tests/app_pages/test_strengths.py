"""What is strong, in words: sentences by hand, names counted honestly, and nothing from outside as markup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from app_pages._strengths import _name_list, show_strengths, strength_sentences
from app_pages._tables import Study
from gaps.profiles import shape_place, ward_place
from tests.app_pages.conftest import write_town
from tests.app_pages.visit import Visit
from tests.toytown import EASTFIELD, MIDTOWN, WESTGATE, box, toytown

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ cycler.__init__.__globals__.os.system('x') }}",
    "{% for x in y %}",
    "${alert(1)}`",
    "</p></span><h1>Leeds</h1>",
    '" onmouseover="alert(1)',
)


def rows(*names: str | None, counting: tuple[bool, ...] | None = None) -> pd.DataFrame:
    counts = counting or (True,) * len(names)
    return pd.DataFrame({"asset_name": list(names), "counts_for_gap": list(counts)})


# ---- what a place has more of ------------------------------------------------------------------------------------
def test_sentences(town: Study) -> None:
    # (3 / 3,000) / (3 / 8,080) = 2.693
    assert strength_sentences(town, ward_place(town.tables, WESTGATE)) == [
        "Faith: 3 known, 2.7 times the rate of Toytown as a whole"
    ]
    for ward in (MIDTOWN, EASTFIELD):
        assert strength_sentences(town, ward_place(town.tables, ward)) == []


def test_too_few_people_have_no_rate(town: Study) -> None:
    few = shape_place(town.tables, box(1400, 550, 1700, 950), name="Two churches and nobody")
    assert strength_sentences(town, few) == []


def test_at_most_so_many(town: Study) -> None:
    place = ward_place(town.tables, WESTGATE)
    assert strength_sentences(town, place, most=0) == []


# ---- names -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "most", "said"),
    [
        (rows("A", "B"), 2, "A, B"),
        (rows("A", "B", "C"), 2, "A, B and 1 more"),
        (rows("A", "A", "B"), 2, "A, B"),  # two of one name are both named
        (rows("A", "A", "B", "C"), 2, "A, B and 1 more"),
        (rows("A", None, None), 2, "A and 2 more"),  # those without a name are there as well
        (rows("A", "B", "C", None), 2, "A, B and 2 more"),
        (
            rows("pub", "hall", counting=(False, True)),
            1,
            "hall and 1 more",
        ),  # what can fill a gap comes first
        (rows("b", "a", "c", counting=(True, True, True)), 3, "b, a, c"),  # else the order given is kept
    ],
)
def test_names_and_how_many_more(given: pd.DataFrame, most: int, said: str) -> None:
    assert _name_list(given, most) == said


def test_places_without_any_name() -> None:
    said = _name_list(rows(None, None, None), 8)
    assert not said.startswith(" ") and "more" not in said


def test_a_hundred_keep_their_order() -> None:
    names = [f"{i:03d}" for i in range(100)]
    assert _name_list(rows(*names), 100) == ", ".join(names)


# ---- on the page -------------------------------------------------------------------------------------------------
def test_nothing_known_is_not_nothing_there(in_toytown: Visit) -> None:
    in_toytown.open("neighbourhood", shape="53.5140,-1.9140;53.5140,-1.9120;53.5150,-1.9120")
    assert "No assets are on the map here yet. That does not mean there are none." in in_toytown.words


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_name_is_only_a_name(
    attack: str, tmp_path: Path, use_town: Callable[[Path], None], capsys: pytest.CaptureFixture
) -> None:
    tables = toytown()
    assets, greens, wards = tables.assets.copy(), tables.green_space.copy(), tables.wards.copy()
    for column in ("asset_name", "operator", "website", "opening_hours"):
        assets[column] = assets[column].where(assets["type"] != "faith", attack)
    greens.loc["w101", "green_name"] = attack
    use_town(write_town(tmp_path, replace(tables, assets=assets, green_space=greens, wards=wards)))
    for page, query in (
        ("home", {"ward": WESTGATE}),
        ("ward", {"ward": WESTGATE}),
        ("map", {"types": "faith"}),
    ):
        visit = Visit().open(page, **query)
        ours = [piece for piece in visit.html if "<style" not in piece]
        assert not any(attack in piece for piece in ours if "<" in attack)
        if page != "map":
            assert attack in visit.words or "<" in attack
        sent = visit._maps()[0].proto.json_args
        assert attack not in sent  # names reach the map as data of their own, never through folium


def test_strengths_are_escaped(town: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[str] = []
    monkeypatch.setattr("streamlit.html", pieces.append)
    tables = town.tables
    assets = tables.assets.copy()
    assets["asset_name"] = assets["asset_name"].mask(assets["type"] == "faith", "<h1>&amp;</h1>")
    show_strengths(Study(replace(tables, assets=assets)), ward_place(tables, WESTGATE))
    assert any("&lt;h1&gt;&amp;amp;&lt;/h1&gt;" in piece for piece in pieces)
    assert not any("<h1>" in piece for piece in pieces)
