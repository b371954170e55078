"""What holds for any feed: a day's connections are its vehicles' real moves, and no spoilt file does more than fail."""

from __future__ import annotations

import datetime as dt
import tempfile
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.errors import DataError, StrongPlacesError
from tests.transport.feeds_by_hand import HILL, clock, hill, lines
from transport.timetable import connections_on, service_dates

# Around the night that clocks go forward: 31 March 2024.
FIRST = dt.date(2024, 3, 28)
DAYS = [FIRST + dt.timedelta(days=n) for n in range(7)]
HOUR = 3600


@st.composite
def trips(draw: st.DrawFn) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Draw trips: a service and the calls (stop, arrival, departure), up to three days long."""
    drawn = []
    for _ in range(draw(st.integers(1, 4))):
        second = draw(st.integers(0, 30 * HOUR))
        calls = []
        for _ in range(draw(st.integers(2, 4))):
            wait = draw(st.sampled_from([0, 0, 60, 600]))
            calls.append((draw(st.sampled_from("ABC")), second, second + wait))
            second += wait + draw(st.sampled_from([0, 1, 300, HOUR, 20 * HOUR]))
        drawn.append((draw(st.sampled_from(["s0", "s1"])), calls))
    return drawn


@settings(max_examples=25, deadline=None)
@given(
    trips(),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.sampled_from(DAYS),
)
def test_a_day_has_every_move_of_every_vehicle_in_it(made: list, first: set, second: set, day: dt.date):
    runs = {"s0": first, "s1": second}
    with tempfile.TemporaryDirectory() as folder:
        timetable = hill(
            Path(folder),
            calendar=None,
            calendar_dates="service_id,date,exception_type\n"
            + "".join(f"{s},{d:%Y%m%d},1\n" for s, days in runs.items() for d in sorted(days)),
            trips="trip_id,route_id,service_id\n" + "".join(f"t{i},1,{s}\n" for i, (s, _) in enumerate(made)),
            stop_times="trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
            + "".join(
                f"t{i},{stop},{n},{clock(arrives)},{clock(leaves)}\n"
                for i, (_, calls) in enumerate(made)
                for n, (stop, arrives, leaves) in enumerate(calls)
            ),
        )
    if not any(day in runs[service] for service, _ in made):
        with pytest.raises(DataError):
            connections_on(timetable, day)
        return
    zero = midnight(day)
    expected = []
    for service, calls in made:
        for other in runs[service]:
            # Tomorrow's trips too, but none of the days after it: the night ends at six.
            moved = midnight(other) - zero
            expected += [
                (leaves + moved, arrives + moved, a, b)
                for (a, _, leaves), (b, arrives, _) in pairwise(calls)
                if 0 <= leaves + moved < 30 * HOUR
            ]
    found = connections_on(timetable, day)
    ids = timetable.stops.index
    moves = zip(
        found.departure_s.tolist(),
        found.arrival_s.tolist(),
        ids[found.from_stop],
        ids[found.to_stop],
        strict=True,
    )
    assert sorted(moves) == sorted(expected)
    # One vehicle is one trip, and its moves follow each other.
    for trip in np.unique(found.trip):
        own = found.trip == trip
        assert (found.departure_s[own][1:] >= found.arrival_s[own][:-1]).all()
        assert (found.from_stop[own][1:] == found.to_stop[own][:-1]).all()


def midnight(day: dt.date) -> int:
    """Return the moment of a day's service midnight, seconds since 1970."""
    return (
        int(dt.datetime.combine(day, dt.time(12), tzinfo=ZoneInfo("Europe/London")).timestamp()) - 12 * HOUR
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 300), st.integers(0, 50)), min_size=1, max_size=8))
def test_blank_times_lie_between_their_neighbours(calls: list):
    second, rows = 8 * HOUR, []
    for n, (known, ride, along) in enumerate([(True, 0, 0), *calls, (True, 60, 0)]):
        second += ride
        time = clock(second) if known else ""
        rows.append(f"t1,{'ABC'[n % 3]},{n},{time},{time},{along}\n")
    header = "trip_id,stop_id,stop_sequence,arrival_time,departure_time,shape_dist_traveled\n"
    with tempfile.TemporaryDirectory() as folder:
        timetable = hill(Path(folder), stop_times=header + "".join(rows))
    hops = timetable.hops
    assert len(hops) == len(calls) + 1
    assert timetable.counts["hill"]["times_interpolated"] == sum(not known for known, _, _ in calls)
    assert (hops["arrival_s"] >= hops["departure_s"]).all()
    assert (hops["departure_s"].to_numpy()[1:] == hops["arrival_s"].to_numpy()[:-1]).all()
    assert (hops["departure_s"].iloc[0], hops["arrival_s"].iloc[-1]) == (8 * HOUR, second)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(HILL)),
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 8),
            st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b",", b"\n", b"\r", b"-1", b"\xff"])),
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_a_spoilt_file_reads_or_is_an_error_of_ours(file: str, cuts: list):
    data = lines(HILL[file]).encode()
    for where, length, put in cuts:
        at = int(where * len(data))
        data = data[:at] + put + data[at + length :]
    with tempfile.TemporaryDirectory() as folder:
        try:
            timetable = hill(Path(folder), **{file: data})
        except StrongPlacesError:
            return
    assert len(timetable.hops) > 0
    for day in service_dates(timetable)[:1]:
        connections_on(timetable, day)
