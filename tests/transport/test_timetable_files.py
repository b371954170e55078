"""A timetable written and read back is the same; a spoilt one is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from study.errors import DataError, NotPreparedError
from tests.transport.feeds_by_hand import CRS, TUESDAY, hill, rows, write_feed
from transport.timetable import Timetable, connections_on, read_timetable
from transport.timetable_files import COLUMNS, read_prepared_timetable, write_timetable


@pytest.fixture
def made(tmp_path: Path) -> Timetable:
    """A timetable with something in each of its tables."""
    rich = write_feed(
        tmp_path / "rich",
        trips="trip_id,route_id,service_id,direction_id,trip_headsign\nt1,1,week,1,Top\n",
        stop_times=rows("t1 A 1 8:00:00", "t1 B 2 -", "t1 C 3 8:20:00", "ghost A 1 1:00:00"),
        frequencies="trip_id,start_time,end_time,headway_secs\nt1,8:00:00,9:00:00,600\n",
        transfers="from_stop_id,to_stop_id,transfer_type,min_transfer_time\nA,B,2,60\nB,A,3,\n",
    )
    return read_timetable({"rich": rich, "plain": write_feed(tmp_path / "plain")}, crs=CRS)


def test_there_and_back(made: Timetable, tmp_path: Path):
    folder = tmp_path / "prepared" / "timetable"
    write_timetable(made, folder)
    again = read_prepared_timetable(folder)
    assert_geodataframe_equal(again.stops, made.stops)
    for name in COLUMNS:
        if name != "stops":
            assert len(getattr(made, name)) > 0
            assert_frame_equal(getattr(again, name), getattr(made, name))
    assert (again.timezone, again.counts) == (made.timezone, made.counts)
    before, after = connections_on(made, TUESDAY), connections_on(again, TUESDAY)
    assert len(before) == 2 * 6 + 2
    assert np.array_equal(before.departure_s, after.departure_s)
    assert np.array_equal(before.trip, after.trip)


def test_a_timetable_without_transfers_or_faults_too(tmp_path: Path):
    plain = hill(tmp_path)
    write_timetable(plain, tmp_path / "prepared")
    again = read_prepared_timetable(tmp_path / "prepared")
    for name in ("transfers", "faults"):
        assert len(getattr(again, name)) == 0
        assert_frame_equal(getattr(again, name), getattr(plain, name))


@pytest.mark.parametrize("file", ["timetable.json", *(f"{name}.parquet" for name in COLUMNS)])
def test_a_missing_file_is_named(made: Timetable, tmp_path: Path, file: str):
    write_timetable(made, tmp_path / "prepared")
    (tmp_path / "prepared" / file).unlink()
    with pytest.raises(NotPreparedError, match=file):
        read_prepared_timetable(tmp_path / "prepared")


@pytest.mark.parametrize("file", ["timetable.json", *(f"{name}.parquet" for name in COLUMNS)])
def test_a_spoilt_file_is_refused(made: Timetable, tmp_path: Path, file: str):
    write_timetable(made, tmp_path / "prepared")
    (tmp_path / "prepared" / file).write_bytes(b"spoilt")
    with pytest.raises(DataError, match="cannot be read"):
        read_prepared_timetable(tmp_path / "prepared")


def test_another_format_is_to_be_prepared_again(made: Timetable, tmp_path: Path):
    write_timetable(made, tmp_path / "prepared")
    about = tmp_path / "prepared" / "timetable.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"format": 0}))
    with pytest.raises(NotPreparedError, match="format 0"):
        read_prepared_timetable(tmp_path / "prepared")


@pytest.mark.parametrize(
    ("table", "column", "value", "fault"),
    [
        ("hops", "trip", 99, "hops.trip points beyond its table"),
        ("hops", "from_stop", 6, "hops.from_stop points beyond its table"),
        ("hops", "to_stop", -1, "hops.to_stop points beyond its table"),
        ("hops", "arrival_s", 0, "a hop arrives before it departs"),
        ("transfers", "to_stop", 6, "transfers.to_stop points beyond its table"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    made: Timetable, tmp_path: Path, table: str, column: str, value: int, fault: str
):
    write_timetable(made, tmp_path / "prepared")
    path = tmp_path / "prepared" / f"{table}.parquet"
    spoilt = pd.read_parquet(path)
    spoilt.loc[spoilt.index[-1], column] = value
    spoilt.to_parquet(path)
    with pytest.raises(DataError, match=fault):
        read_prepared_timetable(tmp_path / "prepared")


def test_a_missing_column_is_refused(made: Timetable, tmp_path: Path):
    write_timetable(made, tmp_path / "prepared")
    path = tmp_path / "prepared" / "services.parquet"
    pd.read_parquet(path).drop(columns="date").to_parquet(path)
    with pytest.raises(DataError, match="services: column date is missing"):
        read_prepared_timetable(tmp_path / "prepared")
