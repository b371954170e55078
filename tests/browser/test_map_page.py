"""The map page: layers, assets, green space, finding a place, and the on-line base map."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.fixtures import Server, Watch
from tests.browser.view import (
    drawn,
    expect_choice,
    expect_in_link,
    open_page,
    pick_option,
    query,
    settle,
    state,
    table,
    wait_drawn,
)

LAYER = "Shade the map by"
ZONES = "For each"
ASSETS = "Assets shown on the map"
WHERE = "[s.map.getCenter().lat, s.map.getCenter().lng, s.map.getZoom()]"
TILES = "tile.openstreetmap.org"
# The Civic Hall's own postcode, and the ward it stands in.
POSTCODE, POSTCODE_WARD = "LS1 1UR", "Little London & Woodhouse"


def map_requests(watch: Watch, since: int) -> list[str]:
    """Return what the map has asked the app for, without the fingerprint."""
    found = (re.search(r"/map-data/leeds/\w+/(.*)", asked) for asked in watch.requests[since:])
    return [match[1] for match in found if match]


def assets_shown(page: Page, frame: Frame) -> int:
    """Return how many assets the page says it shows, once the map holds as many."""
    settle(page)
    heading = page.get_by_role("heading", name=re.compile(r"^Assets on the map: [\d,]+")).inner_text()
    count = int(re.search(r": ([\d,]+)", heading)[1].replace(",", ""))
    frame.wait_for_function(
        "count => document.querySelector('[data-drawn]').dataset.assets === String(count)", arg=count
    )
    return count


def column_of_assets(page: Page, number: int) -> list[str]:
    return table(page, ASSETS).locator(f"tbody tr > :nth-child({number})").all_inner_texts()


def more_choices(page: Page) -> None:
    page.get_by_text("More choices", exact=True).click()
    expect(page.get_by_text("On-line base map", exact=True)).to_be_visible()


def switch(page: Page, label: str) -> None:
    page.locator('[data-testid="stCheckbox"]', has_text=label).locator("label").first.click()


# ---- layers -----------------------------------------------------------------------------------------------------
def test_switching_the_layer_keeps_the_view_and_fetches_only_values(
    page: Page, server: Server, watch: Watch
) -> None:
    frame = open_page(page, server.address("map"))
    before = drawn(frame)
    frame.get_by_role("button", name="Zoom in").click()
    page.wait_for_function("() => new URL(location.href).searchParams.has('at')")
    frame.wait_for_function("() => !document.querySelector('.leaflet-zoom-anim')")
    where, at = state(frame, WHERE), query(page)["at"]

    asked = len(watch.requests)
    pick_option(page, LAYER, "Residents")
    wait_drawn(frame, after=before)
    assert map_requests(watch, asked) == ["values/residents.json?by=ward"]
    assert state(frame, WHERE) == where

    # Small areas are new to this map, so their outlines come once; then nothing is asked for twice.
    before, asked = drawn(frame), len(watch.requests)
    pick_option(page, ZONES, "small area (LSOA)")
    wait_drawn(frame, after=before)
    assert sorted(map_requests(watch, asked)) == ["lsoas.geojson", "values/residents.json?by=lsoa"]
    assert state(frame, "s.zones") == 488
    before, asked = drawn(frame), len(watch.requests)
    pick_option(page, ZONES, "ward")
    wait_drawn(frame, after=before)
    assert map_requests(watch, asked) == []
    assert state(frame, "s.zones") == 33
    assert state(frame, WHERE) == where
    assert query(page)["at"] == at
    expect_in_link(page, layer="residents", by=None)


def test_the_table_says_what_the_map_says(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map", layer="residents"))
    values = frame.evaluate(
        "async () => (await (await fetch(window.strongPlaces.state().spec.base"
        " + window.strongPlaces.state().spec.values)).json()).values"
    )
    rows = table(page, re.compile("^Residents$")).locator("tbody tr > :nth-child(2)").all_inner_texts()
    assert sorted(int(text.replace(",", "")) for text in rows) == sorted(values)


# ---- assets and green space -------------------------------------------------------------------------------------
def test_assets_are_filtered_by_kind_type_holder_and_name(
    page: Page, server: Server, new_page: Callable[..., Page]
) -> None:
    frame = open_page(page, server.address("map"))
    whole = assets_shown(page, frame)
    assert whole > 1000

    pick_option(page, "Kind of asset (ABCD)", "Associations")
    associations = assets_shown(page, frame)
    assert 0 < associations < whole
    assert set(column_of_assets(page, 3)) == {"Associations"}

    pick_option(page, "Type", "Faith")
    faith = assets_shown(page, frame)
    assert 0 < faith <= associations
    assert set(column_of_assets(page, 2)) == {"Faith"}

    page.get_by_role("textbox", name="Search in names").fill("church saint")
    page.keyboard.press("Enter")
    expect_in_link(page, q="church saint")
    found = assets_shown(page, frame)
    names = column_of_assets(page, 1)
    assert 0 < found == len(names) < faith
    assert all("church" in name.lower() and re.search(r"\b(saint|st)", name.lower()) for name in names)
    expect_in_link(page, category="associations", types="faith", q="church saint")

    # The link opened elsewhere shows the same.
    other = new_page()
    other_frame = open_page(other, page.url)
    assert assets_shown(other, other_frame) == found
    assert column_of_assets(other, 1) == names

    pick_option(page, "Held by", "An institution in the place")
    assert assets_shown(page, frame) == 0
    assert table(page, ASSETS).locator("tbody tr").count() == 0


def test_assets_are_filtered_by_who_holds_them(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map"))
    whole = assets_shown(page, frame)
    pick_option(page, "Held by", "An association in the place")
    held = assets_shown(page, frame)
    assert 0 < held < whole
    assert set(column_of_assets(page, 4)) == {"An association in the place"}
    expect_in_link(page, held="association")


def test_green_space_is_switched_off_and_on(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map"))
    assert state(frame, "s.greens") == 268
    more_choices(page)
    before = drawn(frame)
    switch(page, "Green space")
    expect_in_link(page, green="0")
    before = wait_drawn(frame, after=before)
    assert state(frame, "s.greens") == 0
    switch(page, "Green space")
    expect_in_link(page, green=None)
    wait_drawn(frame, after=before)
    assert state(frame, "s.greens") == 268


def test_an_asset_says_what_is_known_of_it(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map", q="leeds central library", at="53.800,-1.548,17"))
    assert assets_shown(page, frame) == 1
    where = frame.evaluate(
        """async () => { const s = window.strongPlaces.state();
            const all = await (await fetch(s.spec.base + 'assets.geojson')).json();
            const named = all.features.find(f => f.properties.name === 'Leeds Central Library');
            const [lon, lat] = named.geometry.coordinates;
            const p = s.map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }"""
    )
    frame.frame_element().scroll_into_view_if_needed()
    box = frame.frame_element().bounding_box()
    page.mouse.click(box["x"] + where[0], box["y"] + where[1])
    popup = frame.locator(".sp-popup")
    expect(popup.locator("strong")).to_have_text("Leeds Central Library")
    expect(popup).to_contain_text("Education · Institutions")
    expect(popup).to_contain_text("Held by: An institution in the place")


# ---- finding a place --------------------------------------------------------------------------------------------
def test_a_postcode_is_found_and_kept_to_oneself(page: Page, server: Server, watch: Watch) -> None:
    frame = open_page(page, server.address("map"))
    before = drawn(frame)
    page.get_by_role("textbox", name="Find a postcode or a place").fill(POSTCODE.lower())
    page.get_by_role("button", name="Find", exact=True).click()
    said = rf"^{POSTCODE} is in {POSTCODE_WARD} ward, in the small area \(LSOA\) E01\d{{6}}"
    sentence = page.get_by_text(re.compile(said))
    expect(sentence).to_be_visible()
    wait_drawn(frame, after=before)
    lsoa = re.search(r"E01\d{6}", sentence.inner_text())[0]
    expect_in_link(page, lsoa=lsoa)
    assert state(frame, "s.spec.selected") == {"by": "lsoa", "code": lsoa}
    # About where the Civic Hall stands, and rounded to ten metres.
    lat, lon = state(frame, "s.spec.marker")
    assert (lat, lon) == (round(lat, 4), round(lon, 4))
    assert (lat, lon) == pytest.approx((53.802, -1.549), abs=0.003)
    assert state(frame, "s.map.getBounds().contains(s.spec.marker)")

    settle(page)
    kept = page.evaluate(
        "() => JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}, history.state])"
    )
    for written in (page.url, kept, server.log_text(), "\n".join(watch.requests)):
        plain = written.upper().replace("%20", "").replace("+", "").replace(" ", "")
        assert "LS11UR" not in plain


def test_what_cannot_be_found_is_said_plainly_and_the_map_is_left_alone(
    page: Page, server: Server, watch: Watch
) -> None:
    frame = open_page(page, server.address("map"))
    before, asked = drawn(frame), len(watch.requests)
    for text, sentence in (
        ("LS99 9ZZ", "The postcode LS99 9ZZ is not in the directory."),
        ("LS1", "That is not a whole postcode."),
        ("YO1 7HH", "The postcode YO1 7HH is outside Leeds."),
        ("Atlantis-on-Sea", "Nothing on this map of Leeds is called 'Atlantis-on-Sea'."),
    ):
        page.get_by_role("textbox", name="Find a postcode or a place").fill(text)
        page.keyboard.press("Enter")
        expect(page.get_by_text(sentence)).to_be_visible()
    settle(page)
    assert drawn(frame) == before
    assert map_requests(watch, asked) == []


def test_a_place_is_found_by_its_name(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map"))
    before = drawn(frame)
    page.get_by_role("textbox", name="Find a postcode or a place").fill("golden acre park")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"Golden Acre Park is in Adel & Wharfedale ward"))).to_be_visible()
    wait_drawn(frame, after=before)
    assert state(frame, "s.map.getBounds().contains(s.spec.marker)")
    before = drawn(frame)
    page.get_by_role("button", name="Clear the search").click()
    wait_drawn(frame, after=before)
    assert state(frame, "s.spec.marker") is None
    expect_in_link(page, lsoa=None)


def test_a_ward_chosen_after_a_find_takes_over(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map"))
    page.get_by_role("textbox", name="Find a postcode or a place").fill(POSTCODE)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{POSTCODE} is in")).to_be_visible()
    before = wait_drawn(frame)
    more_choices(page)
    pick_option(page, "Go to ward", "Wetherby")
    wait_drawn(frame, after=before)
    assert state(frame, "s.spec.selected.by") == "ward"
    expect_choice(page, "Go to ward", "Wetherby")


# ---- the on-line base map ---------------------------------------------------------------------------------------
def test_the_on_line_base_map_asks_outside_only_when_switched_on(
    page: Page, server: Server, watch: Watch
) -> None:
    asked: list[str] = []
    page.context.route(f"https://{TILES}/**", lambda route: (asked.append(route.request.url), route.abort()))
    watch.console.append(TILES)
    frame = open_page(page, server.address("map"))
    more_choices(page)
    toggle = page.get_by_role("switch", name="On-line base map")
    expect(toggle).not_to_be_checked()
    assert asked == watch.outside == []
    watch.hosts.add(TILES)
    before = drawn(frame)
    with page.expect_request(re.compile(re.escape(TILES))):
        switch(page, "On-line base map")
    wait_drawn(frame, after=before)
    assert asked
    assert {url.split("/")[2] for url in watch.outside} == {TILES}
    assert "© OpenStreetMap contributors" in frame.locator(".leaflet-control-attribution").inner_text()
    # It is this visitor's choice, not the link's: whoever opens the link is not made to ask outside.
    assert "tiles" not in page.url
    before = drawn(frame)
    switch(page, "On-line base map")
    wait_drawn(frame, after=before)
    assert frame.locator("img.leaflet-tile").count() == 0
