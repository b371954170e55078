"""On a phone: nothing to scroll sideways, the choices folded into a line, the map, then the table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.fixtures import Server
from tests.browser.view import MAP_FRAME, open_page, settle

WIDTH, HEIGHT = 390, 844
SIDEWAYS = """() => [document.documentElement, document.body, ...document.querySelectorAll('[data-testid="stMain"]')]
    .map(e => e.scrollWidth - e.clientWidth).filter(extra => extra > 0)"""


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    return new_page(width=WIDTH, height=HEIGHT, is_mobile=True, has_touch=True)


def choices_line(page: Page) -> Locator:
    """Return the one line that the choices are folded into."""
    return page.get_by_role("button", name="Change")


@pytest.mark.parametrize(
    ("path", "said", "choice"),
    [
        ("", "Leeds · Community space · on foot · 15 min · by ward", "Shade the map by"),
        ("map", "Leeds · Deprivation 2025: overall deprivation · by ward", "Shade the map by"),
        ("ward", "Leeds · Adel & Wharfedale", "Beside it"),
        ("neighbourhood", "Leeds · Draw it on the map", "How to show it"),
        ("reach", "Leeds · the nearest known community space · On foot · 30 min", "What to reach"),
        ("from_here", "Leeds · the centre (", "From where"),
        ("about", "Leeds", "Place"),
    ],
)
def test_a_page_fits_a_phone(phone: Page, server: Server, path: str, said: str, choice: str) -> None:
    has_map = path != "about"
    open_page(phone, server.address(path), has_map=has_map)
    assert phone.evaluate(SIDEWAYS) == []
    line = choices_line(phone)
    expect(line).to_contain_text(said)
    assert line.bounding_box()["height"] < 100
    box = phone.get_by_role("combobox", name=choice, exact=True)
    expect(box).to_be_hidden()
    line.tap()
    expect(line).to_have_attribute("aria-expanded", "true")
    expect(box).to_be_visible()
    assert phone.evaluate(SIDEWAYS) == []
    line.tap()
    expect(box).to_be_hidden()
    if has_map:
        frame = phone.locator(MAP_FRAME).first
        phone.wait_for_function(
            f"""() => Math.abs(document.querySelector('{MAP_FRAME}').clientHeight - 0.6 * {HEIGHT}) < 20"""
        )
        assert frame.bounding_box()["width"] > 0.8 * WIDTH
    tables = phone.get_by_role("table")
    if tables.count():
        tables.first.scroll_into_view_if_needed()
        expect(tables.first.locator("tbody tr").first).to_be_in_viewport()
        assert phone.evaluate(SIDEWAYS) == []


def test_a_choice_made_on_a_phone_is_said_in_the_line(phone: Page, server: Server) -> None:
    open_page(phone, server.address())
    line = choices_line(phone)
    line.tap()
    phone.get_by_role("combobox", name="Walk of more than", exact=True).tap()
    phone.get_by_role("option", name="30 minutes", exact=True).tap()
    expect(line).to_contain_text("Leeds · Community space · on foot · 30 min · by ward")
    # The choices stay open while a person is choosing.
    settle(phone)
    expect(line).to_have_attribute("aria-expanded", "true")


def test_one_finger_scrolls_the_page_past_the_map(phone: Page, server: Server) -> None:
    frame = open_page(phone, server.address())
    assert frame.evaluate("() => window.strongPlaces.state().map.dragging.enabled()") is False
    assert frame.evaluate("() => window.strongPlaces.state().map.touchZoom.enabled()") is True
    # Pinching the whole page larger stays allowed.
    for meta in frame.locator("meta[name=viewport]").all():
        assert "user-scalable" not in meta.get_attribute("content")
