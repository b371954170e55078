"""A neighbourhood of one's own: drawn, uploaded, or made from postcodes. Everything given is checked first."""

from __future__ import annotations

import re
from pathlib import PurePath

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.map_files import MapFileError, NoCrsError, polygons_in_geojson, polygons_in_geopackage
from study.crs import WGS84
from study.errors import PlaceNotFoundError
from study.words import _

MOST_BYTES = 5_000_000
MOST_VERTICES = 20_000
MOST_POSTCODES = 500
# Postcode points this close belong together: circles of this radius, joined, then drawn in again.
POSTCODE_RADIUS_M = 120.0
POSTCODE_JOIN_M = 150.0
UPLOAD_ENDINGS = (".geojson", ".json", ".gpkg")


def checked_shape(shape: shapely.Geometry, ground: shapely.Geometry) -> shapely.Geometry:
    """Return a usable neighbourhood: valid polygons that touch the study area.

    Parameters
    ----------
    shape, ground : shapely.Geometry
        The neighbourhood and the study area's outline, same CRS in metres.

    Raises
    ------
    PlaceNotFoundError
        If it has no surface, too many corners, or lies outside.
    """
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        # So far from the study area that its CRS has no place for it.
        raise PlaceNotFoundError(
            _("This outline lies outside the place on this map."),
            do=_("Choose another place, or check the file's coordinates."),
        )
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        raise PlaceNotFoundError(
            _("This outline has more than {most} corners.").format(most=f"{MOST_VERTICES:,}"),
            do=_("Simplify it first, or draw it here."),
        )
    parts = [
        p for p in shapely.get_parts(shapely.make_valid(shape)) if p.geom_type == "Polygon" and p.area > 0
    ]
    whole = shapely.union_all(parts) if parts else None
    if whole is None or whole.area < 1:
        raise PlaceNotFoundError(
            _("This is not an area: it has no surface."), do=_("Draw or upload a closed outline (a polygon).")
        )
    if not whole.intersects(ground):
        raise PlaceNotFoundError(
            _("This outline lies outside the place on this map."),
            do=_("Choose another place, or check the file's coordinates."),
        )
    return whole


def shape_from_ring(ring: list[list[float]], crs: str) -> shapely.Geometry:
    """Return a polygon from longitudes and latitudes.

    Raises
    ------
    PlaceNotFoundError
        If there are fewer than three corners or a coordinate is not one.
    """
    try:
        polygon = shapely.Polygon([(float(lon), float(lat)) for lon, lat in ring])
        good = all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in polygon.exterior.coords)
    except (TypeError, ValueError, OverflowError, shapely.errors.GEOSException):
        good = False
    if not good or len(ring) > MOST_VERTICES:
        raise PlaceNotFoundError(_("This outline cannot be read."), do=_("Draw it again."))
    return gpd.GeoSeries([polygon], crs=WGS84).to_crs(crs).iloc[0]


def shape_from_file(content: bytes, name: str, crs: str) -> shapely.Geometry:
    """Return the joined polygons of an uploaded GeoJSON or GeoPackage file.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name; only the ending is used.
    crs : str
        CRS to return it in.

    Raises
    ------
    PlaceNotFoundError
        If it is too large, of another kind, cannot be read, has no CRS or no polygon.
    """
    do = _("Give a GeoJSON or GeoPackage file with one or more polygons.")
    if PurePath(name).suffix.lower() not in UPLOAD_ENDINGS:
        raise PlaceNotFoundError(_("This kind of file cannot be read here."), do=do)
    if len(content) > MOST_BYTES:
        raise PlaceNotFoundError(_("This file is larger than 5 MB."), do=do)
    try:
        is_package = PurePath(name).suffix.lower() == ".gpkg"
        found = polygons_in_geopackage(content) if is_package else [polygons_in_geojson(content)]
    except NoCrsError as error:
        raise PlaceNotFoundError(_("This file does not say which coordinates it uses."), do=do) from error
    except MapFileError as error:
        raise PlaceNotFoundError(_("This file cannot be read as a map file."), do=do) from error
    if not sum(len(polygons) for polygons in found):
        raise PlaceNotFoundError(_("There is no polygon in this file."), do=do)
    if sum(shapely.get_num_coordinates(polygons.to_numpy()).sum() for polygons in found) > MOST_VERTICES:
        raise PlaceNotFoundError(
            _("This file has more than {most} corners.").format(most=f"{MOST_VERTICES:,}"),
            do=_("Simplify it first."),
        )
    moved = np.concatenate([polygons.to_crs(crs).to_numpy() for polygons in found])
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise PlaceNotFoundError(_("This outline lies outside the place on this map."), do=do)
    return shapely.union_all(shapely.make_valid(moved))


def shape_from_postcodes(text: str, postcodes: pd.DataFrame, crs: str) -> tuple[shapely.Geometry, list[str]]:
    """Return the ground round some postcodes, and those that were not found.

    Parameters
    ----------
    text : str
        Postcodes separated by commas or new lines.
    postcodes : DataFrame
        From `layers.population.read_postcodes`: eastings and northings (EPSG:27700) by compact postcode.
    crs : str
        CRS to return it in.

    Raises
    ------
    PlaceNotFoundError
        If none is found, or there are too many.
    """
    wanted = list(
        dict.fromkeys(
            re.sub(r"\s+", "", part).upper() for part in re.split(r"[,;\n\t]+", text) if part.strip()
        )
    )
    if len(wanted) > MOST_POSTCODES:
        raise PlaceNotFoundError(_("Give at most {most} postcodes.").format(most=MOST_POSTCODES))
    known = [p for p in wanted if p in postcodes.index]
    missing = [p for p in wanted if p not in postcodes.index]
    if not known:
        raise PlaceNotFoundError(
            _("None of these postcodes is in the directory for this place."),
            do=_("Write one postcode a line, for example LS8 5AA."),
        )
    rows = postcodes.loc[known]
    points = gpd.GeoSeries.from_xy(rows["easting_m"], rows["northing_m"], crs="EPSG:27700").to_crs(crs)
    circles = shapely.union_all(points.buffer(POSTCODE_RADIUS_M + POSTCODE_JOIN_M).to_numpy())
    return circles.buffer(-POSTCODE_JOIN_M), missing
