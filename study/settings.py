"""Machine settings, from the environment."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """Return the folder that holds study areas, the preview and prepared data.

    ``STRONG_PLACES_DATA`` names another one, for tests and for machines where the program's own
    folder cannot be written to.
    """
    named = os.environ.get("STRONG_PLACES_DATA")
    return Path(named).expanduser() if named else REPOSITORY / "data"


def study_area_folder() -> Path:
    """Return the folder of the study areas' TOML files (``STRONG_PLACES_STUDY_AREAS`` names another)."""
    named = os.environ.get("STRONG_PLACES_STUDY_AREAS")
    return Path(named).expanduser() if named else REPOSITORY / "data" / "study_areas"


def prepared_folder(slug: str) -> Path:
    """Return the folder of a study area's prepared tables."""
    return data_folder() / "prepared" / slug


def is_prepared(slug: str) -> bool:
    """Return whether a study area has been prepared on this machine."""
    return (prepared_folder(slug) / "manifest.json").is_file()


def cache_folder(slug: str) -> Path:
    """Return the folder of what was worked out from a study area's prepared tables, to be worked out only once."""
    return data_folder() / "cache" / slug


def starter_folder(slug: str) -> Path:
    """Return the folder of a study area's preview tables, which the project itself carries."""
    return REPOSITORY / "data" / "starter" / slug


def default_study_area() -> str:
    """Return the slug of the study area that opens first (``STRONG_PLACES_AREA``, else Leeds)."""
    return os.environ.get("STRONG_PLACES_AREA", "leeds")
