"""The made-up city: the same every time, its streets joined, its feed whole, its residents all accounted for."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.city import STREETS, TIMETABLE, main, write_city
from benchmarks.city_plan import CENTRE_M, CRS, MAIN_EVERY, PRIMARY, SIZES, STEPS, plan_of, river_y
from study.area import read_study_area
from study.sources import read_sources
from transport.streets import read_street_networks
from transport.timetable import connections_on, read_timetable

SMALL = SIZES["small"]
WEDNESDAY, SATURDAY, SUNDAY = (dt.date(2026, 6, day) for day in (10, 13, 14))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(tmp_path_factory.mktemp("city"), SMALL)


@pytest.fixture(scope="module")
def timetable(city: Path):
    return read_timetable({"timetable": city / TIMETABLE}, crs=CRS)


def test_the_same_city_comes_every_time(city: Path, tmp_path: Path):
    again = write_city(tmp_path, SMALL)
    files = sorted(path.name for path in city.iterdir())
    assert len(files) == 9
    for name in files:
        one, other = (hashlib.sha256((folder / name).read_bytes()).hexdigest() for folder in (city, again))
        assert one == other, name


def test_every_street_is_joined_to_every_other():
    plan = plan_of(SMALL)
    count = len(plan.xy)
    parts, _ = connected_components(coo_array((np.ones(len(plan.a)), (plan.a, plan.b)), shape=(count, count)))
    assert parts == 1
    # A circle of this radius holds so many points of a lattice; hardly any is cut off by the river.
    assert count == pytest.approx(np.pi * SMALL.half**2, rel=0.02)


def test_the_river_is_crossed_on_bridges_only():
    plan = plan_of(SMALL)
    north = plan.xy[:, 1] > river_y(plan.xy[:, 0], SMALL.radius_m)
    crosses = north[plan.a] != north[plan.b]
    assert np.array_equal(crosses, plan.bridge)
    # Columns -49, 0 and 49: one bridge each, all on the largest roads.
    assert sorted(plan.column[plan.a[plan.bridge]]) == [-49, 0, 49]
    assert set(plan.kind[plan.bridge]) == {PRIMARY}


def test_blocks_are_smaller_in_the_middle():
    plan = plan_of(SMALL)
    length_m = np.hypot(*(plan.xy[plan.a] - plan.xy[plan.b]).T)
    out = plan.from_middle[plan.a]
    assert length_m[out < 0.2].mean() < 0.8 * length_m[out > 0.8].mean()
    assert np.hypot(*(plan.xy.mean(axis=0) - CENTRE_M)) < 0.05 * SMALL.radius_m


def test_the_extract_reads_as_streets_for_walking_and_cycling(city: Path):
    plan = plan_of(SMALL)
    networks = read_street_networks(city / STREETS, crs=CRS)
    walked_m = np.hypot(*(plan.xy[plan.a] - plan.xy[plan.b]).T)
    assert networks.walk.length_m.sum() == pytest.approx(walked_m.sum(), rel=0.001)
    assert networks.walk.steps.sum() == pytest.approx((plan.kind == STEPS).sum(), abs=5)
    assert networks.cycle.one_way.sum() > 50
    assert not networks.walk.one_way.any()


def test_the_feed_has_no_faults_and_three_kinds_of_day(timetable):
    assert timetable.faults.empty
    trips = {}
    for day in (WEDNESDAY, SATURDAY, SUNDAY, dt.date(2026, 5, 25), dt.date(2026, 5, 18)):
        trips[day] = len(connections_on(timetable, day).departure_s)
    assert trips[WEDNESDAY] == pytest.approx(SMALL.connections, rel=0.1)
    assert trips[WEDNESDAY] > trips[SATURDAY] > trips[SUNDAY] > 0
    # A bank holiday Monday runs less than the Monday before.
    assert trips[dt.date(2026, 5, 25)] < trips[dt.date(2026, 5, 18)]


def test_the_feed_is_of_two_operators_by_road_and_rail_with_frequencies(timetable):
    assert set(timetable.trips["operator"]) == {"Made-up Buses", "Made-up Rail"}
    assert set(timetable.trips["route_type"]) == {2, 3}
    assert timetable.total("runs_exact") > 0
    # Stations besides, there are so many places with a stop on either side of the road.
    bus = timetable.stops["stop_name"].str.startswith("Stop")
    assert bus.sum() / 2 == pytest.approx(SMALL.stop_places, abs=15)
    on_the_minute = (timetable.hops["departure_s"] % 60 == 0).mean()
    assert on_the_minute < 0.1
    assert (timetable.hops["arrival_s"] > timetable.hops["departure_s"]).all()


def test_buses_stop_where_main_roads_meet(timetable):
    plan = plan_of(SMALL)
    crossing = (plan.column % MAIN_EVERY == 0) & (plan.row % MAIN_EVERY == 0)
    corners = shapely.STRtree(shapely.points(plan.xy[crossing]))
    buses = timetable.stops[timetable.stops["stop_name"].str.startswith("Stop")]
    _, metres = corners.query_nearest(buses.geometry.to_numpy(), return_distance=True, all_matches=False)
    assert metres.max() < 10


def test_small_areas_tile_the_city_and_all_have_wards_and_residents(city: Path):
    lsoas = gpd.read_file(city / "lsoas.geojson").set_index("lsoa_code").to_crs(CRS)
    wards = gpd.read_file(city / "wards.geojson").to_crs(CRS)
    assert (len(lsoas), len(wards)) == (SMALL.areas, SMALL.wards)
    ground_m2 = np.pi * (0.97 * SMALL.radius_m) ** 2
    assert lsoas.area.sum() == pytest.approx(ground_m2, rel=0.01)
    assert shapely.area(shapely.union_all(lsoas.geometry.to_numpy())) == pytest.approx(
        lsoas.area.sum(), rel=1e-6
    )
    lookup = pd.read_csv(city / "lookup.csv", index_col="lsoa_code")
    assert set(lookup.index) == set(lsoas.index)
    assert set(lookup["ward_code"]) == set(wards["ward_code"])
    census = pd.read_csv(city / "census.csv", index_col="lsoa_code")
    assert (census.drop(columns="Total").sum(axis=1) == census["Total"]).all()
    assert census["Total"].sum() == pytest.approx(SMALL.residents, rel=0.05)
    points = pd.read_csv(city / "postcodes.csv")
    lived = points.groupby("lsoa_code")["residents"].sum()
    assert np.allclose(lived.reindex(census.index), census["Total"], atol=0.1)
    assert len(points) == pytest.approx(SMALL.postcodes, rel=0.01)


def test_a_tenth_of_the_areas_is_in_each_decile(city: Path):
    table = pd.read_csv(city / "deprivation.csv", index_col="lsoa_code")
    deciles = table.filter(like="Decile")
    assert deciles.shape == (130, 8)
    for name in deciles:
        assert deciles[name].value_counts().to_dict() == dict.fromkeys(range(1, 11), 13)


def test_the_study_area_says_that_it_is_made_up_and_names_files_that_are_written(city: Path):
    area = read_study_area("madeup")
    assert area.demonstration
    assert not read_study_area("leeds").demonstration
    register = read_sources()
    for entry in area.tables.values():
        source = register[entry.source]
        assert "CC0" in source.licence
        assert (city.parent / source.file.replace(":", "/")).is_file()


def test_the_command_says_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(tmp_path), "--size", "small"]) == 0
    assert f"python -m prepare madeup --mirror {tmp_path}" in capsys.readouterr().out
