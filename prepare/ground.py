"""The ground: wards, and LSOAs with the ward each belongs to."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from prepare.columns import no_rows_left, read_rows, require_all, require_columns
from prepare.made import Made
from study.area import TableSource
from study.errors import DataError, SourceError
from study.tables import MOST_FAULTS_SHOWN, require_table


def wards(path: Path, entry: TableSource, *, crs: str) -> Made:
    """Read the study area's wards.

    Parameters
    ----------
    path : Path
        GeoJSON as the ONS serves it.
    entry : TableSource
        Its columns, and which rows are the study area's.
    crs : str
        The study area's CRS.

    Returns
    -------
    Made
        Table ``wards``.

    Raises
    ------
    SourceError
        If the file holds no shapes.
    DataError
        If a column is missing or no row is left.
    """
    shapes = _read_shapes(path, entry, crs=crs).set_index("ward_code").sort_index()
    shapes, notes = polygons_only(shapes)
    return Made(require_table("wards", shapes[["ward_name", "geometry"]], where=str(path)), notes)


def ward_lookup(path: Path, entry: TableSource, ward_codes: pd.Index) -> pd.Series:
    """Read the best-fit lookup.

    Parameters
    ----------
    path : Path
        CSV as the ONS serves it.
    entry : TableSource
        Its columns, and which rows are the study area's.
    ward_codes : Index
        The codes of the wards table.

    Returns
    -------
    Series
        ``ward_code`` by ``lsoa_code``.

    Raises
    ------
    DataError
        If an LSOA stands there twice, or a ward is not one of the wards.
    """
    rows = read_rows(path, entry.columns, where=entry.where)
    faults = [
        f"line {line}, column '{entry.columns['lsoa_code']}': {code} stands in the table more than once"
        for line, code in rows["lsoa_code"][rows["lsoa_code"].duplicated()].items()
    ]
    faults += [
        f"line {line}, column '{entry.columns['lsoa_code']}': is empty"
        for line in rows.index[rows["lsoa_code"].isna()]
    ]
    strange = rows[~rows["ward_code"].isin(ward_codes)]
    faults += [
        f"line {line}, column '{entry.columns['ward_code']}': {ward!r} (LSOA {lsoa}) is not one of the wards"
        for line, lsoa, ward in strange[["lsoa_code", "ward_code"]].itertuples()
    ]
    if faults:
        raise DataError(
            f"The lookup has {len(faults)} fault{'s' if len(faults) > 1 else ''}: " + "; ".join(faults[:20]),
            where=str(path),
            do="Use the lookup of the same year as the wards.",
        )
    return rows.set_index("lsoa_code")["ward_code"]


def lsoas(path: Path, entry: TableSource, lookup: pd.Series, *, crs: str) -> Made:
    """Read the outlines of the lookup's LSOAs.

    Parameters
    ----------
    path : Path
        GeoJSON as the ONS serves it.
    entry : TableSource
        Its columns.
    lookup : Series
        From `ward_lookup`; it says which LSOAs are the study area's.
    crs : str
        The study area's CRS.

    Returns
    -------
    Made
        Table ``lsoas``.
    """
    shapes = _read_shapes(path, entry, crs=crs)
    shapes = shapes[shapes["lsoa_code"].isin(lookup.index)].set_index("lsoa_code").sort_index()
    require_all(shapes.index, lookup.index, what="LSOAs of the lookup", where=str(path))
    shapes, notes = polygons_only(shapes)
    shapes["ward_code"] = lookup.reindex(shapes.index).astype("str")
    columns = ["lsoa_name", "ward_code", "geometry"]
    if "lsoa_name" not in shapes:
        shapes["lsoa_name"] = pd.Series(None, index=shapes.index, dtype="str")
    table = require_table("lsoas", shapes[columns], where=str(path))
    checked = [f"Each of the {len(table):,} LSOAs of the lookup has an outline and one of the wards."]
    return Made(table, notes, checked)


def polygons_only(shapes: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Repair outlines that cross themselves, keeping surfaces only, and say how many there were."""
    crossed = ~shapes.geometry.is_valid & shapes.geometry.notna()
    repaired = shapes.geometry.where(
        ~crossed, shapes.geometry.make_valid(method="structure", keep_collapsed=False)
    )
    notes = [f"{crossed.sum()} outlines crossed themselves and were repaired."] if crossed.any() else []
    return shapes.set_geometry(repaired), notes


def _read_shapes(path: Path, entry: TableSource, *, crs: str) -> gpd.GeoDataFrame:
    try:
        shapes = gpd.read_file(path)
    except (DataSourceError, DataLayerError) as error:
        raise SourceError(
            "The file cannot be read as shapes (GeoJSON).",
            where=str(path),
            do="Fetch it again; a web page or an error message may have been saved under its name.",
        ) from error
    if not isinstance(shapes, gpd.GeoDataFrame) or shapes.crs is None:
        raise SourceError(
            "The file holds no shapes with a coordinate reference system.",
            where=str(path),
            do="Fetch it again as GeoJSON.",
        )
    header = shapes.columns.drop(shapes.geometry.name)
    found = require_columns(header, entry.columns, where=str(path))
    conditions = require_columns(header, {c: c for c in entry.where}, where=str(path))
    for column, value in entry.where.items():
        shapes = shapes[shapes[conditions[column]].astype("str") == value]
    if shapes.empty:
        raise no_rows_left(entry.where, path)
    table = {ours: shapes[published].astype("str") for ours, published in found.items()}
    flat = shapely.force_2d(shapes.geometry.to_numpy())
    outlines = gpd.GeoDataFrame(table, geometry=flat, crs=shapes.crs, index=shapes.index).to_crs(crs)
    _require_surfaces(outlines, path)
    return outlines


def _require_surfaces(outlines: gpd.GeoDataFrame, path: Path) -> None:
    """Raise where an outline is no polygon, or lies nowhere on the planet (metres taken for degrees)."""
    geometry = outlines.geometry.to_numpy()
    codes = outlines[next(column for column in outlines if column.endswith("_code"))]
    no_polygon = (shapely.get_dimensions(geometry) != 2) & ~shapely.is_missing(geometry)
    nowhere = np.isinf(shapely.bounds(geometry)).any(axis=1)
    faults = [f"row {code}, column geometry: is no polygon" for code in codes[no_polygon]]
    faults += [f"row {code}, column geometry: does not fit the file's CRS" for code in codes[nowhere]]
    if faults:
        raise DataError(
            f"The file has {len(faults)} unusable outline{'s' if len(faults) > 1 else ''}: "
            + "; ".join(faults[:MOST_FAULTS_SHOWN]),
            where=str(path),
            do="Fetch it again as GeoJSON polygons in longitude and latitude.",
        )
