"""Places every few metres along the streets, at which a map of travel times is drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

EVERY_M = 25.0


class StreetSamples(NamedTuple):
    """Places along edges, between their ends.

    Attributes
    ----------
    xy : ndarray of float, shape (n, 2)
        Metres.
    along_m : ndarray of float, shape (n,)
        How far along its edge each is.
    offsets : ndarray of int64, shape (edges + 1,)
        Edge ``e`` has the samples ``offsets[e]:offsets[e + 1]``; one shorter than `EVERY_M` has none.
    """

    xy: np.ndarray
    along_m: np.ndarray
    offsets: np.ndarray


def samples_of(lines: np.ndarray, length_m: np.ndarray) -> StreetSamples:
    """Return places that cut every line into equal parts of at most `EVERY_M`.

    Parameters
    ----------
    lines : ndarray of shapely.LineString
        The edges.
    length_m : ndarray of float
        Their lengths.
    """
    parts = np.maximum(np.ceil(length_m / EVERY_M).astype(np.int64), 1)
    offsets = np.concatenate([[0], np.cumsum(parts - 1)])
    edge = np.repeat(np.arange(len(lines)), parts - 1)
    number = np.arange(offsets[-1]) - offsets[edge] + 1
    along_m = number * length_m[edge] / parts[edge]
    return StreetSamples(
        shapely.get_coordinates(shapely.line_interpolate_point(lines[edge], along_m)), along_m, offsets
    )
