"""What the public transport page shows: access levels in seven classes, and the departures of every stop."""

from __future__ import annotations

import html

import pandas as pd
import streamlit as st

from app_pages._downloads import show_place_downloads
from app_pages._journey import partial_words
from app_pages._table import Column, show_table
from app_pages._tables import Study
from mapping.styles import Classes
from study.words import _, people
from transport.journey import Journey
from transport.ptal import read_ptal_constants

# ColorBrewer 2.0 BuGn: light = little service, dark = much. Bands of one number share a class.
LEVEL_SHADES = ("#f7fcfd", "#e5f5f9", "#ccece6", "#99d8c9", "#66c2a4", "#2ca25f", "#006d2c")
MOST_STATIONS = 250
LOW_BANDS = 3


def access_level_classes() -> Classes:
    """Return the bands of access levels as classes: 0, 1, 2 ... 6."""
    upper: dict[str, float] = {}
    names: dict[str, list[str]] = {}
    for band in read_ptal_constants().bands:
        number = band.name.rstrip("ab")
        upper[number] = float("inf") if band.up_to is None else band.up_to
        names.setdefault(number, []).append(band.name)
    labels = [" and ".join(found) for found in names.values()]
    edges = [10_000.0 if edge == float("inf") else edge for edge in upper.values()]
    return Classes(tuple(edges), LEVEL_SHADES[: len(edges)], tuple(labels))


def access_level_settings(study: Study, journey: Journey) -> dict[str, str]:
    """Return what a file must say of access levels: their own window, whatever window the departures are for."""
    constants = read_ptal_constants()
    return {
        "timetable_date": f"{journey.day:%Y-%m-%d}",
        "departure_window": f"{constants.window_start:%H:%M}-{constants.window_end:%H:%M}",
        "walk_m_per_min": f"{constants.walk_m_per_min:g}",
        "walk_limits_m": ", ".join(f"{name} {group.within_m:g}" for name, group in constants.groups.items()),
    } | study.timetable_settings(journey)


def show_level_headline(study: Study, levels: pd.DataFrame, journey: Journey) -> None:
    """Say how many residents have little service, or that nobody is counted from a part of a timetable."""
    constants = read_ptal_constants()
    window = f"{constants.window_start:%H:%M} - {constants.window_end:%H:%M}"
    if not study.reach.carries_shares(journey):
        sentence = _(
            "Access levels (PTAL) of {day}, {window}. The timetable is only a part, so nobody is counted."
        )
        text = sentence.format(day=f"{journey.day:%A %d %B %Y}", window=window)
    else:
        residents = study.tables.resident_points["residents"]
        known = levels["access_index"].notna()
        low = residents[known & (levels["band"].cat.codes < LOW_BANDS)].sum()
        sentence = _(
            "<b>{low}</b> of {known} people have little public transport in walking distance (PTAL 0 or 1)."
        )
        text = sentence.format(
            low=people(low).capitalize(), known=f"{round(residents[known].sum(), -2):,.0f}"
        )
        text += " " + html.escape(f"{journey.day:%A %d %B %Y}, {window}.")
    st.html(f'<p class="sp-headline">{text}</p>')


def show_stations(study: Study, journey: Journey) -> None:
    """Show the departures of every stop and station in the window, those with most first."""
    table = study.transit.stations(journey.day, journey.begins, journey.ends)
    table = table.sort_values(["departures", "station_name"], ascending=[False, True])
    none = int((table["departures"] == 0).sum())
    st.caption(
        _("{day}, {begins} to {ends}. {none} of {all} stops have no departure then.").format(
            day=f"{journey.day:%A %d %B %Y}",
            begins=f"{journey.begins:%H:%M}",
            ends=f"{journey.ends:%H:%M}",
            none=f"{none:,}",
            all=f"{len(table):,}",
        )
    )
    if len(table) > MOST_STATIONS:
        st.caption(_("The {most} with most departures; the file holds all.").format(most=MOST_STATIONS))
    show_table(
        table.head(MOST_STATIONS),
        [
            Column("station_name", _("Stop or station")),
            Column("departures_per_hour", _("Departures per hour"), 1, bar=True),
            Column("departures", _("Departures"), 0),
            Column("routes", _("Routes"), 0),
            Column("modes", _("What comes")),
        ],
        caption=_("Departures that can be boarded in the window, by stop or station")
        + partial_words(study, journey),
        key="stations",
        height=480,
    )
    settings = {
        "timetable_date": f"{journey.day:%Y-%m-%d}",
        "departure_window": f"{journey.begins:%H:%M}-{journey.ends:%H:%M}",
    } | study.timetable_settings(journey)
    show_place_downloads(
        study,
        lambda: table,
        title=_("Departures by stop") + partial_words(study, journey),
        name="departures",
        of="timetable",
        settings=settings,
    )
