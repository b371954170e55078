"""A place on one page, strengths first: the ward page and the neighbourhood page draw the same one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app_pages._strengths import show_strengths
from app_pages._table import Column, show_table
from app_pages._tables import Study
from gaps.indicators import AT_MOST_FROM_SHARE, FEWEST_RESIDENTS
from gaps.profiles import Place, deprivation_in, green_in, is_too_small, reach_by_type, residents_in
from layers.categories import read_asset_rules
from study.words import _, people
from transport.catchments import rounded_people
from transport.travel_times import WALK_KPH

CUTOFF_MIN = 15


def show_profile(study: Study, place: Place, *, key: str) -> None:
    """Show a place: strengths, then reach, then green space, then deprivation.

    Parameters
    ----------
    study : Study
        The study area.
    place : Place
        A ward or a neighbourhood.
    key : str
        Tells apart two profiles on one page.
    """
    residents = residents_in(study.tables, place)
    small = is_too_small(study.tables, place)
    if small:
        st.warning(
            _(
                "Fewer than {fewest} people live here by this map's reckoning. That is too few for a share or a rate "
                "to mean anything, so none is shown."
            ).format(fewest=FEWEST_RESIDENTS)
        )
    else:
        st.text(_("{people} residents").format(people=people(residents).capitalize()))
    st.subheader(_("What is strong here"), anchor=f"{key}-strong")
    show_strengths(study, place, names=8)
    st.subheader(_("How far people walk"), anchor=f"{key}-walk")
    _show_reach(study, place, key=key, small=small)
    st.subheader(_("Green space"), anchor=f"{key}-green")
    _show_green(study, place)
    st.subheader(_("Deprivation"), anchor=f"{key}-deprivation")
    _show_deprivation(study, place, key=key, small=small)


def _show_reach(study: Study, place: Place, *, key: str, small: bool) -> None:
    rules = read_asset_rules()
    reach = reach_by_type(study.walking, place, cutoff_min=CUTOFF_MIN)
    table = pd.DataFrame(
        {
            "type": [_(rules.types[t].name) for t in reach.index],
            "median_min": reach["median_min"].astype(float),
            "range": [
                f"{low:.0f} to {high:.0f}" if low == low else None
                for low, high in zip(
                    reach["p10_min"].astype(float), reach["p90_min"].astype(float), strict=True
                )
            ],
            "beyond": rounded_people(reach["beyond"].astype(float)) if not small else float("nan"),
            "beyond_pct": 100 * reach["beyond_share"].astype(float) if not small else float("nan"),
            "note": [_reach_note(row, small) for row in reach.to_dict("records")],
        },
        index=reach.index,
    )
    show_table(
        table,
        [
            Column("type", _("To the nearest ...")),
            Column("median_min", _("Minutes, middle resident"), 0),
            Column("range", _("Most people (10th to 90th)")),
            Column("beyond", _("Residents over {minutes} min").format(minutes=CUTOFF_MIN), 0),
            Column("beyond_pct", _("% of residents"), 0, bar=True),
            Column("note", _("Note")),
        ],
        caption=_("Minutes on foot at {kph} km/h from people's postcodes to the nearest known place").format(
            kph=WALK_KPH
        ),
        key=f"{key}reach",
        height=520,
    )


def _reach_note(row: dict[str, object], small: bool) -> str:
    if not row["collected"]:
        return _("not collected")
    if row["basis"] == "not covered" or pd.isna(row["median_min"]):
        return _("not covered")
    if small:
        return _("too few residents")
    notes = [] if row["basis"] == "streets" and not row["estimate_share"] > 0 else [_("estimate")]
    if row["at_most_share"] > AT_MOST_FROM_SHARE:
        notes.append(_("at most"))
    if row["not_known"] and row["not_known"] >= 50:
        notes.append(_("not known for {people}").format(people=people(row["not_known"])))
    return ", ".join(notes) or _("street network")


def _show_green(study: Study, place: Place) -> None:
    green = green_in(study.tables, place)
    if green is None:
        st.text(_("Green space was not collected here."))
        return
    per_person = green["green_m2_per_resident"]
    sentence = _("{ha} hectares of public green space are known inside it, {share}% of its land").format(
        ha=f"{green['green_ha']:,.1f}", share=f"{100 * green['green_land_share']:.1f}"
    )
    if per_person == per_person:
        sentence += _(", or {m2} m² for each resident").format(m2=f"{per_person:,.0f}")
    st.text(sentence + ". " + _("People also use the park across the line."))


def _show_deprivation(study: Study, place: Place, *, key: str, small: bool) -> None:
    table = deprivation_in(study.tables, place)
    if table is None:
        st.text(study.tables.missing.get("deprivation", _("There is no deprivation data for this place.")))
        return
    year, country = study.tables.deprivation_release, study.area.country
    first = table.loc[1]
    st.text(
        _(
            "{people} residents, in {lsoas} of {total} small areas, live in the most deprived tenth of {country} "
            "(IMD {year})."
        ).format(
            people=people(first["residents"]).capitalize() if first["residents"] else _("No"),
            lsoas=int(first["lsoas"]),
            total=int(table["lsoas"].sum()),
            country=country,
            year=year,
        )
    )
    shown = table.assign(
        decile=[f"{d}" for d in table.index],
        share_pct=float("nan") if small else 100 * table["residents_share"],
    )
    show_table(
        shown,
        [
            Column("decile", _("IMD {year} decile").format(year=year)),
            Column("lsoas", _("Small areas"), 0),
            Column("residents", _("Residents"), 0),
            Column("share_pct", _("% of residents"), 0, bar=True),
        ],
        caption=_(
            "Decile 1 is the most deprived tenth of {country}'s small areas; a place has no decile of its own"
        ).format(country=country),
        key=f"{key}deprivation",
        height=420,
    )
