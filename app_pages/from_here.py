"""What can be reached from here: the ground within some minutes of a place, and who and what is there."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial

import streamlit as st

from app_pages._destination import choose_place, take_point
from app_pages._from_here import Look, compared, comparisons, show_band_downloads, show_bands, show_inside
from app_pages._journey import MODES, choose_journey, choose_mode, modes_here, show_partial, show_settings
from app_pages._link import choose
from app_pages._widgets import (
    announce,
    show_attribution,
    show_choices_line,
    show_origin,
    study_from_link,
)
from study.words import _

st.title(_("What can be reached from here?"), anchor=False)
summary_line = st.container()
controls, picture = st.columns([1, 3], gap="medium")
with controls, st.container(key="choices-from"):
    study = study_from_link()
    place = choose_place(study)
    mode = choose_mode(study)
    beside = comparisons(study, mode)
    other = choose(_("Beside it"), beside, key="beside")
    # Walking and cycling have nothing more to choose.
    with st.expander(_("More choices")) if mode == "transit" else nullcontext():
        journey = choose_journey(study, mode)
    if "transit" not in modes_here(study):
        st.caption(study.no_timetable())
with summary_line:
    what = _(place.label) if place else _("choose a place")
    show_choices_line(" · ".join((study.area.name, what, modes_here(study)[mode])), key="line")

journeys = {MODES[mode]: journey}
if other != "nothing":
    journeys[beside[other]] = compared(study, journey, other)
looks: list[Look] = []
with picture:
    columns = st.columns(len(journeys))
    for name, column, asked, key in zip(
        journeys, columns, journeys.values(), ("froma", "fromb"), strict=False
    ):
        with column:
            if len(journeys) > 1:
                st.header(name, anchor=False)
            show_partial(study, asked)
            look = Look.of(study, place, asked)
            looks.append(look)
            show_bands(study, look, key=key, on_pick=partial(take_point, study, key))
            show_settings(asked)

if place is not None:
    st.header(_("Who and what is there"), anchor=False)
    for column, look, key in zip(st.columns(len(looks)), looks, ("a", "b"), strict=False):
        with column:
            show_inside(study, look, key=key)
    show_band_downloads(study, looks[0])
    announce(_("Map and table show what can be reached from {place}.").format(place=place.label))
else:
    st.info(_("Nothing is shown yet: choose a place."))
show_origin(study)
show_attribution(study)
