"""Who has far to walk: the headline of the first view, and the same by deprivation decile."""

from __future__ import annotations

import html

import pandas as pd
import streamlit as st

from app_pages._table import Column, show_table
from app_pages._tables import Study
from app_pages._widgets import ESTIMATE
from layers.categories import read_asset_rules
from study.words import _, people
from transport.catchments import beyond_range, residents_by_cutoff, rounded_people


def show_headline(study: Study, asset_type: str, cutoff_min: int) -> None:
    """Say the main figure in one sentence, and how sure it is."""
    walking, points = study.walking, study.tables.resident_points
    name = html.escape(_(read_asset_rules().types[asset_type].name))
    if not walking.is_collected(asset_type):
        sentence = _(
            "{type} was not collected for {area} yet, or only in part, so nobody can say who is far from one."
        )
        text = sentence.format(type=name, area=html.escape(study.area.name))
        st.html(f'<p class="sp-headline">{text}</p>')
        return
    minutes = walking.minutes(asset_type)
    row = residents_by_cutoff(
        minutes, points, pd.Series("all", index=points.index), cutoff_min=cutoff_min
    ).iloc[0]
    if pd.isna(row["beyond_share"]):
        _show_mostly_unknown(study, asset_type, cutoff_min, row)
        return
    sentence = _(
        "<b>{beyond}</b> of {known} people in {area} ({share}%) live more than {minutes} minutes' walk from any "
        "<i>known</i> {one}."
    ).format(
        beyond=people(row["beyond"]).capitalize(),
        known=f"{round(row['beyond'] + row['within'], -2):,.0f}",
        area=html.escape(study.area.name),
        share=f"{100 * row['beyond_share']:.0f}",
        minutes=cutoff_min,
        one=html.escape(_(read_asset_rules().types[asset_type].one)),
    )
    if row["not_known"] >= 50:
        sentence += " " + _("For {people} more it is not known.").format(people=people(row["not_known"]))
    st.html(f'<p class="sp-headline">{sentence}{_how_sure(minutes, points, row, cutoff_min)}</p>')


def _show_mostly_unknown(study: Study, asset_type: str, cutoff_min: int, row: pd.Series) -> None:
    """Say what is known where streets or places were collected for a part of the study area only."""
    sentence = _(
        "<b>{within}</b> of {all} people in {area} live within {minutes} minutes' walk of a <i>known</i> {one}, and "
        "{beyond} do not. For <b>{unknown}</b> it is not known: streets or places were not collected round them."
    ).format(
        within=people(row["within"]).capitalize(),
        all=f"{round(row['residents'], -2):,.0f}",
        area=html.escape(study.area.name),
        minutes=cutoff_min,
        one=html.escape(_(read_asset_rules().types[asset_type].one)),
        beyond=people(row["beyond"]),
        unknown=people(row["not_known"]),
    )
    st.html(f'<p class="sp-headline">{sentence}</p>')


def _how_sure(minutes: pd.DataFrame, points: pd.DataFrame, row: pd.Series, cutoff_min: int) -> str:
    """Return the mark of an estimate with the range of its detour factor, as HTML; nothing for measured walks."""
    if row["estimate_share"] == 0:
        return ""
    words = _("estimate")
    if row["estimate_share"] < 0.995:
        words = _("estimate for {part}").format(part=f"{100 * row['estimate_share']:.0f}%")
    few, most = beyond_range(minutes, points, cutoff_min=cutoff_min)
    span = _("between {few} and {most}, as streets wind less or more").format(
        few=_rough(few), most=_rough(most)
    )
    small = f" <small>{span}</small>" if _rough(few) != _rough(most) else ""
    return f' <span class="sp-tag" title="{html.escape(ESTIMATE)}">{html.escape(words)}</span>{small}'


def _rough(number: float) -> str:
    """Return an end of a range of people, as roughly as it is known."""
    return f"{round(number, -3 if number >= 10_000 else -2 if number >= 1_000 else -1):,.0f}"


def show_deciles(study: Study, asset_type: str, cutoff_min: int) -> None:
    """Show residents beyond the cutoff by deprivation decile."""
    tables = study.tables
    if tables.deprivation is None:
        st.info(study.tables.missing.get("deprivation", _("There is no deprivation data for this place.")))
        return
    if not study.walking.is_collected(asset_type):
        st.info(_("Not collected, so not known for any decile."))
        return
    decile = tables.resident_points["lsoa_code"].map(tables.deprivation["imd_decile"]).rename("decile")
    table = residents_by_cutoff(
        study.walking.minutes(asset_type), tables.resident_points, decile, cutoff_min=cutoff_min
    )
    table["share_pct"] = 100 * table["beyond_share"]
    table["beyond"] = rounded_people(table["beyond"])
    ends = {1: _(" (most deprived)"), 10: _(" (least deprived)")}
    table["decile"] = [f"{int(d)}{ends.get(int(d), '')}" for d in table.index]
    estimate = _(", estimate") if table["estimate_share"].max() > 0 else ""
    caption = _(
        "By deprivation decile of the small area they live in; decile 1 is the most deprived tenth of {country}"
    )
    show_table(
        table,
        [
            Column("decile", _("IMD {year} decile").format(year=tables.deprivation_release)),
            Column("beyond", _("Residents beyond {minutes} min").format(minutes=cutoff_min) + estimate, 0),
            Column("share_pct", _("% of residents"), 0, bar=True),
        ],
        caption=caption.format(country=study.area.country),
        key="deciles",
        height=420,
    )


def first_ward(study: Study) -> str:
    """Return the ward shown before anyone chose: where most residents have far to walk to a community space."""
    values = study.values("beyond", by="ward", asset_type="community_space", cutoff_min=15)
    beyond = values.detail["residents_beyond"]
    return str(beyond.idxmax()) if beyond.notna().any() else str(study.tables.wards.index[0])
