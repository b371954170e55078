"""Whole or partial: a timetable held against what a place expects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.transport.feeds_by_hand import CRS, TUESDAY, hill, rows
from transport.timetable import Timetable, read_timetable
from transport.timetable_status import ExpectedService, timetable_status

SATURDAY = dt.date(2024, 3, 16)


def town(tmp_path: Path, **changed: str) -> Timetable:
    """Ten trips by bus of one operator and one by train of another on weekdays, one bus on Saturdays."""
    names = [f"t{i}" for i in range(10)]
    return hill(
        tmp_path,
        **{
            "agency": """
                agency_id,agency_name,agency_timezone
                hill,Hill Buses,Europe/London
                rail,Valley Rail,Europe/London
                """,
            "routes": "route_id,agency_id,route_short_name,route_type\n1,hill,1,3\n2,rail,2,2\n",
            "trips": "trip_id,route_id,service_id\n"
            + "".join(f"{name},1,week\n" for name in names)
            + "train,2,week\nsat,1,sat\n",
            "stop_times": rows(
                *(f"{t} {s}" for t in [*names, "train", "sat"] for s in ("A 1 8:00:00", "B 2 8:09:00"))
            ),
            "calendar_dates": "service_id,date,exception_type\nsat,20240316,1\n",
            **changed,
        },
    )


def expected(**changed) -> ExpectedService:
    declared = {"operators": ("hill buses", "Valley Rail"), "modes": ("bus", "rail"), "trips_per_weekday": 11}
    return ExpectedService(**{**declared, **changed})


def test_a_timetable_with_all_that_is_expected_is_whole(tmp_path: Path):
    status = timetable_status(town(tmp_path), expected(), TUESDAY)
    assert (status.is_partial, status.reasons, status.sentence) == (False, (), "")


def test_whole_on_a_saturday_too_though_few_trips_run(tmp_path: Path):
    assert not timetable_status(town(tmp_path), expected(), SATURDAY).is_partial


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"operators": ("Hill Buses", "Night Owl", "Moor Coaches")}, "No trips of Night Owl, Moor Coaches."),
        ({"modes": ("bus", "tram")}, "No trips by tram."),
        # Four fifths of 13 are 10.4, of 14 are 11.2: the eleven trips are about 13, but not about 14.
        ({"trips_per_weekday": 14}, "11 trips on 12 March 2024, where about 14 are expected."),
    ],
)
def test_each_thing_that_is_missing_is_a_reason(tmp_path: Path, changed: dict, reason: str):
    status = timetable_status(town(tmp_path), expected(**changed), TUESDAY)
    assert status.is_partial
    assert status.reasons == (reason,)
    assert status.sentence == "Partial timetable: demonstration only."


def test_about_the_number_expected_is_enough(tmp_path: Path):
    assert not timetable_status(town(tmp_path), expected(trips_per_weekday=13), TUESDAY).is_partial


def test_all_reasons_are_given_together(tmp_path: Path):
    lacking = expected(operators=("X",), modes=("ferry",), trips_per_weekday=100)
    assert len(timetable_status(town(tmp_path), lacking, TUESDAY).reasons) == 3


def test_a_day_outside_the_timetable(tmp_path: Path):
    status = timetable_status(town(tmp_path), expected(), dt.date(2026, 3, 10))
    assert status.reasons == ("No trip runs on 10 March 2026.",)


def test_an_operator_that_runs_on_other_days_only_is_missing(tmp_path: Path):
    # The train belongs to the Saturday's service: on a weekday it does not run.
    trips = "trip_id,route_id,service_id\nt0,1,week\ntrain,2,sat\n"
    status = timetable_status(town(tmp_path, trips=trips), expected(trips_per_weekday=1), TUESDAY)
    assert status.reasons == ("No trips of Valley Rail.", "No trips by rail.")


def test_a_timetable_of_weekends_alone_is_partial(tmp_path: Path):
    dates = "service_id,date,exception_type\nweek,20240316,1\nsat,20240316,1\n"
    weekend = town(tmp_path, calendar=None, calendar_dates=dates)
    assert timetable_status(weekend, expected(), SATURDAY).reasons == ("No trip runs on a weekday.",)


def test_what_nobody_declared_is_not_taken_for_whole(tmp_path: Path):
    status = timetable_status(town(tmp_path), None, TUESDAY)
    assert status.is_partial
    assert "Nobody has said" in status.reasons[0]


@pytest.mark.parametrize(
    "wrong", [{"modes": ("hovercraft",)}, {"operators": ()}, {"trips_per_weekday": 0}, {"colour": "red"}]
)
def test_a_declaration_that_cannot_be_is_refused(wrong: dict):
    with pytest.raises(ValidationError):
        expected(**wrong)


def test_leeds_in_the_mirror_is_partial(from_mirror: Callable[[str], Path]):
    rail = read_timetable({"rail": from_mirror("leeds/gtfs/rail_leeds_2020-12.zip")}, crs=CRS)
    leeds = ExpectedService(
        operators=("Northern Rail", "First West Yorkshire"), modes=("bus", "rail"), trips_per_weekday=8_000
    )
    status = timetable_status(rail, leeds, dt.date(2020, 10, 13))
    assert status.reasons == (
        "No trips of First West Yorkshire.",
        "684 trips on 13 October 2020, where about 8,000 are expected.",
    )
