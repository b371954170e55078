"""Feeds with faults: each is listed with its file, row and column, and hostile ones do no harm."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from study.errors import DataError, SourceError
from tests.transport.feeds_by_hand import CRS, HILL, hill, hops, lines, listed, rows, write_feed, zipped
from transport.gtfs import tables
from transport.timetable import read_timetable


def read(path: Path, **more):
    return read_timetable({"hill": path}, crs=CRS, **more)


UP = [("t1", "A", "B", "8:00:00", "8:10:00"), ("t1", "B", "C", "8:11:00", "8:20:30")]

# What makes a feed useless


@pytest.mark.parametrize("file", ["agency", "stops", "routes", "trips", "stop_times"])
def test_a_missing_file_is_named(tmp_path: Path, file: str):
    with pytest.raises(DataError) as raised:
        hill(tmp_path, **{file: None})
    assert raised.value.what == f"The timetable cannot be read: hill: {file}.txt: the file is missing"
    assert raised.value.where == "hill"


def test_both_calendars_missing(tmp_path: Path):
    with pytest.raises(DataError, match=r"both this file and calendar_dates\.txt are missing"):
        hill(tmp_path, calendar=None)


@pytest.mark.parametrize(
    ("file", "column"), [(file, column) for file, columns in tables.REQUIRED.items() for column in columns]
)
def test_a_missing_column_is_named(tmp_path: Path, file: str, column: str):
    header = lines(HILL.get(file, ",".join(tables.REQUIRED[file]))).splitlines()[0]
    text = header.replace(column, f"not_{column}", 1) + "\n"
    # Only the header: without rows there is nothing else to say of the column.
    with pytest.raises(DataError) as raised:
        hill(tmp_path, **{file: text})
    assert f"hill: {file}.txt: {column}: the column is missing" in raised.value.what


def test_all_that_is_missing_in_all_feeds_is_named_at_once(tmp_path: Path):
    one = write_feed(tmp_path / "one", agency=None, routes="route_id,route_name\n")
    two = write_feed(tmp_path / "two", trips=None)
    with pytest.raises(SourceError) as raised:
        read_timetable({"one": one, "two": two, "three": tmp_path / "none.zip"}, crs=CRS)
    for fault in (
        "one: agency.txt: the file is missing",
        "one: routes.txt: route_type: the column is missing",
        "two: trips.txt: the file is missing",
        "three: there is no such file or folder",
    ):
        assert fault in raised.value.what
    assert raised.value.where == "one, two, three"


def test_an_empty_file_and_a_column_that_is_there_twice(tmp_path: Path):
    with pytest.raises(DataError) as raised:
        hill(tmp_path, stops="", routes="route_id,route_type,route_id\n1,3,2\n")
    assert "stops.txt: stop_id: the file has no header" in raised.value.what
    assert "routes.txt: route_id: the column is there twice" in raised.value.what


@pytest.mark.parametrize(
    ("zone", "fault"),
    [
        ("Europe/Leeds", "'Europe/Leeds' is not a time zone"),
        ("Europe", "'Europe' is not a time zone"),
        ("../../etc/passwd", "'../../etc/passwd' is not a time zone"),
        ("", "no time zone is given"),
    ],
)
def test_a_time_zone_that_is_none(tmp_path: Path, zone: str, fault: str):
    with pytest.raises(DataError, match="cannot be read") as raised:
        hill(tmp_path, agency=f"agency_name,agency_timezone\nHill,{zone}\n")
    assert fault in raised.value.what


def test_agencies_of_two_time_zones(tmp_path: Path):
    agency = "agency_id,agency_name,agency_timezone\nhill,Hill,Europe/London\nb,B,Europe/Paris\n"
    with pytest.raises(DataError, match="'Europe/London', 'Europe/Paris'"):
        hill(tmp_path, agency=agency)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            {"stop_times": "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"},
            "no trip without a fault",
        ),
        ({"trips": "trip_id,route_id,service_id\n"}, "no trip without a fault"),
        ({"routes": "route_id,route_type\n"}, "no trip without a fault"),
        ({"stops": "stop_id,stop_lat,stop_lon\n"}, "no stop in it that has a position"),
        (
            {"calendar": None, "calendar_dates": "service_id,date,exception_type\n"},
            "no service runs on any day",
        ),
    ],
)
def test_files_without_a_usable_row(tmp_path: Path, changed: dict, fault: str):
    with pytest.raises(DataError, match=fault):
        hill(tmp_path, **changed)


# Rows with faults: t1 is whole and goes on, t2 is the faulty one

TWO = "trip_id,route_id,service_id\nt1,1,week\nt2,1,week\n"
GOOD = ["t1 A 1 8:00:00", "t1 B 2 8:10:00 8:11:00", "t1 C 3 8:20:30"]


@pytest.mark.parametrize(
    ("calls", "row", "column"),
    [
        (["t2 A 1 9:00:00", "t2 X 2 9:10:00"], 6, "stop_id"),
        (["t2 A 1 9:00:00", "t2 B 1.5 9:10:00"], 6, "stop_sequence"),
        (["t2 A 1 9:00:00", "t2 B two 9:10:00"], 6, "stop_sequence"),
        (["t2 A -1 9:00:00", "t2 B 2 9:10:00"], 5, "stop_sequence"),
        (["t2 A 1 9:00:00", "t2 B 1 9:10:00"], 6, "stop_sequence"),
        (["t2 A 1 9:00", "t2 B 2 9:10:00"], 5, "arrival_time"),
        (["t2 A 1 9:00:00", "t2 B 2 9:10:00 25:61:00"], 6, "departure_time"),
        (["t2 A 1 9:00:00", "t2 B 2 noon 9:10:00"], 6, "arrival_time"),
        (["t2 A 1 9:00:00", "t2 B 2 -9:10:00 9:10:00"], 6, "arrival_time"),
        (["t2 A 1 9:00:00", "t2 B 2 999:00:00 999:00:00"], 6, "arrival_time"),
        (["t2 A 1 9:00:00", "t2 B 2 9:10:00 9:09:59"], 6, "departure_time"),
        (["t2 A 1 9:00:00 9:05:00", "t2 B 2 9:04:59"], 6, "arrival_time"),
        (["t2 A 1 23:55:00", "t2 B 2 00:05:00"], 6, "arrival_time"),
        (["t2 A 1 9:00:00", "t2 B 2 -", "t2 C 3 8:59:59"], 7, "arrival_time"),
        (["t2 A 1 -", "t2 B 2 9:00:00", "t2 C 3 9:10:00"], 5, "arrival_time"),
        (["t2 A 1 9:00:00", "t2 B 2 -"], 6, "arrival_time"),
    ],
)
def test_a_faulty_call_leaves_its_trip_out(tmp_path: Path, calls: list, row: int, column: str):
    timetable = hill(tmp_path, trips=TWO, stop_times=rows(*GOOD, *calls))
    assert hops(timetable) == UP
    found = set(listed(timetable))
    # A time that is none may stand in both columns.
    assert ("stop_times.txt", row, column, "error") in found
    assert {fault[:2] for fault in found} == {("stop_times.txt", row)}
    assert timetable.counts["hill"]["trips_left_out"] == 1


@pytest.mark.parametrize(
    ("trip", "column"), [("t2,ghost,week", "route_id"), ("t2,1,ghost", "service_id"), ("t2,,", "route_id")]
)
def test_a_trip_of_no_route_or_service_is_left_out(tmp_path: Path, trip: str, column: str):
    timetable = hill(
        tmp_path,
        trips=f"trip_id,route_id,service_id\nt1,1,week\n{trip}\n",
        stop_times=rows(*GOOD, "t2 A 1 9:00:00", "t2 B 2 8:00:00"),
    )
    assert hops(timetable) == UP
    assert ("trips.txt", 3, column, "error") in listed(timetable)


@pytest.mark.parametrize("calls", [[], ["t2 A 1 9:00:00"]])
def test_a_trip_with_fewer_than_two_stops_is_left_out(tmp_path: Path, calls: list):
    timetable = hill(tmp_path, trips=TWO, stop_times=rows(*GOOD, *calls))
    assert hops(timetable) == UP
    assert listed(timetable) == [("trips.txt", 3, "trip_id", "error")]


def test_a_call_of_no_trip_is_left_out(tmp_path: Path):
    timetable = hill(tmp_path, stop_times=rows(*GOOD, "ghost A 1 9:00:00"))
    assert hops(timetable) == UP
    assert listed(timetable) == [("stop_times.txt", 5, "trip_id", "error")]


def test_whole_numbers_may_be_written_with_a_point(tmp_path: Path):
    times = rows("t1 A 1.0 8:00:00", "t1 B 2.0 8:10:00 8:11:00", "t1 C 3.0 8:20:30")
    timetable = hill(tmp_path, stop_times=times)
    assert (hops(timetable), listed(timetable)) == (UP, [])


def test_ids_that_come_twice_count_once(tmp_path: Path):
    timetable = hill(
        tmp_path,
        stops="stop_id,stop_lat,stop_lon\nA,53.80,-1.55\nB,53.81,-1.55\nC,53.82,-1.55\nA,10,10\n,53.8,-1.5\n",
        routes="route_id,route_short_name,route_type\n1,one,3\n1,two,2\n",
        trips="trip_id,route_id,service_id\nt1,1,week\nt1,1,other\n",
        calendar=HILL["calendar"] + "week,0,0,0,0,0,1,0,20240101,20241231\n",
    )
    assert hops(timetable) == UP
    assert timetable.trips["route_name"].tolist() == ["one"]
    assert len(timetable.stops) == 3
    assert sorted(listed(timetable)) == [
        ("calendar.txt", 3, "service_id", "error"),
        ("routes.txt", 3, "route_id", "error"),
        ("stops.txt", 5, "stop_id", "error"),
        ("stops.txt", 6, "stop_id", "error"),
        ("trips.txt", 3, "trip_id", "error"),
    ]


@pytest.mark.parametrize("position", ["0,0", "north,-1.5", ",", "91,0", "53.8,181", "nan,nan", "inf,0"])
def test_a_stop_without_a_position_is_left_out_with_its_trips(tmp_path: Path, position: str):
    stops = lines(HILL["stops"]) + f"X,Lost,{position}\n"
    calls = ["t2 A 1 9:00:00", "t2 X 2 9:10:00"]
    timetable = hill(tmp_path, stops=stops, trips=TWO, stop_times=rows(*GOOD, *calls))
    assert hops(timetable) == UP
    assert listed(timetable, "error") == [("stops.txt", 5, "stop_lat"), ("stop_times.txt", 6, "stop_id")]


def test_calendar_rows_with_faults(tmp_path: Path):
    calendar = HILL["calendar"] + "".join(
        f"        {row}\n"
        for row in (
            "a,1,1,1,1,1,1,2,20240101,20241231",
            "b,1,1,1,1,1,1,1,20240230,20241231",
            "c,1,1,1,1,1,1,1,20241231,20240101",
            "d,1,1,1,1,1,1,,20240101,2024-12-31",
        )
    )
    dates = "service_id,date,exception_type\nweek,20240312,3\nweek,yesterday,1\n,20240312,1\n"
    timetable = hill(tmp_path, calendar=calendar, calendar_dates=dates)
    assert timetable.services["service_id"].unique().tolist() == ["week"]
    assert sorted(listed(timetable)) == [
        ("calendar.txt", 3, "sunday", "error"),
        ("calendar.txt", 4, "start_date", "error"),
        ("calendar.txt", 5, "end_date", "error"),
        ("calendar.txt", 6, "end_date", "error"),
        ("calendar.txt", 6, "sunday", "error"),
        ("calendar_dates.txt", 2, "exception_type", "error"),
        ("calendar_dates.txt", 3, "date", "error"),
        ("calendar_dates.txt", 4, "service_id", "error"),
    ]


def test_small_doubts_are_warnings(tmp_path: Path):
    timetable = hill(
        tmp_path,
        stops="""
            stop_id,stop_lat,stop_lon,location_type,parent_station
            A,53.80,-1.55,9,
            B,53.81,-1.55,,gone
            C,53.82,-1.55,0,A
            """,
        routes="route_id,agency_id,route_type\n1,nobody,99\n",
        trips="trip_id,route_id,service_id,direction_id\nt1,1,week,2\n",
    )
    assert hops(timetable) == UP
    assert timetable.trips["operator"].tolist() == [""]
    assert timetable.stops["station_id"].tolist() == ["A", "B", "A"]
    assert sorted(listed(timetable)) == [
        ("routes.txt", 2, "agency_id", "warning"),
        ("routes.txt", 2, "route_type", "warning"),
        ("stops.txt", 2, "location_type", "warning"),
        ("stops.txt", 3, "parent_station", "warning"),
        ("stops.txt", 4, "parent_station", "warning"),
        ("trips.txt", 2, "direction_id", "warning"),
    ]


def test_a_route_type_that_is_none_leaves_its_trips_out(tmp_path: Path):
    routes = "route_id,route_type\n1,3\n2,bus\n"
    trips = "trip_id,route_id,service_id\nt1,1,week\nt2,2,week\n"
    timetable = hill(
        tmp_path, routes=routes, trips=trips, stop_times=rows(*GOOD, "t2 A 1 9:00:00", "t2 B 2 9:09:00")
    )
    assert hops(timetable) == UP
    assert listed(timetable) == [
        ("routes.txt", 3, "route_type", "error"),
        ("trips.txt", 3, "route_id", "error"),
    ]


def test_a_service_that_never_runs_is_noted(tmp_path: Path):
    dates = "service_id,date,exception_type\nweek,20240312,1\nnever,20240312,2\n"
    timetable = hill(
        tmp_path,
        calendar=None,
        calendar_dates=dates,
        trips="trip_id,route_id,service_id\nt1,1,week\nt2,1,never\n",
        stop_times=rows(*GOOD, "t2 A 1 9:00:00", "t2 B 2 9:09:00"),
    )
    assert len(timetable.trips) == 2
    assert listed(timetable) == [("trips.txt", 3, "service_id", "note")]


def test_a_fault_shows_the_value_short_and_on_one_line(tmp_path: Path):
    timetable = hill(tmp_path, trips=TWO, stop_times=rows(*GOOD) + f't2,"A\n{"x" * 100}",4,9:00:00,9:00:00\n')
    fault = timetable.faults.loc[timetable.faults["column"] == "stop_id", "fault"].iloc[0]
    assert "\n" not in fault
    assert len(fault) < 150


# How a file may be written


def test_a_zip_reads_like_its_folder(tmp_path: Path):
    folder = write_feed(tmp_path / "hill")
    assert hops(read(zipped(folder, tmp_path / "hill.zip"))) == UP


def test_a_zip_with_its_files_in_a_folder_reads_with_a_note(tmp_path: Path):
    feed = read(zipped(write_feed(tmp_path / "hill"), tmp_path / "hill.zip", inside="gtfs/2024/"))
    assert hops(feed) == UP
    assert listed(feed) == [("", None, "", "note")]


def test_byte_order_marks_line_ends_spaces_and_more_columns(tmp_path: Path):
    text = (
        lines(HILL["stop_times"])
        .replace("stop_sequence", ' stop_sequence ,"colour"')
        .replace(",1,", ",1,red,")
    )
    text = text.replace(",2,", ", 2 ,,").replace(",3,", ',3,"green, or\r\nso",')
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").replace("\r\r", "\r").encode()
    timetable = hill(tmp_path, stop_times=data)
    assert (hops(timetable), listed(timetable)) == (UP, [])


def test_empty_rows_are_no_fault_and_keep_the_count_of_rows(tmp_path: Path):
    text = rows(*GOOD[:2]) + "\n,,,,\n" + rows(GOOD[2], "ghost A 1 9:00:00").split("\n", 1)[1] + "\n\n"
    timetable = hill(tmp_path, stop_times=text)
    assert hops(timetable) == UP
    # Header, two calls, two empty rows, one call: the ghost is in row 7.
    assert listed(timetable) == [("stop_times.txt", 7, "trip_id", "error")]


def test_rows_with_too_few_or_too_many_columns_are_left_out(tmp_path: Path):
    text = rows(*GOOD[:1]) + "t1,A\nt1,A,1,1,1,1,1\n" + rows(*GOOD[1:], "ghost A 1 9:00:00").split("\n", 1)[1]
    timetable = hill(tmp_path, stop_times=text)
    assert hops(timetable) == UP
    assert listed(timetable) == [
        ("stop_times.txt", 3, "", "error"),
        ("stop_times.txt", 4, "", "error"),
        ("stop_times.txt", 7, "trip_id", "error"),
    ]


def test_windows_text_is_read_and_said(tmp_path: Path):
    stops = lines(HILL["stops"]).replace("Foot", "Café’s").encode("cp1252")
    timetable = hill(tmp_path, stops=stops)
    assert timetable.stops["stop_name"].iloc[0] == "Café’s"
    assert listed(timetable) == [("stops.txt", 2, "", "warning")]


def test_utf_16_is_read_and_said(tmp_path: Path):
    timetable = hill(tmp_path, stops=lines(HILL["stops"]).encode("utf-16"))
    assert timetable.stops["stop_name"].iloc[0] == "Foot"
    assert listed(timetable) == [("stops.txt", None, "", "warning")]


def test_ids_that_look_like_nothing_are_ids(tmp_path: Path):
    # gtfs-kit reads these as missing.
    ids = ["NA", "null", "nan"]
    stops = "stop_id,stop_lat,stop_lon\n" + "".join(f"{stop},53.8{i},-1.55\n" for i, stop in enumerate(ids))
    times = rows(*(f"t1 {stop} {i} 8:0{i}:00" for i, stop in enumerate(ids)))
    timetable = hill(tmp_path, stops=stops, stop_times=times)
    assert timetable.stops.index.tolist() == ids
    assert len(timetable.hops) == 2


def test_a_quotation_mark_that_is_not_closed_is_listed(tmp_path: Path):
    text = rows(*GOOD) + 't2,"A,1,8:00:00,8:00:00\nt2,B,2,8:10:00,8:10:00\n'
    timetable = hill(tmp_path, stop_times=text, trips=TWO)
    assert hops(timetable) == UP
    assert ("stop_times.txt", None, "", "error") in listed(timetable)


@pytest.mark.parametrize("data", [b"\x00" * 500, bytes(range(256)) * 10, b'"', b",,,\n,,,\n", b"\n\n\n"])
@pytest.mark.parametrize("file", sorted(tables.REQUIRED))
def test_rubbish_in_any_file_is_an_error_of_ours(tmp_path: Path, file: str, data: bytes):
    with pytest.raises(DataError):
        hill(tmp_path, **{file: data})


# Zips that mean harm


def test_a_path_that_leads_out_of_the_zip_is_never_followed(tmp_path: Path):
    folder = write_feed(tmp_path / "hill")
    path = zipped(folder, tmp_path / "hill.zip")
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("../stops.txt", "/etc/stops.txt", "__MACOSX/stops.txt", "a/../../stops.txt"):
            archive.writestr(name, "rubbish")
    before = sorted(tmp_path.rglob("*"))
    timetable = read(path)
    assert (hops(timetable), listed(timetable)) == (UP, [])
    assert sorted(tmp_path.rglob("*")) == before


def test_a_zip_with_only_such_paths_has_nothing(tmp_path: Path):
    path = zipped(write_feed(tmp_path / "hill"), tmp_path / "hill.zip", inside="../")
    with pytest.raises(SourceError, match="no GTFS files"):
        read(path)


def test_two_feeds_in_one_zip_are_not_mixed(tmp_path: Path):
    folder, path = write_feed(tmp_path / "hill"), tmp_path / "hill.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(folder / "stops.txt", "one/stops.txt")
        archive.write(folder / "trips.txt", "two/trips.txt")
    with pytest.raises(DataError, match="more than one folder"):
        read(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(tmp_path: Path):
    path = zipped(write_feed(tmp_path / "hill"), tmp_path / "hill.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("stops.txt", "stop_id,stop_lat,stop_lon\n")
    with pytest.raises(DataError, match=r"stops\.txt: is in the zip more than once"):
        read(path)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path):
    path = zipped(write_feed(tmp_path / "hill", stop_times=None), tmp_path / "hill.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stop_times.txt", b"0" * (tables.MAY_BE_PACKED_BYTES + 1))
    with pytest.raises(DataError, match=r"stop_times\.txt: unpacks to 1,0[0-9]{2} times its size"):
        read(path)


def test_a_feed_beyond_all_measure_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "MOST_BYTES", 300)
    with pytest.raises(DataError, match="the feed is larger than"):
        hill(tmp_path)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path):
    path = zipped(write_feed(tmp_path / "hill"), tmp_path / "hill.zip")
    data = bytearray(path.read_bytes())
    # The uncompressed size in the central directory, 24 bytes after its signature.
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 3)
    path.write_bytes(data)
    with pytest.raises(SourceError, match="cannot be opened"):
        read(path)


@pytest.mark.parametrize("cut", [0, 1, 30, 400])
def test_a_broken_zip_is_refused(tmp_path: Path, cut: int):
    path = zipped(write_feed(tmp_path / "hill"), tmp_path / "hill.zip")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(SourceError, match="neither a folder nor a zip"):
        read(path)


def test_a_zip_with_spoilt_contents_is_refused(tmp_path: Path):
    path = zipped(write_feed(tmp_path / "hill"), tmp_path / "hill.zip")
    data = bytearray(path.read_bytes())
    at = data.index(b"agency.txt") + len(b"agency.txt")
    data[at : at + 20] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(SourceError, match="cannot be opened"):
        read(path)


def test_a_zip_with_a_password_is_refused(tmp_path: Path):
    path = zipped(write_feed(tmp_path / "hill"), tmp_path / "hill.zip")
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature)
        data[at + flags] |= 1
    path.write_bytes(data)
    with pytest.raises(SourceError, match="password"):
        read(path)


def test_a_zip_in_a_zip_and_a_folder_without_files_have_nothing(tmp_path: Path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("stops.txt", "x")
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("feed.zip", inner.getvalue())
    with pytest.raises(SourceError, match="no GTFS files"):
        read(path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"stops\.txt: the file is missing"):
        read(tmp_path / "empty")


def test_frequencies_that_would_fill_the_machine_are_refused(tmp_path: Path):
    row = "t1,00:00:00,240:00:00,1\n"
    with pytest.raises(DataError, match=r"frequencies\.txt: headway_secs: makes more than"):
        hill(tmp_path, frequencies="trip_id,start_time,end_time,headway_secs\n" + row * 2)


def test_services_without_end_are_refused(tmp_path: Path):
    many = "".join(f"        s{i},1,1,1,1,1,1,1,10000101,99991231\n" for i in range(10))
    with pytest.raises(DataError, match="services run on more than"):
        hill(tmp_path, calendar=HILL["calendar"] + many)
