"""What a connection scan reads: one day's departures in order, and who can walk to which stop.

All times are whole seconds after the service midnight of the chosen day (noon minus twelve hours), and may
be negative or beyond 24 hours. Stops, trips and origins are positions in their own tables, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from study.errors import DataError
from transport.arrays import frozen_array

# Not reached within the horizon, or not at all. It is a time no sum of real times comes near.
UNREACHED = np.iinfo(np.int32).max
# Sums of two times must stay below that; this is 34 years from the day's midnight.
FARTHEST_S = 2**30


class Hops(NamedTuple):
    """The arrays of some `Connections`, as compiled code takes them."""

    departure_s: np.ndarray
    arrival_s: np.ndarray
    from_stop: np.ndarray
    to_stop: np.ndarray
    trip: np.ndarray
    can_board: np.ndarray
    can_alight: np.ndarray


class Walks(NamedTuple):
    """The arrays of some `StopWalks`, as compiled code takes them."""

    offsets: np.ndarray
    stop: np.ndarray
    seconds: np.ndarray


@dataclass(frozen=True, eq=False)
class Connections:
    """One day's departures, ready to scan. A connection is a vehicle's hop from one stop to its next.

    Sorted by `departure_s`; of equal departures, hops of one trip stand in the trip's order, so that a hop of no
    length comes before the one after it. `from_hops` sorts. The arrays are copied only if they must be, and
    cannot be written through this object.

    Attributes
    ----------
    departure_s, arrival_s : ndarray of int32, shape (n,)
        Seconds after service midnight.
    from_stop, to_stop : ndarray of int32, shape (n,)
        Positions of stops.
    trip : ndarray of int32, shape (n,)
        Position of the trip: who sits in one hop of it may stay for all later ones.
    can_board, can_alight : ndarray of bool, shape (n,)
        Whether passengers may get on at `from_stop`, and off at `to_stop`.
    stop_count, trip_count : int
        How many stops and trips there are.

    Raises
    ------
    DataError
        If the arrays do not fit together, are out of order, or a vehicle would travel back in time.
    """

    departure_s: np.ndarray
    arrival_s: np.ndarray
    from_stop: np.ndarray
    to_stop: np.ndarray
    trip: np.ndarray
    can_board: np.ndarray
    can_alight: np.ndarray
    stop_count: int
    trip_count: int

    def __post_init__(self) -> None:
        for name in ("departure_s", "arrival_s", "from_stop", "to_stop", "trip"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.int32))
        for name in ("can_board", "can_alight"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.bool_))
        _require("connections", self._faults())

    def __len__(self) -> int:
        return len(self.departure_s)

    @classmethod
    def from_hops(
        cls,
        *,
        departure_s: np.ndarray,
        arrival_s: np.ndarray,
        from_stop: np.ndarray,
        to_stop: np.ndarray,
        trip: np.ndarray,
        stop_count: int,
        trip_count: int,
        can_board: np.ndarray | None = None,
        can_alight: np.ndarray | None = None,
    ) -> Connections:
        """Return the connections made of hops given in any order in which each trip's own hops follow each other.

        Parameters
        ----------
        departure_s, arrival_s, from_stop, to_stop, trip, stop_count, trip_count
            As the attributes of `Connections`, but for their order.
        can_board, can_alight : array of bool, optional
            Without them passengers may get on and off everywhere.

        Returns
        -------
        Connections
            Sorted by departure, then arrival; what is equal keeps the order in which it was given.
        """
        # A hop of no length arrives no later than the next of its trip departs: this order keeps a trip's own.
        order = np.lexsort((arrival_s, departure_s))
        everywhere = np.ones(len(order), dtype=bool)
        return cls(
            departure_s=np.asarray(departure_s)[order],
            arrival_s=np.asarray(arrival_s)[order],
            from_stop=np.asarray(from_stop)[order],
            to_stop=np.asarray(to_stop)[order],
            trip=np.asarray(trip)[order],
            can_board=everywhere if can_board is None else np.asarray(can_board)[order],
            can_alight=everywhere if can_alight is None else np.asarray(can_alight)[order],
            stop_count=stop_count,
            trip_count=trip_count,
        )

    def between(self, earliest_s: int, latest_s: int) -> Hops:
        """Return the connections that depart from one second to another, both included."""
        first = np.searchsorted(self.departure_s, earliest_s, side="left")
        last = np.searchsorted(self.departure_s, latest_s, side="right")
        return Hops(*(getattr(self, name)[first:last] for name in Hops._fields))

    def _faults(self) -> list[str]:
        size = len(self.departure_s)
        columns = (self.arrival_s, self.from_stop, self.to_stop, self.trip, self.can_board, self.can_alight)
        if any(column.shape != (size,) for column in columns):
            return ["the arrays differ in length"]
        faults = []
        if (np.diff(self.departure_s) < 0).any():
            faults.append("departures are not in order")
        if (self.arrival_s < self.departure_s).any():
            faults.append("a hop arrives before it departs")
        if max(-self.departure_s.min(initial=0), self.arrival_s.max(initial=0)) > FARTHEST_S:
            faults.append("a time lies years away")
        if not (_all_below(self.from_stop, self.stop_count) and _all_below(self.to_stop, self.stop_count)):
            faults.append(f"a stop is not one of the {self.stop_count}")
        if not _all_below(self.trip, self.trip_count):
            faults.append(f"a trip is not one of the {self.trip_count}")
        by_trip = np.argsort(self.trip, kind="stable")
        same_trip = self.trip[by_trip][1:] == self.trip[by_trip][:-1]
        if (same_trip & (self.departure_s[by_trip][1:] < self.arrival_s[by_trip][:-1])).any():
            faults.append("a trip departs on a hop before it has arrived from the one before")
        return faults


@dataclass(frozen=True, eq=False)
class StopWalks:
    """Who can walk to a stop in order to board there, as compressed rows.

    Used in two ways. Access: a row for each origin, with the stops it can walk to and the seconds of the walk,
    shortest first. Transfers: a row for each stop ``b`` one may board at, with the stops ``a`` one may come from
    and the seconds, 1 or more, from stepping off at ``a`` until a departure from ``b`` can be caught (the walk
    and the time to change); a change at one and the same stop is an entry like any other, and without it there
    is no such change.

    Attributes
    ----------
    offsets : ndarray of int64, shape (row_count + 1,)
        Row ``r`` is ``offsets[r]:offsets[r + 1]`` of the other two.
    stop : ndarray of int32, shape (k,)
        Positions of stops.
    seconds : ndarray of int32, shape (k,)
        How long it takes, 0 or more.

    Raises
    ------
    DataError
        If the arrays do not fit together, or a time is negative.
    """

    offsets: np.ndarray
    stop: np.ndarray
    seconds: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", frozen_array(self.offsets, np.int64))
        object.__setattr__(self, "stop", frozen_array(self.stop, np.int32))
        object.__setattr__(self, "seconds", frozen_array(self.seconds, np.int32))
        _require("walks to stops", self._faults())

    @classmethod
    def from_pairs(
        cls, row: np.ndarray, stop: np.ndarray, seconds: np.ndarray, *, row_count: int
    ) -> StopWalks:
        """Return the walks given as one row number, stop and time each, in any order.

        Parameters
        ----------
        row, stop, seconds : array of int, shape (k,)
            The row each walk belongs to, where it leads and how long it takes. Of several between the same two,
            give the shortest.
        row_count : int
            How many rows there are, rows without a walk among them.

        Returns
        -------
        StopWalks
            Each row sorted by seconds, then stop.
        """
        row = np.asarray(row, dtype=np.int64)
        order = np.lexsort((stop, seconds, row))
        if len(row) and not _all_below(row, row_count):
            raise DataError(f"A row of walks to stops is not one of the {row_count}.")
        offsets = np.zeros(row_count + 1, dtype=np.int64)
        np.cumsum(np.bincount(row, minlength=row_count), out=offsets[1:])
        return cls(offsets=offsets, stop=np.asarray(stop)[order], seconds=np.asarray(seconds)[order])

    @property
    def arrays(self) -> Walks:
        """Return the three arrays as compiled code takes them."""
        return Walks(self.offsets, self.stop, self.seconds)

    @property
    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self.offsets) - 1

    @cached_property
    def row(self) -> np.ndarray:
        """Return the row of each walk, int32 of shape (k,)."""
        return np.repeat(np.arange(self.row_count, dtype=np.int32), np.diff(self.offsets))

    @cached_property
    def is_sorted(self) -> bool:
        """Return whether every row has its shortest walk first."""
        return bool(((np.diff(self.seconds) >= 0) | (np.diff(self.row) > 0)).all())

    @cached_property
    def last_stop(self) -> int:
        """Return the highest position of a stop, -1 without any."""
        return int(self.stop.max(initial=-1))

    @cached_property
    def shortest_s(self) -> int:
        """Return the shortest walk, `UNREACHED` without any."""
        return int(self.seconds.min(initial=UNREACHED))

    @cached_property
    def turned(self) -> StopWalks:
        """Return transfers by the stop one comes from: row ``a`` lists where one can board. Only for transfers."""
        return StopWalks.from_pairs(self.stop, self.row, self.seconds, row_count=self.row_count)

    def _faults(self) -> list[str]:
        if self.stop.shape != self.seconds.shape or self.stop.ndim != 1:
            return ["stops and seconds differ in length"]
        faults = []
        if not len(self.offsets) or self.offsets[0] != 0 or self.offsets[-1] != len(self.stop):
            faults.append("the rows do not cover the walks from first to last")
        if (np.diff(self.offsets) < 0).any():
            faults.append("a row ends before it begins")
        if (self.stop < 0).any():
            faults.append("a stop's position is negative")
        if (self.seconds < 0).any():
            faults.append("a walk takes less than no time")
        return faults


def require_same_stops(connections: Connections, transfers: StopWalks, per_stop: np.ndarray) -> None:
    """Raise unless a timetable, its transfers and a time for each stop fit together.

    Raises
    ------
    DataError
        If they are about different numbers of stops, or a transfer takes no time.
    """
    stops = connections.stop_count
    if per_stop.shape != (stops,) or transfers.row_count != stops or transfers.last_stop >= stops:
        raise DataError(
            f"The timetable has {stops:,} stops, but the walks or transfers given are for other stops.",
            do="Make the walks again for this timetable.",
        )
    if transfers.shortest_s < 1:
        raise DataError("A transfer takes no time at all.", do="Give every change at least one second.")


def _all_below(positions: np.ndarray, count: int) -> bool:
    return not len(positions) or (positions.min() >= 0 and positions.max() < count)


def _require(what: str, faults: list[str]) -> None:
    if faults:
        raise DataError(f"These {what} cannot be scanned: {'; '.join(faults)}.")
