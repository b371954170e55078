"""Streets drawn by hand, in metres, small enough to walk with a pencil."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely

from transport.streets import StreetNetwork, network_of

CRS = "EPSG:27700"
FAR = shapely.box(-100_000, -100_000, 100_000, 100_000)

Corners = Sequence[tuple[float, float]]


def pieces(*lines: Corners) -> np.ndarray:
    """Return the straight pieces of some lines, as `network_of` wants them."""
    return np.array([[a, b] for line in lines for a, b in pairwise(line)], dtype=float)


def town(*lines: Corners, covered: shapely.Geometry = FAR, mode: str = "walk") -> StreetNetwork:
    """Return the network of some lines, with its coverage given by hand: a few lines cover nothing."""
    return dataclasses.replace(network_of(pieces(*lines), crs=CRS, mode=mode), coverage=covered)


def block(count: int, step: float, *, x: float = 0, y: float = 0) -> list[Corners]:
    """Return a square of `count` by `count` cells of `step` metres, its lower left corner at (x, y)."""
    at = [step * i for i in range(count + 1)]
    rows = [[(x + a, y + b) for a in at] for b in at]
    return rows + [[(x + a, y + b) for b in at] for a in at]


def at(*xy: tuple[float, float], ids: Sequence[object] | None = None) -> gpd.GeoDataFrame:
    """Return points with an identity each: 0, 1, 2 ... unless given."""
    xs, ys = np.array(xy, dtype=float).reshape(-1, 2).T
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(xs, ys), index=ids, crs=CRS)


def flagged(
    *marked: tuple[str, Corners], mode: str = "walk", covered: shapely.Geometry = FAR
) -> StreetNetwork:
    """Return the network of lines that are each "both" ways, "one" way as drawn, or "steps"."""
    parts = [pieces(line) for _, line in marked]
    kinds = np.repeat([kind for kind, _ in marked], [len(part) for part in parts])
    network = network_of(
        np.concatenate(parts), crs=CRS, mode=mode, one_way=kinds == "one", steps=kinds == "steps"
    )
    return dataclasses.replace(network, coverage=covered)
