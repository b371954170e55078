"""Reading an OpenStreetMap extract: one pass, and every object that could be of use with tags and shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from osmium.geom import WKBFactory

from study.crs import WGS84
from study.errors import SourceError

Tags = dict[str, str]
Found = tuple[str, Tags, shapely.Geometry]

# OpenStreetMap will not give out numbers this high for years; an extract assembled by hand may use them for
# objects it made up, which must never be linked to.
MADE_UP_IDS_FROM = 20_000_000_000
_OBJECT = {"n": "node", "w": "way", "r": "relation"}


def read_features(
    pbf: Path, *, keys: Iterable[str], wanted: Callable[[str, Tags], bool], crs: str
) -> gpd.GeoDataFrame:
    """Read the objects of an extract that are wanted, each with its tags and its shape.

    Parameters
    ----------
    pbf : Path
        The extract: nodes before ways before relations, as all publishers write them.
    keys : iterable of str
        Only objects with one of these tag keys are looked at.
    wanted : callable
        Told an object's id (``n123``, ``w123``, ``r123``) and tags, says whether to keep it.
    crs : str
        The CRS of the result, in metres.

    Returns
    -------
    GeoDataFrame
        Indexed by ``osm_id``, with ``tags`` (dicts) and the shape: a point for a node, a polygon for a closed
        way or a multipolygon relation, a line for any other way. Polygons that cross themselves are repaired.

    Raises
    ------
    SourceError
        If the file is not an extract that can be read.
    """
    try:
        found = list(_objects(pbf, set(keys), wanted))
    except (RuntimeError, OSError) as error:
        raise SourceError(
            f"The OpenStreetMap extract cannot be read: {error}.",
            where=str(pbf),
            do="Fetch it again; it must be a .osm.pbf file.",
        ) from error
    ids, tags, shapes = ([row[i] for row in found] for i in range(3))
    geometry = gpd.GeoSeries(np.array(shapes, dtype=object), crs=WGS84).to_crs(crs).to_numpy()
    index = pd.Index(ids, dtype="str", name="osm_id")
    table = pd.DataFrame({"tags": pd.Series(tags, index=index, dtype=object)}, index=index)
    return gpd.GeoDataFrame(table, geometry=_repaired(geometry), crs=crs)


def _objects(pbf: Path, keys: set[str], wanted: Callable[[str, Tags], bool]) -> Iterator[Found]:
    """Yield id, tags and shape (longitude, latitude) of each wanted object."""
    wkb = WKBFactory()
    has_key = osmium.filter.KeyFilter(*keys)
    # Every street has the key "highway", and no street is wanted.
    others = keys - {"highway"}
    for thing in osmium.FileProcessor(str(pbf)).with_areas(has_key).with_filter(has_key):
        if thing.is_relation() or (thing.is_area() and thing.from_way()):
            # Relations come back as areas; closed ways are built below, so that broken ones can be repaired.
            continue
        if thing.is_way() and not any(key in thing.tags for key in others):
            continue
        tags = {tag.k: tag.v for tag in thing.tags}
        osm_id = f"r{thing.orig_id()}" if thing.is_area() else f"{thing.type_str()}{thing.id}"
        if not wanted(osm_id, tags):
            continue
        if thing.is_node():
            shape = shapely.Point(thing.location.lon, thing.location.lat)
        elif thing.is_way():
            shape = _way_shape(thing, tags)
        else:
            shape = shapely.from_wkb(wkb.create_multipolygon(thing))
        if shape is not None:
            yield osm_id, tags, shape


def _way_shape(way: osmium.osm.Way, tags: Tags) -> shapely.Geometry | None:
    """Return a polygon for a closed way, else a line; None where the extract left out its nodes."""
    corners = [(n.location.lon, n.location.lat) for n in way.nodes if n.location.valid()]
    if len(corners) == len(way.nodes) >= 4 and way.is_closed() and tags.get("area") != "no":
        return shapely.Polygon(corners)
    return shapely.LineString(corners) if len(corners) >= 2 else None


def _repaired(shapes: np.ndarray) -> np.ndarray:
    """Repair polygons that cross themselves; one without any surface becomes its outline."""
    broken = ~shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)
    repaired = shapes.copy()
    repaired[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    flat = broken & shapely.is_empty(repaired)
    repaired[flat] = shapely.boundary(shapes[flat])
    return repaired


def points_on(shapes: np.ndarray) -> np.ndarray:
    """Return one point for each shape: on the surface of a polygon, half-way along a line."""
    points = shapely.point_on_surface(shapes)
    lines = shapely.get_dimensions(shapes) == 1
    points[lines] = shapely.line_interpolate_point(shapes[lines], 0.5, normalized=True)
    return points


def osm_url(osm_id: str) -> str | None:
    """Return the address of an object on openstreetmap.org, None when its number was made up."""
    kind, number = osm_id[0], int(osm_id[1:])
    if number >= MADE_UP_IDS_FROM:
        return None
    return f"https://www.openstreetmap.org/{_OBJECT[kind]}/{number}"
