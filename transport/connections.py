"""What a connection scan reads: one day's departures in order, and who can walk to which stop.

All times are whole seconds after the service midnight of the chosen day (noon minus twelve hours), and may
be negative or beyond 24 hours. Stops, trips and origins are positions in their own tables, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from study.errors import DataError

# Not reached within the horizon, or not at all. It is a time no sum of real times comes near.
UNREACHED = np.iinfo(np.int32).max


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
        if (self.seconds < 0).any():
            faults.append("a walk takes less than no time")
        return faults


def reversed_in_time(connections: Connections, transfers: StopWalks) -> tuple[Connections, StopWalks]:
    """Return the day played backwards, for questions about arriving and about the way back.

    A journey from ``a`` to ``b`` leaving at ``t`` and arriving at ``u`` becomes one from ``b`` to ``a`` leaving
    at ``-u`` and arriving at ``-t``. So the scan that finds the earliest arrival *at* facilities also finds
    the latest moment to leave them and still be home by ``u``.

    Parameters
    ----------
    connections : Connections
        A day's departures.
    transfers : StopWalks
        A row for each stop one may board at.

    Returns
    -------
    tuple of Connections and StopWalks
        Times negated, boarding and alighting exchanged, transfers turned. Reversed twice it is the same day again.
    """
    backwards = slice(None, None, -1)
    day = Connections.from_hops(
        departure_s=-connections.arrival_s[backwards],
        arrival_s=-connections.departure_s[backwards],
        from_stop=connections.to_stop[backwards],
        to_stop=connections.from_stop[backwards],
        trip=connections.trip[backwards],
        can_board=connections.can_alight[backwards],
        can_alight=connections.can_board[backwards],
        stop_count=connections.stop_count,
        trip_count=connections.trip_count,
    )
    return day, transfers.turned


def frozen_array(values: np.ndarray, dtype: type) -> np.ndarray:
    """Return the values as a contiguous array that cannot be written to, copied only if it must be.

    What a cache hands to every visitor must not change under them; and compiled code takes an array that may be
    written to for another type than one that may not, so all are made alike.

    Parameters
    ----------
    values : array
        Any array.
    dtype : numpy type
        What it must become.

    Raises
    ------
    DataError
        If the values are not whole numbers that fit, or not yes and no where that is wanted.
    """
    given = np.asarray(values)
    wanted = np.dtype(dtype)
    # Whole numbers are not taken for yes and no: GTFS writes 0 for "may board".
    if given.size and given.dtype != wanted and (wanted.kind != "i" or given.dtype.kind not in "iu"):
        raise DataError(f"Values of {given.dtype} were given where {wanted} is needed.")
    array = np.ascontiguousarray(given, dtype=wanted)
    if given.dtype != wanted and not np.array_equal(array, given):
        raise DataError(f"Some values are too large for {wanted}.")
    array = array.view()
    array.flags.writeable = False
    return array


def _all_below(positions: np.ndarray, count: int) -> bool:
    return not len(positions) or (positions.min() >= 0 and positions.max() < count)


def _require(what: str, faults: list[str]) -> None:
    if faults:
        raise DataError(f"These {what} cannot be scanned: {'; '.join(faults)}.")
