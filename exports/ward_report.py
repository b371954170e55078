"""A ward as a page to print: exactly two sides of A4, strengths first, cards for what is missing on the second.

Nothing here is markup: this module works out words and numbers, and the template, which escapes all of them,
sets them. No script is served, so that the page stays within the site's content security policy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from unicodedata import east_asian_width

import geopandas as gpd
import jinja2
import numpy as np
import pandas as pd
import shapely

from gaps.indicators import CUTOFFS_MIN, FEWEST_RESIDENTS
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
from gaps.walking import GREEN_TYPE, WalkingTimes
from layers.categories import read_asset_rules
from layers.study_tables import StudyTables
from study.sources import attributions, read_sources
from study.words import _, people
from transport.travel_times import DETOUR, WALK_KPH

_TEMPLATES = Path(__file__).parent / "templates"
CUTOFF_MIN = CUTOFFS_MIN[0]
CARDS = 8
# What fits on side one: lines of what is strong, letters on each of them; letters of one name, of all green names.
_LINES, _LETTERS_OF_A_LINE = 25, 63
_LETTERS_OF_A_NAME, _LETTERS_OF_GREENS, _LETTERS_OF_THE_TITLE = 60, 140, 56
_MOST_SPECIAL = 4
# The map, in millimetres of paper: its width, its least and greatest height, the margin round the ward, and the
# finest detail, beneath which nobody sees anything.
_WIDTH_MM, _HEIGHT_MM, _MARGIN_MM, _FINEST_MM, _SMALLEST_MM2 = 68.0, (46.0, 66.0), 3.0, 0.1, 0.1
# With more places than this, signs are small and carry no letter; shape and colour still tell them apart.
_MOST_LETTERS = 70
# How many corners each category's sign has, and how far the first is turned, as on the map pages; 0 is a circle.
_CORNERS = {"I": (4, -0.5), "A": (3, -0.5), "S": (4, 0.25), "E": (5, -0.5), "C": (6, -0.5)}
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
    title = _("What is strong in {ward}?").format(ward=_one_line(place.name, 60))
    # What else stands in the column or above it, in lines; a title on two lines costs two of ours.
    taken = _lines(*special, not_known) + 2 * (_width(title) > _LETTERS_OF_THE_TITLE) + 2 * small
    return _template().render(
        area=tables.area,
        title=title,
        ward_name=_one_line(place.name, 60),
        residents=None if small else people(residents_in(tables, place)),
        fewest=FEWEST_RESIDENTS,
        signs=_signs(),
        special=special,
        strengths=_strengths(tables, place, lines=_LINES - taken),
        map=_map(walking, place),
        reach=_reach(reach, small=small),
        not_known=not_known,
        has_estimates=walking.has_estimates,
        walk={"cutoff": CUTOFF_MIN, "kph": f"{WALK_KPH:g}", "detour": f"{DETOUR:g}"},
        green=green_in(tables, place),
        greens=_within(green_names(tables, place), _LETTERS_OF_GREENS),
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


# ---- words: how much of them fits


def _width(text: str) -> int:
    """Return the room a text takes, in small letters: capitals are wider, Chinese and Japanese twice as wide."""
    wide = (2 if east_asian_width(x) in "WF" else 1.35 if x.isupper() or x in "mw@%&…—" else 1 for x in text)
    return math.ceil(sum(wide))


def _lines(*texts: str) -> int:
    """Return how many lines some texts take, each beginning a new one."""
    return sum(math.ceil(_width(text) / _LETTERS_OF_A_LINE) for text in texts)


def _one_line(text: str, most: int) -> str:
    """Return a text on one line, cut where it is longer than anyone needs to know it by."""
    text = " ".join(text.split())
    if _width(text) <= most:
        return text
    while _width(text) > most - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _within(names: list[str], letters: int) -> list[str]:
    """Return the first names that fit into so many letters; the first one always, if need be cut short."""
    kept = [_one_line(name, min(_LETTERS_OF_A_NAME, letters - 2)) for name in names[:1]]
    letters -= sum(_width(name) + 2 for name in kept)
    for name in names[1:]:
        name = _one_line(name, _LETTERS_OF_A_NAME)
        letters -= _width(name) + 2
        if letters < 0:
            break
        kept.append(name)
    return kept


def _shares(needs: list[int], lines: int) -> list[int]:
    """Share lines out: nobody gets more than they need, and what is left over goes to those who need more."""
    shares = [0] * len(needs)
    order = sorted(range(len(needs)), key=needs.__getitem__)
    for left, i in zip(range(len(needs), 0, -1), order, strict=True):
        shares[i] = min(needs[i], lines // left)
        lines -= shares[i]
    return shares


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
    title = _("More for each resident than in {area} as a whole").format(area=_one_line(tables.area.name, 40))
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
    used = _lines(*(f"{head['name']} ({head['types']})" for head in heads.values()))
    if lines - used < 2 * len(heads):
        # Names say more than counts of types.
        heads, used = {c: head | {"types": ""} for c, head in heads.items()}, len(heads)
    lines -= used
    # Every name with its comma, and at the end "and 10 more".
    needs = [sum(min(_width(n), _LETTERS_OF_A_NAME) + 2 for n in some) + 14 for some in names.values()]
    shares = _shares([math.ceil(need / _LETTERS_OF_A_LINE) for need in needs], max(lines, len(names)))
    strengths = []
    for (category, rows), share in zip(groups.items(), shares, strict=True):
        shown = _within(names[category], share * _LETTERS_OF_A_LINE - 14)
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
    return _("under 1 %") if 0 < share < 0.01 else f"{100 * share:.0f} %"


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


# ---- the map


class _Paper:
    """A piece of ground laid on paper: metres of the study area to millimetres, north up."""

    def __init__(self, shape: shapely.Geometry) -> None:
        west, south, east, north = shape.bounds
        wide, high = max(east - west, 1.0), max(north - south, 1.0)
        free = [side - 2 * _MARGIN_MM for side in (_WIDTH_MM, _HEIGHT_MM[1])]
        self.mm_per_m = min(free[0] / wide, free[1] / high)
        self.size = np.array([_WIDTH_MM, round(max(high * self.mm_per_m + 2 * _MARGIN_MM, _HEIGHT_MM[0]), 1)])
        half = self.size / self.mm_per_m / 2
        middle = np.array([(west + east) / 2, (south + north) / 2])
        self.west, self.north = middle[0] - half[0], middle[1] + half[1]
        self.frame = shapely.box(*(middle - half), *(middle + half))

    def mm(self, xy: np.ndarray) -> np.ndarray:
        """Return coordinates in millimetres from the paper's top left corner."""
        return np.round((xy - [self.west, self.north]) * [self.mm_per_m, -self.mm_per_m], 2)

    def path(self, shapes: gpd.GeoSeries | None, *, join: bool = False) -> str:
        """Return the part of some shapes that lies on the paper as an SVG path; overlaps are joined if asked."""
        if shapes is None:
            return ""
        near = shapes.to_numpy()[shapely.intersects(shapes.to_numpy(), self.frame)]
        parts = shapely.get_parts(shapely.clip_by_rect(near, *self.frame.bounds))
        if join:
            parts = shapely.get_parts(shapely.union_all(shapely.make_valid(parts)))
            parts = parts[shapely.area(parts) * self.mm_per_m**2 >= _SMALLEST_MM2]
        polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        rings = self._strokes(shapely.get_rings(parts[polygons]))
        return "".join([*(f"{ring}Z" for ring in rings), *self._strokes(parts[~polygons])])

    def _strokes(self, lines: np.ndarray) -> list[str]:
        """Return lines as the words of an SVG path, without what nobody sees."""
        lines = shapely.transform(shapely.simplify(lines, _FINEST_MM / self.mm_per_m), self.mm)
        return ["M" + "L".join(f"{x:g} {y:g}" for x, y in shapely.get_coordinates(d).tolist()) for d in lines]


def _map(walking: WalkingTimes, place: Place) -> dict[str, object]:
    """Return the ward's map as paths and points in millimetres, drawn by the template."""
    tables, paper = walking.tables, _Paper(place.shape)
    assets = tables.assets[place.asset_in]
    hidden = assets["type"].isin(NOT_SPECIAL)
    # A wood without a name is drawn as a shape; hundreds of dots on top of them would hide the rest.
    drawn = assets[~hidden & ~(assets["type"].eq(GREEN_TYPE) & assets["asset_name"].isna())]
    drawn = drawn.iloc[np.argsort(drawn["category"].ne("place"), kind="stable")]
    green, water, streets = tables.green_space, tables.water, tables.street_lines
    places = paper.mm(shapely.get_coordinates(drawn.geometry)).tolist()
    length_m = _round_length(26 / paper.mm_per_m)
    return {
        "width": paper.size[0],
        "height": paper.size[1],
        "ward": paper.path(gpd.GeoSeries([place.shape])),
        "neighbours": paper.path(tables.wards.geometry),
        "green": paper.path(None if green is None else green.geometry[green["is_public"]], join=True),
        "water": paper.path(None if water is None else water.geometry, join=True),
        "streets": paper.path(None if streets is None else streets.geometry),
        "points": [(category, *xy) for category, xy in zip(drawn["category"], places, strict=True)],
        "letters": len(drawn) <= _MOST_LETTERS,
        "hidden": bool(hidden.any()),
        "some_streets": tables.street_lines is not None and walking.has_estimates,
        "scale_mm": round(length_m * paper.mm_per_m, 2),
        "scale": f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m",
    }


def _round_length(most_m: float) -> float:
    """Return the longest of 1, 2, 5, 10, 20, 50 ... metres that is not longer than a length."""
    ten = 10.0 ** math.floor(math.log10(most_m))
    return max(step * ten for step in (1, 2, 5) if step * ten <= most_m)


def _signs() -> dict[str, dict[str, object]]:
    """Return each category's sign: letter, colours, and the corners of its shape round nought, in millimetres."""
    signs = {}
    for category, about in read_asset_rules().categories.items():
        red, green, blue = (int(about.colour[i : i + 2], 16) for i in (1, 3, 5))
        count, turn = _CORNERS.get(about.symbol, (0, 0.0))
        angles = [math.pi * (turn + 2 * i / count) for i in range(count)]
        far = 1.35 if count == 3 else 1.15
        signs[category] = {
            "letter": about.symbol,
            "colour": about.colour,
            # The letter is dark on a light sign and white on a dark one.
            "ink": "#111111" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff",
            "corners": " ".join(f"{far * math.cos(a):.2f},{far * math.sin(a):.2f}" for a in angles),
        }
    return signs
