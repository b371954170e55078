"""Study areas: one TOML file each in data/study_areas. A new city needs no change in Python."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pyproj import CRS
from pyproj.exceptions import CRSError as PyprojCrsError

from study.errors import ConfigError
from study.settings import study_area_folder

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


class _Strict(BaseModel):
    """Unknown keys are errors that name the key, so a typing slip is never silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Centre(_Strict):
    """The city centre, WGS 84 degrees."""

    name: str
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class TableSource(_Strict):
    """Where one table comes from, and what its columns are called there.

    Attributes
    ----------
    source : str
        The dataset's id in data/sources.toml.
    columns : dict
        Our column name -> the publisher's column name.
    where : dict
        Publisher's column -> the value a row must have to be kept.
    release : int or None
        Release year, for deprivation.
    required : bool
        Whether `prepare` fails without it.
    """

    source: str
    columns: dict[str, str] = {}
    where: dict[str, str] = {}
    release: int | None = None
    required: bool = True


class StudyArea(_Strict):
    """One study area, as its TOML file states it.

    Attributes
    ----------
    slug : str
        The file's name without ``.toml``; used in links and folders.
    name : str
        What people call the place.
    crs : str
        A projected CRS in metres, e.g. ``"EPSG:27700"``.
    country : str
        The name of the whole that national deciles speak of, e.g. "England".
    lad_code : str
        GSS code of the local authority; wards and postcodes are filtered on it.
    postcode_areas : tuple of str
        Postcode areas that touch the place, e.g. ``("LS", "WF")``; empty where there are none.
    assets_cover : {"study area", "streets"}
        Whether the asset source covers all of the study area, or only where it has streets.
    preview_not_collected : tuple of str
        Types of asset that the preview's source was never asked for, or only in part.
    not_here : dict of str to str
        Layers this place cannot have, and the sentence that says why.
    tables : dict of str to TableSource
        What `prepare` makes, from which source.
    demonstration : bool
        Whether the place is made up, which must be said wherever it is shown.
    """

    slug: str
    name: str
    crs: str
    country: str
    lad_code: str
    centre: Centre
    postcode_areas: tuple[str, ...] = ()
    assets_cover: Literal["study area", "streets"] = "study area"
    preview_sources: dict[str, str] = {}
    preview_deprivation_release: int | None = None
    preview_not_collected: tuple[str, ...] = ()
    not_here: dict[str, str] = {}
    tables: dict[str, TableSource] = {}
    demonstration: bool = False

    @field_validator("crs")
    @classmethod
    def _projected_in_metres(cls, value: str) -> str:
        try:
            crs = CRS.from_user_input(value)
        except PyprojCrsError as error:
            raise ValueError(f"not a known CRS: {value}") from error
        if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
            raise ValueError(f"must be projected, in metres: {value}")
        return value


def study_area_slugs(folder: Path | None = None) -> list[str]:
    """Return the slugs of all study areas, in alphabetical order."""
    return sorted(p.stem for p in (folder or study_area_folder()).glob("*.toml"))


def read_study_area(slug: str, *, folder: Path | None = None) -> StudyArea:
    """Read one study area.

    Parameters
    ----------
    slug : str
        The TOML file's name without its ending.
    folder : Path, optional
        Where the TOML files are; the project's own by default.

    Raises
    ------
    ConfigError
        If there is no such study area, or its file has faults (all named together).
    """
    folder = folder or study_area_folder()
    path = folder / f"{slug}.toml"
    # The slug can come from a link: nothing but a plain name may become a path.
    if not SLUG.fullmatch(slug) or not path.is_file():
        raise ConfigError(
            f"There is no study area called '{slug[:40]}'.",
            do=f"Choose one of: {', '.join(study_area_slugs(folder)) or 'none yet'}.",
        )
    try:
        return StudyArea.model_validate({**tomllib.loads(path.read_text("utf-8")), "slug": slug})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The study area's file is not valid TOML: {error}", where=str(path)) from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
        raise ConfigError(
            "The study area's file has faults: " + "; ".join(faults),
            where=str(path),
            do="Correct or remove the keys named.",
        ) from error
