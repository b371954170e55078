"""The timetable's step: a bus in Toyford, its faults told, and what the study area must say of it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.study_tables import read_study_tables
from prepare.files import MirrorFiles
from prepare.run import Outcome, make_tables
from study.area import read_study_area
from tests.prepare.conftest import Prepared
from tests.prepare.toyford import Toyford, degrees
from transport.timetable import service_dates
from transport.timetable_files import read_prepared_timetable

FEED = "newport/newport_2023-06-13_gtfs.zip"
# Market Cross and the station are in Toyford; Next Town is 14.9 km west of its edge, Far Town 16 km.
STOPS = {"cross": (400, 400), "station": (900, 900), "next": (-14_900, 500), "far": (-16_000, 500)}
SAYS = """
[tables.timetable]
source = "bus_newport_mirror"
required = false
[timetable]
day = 2023-06-13
[timetable.expected]
operators = ["Toyford Buses"]
modes = ["bus"]
trips_per_weekday = 2
"""


def feed() -> dict[str, str]:
    """Return a bus on weekdays of June 2023: from far to the station and round the town."""
    at = {name: degrees(x, y) for name, (x, y) in STOPS.items()}
    return {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n"
        "t,Toyford Buses,http://toyford.example,Europe/London\n",
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n"
        + "".join(f"{name},{name.title()},{lat:.7f},{lon:.7f}\n" for name, (lon, lat) in at.items()),
        "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\n1,t,1,Round,3\n",
        "trips.txt": "trip_id,route_id,service_id\nin,1,week\nround,1,week\n",
        "stop_times.txt": "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
        "in,far,1,08:00:00,08:00:00\nin,next,2,08:10:00,08:10:00\nin,cross,3,08:40:00,08:40:00\n"
        "in,station,4,08:45:00,08:45:00\n"
        "round,cross,1,09:00:00,09:00:00\nround,station,2,09:05:00,09:05:00\n",
        "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "week,1,1,1,1,1,0,0,20230601,20230630\n",
    }


@pytest.fixture
def with_bus(toyford: Toyford) -> Callable[..., Outcome]:
    """Make Toyford's tables with the bus, after changes to the feed's files or the study area's words."""

    def make(changed: dict[str, str] | None = None, *, says: str = SAYS) -> Outcome:
        toyford.study_area += says
        mirror = toyford.write()
        path = mirror / FEED
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in {**feed(), **(changed or {})}.items():
                archive.writestr(name, text)
        return make_tables(read_study_area("toyford"), MirrorFiles(mirror), began=lambda _: None)

    return make


def test_the_bus_is_made_and_cut_to_the_ground_around(with_bus: Callable[..., Outcome]) -> None:
    outcome = with_bus()
    assert outcome.is_whole and outcome.faults == {} and "timetable" not in outcome.missing
    made = outcome.shop.made["timetable"]
    assert sorted(made.table.index) == ["cross", "next", "station"]  # Far Town is more than 15 km away
    assert made.notes == [
        "2 trips, 01 June 2023 to 30 June 2023; 2 of them on Tuesday 13 June 2023.",
        "Times filled in between those given: 0.",
        "Trips left out for their faults: 0.",
    ]
    assert len(outcome.shop.timetable.hops) == 3  # next - cross - station, cross - station
    assert outcome.shop.used["bus_newport_mirror"].name == "newport_2023-06-13_gtfs.zip"


def test_it_is_kept_and_read_again(toyford: Toyford, with_bus: Callable[..., Outcome]) -> None:
    with_bus()
    assert toyford.prepare() == 0
    tables = read_study_tables(read_study_area("toyford"))
    assert tables.timetable is not None and len(tables.timetable) == 3
    kept = read_prepared_timetable(tables.timetable_folder)
    assert len(kept.trips) == 2 and len(service_dates(kept)) == 22
    assert tables.sources["timetable"] == "bus_newport_mirror"


def test_faults_are_listed_with_file_and_row(with_bus: Callable[..., Outcome]) -> None:
    calls = feed()["stop_times.txt"] + "bad,cross,1,10:00:00,10:00:00\nbad,nowhere,2,10:05:00,10:05:00\n"
    trips = feed()["trips.txt"] + "bad,1,week\n"
    outcome = with_bus({"stop_times.txt": calls, "trips.txt": trips})
    notes = outcome.shop.made["timetable"].notes
    assert "Trips left out for their faults: 1." in notes
    row = 1 + len(list(csv.reader(io.StringIO(calls))))
    (note,) = [n for n in notes if "nowhere" in n]
    assert note.startswith(f"stop_times.txt, row {row - 1}, stop_id: ")


def test_a_part_of_a_timetable_is_told(with_bus: Callable[..., Outcome]) -> None:
    outcome = with_bus(
        says=SAYS.replace('["Toyford Buses"]', '["Toyford Buses", "Toyford Trams"]').replace("= 2\n", "= 3\n")
    )
    assert outcome.shop.made["timetable"].notes[3:] == [
        "Partial timetable: demonstration only. No trips of Toyford Trams.",
        "Partial timetable: demonstration only. 2 trips on 13 June 2023, where about 3 are expected.",
    ]


def test_nobody_saying_what_is_whole_is_told(with_bus: Callable[..., Outcome]) -> None:
    outcome = with_bus(says=SAYS[: SAYS.index("[timetable.expected]")])
    (note,) = outcome.shop.made["timetable"].notes[3:]
    assert note.startswith("Partial timetable: demonstration only. Nobody has said which operators")


def test_a_day_the_timetable_does_not_have_names_one_it_has(with_bus: Callable[..., Outcome]) -> None:
    outcome = with_bus(says=SAYS.replace("2023-06-13", "2023-07-04"))
    assert outcome.is_whole and "timetable" not in outcome.shop.made
    error = outcome.faults["Public transport"]
    assert "No trip of the timetable runs on Tuesday 04 July 2023" in error.what
    assert "01 June 2023 to 30 June 2023" in error.what
    assert "Tuesday 27 June 2023" in error.do
    assert outcome.missing["timetable"].startswith("Public transport: it could not be made")


def test_a_day_the_bus_rests_names_one_it_does_not(with_bus: Callable[..., Outcome]) -> None:
    error = with_bus(says=SAYS.replace("2023-06-13", "2023-06-18")).faults["Public transport"]
    assert "Sunday 18 June 2023" in error.what and "such as" in error.do


def test_a_feed_of_which_nothing_is_said_is_a_clear_error(with_bus: Callable[..., Outcome]) -> None:
    error = with_bus(says=SAYS[: SAYS.index("[timetable]")]).faults["Public transport"]
    assert error.what == "The study area has a timetable, but nothing is said of it."
    assert "toyford" in error.where and "Add [timetable]" in error.do


def test_no_feed_is_neither_a_fault_nor_missing(toyford: Toyford) -> None:
    outcome = make_tables(read_toyford(toyford), MirrorFiles(toyford.write()), began=lambda _: None)
    assert outcome.is_whole and outcome.faults == {} and "timetable" not in outcome.missing


def read_toyford(toyford: Toyford):
    toyford.write()
    return read_study_area("toyford")


def test_a_further_feed_that_is_absent_is_a_fault(with_bus: Callable[..., Outcome]) -> None:
    says = SAYS.replace("day = 2023-06-13", 'day = 2023-06-13\nfurther_sources = ["rail_leeds_mirror"]')
    assert "is missing" in with_bus(says=says).faults["Public transport"].what


@pytest.mark.parametrize("spoil", [b"", b"not a zip"])
def test_a_feed_that_cannot_be_read_spoils_nothing_else(toyford: Toyford, spoil: bytes) -> None:
    toyford.study_area += SAYS
    path: Path = toyford.write() / FEED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(spoil)
    outcome = make_tables(read_study_area("toyford"), MirrorFiles(toyford.write()), began=lambda _: None)
    assert outcome.is_whole and list(outcome.faults) == ["Public transport"]
    assert "timetable" not in outcome.shop.made


# ---- real feeds --------------------------------------------------------------------------------------------------
def test_newport_is_marked_partial(newport: Prepared) -> None:
    entry = newport.manifest["tables"]["timetable"]
    assert entry["source"] == "bus_newport_mirror" and entry["rows"] == len(newport.table("timetable"))
    notes = entry["notes"]
    assert any(note.startswith("Partial timetable: demonstration only.") for note in notes)
    kept = read_prepared_timetable(newport.folder / "timetable")
    assert 0 < len(kept.trips) <= 176 and 239 <= len(kept.stops) < 2_686
    assert f"{len(kept.trips):,} trips, " in notes[0]


def test_leeds_has_trains_of_a_part(leeds: Prepared) -> None:
    entry = leeds.manifest["tables"]["timetable"]
    assert entry["source"] == "rail_leeds_mirror" and entry["rows"] == 16
    told = [note for note in entry["notes"] if note.startswith("Partial timetable: demonstration only.")]
    assert any("No trips of First West Yorkshire, Arriva Yorkshire" in note for note in told)
    assert any("where about 9,000 are expected" in note for note in told)
    kept = read_prepared_timetable(leeds.folder / "timetable")
    # Besides trains some buses that stood in for them: no sign of the town's own buses.
    assert kept.trips["route_type"].value_counts().to_dict() == {2: 4_058, 3: 575}
    days = service_dates(kept)
    assert (str(days[0]), str(days[-1])) == ("2020-05-17", "2021-05-15")
