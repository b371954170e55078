"""The reach benchmark: runs on the small city, checks answers, and says so where one is wrong. Nothing is timed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import reach_peers
from benchmarks.city import write_city
from benchmarks.reach import main
from benchmarks.reach_city import City, read_city
from benchmarks.reach_growth import every_nth_trip, first_rows
from benchmarks.reach_questions import (
    WrongAnswerError,
    check_forwards,
    places_of,
    repeated,
    require,
    ridden,
    walks_to,
)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    write_city(folder)
    return folder


@pytest.fixture(scope="module")
def city(mirror: Path) -> City:
    return read_city(mirror)


def test_quick_measures_every_question_and_skips_peers_with_a_reason(
    mirror: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reach_peers, "is_here", lambda package: False)
    assert main(["--quick", "--json", "--city", str(mirror)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = {line["name"] for line in lines if line["kind"] == "measured"}
    asked = {"transit_20", "transit_200", "transit_postcodes", "transit_1", "walk_nodes", "one_more_walk"}
    asked |= {"one_more_transit", "isochrone_walk", "isochrone_transit", "read_streets", "memory"}
    assert asked <= names
    assert {line["kind"] for line in lines} >= {"machine", "versions", "data", "measured", "skipped"}
    skipped = [line for line in lines if line["kind"] == "skipped"]
    assert {"pandana", "osmnx", "ferrobus"} <= {key for line in skipped for key in line}


def test_a_wrong_answer_is_found(city: City):
    points, doors = places_of(city.door_ties), len(city.areas)
    walks = walks_to(city.facilities(5), points, city.door_ties, doors=doors)
    times = ridden(city.day, city.transfers, city.access, walks)
    check_forwards(city, walks, city.access, times)
    with pytest.raises(WrongAnswerError, match="backwards and forwards"):
        check_forwards(city, walks, city.access, times + 1)


def test_fewer_facilities_are_among_the_more(city: City):
    few, many = city.facilities(20)["node"], city.facilities(200)["node"]
    assert list(many[:20]) == list(few)
    assert many.nunique() == 200


def test_thinner_days_and_fewer_origins_are_parts_of_the_whole(city: City):
    half = every_nth_trip(city.day, 2)
    assert len(half.departure_s) == pytest.approx(len(city.day.departure_s) / 2, rel=0.1)
    assert (np.asarray(half.trip) % 2 == 0).all()
    some = first_rows(city.access, 7)
    assert some.row_count == 7
    assert np.array_equal(some.seconds, city.access.seconds[: len(some.seconds)])


def test_the_first_run_is_told_apart_and_the_rest_counted():
    done = []
    first_s, times, answer = repeated(lambda: done.append(1) or len(done), 3)
    assert (len(times), answer) == (3, 4)
    assert first_s >= 0


def test_require_raises_for_what_is_wrong():
    require(True, "nothing")
    with pytest.raises(WrongAnswerError, match="two and two"):
        require(False, "two and two")


@pytest.mark.parametrize("arguments", [["--fast"], ["--size", "huge"], ["leeds"]])
def test_wrong_arguments_end_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m benchmarks.reach" in capsys.readouterr().err
