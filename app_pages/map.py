"""The map: one shaded layer, assets and green space on top, the same as tables and files."""

from __future__ import annotations

import geopandas as gpd
import streamlit as st

from app_pages._asset_filter import assets_table, choose_assets
from app_pages._downloads import show_asset_downloads, show_green_downloads, show_zone_downloads
from app_pages._find import forget_found, show_find
from app_pages._link import choose, choose_next, choose_toggle
from app_pages._map import MapView, picked, show_map
from app_pages._shading import choose_shading, shading_summary, show_extremes, show_twin
from app_pages._table import Column, show_table
from app_pages._widgets import (
    announce,
    show_asset_legend,
    show_attribution,
    show_choices_line,
    show_estimate_note,
    show_legend,
    show_origin,
    study_from_link,
)
from layers.categories import read_asset_rules
from mapping.geometry import lat_lon
from study.words import _

MOST_ROWS = 250


def take_pick() -> None:
    """Let a click on the map choose the ward, or the small area when those are shown."""
    feature = picked(study, "mapmap")
    properties = feature["properties"] if feature else {}
    if properties.get("ward_code") in study.tables.wards.index:
        let_go()
        choose_next("ward", properties["ward_code"])
    if properties.get("lsoa_code") in study.tables.lsoas.index:
        st.session_state["_lsoa"] = properties["lsoa_code"]


def let_go() -> None:
    """Forget the place that was found and the small area in the link: the person has gone on from there."""
    forget_found(study)


def selected_zone(found_lsoa: str | None, ward_code: str) -> tuple[str, str] | None:
    """Return the zone to outline: the found or clicked small area, else the chosen ward."""
    clicked = st.session_state.pop("_lsoa", None)
    lsoa = clicked or found_lsoa or st.query_params.get("lsoa")
    if lsoa in study.tables.lsoas.index:
        if st.query_params.get("lsoa") != lsoa:
            st.query_params["lsoa"] = lsoa
        return ("lsoa", lsoa)
    if "lsoa" in st.query_params:
        del st.query_params["lsoa"]
    return ("ward", ward_code) if ward_code else None


st.title(_("What is where?"), anchor=False)
summary_line = st.container()
controls, picture = st.columns([1, 3], gap="medium")
rules = read_asset_rules()
with controls, st.container(key="choices-map"):
    study = study_from_link()
    # A box of its own: what is found comes and goes without moving, and so closing, the choices beneath it.
    with st.container():
        found = show_find(study)
    type_names = {t: _(rules.types[t].name) for t in rules.gap_types()}
    asset_type = st.session_state.get("type", "community_space")
    layer_box = st.container()
    with st.expander(_("Which assets"), expanded=True):
        mask = choose_assets(study)
    with st.expander(_("More choices")):
        asset_type = choose(_("Walks are to the nearest ..."), type_names, key="type")
        cutoff_min = int(
            choose(_("Walk of more than"), {"15": _("15 minutes"), "30": _("30 minutes")}, key="min")
        )
        ward_names = study.tables.wards["ward_name"].sort_values().to_dict()
        ward_code = choose(
            _("Go to ward"), {"": _("All wards"), **ward_names}, key="ward", shared=False, on_change=let_go
        )
        greens = choose_toggle(_("Green space"), key="green", default=True)
        tiles = st.toggle(
            _("On-line base map"),
            key="_tiles",
            help=_(
                "Off by default. When on, your browser asks OpenStreetMap's server for pictures of where you look."
            ),
        )
    with layer_box:
        shading = choose_shading(study, asset_type, cutoff_min, default="imd")
with summary_line:
    show_choices_line(shading_summary(study, shading, asset_type, cutoff_min), key="line")

with picture:
    show_extremes(study, shading)
    zone = selected_zone(found.lsoa_code if found else None, ward_code)
    focus = None
    if zone is not None:
        table = study.tables.lsoas if zone[0] == "lsoa" else study.tables.wards
        focus = table.geometry.loc[[zone[1]]]
    elif found is not None:
        focus = gpd.GeoSeries([found.point.buffer(400)], crs=study.area.crs)
    classes = show_map(
        study,
        MapView(
            by=shading.by,
            values=shading.values,
            values_query=shading.query,
            assets=mask,
            greens=greens,
            selected=zone,
            focus=focus,
            marker=lat_lon(found.point, study.area.crs) if found else None,
            tiles=tiles,
            height=620,
        ),
        key="mapmap",
        on_pick=take_pick,
    )
    show_legend(shading.values, classes)
    categories = study.tables.assets[mask]["category"].unique()
    show_asset_legend(
        {k: (_(c.name), c.symbol, c.colour) for k, c in rules.categories.items() if k in categories}
    )
    show_estimate_note(shading.values)

st.header(_("The map as a table"), anchor=False)
show_twin(study, shading, key="twin")
show_zone_downloads(study, shading)
st.header(_("Assets on the map: {count}").format(count=f"{int(mask.sum()):,}"), anchor=False)
listed = study.assets_by_name(mask)
if len(listed) > MOST_ROWS:
    st.caption(
        _("The first {shown} by name; the files hold all {count}.").format(
            shown=MOST_ROWS, count=f"{len(listed):,}"
        )
    )
show_table(
    assets_table(study, listed[:MOST_ROWS]),
    [
        Column("asset_name", _("Name")),
        Column("type", _("Type")),
        Column("category", _("Kind")),
        Column("holder", _("Held by")),
        Column("ward_name", _("Ward")),
    ],
    caption=_("Assets shown on the map, from the data named below"),
    key="assets",
    height=360,
)
show_asset_downloads(study, listed)
if greens and study.tables.green_space is not None:
    st.subheader(_("Green space on the map"), anchor=False)
    show_green_downloads(study)
announce(
    _("Map and table show: {title}. {count} assets shown.").format(
        title=shading.values.indicator.title, count=int(mask.sum())
    )
)
show_origin(study)
show_attribution(study)
