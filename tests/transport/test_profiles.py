"""Travel times and percentiles read off a profile written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from study.errors import DataError
from transport.connections import UNREACHED, StopWalks
from transport.profiles import Profiles, percentile_times, percentiles_of, travel_times

# One stop with departures at 100, 160 and 400; a second one without any.
PROFILES = Profiles([0, 3, 3], [100, 160, 400], [130, 200, 420], 0, 200, 250)
ACCESS = StopWalks.from_pairs([0, 1], [0, 1], [40, 10], row_count=2)
DEPARTURES = np.array([0, 60, 61, 120, 200], dtype=np.int32)
FAR = np.array([UNREACHED, UNREACHED], dtype=np.int32)


def test_every_departure_takes_what_it_still_catches():
    # At the stop by 40, 100, 101, 160 and 240; the last one arrives at 420.
    found = travel_times(PROFILES, ACCESS, DEPARTURES, walk_s=FAR)
    assert found.tolist() == [[130, 70, 139, 80, 220], [UNREACHED] * 5]


def test_walking_caps_every_departure():
    found = travel_times(PROFILES, ACCESS, DEPARTURES, walk_s=np.array([100, 251]))
    assert found.tolist() == [[100, 70, 100, 80, 100], [UNREACHED] * 5]


def test_departures_may_repeat():
    found = travel_times(PROFILES, ACCESS, np.array([60, 60, 61, 61]), walk_s=FAR)
    assert found[0].tolist() == [70, 70, 139, 139]


def test_percentiles_are_achieved_times_and_not_reached_sorts_last():
    times = np.array([[50, 10, 40, 20, 30], [UNREACHED, 10, UNREACHED, UNREACHED, 20]], dtype=np.int32)
    # Of five departures: 10 % is the best one, 50 % the third, 40 % exactly the second, 41 % the third, 90 % all.
    assert percentiles_of(times, (10, 40, 41, 50, 90)).tolist() == [
        [10, 20, 30, 30, 50],
        [10, 20, UNREACHED, UNREACHED, UNREACHED],
    ]


def test_an_even_number_of_departures_has_no_mean_for_its_median():
    assert percentiles_of(np.array([[10, 20, 31, 40]], dtype=np.int32), (50,)).tolist() == [[20]]


def test_a_percentile_that_falls_on_a_departure_is_not_rounded_beyond_it():
    # 64.4 % of 250 departures are 161, though floating point makes a little more of it.
    times = np.arange(1, 251, dtype=np.int32)[None, :]
    assert percentiles_of(times, (64.4, 64.41, 40)).tolist() == [[161, 162, 100]]


def test_percentiles_of_negative_times_and_of_equal_ones():
    times = np.array([[-5, -5, -5], [UNREACHED] * 3], dtype=np.int32)
    assert percentiles_of(times, (50,)).tolist() == [[-5], [UNREACHED]]


def test_percentiles_without_keeping_every_minute():
    found = percentile_times(PROFILES, ACCESS, DEPARTURES, walk_s=FAR, percentiles=(20, 50, 100))
    assert found.tolist() == [[70, 130, 220], [UNREACHED] * 3]


@pytest.mark.parametrize("percentiles", [(0,), (101,), (50, -1), (np.nan,)])
def test_percentiles_beyond_the_scale_are_refused(percentiles):
    with pytest.raises(DataError, match="Percentiles"):
        percentiles_of(np.zeros((1, 5), dtype=np.int32), percentiles)


@pytest.mark.parametrize(
    ("access", "departures", "walk", "says"),
    [
        (StopWalks.from_pairs([0], [2], [0], row_count=2), [0], FAR, "for other stops"),
        (ACCESS, [0], FAR[:1], "for other stops or other origins"),
        (StopWalks([0, 2, 2], [0, 1], [9, 8]), [0], FAR, "shortest first"),
        (ACCESS, [60, 0], FAR, "not in order"),
        (ACCESS, [], FAR, "there are none"),
        (ACCESS, [-1, 0], FAR, "outside the window"),
        (ACCESS, [0, 201], FAR, "outside the window"),
        (ACCESS, [0], np.array([-1, 0]), "negative"),
    ],
)
def test_what_does_not_fit_the_profiles_is_refused(access, departures, walk, says):
    with pytest.raises(DataError, match=says):
        travel_times(PROFILES, access, np.array(departures, dtype=np.int32), walk_s=walk)
