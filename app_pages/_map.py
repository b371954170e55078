"""The map on a page: one frame that stays, to which only addresses and numbers are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlencode

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from app_pages._tables import Study
from gaps.indicators import IndicatorValues
from layers.categories import read_asset_rules
from mapping.base_map import base_map
from mapping.geometry import bounds_of, ground_layers
from mapping.styles import NO_DATA, Classes, classes_for
from mapping.url_layer import UrlLayer, bitmap
from study.sources import read_sources
from study.words import _

MAP_HEIGHT = 560


@dataclass(frozen=True)
class MapView:
    """What one map shows.

    Attributes
    ----------
    values : IndicatorValues or None
        What shades the zones; None leaves them plain.
    values_query : dict
        The query that asks the app for the same values.
    by : {"ward", "lsoa"}
        The zones.
    assets : Series of bool or None
        Which assets are shown, aligned with the assets table.
    greens : bool
        Whether green space is drawn.
    selected : tuple of str, optional
        ``(by, code)`` of the zone to outline.
    focus : GeoSeries, optional
        What to move to; the whole study area when missing.
    marker : list of float, optional
        Latitude and longitude of a place that was looked up.
    shape : list, optional
        Latitudes and longitudes of a neighbourhood's outline.
    bands : list of dict
        Ground within some minutes, the widest first: ``rings`` (latitudes and longitudes), ``colour``.
    carried : bool
        Whether the values travel with the description rather than by an address of their own: those that answer a
        question about a place somebody named, which must not stand in an address.
    draw : bool
        Whether a neighbourhood can be drawn.
    pick_point : bool
        Whether a click chooses the place clicked at rather than the zone.
    classes : Classes, optional
        Those of the shaded layer, where its own values do not choose them.
    tiles : bool
        Whether the visitor asked for the on-line base map.
    """

    by: str = "ward"
    values: IndicatorValues | None = None
    values_query: dict[str, object] = field(default_factory=dict)
    assets: pd.Series | None = None
    greens: bool = False
    selected: tuple[str, str] | None = None
    focus: gpd.GeoSeries | None = None
    marker: list[float] | None = None
    shape: list[list[float]] | None = None
    bands: list[dict[str, object]] = field(default_factory=list)
    carried: bool = False
    classes: Classes | None = None
    draw: bool = False
    pick_point: bool = False
    tiles: bool = False
    height: int = MAP_HEIGHT


def show_map(study: Study, view: MapView, *, key: str, on_pick: Callable[[], None] | None = None) -> Classes:
    """Draw the map and return the classes of its shaded layer, for the legend.

    Parameters
    ----------
    study : Study
        The study area.
    view : MapView
        What to show.
    key : str
        Of this map on its page: letters only (streamlit-folium drops what follows an underscore).
    on_pick : callable, optional
        Called when a zone or an own shape is picked; read it with `picked`.
    """
    classes = view.classes or Classes((), (), ())
    if view.values is not None and view.classes is None:
        indicator = view.values.indicator
        classes = classes_for(view.values.values, scale=indicator.scale, decimals=indicator.decimals)
    group = folium.FeatureGroup(name="strong places")
    group.add_child(UrlLayer(_spec(study, view, classes)))
    centre = study.area.centre
    st_folium(
        base_map((centre.lat, centre.lon), zoom=11),
        key=f"{key}{study.area.slug}",
        height=view.height,
        use_container_width=True,
        returned_objects=["last_active_drawing"],
        feature_group_to_add=group,
        on_change=on_pick,
    )
    return classes


def picked(study: Study, key: str) -> dict[str, object] | None:
    """Return what was last picked on a map: ``{"properties": ..., "geometry": ...}``, or None."""
    state = st.session_state.get(f"{key}{study.area.slug}")
    feature = state.get("last_active_drawing") if isinstance(state, dict) else None
    return feature if isinstance(feature, dict) and isinstance(feature.get("properties"), dict) else None


def _spec(study: Study, view: MapView, classes: Classes) -> dict[str, object]:
    tables = study.tables
    indicator = view.values.indicator if view.values is not None else None
    status = set(view.values.status) if view.values is not None else set()
    bounds = bounds_of(view.focus if view.focus is not None else tables.wards.geometry)
    mask = view.assets
    return {
        "base": f"/map-data/{study.area.slug}/{tables.fingerprint}/",
        "ground": ground_layers(tables),
        "by": view.by,
        "values": f"values/{indicator.indicator_id}.json?{urlencode(view.values_query)}"
        if indicator and not view.carried
        else None,
        "carried": _carried(view.values) if view.values is not None and view.carried else None,
        "bands": view.bands,
        "classes": classes.as_dict(),
        "no_data": NO_DATA,
        "decimals": indicator.decimals if indicator else 0,
        "unit": indicator.unit if indicator else "",
        # Dots mark estimates only where they stand beside measured values; else the headline says so once.
        "mixed": "estimate" in status and "" in status,
        "assets": {"mask": bitmap(mask.to_numpy())} if mask is not None and mask.any() else None,
        "greens": view.greens and tables.green_space is not None,
        "selected": {"by": view.selected[0], "code": view.selected[1]} if view.selected else None,
        "marker": view.marker,
        "shape": view.shape,
        "draw": view.draw,
        "pick_point": view.pick_point,
        "tiles": view.tiles,
        "view": {"bounds": bounds, "token": str(np.round(bounds, 3).tolist())},
        "height": view.height,
        "attribution": _attribution(tuple(sorted(set(tables.sources.values())))),
        **_words_for_browser(study.area.name),
    }


def _carried(values: IndicatorValues) -> dict[str, list]:
    rounded = [None if v != v else round(float(v), 1) for v in values.values]
    return {"values": rounded, "status": list(values.status)}


@lru_cache
def _attribution(source_ids: tuple[str, ...]) -> list[dict[str, str]]:
    """Return what is owed on the map itself, short; the page prints the whole lines beneath."""
    register = read_sources()
    shown = []
    if any("OpenStreetMap" in register[i].publisher for i in source_ids if i in register):
        shown.append(
            {"text": "© OpenStreetMap contributors", "url": "https://www.openstreetmap.org/copyright"}
        )
    if any("Office for National Statistics" in register[i].publisher for i in source_ids if i in register):
        shown.append({"text": "ONS, OGL v3.0; contains OS data © Crown copyright 2025"})
    # A place of other sources owes what they ask for.
    owed = dict.fromkeys(register[i].attribution for i in source_ids if i in register)
    return shown or [{"text": text} for text in owed]


@lru_cache
def _words_for_browser(area_name: str) -> dict[str, object]:
    rules = read_asset_rules()
    return {
        "categories": {
            k: {"name": _(c.name), "colour": c.colour, "symbol": c.symbol}
            for k, c in rules.categories.items()
        },
        "types": {k: _(t.name) for k, t in rules.types.items()},
        "holders": {k: _(h.name) for k, h in rules.holders.items()},
        "words": {
            "map_label": _("Map of {name}. The table on this page says the same.").format(name=area_name),
            "unnamed": _("No name on the map"),
            "held": _("Held by:"),
            "open": _("Open:"),
            "wheelchair": _("Wheelchair:"),
            "operator": _("Run by:"),
            "checked": _("Last checked:"),
            "website": _("Website (opens in a new tab)"),
            "gathered": _("assets here; choose to look closer"),
            "fetch_failed": _(
                "The map's data did not arrive. The table on this page still holds. Reload the page to try again."
            ),
            "draw_start": _("Click round your neighbourhood, or move the map and add points at its centre."),
            "draw_points": _("points so far"),
            "draw_centre": _("Add a point at the centre"),
            "draw_undo": _("Take the last point back"),
            "draw_done": _("Finish the outline"),
        },
    }
