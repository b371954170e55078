"""Where streets are known: derived from the streets, because an extract's header cannot be trusted."""

from __future__ import annotations

import numpy as np
import shapely
from scipy import ndimage

CELL_M = 50.0
# Ground within a street's reach counts as known; gaps between streets narrower than twice this are filled.
REACH_M = 250.0
# The filled ground is then drawn in again, but for a margin beyond the outermost streets.
MARGIN_M = 50.0
# A lone road through ground where nothing else was recorded does not make its strip of ground known.
NARROWEST_M = 300.0
LARGEST_HOLE_M2 = 500_000.0
SMALLEST_PART_M2 = 250_000.0


def street_coverage(lines: np.ndarray) -> shapely.Geometry:
    """Return the ground on which streets are known.

    Morphological closing (dilate, erode) and opening (erode, dilate) of the streets on a 50 m grid. A park of
    up to half a square kilometre inside stays covered.

    Parameters
    ----------
    lines : ndarray of shapely.LineString
        The streets, metres.

    Returns
    -------
    shapely.Geometry
        Polygon or MultiPolygon in the CRS of `lines`; empty when the streets are too few to cover anything.
    """
    points = shapely.get_coordinates(shapely.segmentize(lines, CELL_M / 2))
    pad = REACH_M + 2 * CELL_M
    corner = np.floor((points.min(axis=0) - pad) / CELL_M).astype(int)
    size = np.ceil((points.max(axis=0) + pad) / CELL_M).astype(int) - corner
    column, row = (np.floor(points / CELL_M).astype(int) - corner).T
    has_street = np.zeros((size[1], size[0]), dtype=bool)
    has_street[row, column] = True
    known = _shrunk(_grown(has_street, REACH_M), REACH_M - MARGIN_M)
    holes = ndimage.binary_fill_holes(known) & ~known
    known |= holes & ~_without_small(holes, LARGEST_HOLE_M2)
    known &= _grown(_shrunk(known, NARROWEST_M / 2), NARROWEST_M / 2)
    return _polygons(_without_small(known, SMALLEST_PART_M2), corner)


def _grown(cells: np.ndarray, by_m: float) -> np.ndarray:
    return ndimage.distance_transform_edt(~cells) * CELL_M <= by_m if cells.any() else cells


def _shrunk(cells: np.ndarray, by_m: float) -> np.ndarray:
    return ndimage.distance_transform_edt(cells) * CELL_M > by_m


def _without_small(cells: np.ndarray, smallest_m2: float) -> np.ndarray:
    """Return the cells without those in connected parts smaller than this."""
    part, _ = ndimage.label(cells)
    large = np.bincount(part.ravel()) * CELL_M**2 >= smallest_m2
    large[0] = False
    return large[part]


def _polygons(cells: np.ndarray, corner: np.ndarray) -> shapely.Geometry:
    """Return the cells as polygons, one box for each run of cells in a row, joined."""
    edges = np.diff(np.pad(cells, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edges == 1)
    _, past = np.nonzero(edges == -1)
    x0, x1, y = (first + corner[0]) * CELL_M, (past + corner[0]) * CELL_M, (row + corner[1]) * CELL_M
    return shapely.union_all(shapely.box(x0, y, x1, y + CELL_M))
