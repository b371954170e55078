"""A neighbourhood of one's own: drawn by pointer or by keyboard, uploaded, or made from postcodes."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Frame, Page, expect

from tests.browser.fixtures import Server, Watch
from tests.browser.view import (
    expect_in_link,
    on_page,
    open_page,
    query,
    settle,
    state,
    wait_drawn,
)

ATTACK = "<script>window.__hit=1</script>{{7*7}}"
OWN = "Your neighbourhood"
# About one kilometre of Headingley, where thousands live; and ten metres of a field near Harewood.
HEADINGLEY = [[-1.585, 53.815], [-1.570, 53.815], [-1.570, 53.824], [-1.585, 53.824], [-1.585, 53.815]]
FIELD = [[-1.47, 53.9], [-1.4698, 53.9], [-1.4698, 53.9001], [-1.47, 53.9]]


def polygon_file(*rings: list[list[float]], **properties: str) -> bytes:
    features = [
        {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for ring in rings
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator('input[type="file"]').set_input_files(
        {"name": name, "mimeType": "application/geo+json", "buffer": content}
    )


def rest(frame: Frame) -> list[float]:
    """Wait until the map has stopped moving, and return its centre."""
    frame.wait_for_function(
        "() => { const m = window.strongPlaces.state().map; return !(m._panAnim && m._panAnim._inProgress); }"
    )
    return state(frame, "[s.map.getCenter().lat, s.map.getCenter().lng]")


def expect_profile(page: Page) -> None:
    expect(page.get_by_role("heading", name=OWN, exact=True)).to_be_visible()
    for part in ("What is strong here", "How far people walk", "Green space", "Deprivation"):
        expect(page.get_by_role("heading", name=part, exact=True)).to_be_visible()
    settle(page)


def test_it_is_drawn_with_the_pointer(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("neighbourhood"))
    expect(page.get_by_text("Nothing is shown yet.")).to_be_visible()
    before = wait_drawn(frame)
    done = frame.get_by_role("button", name="Finish the outline")
    expect(done).to_be_disabled()
    size = frame.frame_element().bounding_box()
    frame.frame_element().scroll_into_view_if_needed()
    # A square of 120 pixels round the middle of the map, which is the middle of Leeds.
    x, y = size["width"] / 2, size["height"] / 2
    for count, (dx, dy) in enumerate(((-60, -60), (60, -60), (60, 60), (-60, 60), (0, 90)), 1):
        page.mouse.click(*on_page(frame, x + dx, y + dy))
        expect(frame.locator(".sp-drawing p")).to_have_text(f"{count} points so far")
    frame.get_by_role("button", name="Take the last point back").click()
    expect(frame.locator(".sp-drawing p")).to_have_text("4 points so far")
    done.click()
    expect_profile(page)
    wait_drawn(frame, after=before)
    corners = query(page)["shape"][0].split(";")
    assert len(corners) == 5
    assert corners[0] == corners[-1]
    # Rounded to about ten metres.
    assert all(re.fullmatch(r"53\.\d{4},-1\.\d{4}", corner) for corner in corners)
    assert len(state(frame, "s.spec.shape")) == 5
    expect(page.get_by_text(re.compile(r"^About [\d,]+ residents$"))).to_be_visible()


def test_it_is_drawn_with_the_keyboard_alone(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("neighbourhood"))
    add = frame.get_by_role("button", name="Add a point at the centre")
    container = frame.locator(".leaflet-container")
    for count, key in enumerate(("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"), 1):
        was = rest(frame)
        container.focus()
        page.keyboard.press(key)
        frame.wait_for_function(
            """was => { const c = window.strongPlaces.state().map.getCenter();
                return Math.abs(c.lat - was[0]) + Math.abs(c.lng - was[1]) > 1e-4; }""",
            arg=was,
        )
        rest(frame)
        add.focus()
        page.keyboard.press("Enter")
        expect(frame.locator(".sp-drawing p")).to_have_text(f"{count} points so far")
    frame.get_by_role("button", name="Finish the outline").focus()
    page.keyboard.press("Enter")
    expect_profile(page)
    assert len(query(page)["shape"][0].split(";")) == 5


def test_it_is_uploaded_and_says_when_it_is_too_small(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("neighbourhood", way="upload"))
    before = wait_drawn(frame)
    upload(page, "mine.geojson", polygon_file(HEADINGLEY))
    expect_profile(page)
    before = wait_drawn(frame, after=before)
    residents = page.get_by_text(re.compile(r"^About [\d,]+ residents$"))
    expect(residents).to_be_visible()
    assert int(re.sub(r"\D", "", residents.inner_text())) > 1000
    # A file stays with the person who gave it.
    assert "shape" not in query(page)

    upload(page, "field.geojson", polygon_file(FIELD))
    warning = page.get_by_text(re.compile(r"^Fewer than \d+ people live here by this map's reckoning"))
    expect(warning).to_be_visible()
    settle(page)
    expect(residents).to_have_count(0)
    wait_drawn(frame, after=before)


def test_a_file_that_is_no_outline_is_turned_away(page: Page, server: Server, watch: Watch) -> None:
    open_page(page, server.address("neighbourhood", way="upload"))
    point = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [-1.5, 53.8]}}
        ],
    }
    for name, content, sentence in (
        ("broken.geojson", b"{not json", "This file cannot be read as a map file."),
        ("point.geojson", json.dumps(point).encode(), "There is no polygon in this file."),
        (
            "london.geojson",
            polygon_file([[-0.1, 51.5], [0, 51.5], [0, 51.6], [-0.1, 51.5]]),
            "This outline lies outside the place on this map.",
        ),
        ("<img src=x onerror=window.__hit=1>.geojson", polygon_file(HEADINGLEY, name=ATTACK), OWN),
    ):
        upload(page, name, content)
        expect(page.get_by_text(sentence, exact=True).first).to_be_visible()
    settle(page)
    assert page.evaluate("() => window.__hit") is None
    assert watch.faults() == []


def test_it_is_made_from_postcodes_that_stay_out_of_the_link(
    page: Page, server: Server, watch: Watch
) -> None:
    frame = open_page(page, server.address("neighbourhood", way="postcodes"))
    before = wait_drawn(frame)
    page.get_by_role("textbox", name="Postcodes, one a line").fill(
        "ls6 3aa\nLS6 2AS, LS6 3DS\nLS99 9ZZ\n![x](y)"
    )
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile(r"^Not in the directory for this place: LS999ZZ"))).to_be_visible()
    expect_profile(page)
    wait_drawn(frame, after=before)
    assert state(frame, "s.spec.shape.length") > 10
    expect_in_link(page, way="postcodes", shape=None)
    kept = page.evaluate("() => JSON.stringify([location.href, {...localStorage}, {...sessionStorage}])")
    for written in (kept, server.log_text(), "\n".join(watch.requests)):
        assert "LS63AA" not in written.upper().replace("%20", "").replace("+", "").replace(" ", "")
