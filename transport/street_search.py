"""Who can get to a place over the streets within a limit: bounded Dijkstra searches, compiled by numba.

Each search begins at one place (a stop, a facility) and runs against the way people travel, so it finds everybody
who can get there. It stops at the limit and touches nothing beyond, which is why thousands of searches take
seconds. The kernels hold no lock and keep no state: several visitors may run them at once.

Source of the method: E. W. Dijkstra, A note on two problems in connexion with graphs (1959), with a binary heap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit

from transport.streets import StreetNetwork
from transport.threads import over_blocks
from transport.ties import Ties
from transport.travel import Travel


class _Streets(NamedTuple):
    """The network turned round, as the kernels read it."""

    offsets: np.ndarray
    neighbour: np.ndarray
    metres: np.ndarray
    edge_offsets: np.ndarray
    edge_at: np.ndarray
    length_m: np.ndarray
    one_way: np.ndarray


class _Tied(NamedTuple):
    """Points by the edge they hang on: those of edge ``e`` are ``offsets[e]:offsets[e + 1]``."""

    offsets: np.ndarray
    point: np.ndarray
    along_m: np.ndarray
    off_m: np.ndarray


class _Places(NamedTuple):
    """Where searches begin."""

    edge: np.ndarray
    start: np.ndarray
    end: np.ndarray
    along_m: np.ndarray
    off_m: np.ndarray


class _Scratch(NamedTuple):
    """What one search writes into and wipes clean behind it."""

    node_m: np.ndarray
    point_m: np.ndarray
    heap_m: np.ndarray
    heap_node: np.ndarray


class NearestPlaces(NamedTuple):
    """The nearest places of each point.

    Attributes
    ----------
    metres : ndarray of float, shape (points, k)
        Nearest first; infinity where there is none within the limit.
    place : ndarray of int, shape (points, k)
        Positions in the places' table, -1 where there is none.
    count : ndarray of int, shape (points,)
        How many places are within the limit.
    """

    metres: np.ndarray
    place: np.ndarray
    count: np.ndarray


def pairs_within(
    points: Ties, places: Ties, travel: Travel, *, limit_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every point from which a place can be reached within a limit, with how far it is.

    Parameters
    ----------
    points, places : Ties
        Tied to the same network.
    travel : Travel
        For the bits between doors and streets.
    limit_m : float
        Metres along the streets, both ties included (`Travel.off_factor`); exactly the limit is within it.

    Returns
    -------
    tuple of ndarray, each of shape (pairs,)
        Position of the point and of the place in their tables, and metres.
    """
    streets, tied, starts = _streets(points.streets), _tied(points, travel), _places(places, travel)

    def search(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        scratch = _scratch(points.streets, len(points.served))
        return _pairs(streets, tied, starts, scratch, limit_m, begin, end)

    return _from_all(places, search)


def node_pairs_within(
    places: Ties, travel: Travel, *, limit_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every node of the network from which a place can be reached within a limit; as `pairs_within`."""
    streets, starts = _streets(places.streets), _places(places, travel)

    def search(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return _node_pairs(streets, starts, _scratch(places.streets, 0), limit_m, begin, end)

    return _from_all(places, search)


def _from_all(
    places: Ties, search: Callable[[int, int], tuple[np.ndarray, np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the searches from all places find, on all cores, in the places' order."""
    found: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def work(begin: int, end: int) -> None:
        found[begin] = search(begin, end)

    over_blocks(len(places.edge), work)
    parts = [found[begin] for begin in sorted(found)]
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    point, place, metres = (np.concatenate(column) for column in zip(*parts, strict=True))
    return point, places.position[place], metres


def nearest_places(points: Ties, places: Ties, travel: Travel, *, limit_m: float, k: int) -> NearestPlaces:
    """Return the `k` nearest places of every point, and how many there are within a limit.

    Parameters
    ----------
    points, places, travel, limit_m
        As for `pairs_within`.
    k : int
        How many of the nearest, at least one.
    """
    streets, tied, starts = _streets(points.streets), _tied(points, travel), _places(places, travel)
    count = len(points.served)
    metres, place = np.full((count, k), np.inf), np.full((count, k), -1, dtype=np.int64)
    within = np.zeros(count, dtype=np.int64)
    _choices(streets, tied, starts, _scratch(points.streets, count), limit_m, metres, place, within)
    found = place >= 0
    place[found] = places.position[place[found]]
    return NearestPlaces(metres, place, within)


def _plain(array: np.ndarray, dtype: type) -> np.ndarray:
    """Return an array of one fixed kind: compiled code is made anew for each kind it meets."""
    return np.require(array, dtype=dtype, requirements=["C", "W"])


def _streets(network: StreetNetwork) -> _Streets:
    graph = network.graph
    return _Streets(
        _plain(graph.backward.indptr, np.int32),
        _plain(graph.backward.indices, np.int32),
        _plain(graph.backward.data, np.float64),
        _plain(graph.edge_offsets, np.int64),
        _plain(graph.edge_at, np.int64),
        _plain(network.length_m, np.float64),
        _plain(network.one_way, np.bool_),
    )


def _tied(points: Ties, travel: Travel) -> _Tied:
    order = np.argsort(points.edge, kind="stable")
    offsets = np.zeros(len(points.streets.lines) + 1, dtype=np.int64)
    np.cumsum(np.bincount(points.edge, minlength=len(points.streets.lines)), out=offsets[1:])
    return _Tied(
        offsets,
        _plain(points.position[order], np.int64),
        _plain(points.along_m[order], np.float64),
        _plain(points.off_m[order] * travel.off_factor, np.float64),
    )


def _places(places: Ties, travel: Travel) -> _Places:
    return _Places(
        _plain(places.edge, np.int64),
        _plain(places.start, np.int64),
        _plain(places.end, np.int64),
        _plain(places.along_m, np.float64),
        _plain(places.off_m * travel.off_factor, np.float64),
    )


def _scratch(network: StreetNetwork, points: int) -> _Scratch:
    # Every relaxed edge puts at most one entry on the heap, and the two ends of the first edge one each.
    heap = len(network.graph.backward.indices) + 2
    return _Scratch(
        np.full(network.node_count, np.inf),
        np.full(points, np.inf),
        np.empty(heap),
        np.empty(heap, dtype=np.int64),
    )


@njit(nogil=True, cache=True)
def _push(scratch: _Scratch, size: int, metres: float, node: int) -> int:
    heap_m, heap_node = scratch.heap_m, scratch.heap_node
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap_m[above] <= metres:
            break
        heap_m[at], heap_node[at] = heap_m[above], heap_node[above]
        at = above
    heap_m[at], heap_node[at] = metres, node
    return size + 1


@njit(nogil=True, cache=True)
def _pop(scratch: _Scratch, size: int) -> int:
    """Close the gap that taking the least entry leaves; return the new size."""
    heap_m, heap_node = scratch.heap_m, scratch.heap_node
    size -= 1
    metres, node = heap_m[size], heap_node[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap_m[below + 1] < heap_m[below]:
            below += 1
        if heap_m[below] >= metres:
            break
        heap_m[at], heap_node[at] = heap_m[below], heap_node[below]
        at = below
    heap_m[at], heap_node[at] = metres, node
    return size


@njit(nogil=True, cache=True)
def _settle(streets: _Streets, places: _Places, index: int, scratch: _Scratch, limit_m: float) -> list[int]:
    """Search from one place; return the nodes settled within the limit, nearest first.

    Their metres are left in the scratch, for the caller to wipe; all that is touched is settled in the end.
    """
    node_m = scratch.node_m
    settled = [np.int64(0) for _ in range(0)]
    size = 0
    edge = places.edge[index]
    off_m, along_m = places.off_m[index], places.along_m[index]
    first_m = off_m + along_m
    # From the end of a one-way edge nobody comes back to a place in the middle of it.
    last_m = np.inf if streets.one_way[edge] else off_m + max(streets.length_m[edge] - along_m, 0.0)
    for node, metres in ((places.start[index], first_m), (places.end[index], last_m)):
        if metres <= limit_m and metres < node_m[node]:
            node_m[node] = metres
            size = _push(scratch, size, metres, node)
    while size > 0:
        metres, node = scratch.heap_m[0], scratch.heap_node[0]
        size = _pop(scratch, size)
        if metres > node_m[node]:
            continue
        settled.append(node)
        for at in range(streets.offsets[node], streets.offsets[node + 1]):
            farther, other = metres + streets.metres[at], np.int64(streets.neighbour[at])
            if farther <= limit_m and farther < node_m[other]:
                node_m[other] = farther
                size = _push(scratch, size, farther, other)
    return settled


@njit(nogil=True, cache=True)
def _points_reached(
    streets: _Streets, tied: _Tied, places: _Places, index: int, scratch: _Scratch, limit_m: float
) -> list[int]:
    """Return the points within the limit of one place; their metres are left in the scratch."""
    point_m = scratch.point_m
    reached = [np.int64(0) for _ in range(0)]
    settled = _settle(streets, places, index, scratch, limit_m)
    for node in settled:
        node_m = scratch.node_m[node]
        for at in range(streets.edge_offsets[node], streets.edge_offsets[node + 1]):
            edge, from_end = streets.edge_at[at] >> 1, streets.edge_at[at] & 1
            if streets.one_way[edge] and not from_end:
                continue
            for t in range(tied.offsets[edge], tied.offsets[edge + 1]):
                along_m = tied.along_m[t]
                if from_end:
                    along_m = max(streets.length_m[edge] - along_m, 0.0)
                _reach(tied, t, node_m + along_m + tied.off_m[t], limit_m, point_m, reached)
    edge, here_m = places.edge[index], places.along_m[index]
    for t in range(tied.offsets[edge], tied.offsets[edge + 1]):
        if not (streets.one_way[edge] and tied.along_m[t] > here_m):
            metres = abs(tied.along_m[t] - here_m) + tied.off_m[t] + places.off_m[index]
            _reach(tied, t, metres, limit_m, point_m, reached)
    for node in settled:
        scratch.node_m[node] = np.inf
    return reached


@njit(nogil=True, cache=True)
def _reach(
    tied: _Tied, t: int, metres: float, limit_m: float, point_m: np.ndarray, reached: list[int]
) -> None:
    point = tied.point[t]
    if metres <= limit_m and metres < point_m[point]:
        if point_m[point] == np.inf:
            reached.append(point)
        point_m[point] = metres


@njit(nogil=True, cache=True)
def _longer(array: np.ndarray) -> np.ndarray:
    longer = np.empty(2 * len(array), dtype=array.dtype)
    longer[: len(array)] = array
    return longer


@njit(nogil=True, cache=True)
def _pairs(
    streets: _Streets, tied: _Tied, places: _Places, scratch: _Scratch, limit_m: float, begin: int, end: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    point, place, metres = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024)
    size = 0
    for index in range(begin, end):
        for reached in _points_reached(streets, tied, places, index, scratch, limit_m):
            if size == len(point):
                point, place, metres = _longer(point), _longer(place), _longer(metres)
            point[size], place[size], metres[size] = reached, index, scratch.point_m[reached]
            scratch.point_m[reached] = np.inf
            size += 1
    return point[:size].copy(), place[:size].copy(), metres[:size].copy()


@njit(nogil=True, cache=True)
def _node_pairs(
    streets: _Streets, places: _Places, scratch: _Scratch, limit_m: float, begin: int, end: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    node, place, metres = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024)
    size = 0
    for index in range(begin, end):
        for settled in _settle(streets, places, index, scratch, limit_m):
            if size == len(node):
                node, place, metres = _longer(node), _longer(place), _longer(metres)
            node[size], place[size], metres[size] = settled, index, scratch.node_m[settled]
            scratch.node_m[settled] = np.inf
            size += 1
    return node[:size].copy(), place[:size].copy(), metres[:size].copy()


@njit(nogil=True, cache=True)
def _choices(
    streets: _Streets,
    tied: _Tied,
    places: _Places,
    scratch: _Scratch,
    limit_m: float,
    metres: np.ndarray,
    place: np.ndarray,
    within: np.ndarray,
) -> None:
    k = metres.shape[1]
    for index in range(len(places.edge)):
        for point in _points_reached(streets, tied, places, index, scratch, limit_m):
            found_m = scratch.point_m[point]
            scratch.point_m[point] = np.inf
            within[point] += 1
            rank = k
            while rank > 0 and found_m < metres[point, rank - 1]:
                rank -= 1
            for later in range(k - 1, rank, -1):
                metres[point, later], place[point, later] = metres[point, later - 1], place[point, later - 1]
            if rank < k:
                metres[point, rank], place[point, rank] = found_m, index
