"""The stages of one run, each yielding its results as they are known."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser

from benchmarks.measures import (
    Opening,
    Side,
    Switches,
    open_page,
    redraws_by_aside,
    small_answers,
    switches,
    wire_bytes,
)
from benchmarks.results import OURS, PEER, Measured
from benchmarks.visitors import crowd, page_and_query, script_seconds

WARDS = 33
# By which path each view is reached; the peer has one page and is told by its query.
VIEWS = {
    OURS: {"glance": "/", "map": "/map"},
    PEER: {"glance": "/?view=glance", "map": "/?view=map"},
}
TITLES = {"glance": "first useful map, first page", "map": "first useful map, map page"}
LAYERS = {
    "green_m2": "Public green space per resident",
    "minutes": "Minutes on foot to the nearest ...",
    "income": "Deprivation 2025: income",
    "assets": "Community assets per 1,000 residents",
}


@dataclass(frozen=True)
class Plan:
    """How often each thing is measured.

    Attributes
    ----------
    openings, scripts : int
        Times a page is opened, and its script run alone.
    repeats : tuple of int
        Times through all layers, of ours and of the peer (whose switches take many times as long).
    layers : int
        How many of `LAYERS`; at least two, or there is nothing to switch to.
    visitors : int
        At once.
    """

    openings: int = 7
    scripts: int = 10
    repeats: tuple[int, int] = (5, 2)
    layers: int = len(LAYERS)
    visitors: int = 50


QUICK = Plan(openings=1, scripts=2, repeats=(1, 1), layers=2, visitors=5)


def say(what: str) -> None:
    """Say on the error stream what is being done, so that the results can be piped away."""
    print(f"... {what}", file=sys.stderr, flush=True)


def openings(browser: Browser, sides: list[Side], plan: Plan) -> Iterator[Measured]:
    """Open the pages of both sides in turn, so that other work on the machine meets both alike."""
    found: dict[tuple[str, str], list[Opening]] = {}
    for view in TITLES:
        for number in range(plan.openings):
            for side in sides:
                say(f"opening {view} of {side.name}, {number + 1} of {plan.openings}")
                opening = open_page(browser, side, view, zones=WARDS)
                found.setdefault((view, side.name), []).append(opening)
    for (view, whose), opened in found.items():
        title, target = TITLES[view], 2.5 if whose == OURS else None
        yield Measured(f"first_{view}", title, "s", tuple(o.useful_s for o in opened), whose, target)
        for number, phase in enumerate(opened[0].phases):
            took = tuple(o.phases[phase] for o in opened)
            yield Measured(f"first_{view}_phase_{number + 1}", f"  of it: {phase}", "s", took, whose)
        for kind, what in (("http", "the page over HTTP"), ("websocket", "its messages")):
            sizes = tuple(getattr(o, f"{kind}_kb") for o in opened)
            yield Measured(f"{kind}_{view}", f"  {what}, packed", "KB", sizes, whose)
        again = tuple(o.again_s for o in opened)
        yield Measured(f"again_{view}", f"{title}, next visit", "s", again, whose)


def layers(browser: Browser, side: Side, shown: dict[str, str], plan: Plan) -> Iterator[Measured]:
    """Switch layers on the map page, and move a widget beside the map."""
    say(f"switching layers of {side.name}")
    found = switches(browser, side, shown, repeats=plan.repeats[0 if side.is_ours else 1])
    most = 0.3 if side.is_ours else None
    for by in ("ward", "lsoa"):
        took = tuple(s.seconds for s in found.layers(by))
        yield Measured(f"switch_{by}", f"switch of the layer, by {by}", "s", took, side.name, most)
        if side.is_ours:
            yield from _one_by_one(found, by, shown)
        sizes = tuple(s.messages_kb for s in found.layers(by))
        yield Measured(f"messages_{by}", "  all its messages, packed", "KB", sizes, side.name)
    took = tuple(s.seconds for s in found.made["zones", "lsoa"])
    yield Measured("switch_zones", "change from wards to LSOAs", "s", took, side.name)
    count = sum(map(len, found.made.values()))
    title = f"switches after which the map stood elsewhere (of {count})"
    yield _none_wanted("moved", title, "times", found.moved, side)
    redrawn = redraws_by_aside(browser, side)
    yield _none_wanted("redraws", "redraws by a widget beside the map", "times", redrawn, side)


def _one_by_one(found: Switches, by: str, shown: dict[str, str]) -> Iterator[Measured]:
    """Say of our switches where the time went, how long each layer took, and what went over the wire."""
    made = found.layers(by)
    phases = {
        "asked": ("until the browser has asked", [s.asked_s for s in made]),
        "told": ("until the server has answered", [s.told_s - s.asked_s for s in made]),
        "drawn": ("fetching values and drawing", [s.seconds - s.told_s for s in made]),
    }
    for phase, (title, took) in phases.items():
        yield Measured(f"switch_{by}_{phase}", f"  of it: {title}", "s", tuple(took))
    for layer, words in shown.items():
        took = [s.seconds for s in found.made[layer, by]]
        yield Measured(f"switch_{by}_{layer}", f"  to {words}", "s", tuple(took))
    values, tables = tuple(s.values_kb for s in made), tuple(s.table_kb for s in made)
    yield Measured(f"values_{by}", "  its values, packed", "KB", values, target=15, by_worst=True)
    yield Measured(f"table_{by}", "  its table, packed", "KB", tables, target=40, by_worst=True)


def _none_wanted(name: str, title: str, unit: str, count: int, side: Side) -> Measured:
    """Return a count of what should not happen at all with ours."""
    return Measured(name, title, unit, (float(count),), side.name, 0 if side.is_ours else None, True)


def wire(browser: Browser, side: Side, words: str) -> Iterator[Measured]:
    """Count every byte of the map page, and see how soon any answer can come."""
    say(f"counting bytes of {side.name}")
    page, one = wire_bytes(browser, side, words)
    yield Measured("wire_page", "map page, every byte", "KB", (page,), side.name)
    yield Measured("wire_switch", "switch of the layer by LSOA, every byte", "KB", (one,), side.name)
    took = tuple(small_answers(browser, side, count=40))
    yield Measured("small_answer", "two bytes over a kept connection", "ms", took, side.name)


def server(side: Side, plan: Plan) -> Iterator[Measured]:
    """Measure the server without a browser: one visitor alone, then many at once."""
    for view, path in side.views.items():
        say(f"running the script of {view} of {side.name}")
        page, query = page_and_query(path)
        took = tuple(script_seconds(side.server, page, runs=plan.scripts, query=query))
        yield Measured(f"script_{view}", f"script of the page alone, {view}", "s", took, side.name)
    say(f"{plan.visitors} visitors at once to {side.name}")
    page, query = page_and_query(side.views["glance"])
    came = crowd(side.server, plan.visitors, page=page, query=query)
    for error in came.errors[:3]:
        say(f"a visitor met an error: {error}")
    title, whose = f"{plan.visitors} visitors at once", side.name
    yield _none_wanted("crowd_errors", f"{title}: errors", "visitors", len(came.errors), side)
    yield Measured("crowd_wall", f"{title}: until the last has all", "s", (came.wall_s,), whose)
    yield Measured("crowd_each", "  each visitor waited", "s", tuple(v.seconds for v in came.visits), whose)
    fetched = tuple(v.fetched_bytes / 1024 for v in came.visits)
    yield Measured("crowd_data", "  map data for each, packed", "KB", fetched, whose)
    yield Measured("crowd_memory", "  memory added by each", "MB", (came.mb_each,), whose)
    for when in ("before", "during", "after"):
        mb = getattr(came, f"{when}_mb")
        yield Measured(f"memory_{when}", f"  server's memory {when}", "MB", (mb,), whose)
