"""At a glance: who has far to walk to a community space, and what is strong beside it."""

from __future__ import annotations

import streamlit as st

from app_pages._far_to_walk import first_ward, show_deciles, show_headline
from app_pages._link import choose, choose_next
from app_pages._map import MapView, picked, show_map
from app_pages._shading import choose_shading, shading_summary, show_twin
from app_pages._strengths import show_strengths
from app_pages._widgets import (
    announce,
    literal,
    show_attribution,
    show_choices_line,
    show_legend,
    show_origin,
    study_from_link,
)
from gaps.profiles import ward_place
from layers.categories import read_asset_rules
from study.words import _


def take_pick() -> None:
    """Let a click on the map choose the ward."""
    feature = picked(study, "homemap")
    code = feature and feature["properties"].get("ward_code")
    if code in study.tables.wards.index:
        choose_next("ward", code)


st.title(_("What is strong here, and who has far to walk?"), anchor=False)
summary_line = st.container()
with st.container(key="choices-home", horizontal=True):
    study = study_from_link()
    rules = read_asset_rules()
    asset_type = choose(
        _("How far is the nearest ..."), {t: _(rules.types[t].name) for t in rules.gap_types()}, key="type"
    )
    cutoff_min = int(
        choose(_("Walk of more than"), {"15": _("15 minutes"), "30": _("30 minutes")}, key="min")
    )
    shading = choose_shading(study, asset_type, cutoff_min, default="beyond")
    ward_names = study.tables.wards["ward_name"].sort_values().to_dict()
    ward_code = choose(_("Ward"), ward_names, key="ward", default=first_ward(study))
with summary_line:
    show_choices_line(shading_summary(study, shading, asset_type, cutoff_min), key="line")

show_headline(study, asset_type, cutoff_min)
values = shading.values
left, right = st.columns([3, 2], gap="medium")
with left:
    classes = show_map(
        study,
        MapView(
            by=shading.by,
            values=values,
            values_query=shading.query,
            assets=study.tables.assets["type"].eq(asset_type) & study.tables.assets["counts_for_gap"],
            selected=("ward", ward_code),
        ),
        key="homemap",
        on_pick=take_pick,
    )
    show_legend(values, classes)
with right:
    st.header(_("Strong in {ward}").format(ward=literal(ward_names[ward_code])), anchor=False)
    show_strengths(study, ward_place(study.tables, ward_code), names=4)
    st.page_link(
        "ward.py",
        label=_("All about {ward}").format(ward=literal(ward_names[ward_code])),
        query_params={"area": study.area.slug, "ward": ward_code},
    )

ranked, deciles = st.columns([3, 2], gap="medium")
with ranked:
    st.header(_("Ward by ward"), anchor=False)
    show_twin(study, shading, key="wards", on_ward="ward")
with deciles:
    st.header(_("By deprivation"), anchor=False)
    show_deciles(study, asset_type, cutoff_min)
announce(_("Map and table show: {title}").format(title=values.indicator.title))
show_origin(study)
show_attribution(study)
