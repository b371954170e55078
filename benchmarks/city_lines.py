"""The made-up city's lines: bus lines along main roads, into the centre and round it, and railways across it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from benchmarks.city_plan import CENTRE_M, MAIN_EVERY, SEED, Plan

BUS_KPH, RAIL_KPH = 19.0, 55.0
STATION_EVERY_M = 2_200.0
RAILWAYS = 4
RINGS = (0.25, 0.45, 0.65, 0.85)
RING_CORNERS = 10
# How much longer a road seems to whoever plans a line where there is one already.
SHARED = 1.6


@dataclass(frozen=True, eq=False)
class Line:
    """One line, there and back.

    Attributes
    ----------
    name : str
        What stands on the vehicle.
    is_rail : bool
        Whether it is a railway.
    corners : ndarray of int, shape (calls,)
        The street corners it calls at.
    ride_s : ndarray of int, shape (calls - 1,)
        Seconds from each to the next.
    """

    name: str
    is_rail: bool
    corners: np.ndarray
    ride_s: np.ndarray


@dataclass(frozen=True, eq=False)
class MainRoads:
    """The crossings of main roads: where buses stop.

    Attributes
    ----------
    corner : ndarray of int, shape (crossings,)
        Position of each among the plan's corners.
    a, b : ndarray of int, shape (roads,)
        Positions of the crossings that each road joins.
    length_m : ndarray of float, shape (roads,)
        How long it is.
    """

    corner: np.ndarray
    a: np.ndarray
    b: np.ndarray
    length_m: np.ndarray

    @staticmethod
    def of(plan: Plan) -> MainRoads:
        """Return the main roads of a plan: those of which all seven pieces are built."""
        length_m = np.hypot(*(plan.xy[plan.a] - plan.xy[plan.b]).T)
        crossing = (plan.column % MAIN_EVERY == 0) & (plan.row % MAIN_EVERY == 0)
        corner = np.flatnonzero(crossing)
        position = {key: n for n, key in enumerate(zip(plan.column[corner], plan.row[corner], strict=True))}
        upright = plan.column[plan.a] == plan.column[plan.b]
        line = np.where(upright, plan.column[plan.a], plan.row[plan.a])
        along = np.where(upright, plan.row[plan.a], plan.column[plan.a])
        main = line % MAIN_EVERY == 0
        keys = np.stack([upright[main], line[main], along[main] // MAIN_EVERY], axis=1)
        roads, inverse, pieces = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
        metres = np.bincount(inverse.ravel(), length_m[main])
        found = []
        for (is_upright, number, block), whole, metre in zip(
            roads, pieces == MAIN_EVERY, metres, strict=True
        ):
            begin, end = block * MAIN_EVERY, (block + 1) * MAIN_EVERY
            ends = [(number, begin), (number, end)] if is_upright else [(begin, number), (end, number)]
            if whole and all(e in position for e in ends):
                found.append((position[ends[0]], position[ends[1]], metre))
        a, b, metres = (np.array(column) for column in zip(*found, strict=True))
        return MainRoads(corner, a, b, metres)


def lines_of(plan: Plan) -> list[Line]:
    """Return the lines: enough buses to serve as many places as the size asks for, then the railways."""
    rng = np.random.default_rng(SEED + 3)
    roads = MainRoads.of(plan)
    xy = plan.xy[roads.corner]
    paths = _Paths(roads, xy, rng)
    middle = int(np.hypot(*(xy - CENTRE_M).T).argmin())
    reached = paths.reachable(middle)
    buses = [path for ring in RINGS if len(path := _ring(paths, xy, reached, ring * plan.size.radius_m)) > 2]
    served = np.zeros(len(xy), dtype=bool)
    served[np.concatenate(buses)] = True
    out = np.hypot(*(xy - CENTRE_M).T)
    while served.sum() < plan.size.stop_places:
        left = np.flatnonzero(reached & ~served)
        if not len(left):
            break
        # The farthest place without a bus gets one, through the middle to the opposite side on every other line.
        end = int(left[out[left].argmax()])
        path = paths.between(end, middle)
        if len(buses) % 2:
            opposite = cKDTree(xy[left]).query(2 * np.array(CENTRE_M) - xy[end])[1]
            path = np.concatenate([path, paths.between(middle, int(left[opposite]))[1:]])
        served[path] = True
        buses.append(path)
    lines = []
    for number, path in enumerate(buses, start=1):
        ride = paths.metres_along(path) / (BUS_KPH / 3.6) + rng.uniform(8, 25, len(path) - 1)
        lines.append(Line(str(number), False, roads.corner[path], np.rint(ride).astype(int)))
    return lines + _railways(plan)


class _Paths:
    """Shortest ways along main roads, that grow longer wherever a line has been put."""

    def __init__(self, roads: MainRoads, xy: np.ndarray, rng: np.random.Generator) -> None:
        self.roads, self.xy, self.count = roads, xy, len(xy)
        self.cost = roads.length_m * rng.uniform(0.9, 1.2, len(roads.a))
        low, high = np.minimum(roads.a, roads.b), np.maximum(roads.a, roads.b)
        self.road_of = {pair: n for n, pair in enumerate(zip(low.tolist(), high.tolist(), strict=True))}

    def _graph(self) -> coo_array:
        return coo_array((self.cost, (self.roads.a, self.roads.b)), shape=(self.count,) * 2).tocsr()

    def reachable(self, start: int) -> np.ndarray:
        return np.isfinite(dijkstra(self._graph(), directed=False, indices=start))

    def _roads_along(self, path: np.ndarray) -> list[int]:
        pairs = zip(path[:-1].tolist(), path[1:].tolist(), strict=True)
        return [self.road_of[min(p), max(p)] for p in pairs]

    def metres_along(self, path: np.ndarray) -> np.ndarray:
        return self.roads.length_m[self._roads_along(path)]

    def between(self, start: int, end: int) -> np.ndarray:
        _, before = dijkstra(self._graph(), directed=False, indices=start, return_predecessors=True)
        path = [end]
        while path[-1] != start:
            path.append(int(before[path[-1]]))
        path = np.array(path[::-1])
        self.cost[self._roads_along(path)] *= SHARED
        return path


def _ring(paths: _Paths, xy: np.ndarray, reached: np.ndarray, radius_m: float) -> np.ndarray:
    """Return a way round the middle, not quite closed."""
    turn = np.linspace(0, 2 * np.pi, RING_CORNERS, endpoint=False)
    usable = np.flatnonzero(reached)
    wanted = np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius_m + CENTRE_M
    at = usable[cKDTree(xy[usable]).query(wanted)[1]]
    legs = [paths.between(int(a), int(b)) for a, b in pairwise(at) if a != b]
    return np.concatenate([legs[0], *[leg[1:] for leg in legs[1:]]])


def _railways(plan: Plan) -> list[Line]:
    """Return straight railways through the middle, with a station beside a street every couple of kilometres."""
    tree, lines = cKDTree(plan.xy), []
    reach = np.arange(STATION_EVERY_M, plan.size.radius_m * 0.95, STATION_EVERY_M)
    along = np.concatenate([-reach[::-1], [0.0], reach])
    for number in range(RAILWAYS):
        turn = np.pi * (number + 0.3) / RAILWAYS
        wanted = np.outer(along, (np.cos(turn), np.sin(turn))) + CENTRE_M
        corners = tree.query(wanted)[1]
        apart_m = np.hypot(*np.diff(plan.xy[corners], axis=0).T)
        ride_s = np.rint(apart_m / (RAIL_KPH / 3.6) + 47).astype(int)
        lines.append(Line(f"R{number + 1}", True, corners, ride_s))
    return lines
