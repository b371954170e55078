"""Public transport access level (PTAL): how near, how frequent and how various public transport is at a place.

Transport for London's published method, with its constants in data/ptal.toml. It says nothing of where one can get to.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from study.errors import DataError
from study.settings import REPOSITORY
from study.strict_files import read_strict
from transport.connections import StopWalks
from transport.route_types import RouteMode

CONSTANTS = REPOSITORY / "data" / "ptal.toml"
# Origins looked at together: every route at every stop near each of them is held in memory.
BLOCK = 4_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModeGroup(_Strict):
    """Modes whose routes are weighed against each other.

    Attributes
    ----------
    modes : tuple of str
        What runs on the routes.
    within_m : float
        How far people walk to it.
    reliability_min : float
        Minutes added to the wait, as a vehicle may be late.
    """

    modes: tuple[RouteMode, ...] = Field(min_length=1)
    within_m: float = Field(gt=0)
    reliability_min: float = Field(ge=0)


class Band(_Strict):
    """A band of the access index: its name, and the highest index in it; the last has none."""

    name: str = Field(min_length=1)
    up_to: float | None = Field(default=None, ge=0)


class PtalConstants(_Strict):
    """The whole of data/ptal.toml."""

    source: str
    source_url: str
    walk_m_per_min: float = Field(gt=0)
    window_start: dt.time
    window_end: dt.time
    best_route_weight: float = Field(ge=0)
    other_route_weight: float = Field(ge=0)
    groups: dict[str, ModeGroup] = Field(min_length=1)
    bands: tuple[Band, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _fits(self) -> PtalConstants:
        if self.window_end <= self.window_start:
            raise ValueError("window_end must come after window_start")
        edges = [band.up_to for band in self.bands]
        if edges[-1] is not None or None in edges[:-1] or edges[:-1] != sorted(set(edges[:-1])):
            raise ValueError("bands must grow, and only the last one is without up_to")
        if len({band.name for band in self.bands}) < len(self.bands):
            raise ValueError("two bands have one name")
        modes = [mode for group in self.groups.values() for mode in group.modes]
        if len(set(modes)) < len(modes):
            raise ValueError("a mode stands in two groups")
        return self

    def within_s(self) -> int:
        """Return the longest walk that counts for any mode, in seconds: as far as access lists must reach."""
        farthest = max(group.within_m for group in self.groups.values())
        return int(np.floor(farthest / self.walk_m_per_min * 60))


@lru_cache
def read_ptal_constants(path: Path = CONSTANTS) -> PtalConstants:
    """Read the constants of the method.

    Parameters
    ----------
    path : Path
        The TOML file; the project's own by default.

    Raises
    ------
    ConfigError
        If the file is not TOML, or has an unknown, missing or wrong key; all faults together.
    """
    return read_strict(path, PtalConstants, what="The constants of PTAL")


def ptal(
    access: StopWalks,
    departures: pd.DataFrame,
    *,
    origins: pd.Index,
    constants: PtalConstants | None = None,
    covered: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return the public transport access level of each origin.

    Parameters
    ----------
    access : StopWalks
        A row for each origin with the stops it can walk to, over the streets, in `PtalConstants.within_s` or more, at
        `PtalConstants.walk_m_per_min`.
    departures : DataFrame
        From `transport.service_quality.departures_by_route`, in the window of the constants.
    origins : Index
        The identity of each row of `access`.
    constants : PtalConstants, optional
        Those of data/ptal.toml by default.
    covered : ndarray of bool, shape (origins,), optional
        Where streets and timetable are known; elsewhere nothing is said. Everywhere by default.

    Returns
    -------
    DataFrame
        Indexed by `origins`: ``access_index`` (float) and ``band`` (ordered category from none to best). An origin
        without a stop in reach has 0; one that is not covered has neither.

    Raises
    ------
    DataError
        If the origins are not as many as the rows of `access`.

    Notes
    -----
    Of each route in each direction only the nearest stop counts, and of its two directions the better one:

    - total access time = walk + half the headway + reliability, in minutes, the headway being 60 / departures an hour;
    - equivalent doorstep frequency (EDF) = 30 / total access time;
    - of each group of modes, the highest EDF counts whole and the others by half; their sum over all groups is the
      access index, and the band that it falls in the level.

    Transport for London takes the higher frequency of the two directions at the one nearest stop. Here the two
    directions mostly have a stop each, on two sides of a street, so each has its own walk.
    """
    constants = constants or read_ptal_constants()
    if len(origins) != access.row_count:
        raise DataError(f"There are {len(origins)} origins, but access lists for {access.row_count}.")
    served = _served(departures, constants)
    blocks = range(0, len(origins), BLOCK)
    index = np.concatenate([_access_index(access, served, constants, first) for first in blocks] or [[]])
    names = [band.name for band in constants.bands]
    edges = [band.up_to for band in constants.bands[:-1]]
    codes = np.searchsorted(edges, index, side="left")
    if covered is not None:
        index, codes = np.where(covered, index, np.nan), np.where(covered, codes, -1)
    band = pd.Categorical.from_codes(codes, categories=names, ordered=True)
    return pd.DataFrame({"access_index": index, "band": band}, index=origins)


def _served(departures: pd.DataFrame, constants: PtalConstants) -> pd.DataFrame:
    """Return what counts of the departures, as numbers: ``stop, group, route, direction, wait_min, within_min``."""
    group_of = {
        mode: number for number, group in enumerate(constants.groups.values()) for mode in group.modes
    }
    found = departures[departures["mode"].isin(list(group_of))]
    group = found["mode"].map(group_of).to_numpy(dtype=np.int64)
    late_min = np.array([each.reliability_min for each in constants.groups.values()])
    within_min = np.array([each.within_m for each in constants.groups.values()]) / constants.walk_m_per_min
    return pd.DataFrame(
        {
            "stop": found["stop"].to_numpy(dtype=np.int32),
            "group": group,
            # A route on which two groups run is a route of each.
            "route": pd.factorize(found["route_id"])[0] * len(late_min) + group,
            "direction": found["direction"].to_numpy(dtype=np.int8),
            "wait_min": 30 / found["departures_per_hour"].to_numpy(dtype=float) + late_min[group],
            "within_min": within_min[group],
        }
    )


def _access_index(
    access: StopWalks, served: pd.DataFrame, constants: PtalConstants, first: int
) -> np.ndarray:
    """Return the access index of a block of origins from `first` on."""
    last = min(first + BLOCK, access.row_count)
    own = slice(*access.offsets[[first, last]])
    walks = pd.DataFrame(
        {"origin": access.row[own], "stop": access.stop[own], "walk_min": access.seconds[own] / 60}
    )
    pairs = walks.merge(served, on="stop")
    pairs = pairs[pairs["walk_min"] <= pairs["within_min"]]
    # The nearest stop of each route and direction; of two equally near, the one with more departures.
    pairs = pairs.sort_values(["walk_min", "wait_min"]).drop_duplicates(["origin", "route", "direction"])
    pairs["edf"] = 30 / (pairs["walk_min"] + pairs["wait_min"])
    # The better direction of each route; then the best route of each group of modes.
    edf = pairs.groupby(["origin", "group", "route"])["edf"].max()
    groups = edf.groupby(["origin", "group"]).agg(["max", "sum"])
    others = (groups["sum"] - groups["max"]).clip(lower=0)
    weighed = constants.best_route_weight * groups["max"] + constants.other_route_weight * others
    return weighed.groupby("origin").sum().reindex(np.arange(first, last), fill_value=0.0).to_numpy()
