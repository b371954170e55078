"""What is on a page: the map in its frame, the tables, and when they have come to rest. Waits, never sleeps."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Frame, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.fixtures import WAIT_MS

FAILED = "Something went wrong on our side"
MAP_FRAME = 'iframe[title="streamlit_folium.st_folium"]'


def settle(page: Page) -> None:
    """Wait until Streamlit has run the page to its end and the browser has drawn it."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_function(
        """() => !document.querySelector('[data-testid="stStatusWidget"]')
            && !document.querySelector('[data-stale="true"]')"""
    )


def open_page(page: Page, address: str, *, has_map: bool = True) -> Frame | None:
    """Open an address, wait until it is drawn, and return the map's frame."""
    page.goto(address)
    page.wait_for_selector("h1, [data-testid='stAlert']")
    settle(page)
    assert page.get_by_text(FAILED).count() == 0, f"{address} could not be drawn; the server's log says why"
    return map_frame(page) if has_map else None


def map_frame(page: Page, number: int = 0) -> Frame:
    """Return the frame of a page's map once it is drawn and dressed."""
    holder = page.locator(MAP_FRAME).nth(number)
    holder.wait_for(state="attached")
    frame = holder.element_handle().content_frame()
    wait_drawn(frame)
    return frame


def wait_drawn(frame: Frame, *, after: str | None = None) -> str:
    """Wait until a map has drawn what it was last told (after an earlier drawing), and return its number."""
    frame.wait_for_function(
        """(after) => { const m = document.querySelector('[data-drawn]');
            return m && m.dataset.drawn !== after && m.dataset.dressed === m.dataset.drawn }""",
        arg=after,
        timeout=WAIT_MS,
    )
    return drawn(frame)


def drawn(frame: Frame) -> str:
    """Return the number of the map's last drawing."""
    return data_of(frame, "drawn")


def data_of(frame: Frame, name: str) -> str:
    """Return one of the marks the map sets on its container: drawn, values, assets, dressed."""
    return frame.evaluate("(name) => document.querySelector('[data-drawn]').dataset[name] || ''", name)


def state(frame: Frame, expression: str) -> object:
    """Return something of the map's inside, such as ``s.zones`` or ``s.map.getZoom()``."""
    return frame.evaluate(f"() => {{ const s = window.strongPlaces.state(); return {expression}; }}")


def table(page: Page, caption: str | re.Pattern[str]) -> Locator:
    """Return the table whose caption holds a text (the component's shadow root is looked through)."""
    return page.locator("table").filter(has=page.locator("caption", has_text=caption))


def query(page: Page) -> dict[str, list[str]]:
    """Return the query of the address bar."""
    return parse_qs(urlsplit(page.url).query)


def expect_in_link(page: Page, **wanted: str | None) -> None:
    """Wait until the address bar holds these choices; None: does not hold it."""
    page.wait_for_function(
        """(wanted) => { const q = new URL(location.href).searchParams;
            return Object.entries(wanted).every(([k, v]) => q.get(k) === v); }""",
        arg=wanted,
    )


def pick_option(page: Page, label: str, *options: str) -> None:
    """Pick options of a box for one or several choices by their words, as a person does."""
    for option in options:
        _pick(page, label, option)
    page.keyboard.press("Escape")
    settle(page)


def _pick(page: Page, label: str, option: str) -> None:
    """Pick one option; again where the page was drawn anew in between, which closes an open list."""
    box, wanted = (
        page.get_by_role(r, name=n, exact=True) for r, n in (("combobox", label), ("option", option))
    )
    for patience_ms in (5_000, 15_000, WAIT_MS):
        settle(page)
        box.fill(option)  # typed, because a long list holds only what is in sight
        try:
            wanted.click(timeout=patience_ms)
        except PlaywrightTimeout:
            continue
        return
    raise AssertionError(f"'{option}' cannot be picked under '{label}'")


def expect_choice(page: Page, label: str, words: str) -> None:
    """Wait until a box for one choice shows these words."""
    expect(page.get_by_role("combobox", name=label, exact=True)).to_have_value(words)


def on_page(frame: Frame, x: float, y: float) -> tuple[float, float]:
    """Return where a point of the map stands on the page."""
    box = frame.frame_element().bounding_box()
    return box["x"] + x, box["y"] + y


def point_of(frame: Frame, lat: float, lon: float) -> tuple[float, float]:
    """Return where a place stands on the page, from its degrees."""
    frame.frame_element().scroll_into_view_if_needed()
    at = state(frame, f"(p => [p.x, p.y])(s.map.latLngToContainerPoint([{lat}, {lon}]))")
    return on_page(frame, *at)


def click_label(page: Page, frame: Frame, ward_name: str) -> None:
    """Click on the map where a ward's name stands."""
    frame.frame_element().scroll_into_view_if_needed()
    box = frame.locator(".sp-ward-label", has_text=ward_name).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
