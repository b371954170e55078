"""How people travel when they ask what they can reach: the settings that every answer carries with it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from study.errors import DataError
from transport.travel import CYCLE_KPH, SLOW_WALK_KPH, WALK_KPH, Travel

JourneyMode = Literal["walk", "cycle", "transit"]
JOURNEY_MODES: tuple[JourneyMode, ...] = get_args(JourneyMode)
# Longer journeys than this are not looked for: the longest cutoff is an hour.
HORIZON_MIN = 90
SUNDAY = 6


@dataclass(frozen=True)
class Journey:
    """One way of travelling at one time of day.

    Attributes
    ----------
    mode : {"walk", "cycle", "transit"}
        "transit" is public transport with walking to, between and from its stops.
    day : date, optional
        The day of the timetable; needed for public transport alone.
    begins, ends : time
        The departure window, by a clock on the wall; someone leaves at every minute of it, the last one at the
        minute before `ends`.
    percentile : int
        Share of the departures, per cent, that take no longer than the time shown; 50 is the median.
    walk_kph, cycle_kph : float
        Speeds.
    without_steps : bool
        Whether steps cannot be used.
    access_min, transfer_min : int
        The longest walk to the first stop and from the last one, and between two stops, minutes.
    change_s : int
        What every change between vehicles takes beside the walk, seconds.
    there_and_back : bool
        Whether the way home counts as well: the longer of both ways is the time shown.
    """

    mode: JourneyMode = "walk"
    day: dt.date | None = None
    begins: dt.time = dt.time(7, 30)
    ends: dt.time = dt.time(9, 30)
    percentile: int = 50
    walk_kph: float = WALK_KPH
    cycle_kph: float = CYCLE_KPH
    without_steps: bool = False
    access_min: int = 20
    transfer_min: int = 10
    change_s: int = 60
    there_and_back: bool = False

    def __post_init__(self) -> None:
        if self.mode not in JOURNEY_MODES:
            raise DataError(
                f"There is no mode '{self.mode}'.", do=f"Choose one of {', '.join(JOURNEY_MODES)}."
            )
        if self.mode == "transit" and self.day is None:
            raise DataError("Public transport runs by the day, and none is given.", do="Name a day.")
        if self.begins >= self.ends:
            raise DataError(
                f"The departure window ends at {self.ends:%H:%M}, before it begins at {self.begins:%H:%M}.",
                do="Let it begin earlier or end later.",
            )
        if not 0 < self.percentile <= 100:
            raise DataError(f"{self.percentile} is not a percentile.", do="Choose one above 0, at most 100.")

    @property
    def travel(self) -> Travel:
        """Return how people go over the streets: the whole way, or to and from stops."""
        if self.mode == "cycle":
            return Travel("cycle", self.cycle_kph, self.without_steps)
        return Travel("walk", self.walk_kph, self.without_steps)

    @property
    def departures(self) -> int:
        """Return how many minutes the window has."""
        return (self.ends.hour - self.begins.hour) * 60 + self.ends.minute - self.begins.minute

    def settings(self) -> dict[str, str]:
        """Return everything that a time shown rests on, as words for a page and columns for a file."""
        words = {"mode": self.mode}
        if self.mode == "cycle":
            words |= {"cycle_kph": f"{self.cycle_kph:g}", "pushed_at_kph": f"{WALK_KPH:g}"}
        else:
            words["walk_kph"] = f"{self.walk_kph:g}"
        words["steps"] = "not used" if self.without_steps else "used"
        if self.mode == "transit" and self.day is not None:
            words |= {
                "timetable_date": f"{self.day:%Y-%m-%d} ({self.day:%A})",
                "departure_window": f"{self.begins:%H:%M}-{self.ends:%H:%M}, every minute",
                "percentile": f"{self.percentile}",
                "access_limit_min": f"{self.access_min}",
                "transfer_limit_min": f"{self.transfer_min}",
                "change_time_s": f"{self.change_s}",
                "longest_journey_min": f"{HORIZON_MIN}",
                "there_and_back": "yes" if self.there_and_back else "no",
            }
        return words


@dataclass(frozen=True)
class Preset:
    """A real life that differs from the default in a few settings.

    Attributes
    ----------
    changes : mapping
        Fields of `Journey` -> value.
    sunday : bool
        Whether the day becomes the Sunday after the one chosen.
    modes : tuple of str
        The modes it makes a difference to.
    """

    changes: Mapping[str, object]
    sunday: bool = False
    modes: tuple[str, ...] = JOURNEY_MODES

    def applied(self, journey: Journey, *, days: Iterable[dt.date] = ()) -> Journey:
        """Return a journey with this preset's settings.

        Parameters
        ----------
        journey : Journey
            As for most people.
        days : iterable of date, optional
            Those of the timetable. Where it ends before the next Sunday, its last one is taken.
        """
        changed = dataclasses.replace(journey, **self.changes)
        if not self.sunday or changed.day is None:
            return changed
        sunday = changed.day + dt.timedelta(days=(SUNDAY - changed.day.weekday()) % 7)
        running = sorted(day for day in days if day.weekday() == SUNDAY)
        if running and sunday not in running:
            sunday = next((day for day in running if day > sunday), running[-1])
        return dataclasses.replace(changed, day=sunday)


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "default": Preset({}),
        "slow": Preset({"walk_kph": SLOW_WALK_KPH}, modes=("walk", "transit")),
        "pushchair": Preset({"without_steps": True}, modes=("walk", "transit")),
        "evening": Preset({"begins": dt.time(19), "ends": dt.time(21)}, modes=("transit",)),
        "sunday": Preset({"begins": dt.time(10), "ends": dt.time(12)}, sunday=True, modes=("transit",)),
        "return": Preset({"there_and_back": True}, modes=("transit",)),
    }
)
# When people come home who went in the morning: they are to be there within this window.
HOME_BY = (dt.time(16, 0), dt.time(18, 0))
