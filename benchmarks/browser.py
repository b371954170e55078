"""A real browser opens the pages, chooses, and notes when a person could see the answer."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from benchmarks.machine import chromium
from benchmarks.servers import BenchmarkError
from benchmarks.wire import Part, part_of

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT = {"width": 1280, "height": 900}
PATIENCE_S = 120.0
MARKS = Path(__file__).parent / "marks.js"


@dataclass(frozen=True)
class Message:
    """A websocket message: when (seconds since 1970), whether the browser sent it, and what it was."""

    at: float
    sent: bool
    part: Part | None = None


@dataclass
class Answer:
    """One answer over HTTP: its address, when it was asked for and was whole, its bytes as packed for the wire."""

    url: str
    asked: float
    whole: float = 0.0
    size: int = 0


@dataclass
class Traffic:
    """Everything that went between one page and its server."""

    messages: list[Message] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    packs: bool = False
    clock: float = 0.0  # from the browser's own clock to seconds since 1970

    @property
    def parts(self) -> list[Part]:
        """The messages that came from the server, taken apart."""
        return [m.part for m in self.messages if m.part is not None]

    def finished(self) -> int:
        """Return how many runs of the script have ended."""
        return sum(p.name == "script finished" for p in self.parts)

    def sent_at(self, *, since: float) -> float:
        """Return when the browser first asked the server for something, from a moment on."""
        return self._first_at([m for m in self.messages if m.sent], since, "question to the server")

    def map_at(self, *, since: float) -> float:
        """Return when a map's description came, from a moment on: itself, or a reference to one sent before."""
        maps = [m for m in self.messages if m.part and m.part.name in ("map", "ref_hash")]
        return self._first_at(maps, since, "map")

    @staticmethod
    def _first_at(messages: list[Message], since: float, what: str) -> float:
        times = [m.at for m in messages if m.at >= since]
        if not times:
            raise BenchmarkError(f"No {what} was seen on the wire.")
        return min(times)

    def kb(self, parts: Iterable[Part]) -> float:
        """Return the kilobytes of some messages, packed if this connection packs them."""
        return sum(p.packed if self.packs else p.size for p in parts) / 1024

    def data(self, *, since: float) -> list[Answer]:
        """Return the answers with the map's data asked for from a moment on."""
        return [a for a in self.answers.values() if "/map-data/" in a.url and a.asked >= since and a.whole]


def _watch(page: Page) -> Traffic:
    """Listen to a page's traffic through the browser's own developer protocol."""
    traffic, session = Traffic(), page.context.new_cdp_session(page)

    def asked(event: dict) -> None:
        traffic.clock = event["wallTime"] - event["timestamp"]
        traffic.answers[event["requestId"]] = Answer(event["request"]["url"], event["wallTime"])

    def whole(event: dict) -> None:
        answer = traffic.answers.get(event["requestId"])
        if answer:
            answer.whole = event["timestamp"] + traffic.clock
            answer.size = int(event["encodedDataLength"])

    def message(event: dict, *, sent: bool) -> None:
        frame = event["response"]
        if frame["opcode"] == 2:
            part = None if sent else part_of(base64.b64decode(frame["payloadData"]))
            traffic.messages.append(Message(event["timestamp"] + traffic.clock, sent, part))

    def shaken(event: dict) -> None:
        headers = {k.lower(): v for k, v in event["response"]["headers"].items()}
        traffic.packs = "permessage-deflate" in headers.get("sec-websocket-extensions", "")

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", whole)
    session.on("Network.webSocketFrameSent", lambda event: message(event, sent=True))
    session.on("Network.webSocketFrameReceived", lambda event: message(event, sent=False))
    session.on("Network.webSocketHandshakeResponseReceived", shaken)
    session.send("Network.enable")
    return traffic


class Visit:
    """One page in a browser that has never been here: nothing is in its cache.

    Attributes
    ----------
    page : Page
        Playwright's page.
    traffic : Traffic
        What went over the wire so far.
    """

    def __init__(self, browser: Browser) -> None:
        self._context = browser.new_context(viewport=VIEWPORT, device_scale_factor=1)
        self._context.add_init_script(path=MARKS)
        self.page = self._context.new_page()
        self.traffic = _watch(self.page)

    def close(self) -> None:
        """Forget everything."""
        self._context.close()

    def wait_until(self, holds: Callable[[], object], what: str) -> None:
        """Let the page go on until something holds; how often it is asked does not enter any time.

        Raises
        ------
        BenchmarkError
            If it does not come to hold, or the page shows an error.
        """
        until = time.monotonic() + PATIENCE_S
        while not holds():
            faults = [p.text for p in self.traffic.parts if p.name == "error"]
            if faults or time.monotonic() > until:
                told = f" The page says: {faults[-1]}" if faults else ""
                raise BenchmarkError(f"The browser waited in vain for {what}.{told}", where=self.page.url)
            self.page.wait_for_timeout(20)

    def open(self, address: str) -> float:
        """Open an address and return when, in seconds since 1970."""
        self.traffic.messages.clear()
        self.traffic.answers.clear()
        self.page.goto(address, wait_until="commit", timeout=PATIENCE_S * 1000)
        return self.page.evaluate("window.__board.start") / 1000

    def marks(self, kind: str, *, since: float = 0.0) -> list[dict]:
        """Return what was noted, with times in seconds since 1970."""
        found = self.page.evaluate("kind => window.__board.marks.filter(m => m.kind === kind)", kind)
        return [{**m, "at": m["at"] / 1000} for m in found if m["at"] / 1000 >= since]

    def painted(self, *, since: float, values: str = "") -> dict:
        """Wait for a drawing of the map that shows certain values, and return the note of it."""
        found: list[dict] = []

        def there() -> bool:
            found[:] = [m for m in self.marks("painted", since=since) if values in m["values"]]
            return bool(found)

        self.wait_until(there, f"the map to be drawn {values}".strip())
        return found[0]

    def settle(self, finished: int) -> None:
        """Wait until the script has ended more than so many times, and the wire has been quiet for a while."""
        self.wait_until(lambda: self.traffic.finished() > finished, "the script to end")
        seen, quiet_since = -1, time.monotonic()
        while time.monotonic() - quiet_since < 0.4:
            count = len(self.traffic.messages) + sum(a.whole > 0 for a in self.traffic.answers.values())
            if count != seen:
                seen, quiet_since = count, time.monotonic()
            self.page.wait_for_timeout(50)

    def arrive(self, address: str) -> None:
        """Open an address and wait until the map stands and the page is quiet."""
        self.painted(since=self.open(address))
        self.settle(0)

    def choose(self, label: str, option: str) -> float:
        """Choose in a select box with the pointer, and return when the option was pressed."""
        self.page.get_by_role("combobox", name=label).click()
        wanted = self.page.get_by_role("option", name=option, exact=True)
        wanted.scroll_into_view_if_needed()
        wanted.click()
        return self.marks("chosen")[-1]["at"]

    def map_frame(self) -> Frame:
        """Return the frame that holds the map."""
        frames = [f for f in self.page.frames if "/component/streamlit_folium" in f.url]
        if not frames:
            raise BenchmarkError("There is no map on the page.", where=self.page.url)
        return frames[0]

    def position(self) -> list[float]:
        """Return the map's latitude, longitude and zoom."""
        return self.map_frame().evaluate(
            "() => { const c = window.map.getCenter(); return [c.lat, c.lng, window.map.getZoom()]; }"
        )

    def look_closer(self) -> None:
        """Zoom in with the map's own button and drag the map aside, as a person does."""
        self.map_frame().locator(".leaflet-control-zoom-in").click()
        self.page.wait_for_timeout(600)
        box = self.map_frame().frame_element().bounding_box()
        x, y = box["x"] + box["width"] * 0.6, box["y"] + 200
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x - 90, y + 40, steps=6)
        self.page.mouse.up()
        self.page.wait_for_timeout(800)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run Chromium for the length of a ``with`` block.

    Raises
    ------
    BenchmarkError
        If there is none.
    """
    path = chromium()
    if path is None:
        raise BenchmarkError("There is no Chromium here.", do="Install it, or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(browser: Browser) -> Iterator[Visit]:
    """Open an empty browser window for the length of a ``with`` block."""
    visit = Visit(browser)
    try:
        yield visit
    finally:
        visit.close()
