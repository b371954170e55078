"""What is strong in a place, in words: used by the first view, the ward page and the neighbourhood page."""

from __future__ import annotations

import html

import pandas as pd
import streamlit as st

from app_pages._tables import Study
from gaps.profiles import Place, assets_by_category, green_names, special_types
from layers.categories import read_asset_rules
from study.words import _

NAMES_SHOWN = 6


def strength_sentences(study: Study, place: Place, *, most: int = 4) -> list[str]:
    """Return what a place has more of than the study area as a whole, as plain sentences."""
    rules, sentences = read_asset_rules(), []
    for asset_type, row in special_types(study.tables, place).head(most).iterrows():
        sentences.append(
            _("{type}: {count} known, {ratio} times the rate of {area} as a whole").format(
                type=_(rules.types[asset_type].name),
                count=int(row["assets"]),
                ratio=f"{row['ratio']:.1f}",
                area=study.area.name,
            )
        )
    return sentences


def show_strengths(study: Study, place: Place, *, names: int = NAMES_SHOWN) -> None:
    """Show a place's strengths: what is special, then assets by category with their names."""
    special = strength_sentences(study, place)
    if special:
        items = "".join(f"<li>{html.escape(s)}</li>" for s in special)
        st.html(f'<ul class="sp-list">{items}</ul>')
    rules = read_asset_rules()
    lines = []
    for category, rows in assets_by_category(study.tables, place).items():
        about = rules.categories[category]
        lines.append(
            f"<p><b>{html.escape(_(about.name))}</b>: {_known(rows)}<br>"
            f'<span class="sp-names">{html.escape(_name_list(rows, names))}</span></p>'
        )
    greens = green_names(study.tables, place, most=names)
    if greens:
        lines.append(
            f"<p><b>{html.escape(_('Parks and green space'))}</b><br>"
            f'<span class="sp-names">{html.escape(", ".join(greens))}</span></p>'
        )
    if not lines:
        nothing = _("No assets are on the map here yet. That does not mean there are none.")
        lines.append(f"<p>{html.escape(nothing)}</p>")
    st.html("".join(lines))


def _known(rows: pd.DataFrame) -> str:
    return html.escape(_("{count} known").format(count=f"{len(rows):,}"))


def _name_list(rows: pd.DataFrame, most: int) -> str:
    """Return the first names, those of places that can fill a gap before others, and how many places are left."""
    ordered = rows.sort_values("counts_for_gap", ascending=False, kind="stable")
    shown = list(dict.fromkeys(ordered["asset_name"].dropna()))[:most]
    if not shown:
        return _("no names on the map")
    left = len(rows) - int(rows["asset_name"].isin(shown).sum())
    return ", ".join(shown) + (_(" and {count} more").format(count=f"{left:,}") if left else "")
