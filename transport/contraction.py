"""Straight pieces of street drawn together into edges between junctions, with numpy alone.

A corner that exactly two alike pieces share is passed through and is no junction. The pieces of a chain are put
in order by pointer jumping (list ranking, Wyllie 1979): each directed piece looks twice as far along its chain
in every round, so that the longest chain of n pieces takes log2 n rounds over plain arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# Millimetres do not matter, and equal places must have equal coordinates.
DECIMALS = 2


@dataclass(frozen=True, eq=False)
class Pieces:
    """Straight pieces of street that meet where they share a corner.

    Attributes
    ----------
    xy : ndarray of float, shape (corners, 2)
        Every corner once, metres.
    a, b : ndarray of int, shape (n,)
        The two corners of each piece.
    forward, backward : ndarray of bool, shape (n,)
        Whether one may go from `a` to `b`, and from `b` to `a`.
    steps : ndarray of bool, shape (n,)
        Whether it is steps.
    """

    xy: np.ndarray
    a: np.ndarray
    b: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    steps: np.ndarray

    def __len__(self) -> int:
        return len(self.a)

    def kept(self, which: np.ndarray) -> Pieces:
        """Return some of the pieces, the corners staying as they are."""
        return Pieces(
            self.xy,
            self.a[which],
            self.b[which],
            self.forward[which],
            self.backward[which],
            self.steps[which],
        )

    @property
    def length_m(self) -> np.ndarray:
        """Return how long each piece is."""
        return np.hypot(*(self.xy[self.a] - self.xy[self.b]).T)


class Edges(NamedTuple):
    """Chains of pieces between junctions.

    Attributes
    ----------
    xy : ndarray of float, shape (k, 2)
        The corners of all edges, one edge after the other.
    edge : ndarray of int, shape (k,)
        Which edge each of those corners belongs to, ascending.
    start, end : ndarray of int, shape (n,)
        Each edge's first and last corner as numbers of junctions, from 0.
    one_way, steps : ndarray of bool, shape (n,)
        Whether one may go from start to end only; whether it is steps.
    """

    xy: np.ndarray
    edge: np.ndarray
    start: np.ndarray
    end: np.ndarray
    one_way: np.ndarray
    steps: np.ndarray


def pieces_of(
    segments: np.ndarray,
    *,
    forward: np.ndarray | None = None,
    backward: np.ndarray | None = None,
    steps: np.ndarray | None = None,
) -> Pieces:
    """Return the pieces between pairs of places, corners at equal places made one.

    Parameters
    ----------
    segments : ndarray of float, shape (n, 2, 2)
        Both ends of each piece, metres; rounded to `DECIMALS`. Those without length are left out.
    forward, backward, steps : ndarray of bool, shape (n,), optional
        As in `Pieces`; both ways and no steps by default.
    """
    count = len(segments)
    xy, corner = distinct_places(segments.reshape(-1, 2))
    a, b = corner.reshape(count, 2).T
    both, none = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    pieces = Pieces(
        xy,
        a,
        b,
        both if forward is None else forward,
        both if backward is None else backward,
        none if steps is None else steps,
    )
    return drawn_once(pieces)


def distinct_places(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct places, rounded to `DECIMALS`, and which of them each place is.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        Metres.
    """
    if not len(xy):
        return np.empty((0, 2)), np.zeros(0, dtype=np.int64)
    xy = np.round(xy, DECIMALS)
    whole = np.rint(xy * 10**DECIMALS).astype(np.int64)
    whole -= whole.min(axis=0)
    # One number a place sorts many times faster than two.
    key = whole[:, 0] * (whole[:, 1].max() + 1) + whole[:, 1]
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return xy[first], place


def drawn_once(pieces: Pieces) -> Pieces:
    """Return each piece once, from its lower to its higher corner, those without length left out.

    Of pieces drawn twice, one may go whichever way either may; they are steps if all of them are.
    """
    turned = pieces.a > pieces.b
    low, high = np.where(turned, pieces.b, pieces.a), np.where(turned, pieces.a, pieces.b)
    key = low * np.int64(len(pieces.xy) + 1) + high
    key = np.where(low == high, -1, key)
    values, first, same = np.unique(key, return_index=True, return_inverse=True)
    ups, downs = (
        np.where(turned, pieces.backward, pieces.forward),
        np.where(turned, pieces.forward, pieces.backward),
    )
    forward, backward = (np.bincount(same, weights=flag) > 0 for flag in (ups, downs))
    steps = np.bincount(same, weights=~pieces.steps) == 0
    once = Pieces(pieces.xy, low[first], high[first], forward, backward, steps)
    return once.kept(values >= 0)


def main_component(pieces: Pieces, *, strong: bool) -> Pieces:
    """Return the connected part with the greatest length: a point must not be tied to a path that leads nowhere.

    Parameters
    ----------
    pieces : Pieces
        At least one.
    strong : bool
        Whether one must be able to get from everywhere in it to everywhere else, one-way pieces being what
        they are. Else one-way pieces join as others do.
    """
    count = len(pieces.xy)
    rows = np.concatenate([pieces.a[pieces.forward], pieces.b[pieces.backward]])
    columns = np.concatenate([pieces.b[pieces.forward], pieces.a[pieces.backward]])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(count, count)).tocsr()
    connection = "strong" if strong else "weak"
    _, part = connected_components(graph, directed=True, connection=connection)
    inside = part[pieces.a] == part[pieces.b]
    weight = np.where(inside, pieces.length_m, 0.0)
    return pieces.kept(inside & (part[pieces.a] == np.bincount(part[pieces.a], weights=weight).argmax()))


def contracted(pieces: Pieces) -> Edges:
    """Return the edges between junctions that the pieces make.

    Parameters
    ----------
    pieces : Pieces
        Each drawn once (`drawn_once`), at least one.

    Returns
    -------
    Edges
        A chain ends at junctions and dead ends, and where steps or a one-way stretch begin. A ring without a
        junction begins and ends at one of its corners. A one-way edge runs the way one may go.
    """
    following = _following(pieces)
    last, hops = _ends_of_chains(following)
    first = last[np.arange(len(last)) ^ 1] ^ 1
    # Each chain is there twice, once in each direction: keep the way one may go, else the lower number.
    goes, returns = _allowed(pieces)
    keep = np.where(goes[first] == returns[first], first < (last ^ 1), goes[first])
    pieces_kept = np.flatnonzero(keep)
    past = hops[pieces_kept ^ 1]
    order = pieces_kept[np.lexsort((past, first[pieces_kept]))]
    begins = np.r_[True, first[order][1:] != first[order][:-1]]
    tail, head = _tail(pieces)[order], _head(pieces)[order]
    edge_of_piece = np.cumsum(begins) - 1
    at = np.arange(len(order)) + edge_of_piece + 1
    corner = np.empty(len(order) + edge_of_piece[-1] + 1, dtype=np.int64)
    edge = np.empty_like(corner)
    corner[at], edge[at] = head, edge_of_piece
    corner[at[begins] - 1], edge[at[begins] - 1] = tail[begins], edge_of_piece[begins]
    stops = np.r_[np.flatnonzero(begins)[1:] - 1, len(order) - 1]
    _, node = np.unique(np.concatenate([tail[begins], head[stops]]), return_inverse=True)
    start, end = node.reshape(2, -1)
    one_way = (goes != returns)[order[begins]]
    return Edges(pieces.xy[corner], edge, start, end, one_way, pieces.steps[order[begins] >> 1])


# A directed piece is the number of its piece doubled, plus one where it runs from b to a: d ^ 1 runs the other way.


def _tail(pieces: Pieces) -> np.ndarray:
    return np.stack([pieces.a, pieces.b], axis=1).ravel()


def _head(pieces: Pieces) -> np.ndarray:
    return np.stack([pieces.b, pieces.a], axis=1).ravel()


def _allowed(pieces: Pieces) -> tuple[np.ndarray, np.ndarray]:
    """Return whether one may go along each directed piece, and against it."""
    goes = np.stack([pieces.forward, pieces.backward], axis=1).ravel()
    return goes, goes[np.arange(len(goes)) ^ 1]


def _following(pieces: Pieces) -> np.ndarray:
    """Return the directed piece that each runs on into; itself where its chain ends."""
    count = len(pieces)
    tail, head = _tail(pieces), _head(pieces)
    goes, returns = _allowed(pieces)
    degree = np.bincount(tail, minlength=len(pieces.xy))
    # The two directed pieces that leave a corner of degree two, next to each other.
    leaving = np.argsort(tail, kind="stable")
    leaving = leaving[degree[tail[leaving]] == 2].reshape(-1, 2)
    one, other = leaving.T
    alike = (
        (pieces.steps[one >> 1] == pieces.steps[other >> 1])
        & (returns[one] == goes[other])
        & (goes[one] == returns[other])
    )
    one, other = one[alike], other[alike]
    following = np.arange(2 * count)
    following[one ^ 1] = other
    following[other ^ 1] = one
    return _rings_opened(following, head)


def _rings_opened(following: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Return the same with every endless ring ended at one of its corners."""
    count = len(following)
    runs_on = following != np.arange(count)
    graph = coo_array(
        (np.ones(runs_on.sum(), dtype=np.int8), (np.flatnonzero(runs_on), following[runs_on])),
        shape=(count,) * 2,
    )
    _, chain = connected_components(graph.tocsr(), directed=False)
    endless = np.bincount(chain, weights=~runs_on) == 0
    if endless.any():
        in_ring = np.flatnonzero(endless[chain])
        lowest = np.full(len(endless), np.iinfo(np.int64).max)
        np.minimum.at(lowest, chain[in_ring], head[in_ring])
        ends = in_ring[head[in_ring] == lowest[chain[in_ring]]]
        following[ends] = ends
    return following


def _ends_of_chains(following: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the last directed piece of each one's chain, and how many come after it."""
    last = following.copy()
    hops = (last != np.arange(len(last))).astype(np.int64)
    while True:
        farther = last[last]
        if (farther == last).all():
            return last, hops
        hops += hops[last]
        last = farther
