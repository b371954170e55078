"""Which assets are shown: by category, type, holder and a search box, kept in the link."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app_pages._link import choose_several
from app_pages._tables import Study
from layers.assets import asset_mask, type_status
from layers.categories import read_asset_rules
from layers.gazetteer import looks_like_postcode
from study.words import _

# Benches and bus stops by the thousand hide everything else; they are shown when asked for.
HIDDEN_AT_FIRST = {"transport", "everyday_enablers"}


def choose_assets(study: Study) -> pd.Series:
    """Show the filters and return which assets pass them, aligned with the assets table."""
    rules, assets = read_asset_rules(), study.tables.assets
    categories = choose_several(
        _("Kind of asset (ABCD)"), {k: _(c.name) for k, c in rules.categories.items()}, key="category"
    )
    status = type_status(assets, rules, not_collected=study.tables.not_collected)
    types = choose_several(
        _("Type"),
        {
            k: _(t.name) + ("" if status[k] == "collected" else _(" (not collected)"))
            for k, t in rules.types.items()
        },
        key="types",
    )
    holders = choose_several(_("Held by"), {k: _(h.name) for k, h in rules.holders.items()}, key="held")
    search = _search_box()
    not_collected = [_(rules.types[t].name) for t in types if status[t] != "collected"]
    if not_collected:
        st.info(
            _("Not collected for {area} yet: {types}. That is not the same as none.").format(
                area=study.area.name, types=", ".join(not_collected)
            )
        )
    shown_types = types or [t for t in rules.types if t not in HIDDEN_AT_FIRST]
    return asset_mask(
        assets, categories=categories or None, types=shown_types, holders=holders or None, search=search
    )


def _search_box() -> str:
    """Show the search in names; a text that looks like a postcode never enters the link."""
    if "_asset_search" not in st.session_state:
        st.session_state["_asset_search"] = st.query_params.get("q", "")[:60]
    text = st.text_input(_("Search in names"), max_chars=60, key="_asset_search").strip()
    if text and not looks_like_postcode(text):
        if st.query_params.get("q") != text:
            st.query_params["q"] = text
    elif "q" in st.query_params:
        del st.query_params["q"]
    return text


def assets_table(study: Study, mask: pd.Series) -> pd.DataFrame:
    """Return the shown assets in words, for the twin table and for files."""
    rules, assets = read_asset_rules(), study.tables.assets[mask]
    wards = study.tables.wards["ward_name"]
    return pd.DataFrame(
        {
            "asset_name": assets["asset_name"].fillna(_("No name on the map")),
            "type": assets["type"].map(lambda t: _(rules.types[t].name)),
            "category": assets["category"].map(lambda c: _(rules.categories[c].name)),
            "holder": assets["holder"].map(lambda h: _(rules.holders[h].name)),
            "ward_name": assets["ward_code"].map(wards),
            "wheelchair": assets["wheelchair"],
            "opening_hours": assets["opening_hours"],
            "operator": assets["operator"],
            "website": assets["website"],
            "geometry": assets.geometry,
        },
        index=assets.index,
    ).sort_values(["asset_name", "type"])
