"""Every view is a link: it opens the same anywhere, goes along from page to page, and a hostile one does nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import Server, Watch
from tests.browser.view import (
    data_of,
    expect_choice,
    map_frame,
    open_page,
    query,
    settle,
    state,
)

HAREWOOD, ROUNDHAY = "E05011396", "E05011411"
SQUARE = "53.8000,-1.5600;53.8100,-1.5600;53.8100,-1.5400;53.8000,-1.5400;53.8000,-1.5600"
EVERY_KEY = ["area", "ward", "layer", "by", "type", "min", "category", "types", "held", "q", "green", "lsoa"]
EVERY_KEY += ["beside", "way", "shape", "at", "embed_options"]
EVERY_KEY += [
    "to",
    "mode",
    "cutoff",
    "who",
    "per",
    "day",
    "from",
    "until",
    "share",
    "access",
    "point",
    "at_place",
]
# What a link without anything shows: which zones and how many; a place that is in view, and how close it is not.
PAGES = {
    "": ("ward", 33, [53.80, -1.55], 12),
    "map": ("ward", 33, [53.80, -1.55], 12),
    "reach": ("lsoa", 488, [53.80, -1.55], 12),
    "from_here": ("ward", 33, [53.80, -1.55], 15),
    "ward": ("ward", 33, [53.88, -1.63], 14),
    "neighbourhood": ("ward", 33, [53.80, -1.55], 12),
}
HOSTILE = {
    "markup": "\"'><script>window.__hit=1</script><img src=x onerror=window.__hit=1>{{7351*7}}{% raw %}{#${7351*7}`\\",
    "numbers": "NaN,-Infinity,1e999;NaN,NaN,NaN;91,181,99",
    "paths": "../../../../etc/passwd",
    "unknown": "E05999999",
    "long": "javascript:window.__hit=1;" + "x" * 1500,
}


def keeps(page: Page, wanted: dict[str, str | list[str]]) -> None:
    """Check that the address bar holds just what the link held; a position may differ by a pixel."""
    settle(page)
    held = query(page)
    at = held.pop("at", None)
    assert held == {k: v if isinstance(v, list) else [v] for k, v in wanted.items() if k != "at"}
    if "at" in wanted:
        assert [float(p) for p in at[0].split(",")] == pytest.approx(
            [float(p) for p in wanted["at"].split(",")], abs=0.002
        )


def test_the_first_page_opens_as_its_link_says(page: Page, server: Server) -> None:
    link = {"type": "health", "min": "30", "layer": "minutes", "by": "lsoa", "ward": HAREWOOD}
    link["at"] = "53.850,-1.500,11.5"
    frame = open_page(page, server.address("", **link))
    expect_choice(page, "How far is the nearest ...", "Health")
    expect_choice(page, "Walk of more than", "30 minutes")
    expect_choice(page, "For each", "small area (LSOA)")
    expect_choice(page, "Ward", "Harewood")
    expect(page.get_by_role("heading", name="Strong in Harewood")).to_be_visible()
    expect(page.locator(".sp-headline")).to_contain_text("30 minutes' walk")
    assert data_of(frame, "values") == "values/minutes.json?by=lsoa&type=health"
    assert state(frame, "s.zones") == 488
    assert state(frame, "s.spec.selected") == {"by": "ward", "code": HAREWOOD}
    assert state(frame, "[s.map.getCenter().lat, s.map.getCenter().lng]") == pytest.approx(
        [53.85, -1.5], abs=0.002
    )
    assert state(frame, "s.map.getZoom()") == 11.5
    keeps(page, link)


def test_the_map_page_opens_as_its_link_says(page: Page, server: Server) -> None:
    link = {
        "layer": "beyond",
        "type": "health",
        "min": "30",
        "category": ["associations", "culture"],
        "types": ["faith", "culture"],
        "held": ["association", "not_known"],
        "q": "church",
        "green": "0",
        "ward": ROUNDHAY,
        "at": "53.840,-1.500,13",
    }
    frame = open_page(page, server.address("map", **link))
    assert data_of(frame, "values") == "values/beyond.json?by=ward&type=health&min=30"
    assert state(frame, "s.spec.greens") is False
    assert state(frame, "s.spec.selected") == {"by": "ward", "code": ROUNDHAY}
    assert state(frame, "s.map.getZoom()") == 13
    expect(page.get_by_role("textbox", name="Search in names")).to_have_value("church")
    for box, words in (
        ("Kind of asset (ABCD)", ("Associations", "Culture and stories")),
        ("Type", ("Faith", "Culture")),
        ("Held by", ("An association in the place", "Not known")),
    ):
        shown = page.locator(
            '[data-testid="stMultiSelect"]', has=page.get_by_role("combobox", name=box, exact=True)
        )
        for word in words:
            expect(shown).to_contain_text(word)
    assert int(data_of(frame, "assets")) > 0
    keeps(page, link)


def test_a_small_area_is_a_link(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map", lsoa="E01011264", by="lsoa"))
    assert state(frame, "s.spec.selected") == {"by": "lsoa", "code": "E01011264"}
    assert state(frame, "s.map.getZoom()") > 12
    keeps(page, {"lsoa": "E01011264", "by": "lsoa"})


def test_two_wards_side_by_side_are_a_link(page: Page, server: Server) -> None:
    open_page(page, server.address("ward", ward=HAREWOOD, beside=ROUNDHAY))
    expect_choice(page, "Ward", "Harewood")
    expect_choice(page, "Beside it", "Roundhay")
    expect(page.get_by_role("heading", name="Harewood", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Roundhay", exact=True)).to_be_visible()
    frames = [map_frame(page, number) for number in (0, 1)]
    assert [state(f, "s.spec.selected.code") for f in frames] == [HAREWOOD, ROUNDHAY]
    keeps(page, {"ward": HAREWOOD, "beside": ROUNDHAY})


def test_an_own_neighbourhood_is_a_link(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("neighbourhood", shape=SQUARE))
    expect(page.get_by_role("heading", name="Your neighbourhood", exact=True)).to_be_visible()
    assert state(frame, "s.spec.shape.length") == 5
    keeps(page, {"shape": SQUARE})
    open_page(page, server.address("neighbourhood", way="postcodes"))
    expect(page.get_by_role("textbox", name="Postcodes, one a line")).to_be_visible()
    keeps(page, {"way": "postcodes"})


def test_a_view_opened_elsewhere_is_the_same(
    page: Page, server: Server, new_page: Callable[..., Page]
) -> None:
    """What was chosen by hand, not by a link, opens the same from the address bar's link."""
    frame = open_page(page, server.address())
    frame.get_by_role("button", name="Zoom in").click()
    page.wait_for_function("() => new URL(location.href).searchParams.has('at')")
    page.get_by_role("button", name="Wetherby", exact=True).click()
    expect(page.get_by_role("heading", name="Strong in Wetherby")).to_be_visible()
    settle(page)
    page.wait_for_function("() => new URL(location.href).searchParams.has('at')")
    other = new_page()
    other_frame = open_page(other, page.url)
    shown = "[s.spec.values, s.spec.selected, s.map.getZoom()]"
    assert state(other_frame, shown) == state(frame, shown)
    expect(other.get_by_role("heading", name="Strong in Wetherby")).to_be_visible()
    for mine, theirs in zip(page.locator(".sp-names").all(), other.locator(".sp-names").all(), strict=True):
        assert theirs.inner_text() == mine.inner_text()


def test_the_ward_goes_along_from_page_to_page(page: Page, server: Server) -> None:
    open_page(page, server.address("", ward=HAREWOOD, type="health", min="30"))
    menu = page.get_by_role("navigation", name="App pages")
    menu.get_by_role("link", name="Ward", exact=True).click()
    expect_choice(page, "Ward", "Harewood")
    expect(page.get_by_role("heading", name="Harewood", exact=True)).to_be_visible()
    page.wait_for_function(f"() => new URL(location.href).searchParams.get('ward') === '{HAREWOOD}'")
    menu.get_by_role("link", name="About the data", exact=True).click()
    expect(page.get_by_role("heading", name="What does this map know", exact=False)).to_be_visible()
    menu.get_by_role("link", name="At a glance", exact=True).click()
    expect(page.get_by_role("heading", name="Strong in Harewood")).to_be_visible()
    expect_choice(page, "How far is the nearest ...", "Health")
    expect_choice(page, "Walk of more than", "30 minutes")
    settle(page)
    map_frame(page)


def test_the_first_page_leads_to_the_whole_of_a_ward(page: Page, server: Server) -> None:
    open_page(page, server.address("", ward=ROUNDHAY))
    page.get_by_role("link", name="All about Roundhay").click()
    expect(page.get_by_role("heading", name="Roundhay", exact=True)).to_be_visible()
    expect_choice(page, "Ward", "Roundhay")
    settle(page)
    map_frame(page)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_link_changes_nothing_but_the_view(
    page: Page, server: Server, watch: Watch, kind: str
) -> None:
    text, log_before = HOSTILE[kind], len(server.log_text())
    for path, (by, zones, middle, closest) in PAGES.items():
        frame = open_page(page, server.address(path, **dict.fromkeys(EVERY_KEY, text)))
        expect_choice(page, "Place", "Leeds")
        assert state(frame, "s.spec.base").startswith("/map-data/leeds/")
        assert state(frame, "s.spec.by") == by
        assert state(frame, "s.zones") == zones
        # The view is the one that a link without anything opens: all of Leeds, or its first ward.
        assert state(frame, f"s.map.getBounds().contains({middle}) && s.map.getZoom() < {closest}")
        assert page.evaluate("() => window.__hit") is None
        assert frame.evaluate("() => window.__hit") is None
        assert page.get_by_text("51457").count() == 0 or kind != "markup"
        if path == "map":
            expect_choice(page, "Shade the map by", "Deprivation 2025: overall deprivation")
            expect(page.get_by_role("textbox", name="Search in names")).to_have_value(text[:60].strip())
            assert data_of(frame, "assets") == "0"
        if path == "neighbourhood":
            expect_choice(page, "How to show it", "Draw it on the map")
            assert state(frame, "s.spec.shape") is None
        assert watch.faults() == []
    assert "Traceback" not in server.log_text()[log_before:]


def test_hostile_shapes_get_a_sentence(page: Page, server: Server) -> None:
    log_before = len(server.log_text())
    for shape, sentence in (
        # The whole world is a large neighbourhood, but one.
        (
            "90,180;-90,-180;0,0",
            re.compile("outside the place|no surface|cannot be read|^Your neighbourhood$"),
        ),
        ("1e300,1e300;-1e300,2;3,4", re.compile("cannot be read")),
        ("53.8,-1.5;53.8,-1.5;53.8,-1.5", re.compile("no surface")),
        ("51.5,-0.1;51.6,-0.1;51.6,0.1", re.compile("lies outside the place on this map")),
        ("1,2,3;4,5,6;7,8,9", re.compile("Nothing is shown yet")),
    ):
        open_page(page, server.address("neighbourhood", shape=shape))
        expect(page.get_by_text(sentence).first).to_be_visible()
    assert "Traceback" not in server.log_text()[log_before:]


def test_a_place_without_data_names_the_command(page: Page, server: Server) -> None:
    for path in (*PAGES, "public_transport", "about"):
        open_page(page, server.address(path, area="newport"), has_map=False)
        expect(
            page.get_by_text("The data for Newport has not been prepared on this machine yet.")
        ).to_be_visible()
        expect(
            page.get_by_text(re.compile(r"Run: python -m prepare newport --mirror FOLDER"))
        ).to_be_visible()
        keeps(page, {"area": "newport"})
