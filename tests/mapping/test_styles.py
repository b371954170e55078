"""Classes and colours: five at most, covering every value, light = little."""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mapping.styles import DECILE, NEED, NO_DATA, PLENTY, Classes, classes_for


def classes(*values: float, scale: str = "need", decimals: int = 0) -> Classes:
    return classes_for(pd.Series(values, dtype=float), scale=scale, decimals=decimals)


def lightness(colour: str) -> float:
    """Return the relative luminance of a colour, 0 black to 1 white (WCAG)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_ten_values_make_five_classes() -> None:
    # The fifths of 1..10 lie at 2.8, 4.6, 6.4 and 8.2, said as whole numbers.
    made = classes(*range(1, 11))
    assert made.upper == (3, 5, 6, 8, 10)
    assert made.labels == ("1 to 3", "4 to 5", "6", "7 to 8", "9 to 10")
    assert made.colours == NEED


def test_many_noughts_are_a_class_of_their_own() -> None:
    # The quarters of 10, 20, 30, 40 lie at 17.5, 25 and 32.5; a half is rounded to the even number.
    made = classes(0, 0, 0, 0, 0, 10, 20, 30, 40, scale="plenty")
    assert made.upper == (0, 18, 25, 32, 40)
    assert made.labels == ("0", "1 to 18", "19 to 25", "26 to 32", "33 to 40")
    assert made.colours == PLENTY


def test_decimals_are_those_of_the_indicator() -> None:
    made = classes(0.11, 0.22, 0.33, 0.44, 0.55, decimals=1)
    # The fifths lie at 0.198, 0.286, 0.374 and 0.462; said to one decimal they are three edges.
    assert made.upper == (0.2, 0.3, 0.4, 0.5, 0.55)
    assert made.labels[0] == "0.1 to 0.2"


def test_large_edges_are_numbers_a_person_can_read() -> None:
    made = classes(1234, 2345, 3456, 4567, 5678, 6789)
    # The fifths lie at 2345, 3456, 4567 and 5678.
    assert made.upper == (2300, 3500, 4600, 5700, 6789)
    assert made.labels == (
        "1,234 to 2,300",
        "2,301 to 3,500",
        "3,501 to 4,600",
        "4,601 to 5,700",
        "5,701 to 6,789",
    )


def test_deciles_are_five_pairs_and_the_most_deprived_is_darkest() -> None:
    made = classes(1, 7, scale="decile")
    assert made.upper == (2, 4, 6, 8, 10)
    assert made.labels == ("1 to 2", "3 to 4", "5 to 6", "7 to 8", "9 to 10")
    assert made.colours == DECILE
    assert classes(scale="decile") == made


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ((), ()),
        ((np.nan, np.nan), ()),
        ((0, 0, 0), ("0",)),
        ((7,), ("7",)),
        ((7, 7, 7, np.nan), ("7",)),
        ((100, 100), ("100",)),
    ],
)
def test_few_values_make_few_classes(values: tuple[float, ...], labels: tuple[str, ...]) -> None:
    assert classes(*values).labels == labels


def test_missing_values_change_nothing() -> None:
    assert classes(*range(1, 11), np.nan, np.nan) == classes(*range(1, 11))


@pytest.mark.parametrize("scale", [NEED, PLENTY, DECILE[::-1]], ids=["need", "plenty", "decile"])
def test_light_is_little_and_dark_is_much(scale: tuple[str, ...]) -> None:
    steps = [lightness(colour) for colour in scale]
    assert steps == sorted(steps, reverse=True)
    # Each step can be told from the next without seeing colour at all.
    assert all(a - b > 0.03 for a, b in pairwise(steps))
    assert NO_DATA not in scale


def test_the_browser_gets_plain_lists() -> None:
    assert classes(7).as_dict() == {"upper": (7.0,), "colours": (NEED[0],), "labels": ("7",)}


FIGURES = st.one_of(
    st.integers(0, 100).map(float),
    st.floats(-5, 5, allow_nan=False, allow_subnormal=False),
    st.floats(0, 1e6, allow_nan=False, allow_subnormal=False),
    st.sampled_from([0.0, 0.0, 1.0, math.nan]),
)


@settings(deadline=None, max_examples=200)
@example([0.9, 1.8, 2.9, 3.0, 3.3], "need", 0)
@given(st.lists(FIGURES, max_size=60), st.sampled_from(["need", "plenty"]), st.integers(0, 2))
def test_the_classes_cover_every_value(values: list[float], scale: str, decimals: int) -> None:
    made = classes(*values, scale=scale, decimals=decimals)
    known = [v for v in values if not math.isnan(v)]
    assert len(made.upper) == len(made.colours) == len(made.labels) <= 5
    assert bool(made.upper) == bool(known)
    if not known:
        return
    assert list(made.upper) == sorted(set(made.upper))
    assert made.upper[-1] == max(known)
    assert made.upper[0] >= min(known)
    scale_colours = NEED if scale == "need" else PLENTY
    places = [scale_colours.index(colour) for colour in made.colours]
    assert places == sorted(set(places))
    # A legend never says the same words beside two colours.
    assert len(set(made.labels)) == len(made.labels)
    assert all(made.labels)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 99), min_size=1, max_size=60))
def test_a_whole_number_stands_in_the_class_whose_label_names_it(values: list[int]) -> None:
    made = classes(*values)
    for value in values:
        number = next(i for i, edge in enumerate(made.upper) if value <= edge)
        first, _, last = made.labels[number].partition(" to ")
        assert int(first) <= value <= int(last or first)
