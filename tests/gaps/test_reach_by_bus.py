"""Who can reach the surgery of Toytown on foot, by cycle and by bus: see `tests.toytown_bus` for the times by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from gaps.reach import ReachTimes, adds_over_walking, reach_values, residents_by_age, to_type
from layers.study_tables import StudyTables
from study.area import StudyArea, TimetableFacts
from tests.toytown import LSOAS, MIDTOWN, WESTGATE, toytown
from tests.toytown_bus import BY_BUS, ON_FOOT, TUESDAY, toytown_streets, toytown_timetable
from transport.journey import PRESETS, Journey
from transport.transit import Transit

RIDE = Journey(mode="transit", day=TUESDAY)
WHOLE = {"operators": ["toy buses"], "modes": ["bus"], "trips_per_weekday": 460}


def with_timetable(expected: dict[str, object] | None) -> StudyTables:
    tables = toytown()
    facts = TimetableFacts.model_validate({"day": TUESDAY, "expected": expected})
    area: StudyArea = tables.area.model_copy(update={"timetable": facts})
    return dataclasses.replace(tables, area=area)


def reach_of(tables: StudyTables) -> ReachTimes:
    walk = toytown_streets()
    transit = Transit(toytown_timetable(), tables.resident_points, walk, fingerprint="toytown")
    return ReachTimes(tables, walk=walk, cycle=toytown_streets("cycle"), transit=transit)


@pytest.fixture(scope="module")
def reach() -> ReachTimes:
    return reach_of(with_timetable(WHOLE))


def minutes(reach: ReachTimes, journey: Journey) -> pd.DataFrame:
    return reach.minutes(to_type(reach.tables, "health"), journey)


def test_minutes_by_every_mode(reach: ReachTimes) -> None:
    assert reach.modes() == ["walk", "cycle", "transit"] and reach.no_transit() == ""
    assert minutes(reach, Journey())["minutes"].to_list() == pytest.approx(ON_FOOT)
    # 15 km/h are 250 m a minute; point and surgery stand on the street, so that nothing is pushed.
    assert minutes(reach, Journey("cycle"))["minutes"].to_list() == pytest.approx([m * 0.32 for m in ON_FOOT])
    table = minutes(reach, RIDE)
    assert table["minutes"].to_list() == pytest.approx(BY_BUS)
    assert table["on_foot"].to_list() == pytest.approx(ON_FOOT)
    assert table["p10"].to_list()[:4] == [5, 18, 18, 31.25] and table["p90"].to_list()[:4] == [
        13,
        18.75,
        26,
        31.25,
    ]
    assert set(table["basis"]) == {"streets"}


def test_there_and_back_and_sunday(reach: ReachTimes) -> None:
    assert minutes(reach, PRESETS["return"].applied(RIDE))["minutes"].to_list() == pytest.approx(BY_BUS)
    sunday = PRESETS["sunday"].applied(RIDE)
    assert sunday.day == dt.date(2024, 3, 17)
    first = minutes(reach, sunday).iloc[0]
    assert (first["minutes"], first["p10"]) == (31.25, 10)


def test_the_middle_resident_of_a_small_area_by_hand(reach: ReachTimes) -> None:
    destination = to_type(reach.tables, "health")
    table = minutes(reach, RIDE)
    values = reach_values(reach.tables, table, by="lsoa", destination=destination, journey=RIDE)
    # LSOA 1: 750 of 1,000 at 9; 2: half at 22; 3: 6.25; 4: 18.75; 5: 2,000 of 3,000 at 9; 6: 28.
    assert values.values.to_dict() == dict(zip(LSOAS, [9, 22, 6.25, 18.75, 9, 28], strict=True))
    assert set(values.status) == {""}
    # Of everyone's tenth and ninetieth percentile of departures the middle one.
    assert values.detail["departures_p10"].to_list() == [5, 18, 6.25, 18.75, 5, 24]
    assert values.detail["departures_p90"].to_list() == [13, 26, 6.25, 18.75, 13, 32]
    assert values.indicator.title == "Minutes by public transport to the nearest known health service"
    assert "timetable date: 2024-03-12 (Tuesday)" in values.indicator.about
    by_ward = reach_values(reach.tables, table, by="ward", destination=destination, journey=RIDE)
    # Westgate in order: 9 (750), 18.75 (250), 22 (1,000), 31.25 (1,000): the 1,500th has 22.
    assert by_ward.values[WESTGATE] == 22 and by_ward.values[MIDTOWN] == 6.25


def test_what_the_bus_adds(reach: ReachTimes) -> None:
    points = reach.tables.resident_points
    assert adds_over_walking(minutes(reach, RIDE), points) == pytest.approx(3_830 / 8_080)
    # Late at night the last bus has gone, and the walk is as long as before.
    night = dataclasses.replace(RIDE, day=dt.date(2024, 3, 24), begins=dt.time(23, 30), ends=dt.time(23, 45))
    assert adds_over_walking(minutes(reach, night), points) == 0


def test_ages_by_hand(reach: ReachTimes) -> None:
    ages = reach.tables.population.assign(
        age_0_15=[100, 200, 150, 50, 300, 8], age_65_plus=[100, 0, 0, 0, 0, 40]
    )
    tables = dataclasses.replace(reach.tables, population=ages)
    table = residents_by_age(minutes(reach, RIDE), tables, cutoff_min=10)
    # Within 10 minutes: three quarters of LSOA 1, none of 2, all of 3, none of 4, two thirds of 5, none of 6.
    assert table["within"].to_list() == pytest.approx([75 + 150 + 200, 75])
    assert table["residents"].to_list() == [808, 140]
    assert table["within_share"].to_list() == pytest.approx([425 / 808, 75 / 140])
    assert table["not_known"].to_list() == [0, 0]
    unknown = minutes(reach, RIDE)
    # Nothing is known of LSOA 6, where 40 of 140 older people live: too many to speak of a share of them.
    unknown.loc[10, ["minutes", "at_least"]] = np.nan
    shares = residents_by_age(unknown, tables, cutoff_min=10)["within_share"]
    assert shares.iloc[0] == pytest.approx(425 / 800) and np.isnan(shares.iloc[1])


def test_choices_at_every_cutoff_from_one_count(reach: ReachTimes) -> None:
    faith = to_type(reach.tables, "faith")
    nearest = reach.minutes(faith, RIDE)["minutes"]
    # Point 0 walks to the Quakers at (400, 1300), 900 m: 11.25 minutes; the mosque at (1600, 600), 1,200 m: 15; the
    # church at (1500, 900), 1,400 m: 17.5.
    for cutoff, within in ((10, 0), (15, 2), (20, 3)):
        table = reach.choices(faith, RIDE, cutoff_min=cutoff)
        assert table["minutes_1"].to_list() == nearest.to_list()
        assert table["within"].iloc[0] == within


@pytest.mark.parametrize(
    ("expected", "partial"),
    [
        (WHOLE, False),
        ({**WHOLE, "trips_per_weekday": 570}, False),  # 456 are four fifths of 570
        ({**WHOLE, "trips_per_weekday": 571}, True),
        ({**WHOLE, "operators": ["Toy Buses", "Toy Trams"]}, True),
        ({**WHOLE, "modes": ["bus", "tram"]}, True),
        (None, True),
    ],
)
def test_nobody_is_counted_from_a_part_of_a_timetable(
    expected: dict[str, object] | None, partial: bool
) -> None:
    reach = reach_of(with_timetable(expected))
    status = reach.status(RIDE)
    assert status is not None and status.is_partial is partial and bool(status.reasons) is partial
    assert reach.carries_shares(RIDE) is not partial
    assert reach.carries_shares(Journey()) and reach.carries_shares(Journey("cycle"))


def test_where_streets_lead_to_few_stops_nobody_is_asked_about_buses() -> None:
    tables = with_timetable(WHOLE)
    one_of_three = dataclasses.replace(toytown_streets(), coverage=toytown().wards.geometry.iloc[0])
    transit = Transit(toytown_timetable(), tables.resident_points, one_of_three, fingerprint="")
    reach = ReachTimes(tables, walk=one_of_three, cycle=None, transit=transit)
    assert reach.modes() == ["walk", "cycle"]
    assert reach.no_transit().startswith("Only 1 of the 3 stops in Toytown lie where streets are known")
