"""The one family of errors: what, where, what to do."""

import pytest

from study import errors
from study.errors import StrongPlacesError


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = StrongPlacesError("The lamp is out.", where="hall.csv, row 3", do="Change the bulb.")
    assert str(error) == "The lamp is out.\nWhere: hall.csv, row 3\nWhat to do: Change the bulb."


def test_an_error_leaves_out_what_it_does_not_know() -> None:
    assert str(StrongPlacesError("The lamp is out.")) == "The lamp is out."
    assert str(StrongPlacesError("The lamp is out.", do="Change the bulb.")) == (
        "The lamp is out.\nWhat to do: Change the bulb."
    )


@pytest.mark.parametrize(
    "name", ["ConfigError", "CrsError", "DataError", "SourceError", "NotPreparedError", "PlaceNotFoundError"]
)
def test_every_error_can_be_caught_at_one_door(name: str) -> None:
    with pytest.raises(StrongPlacesError, match="Gone"):
        raise getattr(errors, name)("Gone.")
