"""Find a postcode or a place by name, off line, and say which ward and LSOA it lies in."""

from __future__ import annotations

import re
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from boundaries.assign import assign_points
from layers.assets import plain_name
from layers.population import BRITISH_GRID, read_postcodes
from layers.study_tables import StudyTables
from study.errors import PlaceNotFoundError
from study.words import _

_FULL = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})")
_PARTIAL = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?(\d[A-Z]{0,2})?")
MOST_FOUND = 8


@dataclass(frozen=True)
class Found:
    """A place that was looked up.

    Attributes
    ----------
    label : str
        What it is called. For a postcode: the postcode, which must not enter a link or a log.
    kind : {"postcode", "ward", "green space", "asset"}
        What it is.
    point : shapely.Point
        In the study area's CRS.
    lsoa_code, ward_code : str or None
        Where it lies.
    """

    label: str
    kind: str
    point: shapely.Point
    lsoa_code: str | None
    ward_code: str | None


def looks_like_postcode(text: str) -> bool:
    """Return whether a text could be a British postcode or the beginning of one."""
    return bool(_PARTIAL.fullmatch(re.sub(r"\s+", "", text).upper()))


def find_postcode(tables: StudyTables, text: str) -> Found:
    """Look up one postcode.

    Raises
    ------
    PlaceNotFoundError
        If it is not a whole postcode, is unknown, or lies outside the study area.
    """
    name = tables.area.name
    compact = re.sub(r"\s+", "", text).upper()
    parts = _FULL.fullmatch(compact)
    if not parts:
        raise PlaceNotFoundError(
            _("That is not a whole postcode."), do=_("Type all of it, for example LS1 1UR.")
        )
    shown = f"{parts[1]} {parts[2]}"
    area = re.match(r"[A-Z]+", compact)[0]
    if not tables.area.postcode_areas:
        raise PlaceNotFoundError(_("{name} has no postcodes in this map's data.").format(name=name))
    table = read_postcodes(tables.area.postcode_areas if area in tables.area.postcode_areas else (area,))
    if compact not in table.index:
        raise PlaceNotFoundError(
            _("The postcode {postcode} is not in the directory.").format(postcode=shown),
            do=_("Check each letter and number. A very new postcode may be missing."),
        )
    row = table.loc[compact]
    point = gpd.GeoSeries.from_xy([row["easting_m"]], [row["northing_m"]], crs=BRITISH_GRID).to_crs(
        tables.area.crs
    )
    found = _found(tables, shown, "postcode", point.iloc[0])
    if row["lad_code"] != tables.area.lad_code or found.lsoa_code is None:
        raise PlaceNotFoundError(
            _("The postcode {postcode} is outside {name}.").format(postcode=shown, name=name)
        )
    return found


def find_named(tables: StudyTables, text: str) -> list[Found]:
    """Look up wards, green spaces and assets by name: best first, at most `MOST_FOUND`.

    Raises
    ------
    PlaceNotFoundError
        If nothing has such a name.
    """
    wanted = plain_name(text[:80])
    candidates = [("ward", tables.wards, "ward_name")]
    if tables.green_space is not None:
        candidates.append(("green space", tables.green_space, "green_name"))
    candidates.append(("asset", tables.assets, "asset_name"))
    hits: list[tuple[int, int, str, str, shapely.Geometry]] = []
    for order, (kind, table, column) in enumerate(candidates):
        names = table[column].map(plain_name)
        matching = (
            names[names.map(lambda n: all(w in n for w in wanted.split()))] if wanted else names.iloc[:0]
        )
        for identity, plain in matching.items():
            quality = 0 if plain == wanted else 1 if plain.startswith(wanted) else 2
            hits.append((quality, order, table.loc[identity, column], kind, table.geometry.loc[identity]))
    if not hits:
        raise PlaceNotFoundError(
            _("Nothing on this map of {name} is called '{text}'.").format(
                name=tables.area.name, text=text[:60]
            ),
            do=_("Try a postcode, a ward, a park or the name of a community place."),
        )
    hits.sort(key=lambda h: h[:3])
    best = [hit[2:] for hit in hits[:MOST_FOUND]]
    return [_found(tables, label, kind, shape.representative_point()) for label, kind, shape in best]


def find(tables: StudyTables, text: str) -> list[Found]:
    """Look up a postcode or a name.

    Raises
    ------
    PlaceNotFoundError
        With a sentence that says what to do.
    """
    text = text.strip()
    if not text:
        raise PlaceNotFoundError(_("Type a postcode or the name of a place."))
    return [find_postcode(tables, text)] if looks_like_postcode(text) else find_named(tables, text)


def _found(tables: StudyTables, label: str, kind: str, point: shapely.Point) -> Found:
    at = gpd.GeoSeries([point], crs=tables.area.crs)
    lsoa, ward = assign_points(at, tables.lsoas).iloc[0], assign_points(at, tables.wards).iloc[0]
    return Found(label, kind, point, None if pd.isna(lsoa) else lsoa, None if pd.isna(ward) else ward)
