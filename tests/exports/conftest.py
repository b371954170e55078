"""Fixtures of the room `exports/`: Toytown, the preview of Leeds, and a browser to print with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, sync_playwright

from exports.ward_report import ward_report_html
from gaps.walking import WalkingTimes
from layers.study_tables import StudyTables, read_study_tables
from study.area import read_study_area
from tests.browser.fixtures import LAUNCH
from tests.toytown import toytown

Answer = TypeVar("Answer")
Printer = Callable[[Callable[[Browser], Answer]], Answer]


@pytest.fixture
def tables() -> StudyTables:
    """Toytown."""
    return toytown()


@pytest.fixture(scope="session")
def leeds(tmp_path_factory: pytest.TempPathFactory) -> WalkingTimes:
    """Leeds as the project carries it, whatever has been prepared on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRONG_PLACES_DATA", str(tmp_path_factory.mktemp("nothing-prepared")))
        patch.delenv("STRONG_PLACES_STUDY_AREAS", raising=False)
        tables = read_study_tables(read_study_area("leeds"))
    assert tables.origin == "preview"
    return WalkingTimes(tables, None)


@pytest.fixture(scope="session")
def leeds_pages(leeds: WalkingTimes) -> dict[str, str]:
    """The page of every ward of Leeds, by ward code."""
    return {code: ward_report_html(leeds, code) for code in leeds.tables.wards.index}


@pytest.fixture(scope="session")
def in_browser() -> Iterator[Printer]:
    """Give work to Debian's Chromium; without one, skip, or fail where STRONG_PLACES_REQUIRE_BROWSER is set.

    The work is done in a thread of its own: Playwright cannot start twice in one, and the tests of the whole app
    keep theirs open.
    """
    program = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    if not os.access(program, os.X_OK):
        reason = f"there is no Chromium at {program}; CHROMIUM names another"
        if os.environ.get("STRONG_PLACES_REQUIRE_BROWSER"):
            pytest.fail(reason + ", and STRONG_PLACES_REQUIRE_BROWSER asks for one")
        pytest.skip(reason)
    with ThreadPoolExecutor(max_workers=1) as thread:
        playwright = thread.submit(lambda: sync_playwright().start()).result()
        browser = thread.submit(
            lambda: playwright.chromium.launch(executable_path=str(program), args=list(LAUNCH))
        ).result()
        yield lambda work: thread.submit(work, browser).result()
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()
