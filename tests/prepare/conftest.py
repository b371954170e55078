"""Fixtures of the room `prepare/`: Toyford by hand, and Leeds and Newport from the mirror of real files."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from layers.study_tables import GEOGRAPHIC
from prepare.command import main
from study.settings import REPOSITORY
from tests.prepare.toyford import Toyford, square


@dataclass(frozen=True)
class Prepared:
    """What one run of the command left behind, and what it said."""

    folder: Path
    out: str = ""
    err: str = ""

    @property
    def manifest(self) -> dict:
        return json.loads((self.folder / "manifest.json").read_text("utf-8"))

    def table(self, name: str) -> pd.DataFrame:
        read = gpd.read_parquet if name in GEOGRAPHIC else pd.read_parquet
        return read(self.folder / f"{name}.parquet")

    def shapes(self, name: str) -> dict:
        return json.loads((self.folder / "display" / f"{name}.geojson").read_text("utf-8"))


@pytest.fixture
def wards() -> gpd.GeoDataFrame:
    """Toyford's two wards, as the table that `prepare` makes of them."""
    return gpd.GeoDataFrame(
        {"ward_name": ["West", "East"]},
        index=["E05000001", "E05000002"],
        geometry=[square(0, 0, 1000, 1000), square(1000, 0, 2000, 1000)],
        crs="EPSG:27700",
    ).rename_axis("ward_code")


@pytest.fixture
def toyford(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toyford:
    """Toyford's source files, with the environment pointing at them."""
    monkeypatch.setenv("STRONG_PLACES_STUDY_AREAS", str(tmp_path / "study_areas"))
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path / "data"))
    return Toyford(tmp_path)


@pytest.fixture(scope="session")
def prepared_toyford(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Toyford as it stands, prepared once for the tests that only look at it."""
    town = Toyford(tmp_path_factory.mktemp("toyford"))
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("STRONG_PLACES_STUDY_AREAS", str(town.root / "study_areas"))
        patch.setenv("STRONG_PLACES_DATA", str(town.root / "data"))
        status = town.prepare()
    if status != 0:
        pytest.fail(f"Toyford could not be prepared:\n{err.getvalue()}")
    return Prepared(town.prepared, out.getvalue(), err.getvalue())


def _mirror() -> Path:
    named = os.environ.get("STRONG_PLACES_MIRROR")
    return Path(named) if named else REPOSITORY.parent / "shared" / "mirror"


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of real files; the test is skipped where it is absent."""
    folder = _mirror()
    if not folder.is_dir():
        pytest.skip(f"the mirror of real files is not here ({folder}); STRONG_PLACES_MIRROR names another")
    return folder


def _really_prepared(slug: str, mirror: Path, factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    data = factory.mktemp(f"data-{slug}")
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("STRONG_PLACES_DATA", str(data))
        patch.delenv("STRONG_PLACES_STUDY_AREAS", raising=False)
        status = main([slug, "--mirror", str(mirror)])
    if status != 0:
        pytest.fail(f"python -m prepare {slug} --mirror ... ended with status {status}:\n{err.getvalue()}")
    yield Prepared(data / "prepared" / slug, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def leeds(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Leeds, prepared from the real files once for all tests."""
    yield from _really_prepared("leeds", mirror, tmp_path_factory)


@pytest.fixture(scope="session")
def newport(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Newport, prepared from the real files once for all tests."""
    yield from _really_prepared("newport", mirror, tmp_path_factory)
