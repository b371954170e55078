"""Who can get to a place over the streets within a limit: bounded Dijkstra searches from many places.

Each search begins at one place (a stop, a facility) and runs against the way people travel, so it finds everybody
who can get there. It stops at the limit and touches nothing beyond, which is why thousands of searches take
seconds. The kernels (`transport.street_kernels`) hold no lock and keep no state: several visitors may run them at once.

Source of the method: E. W. Dijkstra, A note on two problems in connexion with graphs (1959), with a binary heap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from transport.arrays import frozen_array
from transport.street_kernels import (
    Places,
    Scratch,
    Streets,
    Tied,
    search_nearest,
    search_nodes,
    search_pairs,
)
from transport.street_network import StreetNetwork
from transport.threads import over_blocks
from transport.ties import Ties
from transport.travel import Travel


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
    streets, tied, starts = _streets(points.streets, travel), _tied(points, travel), _places(places, travel)

    def search(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        scratch = _scratch(points.streets, len(points.served))
        return search_pairs(streets, tied, starts, scratch, float(limit_m), begin, end)

    return _from_all(places, search)


def node_pairs_within(
    places: Ties, travel: Travel, *, limit_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every node of the network from which a place can be reached within a limit; as `pairs_within`."""
    streets, starts = _streets(places.streets, travel), _places(places, travel)

    def search(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return search_nodes(streets, starts, _scratch(places.streets, 0), float(limit_m), begin, end)

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
    streets, tied, starts = _streets(points.streets, travel), _tied(points, travel), _places(places, travel)
    count = len(points.served)
    metres, place = np.full((count, k), np.inf), np.full((count, k), -1, dtype=np.int64)
    within = np.zeros(count, dtype=np.int64)
    search_nearest(
        streets, tied, starts, _scratch(points.streets, count), float(limit_m), metres, place, within
    )
    found = place >= 0
    place[found] = places.position[place[found]]
    return NearestPlaces(metres, place, within)


def _streets(network: StreetNetwork, travel: Travel) -> Streets:
    graph = network.graph
    return Streets(
        frozen_array(graph.backward.indptr, np.int32),
        frozen_array(graph.backward.indices, np.int32),
        frozen_array(graph.backward.data, np.float64),
        frozen_array(graph.edge_offsets, np.int64),
        frozen_array(graph.edge_at, np.int64),
        frozen_array(network.length_m, np.float64),
        frozen_array(network.one_way, np.bool_),
        float(travel.off_factor),
    )


def _tied(points: Ties, travel: Travel) -> Tied:
    order = np.argsort(points.edge, kind="stable")
    offsets = np.zeros(len(points.streets.lines) + 1, dtype=np.int64)
    np.cumsum(np.bincount(points.edge, minlength=len(points.streets.lines)), out=offsets[1:])
    return Tied(
        offsets,
        frozen_array(points.position[order], np.int64),
        frozen_array(points.along_m[order], np.float64),
        frozen_array(points.off_m[order] * travel.off_factor, np.float64),
    )


def _places(places: Ties, travel: Travel) -> Places:
    return Places(
        frozen_array(places.edge, np.int64),
        frozen_array(places.start, np.int64),
        frozen_array(places.end, np.int64),
        frozen_array(places.along_m, np.float64),
        frozen_array(places.off_m * travel.off_factor, np.float64),
    )


def _scratch(network: StreetNetwork, points: int) -> Scratch:
    # Every relaxed edge puts at most one entry on the heap, and the two ends of the first edge one each.
    heap = len(network.graph.backward.indices) + 2
    return Scratch(
        np.full(network.node_count, np.inf),
        np.full(points, np.inf),
        np.empty(heap),
        np.empty(heap, dtype=np.int64),
    )
