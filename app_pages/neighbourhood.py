"""A neighbourhood of one's own: drawn, uploaded or made from postcodes; the same page as a ward."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import numpy as np
import shapely
import streamlit as st

from app_pages._link import choose
from app_pages._map import MapView, picked, show_map
from app_pages._profile import show_profile
from app_pages._tables import Study
from app_pages._widgets import (
    literal,
    show_attribution,
    show_choices_line,
    show_error,
    show_estimate_line,
    show_origin,
    study_from_link,
)
from boundaries.own_shapes import checked_shape, shape_from_file, shape_from_postcodes, shape_from_ring
from gaps.profiles import shape_place
from layers.population import read_postcodes
from mapping.geometry import to_geojson
from study.crs import WGS84
from study.errors import PlaceNotFoundError
from study.words import _

WAYS = {
    "draw": _("Draw it on the map"),
    "postcodes": _("Paste postcodes"),
    "upload": _("Upload a map file"),
}
MOST_CORNERS_IN_LINK = 60


def ring_from_link() -> list[list[float]] | None:
    """Return the drawn outline in the link as longitudes and latitudes, or None."""
    text = st.query_params.get("shape", "")[:2000]
    try:
        ring = [[float(part) for part in pair.split(",")] for pair in text.split(";")]
    except ValueError:
        return None
    good = 3 <= len(ring) <= MOST_CORNERS_IN_LINK + 1 and all(len(pair) == 2 for pair in ring)
    return [[lon, lat] for lat, lon in ring] if good and np.isfinite(ring).all() else None


def take_drawing(study: Study) -> None:
    """Keep a finished drawing in the link, rounded to about ten metres."""
    feature = picked(study, "drawmap")
    geometry = feature.get("geometry") if feature else None
    if not geometry or geometry.get("type") != "Polygon":
        return
    ring = geometry["coordinates"][0][: MOST_CORNERS_IN_LINK + 1]
    st.query_params["shape"] = ";".join(f"{float(lat):.4f},{float(lon):.4f}" for lon, lat in ring)


def given_shape(study: Study, way: str) -> shapely.Geometry | None:
    """Return the neighbourhood in the study area's CRS, or None while nothing was given."""
    crs = study.area.crs
    if way == "draw":
        ring = ring_from_link()
        return shape_from_ring(ring, crs) if ring else None
    if way == "upload":
        file = st.file_uploader(
            _("GeoJSON or GeoPackage with your outline, at most 5 MB"), type=["geojson", "json", "gpkg"]
        )
        return shape_from_file(file.getvalue(), file.name, crs) if file else None
    text = st.text_area(
        _("Postcodes, one a line"),
        max_chars=6000,
        key="_postcodes",
        help=_("They stay out of the link and are forgotten when you close the page."),
    )
    if not text.strip():
        return None
    shape, missing = shape_from_postcodes(text, read_postcodes(study.area.postcode_areas), crs)
    if missing:
        st.warning(
            _("Not in the directory for this place: {missing}").format(
                missing=literal(", ".join(missing[:20]))
            )
        )
    return shape


st.title(_("What is strong in your own neighbourhood?"), anchor=False)
summary_line = st.container()
with st.container(key="choices-own", horizontal=True):
    study = study_from_link()
    way = choose(_("How to show it"), WAYS, key="way")
with summary_line:
    show_choices_line(f"{study.area.name} · {WAYS[way]}", key="line")

place = None
try:
    shape = given_shape(study, way)
    if shape is not None:
        ground = shapely.union_all(study.tables.wards.geometry.to_numpy())
        place = shape_place(study.tables, checked_shape(shape, ground), name=_("Your neighbourhood"))
except PlaceNotFoundError as error:
    show_error(error)

outline = None
if place is not None:
    largest = max(shapely.get_parts(place.shape), key=lambda p: p.area)
    lonlat = gpd.GeoSeries([largest.exterior], crs=study.area.crs).to_crs(WGS84).iloc[0]
    outline = [[round(lat, 5), round(lon, 5)] for lon, lat in lonlat.coords]
show_map(
    study,
    MapView(
        by="ward",
        assets=place.asset_in if place is not None else None,
        greens=True,
        shape=outline,
        focus=gpd.GeoSeries([place.shape], crs=study.area.crs) if place is not None else None,
        draw=way == "draw",
        height=520,
    ),
    key="drawmap",
    on_pick=partial(take_drawing, study),
)
if place is None:
    st.info(_("Nothing is shown yet. A neighbourhood is what people who live there say it is."))
else:
    st.header(place.name, anchor=False)
    show_profile(study, place, key="own")
    st.download_button(
        _("Download this outline (GeoJSON)"),
        to_geojson(gpd.GeoDataFrame({"name": [place.name]}, geometry=[place.shape], crs=study.area.crs)),
        file_name="neighbourhood.geojson",
        mime="application/geo+json",
        on_click="ignore",
    )
    show_estimate_line(study)
show_origin(study)
show_attribution(study)
