"""What is to be reached: a type of place, one place by name or postcode, the centre, or a click on the map."""

from __future__ import annotations

import geopandas as gpd
import shapely
import streamlit as st

from app_pages._find import show_find
from app_pages._link import choose
from app_pages._map import picked
from app_pages._tables import Study
from gaps.reach import Destination, to_centre, to_point, to_type
from layers.categories import read_asset_rules
from study.crs import WGS84
from study.words import _

WAYS_TO_REACH = {
    "type": _("The nearest of a type"),
    "find": _("A place or postcode I name"),
    "point": _("A place I click on the map"),
    "centre": _("The city centre"),
}
WAYS_FROM = {key: WAYS_TO_REACH[key] for key in ("centre", "find", "point")}


def choose_destination(study: Study) -> Destination | None:
    """Show the choice of what to reach; None while it has not been named."""
    way = choose(_("What to reach"), WAYS_TO_REACH, key="to")
    if way == "type":
        rules = read_asset_rules()
        types = {t: _(rules.types[t].name) for t in rules.types if t != "transport"}
        return to_type(study.tables, choose(_("Type"), types, key="type", default="community_space"))
    return _one_place(study, way)


def choose_place(study: Study) -> Destination | None:
    """Show the choice of one place; None while it has not been named."""
    return _one_place(study, choose(_("From where"), WAYS_FROM, key="at_place"))


def _one_place(study: Study, way: str) -> Destination | None:
    if way == "centre":
        return to_centre(study.tables)
    if way == "find":
        found = show_find(study)
        return to_point(study.tables, found.point, found.label) if found is not None else None
    point = point_in_link(study)
    if point is None:
        st.caption(_("Click on the map where you mean. With a keyboard, name a place instead."))
        return None
    return to_point(study.tables, point, _("the place you clicked"))


def point_in_link(study: Study) -> shapely.Point | None:
    """Return the clicked place in the link, in the study area's CRS; None without one, or far from here."""
    try:
        lat, lon = (float(part) for part in st.query_params.get("point", "")[:40].split(","))
    except ValueError:
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    point = gpd.GeoSeries([shapely.Point(lon, lat)], crs=WGS84).to_crs(study.area.crs).iloc[0]
    box = shapely.box(*study.tables.wards.total_bounds).buffer(5_000)
    return point if box.contains(point) else None


def take_point(study: Study, key: str) -> None:
    """Keep the place clicked on a map in the link, rounded to about ten metres."""
    feature = picked(study, key)
    geometry = feature.get("geometry") if feature else None
    if geometry and geometry.get("type") == "Point":
        lon, lat = geometry["coordinates"]
        st.query_params["point"] = f"{float(lat):.4f},{float(lon):.4f}"
