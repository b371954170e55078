"""One mode's streets as a contracted network, and what is worked out of it on demand."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import shapely

from study.errors import DataError
from transport.arrays import frozen_array
from transport.street_graph import StreetGraph, graph_of
from transport.street_samples import StreetSamples, samples_of

Mode = Literal["walk", "cycle"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """Streets of one mode, chains between junctions drawn together into one edge each.

    Shared by all visitors: nothing of it is changed after it is built, and what is worked out on demand is the
    same whoever asks first.

    Attributes
    ----------
    lines : ndarray of shapely.LineString
        Each edge's course, in the study area's CRS (metres).
    start, end : ndarray of int
        Each edge's end nodes, 0 .. ``node_count`` - 1.
    coverage : shapely.Geometry
        The ground on which the streets are known.
    crs : str
        The study area's CRS.
    mode : str
        "walk" or "cycle": who may go along the edges. How fast is a matter of the question.
    one_way : ndarray of bool
        Edges along which one may go from start to end only; none by default.
    steps : ndarray of bool
        Edges that are steps; none by default.
    """

    lines: np.ndarray
    start: np.ndarray
    end: np.ndarray
    coverage: shapely.Geometry
    crs: str
    mode: Mode = "walk"
    one_way: np.ndarray = field(default=None)  # type: ignore[assignment]
    steps: np.ndarray = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        none = np.zeros(len(self.lines), dtype=bool)
        for name in ("start", "end"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.int64))
        for name in ("one_way", "steps"):
            given = getattr(self, name)
            object.__setattr__(self, name, frozen_array(none if given is None else given, np.bool_))

    @cached_property
    def node_count(self) -> int:
        """Return how many junctions and ends there are."""
        return int(max(self.start.max(initial=-1), self.end.max(initial=-1))) + 1

    @cached_property
    def length_m(self) -> np.ndarray:
        """Return each edge's length, metres."""
        return frozen_array(shapely.length(self.lines), np.float64)

    @cached_property
    def node_xy(self) -> np.ndarray:
        """Return where each node is, metres, shape (nodes, 2)."""
        xy = np.empty((self.node_count, 2))
        for ends, position in ((self.start, 0), (self.end, -1)):
            xy[ends] = shapely.get_coordinates(shapely.get_point(self.lines, position))
        return xy

    @cached_property
    def samples(self) -> StreetSamples:
        """Return places every few metres along the edges."""
        return samples_of(self.lines, self.length_m)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return the search tree over the edges."""
        return shapely.STRtree(self.lines)

    @cached_property
    def graph(self) -> StreetGraph:
        """Return the edges as a graph to search, the way people go and turned round."""
        return graph_of(self.start, self.end, self.length_m, self.one_way, self.node_count)

    @cached_property
    def without_steps(self) -> StreetNetwork:
        """Return the network for a pushchair: the main component of what is left without the steps.

        Who lives at the foot of steps with no other way is tied to the nearest street of the rest, or, where that
        is too far, not served. The coverage stays: the streets are known all the same.
        """
        if not self.steps.any():
            return self
        rest = np.flatnonzero(~self.steps)
        if not len(rest):
            raise DataError("This network is nothing but steps.", do="Check the extract it was read from.")
        _, node = np.unique(np.stack([self.start[rest], self.end[rest]]), return_inverse=True)
        start, end = node.reshape(2, -1)
        one_way = self.one_way[rest]
        largest = _largest_part(start, end, one_way, self.length_m[rest], strong=self.mode == "cycle")
        kept = rest[largest]
        _, node = np.unique(np.stack([start[largest], end[largest]]), return_inverse=True)
        start, end = node.reshape(2, -1)
        return dataclasses.replace(
            self,
            lines=self.lines[kept],
            start=start,
            end=end,
            one_way=self.one_way[kept],
            steps=self.steps[kept],
        )


def _largest_part(
    start: np.ndarray, end: np.ndarray, one_way: np.ndarray, length_m: np.ndarray, *, strong: bool
) -> np.ndarray:
    """Return which edges make up the connected part with the greatest length."""
    graph = graph_of(start, end, length_m, one_way, int(max(start.max(), end.max())) + 1)
    part = graph.parts(strong=strong)
    inside = part[start] == part[end]
    weight = np.bincount(part[start], weights=np.where(inside, length_m, 0.0))
    return inside & (part[start] == weight.argmax())
