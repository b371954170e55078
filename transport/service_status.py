"""Whether a timetable is whole or only a part: held against what a study area says it should hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from study.area import ExpectedService
from study.words import _
from transport.route_types import mode_of
from transport.timetable import Timetable, trips_per_day

# A weekday may have this much less than usual, and a Saturday or Sunday much less, without a feed being a part.
LEAST_SHARE = 0.8
SATURDAY = 5


@dataclass(frozen=True)
class TimetableStatus:
    """What a timetable lacks.

    Attributes
    ----------
    is_partial : bool
        Whether it falls short: then it may be looked at, but nothing counted from it.
    reasons : tuple of str
        In sentences.
    """

    is_partial: bool
    reasons: tuple[str, ...] = ()


def timetable_status(timetable: Timetable, expected: ExpectedService, day: dt.date) -> TimetableStatus:
    """Hold a timetable against what is expected of it.

    Parameters
    ----------
    timetable : Timetable
        As read.
    expected : ExpectedService
        What a whole one would hold. One that expects nothing takes no feed for whole: nobody has said what would be.
    day : date
        The day that is asked about. How many trips run is judged by the busiest weekday of its week, since fewer on a
        Sunday is no fault of the feed.
    """
    reasons = []
    if not (expected.operators or expected.route_types or expected.trips_per_weekday):
        reasons.append(_("Nobody has said what a whole timetable of this place holds."))
    named = timetable.trips["operator"].dropna().str.casefold().unique()
    absent = [o for o in expected.operators if not any(o.casefold() in name for name in named)]
    if absent:
        reasons.append(_("It holds no trips of {operators}.").format(operators=", ".join(absent)))
    modes = {mode_of(int(kind)) for kind in timetable.trips["route_type"].unique()}
    missing = [mode for mode in dict.fromkeys(map(mode_of, expected.route_types)) if mode not in modes]
    if missing:
        reasons.append(_("It holds no {modes}.").format(modes=", ".join(missing)))
    trips = busiest_weekday(timetable, day)
    if trips < LEAST_SHARE * expected.trips_per_weekday:
        reasons.append(
            _("It has {trips} trips on a weekday, where about {expected} are expected.").format(
                trips=f"{trips:,}", expected=f"{expected.trips_per_weekday:,}"
            )
        )
    return TimetableStatus(bool(reasons), tuple(reasons))


def busiest_weekday(timetable: Timetable, day: dt.date) -> int:
    """Return the trips of the busiest weekday in the week (from Monday) of a day."""
    monday = day - dt.timedelta(days=day.weekday())
    week = pd.date_range(monday, periods=SATURDAY, freq="D")
    return int(trips_per_day(timetable).reindex(week).fillna(0).max())
