"""Public transport of one place, from door to facility, worked out by hand.

High Street runs west to east; walking takes 80 m a minute. The bus calls at A (800 m), B (4,800 m, 10 minutes later)
and C (7,200 m, 16 minutes after A), and leaves A at 07:40, 08:00, 08:20, 08:40 and 09:00. The surgery stands at
7,600 m, 5 minutes from C. People leave at the 20 minutes from 08:00 to 08:19; of 20 times in order the 10th is
the median, the 2nd and the 18th are the 10th and 90th percentile.

door     at, m   to stop           leaves 08:00 ... 08:19                                 2nd  10th  18th  all on foot
hill         0   A, 10 min         to 08:10 by the 08:20: 41 ... 31; then 50 ... 42        32    40    48  95, too far
by C     7,360   -                 3 minutes on foot, always                                3     3     3   3
field        -   2,000 m off       nobody knows
far     -1,000   A, 22.5 min       no stop within 20 minutes                                -     -     -  107.5
middle   3,600   B, 15 min         to 08:15 by the 08:30 from B: 41 ... 26; then 45 ... 42 27    35    43  50
beyond B 5,600   B, 10 min         08:00 by the 08:10: 21; to 08:16 walk: 25; 24, 23, 22   22    25    25  25

The bus home leaves C at 15:00, 16:00 and 17:00 and reaches A 16 minutes later. From the surgery to the hill: leave at
14:55, 15:55, 16:55, be home at 15:26, 16:26, 17:26. To be home by each minute from 16:00 to 17:59 one leaves 65 ... 90
minutes before (26 times), 31 ... 90 (60 times) or 31 ... 64 (34 times): 31 to 90 minutes twice each, so that of 120 in
order the 12th is 36, the 60th is 60, the 108th is 84.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

import transport.transit
from study.errors import CrsError, DataError
from tests.transport.grids import at, town
from tests.transport.lines_by_hand import Line, every, timetable
from transport.connections import StopWalks
from transport.journey import Journey
from transport.timetable import Timetable
from transport.transit import Transit

TUESDAY = dt.date(2024, 3, 12)
BY_BUS = Journey(mode="transit", day=TUESDAY, begins=dt.time(8), ends=dt.time(8, 20))
HIGH_STREET = town([(-2_000, 0), (9_000, 0)])
DOORS = at(
    (0, 0),
    (7_360, 0),
    (0, 2_000),
    (-1_000, 0),
    (3_600, 0),
    (5_600, 0),
    ids=["hill", "by C", "field", "far", "middle", "beyond B"],
)
SURGERY = at((7_600, 0), ids=["surgery"])
NOT_KNOWN, TOO_FAR = np.nan, np.inf


def bus() -> Timetable:
    return timetable(
        {"A": (800, 0), "B": (4_800, 0), "C": (7_200, 0)},
        [
            Line([("A", 0), ("B", 10), ("C", 16)], every(20, "07:40", "09:00")),
            Line([("C", 0), ("B", 6), ("A", 16)], every(60, "15:00", "17:00")),
        ],
        services={"daily": [TUESDAY]},
    )


def transit(cache: Path | None = None, *, fingerprint: str = "one") -> Transit:
    return Transit(bus(), DOORS, HIGH_STREET, fingerprint=fingerprint, cache=cache)


def same(column: object, by_hand: list[float]) -> None:
    assert np.allclose(np.asarray(column, dtype=float), by_hand, equal_nan=True, atol=1e-9)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been worked out, in order, rather than read from the cache."""
    made: list[str] = []

    def counting(name: str) -> Callable[..., StopWalks]:
        real = getattr(transport.transit, name)

        def make(*args: object, **how: object) -> StopWalks:
            made.append(name)
            return real(*args, **how)

        return make

    for name in ("access_walks", "transfer_walks", "node_walks"):
        monkeypatch.setattr(transport.transit, name, counting(name))
    return made


def test_minutes_by_hand() -> None:
    table = transit().minutes(SURGERY, BY_BUS)
    assert table.index.equals(DOORS.index)
    same(table["minutes"], [40, 3, NOT_KNOWN, TOO_FAR, 35, 25])
    same(table["p10"], [32, 3, NOT_KNOWN, TOO_FAR, 27, 22])
    same(table["p90"], [48, 3, NOT_KNOWN, TOO_FAR, 43, 25])
    same(table["on_foot"], [TOO_FAR, 3, NOT_KNOWN, TOO_FAR, 50, 25])
    same(table["at_least"], table["minutes"])
    assert not table["at_most"].any()


def test_a_door_off_the_streets_is_not_covered_and_never_far() -> None:
    table = transit().minutes(SURGERY, BY_BUS)
    assert table["basis"].to_dict() == {
        **dict.fromkeys(DOORS.index, "streets"),
        "field": "not covered",
    }
    assert table.loc["field", ["minutes", "p10", "p90", "on_foot", "at_least"]].isna().all()


def test_a_door_beyond_the_known_ground_is_not_covered_however_near_a_street() -> None:
    known_to_5_km = dataclasses.replace(HIGH_STREET, coverage=shapely.box(-9_000, -9_000, 5_000, 9_000))
    table = Transit(bus(), DOORS, known_to_5_km, fingerprint="").minutes(at((4_900, 0)), BY_BUS)
    assert table["basis"].eq("not covered").to_list() == [False, True, True, False, False, True]
    # The hill to the facility, 100 m from B: the bus is there at 08:30 or 08:50 and the walk takes 1.25 minutes.
    assert table["minutes"].isna().to_list() == [False, True, True, False, False, True]
    assert table["minutes"]["hill"] == 29 + 1.25


def test_a_facility_off_the_streets_is_not_reached_by_guess() -> None:
    table = transit().minutes(at((7_600, 900)), BY_BUS)
    same(table["minutes"], [TOO_FAR, TOO_FAR, NOT_KNOWN, TOO_FAR, TOO_FAR, TOO_FAR])


def test_no_facility_at_all_is_beyond_the_horizon() -> None:
    table = transit().minutes(SURGERY.iloc[:0], BY_BUS)
    same(table["minutes"], [TOO_FAR, TOO_FAR, NOT_KNOWN, TOO_FAR, TOO_FAR, TOO_FAR])
    assert list(table["basis"])[2] == "not covered"


@pytest.mark.parametrize(
    ("percentile", "hill", "beyond_b"), [(5, 31, 21), (20, 34, 24), (55, 41, 25), (60, 42, 25), (100, 50, 25)]
)
def test_the_share_of_departures_that_is_asked_for(percentile: int, hill: float, beyond_b: float) -> None:
    table = transit().minutes(SURGERY, dataclasses.replace(BY_BUS, percentile=percentile))
    assert table["minutes"]["hill"] == hill and table["minutes"]["beyond B"] == beyond_b
    assert table["p10"]["hill"] == 32 and table["p90"]["hill"] == 48  # these stay what they are called


def test_another_window_is_another_answer() -> None:
    # From 08:20 to 08:39 as before, one bus later; from 09:00 on there is none but on foot.
    later = dataclasses.replace(BY_BUS, begins=dt.time(8, 20), ends=dt.time(8, 40))
    same(transit().minutes(SURGERY, later)["minutes"], [40, 3, NOT_KNOWN, TOO_FAR, 35, 25])
    too_late = dataclasses.replace(BY_BUS, begins=dt.time(9, 11), ends=dt.time(9, 30))
    same(transit().minutes(SURGERY, too_late)["minutes"], [TOO_FAR, 3, NOT_KNOWN, TOO_FAR, 50, 25])


def test_a_slow_walker_by_hand() -> None:
    # 3.2 km/h are 53 1/3 m a minute: 15 minutes to A, 7.5 from C. To 08:05 by the 08:20: 43.5 ... 38.5 (6 times);
    # then by the 08:40: 57.5 ... 44.5 (14 times). The 10th of 20 is 47.5. From the middle to B: 22.5 minutes, too
    # far; on foot 75.
    table = transit().minutes(SURGERY, dataclasses.replace(BY_BUS, walk_kph=3.2))
    same(table["minutes"], [47.5, 4.5, NOT_KNOWN, TOO_FAR, 75, 37.5])


def test_a_longer_walk_to_the_stop_by_hand() -> None:
    # 22.5 minutes to A. 08:00 ... 08:17 by the 08:40, at 09:01: 61 ... 44; 08:18, 08:19 by the 09:00: 63, 62.
    # In order 44 ... 63: the 10th is 53.
    table = transit().minutes(SURGERY, dataclasses.replace(BY_BUS, access_min=25))
    assert table["minutes"]["far"] == 53


def test_there_and_back_takes_the_longer_way() -> None:
    table = transit().minutes(SURGERY, dataclasses.replace(BY_BUS, there_and_back=True))
    assert table.loc["hill", ["minutes", "p10", "p90"]].to_list() == [60, 36, 84]
    assert table.loc["by C", ["minutes", "p10", "p90"]].to_list() == [3, 3, 3]  # as long back on foot
    assert table["minutes"]["far"] == TOO_FAR and np.isnan(table["minutes"]["field"])
    # From 7,600 m to beyond B: 25 minutes on foot beat every bus but those that wait for nobody.
    assert table["minutes"]["beyond B"] == 25


def test_who_gets_there_but_not_home_does_not_get_there_and_back() -> None:
    service = bus()
    one_way = dataclasses.replace(
        service, hops=service.hops[service.hops["departure_s"] < 12 * 3600].reset_index(drop=True)
    )
    table = Transit(one_way, DOORS, HIGH_STREET, fingerprint="").minutes(
        SURGERY, dataclasses.replace(BY_BUS, there_and_back=True)
    )
    same(table["minutes"], [TOO_FAR, 3, NOT_KNOWN, TOO_FAR, 50, 25])


def test_a_day_without_trips_is_told_with_one_that_has_some() -> None:
    with pytest.raises(DataError, match="No trip of the timetable runs on Wednesday") as caught:
        transit().minutes(SURGERY, dataclasses.replace(BY_BUS, day=TUESDAY + dt.timedelta(days=1)))
    assert "Tuesday 12 March 2024" in caught.value.do


def test_facilities_of_another_crs_are_refused() -> None:
    with pytest.raises(CrsError):
        transit().minutes(SURGERY.set_crs("EPSG:32630", allow_override=True), BY_BUS)


def test_choices_begin_with_the_nearest() -> None:
    # A second surgery at 6,880 m, 4 minutes from C: the hill reaches it a minute sooner, 39, the other in 40.
    two = at((7_600, 0), (6_880, 0), ids=["surgery", "other"])
    table = transit().choices(two, BY_BUS, cutoffs_min=(5, 10, 38, 39, 40, 60))
    same(table["minutes_1"], transit().minutes(two, BY_BUS)["minutes"].to_list())
    same(table["minutes_1"], [39, 3, NOT_KNOWN, TOO_FAR, 34, 16])
    same(table["minutes_2"], [40, 6, NOT_KNOWN, TOO_FAR, 35, 25])
    same(table["minutes_3"], [TOO_FAR, TOO_FAR, NOT_KNOWN, TOO_FAR, TOO_FAR, TOO_FAR])
    assert table.loc["by C", ["within_5", "within_10", "within_60"]].to_list() == [1, 2, 2]
    assert table.loc["hill", ["within_38", "within_39", "within_40"]].to_list() == [0, 1, 2]
    assert table.loc["field"].isna().all()
    assert table.loc["far", "within_60"] == 0


def test_choices_there_and_back_count_the_longer_way_too_or_say_nothing() -> None:
    both_ways = dataclasses.replace(BY_BUS, there_and_back=True)
    table = transit().choices(SURGERY, both_ways, cutoffs_min=(45,))
    if table is not None:
        assert table["minutes_1"]["hill"] == 60 and table["within_45"]["hill"] == 0


def test_too_many_facilities_are_not_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport.transit, "MOST_CHOICES", 1)
    two = at((7_600, 0), (6_880, 0))
    assert transit().choices(two, BY_BUS, cutoffs_min=(10,)) is None
    # One that the streets do not serve cannot be chosen, and does not count.
    assert transit().choices(at((7_600, 0), (7_600, 900)), BY_BUS, cutoffs_min=(10,)) is not None


def test_isochrones_by_hand() -> None:
    # From the hill: 800 m in 10 minutes, 1,600 m in 20; B at the 10th of 20: the bus is there at 08:30 or 08:50, that
    # is 30 ... 20 and 39 ... 31 minutes after leaving; 29 in order. C 6 minutes later: not within 30.
    bands = transit().isochrones(shapely.Point(0, 0), BY_BUS, bands_min=(10.0, 20.0, 30.0))
    assert bands.index.to_list() == [10.0, 20.0, 30.0]
    assert (bands["basis"] == "streets").all()
    door, b, c = shapely.Point(0, 0), shapely.Point(4_800, 0), shapely.Point(7_200, 0)
    assert bands.intersects(door).all()
    assert bands.intersects(b).to_list() == [False, False, True]
    assert not bands.intersects(c).any()
    for minutes in (10, 20, 30):
        assert bands.intersects(shapely.Point(80 * minutes - 100, 0))[minutes]
        assert not bands.intersects(shapely.Point(80 * minutes + 100, 0))[minutes]
    inner, middle, outer = bands.geometry
    assert inner.difference(middle).area < 1 and middle.difference(outer).area < 1
    assert inner.area < middle.area < outer.area


def test_isochrones_of_a_place_off_the_streets_are_nothing() -> None:
    bands = transit().isochrones(shapely.Point(0, 2_000), BY_BUS, bands_min=(10.0, 30.0))
    assert bands.geometry.is_empty.all() and (bands["basis"] == "not covered").all()


# ---- what is kept -----------------------------------------------------------------------------------------------


def files(folder: Path) -> list[str]:
    return sorted(path.name.split("-")[0] for path in folder.iterdir())


def test_walks_are_read_again_and_give_the_same_answer(tmp_path: Path, counted: list[str]) -> None:
    first = transit(tmp_path).minutes(SURGERY, BY_BUS)
    assert files(tmp_path) == ["access", "transfers"]
    assert sorted(counted) == ["access_walks", "transfer_walks"]
    counted.clear()
    again = transit(tmp_path).minutes(SURGERY, BY_BUS)
    assert counted == [] and files(tmp_path) == ["access", "transfers"]
    assert again.equals(first)


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ({"begins": dt.time(7)}, []),
        ({"percentile": 90}, []),
        ({"there_and_back": True}, []),
        ({"change_s": 120}, ["transfer_walks"]),
        ({"transfer_min": 5}, ["transfer_walks"]),
        ({"access_min": 10}, ["access_walks"]),
        ({"walk_kph": 3.2}, ["access_walks", "transfer_walks"]),
        ({"without_steps": True}, ["access_walks", "transfer_walks"]),
    ],
)
def test_a_changed_setting_makes_only_what_depends_on_it(
    tmp_path: Path, counted: list[str], change: dict[str, object], made: list[str]
) -> None:
    here = transit(tmp_path)
    here.minutes(SURGERY, BY_BUS)
    counted.clear()
    here.minutes(SURGERY, dataclasses.replace(BY_BUS, **change))
    assert sorted(counted) == made
    assert len(files(tmp_path)) == 2 + len(made)


def test_the_ground_needs_walks_of_its_own(tmp_path: Path, counted: list[str]) -> None:
    transit(tmp_path).minutes(SURGERY, BY_BUS)
    counted.clear()
    first = transit(tmp_path).isochrones(shapely.Point(0, 0), BY_BUS, bands_min=(30.0,))
    # The door's own walks are made for each click; those of all homes are not.
    assert counted == ["access_walks", "node_walks"]
    assert files(tmp_path) == ["access", "nodes", "transfers"]
    counted.clear()
    again = transit(tmp_path).isochrones(shapely.Point(0, 0), BY_BUS, bands_min=(30.0,))
    assert counted == ["access_walks"]
    assert again.geometry.geom_equals(first.geometry).all()


def test_other_data_is_not_taken_for_this(tmp_path: Path, counted: list[str]) -> None:
    transit(tmp_path).minutes(SURGERY, BY_BUS)
    counted.clear()
    transit(tmp_path, fingerprint="two").minutes(SURGERY, BY_BUS)
    assert sorted(counted) == ["access_walks", "transfer_walks"]
    assert len(files(tmp_path)) == 4


@pytest.mark.parametrize("spoil", [b"", b"half a fi", b"PAR1" + bytes(200) + b"PAR1"])
def test_a_spoilt_file_is_made_again(tmp_path: Path, counted: list[str], spoil: bytes) -> None:
    first = transit(tmp_path).minutes(SURGERY, BY_BUS)
    for path in tmp_path.iterdir():
        path.write_bytes(spoil)
    counted.clear()
    assert transit(tmp_path).minutes(SURGERY, BY_BUS).equals(first)
    assert sorted(counted) == ["access_walks", "transfer_walks"]
    counted.clear()
    assert transit(tmp_path).minutes(SURGERY, BY_BUS).equals(first)
    assert counted == [] and len(files(tmp_path)) == 2  # nothing is left lying about


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path, inside: str) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    table = transit(blocked / inside if inside else blocked).minutes(SURGERY, BY_BUS)
    assert table["minutes"]["hill"] == 40
    assert blocked.read_text() == "no folder"


def test_a_spoilt_file_that_cannot_be_removed_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transit(tmp_path).minutes(SURGERY, BY_BUS)
    for path in tmp_path.iterdir():
        path.write_bytes(b"half")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "read-only")

    for change in ("unlink", "replace"):
        monkeypatch.setattr(Path, change, refuse)
    assert transit(tmp_path).minutes(SURGERY, BY_BUS)["minutes"]["hill"] == 40


def test_visitors_at_once_make_it_once(counted: list[str]) -> None:
    here = transit()
    answers: list[float] = []
    visitors = [
        threading.Thread(target=lambda: answers.append(here.minutes(SURGERY, BY_BUS)["minutes"]["hill"]))
        for _ in range(6)
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert answers == [40] * 6
    assert sorted(counted) == ["access_walks", "transfer_walks"]
