"""The scan against nigiri, an engine written by others, on the real timetable of Newport: every ride equal.

nigiri knows minutes only, so both are given the timetable with its seconds dropped; and it wants two minutes for
every change, so that is what both get. Needs `requirements-proofs.txt`.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.proofs.feed import Feed
from transport.connection_scan import backward_profiles
from transport.connections import UNREACHED, StopWalks
from transport.forward_scan import forward_scan
from transport.profiles import travel_times

nigiri = pytest.importorskip("pynigiri", reason="requirements-proofs.txt is not installed").pynigiri

CHANGE_S = 120
# Tuesday 13 June 2023, local midnight: an hour ahead of Greenwich.
MIDNIGHT_MIN = int(datetime(2023, 6, 12, 23, 0, tzinfo=UTC).timestamp()) // 60
LONGEST_MIN = 360


@pytest.fixture(scope="module")
def on_the_minute(newport: Feed) -> Feed:
    return newport.on_the_minute()


@pytest.fixture(scope="module")
def loaded(on_the_minute: Feed, tmp_path_factory: pytest.TempPathFactory):
    source = nigiri.TimetableSource(
        "newport", str(on_the_minute.write(tmp_path_factory.mktemp("n") / "feed"))
    )
    settings = nigiri.LoaderConfig()
    settings.link_stop_distance = 0
    settings.default_tz = "Europe/London"
    source.loader_config = settings
    final = nigiri.FinalizeOptions()
    final.merge_dupes_intra_src = final.merge_dupes_inter_src = False
    final.max_footpath_length = 0
    return nigiri.load_timetable([source], "2023-06-13", "2023-06-14", final)


def asked(feed: Feed, count: int) -> list[tuple[int, int, int]]:
    """Return pairs of stops somewhere along a trip or two, and minutes of the day to leave at."""
    chosen = random.Random(3)
    trips = [trip for trip in feed.trips if len(trip) > 2]
    at = {stop: position for position, stop in enumerate(feed.stops)}
    questions = []
    for _ in range(count):
        one, other = chosen.choice(trips), chosen.choice(trips)
        start = chosen.choice(one)
        end = chosen.choice(one if chosen.random() < 0.6 else other)
        if start.stop != end.stop:
            leave = max(0, start.departs_s - chosen.choice([0, 0, 60, 1_200, 3_600]))
            questions.append((at[start.stop], at[end.stop], min(leave, 86_340)))
    return questions


def ridden_by_nigiri(loaded, feed: Feed, question: tuple[int, int, int], *, changes: int) -> int:
    start, end, leave = question
    query = nigiri.Query()
    query.start_time = MIDNIGHT_MIN + leave // 60
    query.start = [nigiri.Offset(loaded.find_location(feed.stops[start]), 0, 0)]
    query.destination = [nigiri.Offset(loaded.find_location(feed.stops[end]), 0, 0)]
    query.max_transfers = changes
    query.max_travel_time = LONGEST_MIN
    arrivals = [journey.arrival_time() for journey in nigiri.route(loaded, query)]
    return (min(arrivals) - MIDNIGHT_MIN) * 60 if arrivals else UNREACHED


def transfers_of(feed: Feed, *, allowed: bool) -> StopWalks:
    stops = np.arange(len(feed.stops) if allowed else 0)
    return StopWalks.from_pairs(stops, stops, np.full(len(stops), CHANGE_S), row_count=len(feed.stops))


def ridden_by_scan(feed: Feed, transfers: StopWalks, question: tuple[int, int, int]) -> int:
    """Return the arrival, both scans agreeing."""
    start, end, leave = question
    nowhere = np.full(len(feed.stops), UNREACHED, dtype=np.int32)
    starts, egress = nowhere.copy(), nowhere.copy()
    starts[start], egress[end] = leave, 0
    forward = int(forward_scan(feed.connections, transfers, starts, latest_s=leave + LONGEST_MIN * 60)[end])
    profiles = backward_profiles(
        feed.connections, transfers, egress, earliest_s=leave, latest_s=leave, horizon_s=LONGEST_MIN * 60
    )
    access = StopWalks.from_pairs([0], [start], [0], row_count=1)
    took = travel_times(profiles, access, np.array([leave]), walk_s=np.array([UNREACHED]))
    assert (forward - leave if forward < UNREACHED else UNREACHED) == took[0, 0]
    return forward


@pytest.mark.parametrize("changes", [0, 14], ids=["direct rides", "with changes"])
def test_every_ride_arrives_at_the_same_minute(loaded, on_the_minute: Feed, changes: int):
    transfers = transfers_of(on_the_minute, allowed=changes > 0)
    compared = 0
    for question in asked(on_the_minute, 1_000):
        ours = ridden_by_scan(on_the_minute, transfers, question)
        theirs = ridden_by_nigiri(loaded, on_the_minute, question, changes=changes)
        assert ours == theirs, (question, on_the_minute.stops[question[0]], on_the_minute.stops[question[1]])
        compared += ours < UNREACHED
    assert compared > 300


def test_the_feed_written_for_others_is_the_feed_read(newport: Feed, tmp_path: Path):
    lines = (newport.write(tmp_path / "feed") / "stop_times.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(newport.calls) + 1
    first = newport.calls[0]
    assert lines[1].split(",")[0] == first.trip
    assert lines[1].split(",")[3] == first.stop
