"""How good public transport is: how often it comes, and how much of it is within walking distance."""

from __future__ import annotations

import streamlit as st

from app_pages._downloads import show_zone_downloads
from app_pages._journey import choose_journey, marked_partial, show_partial
from app_pages._link import choose
from app_pages._map import MapView, show_map
from app_pages._reach import show_what_transport_adds
from app_pages._service import access_level_classes, access_level_settings, show_level_headline, show_stations
from app_pages._shading import Shading, show_twin
from app_pages._widgets import (
    announce,
    show_attribution,
    show_choices_line,
    show_legend,
    show_origin,
    study_from_link,
)
from gaps.reach import access_level_values, to_centre
from study.words import _

st.title(_("How good is public transport here?"), anchor=False)
summary_line = st.container()
controls, picture = st.columns([1, 3], gap="medium")
with controls, st.container(key="choices-transport"):
    study = study_from_link()
    if study.transit is None:
        st.info(study.no_timetable())
        show_origin(study)
        show_attribution(study)
        st.stop()
    journey = choose_journey(study, "transit", walks=False)
    by = choose(_("For each"), {"lsoa": _("small area (LSOA)"), "ward": _("ward")}, key="per")
with summary_line:
    when = f"{journey.day:%d/%m/%Y}, {journey.begins:%H:%M} - {journey.ends:%H:%M}"
    show_choices_line(f"{study.area.name} · {when}", key="line")

with picture:
    show_partial(study, journey)
    # Without streets to the stops nobody can say who walks to them; how often vehicles leave is known all the same.
    reason = study.no_timetable()
    if reason:
        st.info(reason)
    else:
        levels = study.transit.access_levels(journey.day)
        values = marked_partial(study, journey, access_level_values(study.tables, levels, by=by))
        show_level_headline(study, levels, journey)
        classes = access_level_classes()
        show_map(
            study,
            MapView(by=by, values=values, carried=True, classes=classes, height=560),
            key="transportmap",
        )
        show_legend(values, classes)
        show_what_transport_adds(
            study, study.reach.minutes(to_centre(study.tables), journey), journey, to=_("to the centre")
        )

if not reason:
    st.header(_("The map as a table"), anchor=False)
    shading = Shading("ptal", by, values, {})
    show_twin(study, shading, key="ptal-twin")
    show_zone_downloads(study, shading, settings=access_level_settings(study, journey))
st.header(_("How often it comes"), anchor=False)
show_stations(study, journey)
words = _("The table shows departures from {begins} to {ends}.")
announce(words.format(begins=f"{journey.begins:%H:%M}", ends=f"{journey.ends:%H:%M}"))
show_origin(study)
show_attribution(study)
