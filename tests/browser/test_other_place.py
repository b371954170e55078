"""Leeds and Newport prepared from real files: the same pages, and what a place does not have is said."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fixtures import Server, Watch, new_page_maker
from tests.browser.view import data_of, expect_choice, map_frame, open_page, settle, state, table


@pytest.fixture
def watch(prepared_server: Server) -> Watch:
    """The pages of these tests come from the other server."""
    return Watch(prepared_server.url.removeprefix("http://"))


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    for make in new_page_maker(browser, watch):
        yield make()


def test_newport_opens_without_deprivation_and_says_so(page: Page, prepared_server: Server) -> None:
    frame = open_page(page, prepared_server.address(area="newport"))
    expect(page.locator(".sp-headline")).to_contain_text("Newport")
    assert state(frame, "s.zones") == 21
    assert data_of(frame, "values").startswith("values/beyond.json")
    why = re.compile(r"Wales|Welsh")
    expect(page.get_by_text(why).first).to_be_visible()
    expect(page.get_by_text("Prepared data.", exact=False)).to_be_visible()
    # Where streets were not collected the map says so, in the legend and in the table.
    expect(page.locator(".sp-legend")).to_contain_text("not covered")
    expect(table(page, "walk from any known community space")).to_contain_text("not covered")


def test_newport_goes_along_from_page_to_page(page: Page, prepared_server: Server) -> None:
    open_page(page, prepared_server.address(area="newport"))
    menu = page.get_by_role("navigation", name="App pages")
    for link, heading in (
        ("Map", "What is where?"),
        ("Reach", "Who can reach it?"),
        ("From here", "What can be reached from here?"),
        ("Public transport", "How good is public transport here?"),
        ("Ward", "What is strong in this ward"),
        ("Your neighbourhood", "What is strong in your own neighbourhood?"),
        ("About the data", "What does this map know"),
    ):
        menu.get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", name=heading, exact=False).first).to_be_visible()
        expect_choice(page, "Place", "Newport")
        page.wait_for_function("() => new URL(location.href).searchParams.get('area') === 'newport'")
        settle(page)
        if link != "About the data":
            frame = map_frame(page)
            assert state(frame, "s.spec.base").startswith("/map-data/newport/")
            assert state(frame, "s.zones") == (100 if link in ("Reach", "Public transport") else 21)


def test_a_layer_that_newport_lacks_falls_back_to_one_it_has(page: Page, prepared_server: Server) -> None:
    frame = open_page(page, prepared_server.address("map", area="newport", layer="imd", by="lsoa"))
    assert state(frame, "s.zones") == 100
    assert data_of(frame, "values").startswith("values/")
    assert "imd" not in data_of(frame, "values")


def test_prepared_leeds_replaces_the_preview(page: Page, prepared_server: Server) -> None:
    frame = open_page(page, prepared_server.address())
    assert state(frame, "s.zones") == 33
    expect(page.locator(".sp-headline .sp-tag")).to_contain_text("estimate for")
    expect(page.get_by_text("Prepared data.", exact=False)).to_be_visible()
    assert sorted(state(frame, "s.spec.ground")) == ["street_lines", "water"]
