"""Nearest few and number within a cutoff: by hand, and in agreement with the single nearest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.errors import DataError
from tests.transport.timetables import Town, questions
from transport.choices import choices
from transport.connection_scan import backward_profiles
from transport.connections import UNREACHED, StopWalks
from transport.profiles import percentile_times

# From A a bus reaches B in five minutes and C in fifteen; three facilities, at B, at C, and on foot only.
TOWN = Town("ABC", [["A 08:05", "B 08:10", "C 08:20"]])
ACCESS = StopWalks.from_pairs([0], [0], [60], row_count=2)
EGRESS = np.array([TOWN.per_stop({"B": 0}), TOWN.per_stop({"C": 0}), TOWN.per_stop({})])
WALK = np.array([[UNREACHED, UNREACHED], [UNREACHED, UNREACHED], [900, UNREACHED]], dtype=np.int32)
AT_EIGHT = np.array([8 * 3600], dtype=np.int32)


def ask(departures=AT_EIGHT, **changed):
    asked = {"egress_s": EGRESS, "walk_s": WALK, "cutoffs_s": (600, 899, 900, 1_200)} | changed
    return choices(TOWN.connections, TOWN.transfers, ACCESS, departures, **asked)


def test_the_nearest_and_the_number_within_each_cutoff():
    found = ask(nearest=4)
    # At 08:00: B in 10 minutes, on foot in 15, C in 20. The second origin has neither a stop nor a walk.
    assert found.times_s.tolist() == [[600, 900, 1_200, UNREACHED], [UNREACHED] * 4]
    assert found.within.tolist() == [[1, 1, 2, 3], [0, 0, 0, 0]]
    assert found.cutoffs_s == (600, 899, 900, 1_200)


def test_the_percentile_is_of_the_departures_that_offer_as_much():
    # Leaving at 08:00 and 08:04 there is the bus, at 08:05 and 08:06 only the walk of 15 minutes is left.
    four = AT_EIGHT[0] + np.array([0, 240, 300, 360], dtype=np.int32)
    half, most = ask(four, percentile=50), ask(four, percentile=75)
    assert half.times_s.tolist()[0] == [600, 900, 1_200]
    assert half.within.tolist()[0] == [1, 1, 2, 3]
    assert most.times_s.tolist()[0] == [900, UNREACHED, UNREACHED]
    assert most.within.tolist()[0] == [0, 0, 1, 1]


def test_without_facilities_there_is_no_choice():
    found = ask(egress_s=EGRESS[:0], walk_s=WALK[:0])
    assert (found.times_s == UNREACHED).all()
    assert (found.within == 0).all()


def test_neither_nearest_nor_cutoffs_need_be_asked_for():
    assert ask(nearest=0).times_s.shape == (2, 0)
    assert ask(cutoffs_s=()).within.shape == (2, 0)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"cutoffs_s": (600, 5_401)}, "beyond the horizon"),
        ({"cutoffs_s": (900, 600)}, "do not grow"),
        ({"walk_s": WALK[:2]}, "not given for each"),
        ({"egress_s": EGRESS[0]}, "not given for each"),
        ({"departures": AT_EIGHT[:0]}, "no departures"),
    ],
)
def test_what_cannot_be_counted_is_refused(changed, says):
    with pytest.raises(DataError, match=says):
        ask(**changed)


@settings(deadline=None, max_examples=100)
@given(questions(), st.data())
def test_choices_agree_with_the_single_nearest_and_with_each_other(question, data):
    stops, origins = question.connections.stop_count, question.access.row_count
    seconds = st.one_of(st.integers(0, 30), st.just(UNREACHED))
    count = data.draw(st.integers(1, 5))
    row = st.lists(seconds, min_size=stops, max_size=stops)
    egress = np.array([data.draw(row) for _ in range(count)], dtype=np.int32)
    row = st.lists(seconds, min_size=origins, max_size=origins)
    walk = np.array([data.draw(row) for _ in range(count)], dtype=np.int32)
    percentile = data.draw(st.sampled_from([10, 50, 90]))
    cutoffs = [cutoff for cutoff in (0, 5, 12, 20, 33) if cutoff <= question.horizon_s]
    found = choices(
        question.connections,
        question.transfers,
        question.access,
        question.departures,
        egress_s=egress,
        walk_s=walk,
        nearest=count,
        cutoffs_s=cutoffs,
        percentile=percentile,
        horizon_s=question.horizon_s,
    )
    window = {"earliest_s": int(question.departures[0]), "latest_s": int(question.departures[-1])}
    together = backward_profiles(
        question.connections, question.transfers, egress.min(axis=0), horizon_s=question.horizon_s, **window
    )
    single = percentile_times(
        together,
        question.access,
        question.departures,
        walk_s=walk.min(axis=0),
        percentiles=(percentile,),
    )
    assert found.times_s[:, :1].tolist() == single.tolist()
    assert (np.diff(found.times_s.astype(int), axis=1) >= 0).all()
    for c, cutoff in enumerate(cutoffs):
        assert found.within[:, c].tolist() == (found.times_s <= cutoff).sum(axis=1).tolist()
