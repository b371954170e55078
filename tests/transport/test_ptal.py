"""PTAL by hand: walks, headways and reliability added on paper."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from study.errors import ConfigError, DataError
from tests.transport.feeds_by_hand import TUESDAY, hill, rows
from transport.connections import StopWalks
from transport.ptal import CONSTANTS, ptal, read_ptal_constants
from transport.service_day import wall_clock_s
from transport.service_quality import departures_by_route
from transport.timetable import connections_on

COLUMNS = ["stop", "route_id", "direction", "mode", "departures_per_hour"]


def departures(*table: tuple) -> pd.DataFrame:
    return pd.DataFrame(table, columns=COLUMNS).astype({"departures_per_hour": float})


def walks(*origins: dict[int, float]) -> StopWalks:
    """Return access lists from minutes to stops, one mapping for each origin."""
    pairs = [
        (row, stop, round(minutes * 60)) for row, near in enumerate(origins) for stop, minutes in near.items()
    ]
    row, stop, seconds = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    return StopWalks.from_pairs(row, stop, seconds, row_count=len(origins))


def level(near: dict[int, float], *table: tuple) -> tuple[float, str]:
    """Return the access index and band of one place."""
    found = ptal(walks(near), departures(*table), origins=pd.Index(["here"]))
    return found["access_index"].iloc[0], found["band"].iloc[0]


def test_one_bus():
    # Four minutes' walk, six an hour: 4 + 30/6 + 2 = 11 minutes; 30/11.
    assert level({0: 4}, (0, "1", 0, "bus", 6)) == (pytest.approx(30 / 11), "1b")


def test_the_best_route_of_a_mode_counts_whole_and_the_others_by_half():
    index, band = level(
        {0: 4, 1: 8, 2: 12},
        (0, "1", 0, "bus", 6),  # 11 minutes
        (1, "2", 0, "bus", 4),  # 8 + 7.5 + 2 = 17.5
        (0, "3", 0, "bus", 1),  # 4 + 30 + 2 = 36
        (2, "train", 0, "rail", 2),  # 12 + 15 + 0.75 = 27.75, a mode of its own
        (1, "tram", 0, "tram", 12),  # 8 + 2.5 + 0.75 = 11.25
    )
    assert index == pytest.approx(30 / 11 + 0.5 * (30 / 17.5 + 30 / 36) + 30 / 27.75 + 30 / 11.25)
    assert band == "2"


def test_only_the_nearest_stop_of_a_route_counts():
    # The farther stop has more buses, and would be better: 7 + 1 + 2 = 10 against 2 + 15 + 2 = 19.
    table = [(0, "1", 0, "bus", 2), (1, "1", 0, "bus", 30)]
    assert level({0: 2, 1: 7}, *table)[0] == pytest.approx(30 / 19)
    assert level({0: 7, 1: 2}, *table)[0] == pytest.approx(30 / 5)


def test_of_two_stops_equally_near_the_one_with_more_departures():
    table = [(0, "1", 0, "bus", 2), (1, "1", 0, "bus", 6), (2, "1", 0, "bus", 3)]
    assert level({0: 2, 1: 2, 2: 2}, *table)[0] == pytest.approx(30 / 9)


def test_of_two_directions_the_better_one_counts():
    # At one stop, and at two on either side of the street.
    assert level({0: 2}, (0, "1", 0, "bus", 2), (0, "1", 1, "bus", 6))[0] == pytest.approx(30 / 9)
    assert level({0: 2, 1: 3}, (0, "1", 0, "bus", 2), (1, "1", 1, "bus", 6))[0] == pytest.approx(30 / 10)


def test_a_route_in_two_modes_groups_does_not_mix():
    # A train replaced by a bus on the same route: a train and a bus.
    index, _ = level({0: 4}, (0, "1", 0, "bus", 6), (0, "1", 0, "rail", 6))
    assert index == pytest.approx(30 / 11 + 30 / 9.75)


@pytest.mark.parametrize(
    ("mode", "minutes", "counts"),
    [
        ("bus", 8, True),  # 640 m
        ("bus", 8 + 1 / 60, False),
        ("trolleybus", 8, True),
        ("rail", 12, True),  # 960 m
        ("rail", 12 + 1 / 60, False),
        ("metro", 12, True),
        ("tram", 12, True),
        ("coach", 1, False),
        ("ferry", 1, False),
        ("", 1, False),
    ],
)
def test_how_far_people_walk_to_each_mode(mode: str, minutes: float, counts: bool):
    index, band = level({0: minutes}, (0, "1", 0, mode, 6))
    assert bool(index > 0) is counts
    assert (band != "0") is counts


# The frequency at a stop on the doorstep that gives an index: 30 / (30/f + 2), so f = 30 / (30/index - 2).
@pytest.mark.parametrize(
    ("index", "band"),
    [
        *((0.01, "1a"), (2.499, "1a"), (2.501, "1b"), (4.999, "1b"), (5.001, "2"), (9.999, "2")),
        *((10.001, "3"), (14.999, "3")),
    ],
)
def test_the_edges_of_the_lower_bands(index: float, band: str):
    found, name = level({0: 0}, (0, "1", 0, "bus", 30 / (30 / index - 2)))
    assert found == pytest.approx(index)
    assert name == band


# By a train on the doorstep an index can be up to 40: 30 / (30/f + 0.75); two modes add up.
@pytest.mark.parametrize(
    ("index", "band"),
    [
        *((15.001, "4"), (19.999, "4"), (20.001, "5"), (24.999, "5"), (25.001, "6a"), (39.999, "6a")),
        *((40.001, "6b"), (70, "6b")),
    ],
)
def test_the_edges_of_the_upper_bands(index: float, band: str):
    frequency = 30 / (30 / (index / 2) - 0.75)
    found, name = level({0: 0}, (0, "1", 0, "rail", frequency), (0, "2", 0, "tram", frequency))
    assert found == pytest.approx(index)
    assert name == band


def test_an_index_on_an_edge_is_in_the_lower_band():
    # Two minutes, one every 8 minutes of headway ... 2 + 4 + 2 = 8 minutes would be 3.75; 12 minutes are 2.5.
    assert level({0: 6}, (0, "1", 0, "bus", 7.5)) == (2.5, "1a")


def test_no_stop_in_reach_is_none_and_not_covered_is_not_known():
    origins = pd.Index(["near", "far", "beyond"], name="lsoa_code")
    found = ptal(
        walks({0: 4}, {}, {0: 4}),
        departures((0, "1", 0, "bus", 6)),
        origins=origins,
        covered=np.array([True, True, False]),
    )
    assert found.index.equals(origins)
    assert found["band"].astype(object).tolist()[:2] == ["1b", "0"]
    assert found["access_index"].tolist()[:2] == [pytest.approx(30 / 11), 0]
    assert found.loc["beyond"].isna().all()
    assert found["band"].cat.categories.tolist() == ["0", "1a", "1b", "2", "3", "4", "5", "6a", "6b"]
    assert found["band"].cat.ordered


def test_without_any_departure_every_place_has_none():
    found = ptal(walks({0: 4}, {}), departures(), origins=pd.RangeIndex(2))
    assert found["access_index"].tolist() == [0, 0]
    assert found["band"].tolist() == ["0", "0"]


def test_many_origins_are_each_as_if_alone(monkeypatch: pytest.MonkeyPatch):
    near = [{0: 4}, {}, {0: 2, 1: 7}, {1: 3}, {0: 8, 1: 8}]
    table = departures((0, "1", 0, "bus", 6), (1, "1", 0, "bus", 12), (1, "2", 0, "bus", 2))
    alone = [ptal(walks(each), table, origins=pd.RangeIndex(1))["access_index"].iloc[0] for each in near]
    monkeypatch.setattr("transport.ptal.BLOCK", 2)
    assert ptal(walks(*near), table, origins=pd.RangeIndex(5))["access_index"].tolist() == alone
    assert len(ptal(walks(), table, origins=pd.RangeIndex(0))) == 0


def test_origins_and_access_lists_must_be_as_many():
    with pytest.raises(DataError, match="2 origins, but access lists for 1"):
        ptal(walks({0: 4}), departures(), origins=pd.RangeIndex(2))


def test_from_a_feed_to_a_band(tmp_path: Path):
    # In the peak, 08:15 to 09:15, four buses up the hill and two down leave B.
    times = [
        *(f"up{i} A 1 8:{10 + 15 * i}:00" for i in range(3)),
        *(f"up{i} B 2 8:{15 + 15 * i}:00" for i in range(3)),
        *(f"up{i} C 3 8:{25 + 15 * i}:00" for i in range(3)),
        *("up3 A 1 8:55:00", "up3 B 2 9:14:59", "up3 C 3 9:20:00"),
        *("down0 C 1 8:20:00", "down0 B 2 8:30:00", "down0 A 3 8:40:00"),
        *("down1 C 1 8:50:00", "down1 B 2 9:00:00", "down1 A 3 9:10:00"),
        # As the peak ends.
        *("down2 C 1 9:05:00", "down2 B 2 9:15:00", "down2 A 3 9:25:00"),
    ]
    names = [*(f"up{i}" for i in range(4)), *(f"down{i}" for i in range(3))]
    timetable = hill(
        tmp_path,
        trips="trip_id,route_id,service_id\n" + "".join(f"{name},1,week\n" for name in names),
        stop_times=rows(*times),
    )
    constants = read_ptal_constants()
    start, end = (
        wall_clock_s(TUESDAY, time, timetable.timezone)
        for time in (constants.window_start, constants.window_end)
    )
    table = departures_by_route(connections_on(timetable, TUESDAY), timetable, start_s=start, end_s=end)
    found = ptal(walks({1: 3}), table, origins=pd.Index(["E01"]))
    # 3 + 30/4 + 2 = 12.5 minutes.
    assert found["access_index"].iloc[0] == pytest.approx(30 / 12.5)
    assert found["band"].iloc[0] == "1a"


# The constants


def test_the_constants_are_those_of_the_method():
    constants = read_ptal_constants()
    assert constants.within_s() == 12 * 60
    assert [constants.groups[name].reliability_min for name in ("bus", "rail", "metro", "tram")] == [
        *(2.0, 0.75, 0.75, 0.75)
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("walk_m_per_min", "walk_speed", "walk_m_per_min: Field required; walk_speed: Extra inputs"),
        ("within_m = 640.0", "within_m = -1.0", "groups.bus.within_m"),
        ('modes = ["tram"]', 'modes = ["rickshaw"]', "groups.tram.modes.0"),
        ('modes = ["tram"]', 'modes = ["bus"]', "a mode stands in two groups"),
        ("up_to = 5.0", "up_to = 1.0", "bands must grow"),
        ("up_to = 5.0", "", "bands must grow"),
        ('name = "1b"', 'name = "1a"', "two bands have one name"),
        ("window_end = 09:15:00", "window_end = 08:00:00", "window_end must come after"),
        ("walk_m_per_min = 80.0", "walk_m_per_min =", "not valid TOML"),
    ],
)
def test_a_wrong_constant_is_named(tmp_path: Path, old: str, new: str, fault: str):
    text = CONSTANTS.read_text("utf-8")
    assert old in text
    changed = tmp_path / "ptal.toml"
    changed.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=re.escape(fault)):
        read_ptal_constants(changed)


def test_an_edited_constant_is_used(tmp_path: Path):
    changed = tmp_path / "ptal.toml"
    changed.write_text(
        CONSTANTS.read_text("utf-8").replace("reliability_min = 2.0", "reliability_min = 4.0"), "utf-8"
    )
    found = ptal(
        walks({0: 4}),
        departures((0, "1", 0, "bus", 6)),
        origins=pd.RangeIndex(1),
        constants=read_ptal_constants(changed),
    )
    assert found["access_index"].iloc[0] == pytest.approx(30 / 13)
