"""What kind of vehicle a GTFS route type stands for, the extended types included."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

RouteMode = Literal[
    "tram", "metro", "rail", "bus", "coach", "ferry", "cable car", "funicular", "trolleybus", "monorail"
]
ROUTE_MODES: tuple[str, ...] = get_args(RouteMode)

# https://gtfs.org/documentation/schedule/reference/#routestxt
_BASIC: dict[int, RouteMode] = {
    0: "tram",
    1: "metro",
    2: "rail",
    3: "bus",
    4: "ferry",
    5: "tram",  # a tram drawn by a cable under the street
    6: "cable car",
    7: "funicular",
    11: "trolleybus",
    12: "monorail",
}
# https://developers.google.com/transit/gtfs/reference/extended-route-types: by hundreds, with what breaks the rule.
_EXTENDED: dict[int, RouteMode] = {
    1: "rail",
    2: "coach",
    3: "rail",
    4: "metro",
    5: "metro",
    6: "metro",
    7: "bus",
    8: "trolleybus",
    9: "tram",
    10: "ferry",
    12: "ferry",
    13: "cable car",
    14: "funicular",
}
_SPECIAL: dict[int, RouteMode] = {405: "monorail"}


def mode_of(route_type: int) -> str:
    """Return what runs on a route of this type, one of `ROUTE_MODES`; empty where nobody knows."""
    if route_type in _SPECIAL:
        return _SPECIAL[route_type]
    return _BASIC.get(route_type, "") if route_type < 100 else _EXTENDED.get(route_type // 100, "")


def modes_of(route_types: np.ndarray) -> np.ndarray:
    """Return what runs on routes of these types, as an array of text of the same shape."""
    values, codes = np.unique(np.asarray(route_types), return_inverse=True)
    named = np.array([mode_of(int(value)) for value in values], dtype=object)
    return named[codes] if len(named) else np.array([], dtype=object)
