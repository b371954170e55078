"""Where source files come from: a mirror on disk, read in place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from prepare.files import MirrorFiles, checksum, source_of
from study.errors import ConfigError, SourceError


def put(root: Path, file: str) -> Path:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("content")
    return path


def test_a_file_is_found_in_the_folder_its_register_entry_names(tmp_path: Path):
    path = put(tmp_path, "newport/WD22_BSC_newport.geojson")
    assert MirrorFiles(tmp_path).path_of("ons_wards_2022_newport", slug="newport") == path


def test_study_areas_may_share_a_file(tmp_path: Path):
    path = put(tmp_path, "leeds/census/census2021_residents_by_age_band_lsoa21.csv")
    files = MirrorFiles(tmp_path)
    assert files.path_of("ons_census_age_2021", slug="newport") == path
    assert files.path_of("ons_census_age_2021", slug="leeds") == path


def test_a_missing_file_is_named_with_its_dataset_and_where_to_get_it(tmp_path: Path):
    with pytest.raises(SourceError) as caught:
        MirrorFiles(tmp_path).path_of("ons_wards_2025", slug="leeds")
    assert "'Ward boundaries' (December 2025) is missing" in caught.value.what
    assert caught.value.where == str(tmp_path / "leeds" / "ons" / "WD_DEC_2025_UK_BGC.geojson")
    assert source_of("ons_wards_2025").url in caught.value.do


def test_a_dataset_that_is_no_file_cannot_be_read_from_a_mirror(tmp_path: Path):
    with pytest.raises(ConfigError, match="'onspd_qlac' has no file"):
        MirrorFiles(tmp_path).path_of("onspd_qlac", slug="leeds")


def test_an_unknown_dataset_is_named_with_those_that_are_known():
    with pytest.raises(ConfigError, match="'ons_wards_1999' is not in the register") as caught:
        source_of("ons_wards_1999")
    assert "ons_wards_2025" in caught.value.do


def test_a_mirror_that_is_not_there_or_is_no_folder_is_a_fault(tmp_path: Path):
    for root in (tmp_path / "nowhere", put(tmp_path, "file.txt")):
        with pytest.raises(SourceError, match="--mirror does not exist") as caught:
            MirrorFiles(root)
        assert caught.value.where == str(root)


def test_a_checksum_is_that_of_the_whole_file(tmp_path: Path):
    path = tmp_path / "large.bin"
    content = bytes(range(256)) * 5000
    path.write_bytes(content)
    assert checksum(path) == hashlib.sha256(content).hexdigest()
