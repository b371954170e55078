"""The ground plan of the made-up city: a warped lattice of streets, a river with few bridges, parks.

Everything follows from the size and the seed. The lattice is denser in the middle. Main roads are every seventh row
and column of it, and buses stop where two of them meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

CRS = "EPSG:27700"
# Round numbers on the moors of the North Pennines, where no city stands.
CENTRE_M = (400_000.0, 500_000.0)
SEED = 3
MAIN_EVERY = 7
BRIDGE_EVERY = 7 * MAIN_EVERY
CYCLEWAY_EVERY = 6 * MAIN_EVERY
MIDDLE, PARK_EVERY = 0.15, 25
LOCAL_KEPT, PARK_KEPT, STEPS_SHARE = 0.8, 0.4, 0.004
KINDS = ("residential", "primary", "secondary", "footway", "cycleway", "steps")
RESIDENTIAL, PRIMARY, SECONDARY, FOOTWAY, CYCLEWAY, STEPS = range(len(KINDS))


@dataclass(frozen=True)
class Size:
    """How much of everything a made-up city has.

    Attributes
    ----------
    name : str
        What it is called on the command line.
    half : int
        Streets from the middle to the edge.
    radius_m : float
        Metres from the middle to the edge.
    areas, wards, postcodes, residents, connections, stop_places : int
        Small areas; wards; points; people; rides from one stop to the next on a weekday; places with a stop on
        either side of the road.
    """

    name: str
    half: int
    radius_m: float
    areas: int
    wards: int
    postcodes: int
    residents: int
    connections: int
    stop_places: int


SIZES = {
    "small": Size("small", 64, 3_000.0, 130, 8, 1_500, 40_000, 30_000, 190),
    "leeds": Size("leeds", 293, 13_200.0, 2_600, 39, 30_000, 812_000, 600_000, 4_360),
}


@dataclass(frozen=True, eq=False)
class Plan:
    """The streets of a made-up city.

    Attributes
    ----------
    size : Size
        What was asked for.
    column, row : ndarray of int, shape (nodes,)
        Where each street corner is on the lattice, 0 in the middle.
    xy : ndarray of float, shape (nodes, 2)
        Where it is on the ground, metres.
    a, b : ndarray of int, shape (pieces,)
        The corners that each piece of street joins: `b` is one column or one row further.
    kind : ndarray of int, shape (pieces,)
        Position in `KINDS`.
    bridge, one_way : ndarray of bool, shape (pieces,)
        Whether it crosses the river, and may be driven from `a` to `b` only.
    parks : ndarray of float, shape (parks, 3)
        Middle and radius of each park, metres.
    """

    size: Size
    column: np.ndarray
    row: np.ndarray
    xy: np.ndarray
    a: np.ndarray
    b: np.ndarray
    kind: np.ndarray
    bridge: np.ndarray
    one_way: np.ndarray
    parks: np.ndarray

    @property
    def from_middle(self) -> np.ndarray:
        """Return how far out each corner is, 0 in the middle to 1 at the edge."""
        return np.hypot(*(self.xy - CENTRE_M).T) / self.size.radius_m


def river_y(x: np.ndarray, radius_m: float) -> np.ndarray:
    """Return where the river is north of each easting, metres."""
    across = (np.asarray(x) - CENTRE_M[0]) / radius_m
    return CENTRE_M[1] + radius_m * (-0.12 + 0.09 * np.sin(3.1 * across) + 0.03 * np.sin(11 * across))


def plan_of(size: Size) -> Plan:
    """Return the plan of a city of a size, the same every time."""
    rng = np.random.default_rng(SEED)
    column, row, xy = _corners(size, rng)
    parks = _parks(size, rng)
    a, b = _pieces(column, row)
    north = xy[:, 1] > river_y(xy[:, 0], size.radius_m)
    bridge = north[a] != north[b]
    over = bridge & (column[a] == column[b]) & (column[a] % BRIDGE_EVERY == 0)
    a, b, bridge = (v[~bridge | over] for v in (a, b, bridge))
    in_park = _in_parks(xy, parks)
    kind = _kinds(column, row, a, b, in_park, rng)
    kept = _kept(len(xy), a, b, kind, in_park, rng)
    a, b, bridge, kind = (v[kept] for v in (a, b, bridge, kind))
    _, part = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(len(xy),) * 2), directed=False)
    whole = part == np.bincount(part).argmax()
    new = np.cumsum(whole) - 1
    used = whole[a]
    a, b, bridge, kind = new[a[used]], new[b[used]], bridge[used], kind[used]
    column, row, xy = column[whole], row[whole], xy[whole]
    middle = np.hypot(*(xy[a] - CENTRE_M).T) < MIDDLE * size.radius_m
    one_way = middle & (kind == RESIDENTIAL) & (row[a] == row[b]) & (row[a] % 2 == 0)
    return Plan(size, column, row, xy, a, b, kind, bridge, one_way, parks)


def _corners(size: Size, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    along = np.arange(-size.half, size.half + 1)
    column, row = (v.ravel() for v in np.meshgrid(along, along))
    out = np.hypot(column, row) / size.half
    inside = out <= 1
    column, row, out = column[inside], row[inside], out[inside]
    # Blocks are half as long in the middle as at the edge.
    warped = size.radius_m / size.half * (0.7 + 0.3 * out)
    xy = np.stack([column, row], axis=1) * warped[:, None] + rng.uniform(-7, 7, (len(out), 2))
    return column, row, xy + CENTRE_M


def _pieces(column: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = int(column.max())
    side = 2 * half + 3
    at = np.full((side, side), -1)
    at[column + half, row + half] = np.arange(len(column))
    ends = [at[column + half + east, row + half + north] for east, north in ((1, 0), (0, 1))]
    a, b = np.tile(np.arange(len(column)), 2), np.concatenate(ends)
    return a[b >= 0], b[b >= 0]


def _parks(size: Size, rng: np.random.Generator) -> np.ndarray:
    count = max(int(size.areas / PARK_EVERY), 6)
    out, angle = np.sqrt(rng.uniform(0.01, 0.9, count)), rng.uniform(0, 2 * np.pi, count)
    xy = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (out * size.radius_m)[:, None] + CENTRE_M
    return np.column_stack([xy, rng.uniform(60, 260, count)])


def _in_parks(xy: np.ndarray, parks: np.ndarray) -> np.ndarray:
    inside = np.zeros(len(xy), dtype=bool)
    for x, y, radius in parks:
        inside |= np.hypot(xy[:, 0] - x, xy[:, 1] - y) < radius
    return inside


def _kinds(
    column: np.ndarray,
    row: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    in_park: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    upright = column[a] == column[b]
    line = np.where(upright, column[a], row[a])
    kind = np.full(len(a), RESIDENTIAL)
    kind[rng.random(len(a)) < STEPS_SHARE] = STEPS
    kind[in_park[a] & in_park[b]] = FOOTWAY
    kind[~upright & (line % CYCLEWAY_EVERY == 3)] = CYCLEWAY
    kind[line % MAIN_EVERY == 0] = SECONDARY
    kind[line % BRIDGE_EVERY == 0] = PRIMARY
    return kind


def _kept(
    count: int, a: np.ndarray, b: np.ndarray, kind: np.ndarray, in_park: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return which pieces are built: main roads, most of the others, and what it takes for all to be joined."""
    share = np.where(kind == FOOTWAY, PARK_KEPT, LOCAL_KEPT)
    always = np.isin(kind, (PRIMARY, SECONDARY, CYCLEWAY))
    drawn = rng.random(len(a))
    weights = np.where(always, 1e-6, 1.0) + drawn
    tree = minimum_spanning_tree(coo_array((weights, (a, b)), shape=(count, count)).tocsr()).tocoo()
    in_tree = np.isin(a.astype(np.int64) * count + b, tree.row.astype(np.int64) * count + tree.col)
    return always | (drawn < share) | in_tree
