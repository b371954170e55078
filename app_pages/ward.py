"""One ward, or two side by side: strengths, reach, green space, deprivation."""

from __future__ import annotations

import streamlit as st

from app_pages._link import choose
from app_pages._map import MapView, show_map
from app_pages._profile import show_profile
from app_pages._widgets import (
    literal,
    show_attribution,
    show_choices_line,
    show_estimate_line,
    show_origin,
    study_from_link,
)
from gaps.profiles import ward_place
from study.words import _

st.title(_("What is strong in this ward, and what is far away?"), anchor=False)
summary_line = st.container()
with st.container(key="choices-ward", horizontal=True):
    study = study_from_link()
    names = study.tables.wards["ward_name"].sort_values().to_dict()
    ward_code = choose(_("Ward"), names, key="ward")
    others = {"": _("No other ward"), **{c: n for c, n in names.items() if c != ward_code}}
    other_code = choose(_("Beside it"), others, key="beside")
codes = [ward_code, *([other_code] if other_code else [])]
with summary_line:
    show_choices_line(" · ".join([study.area.name, *(names[c] for c in codes)]), key="line")

for column, code in zip(st.columns(len(codes), gap="large"), codes, strict=True):
    with column:
        st.header(literal(names[code]), anchor=False)
        place = ward_place(study.tables, code)
        show_map(
            study,
            MapView(
                by="ward",
                assets=place.asset_in & ~study.tables.assets["type"].isin(["transport", "everyday_enablers"]),
                greens=True,
                selected=("ward", code),
                focus=study.tables.wards.geometry.loc[[code]],
                height=380,
            ),
            key="wardmap" if code == ward_code else "besidemap",
        )
        st.link_button(
            _("Print {ward}").format(ward=literal(names[code])),
            f"/print/{study.area.slug}/{code}",
            help=_("Two sides of A4 with cards for what the map has missed; opens in a new tab."),
        )
        show_profile(study, place, key=code)
show_estimate_line(study)
show_origin(study)
show_attribution(study)
