"""How people travel: settings that are said, and lives that differ from the default."""

from __future__ import annotations

import datetime as dt

import pytest

from study.errors import DataError
from transport.journey import JOURNEY_MODES, PRESETS, Journey

TUESDAY = dt.date(2024, 3, 12)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mode": "horse"}, "There is no mode"),
        ({"mode": "transit"}, "runs by the day"),
        ({"begins": dt.time(9), "ends": dt.time(9)}, "before it begins"),
        ({"percentile": 0}, "not a percentile"),
        ({"percentile": 101}, "not a percentile"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Journey(**changed)


def test_a_window_has_a_departure_for_each_minute() -> None:
    assert Journey(mode="transit", day=TUESDAY).departures == 120


@pytest.mark.parametrize("mode", JOURNEY_MODES)
def test_everything_a_time_rests_on_is_said(mode: str) -> None:
    said = Journey(mode=mode, day=TUESDAY).settings()
    assert said["mode"] == mode
    if mode == "transit":
        assert said["timetable_date"] == "2024-03-12 (Tuesday)"
        assert said["departure_window"] == "07:30-09:30, every minute"
        assert {"percentile", "access_limit_min", "transfer_limit_min", "change_time_s", "walk_kph"} <= set(
            said
        )
    else:
        assert said[f"{mode}_kph"] == {"walk": "4.8", "cycle": "15"}[mode]
        assert "timetable_date" not in said


def test_presets_change_what_they_are_called_after() -> None:
    usual = Journey(mode="transit", day=TUESDAY)
    assert PRESETS["default"].applied(usual) == usual
    assert PRESETS["slow"].applied(usual).travel.kph == 3.2
    assert PRESETS["pushchair"].applied(usual).travel.without_steps
    assert PRESETS["evening"].applied(usual).begins == dt.time(19)
    assert PRESETS["sunday"].applied(usual).day == dt.date(2024, 3, 17)
    assert PRESETS["sunday"].applied(Journey(mode="transit", day=dt.date(2024, 3, 17))).day == dt.date(
        2024, 3, 17
    )
    last_week = [dt.date(2024, 3, day) for day in range(4, 14)]  # its only Sunday is the 10th
    assert PRESETS["sunday"].applied(usual, days=last_week).day == dt.date(2024, 3, 10)
    later = [TUESDAY, dt.date(2024, 3, 24)]
    assert PRESETS["sunday"].applied(usual, days=later).day == dt.date(2024, 3, 24)
    assert PRESETS["return"].applied(usual).there_and_back
    assert Journey(mode="cycle", day=TUESDAY).travel.mode == "cycle"
