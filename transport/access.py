"""Who can walk to which stop, and which stops one can change between on foot: over the streets, never straight.

Both are built once for a study area and its settings and kept as parquet; the connection scan only reads them.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from study.errors import DataError
from transport.connections import StopWalks
from transport.street_network import StreetNetwork
from transport.street_search import node_pairs_within, pairs_within
from transport.ties import Ties, tie_points
from transport.travel import WALK_KPH, Travel

# transfers.txt, field transfer_type (https://gtfs.org/documentation/schedule/reference/#transferstxt).
TIMED, MINIMUM_TIME, FORBIDDEN = 1, 2, 3
LEAST_CHANGE_S = 1
# Rounding must not make a walk of exactly five minutes one of five minutes and a second.
ROUNDING_S = 1e-6


def street_basis(points: gpd.GeoDataFrame, streets: StreetNetwork) -> pd.Series:
    """Return which points the streets serve: those that can walk to stops, and stops that can be walked to.

    Parameters
    ----------
    points : GeoDataFrame
        Origins or stops, in the network's CRS.
    streets : StreetNetwork
        The walking network.

    Returns
    -------
    Series of str
        "streets" or "not covered" (outside the coverage, or too far from every street), indexed like `points`.
    """
    served = tie_points(points, streets).served
    return pd.Series(np.where(served, "streets", "not covered"), index=points.index, name="basis")


def access_walks(
    origins: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    streets: StreetNetwork,
    *,
    limit_s: float,
    kph: float = WALK_KPH,
    without_steps: bool = False,
) -> StopWalks:
    """Return the stops each origin can walk to.

    Parameters
    ----------
    origins, stops : GeoDataFrame
        Points in the network's CRS. Those off the streets walk nowhere and are not walked to (`street_basis`).
    streets : StreetNetwork
        The walking network.
    limit_s : float
        Longest walk, seconds; exactly as long is within it.
    kph : float
        How fast people walk.
    without_steps : bool
        Whether steps cannot be used.

    Returns
    -------
    StopWalks
        A row for each origin; whole seconds, rounded up, shortest first. The straight ties of both to the street
        are part of the walk.

    Raises
    ------
    CrsError
        If the CRS differ.
    DataError
        If the network is not for walking, or the speed is not above zero.
    """
    travel = Travel(kph=kph, without_steps=without_steps)
    network = travel.network(streets)
    ties, ties_to = tie_points(origins, network, name="table of origins"), _stop_ties(stops, network)
    origin, stop, seconds = _walks(ties, ties_to, travel, limit_s)
    return StopWalks.from_pairs(origin, stop, seconds, row_count=len(origins))


def node_walks(
    stops: gpd.GeoDataFrame,
    streets: StreetNetwork,
    *,
    limit_s: float,
    kph: float = WALK_KPH,
    without_steps: bool = False,
) -> StopWalks:
    """Return the stops from which each street node can be walked to, for isochrones by public transport.

    Parameters
    ----------
    stops, streets, limit_s, kph, without_steps
        As for `access_walks`.

    Returns
    -------
    StopWalks
        A row for each node of the network (without steps, of what is left of it), then one for each stop: what
        is on the doorstep of a stop may be far from the next junction. Walks are as long back as there.
    """
    travel = Travel(kph=kph, without_steps=without_steps)
    network = travel.network(streets)
    ties = _stop_ties(stops, network)
    limit_m = _limit_m(limit_s, travel)
    node, stop, metres = node_pairs_within(ties, travel, limit_m=limit_m)
    here, other, between_m = pairs_within(ties, ties, travel, limit_m=limit_m)
    off_m = np.zeros(len(stops))
    off_m[ties.position] = ties.off_m * travel.off_factor
    # On the street before a stop, not at the stop: the last bit is for who goes on from there.
    rows = np.concatenate([node, here + network.node_count])
    walked_m = np.concatenate([metres, np.maximum(between_m - off_m[here], 0.0)])
    return StopWalks.from_pairs(
        rows,
        np.concatenate([stop, other]),
        _whole_seconds(walked_m, travel),
        row_count=network.node_count + len(stops),
    )


def transfer_walks(
    stops: gpd.GeoDataFrame,
    streets: StreetNetwork,
    *,
    limit_s: float,
    change_s: int,
    kph: float = WALK_KPH,
    without_steps: bool = False,
    transfers: pd.DataFrame | None = None,
) -> StopWalks:
    """Return how long changes between stops take, on foot and by what the timetable says of them.

    Parameters
    ----------
    stops : GeoDataFrame
        The timetable's stops, in the network's CRS. Those off the streets are changed at, but not walked between.
    streets, limit_s, kph, without_steps
        As for `access_walks`; the limit is for the walk alone.
    change_s : int
        Seconds that every change takes beside the walk.
    transfers : DataFrame, optional
        The timetable's own: ``from_stop, to_stop`` (positions), ``transfer_type`` and ``min_s`` (may be missing).
        A minimum time (type 2) takes the place of walk and change time, wherever the two stops are; a timed
        change (1) waits, so that only the walk counts; a forbidden one (3) is left out. Of several for one pair
        a forbidding one counts first, then the longest minimum time. All other types change nothing.

    Returns
    -------
    StopWalks
        A row for each boarding stop, itself among those one can come from unless that is forbidden; whole seconds,
        `LEAST_CHANGE_S` or more.

    Raises
    ------
    CrsError
        If the CRS differ.
    DataError
        If the network is not for walking, a speed or time makes no sense, or a transfer names an unknown stop.
    """
    if change_s < 0:
        raise DataError(f"A change cannot take {change_s} seconds.", do="Give nought or more.")
    travel = Travel(kph=kph, without_steps=without_steps)
    ties = _stop_ties(stops, travel.network(streets))
    arrive, board, walk_s = _walks(ties, ties, travel, limit_s)
    apart = arrive != board
    own = np.arange(len(stops))
    table = pd.DataFrame(
        {
            "from_stop": np.concatenate([arrive[apart], own]),
            "to_stop": np.concatenate([board[apart], own]),
            "walk_s": np.concatenate([walk_s[apart], np.zeros(len(stops), dtype=np.int64)]),
        }
    )
    table["seconds"] = table["walk_s"] + int(change_s)
    if transfers is not None and len(transfers):
        table = _as_told(table, transfers, len(stops))
    seconds = np.maximum(table["seconds"].to_numpy(), LEAST_CHANGE_S)
    return StopWalks.from_pairs(
        table["to_stop"].to_numpy(), table["from_stop"].to_numpy(), seconds, row_count=len(stops)
    )


def _as_told(walked: pd.DataFrame, transfers: pd.DataFrame, stop_count: int) -> pd.DataFrame:
    """Return the changes with what the timetable says put in place of what the streets say."""
    pair = ["from_stop", "to_stop"]
    unknown = ((transfers[pair] < 0) | (transfers[pair] >= stop_count)).any(axis=1)
    if unknown.any():
        raise DataError(f"{int(unknown.sum())} transfers name a stop that is not one of the {stop_count}.")
    kind = transfers["transfer_type"].fillna(0).astype(int)
    told = (
        transfers[pair]
        .astype(np.int64)
        .assign(
            forbidden=kind == FORBIDDEN,
            least_s=transfers["min_s"].astype(float).where(kind == MINIMUM_TIME),
            timed=kind == TIMED,
        )
    )
    told = told[told["forbidden"] | told["least_s"].notna() | told["timed"]]
    told = told.groupby(pair, as_index=False).max()
    table = walked.merge(told, on=pair, how="outer")
    flag = table[["forbidden", "timed"]].fillna(False).astype(bool)
    # A timed change that the streets do not know of: the vehicle waits for whoever makes it.
    timed_s = table["walk_s"].fillna(0.0)
    seconds = table["seconds"].mask(flag["timed"], timed_s).mask(table["least_s"].notna(), table["least_s"])
    return table.assign(seconds=np.ceil(seconds))[~flag["forbidden"]].astype({"seconds": np.int64})


def _stop_ties(stops: gpd.GeoDataFrame, network: StreetNetwork) -> Ties:
    return tie_points(stops, network, name="table of stops")


def _walks(
    points: Ties, stops: Ties, travel: Travel, limit_s: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the walks within a limit: positions of points and stops, and whole seconds."""
    point, stop, metres = pairs_within(points, stops, travel, limit_m=_limit_m(limit_s, travel))
    return point, stop, _whole_seconds(metres, travel)


def _limit_m(limit_s: float, travel: Travel) -> float:
    if not limit_s >= 0:
        raise DataError(f"A walk cannot be limited to {limit_s} seconds.", do="Give nought or more.")
    return (limit_s + ROUNDING_S) * travel.m_per_min / 60


def _whole_seconds(metres: np.ndarray, travel: Travel) -> np.ndarray:
    return np.ceil(metres / travel.m_per_min * 60 - ROUNDING_S).clip(min=0).astype(np.int64)


def write_stop_walks(walks: StopWalks, path: Path) -> None:
    """Write walks to stops as one parquet file: a row a walk, and how many rows there are in its metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table({"row": walks.row, "stop": walks.stop, "seconds": walks.seconds})
    table = table.replace_schema_metadata({b"row_count": str(walks.row_count).encode()})
    pq.write_table(table, path, compression="zstd")


def read_stop_walks(path: Path) -> StopWalks:
    """Read walks that `write_stop_walks` wrote."""
    table = pq.read_table(path)
    row_count = int((table.schema.metadata or {})[b"row_count"])
    row, stop, seconds = (table[name].to_numpy() for name in ("row", "stop", "seconds"))
    offsets = np.searchsorted(row, np.arange(row_count + 1))
    return StopWalks(offsets=offsets, stop=stop, seconds=seconds)
