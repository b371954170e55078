"""What a study area says of its timetable: strict, so that a slip of the pen never makes a part look whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from study.area import read_study_area
from tests.study.test_area import GOOD, fault, written

TOLD = """
[timetable]
day = 2023-06-13
further_sources = ["rail"]
note = "A clip."
[timetable.expected]
operators = ["Toy Buses"]
modes = ["bus", "rail"]
trips_per_weekday = 400
"""


def test_all_of_it_is_read(tmp_path: Path) -> None:
    facts = read_study_area("toytown", folder=written(tmp_path, GOOD + TOLD)).timetable
    assert (facts.day, facts.further_sources, facts.note) == (dt.date(2023, 6, 13), ("rail",), "A clip.")
    expected = facts.expected
    assert (expected.operators, expected.modes, expected.trips_per_weekday) == (
        ("Toy Buses",),
        ("bus", "rail"),
        400,
    )


def test_a_day_is_enough_and_then_nobody_says_what_is_whole(tmp_path: Path) -> None:
    facts = read_study_area(
        "toytown", folder=written(tmp_path, GOOD + "[timetable]\nday = 2023-06-13\n")
    ).timetable
    assert facts.expected is None and facts.further_sources == () and facts.note == ""


def test_a_place_without_one_has_none(tmp_path: Path) -> None:
    assert read_study_area("toytown", folder=written(tmp_path, GOOD)).timetable is None


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ("day = 2023-06-13\n", "", "timetable.day"),
        ("day = 2023-06-13", 'day = "next Tuesday"', "timetable.day"),
        ("day = 2023-06-13", "day = 2023-06-13\nsunday = 1", "timetable.sunday"),
        ("note =", "notes =", "timetable.notes"),
        ('operators = ["Toy Buses"]\n', "", "timetable.expected.operators"),
        ('["Toy Buses"]', "[]", "timetable.expected.operators"),
        ('["bus", "rail"]', "[]", "timetable.expected.modes"),
        ('["bus", "rail"]', '["buses"]', "timetable.expected.modes.0"),
        ("trips_per_weekday = 400", "trips_per_weekday = 0", "timetable.expected.trips_per_weekday"),
        ("trips_per_weekday = 400", "trips_per_weekday = -1", "timetable.expected.trips_per_weekday"),
        ("trips_per_weekday = 400", "", "timetable.expected.trips_per_weekday"),
        (
            "trips_per_weekday = 400",
            "trips_per_weekday = 400\ntrips_per_sunday = 9",
            "expected.trips_per_sunday",
        ),
    ],
)
def test_a_fault_is_named(tmp_path: Path, right: str, wrong: str, key: str) -> None:
    assert TOLD.count(right) == 1
    error = fault(tmp_path, GOOD + TOLD.replace(right, wrong))
    assert f"{key}: " in error.what and error.where.endswith("toytown.toml")


@pytest.mark.parametrize("slug", ["leeds", "newport"])
def test_the_places_with_a_feed_say_what_is_whole(slug: str) -> None:
    area = read_study_area(slug)
    assert "timetable" in area.tables and area.timetable.expected is not None
    assert area.timetable.day.weekday() == 1 and area.timetable.note  # a Tuesday
