"""How points hang on a street network: each by a straight walk to the nearest street."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from study.crs import require_crs
from transport.street_network import StreetNetwork

# A point this far from every street is not served by the streets that are known.
FARTHEST_TIE_M = 300.0


@dataclass(frozen=True, eq=False)
class Ties:
    """Points tied to a network. Those off it, or outside its coverage, are not: never to the edge of it.

    Attributes
    ----------
    streets : StreetNetwork
        The network they are tied to.
    xy : ndarray of float, shape (points, 2)
        Where all the points are, metres.
    served : ndarray of bool, shape (points,)
        Which of them the network serves.
    edge : ndarray of int, shape (served points,)
        The edge each served point is tied to.
    along_m : ndarray of float, shape (served points,)
        Metres from that edge's start to the foot of the tie.
    off_m : ndarray of float, shape (served points,)
        Metres from the point to the foot, straight.
    """

    streets: StreetNetwork
    xy: np.ndarray
    served: np.ndarray
    edge: np.ndarray
    along_m: np.ndarray
    off_m: np.ndarray

    @cached_property
    def leave_m(self) -> np.ndarray:
        """Return how far each served point is from the edge of the ground on which streets are known, metres."""
        edge = shapely.boundary(self.streets.coverage)
        shapely.prepare(edge)
        return shapely.distance(edge, shapely.points(self.xy[self.served]))

    @property
    def position(self) -> np.ndarray:
        """Return the position of each served point among all points."""
        return np.flatnonzero(self.served)

    @property
    def start(self) -> np.ndarray:
        """Return the node each tied edge starts at."""
        return self.streets.start[self.edge]

    @property
    def end(self) -> np.ndarray:
        """Return the node each tied edge ends at."""
        return self.streets.end[self.edge]

    @property
    def rest_m(self) -> np.ndarray:
        """Return metres from the foot to the edge's end."""
        return np.maximum(self.streets.length_m[self.edge] - self.along_m, 0.0)

    def to_start_m(self, *, off_factor: float) -> np.ndarray:
        """Return metres from the foot to the edge's start: against a one-way street a cycle is pushed."""
        return self.along_m * np.where(self.streets.one_way[self.edge], off_factor, 1.0)

    def from_end_m(self, *, off_factor: float) -> np.ndarray:
        """Return metres from the edge's end to the foot: against a one-way street a cycle is pushed."""
        return self.rest_m * np.where(self.streets.one_way[self.edge], off_factor, 1.0)


def tie_points(points: gpd.GeoDataFrame, streets: StreetNetwork, *, name: str = "table of points") -> Ties:
    """Return how points hang on a network.

    Parameters
    ----------
    points : GeoDataFrame
        Points in the network's CRS.
    streets : StreetNetwork
        The network.
    name : str
        What to call the table in a message.

    Raises
    ------
    CrsError
        If the CRS differ.
    """
    require_crs(points, streets.crs, name=name)
    xy = shapely.get_coordinates(points.geometry.to_numpy())
    served = np.zeros(len(xy), dtype=bool)
    inside = np.flatnonzero(shapely.contains_xy(streets.coverage, *xy.T))
    at = shapely.points(xy[inside])
    (query, edge), off_m = streets.tree.query_nearest(
        at, max_distance=FARTHEST_TIE_M, return_distance=True, all_matches=False
    )
    served[inside[query]] = True
    along_m = shapely.line_locate_point(streets.lines[edge], at[query])
    return Ties(streets, xy, served, edge, along_m, off_m)
