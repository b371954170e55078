"""From times at places along the streets to polygons: a grid of 50 m, and its contours.

Never a hull: a hull bridges the river. Holes and islands stay. Between the points of the grid times are
interpolated in a straight line; who is not reached is so late that a contour stops at the last point that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import contourpy
import numpy as np
import shapely

from transport.compiling import compiled

CELL_M = 50.0
# Ground this far from a street is walked to straight, which is counted in the time. More than a cell's diagonal,
# so that all four corners round a reached place are reached.
OFF_STREET_M = 100.0
NOT_REACHED_MIN = np.float32(1e7)
SMALLEST_M2 = 1.0


@dataclass(frozen=True, eq=False)
class TimeGrid:
    """Minutes on a grid.

    Attributes
    ----------
    x, y : ndarray of float
        Where its columns and rows are, metres, multiples of `CELL_M`.
    minutes : ndarray of float32, shape (rows, columns)
        `NOT_REACHED_MIN` where nobody gets; so is the whole rim.
    """

    x: np.ndarray
    y: np.ndarray
    minutes: np.ndarray

    def within(self, cutoffs_min: Sequence[float]) -> list[shapely.Geometry]:
        """Return the ground within each cutoff: Polygon or MultiPolygon, empty where there is none."""
        contours = contourpy.contour_generator(
            self.x,
            self.y,
            self.minutes,
            name="serial",
            fill_type=contourpy.FillType.ChunkCombinedOffsetOffset,
        )
        return [_ground(contours.filled(-1.0, float(cutoff))) for cutoff in cutoffs_min]


def time_grid(xy: np.ndarray, minutes: np.ndarray, *, off_m_per_min: float, longest_min: float) -> TimeGrid:
    """Return the minutes on a grid round places that are reached.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        Places, metres.
    minutes : ndarray of float, shape (n,)
        When each is reached; infinity or later than `longest_min` counts for nothing.
    off_m_per_min : float
        Metres a minute on the way from a place to the points of the grid within `OFF_STREET_M`.
    longest_min : float
        Later places are left out.
    """
    reached = np.flatnonzero(minutes <= longest_min)
    if not len(reached):
        rim = np.arange(3) * CELL_M
        return TimeGrid(rim, rim, np.full((3, 3), NOT_REACHED_MIN))
    places = xy[reached]
    rim_m = OFF_STREET_M + CELL_M
    low = np.floor((places.min(axis=0) - rim_m) / CELL_M).astype(np.int64)
    high = np.ceil((places.max(axis=0) + rim_m) / CELL_M).astype(np.int64)
    columns, rows = high - low + 1
    grid = np.full((rows, columns), NOT_REACHED_MIN)
    _spread(places / CELL_M - low, minutes[reached].astype(np.float64), CELL_M / off_m_per_min, grid)
    x, y = (low[i] + np.arange((columns, rows)[i]) for i in (0, 1))
    return TimeGrid(x * CELL_M, y * CELL_M, grid)


@compiled
def _spread(places: np.ndarray, minutes: np.ndarray, min_per_cell: float, grid: np.ndarray) -> None:
    """Write the earliest arrival at each point of the grid; places and reach in cells."""
    reach = OFF_STREET_M / CELL_M
    for i in range(len(places)):
        x, y = places[i, 0], places[i, 1]
        for row in range(int(np.ceil(y - reach)), int(np.floor(y + reach)) + 1):
            for column in range(int(np.ceil(x - reach)), int(np.floor(x + reach)) + 1):
                square = (row - y) ** 2 + (column - x) ** 2
                if square <= reach * reach:
                    arrival = np.float32(minutes[i] + np.sqrt(square) * min_per_cell)
                    if arrival < grid[row, column]:
                        grid[row, column] = arrival


def _ground(filled: tuple) -> shapely.Geometry:
    """Return contourpy's rings as one geometry."""
    (points,), (ring_offsets,), (polygon_offsets,) = filled
    if points is None:
        return shapely.MultiPolygon()
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, points, (ring_offsets, polygon_offsets)
    )
    polygons = polygons[shapely.area(polygons) >= SMALLEST_M2]
    ground = polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
    # Where a time is the cutoff to the last digit, rings may touch or fold.
    return ground if shapely.is_valid(ground) else shapely.buffer(ground, 0)
