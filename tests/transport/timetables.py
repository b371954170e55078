"""Timetables written by hand as one would chalk them on a board, and random ones with many ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from transport.connection_scan import backward_profiles
from transport.connections import UNREACHED, Connections, StopWalks
from transport.forward_scan import forward_scan
from transport.profiles import travel_times


def clock(text: str) -> int:
    """Return "08:05" or "08:05:30" as seconds after midnight."""
    parts = [int(part) for part in text.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)


@dataclass(frozen=True)
class Town:
    """A few stops, some trips and who may change where.

    A trip is a list of calls: "A 08:00", "B 08:05-08:06" (arrives, departs), with "no board" or "no alight" behind.
    Changes are seconds by pair of stops, from and to; what is not named cannot be done.
    """

    stops: str
    trips: Sequence[Sequence[str]]
    changes: Mapping[str, int] = field(default_factory=dict)

    @property
    def connections(self) -> Connections:
        hops = []
        for number, calls in enumerate(self.trips):
            read = [self._call(call) for call in calls]
            for here, there in pairwise(read):
                hops.append(
                    (here["departs"], there["arrives"], here["stop"], there["stop"], number)
                    + (here["board"], there["alight"])
                )
        columns = list(zip(*hops, strict=True)) or [[]] * 7
        names = ("departure_s", "arrival_s", "from_stop", "to_stop", "trip", "can_board", "can_alight")
        return Connections.from_hops(
            **dict(zip(names, columns, strict=True)), stop_count=len(self.stops), trip_count=len(self.trips)
        )

    @property
    def transfers(self) -> StopWalks:
        pairs = [(self.stops.index(to), self.stops.index(come)) for come, to in self.changes]
        rows, stops = zip(*pairs, strict=True) if pairs else ([], [])
        return StopWalks.from_pairs(rows, stops, list(self.changes.values()), row_count=len(self.stops))

    def _call(self, call: str) -> dict:
        stop, times, *words = call.split(maxsplit=2)
        arrives, _, departs = times.partition("-")
        return {
            "stop": self.stops.index(stop),
            "arrives": clock(arrives),
            "departs": clock(departs or arrives),
            "board": "no board" not in words,
            "alight": "no alight" not in words,
        }

    def per_stop(self, seconds: Mapping[str, int]) -> np.ndarray:
        """Return seconds by stop's letter as an array, not reached where not named."""
        return np.array([seconds.get(stop, UNREACHED) for stop in self.stops], dtype=np.int32)

    def takes(
        self,
        leaving: str,
        *,
        home: Mapping[str, int],
        facility: Mapping[str, int],
        walk: int = UNREACHED,
        horizon_s: int = 7_200,
    ) -> int | None:
        """Return the seconds from leaving the door to the facility, both scans agreeing; None if not reached."""
        leave = clock(leaving)
        home_stops = [self.stops.index(stop) for stop in home]
        access = StopWalks.from_pairs([0] * len(home), home_stops, list(home.values()), row_count=1)
        egress = self.per_stop(facility)
        profiles = backward_profiles(
            self.connections, self.transfers, egress, earliest_s=leave, latest_s=leave, horizon_s=horizon_s
        )
        departures = np.array([leave], dtype=np.int32)
        walks = np.array([walk], dtype=np.int32)
        backward = int(travel_times(profiles, access, departures, walk_s=walks)[0, 0])
        start = np.where(self.per_stop(home) < UNREACHED, self.per_stop(home).astype(int) + leave, UNREACHED)
        arrivals = forward_scan(self.connections, self.transfers, start.astype(np.int32))
        forward = door_to_door(arrivals, egress, leave=leave, walk=walk, horizon_s=horizon_s)
        assert backward == forward
        return None if backward == UNREACHED else backward


def door_to_door(arrivals: np.ndarray, egress: np.ndarray, *, leave: int, walk: int, horizon_s: int) -> int:
    """Return the travel time that earliest arrivals at the stops give."""
    ridden = (arrivals < UNREACHED) & (egress < UNREACHED)
    best = min((arrivals[ridden].astype(int) + egress[ridden]).min(initial=UNREACHED) - leave, walk)
    return best if best <= horizon_s else UNREACHED


def arrivals_by_graph(connections: Connections, transfers: StopWalks, start: np.ndarray) -> dict[int, int]:
    """Return the earliest arrival at every stop, searched by networkx in a graph of every event there is."""
    graph = nx.DiGraph()
    seats: dict[int, list[int]] = {}
    for i in range(len(connections)):
        seats.setdefault(int(connections.trip[i]), []).append(i)
        if connections.can_alight[i]:
            graph.add_edge(("sits", i), ("off", int(connections.to_stop[i]), int(connections.arrival_s[i])))
    for hops in seats.values():
        graph.add_edges_from((("sits", a), ("sits", b)) for a, b in pairwise(hops))
    for _, stop, at in [node for node in graph if node[0] == "off"]:
        for k in np.flatnonzero(transfers.stop == stop):
            ready = ("ready", int(transfers.row[k]), at + int(transfers.seconds[k]))
            graph.add_edge(("off", stop, at), ready)
    for stop in np.flatnonzero(start < UNREACHED):
        graph.add_edge("door", ("ready", int(stop), int(start[stop])))
    for _, stop, at in [node for node in graph if node[0] == "ready"]:
        caught = (connections.from_stop == stop) & (connections.departure_s >= at) & connections.can_board
        graph.add_edges_from((("ready", stop, at), ("sits", int(i))) for i in np.flatnonzero(caught))
    reached = nx.descendants(graph, "door") if "door" in graph else set()
    first: dict[int, int] = {}
    for node in reached:
        if node[0] == "off":
            first[node[1]] = min(first.get(node[1], UNREACHED), node[2])
    return first


@dataclass(frozen=True)
class Question:
    """A random day, and who asks what of it."""

    connections: Connections
    transfers: StopWalks
    access: StopWalks
    egress: np.ndarray
    walk: np.ndarray
    departures: np.ndarray
    horizon_s: int

    def times(self, egress: np.ndarray | None = None, connections: Connections | None = None) -> np.ndarray:
        """Return every origin's travel time at every departure."""
        profiles = backward_profiles(
            connections or self.connections,
            self.transfers,
            self.egress if egress is None else egress,
            earliest_s=int(self.departures[0]),
            latest_s=int(self.departures[-1]),
            horizon_s=self.horizon_s,
        )
        return travel_times(profiles, self.access, self.departures, walk_s=self.walk)


def _seconds(largest: int) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(0, largest), st.just(UNREACHED))


@st.composite
def _trip(draw: st.DrawFn, stops: int, number: int) -> list[tuple]:
    now, hops = draw(st.integers(-10, 50)), []
    here = draw(st.integers(0, stops - 1))
    for _ in range(draw(st.integers(1, 6))):
        there = draw(st.integers(0, stops - 1))
        departs = now + draw(st.integers(0, 3))
        now = departs + draw(st.integers(0, 9))
        flags = (draw(st.integers(0, 5)) > 0, draw(st.integers(0, 5)) > 0)
        hops.append((departs, now, here, there, number, *flags))
        here = there
    return hops


@st.composite
def days(draw: st.DrawFn, *, stops: int | None = None) -> Connections:
    """Draw a day of up to nine trips that often meet at one and the same second."""
    stops = stops or draw(st.integers(2, 6))
    count = draw(st.integers(0, 9))
    hops = [hop for number in range(count) for hop in draw(_trip(stops, number))]
    names = ("departure_s", "arrival_s", "from_stop", "to_stop", "trip", "can_board", "can_alight")
    columns = list(zip(*hops, strict=True)) or [[]] * 7
    return Connections.from_hops(
        **dict(zip(names, columns, strict=True)), stop_count=stops, trip_count=count + 1
    )


@st.composite
def walks(draw: st.DrawFn, rows: int, stops: int, *, least: int) -> StopWalks:
    """Draw walks of at least so many seconds from some stops in each row."""
    pairs = [(r, s) for r in range(rows) for s in range(stops)]
    seconds = [draw(st.one_of(st.integers(least, 15), st.none())) for _ in pairs]
    made = [(r, s, t) for (r, s), t in zip(pairs, seconds, strict=True) if t is not None]
    columns = list(zip(*made, strict=True)) or [[]] * 3
    return StopWalks.from_pairs(*columns, row_count=rows)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a day, three origins, facilities, a window and a horizon."""
    connections = draw(days())
    stops = connections.stop_count
    window = sorted(draw(st.lists(st.integers(-15, 60), min_size=1, max_size=12)))
    return Question(
        connections,
        draw(walks(stops, stops, least=1)),
        draw(walks(3, stops, least=0)),
        np.array(draw(st.lists(_seconds(20), min_size=stops, max_size=stops)), dtype=np.int32),
        np.array(draw(st.lists(_seconds(60), min_size=3, max_size=3)), dtype=np.int32),
        np.array(window, dtype=np.int32),
        draw(st.sampled_from([5, 20, 40, 200])),
    )


def busy_town(random: np.random.Generator) -> Question:
    """Make a town with more trips than one can follow: slow ones, fast ones, walks longer than many rides."""
    stops, trips, calls = int(random.integers(3, 8)), int(random.integers(10, 60)), int(random.integers(2, 6))
    pause = random.integers(0, 3, (trips, calls))
    ride = random.integers(0, random.choice([3, 12, 40]), (trips, calls))
    departs = (
        random.integers(0, random.choice([15, 40, 100]), (trips, 1)) + np.cumsum(pause + ride, axis=1) - ride
    )
    way = random.integers(0, stops, (trips, calls + 1))
    allowed = random.random((2, trips * calls)) < 0.9
    connections = Connections.from_hops(
        departure_s=departs.ravel(),
        arrival_s=(departs + ride).ravel(),
        from_stop=way[:, :-1].ravel(),
        to_stop=way[:, 1:].ravel(),
        trip=np.repeat(np.arange(trips), calls),
        can_board=allowed[0],
        can_alight=allowed[1],
        stop_count=stops,
        trip_count=trips,
    )

    def walked(rows: int, least: int, most: int) -> StopWalks:
        row, stop = np.divmod(np.flatnonzero(random.random(rows * stops) < 0.6), stops)
        return StopWalks.from_pairs(row, stop, random.integers(least, most, len(row)), row_count=rows)

    def some(size: int, most: int) -> np.ndarray:
        seconds = random.integers(0, most, size)
        return np.where(random.random(size) < 0.4, seconds, UNREACHED).astype(np.int32)

    return Question(
        connections,
        walked(stops, 1, 25),
        walked(4, 0, 10),
        some(stops, 30),
        some(4, 120),
        np.unique(random.integers(0, 120, 40)).astype(np.int32),
        int(random.choice([10, 30, 60, 400])),
    )
