"""Downloads of exactly what is shown, as CSV and GeoJSON, with settings and what is owed on every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import geopandas as gpd
import pandas as pd
import streamlit as st

from app_pages._asset_filter import assets_table
from app_pages._shading import Shading, twin_table
from app_pages._tables import Study
from exports.files import table_csv
from mapping.geometry import to_geojson
from study.crs import WGS84
from study.sources import attributions, read_sources
from study.words import _
from transport.travel_times import WALK_KPH


def _settings(study: Study, table: str) -> dict[str, str]:
    """Return what a figure needs to be understood away from the page."""
    tables = study.tables
    source = read_sources().get(tables.sources.get(table, ""))
    return {
        "study_area": study.area.name,
        "data": "made up" if study.area.demonstration else tables.origin,
        "data_version": tables.fingerprint,
        "vintage": source.vintage if source else "",
    }


def zone_export(study: Study, shading: Shading) -> tuple[gpd.GeoDataFrame, dict[str, str], list[str]]:
    """Return what the shaded layer shows as a table with shapes, its settings and its attributions."""
    tables, indicator = study.tables, shading.values.indicator
    zones = tables.wards if shading.by == "ward" else tables.lsoas
    # The number of assets stands beside their rate and has the name already.
    own = {"assets": "assets_per_1000"}.get(indicator.indicator_id, indicator.indicator_id)
    table = twin_table(study, shading).rename(columns={"value": own})
    settings = _settings(study, indicator.table) | {
        "indicator": indicator.title,
        "unit": indicator.unit,
        "method": indicator.about,
    }
    if indicator.indicator_id in ("beyond", "minutes"):
        settings |= {"mode": "walk", "speed_kph": f"{WALK_KPH:g}"}
    used = [f"{shading.by}s", "lsoas", "population", indicator.table, "resident_points"]
    # Whatever rides between, both rest on walks over the streets, and minutes on where the places are.
    used += {"reach": ["assets", "green_space", "street_lines"], "ptal": ["street_lines"]}.get(own, [])
    owed = attributions([tables.sources.get(table, "") for table in used])
    shapes = gpd.GeoDataFrame(table, geometry=zones.geometry.reindex(table.index), crs=study.area.crs)
    return shapes.reset_index(), settings, owed


def show_zone_downloads(study: Study, shading: Shading, *, settings: Mapping[str, str] | None = None) -> None:
    """Offer the shaded layer as files, with further settings that its figures rest on."""
    further = dict(settings or {})
    name = f"{study.area.slug}-{shading.indicator_id}-by-{shading.by}"

    def csv() -> bytes:
        table, own, owed = zone_export(study, shading)
        return table_csv(
            pd.DataFrame(table.drop(columns="geometry")),
            title=shading.values.indicator.title,
            settings=own | further,
            attributions=owed,
        )

    def geojson() -> bytes:
        table, own, owed = zone_export(study, shading)
        title = shading.values.indicator.title
        return to_geojson(table, title=title, settings=own | further, attribution=owed)

    _two_buttons(csv, geojson, name=name, key="zones")


def show_place_downloads(
    study: Study,
    places: Callable[[], gpd.GeoDataFrame],
    *,
    title: str,
    name: str,
    of: str,
    settings: Mapping[str, str] | None = None,
) -> None:
    """Offer places as files, with what they rest on.

    Parameters
    ----------
    study : Study
        The study area.
    places : callable
        Returns them, with their ids as index, in the study area's CRS; called when a file is asked for.
    title, name : str
        What they are, and what the file is called after.
    of : str
        The table whose source is owed.
    settings : mapping of str to str, optional
        Further columns, the same on every row.
    """
    said = _settings(study, of) | dict(settings or {})
    owed = attributions([study.tables.sources.get(of, "")])

    def csv() -> bytes:
        table = places()
        rows = pd.DataFrame(table.drop(columns="geometry")).reset_index()
        # A shape has no place in a cell; a point is two numbers.
        if (table.geom_type == "Point").all():
            degrees = table.geometry.to_crs(WGS84)
            rows = rows.assign(lat=degrees.y.round(5).to_numpy(), lon=degrees.x.round(5).to_numpy())
        return table_csv(rows, title=title, settings=said, attributions=owed)

    def geojson() -> bytes:
        return to_geojson(places().reset_index(), title=title, settings=said, attribution=owed)

    _two_buttons(csv, geojson, name=f"{study.area.slug}-{name}", key=name)


def show_asset_downloads(study: Study, listed: pd.Index) -> None:
    """Offer the shown assets, by their ids, as files."""

    def places() -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(assets_table(study, listed), geometry="geometry", crs=study.area.crs)

    show_place_downloads(study, places, title=_("Assets shown on the map"), name="assets", of="assets")


def show_green_downloads(study: Study) -> None:
    """Offer the green space shown as files."""
    title = _("Public green space shown on the map")
    show_place_downloads(
        study, lambda: study.tables.green_space, title=title, name="green-space", of="green_space"
    )


def _two_buttons(csv: object, geojson: object, *, name: str, key: str) -> None:
    with st.container(horizontal=True, key=f"files-{key}"):
        # The file is made when it is asked for, not for everyone who looks at the page.
        st.download_button(
            _("Download as CSV"),
            csv,
            file_name=f"{name}.csv",
            mime="text/csv",
            key=f"csv-{key}",
            on_click="ignore",
        )
        st.download_button(
            _("Download as GeoJSON"),
            geojson,
            file_name=f"{name}.geojson",
            mime="application/geo+json",
            key=f"geojson-{key}",
            on_click="ignore",
        )
