"""The real app in a real browser: servers, Chromium, and pages that are watched.

Another folder's conftest.py takes what it needs with ``from tests.browser.fixtures import ...``; only
names imported into a conftest.py become its fixtures.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from study.settings import REPOSITORY

START_S = 90
WAIT_MS = 60_000
LAUNCH = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name that is not this machine's does not even resolve: a test that fails still reaches no network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
# Streamlit asks for these beside each page's own address first and then finds them at the root.
STREAMLIT_MISSES = ("/_stcore/health", "/_stcore/host-config")


# ---- servers ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Server:
    """A running app: where it answers, what it writes, and where its data stands."""

    url: str
    log: Path
    data: Path

    def address(self, path: str = "", **query: object) -> str:
        """Return a page's address with a query; a list is a key several times."""
        text = urlencode(query, doseq=True)
        return f"{self.url}/{path}" + (f"?{text}" if text else "")

    def log_text(self) -> str:
        return self.log.read_text("utf-8", errors="replace")


def _plain_environment() -> dict[str, str]:
    """Return the environment without anybody's own settings of the app."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("STRONG_PLACES_", "STREAMLIT_"))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(url: str, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the app did not start; its log:\n{log.read_text('utf-8', errors='replace')}")


def _end(process: subprocess.Popen) -> None:
    """End a process and whatever it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(timeout=10)
            return
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def running_app(folder: Path, **environment: str) -> Iterator[Server]:
    """Run the real app on loopback, with its data and its log in a folder, and end it afterwards.

    ``STRONG_PLACES_DATA`` is ``folder/data``: empty, so that the preview of Leeds opens, or filled beforehand.
    """
    data, log, port = folder / "data", folder / "server.log", _free_port()
    data.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    with log.open("wb") as writing:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={
                **_plain_environment(),
                "STRONG_PLACES_DATA": str(data),
                "PYTHONUNBUFFERED": "1",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            url = f"http://localhost:{port}"
            _wait_until_it_answers(url, process, log)
            yield Server(url, log, data)
        finally:
            _end(process)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as it opens on a fresh machine: nothing prepared, the preview of Leeds."""
    with running_app(tmp_path_factory.mktemp("preview")) as running:
        yield running


@pytest.fixture(scope="session")
def prepared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with Leeds and Newport prepared from the mirror of real files by the README's command."""
    named = os.environ.get("STRONG_PLACES_MIRROR")
    mirror = Path(named) if named else REPOSITORY.parent / "shared" / "mirror"
    if not mirror.is_dir():
        pytest.skip(f"the mirror of real files is not here ({mirror}); STRONG_PLACES_MIRROR names another")
    folder = tmp_path_factory.mktemp("prepared")
    for slug in ("leeds", "newport"):
        made = subprocess.run(
            [sys.executable, "-m", "prepare", slug, "--mirror", str(mirror)],
            cwd=REPOSITORY,
            env={**_plain_environment(), "STRONG_PLACES_DATA": str(folder / "data")},
            capture_output=True,
            text=True,
            timeout=600,
        )
        if made.returncode != 0:
            pytest.fail(
                f"python -m prepare {slug} ended with {made.returncode}:\n{made.stdout}\n{made.stderr}"
            )
    with running_app(folder) as running:
        yield running


# ---- the browser ------------------------------------------------------------------------------------------------
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that needs a browser, so that ``-m "not browser"`` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without one the test is skipped, or fails where STRONG_PLACES_REQUIRE_BROWSER is set."""
    program = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    if not os.access(program, os.X_OK):
        reason = f"there is no Chromium at {program}; CHROMIUM names another"
        if os.environ.get("STRONG_PLACES_REQUIRE_BROWSER"):
            pytest.fail(reason + ", and STRONG_PLACES_REQUIRE_BROWSER asks for one")
        pytest.skip(reason)
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(program), args=list(LAUNCH))
        yield running
        running.close()


@dataclass
class Watch:
    """What happened in a test's pages that should not have.

    A test that means to provoke something says so first: ``watch.hosts.add("tile.openstreetmap.org")`` for a
    request to another machine, ``watch.console.append("Failed to load")`` for a console error.
    """

    own: str
    requests: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    console: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Watch every page of a browser context, also those that it opens itself."""
        self.contexts.append(context)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda fault: self.errors.append(f"page error: {fault.error}"))
        context.on("page", lambda opened: opened.on("dialog", self._interrupted))

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.own:
            self.outside.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        where = (message.location or {}).get("url", "")
        if message.type != "error" or urlsplit(where).path.endswith(STREAMLIT_MISSES):
            return
        if not any(text in message.text or text in where for text in self.console):
            self.errors.append(f"console: {message.text} ({where})")

    def _interrupted(self, dialog: object) -> None:
        self.dialogs.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    def faults(self) -> list[str]:
        """Return what must not have happened, also what the pages now open show."""
        strangers = [u for u in self.outside if urlsplit(u).hostname not in self.hosts]
        shown = []
        for context in self.contexts:
            for opened in context.pages:
                for box in opened.locator('[data-testid="stException"]').all():
                    shown.append(f"exception on {opened.url}: {box.inner_text()}")
                if opened.get_by_text("Something went wrong on our side").count():
                    shown.append(f"{opened.url} could not be drawn")
        outside = [f"request to another machine: {u}" for u in strangers]
        return outside + self.errors + [f"dialog {d}" for d in self.dialogs] + shown


@pytest.fixture
def watch(server: Server) -> Watch:
    """What the test's pages ask for and complain about."""
    return Watch(urlsplit(server.url).netloc)


def new_page_maker(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Yield a maker of watched pages, each in a browser context of its own; at the end nothing may be wrong."""

    def make(*, width: int = 1280, height: int = 900, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
        context.set_default_timeout(WAIT_MS)
        watch.follow(context)
        return context.new_page()

    yield make
    faults = watch.faults()
    for context in watch.contexts:
        context.close()
    assert faults == []


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """A maker of watched pages: ``new_page(width=390, height=844)``; each has a fresh browser context."""
    yield from new_page_maker(browser, watch)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One watched page at desktop size. At the end: no outside request, console error, page error or exception."""
    return new_page()
