"""Whether a timetable is whole: does it have the operators, modes and number of trips that a place expects.

A timetable that is not is for demonstration only. No share of residents, gap or what-if is worked out from it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from study.words import _
from transport.route_types import RouteMode, modes_of
from transport.timetable import Timetable, service_dates, trips_per_day

# Fewer trips than this share of those expected are too few: "about" leaves room for a change of timetable.
FEWEST_SHARE = 0.8
SATURDAY = 5


class ExpectedService(BaseModel):
    """What public transport there is in a study area, said by somebody who knows it.

    Attributes
    ----------
    operators : tuple of str
        Those without whom the timetable is not whole, as their feeds name them; capitals do not matter.
    modes : tuple of str
        What runs there, of `transport.route_types.ROUTE_MODES`, e.g. ``("bus", "rail")``.
    trips_per_weekday : int
        About how many trips there are on a weekday in term.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    operators: tuple[str, ...] = Field(min_length=1)
    modes: tuple[RouteMode, ...] = Field(min_length=1)
    trips_per_weekday: int = Field(gt=0)


@dataclass(frozen=True)
class TimetableStatus:
    """Whether a timetable is partial, and why: whole sentences for people."""

    is_partial: bool
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Return what stands on every map, table and export of it; empty for a whole timetable."""
        return _("Partial timetable: demonstration only.") if self.is_partial else ""


def timetable_status(timetable: Timetable, expected: ExpectedService | None, day: dt.date) -> TimetableStatus:
    """Hold a timetable against what is expected of it.

    Parameters
    ----------
    timetable : Timetable
        What was read.
    expected : ExpectedService or None
        What the study area declares. Where nobody said what a whole timetable is, none can be taken for one.
    day : date
        The chosen day. Operators and modes must run on it. On a Saturday or Sunday, when there are fewer trips and
        not every operator runs, the nearest weekday of the timetable is looked at instead.

    Returns
    -------
    TimetableStatus
        With every reason.
    """
    if expected is None:
        reason = _("Nobody has said which operators and how many trips this place has, so it may lack some.")
        return TimetableStatus(True, (reason,))
    days = service_dates(timetable)
    reasons = []
    if day not in days:
        reasons.append(_("No trip runs on {day}.").format(day=f"{day:%d %B %Y}"))
    weekdays = [other for other in days if other.weekday() < SATURDAY]
    if not weekdays:
        reasons.append(_("No trip runs on a weekday."))
        return TimetableStatus(True, tuple(reasons))
    looked_at = min(weekdays, key=lambda other: (abs(other - day), other))
    reasons += _missing(timetable, expected, looked_at)
    return TimetableStatus(bool(reasons), tuple(reasons))


def _missing(timetable: Timetable, expected: ExpectedService, day: dt.date) -> list[str]:
    """Return what a weekday lacks of what is expected."""
    on = timetable.services["date"] == str(day)
    trips = timetable.trips[timetable.trips["service_id"].isin(timetable.services["service_id"][on])]
    there = {name.casefold() for name in trips["operator"].unique()}
    operators = [name for name in expected.operators if name.casefold() not in there]
    running = set(modes_of(trips["route_type"]))
    modes = [mode for mode in expected.modes if mode not in running]
    reasons = []
    if operators:
        reasons.append(_("No trips of {operators}.").format(operators=", ".join(operators)))
    if modes:
        reasons.append(_("No trips by {modes}.").format(modes=", ".join(_(mode) for mode in modes)))
    count = int(trips_per_day(timetable).get(str(day), 0))
    if count < FEWEST_SHARE * expected.trips_per_weekday:
        words = _("{count} trips on {day}, where about {expected} are expected.")
        reasons.append(
            words.format(
                count=f"{count:,}", day=f"{day:%d %B %Y}", expected=f"{expected.trips_per_weekday:,}"
            )
        )
    return reasons
