"""A street network as sparse graphs for Dijkstra's algorithm, built once and shared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

# An edge of no length would not be an edge to scipy.
SHORTEST_M = 1e-6


@dataclass(frozen=True, eq=False)
class StreetGraph:
    """The edges as a directed graph, metres, the shortest of parallel ones.

    Attributes
    ----------
    forward : csr_array
        From where one is to where one can go.
    backward : csr_array
        Turned round: from a destination to where one can come from. The same object where nothing is one-way.
    edge_offsets : ndarray of int64, shape (nodes + 1,)
        Node ``u`` has the edges ``edge_offsets[u]:edge_offsets[u + 1]`` of `edge_at`.
    edge_at : ndarray of int64
        The edge's number doubled, plus one where the node is its end.
    """

    forward: csr_array
    backward: csr_array
    edge_offsets: np.ndarray
    edge_at: np.ndarray

    @property
    def node_count(self) -> int:
        """Return how many nodes there are."""
        return self.forward.shape[0]

    def parts(self, *, strong: bool) -> np.ndarray:
        """Return the number of the connected part each node is in.

        Parameters
        ----------
        strong : bool
            Whether one must be able to get from everywhere in a part to everywhere else in it.
        """
        connection = "strong" if strong else "weak"
        return connected_components(self.forward, directed=True, connection=connection)[1]

    @cached_property
    def is_directed(self) -> bool:
        """Return whether some edges are one-way."""
        return self.forward is not self.backward


def graph_of(
    start: np.ndarray, end: np.ndarray, length_m: np.ndarray, one_way: np.ndarray, node_count: int
) -> StreetGraph:
    """Return the graph of some edges.

    Parameters
    ----------
    start, end : ndarray of int, shape (n,)
        Each edge's nodes.
    length_m : ndarray of float, shape (n,)
        Metres.
    one_way : ndarray of bool, shape (n,)
        Edges along which one may go from start to end only.
    node_count : int
        How many nodes there are.
    """
    both = ~one_way
    rows, columns = np.concatenate([start, end[both]]), np.concatenate([end, start[both]])
    weights = np.concatenate([length_m, length_m[both]])
    forward = shortest_of_parallel(rows, columns, weights, node_count)
    backward = shortest_of_parallel(columns, rows, weights, node_count) if one_way.any() else forward
    nodes = np.stack([start, end], axis=1).ravel()
    offsets = np.zeros(node_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(nodes, minlength=node_count), out=offsets[1:])
    return StreetGraph(forward, backward, offsets, np.argsort(nodes, kind="stable"))


def shortest_of_parallel(rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, size: int) -> csr_array:
    """Return the graph with the shortest of parallel edges; a sparse matrix would add them up."""
    order = np.lexsort((weights, columns, rows))
    rows, columns, weights = rows[order], columns[order], weights[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    first &= rows != columns
    offsets = np.zeros(size + 1, dtype=np.int32)
    np.cumsum(np.bincount(rows[first], minlength=size), out=offsets[1:])
    data = np.maximum(weights[first], SHORTEST_M)
    return csr_array((data, columns[first].astype(np.int32), offsets), shape=(size, size))


def with_sources(
    graph: csr_array, first: np.ndarray, second: np.ndarray, first_m: np.ndarray, second_m: np.ndarray
) -> csr_array:
    """Return a graph with one more node for each source, joined one-way to two nodes of the network.

    A straight walk to the street so counts for each source by itself.

    Parameters
    ----------
    graph : csr_array, shape (nodes, nodes)
        `StreetGraph.forward` or `StreetGraph.backward`.
    first, second : ndarray of int, shape (n,)
        The two nodes of each source.
    first_m, second_m : ndarray of float, shape (n,)
        Metres from the source to them; infinity where there is no way. Of a source whose nodes are one, the
        shorter counts.

    Returns
    -------
    csr_array, shape (nodes + n, nodes + n)
        Source ``i`` is node ``nodes + i``.
    """
    nodes, count = graph.shape[0], len(first)
    columns = np.stack([first, second], axis=1)
    weights = np.maximum(np.stack([first_m, second_m], axis=1), SHORTEST_M)
    there = np.isfinite(weights)
    loop = columns[:, 0] == columns[:, 1]
    there[loop, 0] &= weights[loop, 0] <= weights[loop, 1]
    there[loop, 1] &= ~there[loop, 0]
    offsets = graph.indptr[-1] + np.cumsum(there.sum(axis=1))
    size = nodes + count
    return csr_array(
        (
            np.concatenate([graph.data, weights[there]]),
            np.concatenate([graph.indices, columns[there].astype(np.int32)]),
            np.concatenate([graph.indptr, offsets.astype(np.int32)]),
        ),
        shape=(size, size),
    )
