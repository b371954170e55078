"""Fixtures of the pages: the preview of Leeds as it opens anywhere, and Toytown as if it had been prepared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app_pages._tables import Study, study
from layers.study_tables import StudyTables
from tests.app_pages.visit import Visit
from tests.toytown import toytown

# The study area's file, as a person would write it; the rest of the town is in tests/toytown.py.
TOYTOWN_TOML = """
name = "Toytown"
crs = "EPSG:27700"
country = "England"
lad_code = "E99000009"

[centre]
name = "Market Cross"
lon = -1.9562
lat = 53.5057

[tables.deprivation]
source = "mhclg_imd_2025"
release = 2025
"""


@pytest.fixture
def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing was prepared."""
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path))
    for name in ("STRONG_PLACES_AREA", "STRONG_PLACES_STUDY_AREAS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def visit(preview: None) -> Visit:
    """A new visitor to the preview of Leeds."""
    return Visit()


@pytest.fixture
def leeds(preview: None) -> Study:
    """The preview of Leeds, as the pages hold it."""
    return study("leeds")


@pytest.fixture(scope="session")
def toytown_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Toytown's tables as `prepare` would have left them."""
    return write_town(tmp_path_factory.mktemp("toytown"), toytown())


@pytest.fixture
def use_town(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Let the pages open on a folder written by `write_town`."""

    def use(folder: Path) -> None:
        monkeypatch.setenv("STRONG_PLACES_DATA", str(folder))
        monkeypatch.setenv("STRONG_PLACES_STUDY_AREAS", str(folder / "study_areas"))
        monkeypatch.setenv("STRONG_PLACES_AREA", "toytown")

    return use


@pytest.fixture
def in_toytown(toytown_on_disk: Path, use_town: Callable[[Path], None]) -> Visit:
    """A new visitor to Toytown, where every answer is known beforehand."""
    use_town(toytown_on_disk)
    return Visit()


@pytest.fixture
def town() -> Study:
    """Toytown, as the pages would hold it."""
    return Study(toytown())


def write_town(folder: Path, tables: StudyTables) -> Path:
    """Write tables and a study area's file so that pages can open them, and return the folder."""
    areas, prepared = folder / "study_areas", folder / "prepared" / "toytown"
    areas.mkdir()
    prepared.mkdir(parents=True)
    (areas / "toytown.toml").write_text(TOYTOWN_TOML, "utf-8")
    # The pages work these out anew for each asset.
    tables = replace(tables, assets=tables.assets.drop(columns=["ward_code", "lsoa_code"]))
    for name in tables.rows():
        getattr(tables, name).to_parquet(prepared / f"{name}.parquet")
    entries = {name: {"source": source} for name, source in tables.sources.items()}
    manifest = {"tables": entries, "fingerprint": tables.fingerprint}
    (prepared / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder
