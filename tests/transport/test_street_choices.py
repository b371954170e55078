"""How many facilities one can choose between. At 4.8 km/h 80 metres are a minute."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely

from study.errors import CrsError, DataError
from tests.transport.grids import CRS, FAR, at, flagged, town
from tests.transport.test_travel_times import networkx_answer, random_town
from transport.street_choices import street_choices
from transport.streets import network_of
from transport.travel import CYCLE, WALK_M_PER_MIN, Travel
from transport.travel_times import nearest_facility

ROAD = town([(0, 0), (4000, 0)])
HALLS = at((800, 0), (160, 80), (1600, 0), (3000, 0), ids=list("abcd"))


def test_the_first_second_and_third_and_how_many():
    table = street_choices(at((0, 0), (3000, 0), ids=["x", "y"]), HALLS, streets=ROAD, cutoff_min=20)
    assert table.index.tolist() == ["x", "y"]
    assert table.columns.tolist() == [
        *("minutes_1", "minutes_2", "minutes_3", "id_1", "id_2", "id_3", "within", "basis", "at_least")
    ]
    assert table.loc["x", ["minutes_1", "minutes_2", "minutes_3"]].tolist() == [3, 10, 20]
    assert table.loc["x", ["id_1", "id_2", "id_3"]].tolist() == ["b", "a", "c"]
    assert table["within"].tolist() == [3, 2]
    assert table.loc["y", ["minutes_1", "minutes_2"]].tolist() == [0, 17.5]
    assert np.isnan(table.loc["y", "minutes_3"])
    assert pd.isna(table.loc["y", "id_3"])
    assert table["basis"].tolist() == ["streets", "streets"]


@pytest.mark.parametrize(("cutoff", "count"), [(2.99, 0), (3, 1), (9.99, 1), (10, 2), (20, 3), (60, 4)])
def test_a_facility_of_exactly_the_cutoff_is_within_it(cutoff, count):
    table = street_choices(at((0, 0)), HALLS, streets=ROAD, cutoff_min=cutoff)
    assert table["within"].tolist() == [count]


def test_one_nearest_alone_still_counts_them_all():
    table = street_choices(at((0, 0)), HALLS, streets=ROAD, cutoff_min=60, nearest=1)
    assert table["minutes_1"].tolist() == [3]
    assert table["within"].tolist() == [4]
    assert "minutes_2" not in table


def test_by_cycle_the_way_to_them_counts():
    # Round a ring of four times 500 m that is ridden one way; a metre pushed against it counts for 3.1.
    ring = flagged(("one", [(0, 0), (500, 0), (500, 500), (0, 500), (0, 0)]), mode="cycle")
    table = street_choices(at((250, 0)), at((500, 250), (0, 250)), streets=ring, cutoff_min=30, travel=CYCLE)
    assert table[["minutes_1", "minutes_2"]].to_numpy().tolist() == [[2.0, 6.0]]
    assert table[["id_1", "id_2"]].to_numpy().tolist() == [[0, 1]]


def test_estimates_where_streets_do_not_serve():
    half = town([(0, 0), (4000, 0)], covered=shapely.box(-100, -100, 1000, 100))
    points = at((0, 0), (2000, 0), (900, 50))
    table = street_choices(points, HALLS, streets=half, cutoff_min=30)
    # Two halls are on known streets, the other two are looked at by straight line: 1.4 times 1,600 m are 28 minutes.
    assert table.loc[0, ["minutes_1", "minutes_2", "minutes_3"]].tolist() == [3, 10, 28]
    assert table["within"].tolist() == [3, 3, 3]
    assert table["basis"].tolist() == ["estimate"] * 3
    # From the second everything is an estimate: c 400 m, d 1,000 m, a 1,200 m.
    assert table.loc[1, ["minutes_1", "minutes_2", "minutes_3"]].tolist() == pytest.approx([7, 17.5, 21])
    # The third by streets to a (150 m) and b, 700 m away in a straight line to c.
    assert table.loc[2, "id_1"] == "a"
    assert not table["at_least"].any()


def test_where_nobody_looked_there_may_be_more():
    half = town([(0, 0), (4000, 0)], covered=shapely.box(-100, -100, 1000, 100))
    points = at((400, 0), (2000, 0))
    options = {"streets": half, "assets_known_within": half.coverage}
    table = street_choices(points, HALLS, cutoff_min=30, **options)
    assert table["within"].tolist()[0] == 2
    assert table["within"].isna().tolist() == [False, True]
    assert table["basis"].tolist() == ["streets", "not covered"]
    # The known ground ends 100 m away, a minute and a quarter.
    assert table["at_least"].tolist() == [True, False]
    assert not street_choices(points, HALLS, cutoff_min=1.2, **options)["at_least"].any()


@pytest.mark.parametrize("streets", [None, ROAD], ids=["none", "road"])
def test_no_facilities_and_nothing_invented(streets):
    table = street_choices(at((0, 0)), at(), streets=streets, cutoff_min=30)
    assert table["within"].isna().tolist() == [True]
    assert table["basis"].tolist() == ["not covered"]
    assert table["minutes_1"].isna().all()
    assert table["id_1"].tolist() == [None]


def test_nothing_within_the_cutoff_is_known_to_be_nothing():
    table = street_choices(at((0, 0)), at((3000, 0)), streets=ROAD, cutoff_min=10)
    assert table["within"].tolist() == [0]
    assert table["basis"].tolist() == ["streets"]


@pytest.mark.parametrize(("cutoff", "nearest"), [(-1, 3), (30, 0), (float("nan"), 3)])
def test_questions_without_sense_are_refused(cutoff, nearest):
    with pytest.raises(DataError, match="nearest"):
        street_choices(at((0, 0)), HALLS, streets=ROAD, cutoff_min=cutoff, nearest=nearest)


def test_coordinates_that_do_not_agree_raise():
    with pytest.raises(CrsError):
        street_choices(at((0, 0)), HALLS.to_crs("EPSG:4326"), streets=ROAD, cutoff_min=30)


@pytest.mark.parametrize("seed", range(10))
def test_choices_are_those_networkx_finds(seed):
    rng = np.random.default_rng(seed)
    segments = random_town(rng)
    streets = dataclasses.replace(network_of(segments, crs=CRS), coverage=FAR)
    low, high = shapely.total_bounds(streets.lines).reshape(2, 2)
    points, halls = rng.uniform(low, high, size=(40, 2)), rng.uniform(low, high, size=(12, 2))
    near = {"streets": streets, "travel": Travel()}
    served = nearest_facility(at(*points), at(*halls), **near)["basis"].eq("streets").to_numpy()
    tied = np.array([nearest_facility(at(h), at(h), **near)["basis"].eq("streets").all() for h in halls])
    points, halls = points[served], halls[tied]
    answer = networkx_answer(segments, points, halls) / WALK_M_PER_MIN
    cutoff = 5.03
    table = street_choices(at(*points), at(*halls), streets=streets, cutoff_min=cutoff)
    assert table["within"].tolist() == (answer <= cutoff).sum(axis=1).tolist()
    ranked = np.sort(np.where(answer <= cutoff, answer, np.nan), axis=1)[:, :3]
    got = table[["minutes_1", "minutes_2", "minutes_3"]].to_numpy()
    assert got == pytest.approx(ranked, abs=1e-6, nan_ok=True)
    named = table[["id_1", "id_2", "id_3"]].to_numpy()
    for i, k in zip(*np.nonzero(~np.isnan(got)), strict=True):
        assert answer[i, named[i, k]] == pytest.approx(got[i, k], abs=1e-6)
