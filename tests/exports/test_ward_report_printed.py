"""The page to print in a real browser: two sides of A4 with everything on them, under the site's own policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.testclient import TestClient

from exports.ward_report import ward_report_html
from gaps.walking import WalkingTimes
from layers.categories import read_asset_rules
from layers.study_tables import StudyTables
from tests.exports.conftest import Printer
from tests.exports.test_ward_report import (
    ATTACKS,
    everywhere,
    with_assets,
    with_eighty_people,
    without_deprivation,
)
from tests.toytown import EASTFIELD, WESTGATE, toytown

pytestmark = pytest.mark.browser

# A4 less the page's own margins of 12 mm, at 96 dots an inch: what a browser lays a side out on.
PAPER = {"width": 703, "height": 1032}
LAID_OUT = """() => {
    const box = (e) => e.getBoundingClientRect();
    const over = (e) => Math.max(e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth);
    const cut = {};
    for (const name of ['#side-1', '#side-2', '.strong', '.columns > div', '.cards'])
        for (const e of document.querySelectorAll(name)) cut[name] = Math.max(cut[name] || 0, over(e));
    const foot = box(document.querySelector('.foot'));
    cut.foot = foot.bottom - box(document.querySelector('#side-1')).bottom;
    for (const e of document.querySelectorAll('.columns > div > *'))
        cut.foot = Math.max(cut.foot, box(e).bottom - foot.top);
    return {cut, card: Math.min(...[...document.querySelectorAll('.card .blank')].map((e) => box(e).height)),
        ran: window.hacked, planted: document.querySelectorAll('script, img, iframe').length};
}"""


@dataclass
class Printed:
    """What came out of the printer: pages and their sizes, what did not fit (pixels), and what ran."""

    sizes: list[tuple[float, float]]
    cut: dict[str, float]
    writing_px: float
    ran: object
    planted: int
    asked: list[str]
    said: list[str]

    @property
    def fits(self) -> bool:
        return max(self.cut.values()) <= 1


def print_page(browser: Browser, html: str, *, style: str = "") -> Printed:
    """Print a page, as a person would with Ctrl and P, to PDF."""
    page = browser.new_page(viewport=PAPER)
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: said.append(message.text))
    page.emulate_media(media="print")
    page.set_content(html.replace("</head>", f"<style>{style}</style></head>") if style else html)
    found = page.evaluate(LAID_OUT)
    # Backgrounds are off, as they are on most people's machines.
    pdf = page.pdf(format="A4", prefer_css_page_size=True, print_background=False)
    page.close()
    return Printed(_page_sizes(pdf), found["cut"], found["card"], found["ran"], found["planted"], asked, said)


def _page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Return the width and height of each page of a PDF, in points."""
    pages = re.findall(rb"/Type\s*/Page\b(.*?)endobj", pdf, flags=re.DOTALL)
    boxes = [re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", page) for page in pages]
    return [(float(box[1]), float(box[2])) for box in boxes]


def assert_two_sides_of_a4(printed: Printed) -> None:
    """Fail unless a page came out on two sides of A4 (210 x 297 mm) with nothing cut off."""
    assert printed.sizes == [(pytest.approx(595, abs=1), pytest.approx(842, abs=1))] * 2
    assert printed.fits, printed.cut
    # A line to write on is at least 7 mm high.
    assert printed.writing_px >= 7 / 25.4 * 96


def crowded() -> StudyTables:
    """Return Toytown with 420 places of all categories in Westgate, all with long names, and a long name itself."""
    categories = read_asset_rules().categories
    kinds = [(c, t) for c in categories for t in ("community_space", "food_and_everyday_shops", "heritage")]
    rows = [
        {
            "asset_name": f"{n} SAINT MARGARET'S MEMORIAL HALL AND WOMEN'S INSTITUTE ROOM",
            "category": c,
            "type": t,
        }
        for n in range(24)
        for c, t in kinds[:-1]
    ]
    tables = with_assets(toytown(), *rows)
    long = "Burmantofts, Richmond Hill, Cross Green and East End Park"
    return replace(
        tables,
        area=tables.area.model_copy(update={"name": "Bournemouth, Christchurch and Poole"}),
        wards=tables.wards.assign(ward_name=long),
        green_space=tables.green_space.assign(green_name="WOMERSLEY MEMORIAL RECREATION GROUND AND GARDENS"),
    )


def busiest(leeds: WalkingTimes) -> str:
    """Return the ward of Leeds with most known places."""
    return str(leeds.tables.assets["ward_code"].value_counts().idxmax())


def longest_ward_name(leeds: WalkingTimes) -> str:
    return str(leeds.tables.wards["ward_name"].str.len().idxmax())


def longest_asset_name(leeds: WalkingTimes) -> str:
    assets = leeds.tables.assets
    return str(assets["ward_code"][assets["asset_name"].str.len().idxmax()])


def tallest(leeds: WalkingTimes) -> str:
    """Return the ward whose map is tallest for its width."""
    bounds = leeds.tables.wards.bounds
    return str(((bounds["maxy"] - bounds["miny"]) / (bounds["maxx"] - bounds["minx"])).idxmax())


# ---- two sides


def test_counting_sides_counts(in_browser: Printer):
    three = "<style>@page { size: A5 } p { break-after: page }</style><p>1</p><p>2</p>3"
    page_sizes = in_browser(lambda browser: _sizes_of(browser, three))
    assert page_sizes == [(pytest.approx(420, abs=1), pytest.approx(595, abs=1))] * 3


def _sizes_of(browser: Browser, html: str) -> list[tuple[float, float]]:
    page = browser.new_page()
    page.set_content(html)
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()
    return _page_sizes(pdf)


@pytest.mark.parametrize("which", [busiest, longest_ward_name, longest_asset_name, tallest])
def test_wards_of_leeds_are_two_sides(
    which: Callable[[WalkingTimes], str], leeds: WalkingTimes, in_browser: Printer
):
    html = ward_report_html(leeds, which(leeds))
    assert_two_sides_of_a4(in_browser(lambda browser: print_page(browser, html)))


@pytest.mark.parametrize(
    ("tables", "ward"),
    [
        pytest.param(crowded(), WESTGATE, id="hundreds of places with long names"),
        pytest.param(
            without_deprivation("Newport is in Wales. " * 8), WESTGATE, id="no deprivation, and a long reason"
        ),
        pytest.param(with_eighty_people(toytown()), EASTFIELD, id="too few people"),
        pytest.param(
            replace(toytown(), assets=toytown().assets.loc[["n4"]], green_space=None),
            EASTFIELD,
            id="nothing known",
        ),
    ],
)
def test_any_ward_is_two_sides(tables: StudyTables, ward: str, in_browser: Printer):
    html = ward_report_html(WalkingTimes(tables, None), ward)
    assert_two_sides_of_a4(in_browser(lambda browser: print_page(browser, html)))


@pytest.mark.parametrize(
    "style", ["body { font-family: 'DejaVu Sans' !important }", "@page { margin: 13mm }"]
)
def test_other_letters_and_margins_are_two_sides_too(style: str, leeds: WalkingTimes, in_browser: Printer):
    html = ward_report_html(leeds, busiest(leeds))
    printed = in_browser(lambda browser: print_page(browser, html, style=style))
    assert len(printed.sizes) == 2
    # Wider letters may cost the last names of a long list, but never a table or the foot of the page.
    assert printed.cut["#side-1"] <= 1
    assert printed.cut["foot"] <= 1


# ---- on the screen


def test_the_attacks_run_nothing(in_browser: Printer):
    for attack in ATTACKS:
        html = ward_report_html(WalkingTimes(everywhere(attack), None), WESTGATE)
        printed = in_browser(lambda browser, html=html: print_page(browser, html))
        assert (printed.ran, printed.planted, printed.asked, printed.said) == (None, 0, [], []), attack
        assert len(printed.sizes) == 2


def test_it_works_under_the_policy_of_the_site(
    leeds: WalkingTimes, in_browser: Printer, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path))
    from app_pages._routes import MIDDLEWARE, ROUTES

    with TestClient(Starlette(routes=ROUTES, middleware=MIDDLEWARE)) as client:
        answer = client.get(f"/print/leeds/{busiest(leeds)}")
    assert answer.status_code == 200
    headers = {k: v for k, v in answer.headers.items() if k != "content-length"}
    said, look = in_browser(lambda browser: _under_policy(browser, answer.text, headers))
    assert said == []
    assert look == {"heading": "rgb(29, 79, 145)", "screen": "block", "bars": True}
    # The policy is there: a script in the page would have been refused.
    said, _look = in_browser(
        lambda browser: _under_policy(browser, answer.text + "<script>window.x=1</script>", headers)
    )
    assert any("Content Security Policy" in text for text in said)


def _under_policy(
    browser: Browser, html: str, headers: dict[str, str]
) -> tuple[list[str], dict[str, object]]:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.route("**/print/**", lambda route: route.fulfill(status=200, headers=headers, body=html))
    page.goto("http://localhost/print/leeds/ward")
    look = page.evaluate(
        """() => ({heading: getComputedStyle(document.querySelector('h2')).color,
            screen: getComputedStyle(document.querySelector('.screen')).display,
            bars: [...document.querySelectorAll('.bar div')].some((e) => e.getBoundingClientRect().width > 10)})"""
    )
    page.close()
    return said, look


@pytest.mark.parametrize("width", [390, 1280])
def test_it_can_be_read_on_a_screen_by_anyone(width: int, leeds: WalkingTimes, in_browser: Printer):
    few = ward_report_html(WalkingTimes(with_eighty_people(toytown()), None), EASTFIELD)
    for html in (ward_report_html(leeds, busiest(leeds)), few):
        violations, wide = in_browser(lambda browser, html=html: _on_screen(browser, html, width))
        assert violations == []
        assert wide <= width


def _on_screen(browser: Browser, html: str, width: int) -> tuple[list[str], int]:
    page: Page = browser.new_page(viewport={"width": width, "height": 844})
    page.set_content(html)
    page.evaluate((files("axe_core_python") / "axe.min.js").read_text("utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]], wide
