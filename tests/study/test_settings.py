"""Machine settings come from the environment, with the project's own folders as their defaults."""

from pathlib import Path

import pytest

from study import settings


def test_without_an_environment_the_projects_own_folders_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STRONG_PLACES_DATA", "STRONG_PLACES_STUDY_AREAS", "STRONG_PLACES_AREA"):
        monkeypatch.delenv(name, raising=False)
    assert (settings.REPOSITORY / "pyproject.toml").is_file()
    assert settings.data_folder() == settings.REPOSITORY / "data"
    assert settings.study_area_folder() == settings.REPOSITORY / "data" / "study_areas"
    assert settings.prepared_folder("leeds") == settings.REPOSITORY / "data" / "prepared" / "leeds"
    assert settings.default_study_area() == "leeds"


def test_the_environment_moves_data_and_study_areas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("STRONG_PLACES_STUDY_AREAS", str(tmp_path / "areas"))
    monkeypatch.setenv("STRONG_PLACES_AREA", "newport")
    assert settings.prepared_folder("leeds") == tmp_path / "data" / "prepared" / "leeds"
    assert settings.study_area_folder() == tmp_path / "areas"
    assert settings.default_study_area() == "newport"


def test_the_preview_stays_with_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path))
    assert (settings.starter_folder("leeds") / "wards.geojson").is_file()


def test_a_tilde_means_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("STRONG_PLACES_DATA", "~/maps")
    assert settings.data_folder() == tmp_path / "maps"
