"""Who can reach it: minutes from everywhere to a destination, and the people within a cutoff."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app_pages._destination import choose_destination, take_point
from app_pages._downloads import show_zone_downloads
from app_pages._journey import (
    PRESET_NAMES,
    choose_journey,
    choose_mode,
    choose_preset,
    days_of,
    marked_partial,
    modes_here,
    show_partial,
    show_settings,
)
from app_pages._link import choose, choose_number
from app_pages._map import MapView, show_map
from app_pages._reach import (
    reach_classes,
    show_choices,
    show_compared,
    show_headline,
    show_what_transport_adds,
    show_who,
)
from app_pages._shading import Shading, show_twin
from app_pages._widgets import (
    announce,
    show_attribution,
    show_choices_line,
    show_estimate_note,
    show_legend,
    show_origin,
    study_from_link,
)
from gaps.reach import reach_values
from mapping.geometry import lat_lon
from study.words import _
from transport.journey import PRESETS

st.title(_("Who can reach it?"), anchor=False)
summary_line = st.container()
controls, picture = st.columns([1, 3], gap="medium")
with controls, st.container(key="choices-reach"):
    study = study_from_link()
    destination = choose_destination(study)
    mode = choose_mode(study)
    cutoff_min = choose_number(_("Within (minutes)"), key="cutoff", low=5, high=60, step=5, default=30)
    preset = choose_preset(mode)
    with st.expander(_("More choices")):
        by = choose(_("For each"), {"lsoa": _("small area (LSOA)"), "ward": _("ward")}, key="per")
        usual = choose_journey(study, mode)
    if "transit" not in modes_here(study):
        st.caption(study.no_timetable())
journey = PRESETS[preset].applied(usual, days=days_of(study) if mode == "transit" else ())
what = _(destination.label) if destination else _("choose a place")
with summary_line:
    words = [study.area.name, what, modes_here(study)[mode], _("{minutes} min").format(minutes=cutoff_min)]
    words += [] if preset == "default" else [PRESET_NAMES[preset]]
    show_choices_line(" · ".join(words), key="line")

with picture:
    show_partial(study, journey)
    minutes = values = None
    if destination is not None:
        minutes = study.reach.minutes(destination, journey)
        values = reach_values(study.tables, minutes, by=by, destination=destination, journey=journey)
        values = marked_partial(study, journey, values)
        show_headline(study, minutes, destination, journey, cutoff_min)
        if mode == "transit":
            show_what_transport_adds(study, minutes, journey)
    single = destination is not None and destination.asset_type is None
    classes = show_map(
        study,
        MapView(
            by=by,
            values=values,
            carried=True,
            classes=reach_classes(cutoff_min) if values is not None else None,
            assets=None if destination is None or single else study.assets_in(destination.places),
            marker=lat_lon(destination.places.geometry.iloc[0], study.area.crs) if single else None,
            pick_point=st.session_state.get("to") == "point",
            height=600,
        ),
        key="reachmap",
        on_pick=partial(take_point, study, "reachmap"),
    )
    if values is not None:
        show_legend(values, classes)
        show_estimate_note(values)
    show_settings(journey)

if destination is not None and values is not None and minutes is not None:
    counted = study.reach.carries_shares(journey) and study.reach.is_collected(destination)
    if counted and preset != "default":
        show_compared(
            study, study.reach.minutes(destination, usual), minutes, cutoff_min, name=PRESET_NAMES[preset]
        )
    st.header(_("The map as a table"), anchor=False)
    shading = Shading("reach", by, values, {})
    show_twin(study, shading, key="reach-twin")
    show_zone_downloads(study, shading, settings=journey.settings() | study.timetable_settings(journey))
    if counted:
        show_who(study, minutes, cutoff_min)
        show_choices(study, destination, journey, cutoff_min)
    announce(_("Map and table show: {title}.").format(title=values.indicator.title))
show_origin(study)
show_attribution(study)
