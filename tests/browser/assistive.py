"""What the keyboard reaches and what assistive technology is told, asked of every frame and shadow root."""

from __future__ import annotations

from pathlib import Path

import axe_core_python
from playwright.sync_api import Frame, Page, TimeoutError

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CONTROLS = {
    "button",
    "link",
    "combobox",
    "textbox",
    "searchbox",
    "checkbox",
    "switch",
    "radio",
    "slider",
    "tab",
    "menuitem",
}

# Walks through shadow roots, as the keyboard and a screen reader do.
DEEP = """
const deep = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? deep(e.shadowRoot) : [])]);
const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: false });
const above = (e) => e.parentElement || (e.getRootNode().host ?? null);
const called = (e) => e.tagName.toLowerCase() + " " + JSON.stringify((e.getAttribute("aria-label") || e.textContent
    || e.value || "").trim().slice(0, 90));
"""
# A person sees where the keyboard is by an outline or a shadow, on the control or on the box it fills.
LOOKS = """
const looks = (e) => { const all = []; for (let i = 0; e && i < 4; i++, e = above(e)) {
    const s = getComputedStyle(e);
    all.push([s.outlineStyle === "none" ? "" : s.outlineWidth + s.outlineColor, s.boxShadow].join());
} return all; };
"""
MARK_STOPS = f"""() => {{ {DEEP} {LOOKS}
    const stops = deep(document).filter((e) => e.tabIndex >= 0 && e.tagName !== "IFRAME" && !e.disabled && seen(e)
        && !e.closest("[inert], template") && !(e.type === "radio" && !e.checked));
    stops.forEach((e, i) => {{ e._stop = i; e._looks = looks(e); }});
    return stops.map(called);
}}"""
FOCUSED = f"""() => {{ {DEEP} {LOOKS}
    let e = document.activeElement;
    while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
    if (!e || e === document.body || e === document.documentElement) return null;
    const box = e.getBoundingClientRect(), now = looks(e);
    return {{ stop: e._stop ?? null, frame: e.tagName === "IFRAME", called: called(e),
        marked: now.some((look, i) => look !== (e._looks || [])[i]),
        inView: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth }};
}}"""
# 24 px, or room for a circle of 24 px that touches no other target, or a link in a line of text (WCAG 2.5.8).
SMALL_TARGETS = f"""() => {{ {DEEP}
    const box = (e) => (e.matches("[type=checkbox], [type=radio]") && e.closest("label") || e).getBoundingClientRect();
    const all = deep(document).filter((e) => seen(e) && !e.disabled && box(e).width > 1
        && e.matches("a[href], button, input, select, textarea, summary, [role=button]"));
    const boxes = all.map(box), small = boxes.map((b) => Math.min(b.width, b.height) < 24 - 0.01);
    const middle = (b) => [(b.left + b.right) / 2, (b.top + b.bottom) / 2];
    const far = (i, j) => {{
        const [x, y] = middle(boxes[i]), [u, v] = middle(boxes[j]), b = boxes[j];
        if (small[j]) return Math.hypot(x - u, y - v) >= 24;
        return Math.hypot(Math.max(b.left - x, 0, x - b.right), Math.max(b.top - y, 0, y - b.bottom)) >= 12;
    }};
    const apart = (e, i) => all.every((o, j) => j === i || o.contains(e) || e.contains(o) || far(i, j));
    const inText = (e) => getComputedStyle(e).display === "inline"
        && e.parentElement.textContent.trim().length > e.textContent.trim().length;
    return all.filter((e, i) => small[i] && !inText(e) && !apart(e, i))
        .map((e) => called(e) + " " + Math.round(box(e).width) + "x" + Math.round(box(e).height));
}}"""
# Words beyond the page's edge, words cut off, and anything that makes the page scroll sideways. Tables that are
# wider than the page scroll by themselves, and a closed sidebar waits outside it.
LOST_WORDS = f"""() => {{ {DEEP}
    const wide = document.documentElement.clientWidth, apart = ".sp-scroll, .wide-table, [data-testid=stSidebar]";
    const within = (e) => {{ for (let a = e; a; a = above(a)) if (a.matches(apart)) return true; return false; }};
    const box = (e) => e.getBoundingClientRect();
    const words = deep(document).filter((e) => seen(e) && box(e).width > 1 && !e.closest("svg, .leaflet-container")
        && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && !within(e));
    const out = words.filter((e) => box(e).right > wide + 1 || box(e).left < -1);
    const cut = words.filter((e) => getComputedStyle(e).overflow !== "visible" && e.scrollHeight > e.clientHeight + 2);
    const sideways = [document.documentElement, document.body, ...document.querySelectorAll("[data-testid=stMain]")]
        .filter((e) => e.scrollWidth > e.clientWidth + 1);
    return [...out, ...cut, ...sideways].map(called);
}}"""
HEADINGS = f"""() => {{ {DEEP}
    const headings = deep(document).filter((e) => /^H[1-6]$/.test(e.tagName) && seen(e));
    return headings.map((e) => [Number(e.tagName[1]), e.textContent.trim()]);
}}"""
BAD_TABLES = f"""() => {{ {DEEP}
    const bad = [];
    for (const table of deep(document).filter((e) => e.tagName === "TABLE" && seen(e))) {{
        const name = table.caption?.textContent.trim(), rows = [...table.querySelectorAll("tbody tr")];
        const heads = [...table.querySelectorAll("thead th")];
        if (!name) bad.push("a table without a caption");
        if (!rows.length || !heads.length) bad.push(name + ": empty");
        bad.push(...heads.filter((th) => th.scope !== "col").map((th) => name + ": " + th.textContent));
        const headless = rows.filter((row) => !row.cells[0].matches("th[scope=row]"));
        bad.push(...headless.map((row) => name + ": " + row.textContent));
    }}
    return bad;
}}"""
MOVING = f"""() => {{ {DEEP}
    const some = (text) => text.split(",").some((part) => parseFloat(part) > 0);
    const moves = (s) => some(s.transitionDuration) && s.transitionProperty !== "none"
        || s.animationName !== "none" && some(s.animationDuration);
    return deep(document).filter((e) => moves(getComputedStyle(e))).map(called);
}}"""
# Nothing fades or slides, every table is drawn, and what is on the page has been the same five times in a row.
AT_REST = f"""() => {{ {DEEP}
    const all = deep(document), now = all.length + " " + all.filter(seen).length;
    window._same = now === window._before ? (window._same || 0) + 1 : 0;
    window._before = now;
    return window._same >= 5 && all.every((e) => !e.matches(".sp-table") || e.querySelector("table"))
        && document.getAnimations().every((a) => a.effect.getComputedTiming().endTime === Infinity);
}}"""


def at_rest(page: Page) -> None:
    """Wait until the page is as it will stay."""
    page.wait_for_function(AT_REST, polling=50)


def lost_words(page: Page) -> list[str]:
    """Return words that cannot be read at this width, once the page has settled into it."""
    try:
        page.wait_for_function(f"() => ({LOST_WORDS})().length === 0", timeout=5_000)
    except TimeoutError:
        return page.evaluate(LOST_WORDS)
    return []


def axe_faults(page: Page) -> list[str]:
    """Run axe-core in every frame and return what breaks WCAG 2.2 AA."""
    at_rest(page)
    faults = []
    for frame in page.frames:
        frame.evaluate(AXE)
        result = frame.evaluate(
            "(tags) => axe.run(document, { iframes: false, runOnly: tags, resultTypes: ['violations'] })",
            WCAG,
        )
        faults += [
            f"{v['id']}: {node['target']} {node['html'][:120]}"
            for v in result["violations"]
            for node in v["nodes"]
        ]
    return faults


def told(page: Page, frame: Frame | None = None) -> list[tuple[str, str]]:
    """Return role and name of all that a screen reader meets in a frame (the page itself when none is given)."""
    client = page.context.new_cdp_session(page)
    client.send("Accessibility.enable")
    tree = client.send("Page.getFrameTree")["frameTree"]
    ids = [tree["frame"]["id"]] if frame is None else [f["frame"]["id"] for f in tree.get("childFrames", [])]
    if frame is not None:
        ids = [ids[[f for f in page.frames if f.parent_frame is page.main_frame].index(frame)]]
    nodes = client.send("Accessibility.getFullAXTree", {"frameId": ids[0]})["nodes"]
    client.detach()
    return [
        (n["role"]["value"], n.get("name", {}).get("value", "").strip())
        for n in nodes
        if not n.get("ignored", False)
    ]


def nameless(page: Page) -> list[str]:
    """Return the controls in any frame that have no name."""
    frames = [None, *(f for f in page.frames if f.parent_frame is page.main_frame)]
    return [
        role
        for frame in frames
        for role, name in told(page, frame)
        if role in CONTROLS | {"Iframe"} and not name
    ]


class Walk:
    """A walk through a page by keyboard alone: where one stops, in which frame, and whether it can be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        at_rest(page)
        self.expected = {frame: frame.evaluate(MARK_STOPS) for frame in page.frames}
        self.stops: list[tuple[Frame, int, str]] = []
        self.unmarked: list[str] = []

    def step(self, key: str = "Tab") -> tuple[Frame, int, str] | None:
        """Press Tab and return the stop, or None where the keyboard has left the page."""
        self.page.keyboard.press(key)
        frame, at = self.page.main_frame, self.page.evaluate(FOCUSED)
        while at and at["frame"]:
            frame = frame.evaluate_handle("() => document.activeElement").as_element().content_frame()
            at = frame.evaluate(FOCUSED)
        if at is None:
            return None
        if not at["marked"] or not at["inView"]:
            self.unmarked.append(at["called"])
        return frame, at["stop"], at["called"]

    def through(self, key: str = "Tab") -> list[tuple[Frame, int, str]]:
        """Go on until the keyboard leaves the page, and return all stops; more than there are is a trap."""
        stops, most = [], sum(map(len, self.expected.values())) + len(self.expected) + 5
        while (stop := self.step(key)) is not None:
            stops.append(stop)
            assert len(stops) <= most, f"the keyboard does not leave the page: ... {stops[-6:]}"
        return stops

    def missed(self, stops: list[tuple[Frame, int, str]]) -> list[str]:
        """Return the controls that were never reached."""
        reached = {(frame, stop) for frame, stop, _ in stops}
        return [
            name
            for frame, names in self.expected.items()
            for i, name in enumerate(names)
            if (frame, i) not in reached
        ]
