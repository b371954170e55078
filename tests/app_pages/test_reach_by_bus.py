"""The pages about reach with a whole timetable, and with a part of one: Toytown's bus, worked out by hand.

The times are those of `tests.toytown_bus`; the surgery is the only place of health care.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from app_pages._downloads import show_zone_downloads
from app_pages._from_here import Look, show_band_downloads
from app_pages._shading import Shading
from app_pages._tables import Study, study
from gaps.reach import reach_values, to_centre, to_type
from tests.app_pages.conftest import write_town
from tests.app_pages.visit import Visit
from tests.toytown import toytown
from tests.toytown_bus import PARTIAL_TOML, TIMETABLE_TOML, TUESDAY, toytown_streets, toytown_timetable
from transport.journey import Journey
from transport.streets import write_streets
from transport.timetable_files import write_timetable

RIDE = Journey(mode="transit", day=TUESDAY)
SHARES = {"reach-wards", "reach-deciles", "reach-choices"}


def write_bus_town(folder: Path, said: str) -> Path:
    """Write Toytown with its streets and bus, and what the study area says of the timetable."""
    made = toytown_timetable()
    tables = toytown()
    tables = replace(
        tables,
        timetable=made.stops,
        sources={**tables.sources, "timetable": "bus_newport_mirror", "street_lines": "osm_newport_mirror"},
    )
    write_town(folder, tables)
    prepared = folder / "prepared" / "toytown"
    write_timetable(made, prepared / "timetable")
    for mode in ("walk", "cycle"):
        write_streets(toytown_streets(mode), prepared / "streets")
    area = folder / "study_areas" / "toytown.toml"
    area.write_text(area.read_text("utf-8") + said, "utf-8")
    return folder


@pytest.fixture(scope="module")
def whole_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bus_town(tmp_path_factory.mktemp("whole"), TIMETABLE_TOML)


@pytest.fixture(scope="module")
def partial_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bus_town(tmp_path_factory.mktemp("partial"), PARTIAL_TOML)


@pytest.fixture
def by_bus(whole_folder: Path, use_town: Callable[[Path], None]) -> Visit:
    """A visitor to Toytown whose timetable is whole."""
    use_town(whole_folder)
    return Visit()


@pytest.fixture
def in_part(partial_folder: Path, use_town: Callable[[Path], None]) -> Visit:
    """A visitor to Toytown whose timetable lacks its trams."""
    use_town(partial_folder)
    return Visit()


def ride(visit: Visit, **more: str) -> Visit:
    return visit.open("reach", mode="transit", type="health", **more)


# ---- who can reach it --------------------------------------------------------------------------------------------
def test_everyone_is_counted_from_a_whole_timetable(by_bus: Visit) -> None:
    ride(by_bus)
    assert by_bus.headline == (
        "About 7,100 of 8,100 people in Toytown can reach the nearest known health service within 30 minutes "
        "by public transport (88%)."
    )
    assert "Partial timetable" not in by_bus.boxes
    assert (
        "Public transport brings 47% of people there sooner than walking all the way would."
        in by_bus.captions
    )
    wards = by_bus.table("reach-wards").rows()["% of residents"].to_dict()
    assert wards == {"Westgate": 67, "Midtown": 100, "Eastfield": 100}
    deciles = by_bus.table("reach-deciles").rows()
    assert {int(name.split()[0]): share for name, share in deciles["% of residents"].items()} == {
        1: 100,
        3: 50,
        5: 100,
        10: 100,
    }
    assert by_bus.map()["carried"]["values"] == [9, 22, 6.2, 18.8, 9, 28]
    assert set(by_bus.map()["carried"]["status"]) == {""}


@pytest.mark.parametrize(
    ("cutoff", "share"),
    # 9 minutes: 2,750, and 6.25: 1,500 people; 18.75: 1,750 more; 22: 1,000; 28: 80; 31.25: 1,000.
    [(5, 0), (10, 53), (20, 74), (25, 87), (30, 88), (35, 100), (60, 100)],
)
def test_every_cutoff_by_hand(by_bus: Visit, cutoff: int, share: int) -> None:
    ride(by_bus).slide("cutoff", cutoff)
    assert by_bus.headline.endswith(f"within {cutoff} minutes by public transport ({share}%).")


def test_every_mode_and_life(by_bus: Visit) -> None:
    by_bus.open("reach", type="health")
    assert by_bus.headline.endswith("within 30 minutes on foot (40%).")  # 3,250 of 8,080
    by_bus.choose("mode", "cycle")
    # At most 43.75 minutes on foot are 14 by cycle.
    assert by_bus.headline.endswith("within 30 minutes by cycle (100%).")
    by_bus.choose("mode", "transit")
    # The way back is the way there backwards; nobody here needs steps.
    for who, same in (("return", True), ("pushchair", True), ("evening", True)):
        by_bus.choose("who", who)
        assert by_bus.headline.endswith("by public transport (88%).")
        assert ("as many people are within 30 minutes as for most people" in by_bus.boxes) is same
    by_bus.choose("who", "sunday")
    assert "Timetable of Sunday 17 March 2024, leaving at every minute from 10:00 to 12:00" in by_bus.captions
    # One bus an hour: the middle departure of points 0 and 9 is the walk of 31.25 minutes.
    assert "fewer people are within 30 minutes than for most people" in by_bus.boxes
    by_bus.choose("who", "slow")
    assert "walking at 3.2 km/h" in by_bus.captions


def test_every_finer_choice(by_bus: Visit) -> None:
    ride(by_bus)
    days = by_bus.app.date_input(key="day")
    assert (days.min, days.max, days.value) == (dt.date(2024, 3, 4), dt.date(2024, 3, 24), TUESDAY)
    by_bus.set_day("day", dt.date(2024, 3, 24))
    assert "Timetable of Sunday 24 March 2024" in by_bus.captions and by_bus.query["day"] == "2024-03-24"
    by_bus.set_day("day", TUESDAY)
    assert "day" not in by_bus.query
    for share, first in (("10", 5), ("90", 13), ("50", 9)):
        by_bus.choose("share", share)
        assert by_bus.map()["carried"]["values"][0] == first
    # Five minutes to a stop: nobody but those at it, points 0 and 9, rides.
    by_bus.slide("access", 5)
    assert by_bus.map()["carried"]["values"] == [9, 31.2, 6.2, 18.8, 9, 37.5]
    assert "at most 5 minutes to a stop" in by_bus.captions
    by_bus.choose("per", "ward")
    assert len(by_bus.map()["carried"]["values"]) == 3


def test_every_window_that_can_be_chosen_gives_an_answer(by_bus: Visit) -> None:
    ride(by_bus)
    for begins in list(by_bus.app.selectbox(key="from").options):
        by_bus.choose("from", begins.replace(":", ""))
        untils = [u.replace(":", "") for u in by_bus.app.selectbox(key="until").options]
        assert untils and all(until > begins.replace(":", "") for until in untils)
        assert f"from {begins} to" in by_bus.captions


def test_a_link_shows_the_same_again(by_bus: Visit) -> None:
    ride(by_bus).set_day("day", dt.date(2024, 3, 13)).choose("from", "1600").choose("until", "1730")
    by_bus.choose("share", "90").slide("access", 10).slide("cutoff", 20).choose("who", "slow").choose(
        "per", "ward"
    )
    link, headline, spec, captions = by_bus.query, by_bus.headline, by_bus.map(), by_bus.captions
    assert link == {
        "mode": "transit",
        "type": "health",
        "day": "2024-03-13",
        "from": "1600",
        "until": "1730",
        "share": "90",
        "access": "10",
        "cutoff": "20",
        "who": "slow",
        "per": "ward",
    }
    again = Visit().open("reach", **link)
    assert (again.headline, again.map(), again.captions) == (headline, spec, captions)


@pytest.mark.parametrize(
    "hostile",
    [
        {"cutoff": "999"},
        {"cutoff": "７"},
        {"cutoff": "12"},
        {"per": "{{7*7}}"},
        {"day": "9999-99-99"},
        {"day": "2024-04-01"},
        {"day": "0001-01-01"},
        {"from": "0000"},
        {"until": "0730"},
        {"until": "0500"},
        {"share": "0"},
        {"access": "-5"},
        {"who": "<script>"},
        {"point": "nan,inf"},
        {"to": "../../etc/passwd"},
    ],
)
def test_a_hostile_value_changes_nothing(by_bus: Visit, hostile: dict[str, str]) -> None:
    ride(by_bus)
    plain = (by_bus.headline, by_bus.map(), by_bus.captions)
    told = ride(Visit(), **hostile)
    assert (told.headline, told.map(), told.captions) == plain
    assert told.query == {
        "mode": "transit",
        "type": "health",
        **({"point": "nan,inf"} if "point" in hostile else {}),
    }


# ---- a part of a timetable ---------------------------------------------------------------------------------------
def test_nobody_is_counted_from_a_part(in_part: Visit) -> None:
    in_part.open("reach", mode="transit", type="faith")  # three places, so that there are choices
    assert in_part.boxes.startswith(
        "Partial timetable: demonstration only. No trips of Toy Trams. Made up by hand."
    )
    assert "so nobody is counted" in in_part.headline and "%" not in in_part.headline
    assert not SHARES & set(in_part.tables()) and "reach-twin" in in_part.tables()
    assert "of people" not in in_part.captions
    for who in ("slow", "sunday", "evening", "return", "pushchair"):
        in_part.choose("who", who)
        assert "than for most people" not in in_part.boxes and not SHARES & set(in_part.tables())
    in_part.choose("who", "default").choose("mode", "walk")
    assert in_part.boxes == "" and set(in_part.tables()) >= SHARES


# ---- from here ---------------------------------------------------------------------------------------------------
def test_every_mode_and_comparison_from_here(by_bus: Visit) -> None:
    by_bus.open("from_here")
    for mode in ("walk", "cycle", "transit"):
        by_bus.choose("mode", mode)
        for beside in list(by_bus.app.selectbox(key="beside").options):
            (key,) = [k for k, words in BESIDE.items() if words == beside]
            by_bus.choose("beside", key)
            maps = 1 if key == "nothing" else 2
            assert by_bus.map_count() == maps
            tables = [t for t in by_bus.tables() if t.startswith("inside-")]
            assert tables == ["inside-a", "inside-b"][:maps]
            assert all(len(by_bus.map(n)["bands"]) == 3 for n in range(maps))


BESIDE = {
    "nothing": "nothing",
    "walk": "On foot",
    "cycle": "By cycle",
    "transit": "By public transport",
    "slow": "Slow walker (3.2 km/h)",
    "pushchair": "With a pushchair (no steps)",
    "evening": "In the evening (19:00 to 21:00)",
    "sunday": "On a Sunday (10:00 to 12:00)",
}


def test_residents_within_reach_of_a_click(by_bus: Visit) -> None:
    by_bus.open("from_here", at_place="point", mode="walk")
    assert by_bus.map()["pick_point"] and "Nothing is shown yet" in by_bus.boxes
    # West, at (500, 500): 800, 1,600 and 2,400 m over the streets.
    by_bus.pick_on_map({"point": True}, {"type": "Point", "coordinates": WEST})
    inside = by_bus.table("inside-a").rows()
    # Point 0 stands here; 1 and 2 are 1,000 m off, 3 and 4 are 2,000 m.
    assert inside.loc["Residents"].to_list() == [750, 2_000, 4_000]
    assert inside.loc["Community space"].to_list() == [1, 1, 1]
    by_bus.choose("mode", "transit")
    # The bus is at Middle after 9 minutes; from there point 4 and 5 are 500 m off, 6, 7 and 8 1,500 m.
    assert by_bus.table("inside-a").rows().loc["Residents", "20 min"] == 3_500
    assert by_bus.table("inside-a").rows().loc["Residents", "30 min"] >= 5_500


def test_a_postcode_looked_up_never_enters_the_link(by_bus: Visit) -> None:
    by_bus.open("from_here", at_place="find").find("Midtown Surgery")
    assert by_bus.query == {"at_place": "find"}
    assert by_bus.map()["marker"] is not None
    by_bus.open("reach", to="find").find("Midtown Surgery")
    assert by_bus.query == {"to": "find"} and "Midtown Surgery" in by_bus.headline
    assert "Midtown" not in json.dumps(by_bus.query)


def test_ground_in_part(in_part: Visit) -> None:
    in_part.open("from_here", mode="transit", beside="walk")
    assert "nobody and nothing is counted" in in_part.captions
    assert in_part.tables() == ["inside-b"]  # on foot people are counted all the same
    assert "Partial timetable: demonstration only." in in_part.boxes


# ---- files -------------------------------------------------------------------------------------------------------
@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, bytes]]:
    def collect(show: Callable[..., None], *given: object, **more: object) -> dict[str, bytes]:
        made: dict[str, bytes] = {}
        monkeypatch.setattr(
            st, "download_button", lambda _, data, *, file_name, **__: made.update({file_name: data()})
        )
        show(*given, **more)
        return made

    return collect


def zone_files(place: Study, files: Callable[..., dict[str, bytes]], journey: Journey) -> dict[str, bytes]:
    health = to_type(place.tables, "health")
    minutes = place.reach.minutes(health, journey)
    values = reach_values(place.tables, minutes, by="lsoa", destination=health, journey=journey)
    settings = journey.settings() | place.timetable_settings(journey)
    return files(show_zone_downloads, place, Shading("reach", "lsoa", values, {}), settings=settings)


@pytest.mark.parametrize(
    ("folder", "said"),
    [("whole_folder", "whole"), ("partial_folder", "partial timetable: demonstration only")],
)
def test_files_carry_every_setting(
    request: pytest.FixtureRequest,
    use_town: Callable[[Path], None],
    files: Callable[..., dict[str, bytes]],
    folder: str,
    said: str,
) -> None:
    use_town(request.getfixturevalue(folder))
    place = study("toytown")
    made = zone_files(place, files, RIDE)
    assert set(made) == {"toytown-reach-by-lsoa.csv", "toytown-reach-by-lsoa.geojson"}
    rows = list(csv.DictReader(io.StringIO(made["toytown-reach-by-lsoa.csv"].decode("utf-8-sig"))))
    assert sorted(float(r["reach"]) for r in rows) == [6.25, 9, 9, 18.75, 22, 28]
    expected = {**RIDE.settings(), "timetable": said, "study_area": "Toytown"}
    assert {"timetable_date", "departure_window", "percentile", "walk_kph", "access_limit_min"} <= set(
        expected
    )
    for row in rows:
        assert {key: row[key] for key in expected} == expected
    shapes = json.loads(made["toytown-reach-by-lsoa.geojson"])
    look = Look.of(place, to_centre(place.tables), RIDE)
    bands = json.loads(files(show_band_downloads, place, look)["toytown-reached-transit.geojson"])
    for file in (shapes, bands):
        assert {key: file["settings"][key] for key in expected} == expected
    assert [f["properties"]["cutoff_min"] for f in bands["features"]] == [10, 20, 30]
    owed = str(bands["attribution"])
    assert "Bus Open Data Service" in owed and "OpenStreetMap contributors" in owed


@pytest.mark.parametrize("mode", ["walk", "cycle", "transit"])
def test_files_credit_whoever_made_what_the_minutes_rest_on(
    whole_folder: Path, use_town: Callable[[Path], None], files: Callable[..., dict[str, bytes]], mode: str
) -> None:
    use_town(whole_folder)
    place = study("toytown")
    for content in zone_files(place, files, Journey(mode=mode, day=TUESDAY)).values():
        text = content.decode("utf-8-sig")
        # Places and streets are OpenStreetMap's, whatever rides between them.
        assert "OpenStreetMap contributors" in text
        assert ("Bus Open Data Service" in text) is (mode == "transit")


def test_files_of_the_preview_credit_the_places(leeds: Study, files: Callable[..., dict[str, bytes]]) -> None:
    for content in zone_files(leeds, files, Journey()).values():
        assert "OpenStreetMap contributors" in content.decode("utf-8-sig")


_lat_lon = toytown_timetable().stops.geometry.to_crs("EPSG:4326")["West"]
WEST = [_lat_lon.x, _lat_lon.y]
