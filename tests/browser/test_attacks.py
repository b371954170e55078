"""The standing attack list, through every field that reaches a page, in a real browser: nothing may run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.fixtures import Watch, new_page_maker, running_app
from tests.browser.hostile_town import (
    COLUMNS,
    SIDE_M,
    HostileTown,
    attacks,
    corner,
    environment,
    prepare,
    town_files,
)
from tests.browser.view import (
    data_of,
    expect_in_link,
    map_frame,
    open_page,
    point_of,
    settle,
    state,
    table,
    wait_drawn,
)
from tests.prepare.toyford import degrees

# Every element in a document, also inside the shadow roots of our own components, that a name has made: an event
# handler, a script, a link that runs one, or a frame. Nothing of ours or Streamlit's is made that way.
INJECTED = """() => {
    const found = [], walk = (root) => root.querySelectorAll('*').forEach((e) => {
        if (e.shadowRoot) walk(e.shadowRoot);
        if ([...e.attributes].some((a) => /^on/i.test(a.name) || /^\\s*javascript:/i.test(a.value)
                && ['href', 'src', 'action', 'xlink:href'].includes(a.name))) found.push(e.outerHTML.slice(0, 200));
        if (e.tagName === 'SCRIPT' && /__hit/.test(e.textContent)) found.push(e.outerHTML.slice(0, 200));
        if (e.tagName === 'IFRAME' && e.hasAttribute('srcdoc')) found.push(e.outerHTML.slice(0, 200));
        if (e.tagName === 'IMG' && /x\\.example|\\/x$/.test(e.src)) found.push(e.outerHTML.slice(0, 200));
    });
    walk(document);
    if (window.__hit !== undefined) found.push('a script ran');
    return found;
}"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileTown]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    marker = folder / "ran"
    names = attacks(marker)
    files = town_files(folder, names)
    prepare(files)
    with running_app(folder, **environment(files)) as running:
        yield HostileTown(running, marker, names)


@pytest.fixture
def watch(town: HostileTown) -> Watch:
    return Watch(town.server.url.removeprefix("http://"))


@pytest.fixture
def page(browser: Browser, watch: Watch, town: HostileTown) -> Iterator[Page]:
    for make in new_page_maker(browser, watch):
        opened = make()
        yield opened
        nothing_ran(opened, town)


def nothing_ran(page: Page, town: HostileTown) -> None:
    """Check that no name became anything but text, in the page and in every frame, and that the server ran nothing."""
    for frame in page.frames:
        assert frame.evaluate(INJECTED) == []
    assert not town.marker.exists()
    assert "Traceback" not in town.server.log_text()


def plain(text: str) -> str:
    """Return a text with its white space as a page shows it."""
    return " ".join(text.split())


def texts(page: Page, selector: str) -> list[str]:
    return [plain(text) for text in page.locator(selector).all_text_contents()]


def ground(town: HostileTown) -> str:
    """Return an outline of the whole town as a link holds it."""
    high = -(-len(town.names) // COLUMNS) * SIDE_M
    corners = [(-50, -50), (COLUMNS * SIDE_M + 50, -50), (COLUMNS * SIDE_M + 50, high + 50), (-50, high + 50)]
    return ";".join(f"{lat:.4f},{lon:.4f}" for lon, lat in (degrees(x, y) for x, y in [*corners, corners[0]]))


def look_at(page: Page, frame: Frame, number: int, dx: int = 0, dy: int = 0) -> tuple[float, float]:
    """Move the map to a ward and return where a point of it stands on the page."""
    x, y = corner(number)
    lon, lat = degrees(x + 500 + dx, y + 530 + dy)
    frame.evaluate(
        f"() => {{ window.strongPlaces.state().map.setView([{lat}, {lon}], 16, {{ animate: false }}); }}"
    )
    return point_of(frame, lat, lon)


def test_the_sensor_itself_sees_an_attack_that_works(page: Page, town: HostileTown) -> None:
    """Without this, a test that looks in the wrong place would pass for ever."""
    frame = open_page(page, town.server.address())
    found = frame.evaluate(
        """(check) => { const box = document.body.appendChild(document.createElement('div'));
            box.innerHTML = '<b onmouseover=1>x</b><a href="javascript:1">x</a>';
            const seen = eval(check)(); box.remove(); return seen; }""",
        f"({INJECTED})",
    )
    assert len(found) == 2


def test_the_first_page_shows_every_name_as_text(page: Page, town: HostileTown) -> None:
    frame = open_page(page, town.server.address())
    assert state(frame, "s.zones") == len(town.names)
    # The halls; on the other pages the parks as well.
    assert int(data_of(frame, "assets")) == len(town.names)
    ranked = table(page, "walk from any known community space")
    shown = [plain(text) for text in ranked.locator("tbody th").all_text_contents()]
    assert sorted(shown) == sorted(map(plain, town.names))
    labels = [plain(text) for text in frame.locator(".sp-ward-label").all_text_contents()]
    assert sorted(labels) == sorted(map(plain, town.names))
    # Every name has stood in the table and on the map; the ward page takes each through the rest as well.
    for code, name in list(zip(town.wards, town.names, strict=True))[::3]:
        ranked.locator("tbody th button").nth(shown.index(plain(name))).click()
        # The first ward of the ranking is chosen unasked, and so is left out of the link.
        expect_in_link(page, ward=None if code == town.wards[0] else code)
        settle(page)
        # Its heading; its hall, its park as a place and as green space; the link to its own page.
        assert f"Strong in {plain(name)}" in texts(page, "h2, h3")
        assert texts(page, ".sp-names") == [plain(name)] * 3
        assert texts(page, '[data-testid="stPageLink"] p') == [f"All about {plain(name)}"]
    nothing_ran(page, town)


def test_the_map_shows_every_name_as_text(page: Page, town: HostileTown) -> None:
    frame = open_page(page, town.server.address("map", by="lsoa", layer="residents"))
    assert state(frame, "s.zones") == len(town.names)
    assert int(data_of(frame, "assets")) == 2 * len(town.names)
    assert sorted(texts(page, "table >> nth=0 >> tbody th")) == sorted(map(plain, town.names))
    assert sorted(texts(page, "table >> nth=1 >> tbody th")) == sorted([*map(plain, town.names)] * 2)
    tip, popup = frame.locator(".sp-tip"), frame.locator(".sp-popup")
    for number, name in enumerate(town.names):
        page.mouse.move(*look_at(page, frame, number, dx=150, dy=150))
        # A small area's tip ends with its ward.
        expect(tip.locator("span").first).to_have_text(name)
        page.mouse.move(*look_at(page, frame, number))
        expect(tip.locator("span")).to_have_text("Community space")
        page.mouse.down()
        page.mouse.up()
        expect(popup.locator("strong")).to_have_text(name)
        for label in ("Run by:", "Open:", "Wheelchair:", "Last checked:"):
            expect(popup.get_by_text(f"{label} {name}", exact=True)).to_have_count(1)
        links = popup.locator("a")
        assert links.count() == number % 2 or name.startswith("https://")
        if links.count():
            assert links.first.evaluate("a => a.protocol") == "https:"
            assert links.first.get_attribute("rel") == "noopener noreferrer"
        frame.evaluate("() => { window.strongPlaces.state().map.closePopup(); }")
        expect(popup).to_have_count(0)  # it fades away, and the next would stand beside it
    nothing_ran(page, town)


def test_finding_and_searching_say_every_name_as_text(page: Page, town: HostileTown) -> None:
    frame = open_page(page, town.server.address("map"))
    find = page.get_by_role("textbox", name="Find a postcode or a place")
    search = page.get_by_role("textbox", name="Search in names")
    answers = page.locator('[data-testid="stAlert"], [data-testid="stRadio"], [data-testid="stText"]')
    for number, name in enumerate(town.names):
        text = plain(name)[:60].strip()
        find.fill(text)
        find.press("Enter")
        # Found, or said not to be there: either answer says it as it was typed.
        expect(answers.filter(has_text=text).first).to_be_visible()
        settle(page)
        if number % 4 == 0:
            search.fill(text)
            search.press("Enter")
            settle(page)
            expect(search).to_have_value(text)
        assert page.evaluate(INJECTED) == []
    wait_drawn(frame)
    nothing_ran(page, town)


def test_the_ward_page_shows_every_name_as_text(page: Page, town: HostileTown) -> None:
    pairs = list(zip(town.wards, town.names, strict=True))
    for (code, name), (other_code, other) in zip(pairs[::2], pairs[1::2], strict=True):
        open_page(page, town.server.address("ward", ward=code, beside=other_code))
        map_frame(page, 1)
        both = [plain(name), plain(other)]
        assert texts(page, "h2") == both
        for shown, link in zip(both, page.locator('a[href^="/print/"]:visible').all(), strict=True):
            assert plain(link.locator("p").first.text_content()) == f"Print {shown}"
        assert texts(page, ".sp-names") == [both[0]] * 3 + [both[1]] * 3
        nothing_ran(page, town)


def test_a_neighbourhood_shows_every_name_as_text(page: Page, town: HostileTown) -> None:
    frame = open_page(page, town.server.address("neighbourhood", shape=ground(town)))
    expect(page.get_by_role("heading", name="Your neighbourhood", exact=True)).to_be_visible()
    assert int(data_of(frame, "assets")) == 2 * len(town.names)
    assert "and 28 more" in " ".join(texts(page, ".sp-names"))
    nothing_ran(page, town)


def test_the_page_about_the_data_still_speaks(page: Page, town: HostileTown) -> None:
    open_page(page, town.server.address("about"), has_map=False)
    expect(page.get_by_role("table").first).to_be_visible()
    nothing_ran(page, town)


def test_printed_wards_show_every_name_as_text(page: Page, town: HostileTown) -> None:
    for code, name in zip(town.wards, town.names, strict=True):
        page.goto(town.server.address(f"print/toyford/{code}"))
        title = plain(page.locator("h1").text_content())
        begins = plain(name)[:30]
        assert title.startswith(f"What is strong in {begins}")
        assert page.locator("script").count() == 0
        assert begins in plain(page.locator(".kinds").text_content())
        nothing_ran(page, town)


def test_files_carry_every_name_and_no_formula(page: Page, town: HostileTown) -> None:
    open_page(page, town.server.address("map", types="community_space"))
    files = page.locator(".st-key-files-assets")
    with page.expect_download() as waiting:
        files.get_by_role("button", name="Download as CSV").click()
    rows = list(
        csv.DictReader(io.StringIO(Path(waiting.value.path()).read_bytes().decode("utf-8-sig"), newline=""))
    )
    names = [row["asset_name"] for row in rows]
    assert sorted(name.removeprefix("'") if name[1:] in town.names else name for name in names) == sorted(
        town.names
    )
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    with page.expect_download() as waiting:
        files.get_by_role("button", name="Download as GeoJSON").click()
    features = json.loads(Path(waiting.value.path()).read_bytes())["features"]
    assert sorted(f["properties"]["asset_name"] for f in features) == sorted(town.names)
