"""Clock time and the seconds of a service day, on the days when clocks change too."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.errors import DataError
from transport.service_day import seconds_between, wall_clock, wall_clock_s

LONDON = "Europe/London"
PLAIN, FORWARD, BACK = dt.date(2024, 3, 12), dt.date(2024, 3, 31), dt.date(2024, 10, 27)


@pytest.mark.parametrize(
    ("day", "clock", "hours"),
    [
        (PLAIN, dt.time(0), 0),
        (PLAIN, dt.time(7, 30), 7.5),
        (PLAIN, dt.time(12), 12),
        # Clocks go from 01:00 to 02:00: an hour is missing between midnight and noon, which stays at 12.
        (FORWARD, dt.time(0), 1),
        (FORWARD, dt.time(0, 59), 1 + 59 / 60),
        (FORWARD, dt.time(2), 2),
        (FORWARD, dt.time(7, 30), 7.5),
        # 01:30 is skipped: as if the clocks had not yet changed, when it would be half an hour after 01:00.
        (FORWARD, dt.time(1, 30), 2.5),
        # Clocks go from 02:00 back to 01:00: midnight is 13 hours before noon.
        (BACK, dt.time(0), -1),
        (BACK, dt.time(1, 30), 0.5),
        (BACK, dt.time(1, 30, fold=1), 1.5),
        (BACK, dt.time(2), 2),
        (BACK, dt.time(7, 30), 7.5),
    ],
)
def test_seconds_of_a_clock_time(day: dt.date, clock: dt.time, hours: float):
    assert wall_clock_s(day, clock, LONDON) == hours * 3600


def test_clock_time_of_a_second():
    assert f"{wall_clock(PLAIN, 25 * 3600, LONDON):%a %H:%M}" == "Wed 01:00"
    # 00:00:00 of the timetable is eleven at night by the clock before, the day that clocks go forward.
    assert f"{wall_clock(FORWARD, 0, LONDON):%a %H:%M %Z}" == "Sat 23:00 GMT"
    assert f"{wall_clock(FORWARD, 2 * 3600, LONDON):%a %H:%M %Z}" == "Sun 02:00 BST"
    assert f"{wall_clock(BACK, 0, LONDON):%a %H:%M %Z}" == "Sun 01:00 BST"
    assert f"{wall_clock(BACK, 3600, LONDON):%a %H:%M %Z}" == "Sun 01:00 GMT"


def test_days_are_as_long_as_they_are():
    day = dt.timedelta(days=1)
    assert seconds_between(FORWARD - day, FORWARD, LONDON) == 23 * 3600
    assert seconds_between(BACK - day, BACK, LONDON) == 25 * 3600
    assert seconds_between(FORWARD, FORWARD - day, LONDON) == -23 * 3600
    assert seconds_between(PLAIN, PLAIN, LONDON) == 0


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1)),
    st.integers(-3600, 200_000),
    st.sampled_from([LONDON, "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu"]),
)
def test_there_and_back(day: dt.date, seconds: int, zone: str):
    moment = wall_clock(day, seconds, zone)
    again = wall_clock_s(moment.date(), moment.time().replace(fold=moment.fold), zone)
    assert again + seconds_between(day, moment.date(), zone) == seconds


@pytest.mark.parametrize("zone", ["Europe/Leeds", "../etc", ""])
def test_a_zone_that_is_none_is_an_error(zone: str):
    with pytest.raises(DataError, match="no time zone"):
        wall_clock_s(PLAIN, dt.time(8), zone)
