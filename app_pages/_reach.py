"""What the reach page shows of an answer: the headline, who is within the cutoff, and the choices they have."""

from __future__ import annotations

import html
import itertools

import numpy as np
import pandas as pd
import streamlit as st

from app_pages._journey import MODES
from app_pages._table import Column, show_table
from app_pages._tables import Study
from gaps.indicators import zone_of_points
from gaps.reach import Destination, adds_over_walking, residents_by_age
from mapping.styles import Classes
from study.words import _, people
from transport.catchments import MOST_NOT_KNOWN_SHARE, residents_by_cutoff, rounded_people
from transport.journey import HORIZON_MIN, Journey

# ColorBrewer 2.0 Purples, six classes: light = soon, dark = long.
SHADES = ("#f2f0f7", "#dadaeb", "#bcbddc", "#9e9ac8", "#756bb1", "#54278f")
# The last class has no end.
LONGEST_MIN = 10_000.0
# Public transport that brings fewer than this share of residents there sooner adds nothing worth the name.
ADDS_NOTHING_BELOW = 0.02


def reach_classes(cutoff_min: int) -> Classes:
    """Return classes of minutes with the cutoff as an edge: three within it, three beyond."""
    edges = [cutoff_min / 3, 2 * cutoff_min / 3, cutoff_min, 1.5 * cutoff_min, 2 * cutoff_min]
    # Beyond the horizon nobody has looked: no class may end further out.
    shown = sorted({min(round(e), HORIZON_MIN) for e in edges})
    labels = [_("up to {a}").format(a=shown[0])]
    labels += [_("{a} to {b}").format(a=a, b=b) for a, b in itertools.pairwise(shown)]
    labels[2] = _("{label} (within the cutoff up to here)").format(label=labels[2])
    labels.append(_("over {a}").format(a=shown[-1]))
    return Classes((*map(float, shown), LONGEST_MIN), (*SHADES[: len(shown)], SHADES[-1]), tuple(labels))


def show_headline(
    study: Study, minutes: pd.DataFrame, destination: Destination, journey: Journey, cutoff_min: int
) -> None:
    """Say in one sentence who gets there, or why that cannot be said."""
    label, mode = html.escape(_(destination.label)), html.escape(MODES[journey.mode].lower())
    if not study.reach.is_collected(destination):
        text = _("{what} was not collected for {area}, or only in part, so nobody can say who reaches it.")
        _headline(text.format(what=label.capitalize(), area=html.escape(study.area.name)))
        return
    if not study.reach.carries_shares(journey):
        known = minutes["minutes"].notna()
        text = _(
            "Minutes to {what} {mode}, where they can be worked out: for {lsoas} of {all} small areas. The timetable "
            "is only a part, so nobody is counted."
        )
        lsoas = study.tables.resident_points["lsoa_code"]
        _headline(text.format(what=label, mode=mode, lsoas=lsoas[known].nunique(), all=lsoas.nunique()))
        return
    row = _counted(study, minutes, pd.Series("all", index=minutes.index), cutoff_min).iloc[0]
    known = row["within"] + row["beyond"]
    if known <= 0:
        _headline(_("Nothing is known here of the way to {what} {mode}.").format(what=label, mode=mode))
        return
    # Where much is unknown, those known are mostly those with something near by: a share of them would mislead.
    whole = pd.isna(row["beyond_share"])
    text = _(
        "<b>{within}</b> of {everyone} people in {area} can reach {what} within {cutoff} minutes {mode}{share}."
    ).format(
        within=people(row["within"]).capitalize(),
        everyone=f"{round(row['residents'] if whole else known, -2):,.0f}",
        area=html.escape(study.area.name),
        what=label,
        cutoff=cutoff_min,
        mode=mode,
        share="" if whole else f" ({100 * (1 - row['beyond_share']):.0f}%)",
    )
    if whole:
        text += " " + _("{beyond} cannot, and for <b>{unknown}</b> it is not known.").format(
            beyond=people(row["beyond"]).capitalize(), unknown=people(row["not_known"])
        )
    elif row["not_known"] >= 50:
        text += " " + _("For {people} more it is not known.").format(people=people(row["not_known"]))
    if row["estimate_share"] > 0:
        part = f"{100 * row['estimate_share']:.0f}%"
        words = _("estimate") if row["estimate_share"] > 0.995 else _("estimate for {part}").format(part=part)
        text += f' <span class="sp-tag">{html.escape(words)}</span>'
    _headline(text)


def _headline(text: str) -> None:
    st.html(f'<p class="sp-headline">{text}</p>')


def show_what_transport_adds(study: Study, minutes: pd.DataFrame, journey: Journey, *, to: str = "") -> None:
    """Say plainly when public transport brings hardly anybody there sooner than walking would."""
    share = adds_over_walking(minutes, study.tables.resident_points)
    if np.isnan(share):
        return
    to = to or _("there")
    if share < ADDS_NOTHING_BELOW:
        text = _(
            "Public transport adds nothing over walking here: it brings fewer than {least}% of people {to} sooner. "
            "Either there is little of it, or this timetable does not hold it."
        )
        st.info(text.format(least=round(100 * ADDS_NOTHING_BELOW), to=to))
    elif study.reach.carries_shares(journey):
        text = _("Public transport brings {share}% of people {to} sooner than walking all the way would.")
        st.caption(text.format(share=f"{100 * share:.0f}", to=to))


def _counted(study: Study, minutes: pd.DataFrame, zone: pd.Series, cutoff_min: int) -> pd.DataFrame:
    return residents_by_cutoff(minutes, study.tables.resident_points, zone, cutoff_min=cutoff_min)


def _shown(table: pd.DataFrame, first: pd.Series) -> pd.DataFrame:
    table = table.assign(within_pct=100 * (1 - table["beyond_share"]))
    for name in ("within", "beyond", "not_known"):
        table[name] = rounded_people(table[name])
    return table.assign(name=first)


def _columns(heading: str, cutoff_min: int, table: pd.DataFrame) -> list[Column]:
    columns = [
        Column("name", heading),
        Column("within", _("Residents within {cutoff} min").format(cutoff=cutoff_min), 0),
        Column("within_pct", _("% of residents"), 0, bar=True),
    ]
    if table["not_known"].max() >= 1:
        columns.append(Column("not_known", _("Not known"), 0))
    return columns


def show_who(study: Study, minutes: pd.DataFrame, cutoff_min: int) -> None:
    """Show residents within the cutoff by ward, by deprivation decile and by age."""
    tables = study.tables
    wards, others = st.columns([3, 2], gap="medium")
    with wards:
        st.header(_("Ward by ward"), anchor=False)
        table = _counted(study, minutes, zone_of_points(tables, "ward"), cutoff_min)
        table = _shown(table, tables.wards["ward_name"]).sort_values("within_pct", na_position="last")
        show_table(
            table,
            _columns(_("Ward"), cutoff_min, table),
            caption=_("Residents within the cutoff, by ward"),
            key="reach-wards",
        )
    with others:
        _show_deciles(study, minutes, cutoff_min)
        _show_ages(study, minutes, cutoff_min)


def _show_deciles(study: Study, minutes: pd.DataFrame, cutoff_min: int) -> None:
    tables = study.tables
    st.header(_("By deprivation"), anchor=False)
    if tables.deprivation is None:
        st.info(tables.missing.get("deprivation", _("There is no deprivation data for this place.")))
        return
    decile = tables.resident_points["lsoa_code"].map(tables.deprivation["imd_decile"]).rename("decile")
    table = _counted(study, minutes, decile, cutoff_min)
    ends = {1: _(" (most deprived)"), 10: _(" (least deprived)")}
    names = pd.Series({d: f"{int(d)}{ends.get(int(d), '')}" for d in table.index})
    table = _shown(table, names)
    show_table(
        table,
        _columns(_("IMD {year} decile").format(year=tables.deprivation_release), cutoff_min, table),
        caption=_(
            "By deprivation decile of the small area they live in; decile 1 is the most deprived tenth of {country}"
        ).format(country=study.area.country),
        key="reach-deciles",
    )


def _show_ages(study: Study, minutes: pd.DataFrame, cutoff_min: int) -> None:
    table = residents_by_age(minutes, study.tables, cutoff_min=cutoff_min)
    if table is None:
        return
    st.header(_("By age"), anchor=False)
    table = table.assign(
        name=[_(band) for band in table.index],
        within=rounded_people(table["within"]),
        within_pct=100 * table["within_share"],
        not_known=rounded_people(table["not_known"]),
    )
    show_table(
        table,
        _columns(_("Age"), cutoff_min, table),
        caption=_("By age; people of every age are taken to be spread alike within a small area"),
        key="reach-ages",
    )


def show_choices(study: Study, destination: Destination, journey: Journey, cutoff_min: int) -> None:
    """Show how many choices residents have: the first, second and third nearest, and how many within the cutoff."""
    if len(destination.places) < 2:
        return
    st.header(_("How many choices"), anchor=False)
    if journey.there_and_back:
        # They are counted one way, and would look like more than there are.
        st.caption(_("Choices are counted one way only, so not for there and back."))
        return
    table = study.reach.choices(destination, journey, cutoff_min=cutoff_min)
    if table is None:
        st.caption(_("Too many places of this type to count the choices one by one."))
        return
    people_at = study.tables.resident_points["residents"]
    known = table["within"].notna()
    if "at_least" in table:
        # Where the known streets end within the cutoff there may be more; three are three whatever else there is.
        known &= ~(table["at_least"] & (table["within"].fillna(0) < 3))
    if not known.any():
        st.caption(_("Nothing is known here."))
        return
    count = table.loc[known, "within"].astype(float)
    everyone = people_at[known]
    words = {0: _("none"), 1: _("one"), 2: _("two"), 3: _("three or more")}
    grouped = everyone.groupby(count.clip(upper=3).astype(int)).sum().reindex(range(4), fill_value=0.0)
    shown = pd.DataFrame(
        {
            "name": [words[k] for k in range(4)],
            "within": rounded_people(grouped),
            "within_pct": 100 * grouped / max(everyone.sum(), 1e-9),
        }
    )
    unknown = people_at[~known].sum()
    if unknown > MOST_NOT_KNOWN_SHARE * people_at.sum():
        shown["within_pct"] = np.nan
    if unknown >= 1:
        shown.loc[len(shown)] = [_("not known"), float(rounded_people(pd.Series([unknown])).iloc[0]), np.nan]
    show_table(
        shown,
        [
            Column("name", _("Known places within {cutoff} min").format(cutoff=cutoff_min)),
            Column("within", _("Residents"), 0),
            Column("within_pct", _("% of residents"), 0, bar=True),
        ],
        caption=_("How many places of the type residents can choose between within the cutoff"),
        key="reach-choices",
        height=240,
    )
    middle = [_middle(table[f"minutes_{k}"], people_at) for k in (1, 2, 3)]
    st.caption(
        _("The middle resident's nearest is {a} away, the second nearest {b}, the third {c}.").format(
            a=_away(middle[0], cutoff_min, journey),
            b=_away(middle[1], cutoff_min, journey),
            c=_away(middle[2], cutoff_min, journey),
        )
    )


def _middle(minutes: pd.Series, people_at: pd.Series) -> float:
    """Return the median over residents; a missing time is a long one here."""
    order = minutes.fillna(np.inf).sort_values()
    running = people_at.reindex(order.index).cumsum()
    return float(order.iloc[int(np.searchsorted(running, running.iloc[-1] / 2))]) if len(order) else np.inf


def _away(minutes: float, cutoff_min: int, journey: Journey) -> str:
    if np.isinf(minutes):
        most = HORIZON_MIN if journey.mode == "transit" else cutoff_min
        return _("more than {most} minutes").format(most=most)
    return _("{minutes} minutes").format(minutes=f"{minutes:.0f}")


def show_compared(
    study: Study, usual: pd.DataFrame, preset: pd.DataFrame, cutoff_min: int, *, name: str
) -> None:
    """Say how many people a preset leaves out, or brings in, beside the default."""
    everyone = pd.Series("all", index=usual.index)
    first, second = (_counted(study, m, everyone, cutoff_min).iloc[0] for m in (usual, preset))
    gap = second["within"] - first["within"]
    words = _("{fewer} fewer") if gap < 0 else _("{fewer} more")
    sentence = _(
        "{name}: {gap} people are within {cutoff} minutes than for most people ({a} and {b})."
    ).format(
        name=name,
        gap=words.format(fewer=people(abs(gap))) if abs(gap) >= 50 else _("as many"),
        cutoff=cutoff_min,
        a=people(second["within"]),
        b=people(first["within"]),
    )
    if abs(gap) < 50:
        sentence = _("{name}: as many people are within {cutoff} minutes as for most people ({a}).").format(
            name=name, cutoff=cutoff_min, a=people(second["within"])
        )
    st.info(sentence)
