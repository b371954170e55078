"""The ground reached from a place: drawn in bands, with the residents and assets inside each."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from app_pages._journey import MODES, PRESET_NAMES, days_of, partial_words
from app_pages._map import MapView, show_map
from app_pages._table import Column, show_table
from app_pages._tables import Study
from gaps.reach import MODE_WORDS, Destination
from layers.categories import read_asset_rules
from mapping.geometry import lat_lon, to_geojson
from study.crs import WGS84
from study.sources import attributions
from study.words import _
from transport.catchments import rounded_people
from transport.isochrones import BANDS_MIN
from transport.journey import PRESETS, Journey

# One hue, the nearest ground darkest (ColorBrewer 2.0 Blues).
BAND_COLOURS = ("#08519c", "#4292c6", "#c6dbef")
TYPES_SHOWN = 14
# Corners nearer to the line than this are not sent to the browser: half a cell of the grid they were drawn on.
SIMPLIFIED_M = 20.0


def comparisons(study: Study, mode: str) -> dict[str, str]:
    """Return what can be shown beside it: another mode, or the same at another time or for another person."""
    others = {m: MODES[m] for m in study.reach.modes() if m != mode}
    presets = {
        name: PRESET_NAMES[name]
        for name, preset in PRESETS.items()
        if mode in preset.modes and name not in ("default", "return")
    }
    return {"nothing": _("nothing"), **others, **presets}


def compared(study: Study, journey: Journey, other: str) -> Journey:
    """Return the journey shown beside another one."""
    if other in PRESETS:
        return PRESETS[other].applied(journey, days=days_of(study))
    day = study.area.timetable.day if other == "transit" and study.area.timetable else journey.day
    return replace(journey, mode=other, day=journey.day or day)


@dataclass(frozen=True)
class Look:
    """One way of travelling from a place, and the ground it reaches.

    Attributes
    ----------
    journey : Journey
        How.
    place : Destination or None
        From where; None while nobody has said.
    bands : GeoDataFrame or None
        By ``cutoff_min``, ascending, each inside the next.
    """

    journey: Journey
    place: Destination | None
    bands: gpd.GeoDataFrame | None

    @classmethod
    def of(cls, study: Study, place: Destination | None, journey: Journey) -> Look:
        """Work it out."""
        bands = None
        if place is not None:
            bands = study.reach.isochrones(place.places.geometry.iloc[0], journey, bands_min=BANDS_MIN)
        return cls(journey, place, bands)


def show_bands(study: Study, look: Look, *, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the bands on a map, with their legend."""
    drawn = [] if look.bands is None else list(reversed(list(_drawn(look.bands))))
    show_map(
        study,
        MapView(
            by="ward",
            bands=drawn,
            marker=lat_lon(look.place.places.geometry.iloc[0], study.area.crs) if look.place else None,
            focus=_focus(look),
            pick_point=st.session_state.get("at_place") == "point",
            height=560,
        ),
        key=key,
        on_pick=on_pick,
    )
    if look.bands is None:
        return
    swatches = "".join(
        f'<li><span class="sp-swatch" style="background:{colour}" aria-hidden="true"></span>'
        f"{html.escape(_('within {n} minutes').format(n=f'{band:g}'))}</li>"
        for band, colour in zip(look.bands.index, BAND_COLOURS, strict=True)
    )
    words = _("Reached {mode}").format(mode=_(MODE_WORDS[look.journey.mode]))
    words += _(", estimate") if (look.bands["basis"] == "estimate").any() else ""
    title = html.escape(words + partial_words(study, look.journey))
    st.html(f'<div class="sp-legend"><p><b>{title}</b></p><ul>{swatches}</ul></div>')
    for note in _notes(look.bands):
        st.caption(note)


def _focus(look: Look) -> gpd.GeoSeries | None:
    if look.bands is None:
        return None
    shapes = look.bands.geometry[~look.bands.geometry.is_empty]
    return shapes.iloc[[-1]] if len(shapes) else look.place.places.geometry.buffer(1_000)


def _notes(bands: gpd.GeoDataFrame) -> list[str]:
    basis = bands["basis"].iloc[0]
    if basis == "not covered":
        return [_("The streets round this place are not known, so nobody can say how to walk to a stop.")]
    if basis == "estimate":
        return [
            _(
                "Estimate: the streets round this place are not known, so these are circles, shortened by how much "
                "real streets wind."
            )
        ]
    if bands["touches_edge"].any():
        return [_("The known streets end inside these minutes: the ground reached may go on beyond.")]
    return []


def _drawn(bands: gpd.GeoDataFrame) -> list[dict[str, object]]:
    """Return the bands as rings of latitudes and longitudes, for the browser."""
    shapes = bands.geometry.simplify(SIMPLIFIED_M).to_crs(WGS84)
    drawn = []
    for shape, colour in zip(shapes, BAND_COLOURS, strict=True):
        rings = []
        for polygon in shapely.get_parts(shape):
            if polygon.is_empty:
                continue
            own = [polygon.exterior, *polygon.interiors]
            rings.append([np.round(shapely.get_coordinates(r)[:, ::-1], 5).tolist() for r in own])
        if rings:
            drawn.append({"rings": rings, "colour": colour})
    return drawn


def inside(study: Study, look: Look) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return residents by band, and assets by type and band, each band counting all that is within it."""
    points, assets = study.tables.resident_points, study.tables.assets
    residents, counts = {}, {}
    for band, shape in look.bands.geometry.items():
        shapely.prepare(shape)
        here = shapely.intersects(shape, points.geometry.to_numpy())
        residents[band] = float(points["residents"][here].sum())
        there = shapely.intersects(shape, assets.geometry.to_numpy())
        counts[band] = assets["type"][there].value_counts()
    return (
        pd.DataFrame({"residents": residents}),
        pd.DataFrame(counts).fillna(0).astype(int),
    )


def show_inside(study: Study, look: Look, *, key: str) -> None:
    """Show who and what is within each band."""
    words = _(MODE_WORDS[look.journey.mode])
    if not study.reach.carries_shares(look.journey):
        st.caption(
            _("{mode}: nobody and nothing is counted, because the timetable is only a part.").format(
                mode=words.capitalize()
            )
        )
        return
    residents, counts = inside(study, look)
    rules = read_asset_rules()
    counts = counts.loc[[t for t in rules.types if t in counts.index]].head(TYPES_SHOWN)
    rows = {_("Residents"): rounded_people(residents["residents"])}
    for asset_type in counts.index:
        # A count of half a type is no count of it.
        whole = study.walking.is_collected(asset_type)
        name = _(rules.types[asset_type].name) + ("" if whole else _(" (collected only in part)"))
        rows[name] = counts.loc[asset_type]
    estimate = _(", estimate") if (look.bands["basis"] == "estimate").any() else ""
    table = pd.DataFrame(rows).T.rename_axis("what").reset_index()
    columns = [Column("what", _("Within"))]
    columns += [Column(band, _("{n} min").format(n=f"{band:g}"), 0) for band in residents.index]
    show_table(
        table,
        columns,
        caption=_("Residents and known assets reached {mode}").format(mode=words) + estimate,
        key=f"inside-{key}",
        height=480,
    )


def show_band_downloads(study: Study, look: Look) -> None:
    """Offer the bands as a file with all their settings."""
    used = ["street_lines", *(["timetable"] if look.journey.mode == "transit" else [])]
    owed = attributions([study.tables.sources.get(name, "") for name in used])
    settings = look.journey.settings() | study.timetable_settings(look.journey)
    st.download_button(
        _("Download the ground as GeoJSON"),
        lambda: to_geojson(
            look.bands.reset_index(),
            title=_("Ground reached {mode}").format(mode=MODE_WORDS[look.journey.mode])
            + partial_words(study, look.journey),
            settings=settings | {"study_area": study.area.name, "data": study.tables.origin},
            attribution=owed,
        ),
        file_name=f"{study.area.slug}-reached-{look.journey.mode}.geojson",
        mime="application/geo+json",
        on_click="ignore",
    )
