"""Classes and colours of the shaded layers: five to seven classes, colour-blind-safe, light = little."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

# ColorBrewer 2.0 sequential scales (Cynthia Brewer, Apache 2.0), safe for colour-blind readers.
NEED = ("#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f")
PLENTY = ("#edf8fb", "#b2e2e2", "#66c2a4", "#2ca25f", "#006d2c")
# Deprivation: decile 1 (most deprived) is darkest; ten deciles in five pairs stay readable.
DECILE = ("#54278f", "#756bb1", "#9e9ac8", "#cbc9e2", "#f2f0f7")
NO_DATA = "#bdbdbd"


@dataclass(frozen=True)
class Classes:
    """How values become colours.

    Attributes
    ----------
    upper : tuple of float
        Upper edge of each class, inclusive; the last is the largest value.
    colours : tuple of str
        One a class.
    labels : tuple of str
        The legend's words, one a class, with no unit.
    """

    upper: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return a plain dictionary for the browser."""
        return asdict(self)


def classes_for(values: pd.Series, *, scale: str, decimals: int) -> Classes:
    """Choose class edges for an indicator.

    Parameters
    ----------
    values : Series
        Missing values are left out.
    scale : {"need", "plenty", "decile"}
        Which colours, and whether the classes are pairs of deciles.
    decimals : int
        The figures' decimals; edges are rounded to numbers a person can read.

    Returns
    -------
    Classes
        At most five; fewer where the values do not fill them. Edges are quantiles rounded to one or two
        leading figures, so that each class holds about as many zones.
    """
    if scale == "decile":
        labels = ("1 to 2", "3 to 4", "5 to 6", "7 to 8", "9 to 10")
        return Classes((2.0, 4.0, 6.0, 8.0, 10.0), DECILE, labels)
    known = values.dropna().to_numpy(dtype=float)
    colours = NEED if scale == "need" else PLENTY
    if not len(known):
        return Classes((), (), ())
    top = float(known.max())
    low = float(known.min())
    if low == 0 and (known == 0).mean() >= 0.2:
        # Many noughts: "none" is a class of its own, and the others are shared out over the rest.
        cuts = [0.0, *np.quantile(known[known > 0], (0.25, 0.5, 0.75))] if top > 0 else []
    else:
        cuts = np.quantile(known, (0.2, 0.4, 0.6, 0.8))
    edges = sorted({_round_figure(float(q), decimals) for q in cuts})
    # Two classes that read the same in the legend are one.
    edges = [e for e in edges if low <= e and round(e, decimals) < round(top, decimals)] + [top]
    picked = [colours[round(i * (len(colours) - 1) / max(len(edges) - 1, 1))] for i in range(len(edges))]
    return Classes(tuple(edges), tuple(picked), tuple(_labels(edges, low, decimals)))


def _round_figure(value: float, decimals: int) -> float:
    """Round to one or two leading figures, never finer than the indicator's own decimals."""
    if value == 0:
        return 0.0
    digits = max(0, 1 - math.floor(math.log10(abs(value))))
    return round(value, min(digits, decimals)) if abs(value) < 100 else float(f"{value:.2g}")


def _labels(edges: list[float], low: float, decimals: int) -> list[str]:
    step = 10.0**-decimals
    labels, below = [], min(low, edges[0])
    for number, edge in enumerate(edges):
        start = below if number == 0 else edges[number - 1] + step
        first, last = f"{start:,.{decimals}f}", f"{edge:,.{decimals}f}"
        # A figure just over the edge before can round up past this class's own end.
        labels.append(last if first == last or start > edge else f"{first} to {last}")
    return labels
