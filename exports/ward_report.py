"""A ward as a page to print: exactly two sides of A4, strengths first, cards for what is missing on the second.

Nothing here is markup: this module works out words and numbers, and the template, which escapes all of them,
sets them. No script is served, so that the page stays within the site's content security policy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd

from exports.fitting import (
    LETTERS_OF_A_LINE,
    LETTERS_OF_A_NAME,
    lines_of,
    names_within,
    one_line,
    shares,
    width,
)
from exports.ward_map import category_signs, ward_map
from gaps.indicators import AT_MOST_FROM_SHARE, CUTOFFS_MIN, FEWEST_RESIDENTS
from gaps.profiles import (
    NOT_SPECIAL,
    Place,
    assets_by_category,
    deprivation_in,
    green_in,
    green_names,
    is_too_small,
    reach_by_type,
    residents_in,
    special_types,
    ward_place,
)
from gaps.walking import WalkingTimes
from layers.categories import read_asset_rules
from layers.study_tables import StudyTables
from study.sources import attributions, read_sources
from study.words import _, people
from transport.travel_times import DETOUR, WALK_KPH

_TEMPLATES = Path(__file__).parent / "templates"
CUTOFF_MIN = CUTOFFS_MIN[0]
CARDS = 8
# What fits on side one: lines of what is strong, letters of all green names and of a title on one line.
_LINES, _LETTERS_OF_GREENS, _LETTERS_OF_THE_TITLE = 25, 140, 56
_MOST_SPECIAL = 4
_MAPPED = ("assets", "green_space", "water", "street_lines")
_SHOWN = (*_MAPPED, "wards", "lsoas", "population", "resident_points", "deprivation")


def ward_report_html(walking: WalkingTimes, ward_code: str) -> str:
    """Return a ward as a web page that prints on two sides of A4.

    Parameters
    ----------
    walking : WalkingTimes
        The study area and its walking times.
    ward_code : str
        One of its wards.

    Returns
    -------
    str
        A whole HTML page without script or anything fetched; every text from data is escaped.

    Raises
    ------
    KeyError
        If the study area has no such ward.
    """
    tables = walking.tables
    place = ward_place(tables, ward_code)
    small = is_too_small(tables, place)
    special, reach = _special(tables, place), reach_by_type(walking, place, cutoff_min=CUTOFF_MIN)
    not_known = "" if small else _not_known(reach)
    title = _("What is strong in {ward}?").format(ward=one_line(place.name, 60))
    # What else stands in the column or above it, in lines; a title on two lines costs two of ours.
    taken = lines_of(*special, not_known) + 2 * (width(title) > _LETTERS_OF_THE_TITLE) + 2 * small
    return _template().render(
        area=tables.area,
        title=title,
        ward_name=one_line(place.name, 60),
        residents=None if small else people(residents_in(tables, place)),
        fewest=FEWEST_RESIDENTS,
        signs=category_signs(),
        special=special,
        strengths=_strengths(tables, place, lines=_LINES - taken),
        map=ward_map(walking, place),
        reach=_reach(reach, small=small),
        not_known=not_known,
        has_estimates=walking.has_estimates,
        walk={"cutoff": CUTOFF_MIN, "kph": f"{WALK_KPH:g}", "detour": f"{DETOUR:g}"},
        green=green_in(tables, place),
        greens=names_within(green_names(tables, place), _LETTERS_OF_GREENS),
        deprivation=_deprivation(tables, place, small=small),
        foot=_foot(tables),
        cards=range(1, CARDS + 1),
    )


@lru_cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["_"] = _
    return environment.get_template("ward_report.html")


# ---- what is strong


def _special(tables: StudyTables, place: Place) -> list[str]:
    """Return what there is more of here than in the study area, under a line that says so; empty for nothing."""
    rules = read_asset_rules()
    sentences = [
        _("{type}: {count} known, about {ratio} times as many").format(
            type=_(rules.types[asset_type].name),
            count=int(row["assets"]),
            ratio=f"{row['ratio']:.1f}" if row["ratio"] < 10 else f"{row['ratio']:.0f}",
        )
        for asset_type, row in special_types(tables, place).head(_MOST_SPECIAL).iterrows()
    ]
    title = _("More for each resident than in {area} as a whole").format(area=one_line(tables.area.name, 40))
    return [title, *sentences] if sentences else []


def _strengths(tables: StudyTables, place: Place, *, lines: int) -> list[dict[str, object]]:
    """Return each category's places: how many of which type are known, and as many names as fit on some lines."""
    rules, groups = read_asset_rules(), assets_by_category(tables, place)
    heads, names = {}, {}
    for category, rows in groups.items():
        counts = rows["type"].value_counts()
        heads[category] = {
            "category": category,
            "name": _("{category}: {count} known").format(
                category=_(rules.categories[category].name), count=f"{len(rows):,}"
            ),
            "nameless": bool(rows["asset_name"].isna().all()),
            "types": ", ".join(
                f"{_(rules.types[t].name).lower()} {counts[t]:,}" for t in rules.types if t in counts
            ),
        }
        names[category] = list(_type_by_type(rows))
    # Beside the lines of its heading, each category takes some white space: a line's worth for three of them.
    lines -= len(heads) // 3
    used = lines_of(*(f"{head['name']} ({head['types']})" for head in heads.values()))
    if lines - used < 2 * len(heads):
        # Names say more than counts of types.
        heads, used = {c: head | {"types": ""} for c, head in heads.items()}, len(heads)
    lines -= used
    # Every name with its comma, and at the end "and 10 more".
    needs = [sum(min(width(n), LETTERS_OF_A_NAME) + 2 for n in some) + 14 for some in names.values()]
    lines_each = shares([math.ceil(need / LETTERS_OF_A_LINE) for need in needs], max(lines, len(names)))
    strengths = []
    for (category, rows), share in zip(groups.items(), lines_each, strict=True):
        shown = names_within(names[category], share * LETTERS_OF_A_LINE - 14)
        rest = len(rows) - int(rows["asset_name"].isin(names[category][: len(shown)]).sum())
        strengths.append(heads[category] | {"names": shown, "more": f"{rest:,}" if rest else ""})
    return strengths


def _type_by_type(rows: pd.DataFrame) -> Iterator[str]:
    """Yield names one of each type in turn, so that twenty schools do not hide the only surgery.

    Bus stops and benches are counted, but not named: a list of them tells nobody anything.
    """
    named = rows[rows["asset_name"].notna() & ~rows["type"].isin(NOT_SPECIAL)].drop_duplicates("asset_name")
    turn = named.groupby("type").cumcount()
    yield from named.iloc[np.argsort(turn.to_numpy(), kind="stable")]["asset_name"]


# ---- what is near, what is green, how deprived


def _reach(table: pd.DataFrame, *, small: bool) -> list[dict[str, str]]:
    """Return the rows of the table of walking minutes as words; a cell is missing where nothing is known."""
    rules, rows = read_asset_rules(), []
    for asset_type, row in table.iterrows():
        cells = {"type": _(rules.types[asset_type].name), "mark": _mark(row, small=small)}
        if row["collected"] and not small and not pd.isna(row["median_min"]):
            known = not pd.isna(row["beyond_share"])
            cells |= {
                "median": _("under 1") if row["median_min"] < 1 else f"{row['median_min']:.0f}",
                "range": _("{low} to {high}").format(
                    low=f"{row['p10_min']:.0f}", high=f"{row['p90_min']:.0f}"
                ),
                "beyond": people(row["beyond"]) if known else _("not known"),
                "beyond_pct": _percent(row["beyond_share"]) if known else "",
            }
        rows.append(cells)
    return rows


def _not_known(table: pd.DataFrame) -> str:
    """Say for how many residents it is not known whether they live within the cutoff; empty where for all."""
    rules = read_asset_rules()
    some = [
        f"{_(rules.types[asset_type].name).lower()} {people(row['not_known'])}"
        for asset_type, row in table.iterrows()
        if _is_starred(row)
    ]
    return _("* Not known for some residents: {types}.").format(types=", ".join(some)) if some else ""


def _is_starred(row: pd.Series) -> bool:
    # Under fifty people is less than the figures can tell apart.
    return bool(row["collected"]) and row["basis"] != "not covered" and row["not_known"] >= 50


def _percent(share: float) -> str:
    return _("under 1%") if 0 < share < 0.01 else f"{100 * share:.0f}%"


def _mark(row: pd.Series, *, small: bool) -> str:
    """Say what a row rests on."""
    if not row["collected"]:
        return _("not collected")
    if row["basis"] == "not covered" or pd.isna(row["median_min"]):
        return _("not covered")
    if small:
        return _("too few residents")
    measured = row["basis"] == "streets" and not row["estimate_share"] > 0
    mark = _("street network") if measured else _("estimate")
    if row["at_most_share"] > AT_MOST_FROM_SHARE:
        mark = _("at most")
    return f"{mark}*" if _is_starred(row) else mark


def _deprivation(tables: StudyTables, place: Place, *, small: bool) -> dict[str, object]:
    """Return small areas and people by decile, or the sentence that says why there are none."""
    table = deprivation_in(tables, place)
    if table is None or not table["lsoas"].any():
        missing = _("There is no deprivation data for this place.")
        return {"sentence": tables.missing.get("deprivation", missing), "rows": []}
    if small:
        return {"sentence": _("Too few people live here for a figure to mean anything."), "rows": []}
    said = {"country": tables.area.country, "year": tables.deprivation_release}
    first, areas = table.loc[1], int(table["lsoas"].sum())
    if first["lsoas"]:
        sentence = _(
            "{people} residents, in {lsoas} of {areas} small areas, live in the most deprived tenth of {country} "
            "(IMD {year})."
        ).format(
            people=people(first["residents"]).capitalize(), lsoas=int(first["lsoas"]), areas=areas, **said
        )
    else:
        sentence = _(
            "None of its {areas} small areas is in the most deprived tenth of {country} (IMD {year})."
        ).format(areas=areas, **said)
    rows = [
        {
            "decile": decile,
            "lsoas": int(row["lsoas"]),
            "people": f"{round(row['residents'], -1):,.0f}",
            "pct": round(100 * row["residents_share"], 1),
        }
        for decile, row in table.iterrows()
    ]
    return {"sentence": sentence, "rows": rows, **said}


def _foot(tables: StudyTables) -> dict[str, object]:
    """Return what is owed and how old it is: lines for the foot, and the credit that stands by the map."""
    register, here = read_sources(), [t for t in _SHOWN if getattr(tables, t) is not None]
    used = {t: tables.sources[t] for t in here if tables.sources.get(t) in register}
    return {
        "vintages": [(register[s].title, register[s].vintage) for s in dict.fromkeys(used.values())],
        "owed": attributions(list(used.values())),
        "map_credit": {register[s].attribution: register[s].url for t, s in used.items() if t in _MAPPED},
        "preview": tables.origin == "preview",
        "version": tables.fingerprint,
    }
