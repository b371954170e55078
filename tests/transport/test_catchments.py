"""Residents within and beyond a cutoff, and the middle walk, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from transport.catchments import beyond_range, minutes_by_zone, residents_by_cutoff, rounded_people

ROWS = ["minutes", "basis", "at_most", "residents", "zone"]


def made(*rows: tuple) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return the walks, the points and their zones of rows of `ROWS`."""
    table = pd.DataFrame(rows, columns=ROWS, index=range(10, 10 + len(rows)))
    table["minutes"] = table["minutes"].astype(float)
    table["residents"] = table["residents"].astype(float)
    walks = table[["minutes", "basis", "at_most"]]
    # Whoever's walk is "at most" could be out of the known streets in five minutes.
    walks = walks.assign(at_least=walks["minutes"].mask(walks["at_most"], 5.0))
    return walks, table[["residents"]], table["zone"].rename("ward_code")


TOWN = made(
    (10.0, "streets", False, 100, "A"),
    (15.0, "streets", False, 40, "A"),  # exactly the cutoff: within
    (15.0001, "streets", False, 60, "A"),
    (20.0, "estimate", False, 200, "B"),
    (12.0, "estimate", False, 300, "B"),
    (np.nan, "not covered", False, 50, "B"),  # not known
    (25.0, "streets", True, 70, "C"),  # at most 25: perhaps less than 15
    (14.0, "streets", True, 30, "C"),  # at most 14: within, whatever is nearer
    (25.0, "estimate", True, 5, "C"),  # at most, but looked at by estimate: beyond
    (np.nan, "not covered", False, 80, "D"),
    (99.0, "streets", False, 999, None),  # in no zone
)


def test_residents_within_and_beyond_a_cutoff():
    walks, points, zones = TOWN
    table = residents_by_cutoff(walks, points, zones, cutoff_min=15)
    assert table.index.tolist() == ["A", "B", "C", "D"]
    assert table.index.name == "ward_code"
    assert table["residents"].tolist() == [200, 550, 105, 80]
    assert table["within"].tolist() == [140, 300, 30, 0]
    assert table["beyond"].tolist() == [60, 200, 5, 0]
    assert table["not_known"].tolist() == [0, 50, 70, 80]
    assert table["beyond_share"].tolist()[:2] == pytest.approx([60 / 200, 200 / 500])
    # Two thirds of C and all of D are not known: a share of the rest would mislead.
    assert table["beyond_share"].isna().tolist() == [False, False, True, True]
    assert table["estimate_share"].tolist()[:3] == pytest.approx([0, 1, 5 / 35])
    assert np.isnan(table["estimate_share"]["D"])


def test_nobody_is_counted_twice_or_lost():
    walks, points, zones = TOWN
    for cutoff in (0, 10, 15, 20, 25, 30):
        table = residents_by_cutoff(walks, points, zones, cutoff_min=cutoff)
        assert (table["within"] + table["beyond"] + table["not_known"]).tolist() == table[
            "residents"
        ].tolist()


@pytest.mark.parametrize(
    ("cutoff", "within", "beyond", "not_known"), [(24.999, 30, 5, 70), (25, 105, 0, 0), (13.9, 0, 5, 100)]
)
def test_at_most_is_known_once_it_is_within(cutoff, within, beyond, not_known):
    walks, points, zones = TOWN
    row = residents_by_cutoff(walks, points, zones, cutoff_min=cutoff).loc["C"]
    assert (row["within"], row["beyond"], row["not_known"]) == (within, beyond, not_known)


def test_who_cannot_leave_the_known_streets_in_time_is_beyond():
    walks, points, zones = made((25, "streets", True, 70, "A"), (25, "streets", True, 30, "A"))
    walks["at_least"] = [15.0, 15.01]
    row = residents_by_cutoff(walks, points, zones, cutoff_min=15).loc["A"]
    assert (row["beyond"], row["not_known"]) == (30, 70)


@pytest.mark.parametrize(("not_known", "share"), [(0, 0.25), (10, 0.25), (11, None)])
def test_a_share_is_said_while_nine_in_ten_are_known(not_known, share):
    known = 100 - not_known
    rows = [(20, "streets", False, known / 4, "A"), (5, "streets", False, known * 3 / 4, "A")]
    table = residents_by_cutoff(*made(*rows, (np.nan, "not covered", False, not_known, "A")), cutoff_min=15)
    assert table["beyond_share"].tolist() == ([share] if share else [pytest.approx(np.nan, nan_ok=True)])
    assert table["beyond"].tolist() == [known / 4]


def test_the_rows_may_stand_in_any_order():
    walks, points, zones = TOWN
    order = [13, 10, 20, 12, 18, 15, 14, 11, 19, 16, 17]
    pd.testing.assert_frame_equal(
        residents_by_cutoff(
            walks.loc[order], points.loc[order[::-1]], zones.loc[sorted(order)], cutoff_min=15
        ),
        residents_by_cutoff(walks, points, zones, cutoff_min=15),
    )


def test_zones_may_be_numbers():
    walks, points, zones = TOWN
    deciles = zones.map({"A": 1, "B": 10, "C": 1}).rename("decile")
    table = residents_by_cutoff(walks, points, deciles, cutoff_min=15)
    assert table.index.tolist() == [1, 10]
    assert table["beyond"].tolist() == [65, 200]


def test_a_place_without_residents_has_no_share():
    table = residents_by_cutoff(*made((20, "streets", False, 0, "A")), cutoff_min=15)
    assert table["beyond"].tolist() == [0]
    assert table["beyond_share"].isna().all()


def test_a_longer_cutoff_never_leaves_more_beyond():
    walks, points, zones = TOWN
    beyond = [
        residents_by_cutoff(walks, points, zones, cutoff_min=c)["beyond"].sum() for c in range(0, 40, 5)
    ]
    assert beyond == sorted(beyond, reverse=True)
    assert beyond[0] > 0
    assert beyond[-1] == 0


def test_people_are_rounded_to_what_an_estimate_carries():
    people = pd.Series([0, 4, 6, 123.4, 994, 1_001, 1_234, 81_260, np.nan])
    assert rounded_people(people).fillna(-1).tolist() == [0, 0, 10, 120, 990, 1_000, 1_200, 81_300, -1]


def test_the_range_under_other_detour_factors():
    # Minutes at 1.3, 1.4 and 1.5: 12.9, 13.9, 14.9; then 14.3, 15.4, 16.5; then 13.5, 14.5, 15.5.
    walks, points, zones = made(
        (13.9, "estimate", False, 100, "all"),
        (15.4, "estimate", False, 40, "all"),
        (14.5, "estimate", False, 7, "all"),
        (30.0, "estimate", False, 1000, "all"),
        (15.2, "streets", False, 500, "all"),
        (np.nan, "not covered", False, 3, "all"),
    )
    assert beyond_range(walks, points, cutoff_min=15) == (1500, 1547)
    assert residents_by_cutoff(walks, points, zones, cutoff_min=15)["beyond"].tolist() == [1540]
    # The walks given are left as they were.
    assert walks["minutes"].iloc[0] == 13.9


def test_the_range_does_not_lengthen_a_walk_that_was_measured_over_streets():
    # An estimate that is "at most" was walked over streets: 14.9 minutes, or less by an unknown way, never more.
    walks, points, _ = made((14.9, "estimate", True, 100, "A"), (14.9, "estimate", False, 10, "A"))
    assert beyond_range(walks, points, cutoff_min=15) == (0, 10)


def test_the_middle_walk_and_its_spread():
    # People in order of minutes: 10 at 2, 30 at 4, 20 at 6, 35 at 8, 5 at 20.
    walks, points, zones = made(
        (20, "streets", False, 5, "A"),
        (4, "streets", False, 30, "A"),
        (8, "streets", False, 35, "A"),
        (2, "streets", False, 10, "A"),
        (6, "streets", False, 20, "A"),
    )
    table = minutes_by_zone(walks, points, zones)
    assert table.index.tolist() == ["A"]
    # The 10th of 100 people walks 2, the 50th 6, the 90th 8.
    assert table.loc["A", ["p10_min", "median_min", "p90_min"]].tolist() == [2, 6, 8]
    assert table.loc["A", "basis"] == "streets"
    assert not table.loc["A", "mixed"]


def test_the_middle_walk_counts_people_not_points():
    walks, points, zones = made(
        (1, "streets", False, 1, "A"), (2, "streets", False, 1, "A"), (9, "streets", False, 98, "A")
    )
    row = minutes_by_zone(walks, points, zones).loc["A"]
    assert row[["p10_min", "median_min", "p90_min"]].tolist() == [9, 9, 9]


def test_what_the_middle_walk_rests_on():
    walks, points, zones = made(
        (5, "streets", False, 60, "mostly streets"),
        (9, "estimate", False, 40, "mostly streets"),
        (5, "streets", False, 40, "mostly estimate"),
        (9, "estimate", False, 60, "mostly estimate"),
        (5, "streets", False, 50, "half"),
        (9, "estimate", False, 50, "half"),
        (9, "estimate", False, 10, "estimate"),
        (7, "streets", True, 10, "at most"),
        (np.nan, "not covered", False, 10, "nothing"),
        (3, "streets", False, 50, "half known"),
        (np.nan, "not covered", False, 50, "half known"),
        (3, "streets", False, 49, "hardly known"),
        (np.nan, "not covered", False, 51, "hardly known"),
        (3, "streets", False, 10, None),
    )
    table = minutes_by_zone(walks, points, zones)
    assert table["basis"].to_dict() == {
        "mostly streets": "streets",
        "mostly estimate": "estimate",
        "half": "estimate",
        "estimate": "estimate",
        "at most": "streets",
        "nothing": "not covered",
        "half known": "streets",
        "hardly known": "not covered",
    }
    assert sorted(table.index[table["mixed"]]) == ["half", "mostly estimate", "mostly streets"]
    no_time = ["hardly known", "nothing"]
    for column in ("median_min", "p10_min", "p90_min"):
        assert table.index[table[column].isna()].tolist() == no_time
    assert table.index.tolist() == sorted(table.index)


def test_a_zone_without_residents_still_has_a_middle():
    walks, points, zones = made(
        (1, "streets", False, 0, "A"), (2, "streets", False, 0, "A"), (3, "streets", False, 0, "A")
    )
    assert minutes_by_zone(walks, points, zones).loc["A", "median_min"] == 2


def test_nothing_known_anywhere():
    walks, points, zones = made(
        (np.nan, "not covered", False, 10, "A"), (np.nan, "not covered", False, 10, "B")
    )
    table = minutes_by_zone(walks, points, zones)
    assert table["basis"].tolist() == ["not covered", "not covered"]
    assert table["median_min"].isna().all()
    assert not table["mixed"].any()
