"""How many facilities one can choose between, and how far the first, second and third are."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from study.errors import DataError
from transport.arrays import frozen_array
from transport.compiling import compiled
from transport.connection_scan import HORIZON_S, backward_profiles
from transport.connections import UNREACHED, Connections, StopWalks
from transport.profiles import percentiles_of, travel_times
from transport.threads import over_blocks

CUTOFFS_S = tuple(range(300, 3_601, 300))


@dataclass(frozen=True, eq=False)
class Choices:
    """What every origin can choose from in at least so many of the departures.

    Attributes
    ----------
    times_s : ndarray of int32, shape (origins, nearest)
        Seconds to the first, second, third ... nearest facility; `UNREACHED` where there are not so many.
    within : ndarray of int32, shape (origins, cutoffs)
        Number of facilities reached within each cutoff.
    cutoffs_s : tuple of int
        The cutoffs, seconds.
    """

    times_s: np.ndarray
    within: np.ndarray
    cutoffs_s: tuple[int, ...]


def choices(
    connections: Connections,
    transfers: StopWalks,
    access: StopWalks,
    departures_s: np.ndarray,
    *,
    egress_s: np.ndarray,
    walk_s: np.ndarray,
    nearest: int = 3,
    cutoffs_s: Sequence[int] = CUTOFFS_S,
    percentile: float = 50,
    horizon_s: int = HORIZON_S,
) -> Choices:
    """Return how far every origin's nearest few facilities are, and how many are within each cutoff.

    One scan for each facility. The nearest are found anew at every departure, as they are for the single nearest:
    the first of `times_s` is what `transport.profiles.percentile_times` gives for all facilities at once. And
    there are at least ``k`` facilities within a cutoff exactly where the ``k``-th nearest is.

    Parameters
    ----------
    connections, transfers, access, departures_s
        As for `transport.connection_scan.backward_profiles` and `transport.profiles.travel_times`.
    egress_s : ndarray of int32, shape (facilities, stops)
        Seconds on foot from each stop to each facility, `UNREACHED` where too far.
    walk_s : ndarray of int32, shape (facilities, origins)
        Seconds of walking all the way, `UNREACHED` where not known or too far.
    nearest : int
        How many of the nearest to tell apart.
    cutoffs_s : sequence of int
        Seconds, growing; a facility exactly as far is within. None lies beyond the horizon.
    percentile : float
        Share of the departures, per cent, that must offer as much; 50 is the median.
    horizon_s : int
        Longer journeys are left out.

    Returns
    -------
    Choices
        While it works it holds 4 bytes for each origin, departure and one of the nearest, and 2 for each origin,
        departure and cutoff: 20 MB for 2,600 origins, 120 departures, 3 nearest and 12 cutoffs.
    """
    egress_s, walk_s = frozen_array(egress_s, np.int32), frozen_array(walk_s, np.int32)
    departures_s = frozen_array(departures_s, np.int32)
    _require_fitting(egress_s, walk_s, access, departures_s, cutoffs_s, horizon_s)
    size = (access.row_count, len(departures_s))
    best = np.full((*size, nearest), UNREACHED, np.int32)
    within = np.zeros((len(cutoffs_s), *size), np.int16)
    limits = frozen_array(np.array(cutoffs_s, dtype=np.int32), np.int32)
    one_at_a_time = threading.Lock()

    def work(begin: int, end: int) -> None:
        for facility in range(begin, end):
            profiles = backward_profiles(
                connections,
                transfers,
                egress_s[facility],
                earliest_s=int(departures_s[0]),
                latest_s=int(departures_s[-1]),
                horizon_s=horizon_s,
            )
            times = travel_times(profiles, access, departures_s, walk_s=walk_s[facility])
            with one_at_a_time:
                _add(times, limits, best, within)

    over_blocks(len(egress_s), work)
    ranked = [percentiles_of(best[:, :, k], (percentile,)) for k in range(nearest)]
    np.cumsum(within, axis=0, out=within)
    # Below zero more choice sorts first, as less time does.
    counted = [-percentiles_of(-counts.astype(np.int32), (percentile,)) for counts in within]
    none = np.empty((access.row_count, 0), np.int32)
    return Choices(np.hstack([none, *ranked]), np.hstack([none, *counted]), tuple(cutoffs_s))


@compiled
def _add(times: np.ndarray, cutoffs_s: np.ndarray, best: np.ndarray, within: np.ndarray) -> None:
    """Count one more facility in, at every origin and departure, under the shortest cutoff it is within."""
    origins, departures = times.shape
    nearest, cutoffs = best.shape[2], len(cutoffs_s)
    for origin in range(origins):
        for m in range(departures):
            time = times[origin, m]
            if time == UNREACHED:
                continue
            c = np.searchsorted(cutoffs_s, time)
            if c < cutoffs:
                within[c, origin, m] += 1
            for k in range(nearest):
                if time < best[origin, m, k]:
                    best[origin, m, k], time = time, best[origin, m, k]


def _require_fitting(
    egress_s: np.ndarray,
    walk_s: np.ndarray,
    access: StopWalks,
    departures_s: np.ndarray,
    cutoffs_s: Sequence[int],
    horizon_s: int,
) -> None:
    if egress_s.ndim != 2 or walk_s.shape != (len(egress_s), access.row_count):
        raise DataError("Walks to facilities are not given for each facility, and each stop or origin.")
    if len(egress_s) > np.iinfo(np.int16).max:
        raise DataError(f"{len(egress_s):,} facilities are too many to count choices between.")
    if not len(departures_s):
        raise DataError("There are no departures.")
    if list(cutoffs_s) != sorted(cutoffs_s):
        raise DataError("The cutoffs do not grow from one to the next.")
    if any(cutoff > horizon_s for cutoff in cutoffs_s):
        raise DataError(
            "A cutoff lies beyond the horizon, where nothing is known.", do="Give a longer horizon."
        )
