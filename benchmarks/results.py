"""What was measured, in numbers: medians, targets, the ratio to the peer, as a table and as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

OURS, PEER = "ours", "peer"


@dataclass(frozen=True)
class Measured:
    """One thing that was measured, once or several times.

    Attributes
    ----------
    name : str
        Short id, the same for us and the peer.
    title : str
        What it is, for people.
    unit : str
        "s", "KB", "MB" or a plain word.
    values : tuple of float
        One a run; at least one.
    whose : {"ours", "peer"}
        Whose page was measured.
    target : float, optional
        "At most" this, as the project's issue asks.
    by_worst : bool
        Whether the target is held against the largest value rather than the median: for sizes and counts,
        which do not waver with the machine.
    """

    name: str
    title: str
    unit: str
    values: tuple[float, ...]
    whose: str = OURS
    target: float | None = None
    by_worst: bool = False

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"nothing was measured for '{self.name}'")

    @property
    def median(self) -> float:
        """The middle value."""
        return float(median(self.values))

    @property
    def verdict(self) -> str:
        """Say "within" or "over" the target; nothing where there is none."""
        if self.target is None:
            return ""
        judged = max(self.values) if self.by_worst else self.median
        return "within" if judged <= self.target else "over"

    def as_dict(self) -> dict[str, object]:
        """Return what a line of JSON says of it."""
        return {
            "kind": "measured",
            "name": self.name,
            "whose": self.whose,
            "title": self.title,
            "unit": self.unit,
            "min": round(min(self.values), 4),
            "median": round(self.median, 4),
            "max": round(max(self.values), 4),
            "runs": len(self.values),
            "values": [round(v, 4) for v in self.values],
            "target": self.target,
            "verdict": self.verdict or None,
        }


def ratios(results: Sequence[Measured]) -> dict[str, float]:
    """Return how many times ours goes into the peer's, by name: above 1 where ours is the smaller.

    Only what was measured of both, and where both are more than nought.
    """
    medians = {(r.name, r.whose): r.median for r in results}
    return {
        name: medians[name, PEER] / ours
        for (name, whose), ours in medians.items()
        if whose == OURS and ours > 0 and medians.get((name, PEER), 0) > 0
    }


def ratio_lines(results: Sequence[Measured]) -> list[str]:
    """Return one line of JSON for each ratio."""
    return [
        json.dumps({"kind": "ratio", "name": name, "peer_over_ours": round(ratio, 2)})
        for name, ratio in ratios(results).items()
    ]


def json_line(found: Measured) -> str:
    """Return one line of JSON about one result."""
    return json.dumps(found.as_dict(), ensure_ascii=False)


def fact_line(kind: str, facts: Mapping[str, object]) -> str:
    """Return one line of JSON about the machine, the versions or the data."""
    return json.dumps({"kind": kind, **facts}, ensure_ascii=False)


def fact_text(kind: str, facts: Mapping[str, object]) -> str:
    """Return the same for people, in one paragraph."""
    return f"{kind.capitalize()}: " + "; ".join(f"{name} {value}" for name, value in facts.items())


HEADINGS = ("", "min", "median", "max", "unit", "target", "", "peer", "peer/ours")


def results_table(results: Sequence[Measured]) -> str:
    """Return the results as a table for people: ours with its target ("at most"), the peer's median, the ratio."""
    theirs = {r.name: r for r in results if r.whose == PEER}
    ratio = ratios(results)
    rows = [HEADINGS]
    for r in results:
        if r.whose == PEER and any(o.name == r.name and o.whose == OURS for o in results):
            continue
        own = r.whose == OURS
        peer = theirs.get(r.name)
        rows.append(
            (
                r.title,
                *(_figure(v) if own else "" for v in (min(r.values), r.median, max(r.values))),
                r.unit,
                "" if r.target is None else f"{r.target:g}",
                r.verdict,
                _figure(peer.median) if peer else "",
                f"{ratio[r.name]:.1f}" if r.name in ratio else "",
            )
        )
    return _aligned(rows)


def _figure(value: float) -> str:
    """Return a number with as many decimals as it can carry."""
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:,.3f}" if abs(value) < 1 else f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    words = {0, 4, 6}  # these columns hold words and stand to the left, figures to the right
    lines = [
        "  ".join(
            cell.ljust(width) if i in words else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)
