"""For everyone: WCAG 2.2 AA by axe-core in every frame, each page by keyboard alone, what a screen reader is told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.assistive import (
    BAD_TABLES,
    HEADINGS,
    MOVING,
    SMALL_TARGETS,
    Walk,
    axe_faults,
    lost_words,
    nameless,
    told,
)
from tests.browser.fixtures import Server
from tests.browser.view import map_frame, open_page, settle

PHONE = {"width": 390, "height": 844}
GIPTON, SEACROFT = "E05011394", "E05011400"
# Round Harehills: enough people for every figure of a profile.
HAREHILLS = "53.8100,-1.5200;53.8100,-1.5050;53.8180,-1.5050;53.8180,-1.5200"
# path -> whether it has a map, its title, what stands in it
PAGES = {
    "": (True, "At a glance - Strong Places", 2),
    "map?types=culture": (True, "Map - Strong Places", 2),
    f"ward?ward={GIPTON}&beside={SEACROFT}": (True, "Ward - Strong Places", 4),
    f"neighbourhood?shape={HAREHILLS}": (True, "Your neighbourhood - Strong Places", 2),
    "neighbourhood?way=postcodes": (True, "Your neighbourhood - Strong Places", 0),
    "neighbourhood?way=upload": (True, "Your neighbourhood - Strong Places", 0),
    "reach": (True, "Reach - Strong Places", 4),
    "from_here?beside=cycle": (True, "From here - Strong Places", 2),
    "public_transport": (False, "Public transport - Strong Places", 0),
    "about": (False, "About the data - Strong Places", None),
    f"print/leeds/{GIPTON}": (None, "Gipton & Harehills, Leeds: two sides to print - Strong Places", 2),
    "?area=newport": (False, "At a glance - Strong Places", 0),
}


def open_any(page: Page, server: Server, path: str) -> None:
    """Open a page of the app, or a page to print, which is no part of Streamlit."""
    has_map = PAGES[path][0]
    if has_map is None:
        page.goto(server.address(path))
        return
    open_page(page, server.address(path), has_map=has_map)
    if path != "?area=newport":
        # The last line of every page.
        page.get_by_test_id("stCaptionContainer").filter(has_text=re.compile("^Data: ")).wait_for()


def unfold(page: Page) -> None:
    """Open the choices, which a narrow screen folds into one line, and everything else that is folded."""
    line = page.get_by_role("button", name="Change")
    if line.count() and line.get_attribute("aria-expanded") == "false":
        line.click()
    for summary in page.locator("details:not([open]) > summary:visible").all()[:3]:
        summary.click()
    settle(page)


@pytest.mark.parametrize("path", list(PAGES))
def test_a_page_is_for_everyone(page: Page, server: Server, path: str) -> None:
    open_any(page, server, path)
    has_map, title, tables = PAGES[path]
    assert axe_faults(page) == []
    # Structure.
    expect(page).to_have_title(title)
    assert page.locator("html").get_attribute("lang") == "en"
    headings = page.evaluate(HEADINGS)
    levels = [level for level, _ in headings]
    assert levels.count(1) == 1 and levels[0] == 1 and all(text for _, text in headings)
    assert all(after <= before + 1 for before, after in pairwise(levels)), headings
    assert page.evaluate(BAD_TABLES) == []
    assert tables is None or page.get_by_role("table").count() == tables
    assert nameless(page) == []
    for frame in page.frames[1:]:
        assert frame.locator("html").get_attribute("lang") == "en"
    if has_map:
        assert ("Iframe", "Map of Leeds. The table on this page says the same.") in told(page)
        roles = told(page, page.frames[1])
        assert ("region", "Map of Leeds. The table on this page says the same.") in roles
        assert {("button", "Zoom in"), ("button", "Zoom out")} <= set(roles)
    # The same on a phone, with the choices unfolded.
    page.set_viewport_size(PHONE)
    if has_map is not None:
        unfold(page)
    assert axe_faults(page) == []
    assert [fault for frame in page.frames for fault in frame.evaluate(SMALL_TARGETS)] == []
    # And at 400 % of 1,280 pixels, and 200 %: one column, nothing lost, nothing to scroll sideways.
    for width in (320, 640):
        page.set_viewport_size({"width": width, "height": 512})
        assert lost_words(page) == []


@pytest.mark.parametrize("path", ["", "map"])
def test_nothing_moves_for_those_who_asked(new_page: Callable[..., Page], server: Server, path: str) -> None:
    page = new_page(reduced_motion="reduce")
    open_page(page, server.address(path))
    assert [moving for frame in page.frames for moving in frame.evaluate(MOVING)] == []


# ---- by keyboard alone --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "order"),
    [
        (
            "",
            [
                "At a glance",
                "Main menu",
                "Place",
                "Ward",
                "Map of Leeds",
                "Zoom in",
                "All about",
                'button "Ward"',
                "Horsforth",
            ],
        ),
        (
            "map?types=culture",
            [
                "Place",
                "Find a postcode",
                "Shade the map by",
                "Which assets",
                "Type",
                "More choices",
                "Map of Leeds",
            ]
            + ["OpenStreetMap", 'button "Ward"', "Download as CSV", 'button "Name"', "Download as GeoJSON"],
        ),
        (
            f"ward?ward={GIPTON}&beside={SEACROFT}",
            [
                "Ward",
                "Beside it",
                "Map of Leeds",
                "Print Gipton",
                'button "To the nearest',
                "Map of Leeds",
                "Print Killingbeck",
                'button "To the nearest',
            ],
        ),
        (
            f"neighbourhood?shape={HAREHILLS}",
            [
                "How to show it",
                "Map of Leeds",
                "Add a point at the centre",
                'button "To the nearest',
                "Download this outline",
            ],
        ),
        ("neighbourhood?way=postcodes", ["How to show it", "Postcodes, one a line", "Map of Leeds"]),
        ("neighbourhood?way=upload", ["How to show it", "Upload", "Map of Leeds"]),
        (
            "reach",
            ["Place", "What to reach", "Type", "How", "Within (minutes)", "Whose journey", "More choices"]
            + ["Map of Leeds", 'button "Ward"', "Download as CSV", "Residents within", "IMD 2025"],
        ),
        (
            "from_here?beside=cycle",
            [
                "From where",
                "How",
                "Beside it",
                "Map of Leeds",
                "Map of Leeds",
                "10 min",
                "Download the ground",
            ],
        ),
        ("public_transport", ["Place"]),
        ("about", ["About the data", "Place", 'button "What"', "Ward boundaries"]),
        (f"print/leeds/{GIPTON}", ["OpenStreetMap contributors"]),
    ],
)
def test_a_walk_through_a_page(page: Page, server: Server, path: str, order: list[str]) -> None:
    open_any(page, server, path)
    walk = Walk(page)
    stops = walk.through()
    assert walk.missed(stops) == []
    assert walk.unmarked == []  # the place of the keyboard can always be seen
    # In each frame the order of reading, nothing twice.
    for frame in page.frames:
        numbers = [stop for where, stop, _ in stops if where is frame]
        assert numbers == sorted(set(numbers))
    names = iter(name for _, _, name in stops)
    assert [words for words in order if not any(words in name for name in names)] == []
    # And back again, out of the map's frame too.
    if path == "":
        back = [walk.step("Shift+Tab") for _ in stops]
        assert [stop and stop[1:] for stop in back[::-1]] == [stop[1:] for stop in stops]


def press_until(page: Page, words: str, *, most: int = 80) -> None:
    """Press Tab until the keyboard stands on a control with these words."""
    walk = Walk(page)
    for _ in range(most):
        stop = walk.step()
        # The whole of the page is a stop as well, for those who scroll it by keyboard: it holds all words.
        if stop is not None and words in stop[2] and not stop[2].startswith("main "):
            return
    pytest.fail(f"the keyboard does not get to '{words}'")


def stands_on(page: Page, words: str) -> None:
    """Assert that the keyboard stands where it stood: nothing was pulled away under it."""
    assert words in page.evaluate(
        """() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
            return (e.getAttribute("aria-label") || "") + e.title + e.textContent }"""
    )


def live_line(page: Page) -> Locator:
    return page.locator(".st-key-live").get_by_role("status")


def test_a_choice_by_keyboard_is_said_aloud(page: Page, server: Server) -> None:
    open_page(page, server.address("map"))
    line = live_line(page)
    expect(line).to_have_text(
        "Map and table show: Overall deprivation: residents in the most deprived tenth of England (IMD 2025). "
        "1075 assets shown."
    )
    node = line.element_handle()
    press_until(page, "Shade the map by")
    box = page.get_by_role("combobox", name="Shade the map by", exact=True)
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(line).to_have_text(
        "Map and table show: Income: residents in the most deprived tenth of England (IMD 2025). 1075 assets shown."
    )
    settle(page)
    assert box.input_value() == "Deprivation 2025: income"
    # A line that were put in anew would not be read out: it is the same one with other words.
    assert node.evaluate("e => e.isConnected && e.textContent").startswith("Map and table show: ")
    stands_on(page, "Shade the map by")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_a_table_is_sorted_and_a_row_picked(page: Page, server: Server) -> None:
    open_page(page, server.address())
    press_until(page, 'button "Ward"')
    table = page.get_by_role("table").first
    header = table.locator("thead th").first
    assert header.get_attribute("aria-sort") is None
    said = page.locator(".st-key-wards").get_by_role("status")
    for key, way, first, words in (
        ("Enter", "ascending", "Adel & Wharfedale", "smallest first"),
        ("Space", "descending", "Wetherby", "largest first"),
    ):
        page.keyboard.press(key)
        expect(header).to_have_attribute("aria-sort", way)
        expect(said).to_have_text(f"Sorted by Ward, {words}. 33 rows.")
        assert table.locator("tbody th").first.inner_text() == first
        stands_on(page, "Sort by Ward")
    assert table.locator("thead th[aria-sort]").count() == 1
    press_until(page, "Kirkstall")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Strong in Kirkstall")).to_be_visible()
    settle(page)
    stands_on(page, "Kirkstall")
    assert header.get_attribute("aria-sort") == "descending"


def test_a_file_is_downloaded(page: Page, server: Server) -> None:
    open_page(page, server.address("map", types="culture"))
    press_until(page, "Download as CSV")
    with page.expect_download() as given:
        page.keyboard.press("Enter")
    assert given.value.suggested_filename == "leeds-imd-by-ward.csv"
    rows = list(csv.DictReader(io.StringIO(given.value.path().read_text("utf-8-sig"))))
    assert len(rows) == 33 and rows[0]["name"] == "Gipton & Harehills"
    stands_on(page, "Download as CSV")


def test_switches_boxes_and_folds(page: Page, server: Server) -> None:
    open_page(page, server.address("map", types="culture"))
    more = page.get_by_role("combobox", name="Go to ward", exact=True)
    expect(more).to_be_hidden()
    press_until(page, "More choices")
    page.keyboard.press("Enter")
    expect(more).to_be_visible()
    press_until(page, "Green space")
    page.keyboard.press("Space")
    page.wait_for_function("() => new URL(location.href).searchParams.get('green') === '0'")
    settle(page)
    expect(
        page.get_by_role("switch", name="Green space").or_(page.get_by_role("checkbox", name="Green space"))
    ).not_to_be_checked()


def test_a_place_is_found_and_one_of_several_picked(page: Page, server: Server) -> None:
    open_page(page, server.address("map", types="culture"))
    press_until(page, "Find a postcode")
    page.keyboard.type("kirkstall")
    page.keyboard.press("Enter")
    which = page.get_by_role("radiogroup")
    expect(which).to_be_visible()
    settle(page)
    press_until(page, "input")
    expect(which.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("Kirkstall Abbey Park is in Kirkstall ward")).to_be_visible()


def test_a_neighbourhood_is_drawn_with_keys_and_buttons(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("neighbourhood"))
    press_until(page, "Map of Leeds")
    status = frame.locator(".sp-drawing").get_by_role("status")
    expect(status).to_contain_text("Click round your neighbourhood, or move the map")
    draw(page, frame)
    expect(page.get_by_role("heading", name="Your neighbourhood", exact=True)).to_be_visible()
    settle(page)
    assert page.get_by_role("table").count() == 2
    # The map is no trap: the keyboard goes on to the page behind it.
    press_until(page, 'button "To the nearest')


def draw(page: Page, frame: Frame) -> None:
    """Add the middle of the map three times, moving it with the arrow keys in between, take one back, and finish."""
    buttons = frame.locator(".sp-drawing button")
    add, undo, done = (buttons.nth(i) for i in range(3))
    assert [b.inner_text() for b in (add, undo, done)] == [
        "Add a point at the centre",
        "Take the last point back",
        "Finish the outline",
    ]
    expect(undo).to_be_disabled()
    status = frame.locator(".sp-drawing").get_by_role("status")
    for count, key in enumerate(["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"], start=1):
        expect(done).to_be_disabled() if count <= 3 else expect(done).to_be_enabled()
        walk_to(page, frame, "Add a point")
        page.keyboard.press("Enter")
        expect(status).to_have_text(f"{count} points so far")
        walk_to(page, frame, "Map of Leeds", key="Shift+Tab")
        before = frame.evaluate("() => window.strongPlaces.state().map.getCenter()")
        page.keyboard.press(key)
        frame.wait_for_function("(b) => !window.strongPlaces.state().map.getCenter().equals(b)", arg=before)
        frame.wait_for_function("() => !window.strongPlaces.state().map._panAnim?._inProgress")
    walk_to(page, frame, "Take the last point back")
    page.keyboard.press("Space")
    expect(status).to_have_text("3 points so far")
    walk_to(page, frame, "Finish the outline")
    page.keyboard.press("Enter")


def walk_to(page: Page, frame: Frame, words: str, *, key: str = "Tab") -> None:
    """Press Tab until the keyboard stands on something inside the map."""
    for _ in range(12):
        page.keyboard.press(key)
        here = frame.evaluate(
            """() => { const e = document.activeElement;
                return document.hasFocus() ? e.getAttribute("aria-label") || e.textContent : "" }"""
        )
        if words in here:
            return
    pytest.fail(f"the keyboard does not get to '{words}'")


def test_the_choices_open_and_close_on_a_narrow_screen(new_page: Callable[..., Page], server: Server) -> None:
    page = new_page(**PHONE)
    open_page(page, server.address())
    line = page.get_by_role("button", name="Change")
    assert line.inner_text().startswith("Leeds · Community space · on foot · 15 min · by ward")
    box = page.get_by_role("combobox", name="Walk of more than", exact=True)
    press_until(page, "Change")
    expect(line).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_hidden()
    page.keyboard.press("Enter")
    expect(line).to_have_attribute("aria-expanded", "true")
    expect(box).to_be_visible()
    stands_on(page, "Change")
    press_until(page, "Walk of more than")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(line).to_contain_text("30 min")
    settle(page)
    expect(box).to_be_visible()
    while "Change" not in (Walk(page).step("Shift+Tab") or ("", 0, "Change"))[2]:
        pass
    page.keyboard.press("Space")
    expect(box).to_be_hidden()
    expect(line).to_have_attribute("aria-expanded", "false")


def test_both_maps_of_two_wards_are_named(page: Page, server: Server) -> None:
    open_page(page, server.address("ward", ward=GIPTON, beside=SEACROFT))
    map_frame(page, 1)
    frames = [name for role, name in told(page) if role == "Iframe"]
    assert frames == ["Map of Leeds. The table on this page says the same."] * 2
