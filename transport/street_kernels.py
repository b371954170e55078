"""Bounded Dijkstra searches over a street network, compiled by numba; asked through `transport.street_search`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from transport.compiling import compiled


class Streets(NamedTuple):
    """The network turned round, as the kernels read it."""

    offsets: np.ndarray
    neighbour: np.ndarray
    metres: np.ndarray
    edge_offsets: np.ndarray
    edge_at: np.ndarray
    length_m: np.ndarray
    one_way: np.ndarray
    # How many metres one on which a cycle is pushed counts for.
    pushed: float


class Tied(NamedTuple):
    """Points by the edge they hang on: those of edge ``e`` are ``offsets[e]:offsets[e + 1]``."""

    offsets: np.ndarray
    point: np.ndarray
    along_m: np.ndarray
    off_m: np.ndarray


class Places(NamedTuple):
    """Where searches begin."""

    edge: np.ndarray
    start: np.ndarray
    end: np.ndarray
    along_m: np.ndarray
    off_m: np.ndarray


class Scratch(NamedTuple):
    """What one search writes into and wipes clean behind it."""

    node_m: np.ndarray
    point_m: np.ndarray
    heap_m: np.ndarray
    heap_node: np.ndarray


@compiled
def _push(scratch: Scratch, size: int, metres: float, node: int) -> int:
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


@compiled
def _pop(scratch: Scratch, size: int) -> int:
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


@compiled
def _settle(streets: Streets, places: Places, index: int, scratch: Scratch, limit_m: float) -> list[int]:
    """Search from one place; return the nodes settled within the limit, nearest first.

    Their metres are left in the scratch, for the caller to wipe; all that is touched is settled in the end.
    """
    node_m = scratch.node_m
    settled = [np.int64(0) for _ in range(0)]
    size = 0
    edge = places.edge[index]
    off_m, along_m = places.off_m[index], places.along_m[index]
    first_m = off_m + along_m
    # From the end of a one-way edge a cycle is pushed back to a place in the middle of it.
    against = streets.pushed if streets.one_way[edge] else 1.0
    last_m = off_m + max(streets.length_m[edge] - along_m, 0.0) * against
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


@compiled
def _points_reached(
    streets: Streets, tied: Tied, places: Places, index: int, scratch: Scratch, limit_m: float
) -> list[int]:
    """Return the points within the limit of one place; their metres are left in the scratch."""
    point_m = scratch.point_m
    reached = [np.int64(0) for _ in range(0)]
    settled = _settle(streets, places, index, scratch, limit_m)
    for node in settled:
        node_m = scratch.node_m[node]
        for at in range(streets.edge_offsets[node], streets.edge_offsets[node + 1]):
            edge, from_end = streets.edge_at[at] >> 1, streets.edge_at[at] & 1
            against = streets.pushed if streets.one_way[edge] else 1.0
            for t in range(tied.offsets[edge], tied.offsets[edge + 1]):
                along_m = tied.along_m[t] * against
                if from_end:
                    along_m = max(streets.length_m[edge] - tied.along_m[t], 0.0)
                _reach(tied, t, node_m + along_m + tied.off_m[t], limit_m, point_m, reached)
    edge, here_m = places.edge[index], places.along_m[index]
    for t in range(tied.offsets[edge], tied.offsets[edge + 1]):
        ahead_m = here_m - tied.along_m[t]
        if ahead_m < 0:
            ahead_m *= -(streets.pushed if streets.one_way[edge] else 1.0)
        metres = ahead_m + tied.off_m[t] + places.off_m[index]
        _reach(tied, t, metres, limit_m, point_m, reached)
    for node in settled:
        scratch.node_m[node] = np.inf
    return reached


@compiled
def _reach(
    tied: Tied, t: int, metres: float, limit_m: float, point_m: np.ndarray, reached: list[int]
) -> None:
    point = tied.point[t]
    if metres <= limit_m and metres < point_m[point]:
        if point_m[point] == np.inf:
            reached.append(point)
        point_m[point] = metres


@compiled
def _longer(array: np.ndarray) -> np.ndarray:
    longer = np.empty(2 * len(array), dtype=array.dtype)
    longer[: len(array)] = array
    return longer


@compiled
def search_pairs(
    streets: Streets, tied: Tied, places: Places, scratch: Scratch, limit_m: float, begin: int, end: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the points within the limit of the places `begin` to `end`, the places and the metres."""
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


@compiled
def search_nodes(
    streets: Streets, places: Places, scratch: Scratch, limit_m: float, begin: int, end: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the nodes within the limit of the places `begin` to `end`, the places and the metres."""
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


@compiled
def search_nearest(
    streets: Streets,
    tied: Tied,
    places: Places,
    scratch: Scratch,
    limit_m: float,
    metres: np.ndarray,
    place: np.ndarray,
    within: np.ndarray,
) -> None:
    """Write each point's nearest places, nearest first, and how many are within the limit."""
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
