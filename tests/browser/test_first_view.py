"""The first page: the main job at a glance, chosen from by map, table and link."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from study.settings import starter_folder
from tests.browser.fixtures import Server, Watch
from tests.browser.view import (
    click_label,
    data_of,
    drawn,
    expect_in_link,
    open_page,
    pick_option,
    settle,
    state,
    table,
    wait_drawn,
)

RANKED = "walk from any known community space"
DECILES = "By deprivation decile"


@pytest.fixture(scope="module")
def ward_codes() -> dict[str, str]:
    """Ward code by name, from the file the preview carries."""
    shapes = json.loads((starter_folder("leeds") / "wards.geojson").read_text("utf-8"))
    return {f["properties"]["ward_name"]: f["properties"]["ward_code"] for f in shapes["features"]}


def figures(page: Page, caption: str, column: int) -> list[int]:
    """Return a column of figures of a table, top to bottom."""
    cells = table(page, caption).locator(f"tbody tr > :nth-child({column})").all_inner_texts()
    return [int(text.replace(",", "")) for text in cells]


def test_it_shows_the_main_job_at_a_glance_and_asks_nobody_else(
    page: Page, server: Server, watch: Watch
) -> None:
    frame = open_page(page, server.address())
    headline = page.locator(".sp-headline")
    expect(headline).to_contain_text(
        re.compile(r"live more than 15 minutes' walk from any known community space")
    )
    expect(headline.locator(".sp-tag")).to_have_text("estimate")
    assert state(frame, "s.zones") == 33
    assert data_of(frame, "values").startswith("values/beyond.json")
    beyond = figures(page, RANKED, 2)
    assert len(beyond) == 33
    assert beyond == sorted(beyond, reverse=True)
    assert table(page, DECILES).locator("tbody tr").count() == 10
    # What is strong stands beside it: the first ward of the ranking, with kinds of asset and names.
    first = table(page, RANKED).locator("tbody th").first.inner_text()
    expect(page.get_by_role("heading", name=f"Strong in {first}")).to_be_visible()
    expect(page.locator(".sp-names").first).to_be_visible()
    assert watch.outside == []
    assert any("/map-data/leeds/" in asked for asked in watch.requests)


def test_a_ward_is_chosen_on_the_map_and_in_the_table_alike(
    page: Page, server: Server, ward_codes: dict[str, str]
) -> None:
    frame = open_page(page, server.address())
    shown = page.locator(".sp-names").all_inner_texts()
    before = drawn(frame)
    click_label(page, frame, "Harewood")
    expect(page.get_by_role("heading", name="Strong in Harewood")).to_be_visible()
    expect_in_link(page, ward=ward_codes["Harewood"])
    wait_drawn(frame, after=before)
    settle(page)
    assert state(frame, "s.spec.selected") == {"by": "ward", "code": ward_codes["Harewood"]}
    harewood = page.locator(".sp-names").all_inner_texts()
    assert harewood != shown

    before = drawn(frame)
    table(page, RANKED).get_by_role("button", name="Wetherby", exact=True).click()
    expect(page.get_by_role("heading", name="Strong in Wetherby")).to_be_visible()
    expect_in_link(page, ward=ward_codes["Wetherby"])
    wait_drawn(frame, after=before)
    settle(page)
    assert state(frame, "s.spec.selected") == {"by": "ward", "code": ward_codes["Wetherby"]}
    assert page.locator(".sp-names").all_inner_texts() != harewood


def test_the_back_button_returns_to_the_ward_before(
    page: Page, server: Server, ward_codes: dict[str, str]
) -> None:
    open_page(page, server.address(ward=ward_codes["Otley & Yeadon"]))
    expect(page.get_by_role("heading", name="Strong in Otley & Yeadon")).to_be_visible()
    table(page, RANKED).get_by_role("button", name="Armley", exact=True).click()
    expect(page.get_by_role("heading", name="Strong in Armley")).to_be_visible()
    expect_in_link(page, ward=ward_codes["Armley"])
    page.go_back()
    expect(page.get_by_role("heading", name="Strong in Otley & Yeadon")).to_be_visible()
    expect_in_link(page, ward=ward_codes["Otley & Yeadon"])


def test_a_choice_that_does_not_concern_the_map_leaves_it_as_it_is(
    page: Page, server: Server, watch: Watch
) -> None:
    frame = open_page(page, server.address(layer="residents"))
    element = frame.frame_element()
    element.evaluate("frame => { frame.marked = true; }")
    before, asked = drawn(frame), len(watch.requests)
    pick_option(page, "Walk of more than", "30 minutes")
    expect(page.locator(".sp-headline")).to_contain_text("more than 30 minutes' walk")
    settle(page)
    assert (
        page.locator('iframe[title="streamlit_folium.st_folium"]').evaluate("frame => frame.marked") is True
    )
    assert drawn(frame) == before
    assert [u for u in watch.requests[asked:] if "/map-data/" in u or "/map-assets/" in u] == []


def test_sorting_the_table_needs_no_server(page: Page, server: Server, watch: Watch) -> None:
    open_page(page, server.address())
    asked = len(watch.requests)
    ranked = table(page, RANKED)
    ranked.locator("thead button").nth(0).click()
    names = ranked.locator("tbody th").all_inner_texts()
    assert names == sorted(names)
    assert ranked.locator("thead th").first.get_attribute("aria-sort") == "ascending"
    ranked.locator("thead button").nth(3).click()
    residents = figures(page, RANKED, 4)
    assert residents == sorted(residents, reverse=True)
    assert len(watch.requests) == asked
