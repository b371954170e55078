"""The service day: its seconds, and what a clock on the wall shows at them, when the clocks change too.

GTFS counts seconds from noon minus twelve hours, local time, which is midnight but on the days when clocks change.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from study.errors import DataError

HALF_DAY_S = 12 * 3600


def wall_clock_s(day: dt.date, time: dt.time, timezone: str) -> int:
    """Return the second of a service day at which a clock on the wall shows a time.

    Parameters
    ----------
    day : date
        The date on the calendar.
    time : time
        What the clock shows, without a time zone. A time that is skipped as clocks go forward is taken as if they
        had not yet gone; of a time that comes twice as they go back, the first is taken, or with ``fold=1`` the second.
    timezone : str
        The feed's, e.g. ``"Europe/London"``.

    Returns
    -------
    int
        Whole seconds after noon minus twelve hours; negative for an hour before that on a day that clocks go forward.

    Raises
    ------
    DataError
        If there is no such time zone.
    """
    moment = dt.datetime.combine(day, time, tzinfo=_zone(timezone))
    return int((moment - _noon(day, timezone)).total_seconds()) + HALF_DAY_S


def wall_clock(day: dt.date, seconds: int, timezone: str) -> dt.datetime:
    """Return what a clock on the wall shows at a second of a service day, with its time zone.

    Parameters
    ----------
    day : date
        The service day.
    seconds : int
        Seconds after noon minus twelve hours; may be beyond the day.
    timezone : str
        The feed's.
    """
    moment = _noon(day, timezone) + dt.timedelta(seconds=int(seconds) - HALF_DAY_S)
    return moment.astimezone(_zone(timezone))


def seconds_between(earlier: dt.date, later: dt.date, timezone: str) -> int:
    """Return the seconds from the service midnight of one day to that of another: 23, 24 or 25 hours for the next."""
    return int((_noon(later, timezone) - _noon(earlier, timezone)).total_seconds())


def _noon(day: dt.date, timezone: str) -> dt.datetime:
    # In UTC, where a difference is one of real time: within one zone Python subtracts what the clocks show.
    return dt.datetime.combine(day, dt.time(12), tzinfo=_zone(timezone)).astimezone(dt.UTC)


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise DataError(
            f"There is no time zone {timezone!r}.", do="Use a name like 'Europe/London'."
        ) from error
