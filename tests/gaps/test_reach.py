"""Who can reach what, counted: by hand on a few points."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gaps.reach import (
    OVER_HORIZON_MIN,
    Destination,
    ReachTimes,
    adds_over_walking,
    reach_values,
    residents_by_age,
    to_asset,
    to_centre,
    to_point,
    to_type,
)
from layers.study_tables import StudyTables
from study.errors import PlaceNotFoundError
from transport.journey import Journey
from transport.street_network import StreetNetwork


@pytest.fixture
def reach(tables: StudyTables) -> ReachTimes:
    return ReachTimes(tables, walk=None, cycle=None, transit=None)


def answer(tables: StudyTables, minutes: list[float | None]) -> pd.DataFrame:
    """An answer as `ReachTimes.minutes` gives it, with minutes written by hand."""
    values = pd.Series(minutes, index=tables.resident_points.index, dtype=float)
    basis = np.where(values.isna(), "not covered", "streets")
    return pd.DataFrame({"minutes": values, "basis": basis, "at_most": False, "at_least": values})


def test_destinations(tables: StudyTables) -> None:
    assert to_type(tables, "faith").places.index.tolist() == ["n14", "n15", "n3"]
    assert to_asset(tables, "n1").label == "Westgate Hall"
    assert to_asset(tables, "n8").label == "a place without a name"
    assert to_centre(tables).label == f"the centre ({tables.area.centre.name})"
    point = tables.assets.geometry.loc["n1"]
    assert to_point(tables, point, "here").places.geometry.iloc[0].equals(point)
    with pytest.raises(PlaceNotFoundError, match="not on this map"):
        to_asset(tables, "n999")


def test_a_place_without_streets_or_timetable_walks_and_cycles(reach: ReachTimes) -> None:
    assert reach.modes() == ["walk", "cycle"]
    assert reach.no_transit() == "There is no timetable for Toytown yet: walking and cycling only."
    assert reach.carries_shares(Journey()) and reach.status(Journey()) is None


def test_the_nearest_of_a_type_is_the_nearest_of_its_places(reach: ReachTimes, tables: StudyTables) -> None:
    to_all = reach.minutes(to_type(tables, "faith"), Journey())["minutes"]
    each = [reach.minutes(to_asset(tables, a), Journey())["minutes"] for a in ("n3", "n14", "n15")]
    assert to_all.tolist() == pytest.approx(np.min(each, axis=0).tolist())
    choices = reach.choices(to_type(tables, "faith"), Journey(), cutoff_min=60)
    ranked = np.sort(each, axis=0)
    within = (ranked <= 60).sum(axis=0)
    assert choices["within"].tolist() == within.tolist()
    for k in (1, 2, 3):
        shown = np.where(ranked[k - 1] <= 60, ranked[k - 1], np.nan)
        np.testing.assert_allclose(choices[f"minutes_{k}"].to_numpy(float), shown)


def test_an_answer_is_worked_out_once(reach: ReachTimes, tables: StudyTables) -> None:
    first = reach.minutes(to_type(tables, "health"), Journey())
    assert reach.minutes(to_type(tables, "health"), Journey()) is first
    assert reach.minutes(to_type(tables, "health"), Journey(walk_kph=3.2)) is not first


def test_streets_lead_where_they_are_known(tables: StudyTables, westgate_streets: StreetNetwork) -> None:
    reach = ReachTimes(tables, walk=westgate_streets, cycle=None, transit=None)
    table = reach.minutes(to_asset(tables, "n1"), Journey())
    # By hand, see `westgate_streets`: 300, 1,300, 700 and 1,700 m at 80 m a minute.
    assert table["minutes"].iloc[:4].tolist() == pytest.approx([3.75, 16.25, 8.75, 21.25])
    assert table["basis"].iloc[:4].tolist() == ["streets"] * 4


def test_minutes_over_the_horizon_are_shown_as_that(tables: StudyTables) -> None:
    count = len(tables.resident_points)
    destination = Destination("x", "there", tables.assets.iloc[:1])
    values = reach_values(
        tables, answer(tables, [np.inf] * count), by="ward", destination=destination, journey=Journey()
    )
    assert (
        set(values.values) == {OVER_HORIZON_MIN}
        and round(OVER_HORIZON_MIN) == 90
        and set(values.status) == {"over 90 min"}
    )
    unknown = reach_values(
        tables, answer(tables, [None] * count), by="ward", destination=destination, journey=Journey()
    )
    assert unknown.values.isna().all() and set(unknown.status) == {"not covered"}


def test_people_of_every_age_are_spread_alike_within_a_small_area(tables: StudyTables) -> None:
    points = tables.resident_points
    lsoas = points["lsoa_code"].unique()
    near, far, unknown = lsoas[0], lsoas[1], lsoas[2]
    minutes = points["lsoa_code"].map({near: 5.0, far: 50.0}).tolist()
    population = tables.population.assign(age_0_15=100, age_65_plus=10)
    table = residents_by_age(
        answer(tables, minutes),
        StudyTables(**{**vars(tables), "population": population}),
        cutoff_min=15,
    )
    assert table.index.tolist() == ["0 to 15", "65 and over"]
    everyone = len(population)
    assert table["residents"].tolist() == [100 * everyone, 10 * everyone]
    assert table["within"].tolist() == [100, 10]
    assert table["not_known"].tolist() == [100 * (everyone - 2), 10 * (everyone - 2)]
    assert unknown in population.index and table["within_share"].isna().all()  # too many are not known
    assert residents_by_age(answer(tables, minutes), tables, cutoff_min=15) is None  # Toytown has no ages


def test_what_public_transport_adds() -> None:
    points = pd.DataFrame({"residents": [30.0, 70.0, 50.0]})
    minutes = pd.DataFrame({"minutes": [10.0, 20.0, np.nan], "on_foot": [15.0, 20.0, np.nan]})
    assert adds_over_walking(minutes, points) == pytest.approx(0.3)
    assert np.isnan(adds_over_walking(minutes.assign(minutes=np.nan), points))
