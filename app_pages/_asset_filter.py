"""Which assets are shown: by category, type, holder and a search box, kept in the link."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app_pages._link import choose_several, choose_text
from app_pages._tables import Study
from layers.assets import asset_mask
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
    collected = {t: study.walking.is_collected(t) for t in rules.types}
    types = choose_several(
        _("Type"),
        {k: _(t.name) + ("" if collected[k] else _(" (not collected)")) for k, t in rules.types.items()},
        key="types",
    )
    holders = choose_several(_("Held by"), {k: _(h.name) for k, h in rules.holders.items()}, key="held")
    # What looks like a postcode never enters the link.
    search = choose_text(
        _("Search in names"), key="q", most=60, may_enter=lambda text: not looks_like_postcode(text)
    )
    not_collected = [_(rules.types[t].name) for t in types if not collected[t]]
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


def assets_table(study: Study, asset_ids: pd.Index) -> pd.DataFrame:
    """Return some assets in words, for the twin table and for files."""
    rules, assets = read_asset_rules(), study.tables.assets.loc[asset_ids]
    types = {k: _(t.name) for k, t in rules.types.items()}
    categories = {k: _(c.name) for k, c in rules.categories.items()}
    holders = {k: _(h.name) for k, h in rules.holders.items()}
    return pd.DataFrame(
        {
            "asset_name": assets["asset_name"].fillna(_("No name on the map")),
            "type": assets["type"].map(types),
            "category": assets["category"].map(categories),
            "holder": assets["holder"].map(holders),
            "ward_name": assets["ward_code"].map(study.tables.wards["ward_name"]),
            "wheelchair": assets["wheelchair"],
            "opening_hours": assets["opening_hours"],
            "operator": assets["operator"],
            "website": assets["website"],
            "geometry": assets.geometry,
        },
        index=assets.index,
    )
