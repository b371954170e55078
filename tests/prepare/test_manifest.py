"""The record of what was prepared, and the fingerprint that stands for it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from layers.study_tables import read_study_tables
from prepare.manifest import FINGERPRINT_LENGTH, fingerprint
from study.area import read_study_area
from study.settings import REPOSITORY
from tests.prepare.conftest import Prepared
from tests.prepare.toyford import (
    BROADBAND,
    CENSUS,
    IMD_2019,
    IMD_2025,
    LOOKUP,
    LSOA_SHAPES,
    PBF,
    WARDS,
    Toyford,
)

FILES = {
    "mhclg_imd_2019": IMD_2019,
    "mhclg_imd_2025": IMD_2025,
    "mhclg_imd_2025_barriers": BROADBAND,
    "ons_census_age_2021": CENSUS,
    "ons_lookup_lsoa21_ward25": LOOKUP,
    "ons_lsoas_2021": LSOA_SHAPES,
    "ons_wards_2025": WARDS,
    "osm_leeds_mirror": PBF,
}
ROWS = {
    "wards": 2,
    "lsoas": 4,
    "population": 4,
    "deprivation": 4,
    "deprivation_2019": 2,
    "broadband": 4,
    "resident_points": 4,
    "assets": 12,
    "green_space": 3,
    "stops": 2,
    "water": 1,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A prepared folder of the simplest kind."""
    place = tmp_path / "place"
    (place / "display").mkdir(parents=True)
    (place / "wards.parquet").write_bytes(b"wards")
    (place / "display" / "wards.geojson").write_bytes(b"shapes")
    return place


def test_the_same_files_elsewhere_have_the_same_fingerprint(folder: Path, tmp_path: Path):
    shutil.copytree(folder, tmp_path / "elsewhere")
    assert fingerprint(folder) == fingerprint(tmp_path / "elsewhere")
    assert len(fingerprint(folder)) == FINGERPRINT_LENGTH


def test_the_manifest_itself_does_not_count(folder: Path):
    before = fingerprint(folder)
    (folder / "manifest.json").write_text("made today")
    assert fingerprint(folder) == before


@pytest.mark.parametrize("file", ["wards.parquet", "display/wards.geojson"])
def test_any_changed_byte_changes_it(folder: Path, file: str):
    before = fingerprint(folder)
    (folder / file).write_bytes((folder / file).read_bytes().upper())
    assert fingerprint(folder) != before


def test_a_file_more_or_under_another_name_changes_it(folder: Path):
    seen = {fingerprint(folder)}
    (folder / "wards.parquet").rename(folder / "lsoas.parquet")
    seen.add(fingerprint(folder))
    (folder / "more.parquet").write_bytes(b"")
    seen.add(fingerprint(folder))
    assert len(seen) == 3


def test_the_same_sources_give_the_same_fingerprint(toyford: Toyford, prepared_toyford: Prepared):
    assert toyford.prepare() == 0
    first = Prepared(toyford.prepared).manifest
    assert toyford.prepare() == 0
    assert Prepared(toyford.prepared).manifest["fingerprint"] == first["fingerprint"]
    # Another folder, the same files.
    assert prepared_toyford.manifest["fingerprint"] == first["fingerprint"]


def test_in_a_process_of_its_own_the_fingerprint_is_the_same(toyford: Toyford, prepared_toyford: Prepared):
    # Sets of texts come in another order in each process, unless it is fixed.
    env = {**os.environ, "PYTHONHASHSEED": "1234"}
    command = [sys.executable, "-m", "prepare", "toyford", "--mirror", str(toyford.write())]
    done = subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Prepared(toyford.prepared).manifest["fingerprint"] == prepared_toyford.manifest["fingerprint"]


def test_another_name_in_the_sources_gives_another_fingerprint(toyford: Toyford, prepared_toyford: Prepared):
    toyford.extract.node(1, 100, 100, amenity="pub", name="The Old Anchor")
    assert toyford.prepare() == 0
    assert Prepared(toyford.prepared).manifest["fingerprint"] != prepared_toyford.manifest["fingerprint"]


def test_every_table_stands_in_the_manifest_with_rows_source_and_vintage(prepared_toyford: Prepared):
    tables = prepared_toyford.manifest["tables"]
    rows = {name: entry["rows"] for name, entry in tables.items()}
    assert rows.pop("street_lines") == len(prepared_toyford.table("street_lines"))
    assert rows == ROWS
    assert {name: len(prepared_toyford.table(name)) for name in ROWS} == ROWS
    assert tables["wards"]["source"] == "ons_wards_2025"
    assert tables["wards"]["vintage"] == "December 2025"
    # Water is taken from the file that green space is taken from.
    assert tables["water"]["source"] == "osm_leeds_mirror"
    assert tables["population"]["notes"] == ["1,000 residents in 4 LSOAs."]


def test_each_file_read_stands_in_the_manifest_with_its_checksum(
    toyford: Toyford, prepared_toyford: Prepared
):
    mirror = toyford.write()
    files = prepared_toyford.manifest["files"]
    assert {source: entry["name"] for source, entry in files.items()} == {
        source: Path(file).name for source, file in FILES.items()
    }
    for source, file in FILES.items():
        content = (mirror / file).read_bytes()
        assert files[source]["bytes"] == len(content)
        assert files[source]["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_manifest_says_whose_it_is_when_it_was_made_and_what_was_checked(prepared_toyford: Prepared):
    manifest = prepared_toyford.manifest
    assert manifest["slug"] == "toyford"
    assert datetime.fromisoformat(manifest["made_at"]).tzinfo is not None
    assert manifest["missing"] == {}
    assert "The residents placed at points add up to those of the LSOAs." in manifest["checked"]


def test_the_program_reads_back_what_was_prepared(toyford: Toyford):
    assert toyford.prepare() == 0
    tables = read_study_tables(read_study_area("toyford"))
    manifest = Prepared(toyford.prepared).manifest
    assert tables.origin == "prepared"
    assert tables.fingerprint == manifest["fingerprint"]
    assert tables.deprivation_release == 2025
    assert tables.missing == {"connectivity": "Toyford has no score."}
    assert tables.sources["assets"] == "osm_leeds_mirror"
    assert tables.notes["population"] == ("1,000 residents in 4 LSOAs.",)
    read = tables.rows()
    assert {name: read[name] for name in ROWS if name in read} == {
        name: ROWS[name] for name in ROWS if name in read
    }
    assert set(ROWS) - set(read) <= {"deprivation_2019"}
