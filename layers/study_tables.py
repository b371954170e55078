"""All tables of one study area, from `prepared/` when it is there, else from the preview the project carries."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from boundaries.assign import assign_points
from layers.assets import assets_from_tags, merge_duplicates
from layers.categories import read_asset_rules
from layers.population import read_postcodes, resident_points
from study.area import StudyArea
from study.crs import WGS84
from study.errors import DataError, NotPreparedError
from study.settings import prepared_folder, starter_folder
from study.tables import require_table

GEOGRAPHIC = {
    "wards",
    "lsoas",
    "resident_points",
    "assets",
    "green_space",
    "stops",
    "water",
    "street_lines",
    "timetable",
}
OPTIONAL = (
    *("deprivation", "deprivation_2019", "connectivity", "broadband"),
    *("green_space", "stops", "water", "street_lines", "timetable"),
)


@dataclass(frozen=True)
class StudyTables:
    """One study area's checked tables. Never changed after reading: all visitors share them.

    Attributes
    ----------
    area : StudyArea
        The place.
    origin : {"prepared", "preview"}
        Where the tables came from.
    fingerprint : str
        Changes whenever a table changes; part of every cached address.
    sources : dict of str to str
        Table -> source id in data/sources.toml.
    notes : dict of str to tuple of str
        Table -> what was met while it was made.
    missing : dict of str to str
        Layer -> why this place does not have it.
    not_collected : tuple of str
        Types of asset that the source was never asked for, or only in part, whatever rows it holds.
    made_at : str
        When the tables were prepared, ISO 8601; empty for the preview.
    deprivation_2019 : DataFrame or None
        The release before, on LSOAs whose outlines are not here: a table only, never set beside the other.
    deprivation_release : int or None
        Year of the Indices shown.
    """

    area: StudyArea
    origin: str
    fingerprint: str
    wards: gpd.GeoDataFrame
    lsoas: gpd.GeoDataFrame
    population: pd.DataFrame
    resident_points: gpd.GeoDataFrame
    assets: gpd.GeoDataFrame
    deprivation: pd.DataFrame | None = None
    deprivation_2019: pd.DataFrame | None = None
    connectivity: pd.DataFrame | None = None
    broadband: pd.DataFrame | None = None
    green_space: gpd.GeoDataFrame | None = None
    stops: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    street_lines: gpd.GeoDataFrame | None = None
    timetable: gpd.GeoDataFrame | None = None
    deprivation_release: int | None = None
    display_folder: Path | None = None
    streets_folder: Path | None = None
    timetable_folder: Path | None = None
    sources: dict[str, str] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    not_collected: tuple[str, ...] = ()
    made_at: str = ""

    def rows(self) -> dict[str, int]:
        """Return the number of rows of every table that is here."""
        names = ("wards", "lsoas", "population", "resident_points", "assets", *OPTIONAL)
        return {n: len(getattr(self, n)) for n in names if getattr(self, n) is not None}


def data_version(area: StudyArea) -> str:
    """Return a short text that changes when the area's data on disk changes; cheap enough for every request.

    Raises
    ------
    NotPreparedError
        If there is neither prepared data nor a preview; the message names the command.
    """
    manifest = prepared_folder(area.slug) / "manifest.json"
    if manifest.is_file():
        return f"prepared-{manifest.stat().st_mtime_ns}"
    if (starter_folder(area.slug) / "wards.geojson").is_file():
        return "preview"
    raise NotPreparedError(
        f"The data for {area.name} has not been prepared on this machine yet.",
        do=f"Run: python -m prepare {area.slug} --mirror FOLDER (the folder that holds the source files), "
        "then reload this page.",
    )


def read_study_tables(area: StudyArea) -> StudyTables:
    """Read a study area's tables and check each at the door.

    Raises
    ------
    NotPreparedError
        If there is neither prepared data nor a preview.
    DataError
        If a table has faults.
    """
    return _read_prepared(area) if data_version(area) != "preview" else _read_preview(area)


def _read_prepared(area: StudyArea) -> StudyTables:
    folder = prepared_folder(area.slug)
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        entries, fingerprint = manifest["tables"], manifest["fingerprint"]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise DataError(
            f"The prepared data for {area.name} cannot be read.",
            where=str(folder / "manifest.json"),
            do=f"Prepare it again: python -m prepare {area.slug} --mirror FOLDER",
        ) from error
    tables: dict[str, pd.DataFrame] = {}
    for name in ("wards", "lsoas", "population", "resident_points", "assets", *OPTIONAL):
        path = folder / f"{name}.parquet"
        if path.is_file():
            tables[name] = require_table(name, _read_parquet(name, path, area), where=str(path))
        elif name not in OPTIONAL:
            raise DataError(
                f"The prepared data for {area.name} lacks the table '{name}'.",
                where=str(path),
                do=f"Prepare it again: python -m prepare {area.slug} --mirror FOLDER",
            )
    release = area.tables["deprivation"].release if "deprivation" in tables else None
    return StudyTables(
        area=area,
        origin="prepared",
        fingerprint=fingerprint,
        deprivation_release=release,
        display_folder=folder / "display",
        streets_folder=folder / "streets" if (folder / "streets").is_dir() else None,
        timetable_folder=folder / "timetable" if (folder / "timetable").is_dir() else None,
        sources={n: e["source"] for n, e in entries.items()},
        notes={n: tuple(e.get("notes", ())) for n, e in entries.items()},
        missing={**area.not_here, **manifest.get("missing", {})},
        made_at=manifest.get("made_at", ""),
        **{**tables, "assets": _with_zones(tables["assets"], tables["wards"], tables["lsoas"])},
    )


def _read_parquet(name: str, path: Path, area: StudyArea) -> pd.DataFrame:
    try:
        return gpd.read_parquet(path) if name in GEOGRAPHIC else pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise DataError(
            f"The prepared table '{name}' of {area.name} cannot be read.",
            where=str(path),
            do=f"Prepare it again: python -m prepare {area.slug} --mirror FOLDER",
        ) from error


def _with_zones(
    assets: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, lsoas: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Add the ward and LSOA each asset lies in; missing for those just over the boundary."""
    return assets.assign(ward_code=assign_points(assets, wards), lsoa_code=assign_points(assets, lsoas))


def _read_preview(area: StudyArea) -> StudyTables:
    folder = starter_folder(area.slug)
    wards = _read_shapes(folder / "wards.geojson", "wards", "ward_code", area.crs)
    facts_file = folder / "lsoas_2021_imd2025.csv"
    facts = pd.read_csv(facts_file, index_col="lsoa_code")
    codes = {name: code for code, name in wards["ward_name"].items()}
    unknown = sorted(set(facts["ward_name"]) - set(codes))
    if unknown:
        raise DataError(f"Wards without an outline: {', '.join(unknown)}", where=str(facts_file))
    shapes = gpd.read_file(folder / "lsoas_2021.geojson").set_index("lsoa_code").to_crs(area.crs)
    shapes.geometry = shapes.geometry.make_valid()
    lsoas = require_table(
        "lsoas",
        shapes.assign(lsoa_name=None, ward_code=facts["ward_name"].map(codes).reindex(shapes.index)),
        where=str(folder / "lsoas_2021.geojson"),
    )
    population = require_table(
        "population", facts[["population"]].rename(columns={"population": "residents"}), where=str(facts_file)
    )
    deprivation = require_table(
        "deprivation", facts.drop(columns=["population", "ward_name"]), where=str(facts_file)
    )
    connectivity_file = folder / "lsoas_2021_geographical_barriers.csv"
    connectivity = pd.read_csv(connectivity_file, index_col="lsoa_code").rename(
        columns=lambda c: c.replace("geographical_barriers", "connectivity")
    )
    points = resident_points(lsoas, population, read_postcodes(area.postcode_areas), lad_code=area.lad_code)
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.read_bytes())
    return StudyTables(
        area=area,
        origin="preview",
        fingerprint=digest.hexdigest()[:16],
        wards=wards,
        lsoas=lsoas,
        population=population,
        resident_points=require_table("resident_points", points, where="postcode package"),
        assets=_with_zones(_read_preview_assets(folder / "assets.csv", area), wards, lsoas),
        deprivation=deprivation,
        connectivity=require_table("connectivity", connectivity, where=str(connectivity_file)),
        green_space=_read_preview_green(folder / "green_spaces.geojson", area.crs),
        deprivation_release=area.preview_deprivation_release,
        sources=dict(area.preview_sources),
        not_collected=area.preview_not_collected,
        missing={
            "broadband": "The preview has no broadband indicator; preparing the area adds it.",
            **area.not_here,
        },
    )


def _read_shapes(path: Path, table: str, index: str, crs: str) -> gpd.GeoDataFrame:
    shapes = gpd.read_file(path).set_index(index).to_crs(crs)
    shapes.geometry = shapes.geometry.make_valid()
    return require_table(table, shapes, where=str(path))


def _read_preview_green(path: Path, crs: str) -> gpd.GeoDataFrame:
    shapes = gpd.read_file(path).rename(columns={"osm_id": "green_id", "name": "green_name"})
    shapes = shapes.set_index("green_id").to_crs(crs)
    shapes.geometry = shapes.geometry.make_valid()
    return require_table("green_space", shapes.assign(is_public=True), where=str(path))


def preview_tags(kind: str) -> dict[str, str]:
    """Return the tags that a preview row's `kind` stands for.

    ``amenity=social_facility:outreach:for=child`` is ``amenity=social_facility``,
    ``social_facility=outreach``, ``social_facility:for=child``.
    """
    main, *rest = kind.split(":")
    key, value = main.split("=", 1)
    tags = {key: value}
    for part in rest:
        if "=" in part:
            name, detail = part.split("=", 1)
            tags[f"{value}:for" if name == "for" else name] = detail
        elif part == "disused":
            tags[f"disused:{key}"] = value
        else:
            tags[value] = part
    return tags


def _read_preview_assets(path: Path, area: StudyArea) -> gpd.GeoDataFrame:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, index_col="osm_id")
    points = gpd.points_from_xy(rows["lon"].astype(float), rows["lat"].astype(float), crs=WGS84)
    places = gpd.GeoDataFrame(index=rows.index, geometry=points).to_crs(area.crs)
    tags = [
        {
            **preview_tags(row.kind),
            "name": row.name_,
            "addr:postcode": row.postcode,
            "wheelchair": row.wheelchair,
            "operator": row.operator,
            "website": row.website,
        }
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]
    assets = merge_duplicates(assets_from_tags(places, tags, rules=read_asset_rules()))
    return require_table("assets", assets, where=str(path))
