"""The empty folium map: its frame, its scripts from our own server, no tiles, nothing from outside."""

from __future__ import annotations

import folium

ASSETS_PATH = "/map-assets"


class LocalMap(folium.Map):
    """A folium map whose scripts and styles come from the app itself.

    folium names a dozen files on public servers; off line the map would stay blank and say nothing.
    """

    default_js = [
        ("leaflet", f"{ASSETS_PATH}/leaflet.js"),
        ("jquery", f"{ASSETS_PATH}/jquery.min.js"),
        ("strong_places", f"{ASSETS_PATH}/strong_places_map.js"),
    ]
    default_css = [
        ("leaflet_css", f"{ASSETS_PATH}/leaflet.css"),
        ("strong_places_css", f"{ASSETS_PATH}/strong_places_map.css"),
    ]


def base_map(centre: tuple[float, float], *, zoom: int) -> LocalMap:
    """Return an empty map of the study area.

    Parameters
    ----------
    centre : tuple of float
        Latitude and longitude, degrees WGS 84.
    zoom : int
        First zoom level.
    """
    return LocalMap(
        location=centre,
        zoom_start=zoom,
        tiles=None,
        prefer_canvas=True,
        zoom_snap=0.25,
        min_zoom=8,
        max_zoom=18,
        attribution_control=True,
        bounce_at_zoom_limits=False,
    )
