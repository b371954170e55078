"""The peer's page: folium draws everything inline and streamlit-folium shows it, as most such maps are made.

It gets the better of the usual ways: one GeoJSON layer of points rather than a Marker each (many times slower), a
canvas, no Bootstrap or icons to load, nothing returned from the map (or every pan would draw it again), values that
are worked out already, and shapes simplified by our own `prepare`. It draws no green space, water or streets. No
name passes through folium: it compiles what it draws as a template, and would run what a name holds.
"""

from __future__ import annotations

import json

import folium
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from app_pages._asset_filter import HIDDEN_AT_FIRST
from app_pages._tables import Study, study
from gaps.indicators import available_indicators
from layers.categories import read_asset_rules
from mapping.base_map import ASSETS_PATH
from mapping.geometry import display_geojson, to_geojson
from study.settings import default_study_area


class PeerMap(folium.Map):
    """A plain folium map whose Leaflet and jQuery come from its own server, since there may be no other."""

    default_js = [("leaflet", f"{ASSETS_PATH}/leaflet.js"), ("jquery", f"{ASSETS_PATH}/jquery.min.js")]
    default_css = [("leaflet_css", f"{ASSETS_PATH}/leaflet.css")]


def zones_geojson(tables: object, by: str) -> dict[str, object]:
    """Return wards or LSOAs as GeoJSON with their code alone."""
    collection = json.loads(display_geojson(tables, f"{by}s"))
    for feature in collection["features"]:
        feature["properties"] = {"code": feature["properties"][f"{by}_code"]}
    return collection


def points_geojson(assets: pd.DataFrame) -> dict[str, object]:
    """Return assets as GeoJSON points with our own ids of category and type, and no names."""
    return json.loads(to_geojson(assets[["category", "type", "geometry"]]))


def peer_map(
    zones: dict[str, object], values: pd.Series, points: dict[str, object], *, centre: tuple[float, float]
) -> folium.Map:
    """Draw zones shaded by values, and points on top.

    Parameters
    ----------
    zones : dict
        From `zones_geojson`.
    values : Series
        Indexed by the zones' codes; missing ones are grey.
    points : dict
        From `points_geojson`.
    centre : tuple of float
        Latitude and longitude.
    """
    drawn = PeerMap(location=centre, zoom_start=11, tiles=None, prefer_canvas=True)
    shading = folium.Choropleth(
        geo_data=zones,
        data=values,
        key_on="feature.properties.code",
        bins=5,
        fill_color="BuPu",
        fill_opacity=0.78,
        line_weight=0.5,
        nan_fill_color="#bdbdbd",
    )
    # The usual trick: the colour map would fetch d3 from two public servers.
    for name in [n for n in shading._children if n.startswith("color_map")]:
        del shading._children[name]
    shading.geojson.add_child(folium.GeoJsonTooltip(["code"]))
    shading.add_to(drawn)
    colours = {k: c.colour for k, c in read_asset_rules().categories.items()}
    if points["features"]:
        folium.GeoJson(
            points,
            marker=folium.CircleMarker(radius=5, weight=1.5, color="#ffffff", fill=True, fill_opacity=1.0),
            style_function=lambda feature: {"fillColor": colours[feature["properties"]["category"]]},
            tooltip=folium.GeoJsonTooltip(["type"]),
        ).add_to(drawn)
    return drawn


def shown_assets(assets: pd.DataFrame, view: str) -> pd.DataFrame:
    """Return the assets that our page shows at first: community spaces "at a glance", most types on the map."""
    if view == "glance":
        return assets[assets["type"].eq("community_space") & assets["counts_for_gap"]]
    return assets[~assets["type"].isin(HIDDEN_AT_FIRST)]


@st.cache_data
def _zones(slug: str, by: str) -> dict[str, object]:
    return zones_geojson(study(slug).tables, by)


@st.cache_data
def _points(slug: str, view: str) -> dict[str, object]:
    return points_geojson(shown_assets(study(slug).tables.assets, view))


def show_page(place: Study) -> None:
    """Show the choices and the map."""
    asked = st.query_params
    view = asked.get("view", "map")
    st.title("The same map, made the usual way")
    options = available_indicators(place.tables)
    first = asked.get("layer", "beyond" if view == "glance" else "imd")
    layer = st.selectbox(
        "Shade the map by", list(options), index=list(options).index(first), format_func=options.get
    )
    zones = {"ward": "ward", "lsoa": "small area (LSOA)"}
    at = list(zones).index(asked.get("by", "ward"))
    by = st.selectbox("For each", list(zones), index=at, format_func=zones.get)
    # A widget that does not concern the map.
    st.selectbox("Walk of more than", ["15 minutes", "30 minutes"])
    values = place.values(layer, by=by, asset_type="community_space", cutoff_min=15).values
    centre = (place.area.centre.lat, place.area.centre.lon)
    st_folium(
        peer_map(_zones(place.area.slug, by), values, _points(place.area.slug, view), centre=centre),
        key="peermap",
        height=560,
        use_container_width=True,
        returned_objects=[],
    )


if __name__ == "__main__":
    st.set_page_config(page_title="The usual way", layout="wide")
    show_page(study(default_study_area()))
