"""The single measurements: opening a page, switching a layer, a widget beside the map, bytes on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Browser

from benchmarks.browser import Traffic, Visit, visiting
from benchmarks.results import OURS
from benchmarks.servers import BenchmarkError, Server
from benchmarks.visitors import Visitor, page_and_query
from benchmarks.wire import relaying

KB = 1024
SHADE, EACH = "Shade the map by", "For each"
ZONES = {"ward": "ward", "lsoa": "small area (LSOA)"}
# What the map page shows first; never one of the layers that are measured.
FIRST = "Deprivation 2025: overall deprivation"
ASIDE, ASIDE_OPTION = "Walk of more than", "30 minutes"


@dataclass(frozen=True)
class Side:
    """Whose pages are measured, and where the two views stand.

    Attributes
    ----------
    name : {"ours", "peer"}
        Whose.
    server : Server
        Running.
    views : dict of str to str
        "glance" and "map" -> path and query.
    """

    name: str
    server: Server
    views: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        """Whether this is our own app."""
        return self.name == OURS


@dataclass(frozen=True)
class Opening:
    """A page opened in an empty browser.

    Attributes
    ----------
    useful_s : float
        From navigation until the map and, on our pages, the headline could be seen.
    again_s : float
        The same when the page was opened once more, with what the browser had kept.
    phases : dict of str to float
        Where the time went, one after another, seconds; for our pages only.
    http_kb, websocket_kb : float
        What came until the page was quiet, as packed for the wire.
    """

    useful_s: float
    again_s: float
    phases: dict[str, float]
    http_kb: float
    websocket_kb: float


def open_page(browser: Browser, side: Side, view: str, *, zones: int) -> Opening:
    """Open a page in an empty browser, and once more in the same one.

    Raises
    ------
    BenchmarkError
        If the map has fewer zones than it must.
    """
    with visiting(browser) as visit:
        useful, start, painted = _open(visit, side, view, zones=zones)
        phases = phases_of(visit.traffic, start, painted) if side.is_ours else {}
        http = sum(a.size for a in visit.traffic.answers.values()) / KB
        websocket = visit.traffic.kb(visit.traffic.parts)
        again, _, _ = _open(visit, side, view, zones=zones)
    return Opening(useful, again, phases, http, websocket)


def _open(visit: Visit, side: Side, view: str, *, zones: int) -> tuple[float, float, float]:
    """Open a page and wait until it is quiet; return the seconds to the useful map, its start and its painting."""
    start = visit.open(side.server.address + side.views[view])
    painted = visit.painted(since=start)
    if painted["layers"] < zones:
        raise BenchmarkError(f"The map has {painted['layers']} zones and not {zones}.", where=visit.page.url)
    seen = [painted["at"]]
    if side.is_ours:
        visit.wait_until(lambda: visit.marks("headline"), "the headline")
        seen.append(visit.marks("headline")[0]["at"])
    visit.settle(0)
    return max(seen) - start, start, painted["at"]


def phases_of(traffic: Traffic, start: float, painted: float) -> dict[str, float]:
    """Split the time to the first drawing into what was waited for, one after another; they add up to all of it."""
    asked = traffic.sent_at(since=start)
    told = traffic.map_at(since=start)
    needed = [a for a in traffic.data(since=start) if a.asked <= painted and a.whole <= painted]
    fetching = min((a.asked for a in needed), default=told)
    fetched = max((a.whole for a in needed), default=fetching)
    ends = {
        "Streamlit's own page and scripts": asked,
        "our script on the server, up to the map": told,
        "the map's frame and scripts": fetching,
        "shapes and values on their way": fetched,
        "drawing": painted,
    }
    phases, before = {}, start
    for name, end in ends.items():
        phases[name] = max(end - before, 0.0)
        before = max(end, before)
    return phases


@dataclass(frozen=True)
class Switch:
    """One choice of another layer or other zones.

    Attributes
    ----------
    seconds : float
        From pressing the option until the map was painted anew.
    asked_s, told_s : float
        Of that, until the browser had asked the server, and until the map's new description had come.
    values_kb : float
        The values' answer over HTTP, as packed for the wire; 0 where the browser had them.
    table_kb : float
        The map's twin table, as packed for the wire.
    messages_kb : float
        All messages of the switch, as packed for the wire.
    position : list of float
        Latitude, longitude and zoom after it.
    """

    seconds: float
    asked_s: float
    told_s: float
    values_kb: float
    table_kb: float
    messages_kb: float
    position: list[float]


def switch(visit: Visit, label: str, option: str, *, values: str = "") -> Switch:
    """Choose another layer or other zones and measure until it can be seen.

    Parameters
    ----------
    visit : Visit
        A page with a map, quiet.
    label, option : str
        The select box and the option, in the page's own words.
    values : str
        What the address of the new values holds; empty for the peer.
    """
    traffic = visit.traffic
    finished, had = traffic.finished(), len(traffic.messages)
    at = visit.choose(label, option)
    painted = visit.painted(since=at, values=values)
    visit.settle(finished)
    parts = [m.part for m in traffic.messages[had:] if m.part is not None]
    return Switch(
        seconds=painted["at"] - at,
        asked_s=traffic.sent_at(since=at) - at,
        told_s=traffic.map_at(since=at) - at,
        values_kb=sum(a.size for a in traffic.data(since=at) if "/values/" in a.url) / KB,
        table_kb=traffic.kb(p for p in parts if p.name == "table twin"),
        messages_kb=traffic.kb(parts),
        position=visit.position(),
    )


@dataclass
class Switches:
    """Many switches: by layer and zones, ``("zones", "lsoa")`` being the change of zones itself.

    Attributes
    ----------
    made : dict
        The switches.
    moved : int
        After how many the map no longer stood where a person had moved it by hand.
    """

    made: dict[tuple[str, str], list[Switch]] = field(default_factory=dict)
    moved: int = 0

    def add(self, layer: str, by: str, one: Switch, held: list[float]) -> None:
        """Keep one switch; `held` is where the map stood before."""
        self.made.setdefault((layer, by), []).append(one)
        self.moved += one.position != held

    def layers(self, by: str) -> list[Switch]:
        """Return the switches of the layer by one kind of zones."""
        return [
            s for (layer, zones), made in self.made.items() if zones == by and layer != "zones" for s in made
        ]


def switches(browser: Browser, side: Side, layers: Mapping[str, str], *, repeats: int) -> Switches:
    """Switch through some layers by ward, then by LSOA, on a map that was moved by hand before.

    Parameters
    ----------
    layers : mapping of str to str
        Indicator id -> its words in the select box; not the one shown at first.
    repeats : int
        How many times through all of them.
    """
    found = Switches()
    for _ in range(repeats):
        # A new window each time: what a browser keeps makes the second time cheaper.
        with visiting(browser) as visit:
            visit.arrive(side.server.address + side.views["map"])
            visit.look_closer()
            held = visit.position()
            for by in ZONES:
                if by != "ward":
                    # Back to the first layer, so that each one by LSOA is new to the browser.
                    switch(visit, SHADE, FIRST)
                    made = switch(visit, EACH, ZONES[by], values=f"by={by}" if side.is_ours else "")
                    found.add("zones", by, made, held)
                for layer, words in layers.items():
                    values = f"values/{layer}.json?by={by}" if side.is_ours else ""
                    found.add(layer, by, switch(visit, SHADE, words, values=values), held)
    return found


def redraws_by_aside(browser: Browser, side: Side) -> int:
    """Move a widget that does not concern the map, and return how often the map was drawn because of it."""
    with visiting(browser) as visit:
        visit.arrive(side.server.address + side.views["map"])
        if side.is_ours:
            visit.page.get_by_text("More choices").click()
        finished = visit.traffic.finished()
        at = visit.choose(ASIDE, ASIDE_OPTION)
        visit.settle(finished)
        visit.page.wait_for_timeout(1000)  # a drawing that comes late must be seen as well
        return len(visit.marks("painted", since=at))


def small_answers(browser: Browser, side: Side, *, count: int) -> list[float]:
    """Return the milliseconds a browser waits for an answer of two bytes, over a connection that it keeps open.

    Nothing can come sooner than this: where it is tens of milliseconds, the server waits for the browser to confirm
    one half of an answer before it sends the other (TCP without "no delay").
    """
    with visiting(browser) as visit:
        visit.page.goto(f"{side.server.address}/_stcore/health")
        return visit.page.evaluate(
            """async (count) => {
                const took = [];
                for (let i = 0; i < count; i++) {
                    const start = performance.now();
                    await (await fetch("/_stcore/health?" + i, { cache: "no-store" })).text();
                    took.push(performance.now() - start);
                }
                return took;
            }""",
            count,
        )


def wire_bytes(browser: Browser, side: Side, words: str) -> tuple[float, float]:
    """Count every byte from the server, through a relay: kilobytes of the map page, and of one switch by LSOA."""
    with relaying(side.server.port) as relay, visiting(browser) as visit:
        visit.arrive(relay.address + side.views["map"])
        page = relay.received
        switch(visit, EACH, ZONES["lsoa"])
        before = relay.received
        switch(visit, SHADE, words)
        return page / KB, (relay.received - before) / KB


def warm(side: Side, layers: Mapping[str, str]) -> None:
    """Ask for everything once, so that no measurement pays for what a server works out only once."""
    asked: list[tuple[str, dict[str, str]]] = [page_and_query(path) for path in side.views.values()]
    page, query = page_and_query(side.views["map"])
    asked += [(page, {**query, "layer": layer, "by": by}) for layer in layers for by in ZONES]
    for page, query in asked:
        visitor = Visitor(side.server)
        try:
            visitor.fetch_map(visitor.run(page, query))
        finally:
            visitor.leave()
