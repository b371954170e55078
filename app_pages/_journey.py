"""How people travel, as choices kept in the link; and the settings in one sentence under every answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import streamlit as st

from app_pages._link import choose, choose_day, choose_number
from app_pages._tables import Study
from app_pages._widgets import literal
from gaps.indicators import IndicatorValues
from study.words import _
from transport.journey import HOME_BY, JOURNEY_MODES, PRESETS, Journey
from transport.timetable import service_dates

MODES = {"walk": _("On foot"), "cycle": _("By cycle"), "transit": _("By public transport")}
PRESET_NAMES = {
    "default": _("Most people"),
    "slow": _("Slow walker (3.2 km/h)"),
    "pushchair": _("With a pushchair (no steps)"),
    "evening": _("In the evening (19:00 to 21:00)"),
    "sunday": _("On a Sunday (10:00 to 12:00)"),
    "return": _("There and back within the day"),
}
PERCENTILES = {
    "50": _("the middle departure (median)"),
    "10": _("the quickest one in ten departures"),
    "90": _("nine in ten departures"),
}
HALF_HOURS = [dt.time(hour, minute) for hour in range(5, 24) for minute in (0, 30)]


def modes_here(study: Study) -> dict[str, str]:
    """Return the modes this place can be asked about, with their words."""
    return {mode: MODES[mode] for mode in JOURNEY_MODES if mode in study.reach.modes()}


def days_of(study: Study) -> list[dt.date]:
    """Return the days on which the place's timetable runs; none without one."""
    return service_dates(study.transit.timetable) if study.transit is not None else []


def choose_mode(study: Study) -> str:
    """Show the choice of mode."""
    return choose(_("How"), modes_here(study), key="mode")


def choose_preset(mode: str) -> str:
    """Show the choice of whose journey it is, of those that make a difference to the mode."""
    names = {name: PRESET_NAMES[name] for name, preset in PRESETS.items() if mode in preset.modes}
    return choose(_("Whose journey"), names, key="who")


def choose_journey(study: Study, mode: str, *, walks: bool = True) -> Journey:
    """Show the finer choices of a mode, those of walks too, and return the journey before any preset."""
    if mode != "transit":
        return Journey(mode=mode)
    facts, timetable = study.area.timetable, study.transit.timetable
    days = service_dates(timetable)
    day = choose_day(_("Day"), key="day", first=days[0], last=days[-1], default=facts.day)
    names = {f"{time:%H%M}": f"{time:%H:%M}" for time in HALF_HOURS}
    # The last half hour ends windows alone: a window that begins there would have no minute in it.
    begins = choose(_("Leaving from"), dict(list(names.items())[:-1]), key="from", default="0730")
    later = {key: word for key, word in names.items() if key > begins}
    ends = choose(_("until"), later, key="until", default="0930" if begins < "0930" else None)
    if not walks:
        return Journey(mode="transit", day=day, begins=_time(begins), ends=_time(ends))
    percentile = choose(_("Time shown is that of"), PERCENTILES, key="share")
    access = choose_number(
        _("Longest walk to a stop (minutes)"), key="access", low=5, high=30, step=5, default=20
    )
    return Journey(
        mode="transit",
        day=day,
        begins=_time(begins),
        ends=_time(ends),
        percentile=int(percentile),
        access_min=access,
    )


def _time(text: str) -> dt.time:
    return dt.time(int(text[:2]), int(text[2:]))


def journey_sentence(journey: Journey) -> str:
    """Return the settings of a journey as one sentence."""
    steps = _(", steps not used") if journey.without_steps else ""
    if journey.mode == "cycle":
        return _("Cycling at {kph:g} km/h, pushed between street and door.").format(kph=journey.cycle_kph)
    if journey.mode == "walk":
        return _("Walking at {kph:g} km/h{steps}.").format(kph=journey.walk_kph, steps=steps)
    sentence = _(
        "Timetable of {day}, leaving at every minute from {begins} to {ends}, the time that {share}% of departures "
        "keep; walking at {kph:g} km/h{steps}, at most {access} minutes to a stop and {transfer} between stops, "
        "{change} seconds for a change."
    ).format(
        day=f"{journey.day:%A %d %B %Y}",
        begins=f"{journey.begins:%H:%M}",
        ends=f"{journey.ends:%H:%M}",
        share=journey.percentile,
        kph=journey.walk_kph,
        steps=steps,
        access=journey.access_min,
        transfer=journey.transfer_min,
        change=journey.change_s,
    )
    if journey.there_and_back:
        sentence += " " + _("Home again between {first} and {last}; the longer way counts.").format(
            first=f"{HOME_BY[0]:%H:%M}", last=f"{HOME_BY[1]:%H:%M}"
        )
    return sentence


def show_settings(journey: Journey) -> None:
    """Show under an answer what it rests on."""
    st.caption(journey_sentence(journey))


def partial_words(study: Study, journey: Journey) -> str:
    """Return what stands behind the title of every map, table and file that rests on a part of a timetable."""
    status = study.reach.status(journey)
    return _(" (partial timetable: demonstration only)") if status is not None and status.is_partial else ""


def marked_partial(study: Study, journey: Journey, values: IndicatorValues) -> IndicatorValues:
    """Return values whose title says so where they rest on a part of a timetable."""
    indicator = values.indicator
    title = indicator.title + partial_words(study, journey)
    return replace(values, indicator=replace(indicator, title=title))


def show_partial(study: Study, journey: Journey) -> None:
    """Say loudly when the timetable is only a part, and what it lacks."""
    status = study.reach.status(journey)
    if status is None or not status.is_partial:
        return
    note = study.area.timetable.note
    reasons = " ".join([*status.reasons, note]).strip()
    st.warning(
        _(
            "Partial timetable: demonstration only. {reasons} No shares of residents are drawn from it."
        ).format(reasons=literal(reasons)),
        icon=":material/warning:",
    )
