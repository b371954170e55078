"""Words shown to people: numbers rounded to what they can carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.words import _, people


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "fewer than 50"),
        (49.9, "fewer than 50"),
        (50, "about 50"),
        (254, "about 250"),
        (256, "about 260"),
        (994, "about 990"),
        (999, "about 1,000"),
        (1049, "about 1,000"),
        (4321, "about 4,300"),
        (99_949, "about 99,900"),
        (99_951, "about 100,000"),
        (820_802, "about 821,000"),
    ],
)
def test_people_are_rounded(number: float, said: str) -> None:
    assert people(number) == said


@given(st.floats(50, 1e7))
def test_rounding_moves_a_number_by_at_most_half_its_last_step(number: float) -> None:
    step = 10 if number < 1000 else 100 if number < 100_000 else 1000
    said = int(people(number).removeprefix("about ").replace(",", ""))
    assert said % step == 0
    assert abs(said - number) <= step / 2


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_more_people_are_never_said_to_be_fewer(one: float, other: float) -> None:
    def said(number: float) -> int:
        digits = "".join(c for c in people(number) if c.isdigit())
        return 0 if people(number).startswith("fewer") else int(digits)

    low, high = sorted((one, other))
    assert said(low) <= said(high)


def test_a_text_without_a_translation_stays_english() -> None:
    assert _("A text that no catalogue holds.") == "A text that no catalogue holds."
