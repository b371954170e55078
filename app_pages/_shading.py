"""The shaded layer as a choice, and its twin: the same values as a table and as files."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from app_pages._link import choose, choose_next
from app_pages._table import Column, show_table
from app_pages._tables import Study
from gaps.indicators import IndicatorValues, available_indicators
from layers.categories import read_asset_rules
from study.words import _

DETAIL = {
    "departures_p10": (_("Quickest 1 in 10 departures (min)"), 0),
    "departures_p90": (_("9 in 10 departures (min)"), 0),
    "residents_beyond": (_("Residents beyond"), 0),
    "residents_not_known": (_("Not known"), 0),
    "p10_min": (_("1 in 10 under (min)"), 0),
    "p90_min": (_("1 in 10 over (min)"), 0),
    "lsoas_in_decile_1": (_("Small areas in decile 1"), 0),
    "lsoas": (_("Small areas"), 0),
    "residents_in_decile_1": (_("Residents in decile 1"), 0),
    "assets": (_("Assets"), 0),
    "green_ha": (_("Green space (ha)"), 1),
    "residents_per_km2": (_("Residents per km²"), 0),
    "residents": (_("Residents"), 0),
}


@dataclass(frozen=True)
class Shading:
    """What shades the map: the indicator, the zones, its values, and the query that fetches them."""

    indicator_id: str
    by: str
    values: IndicatorValues
    query: dict[str, object] = field(default_factory=dict)


def choose_shading(study: Study, asset_type: str, cutoff_min: int, *, default: str) -> Shading:
    """Show the choice of layer and zones, and return the layer with its values."""
    options = available_indicators(study.tables)
    indicator_id = choose(
        _("Shade the map by"), {k: _(v) for k, v in options.items()}, key="layer", default=default
    )
    by = choose(_("For each"), {"ward": _("ward"), "lsoa": _("small area (LSOA)")}, key="by")
    values = study.values(indicator_id, by=by, asset_type=asset_type, cutoff_min=cutoff_min)
    query: dict[str, object] = {"by": by}
    # Only what the layer depends on: the browser then keeps one answer for many choices.
    if indicator_id in ("beyond", "minutes"):
        query["type"] = asset_type
    if indicator_id == "beyond":
        query["min"] = cutoff_min
    return Shading(indicator_id, by, values, query)


def shading_summary(study: Study, shading: Shading, asset_type: str, cutoff_min: int) -> str:
    """Return the choices in one line, for a phone."""
    parts = [study.area.name]
    if shading.indicator_id in ("beyond", "minutes"):
        parts += [_(read_asset_rules().types[asset_type].name), _("on foot")]
        if shading.indicator_id == "beyond":
            parts.append(_("{minutes} min").format(minutes=cutoff_min))
    else:
        parts.append(_(available_indicators(study.tables)[shading.indicator_id]))
    parts.append(_("by ward") if shading.by == "ward" else _("by small area"))
    return " · ".join(parts)


def show_extremes(study: Study, shading: Shading) -> None:
    """Say in a sentence where the shaded layer is strongest and where weakest."""
    table, indicator = twin_table(study, shading), shading.values.indicator
    known = table[table["value"].notna()].sort_values("value", kind="stable")
    if len(known) < 2:
        nothing = html.escape(_("nothing is known here."))
        st.html(f'<p class="sp-headline">{html.escape(indicator.title)}: {nothing}</p>')
        return
    low, high = known.iloc[0], known.iloc[-1]
    if indicator.scale == "decile":
        counts = (known["value"] == 1).sum()
        sentence = _("{count} of {all} small areas are in decile 1.").format(count=counts, all=len(known))
    else:
        sentence = _("Most in <b>{high}</b> ({most}), least in {low} ({least}).").format(
            high=html.escape(_zone_name(high)),
            most=f"{high['value']:,.{indicator.decimals}f}",
            low=html.escape(_zone_name(low)),
            least=f"{low['value']:,.{indicator.decimals}f}",
        )
    title = f"{html.escape(indicator.title)} ({html.escape(indicator.unit)})"
    tag = (
        f' <span class="sp-tag">{html.escape(_("estimate"))}</span>'
        if (known["status"] == "estimate").any()
        else ""
    )
    st.html(f'<p class="sp-headline">{title}. {sentence}{tag}</p>')


def _zone_name(row: pd.Series) -> str:
    return f"{row['name']}, {row['ward_name']}" if "ward_name" in row else str(row["name"])


def twin_table(study: Study, shading: Shading) -> pd.DataFrame:
    """Return what the map shows as a table, widest value first, with names and each value's standing."""
    tables, values = study.tables, shading.values
    zones = tables.wards if shading.by == "ward" else tables.lsoas
    names = tables.wards["ward_name"]
    table = values.detail.copy()
    table.insert(0, "value", values.values)
    if shading.by == "ward":
        table.insert(0, "name", names)
    else:
        table.insert(0, "name", zones["lsoa_name"].where(zones["lsoa_name"].notna(), zones.index.to_series()))
        table.insert(1, "ward_name", zones["ward_code"].map(names))
        table.insert(2, "ward_code", zones["ward_code"])
    table["status"] = values.status
    rank = "residents_beyond" if "residents_beyond" in table else "value"
    ascending = values.indicator.scale == "decile"
    return table.sort_values([rank, "name"], ascending=[ascending, True], na_position="last")


def show_twin(study: Study, shading: Shading, *, key: str, on_ward: str | None = None) -> None:
    """Show the map's table; choosing a row's heading chooses its ward."""
    indicator = shading.values.indicator
    table = twin_table(study, shading)
    estimates = (table["status"] == "estimate").all()
    value_label = indicator.unit[0].upper() + indicator.unit[1:] + (_(", estimate") if estimates else "")
    columns = [Column("name", _("Ward") if shading.by == "ward" else _("Small area (LSOA)"))]
    if shading.by == "lsoa":
        columns.append(Column("ward_name", _("Ward")))
    shown = [
        k for k in DETAIL if k in table and not (k == "residents_not_known" and table[k].fillna(0).max() < 1)
    ]
    if "residents_beyond" in shown:
        shown.remove("residents_beyond")
        columns.append(Column("residents_beyond", DETAIL["residents_beyond"][0], 0))
    bars = shading.by == "ward" and indicator.scale != "decile"
    columns.append(Column("value", value_label, indicator.decimals, bar=bars))
    columns += [Column(k, *DETAIL[k]) for k in shown]
    if "ptal_band" in table:
        columns.insert(-len(shown) or len(columns), Column("ptal_band", _("Access level")))
    if not estimates and table["status"].ne("").any():
        columns.append(Column("status", _("Note")))
    code = show_table(
        table,
        columns,
        caption=indicator.title,
        key=key,
        pick=None if on_ward is None else ("index" if shading.by == "ward" else "ward_code"),
    )
    if code is not None and on_ward is not None and code in study.tables.wards.index:
        choose_next("ward", code)
        st.rerun()
