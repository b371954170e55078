"""Public transport of a place, asked from its doors: one straight road, two stops, one bus, worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from study.errors import DataError
from tests.transport.feeds_by_hand import CRS, TUESDAY, write_feed
from tests.transport.grids import at, town
from transport.journey import PRESETS, Journey
from transport.timetable import read_timetable
from transport.transit import Transit

# The road runs 10 km east. The bus leaves A (at 399 m) at 08:10 and is at B (at 8,001 m) at 08:20; it goes back from B
# at 17:00 and is at A at 17:30. On foot 80 m take a minute.
X, Y = 430_000.0, 433_000.0
HOME, BY_B, FAR_OFF = (X, Y), (X + 8_400, Y), (X, Y + 5_000)
HALL = (X + 8_080, Y)
JOURNEY = Journey(mode="transit", day=TUESDAY, begins=dt.time(8), ends=dt.time(8, 6))


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    places = gpd.GeoSeries(gpd.points_from_xy([X + 399, X + 8_001], [Y, Y]), crs=CRS).to_crs("EPSG:4326")
    stops = "stop_id,stop_name,stop_lat,stop_lon\n"
    stops += "".join(f"{name},{name},{p.y:.9f},{p.x:.9f}\n" for name, p in zip("AB", places, strict=True))
    return write_feed(
        tmp_path / "feed",
        stops=stops,
        trips="trip_id,route_id,service_id\nthere,1,week\nback,1,week\n",
        stop_times=(
            "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
            "there,A,1,08:10:00,08:10:00\nthere,B,2,08:20:00,08:20:00\n"
            "back,B,1,17:00:00,17:00:00\nback,A,2,17:30:00,17:30:00\n"
        ),
    )


def transit(feed: Path, *doors: tuple[float, float], cache: Path | None = None) -> Transit:
    around = shapely.box(X - 50_000, Y - 50_000, X + 50_000, Y + 50_000)
    road = town([(X + x, Y) for x in range(0, 10_001, 500)], covered=around)
    timetable = read_timetable({"bus": feed}, crs=CRS)
    return Transit(timetable, at(*doors), road, fingerprint="x", cache=cache)


def test_a_walk_a_ride_and_a_walk(feed: Path) -> None:
    table = transit(feed, HOME, BY_B, FAR_OFF).minutes(at(HALL), JOURNEY)
    # From home: 5 minutes to A, so all six departures from 08:00 to 08:05 catch the 08:10, which is at B at 08:20;
    # then a minute to the hall, 08:21. Leaving at 08:00 takes 21 minutes, at 08:05 16: the middle of six is the third
    # smallest, 18; one in ten keeps the smallest, nine in ten the largest.
    home = table.iloc[0]
    assert (home["minutes"], home["p10"], home["p90"]) == (18, 16, 21)
    assert home["on_foot"] == np.inf  # 101 minutes: longer than is looked for
    # From beyond B people walk: 320 m, 4 minutes, at every departure.
    assert table.iloc[1][["minutes", "p10", "p90", "on_foot"]].tolist() == [4, 4, 4, 4]
    # Who lives off the streets is not far: nobody knows.
    assert table["basis"].tolist() == ["streets", "streets", "not covered"]
    assert table.iloc[2][["minutes", "p10", "p90", "at_least"]].isna().all()


def test_a_bus_that_is_missed_leaves_more_than_the_horizon(feed: Path) -> None:
    later = replace(JOURNEY, begins=dt.time(8, 5), ends=dt.time(8, 8))
    # 08:05 catches it, 08:06 and 08:07 do not, and the walk is 101 minutes.
    table = transit(feed, HOME).minutes(at(HALL), later)
    assert table.iloc[0][["minutes", "p10", "p90"]].tolist() == [np.inf, 16, np.inf]


def test_there_and_back_takes_the_longer_way(feed: Path) -> None:
    journey = PRESETS["return"].applied(JOURNEY)
    # Back: 17:00 from B, 17:30 at A, home at 17:35. To be home by a minute from 17:35 on one leaves the hall at 16:59:
    # by 17:35 that is 36 minutes, by 17:59 60. Nobody is home by 17:34 or before, which is 95 of the 120 minutes.
    table = transit(feed, HOME).minutes(at(HALL), journey)
    assert table["minutes"].tolist() == [np.inf]
    assert table["p10"].tolist() == [47]  # the twelfth smallest of 36, 37, 38 ...


def test_a_longer_walk_to_stops_than_allowed_is_none(feed: Path) -> None:
    near = replace(JOURNEY, access_min=5)
    assert transit(feed, HOME).minutes(at(HALL), near)["minutes"].tolist() == [18]  # just within five minutes
    assert transit(feed, HOME).minutes(at((X + 8_480, Y)), near)["minutes"].tolist() == [np.inf]


def test_a_slow_walker_misses_it(feed: Path) -> None:
    slow = PRESETS["slow"].applied(JOURNEY)
    # 399 m at 3.2 km/h take 7 minutes 29 s: 08:00, 08:01 and 08:02 catch it; then 79 m take 89 s.
    table = transit(feed, HOME).minutes(at(HALL), slow)
    assert table.iloc[0][["minutes", "p10", "p90"]].tolist() == [21 + 29 / 60, 19 + 29 / 60, np.inf]


def test_choices_begin_with_the_nearest(feed: Path) -> None:
    halls = at(HALL, (X + 8_160, Y), (X + 80, Y))
    place = transit(feed, HOME, FAR_OFF)
    table = place.choices(halls, JOURNEY, cutoffs_min=(10, 20, 30))
    # The third hall is a minute off on foot; the others are 18 and 19 minutes by bus.
    assert table.iloc[0].tolist() == [1, 18, 19, 1, 3, 3]
    assert table.iloc[0]["minutes_1"] == place.minutes(halls, JOURNEY).iloc[0]["minutes"]
    assert table.iloc[1].isna().all()


def test_walks_are_kept_and_only_what_changed_is_made_anew(feed: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first = transit(feed, HOME, cache=kept).minutes(at(HALL), JOURNEY)
    files = {p.name: p.stat().st_mtime_ns for p in kept.iterdir()}
    assert len(files) == 2  # to stops, and between them
    assert transit(feed, HOME, cache=kept).minutes(at(HALL), JOURNEY).equals(first)
    assert {p.name: p.stat().st_mtime_ns for p in kept.iterdir()} == files
    transit(feed, HOME, cache=kept).minutes(at(HALL), replace(JOURNEY, change_s=120))
    assert len(list(kept.iterdir())) == 3  # a change between stops takes longer; the walk to them does not
    for path in kept.iterdir():
        path.write_bytes(b"half a file")
    assert transit(feed, HOME, cache=kept).minutes(at(HALL), JOURNEY).equals(first)


def test_a_folder_that_cannot_be_written_costs_time_alone(feed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    table = transit(feed, HOME, cache=tmp_path / "file" / "kept").minutes(at(HALL), JOURNEY)
    assert table["minutes"].tolist() == [18]


def test_the_ground_reached_by_bus_has_an_island_at_its_end(feed: Path) -> None:
    bands = transit(feed, HOME).isochrones(at(HOME).geometry.iloc[0], JOURNEY, bands_min=(10.0, 30.0))
    near, wide = bands.geometry
    assert near.contains(at((X + 100, Y)).geometry.iloc[0]) and wide.covers(near)
    # B is reached after 17 minutes and more, and then there are some left to walk on.
    assert wide.contains(at((X + 8_100, Y)).geometry.iloc[0])
    assert not wide.contains(at((X + 5_000, Y)).geometry.iloc[0])


def test_departures_of_stations_and_access_levels(feed: Path) -> None:
    place = transit(feed, HOME, FAR_OFF)
    table = place.stations(TUESDAY, dt.time(8), dt.time(9))
    assert table["departures"].to_dict() == {"A": 1, "B": 0}
    levels = place.access_levels(TUESDAY)
    # Nothing leaves between 08:15 and 09:15.
    assert levels["access_index"].tolist()[0] == 0 and levels["band"].tolist()[0] == "0"
    assert np.isnan(levels["access_index"].tolist()[1])


def test_a_day_without_any_trip_names_one_that_has(feed: Path) -> None:
    with pytest.raises(DataError, match="No trip of the timetable runs on Sunday"):
        transit(feed, HOME).minutes(at(HALL), PRESETS["sunday"].applied(JOURNEY))
