"""Arrays that many threads share and compiled code reads."""

from __future__ import annotations

import numpy as np

from study.errors import DataError


def frozen_array(values: np.ndarray, dtype: type) -> np.ndarray:
    """Return the values as a contiguous array that cannot be written to, copied only if it must be.

    What a cache hands to every visitor must not change under them; and compiled code takes an array that may be
    written to for another type than one that may not, so all are made alike.

    Parameters
    ----------
    values : array
        Any array.
    dtype : numpy type
        What it must become.

    Raises
    ------
    DataError
        If the values are not whole numbers that fit, or not yes and no where that is wanted.
    """
    given = np.asarray(values)
    wanted = np.dtype(dtype)
    # Whole numbers are not taken for yes and no: GTFS writes 0 for "may board".
    if given.size and given.dtype != wanted and (wanted.kind != "i" or given.dtype.kind not in "iu"):
        raise DataError(f"Values of {given.dtype} were given where {wanted} is needed.")
    array = np.ascontiguousarray(given, dtype=wanted)
    if given.dtype != wanted and not np.array_equal(array, given):
        raise DataError(f"Some values are too large for {wanted}.")
    array = array.view()
    array.flags.writeable = False
    return array
