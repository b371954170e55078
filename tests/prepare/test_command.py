"""The command: its exit status, what it leaves on disk, and what it leaves alone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

from prepare.command import FAILED, INTERRUPTED, OK, WRONG_ARGUMENTS, main
from prepare.swap import sole_preparation
from study.settings import REPOSITORY
from tests.prepare.conftest import Prepared
from tests.prepare.toyford import CENSUS, IMD_2025, LOOKUP, LSOA_SHAPES, PBF, WARDS, Toyford

TABLES = [
    "assets",
    "broadband",
    "deprivation",
    "deprivation_2019",
    "green_space",
    "lsoas",
    "population",
    "resident_points",
    "stops",
    "street_lines",
    "wards",
    "water",
]
DRAWN = ("green_space", "lsoas", "street_lines", "wards", "water")


def on_disk(folder: Path) -> dict[str, str]:
    """Return every file under a folder and the checksum of what is in it; none for no folder."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def data(toyford: Toyford) -> dict[str, str]:
    """Return everything in the data folder but the lock, which is empty and stays."""
    return {
        name: digest for name, digest in on_disk(toyford.root / "data").items() if not name.endswith(".lock")
    }


# ---- status 0


def test_what_is_written_is_the_tables_the_streets_the_shapes_and_the_manifest(prepared_toyford: Prepared):
    files = [name for name in on_disk(prepared_toyford.folder) if not name.startswith("streets/")]
    assert sorted(files) == sorted(
        [f"{name}.parquet" for name in TABLES]
        + [f"display/{name}.geojson" for name in DRAWN]
        + ["manifest.json"]
    )
    assert (prepared_toyford.folder / "streets").is_dir()


def test_nothing_but_the_lock_lies_beside_what_is_served(prepared_toyford: Prepared):
    parent = prepared_toyford.folder.parent
    assert sorted(p.name for p in parent.iterdir()) == [".toyford.lock", "toyford"]
    assert [p.name for p in parent.parent.iterdir()] == ["prepared"]


def test_source_files_are_read_in_place_and_never_copied_or_changed(toyford: Toyford):
    mirror = toyford.write()
    before = on_disk(mirror)
    assert main(["toyford", "--mirror", str(mirror)]) == OK
    assert on_disk(mirror) == before
    assert set(before.values()).isdisjoint(data(toyford).values())


def test_a_second_run_with_fewer_sources_leaves_nothing_of_the_first(toyford: Toyford):
    assert toyford.prepare() == OK
    assert (toyford.prepared / "deprivation.parquet").is_file()
    toyford.without.add(IMD_2025)
    assert toyford.prepare() == OK
    assert not (toyford.prepared / "deprivation.parquet").exists()


def test_an_optional_table_that_fails_is_told_and_the_rest_is_made(
    toyford: Toyford, capsys: pytest.CaptureFixture[str]
):
    column = "Crime Decile (where 1 is most deprived 10% of LSOAs)"
    toyford.tables[IMD_2025].loc[1, column] = "worst"
    assert toyford.prepare() == OK
    said = capsys.readouterr()
    assert (
        f"Deprivation (optional): The file has 1 unreadable cell: line 3, row E01000002, column '{column}': "
        "'worst' is not a number\n"
    ) in said.err
    assert IMD_2025 in said.err
    sentence = "Deprivation: it could not be made when the data for Toyford was prepared."
    assert f"missing: deprivation: {sentence}" in said.out
    prepared = Prepared(toyford.prepared)
    assert prepared.manifest["missing"] == {"deprivation": sentence}
    assert "deprivation" not in prepared.manifest["tables"]
    assert sorted(p.stem for p in toyford.prepared.glob("*.parquet")) == [
        t for t in TABLES if t != "deprivation"
    ]


# ---- status 1


@pytest.mark.parametrize("file", [WARDS, LSOA_SHAPES, LOOKUP, CENSUS, PBF], ids=lambda f: Path(f).name[:12])
def test_without_a_required_file_nothing_is_written(
    toyford: Toyford, capsys: pytest.CaptureFixture[str], file: str
):
    toyford.without.add(file)
    assert toyford.prepare() == FAILED
    said = capsys.readouterr()
    assert "Toyford was not prepared" in said.err
    assert f"Where: {toyford.root / 'mirror' / file}" in said.err
    assert "is prepared" not in said.out
    assert data(toyford) == {}


def test_faults_of_several_files_are_all_told_in_one_run(
    toyford: Toyford, capsys: pytest.CaptureFixture[str]
):
    toyford.tables[CENSUS].loc[0, "Total"] = "1,234"
    toyford.tables[CENSUS].loc[2, "Aged 15 years and under"] = "?"
    toyford.tables[IMD_2025].loc[3, "Income Decile (where 1 is most deprived 10% of LSOAs)"] = "12"
    mirror = toyford.write()
    (mirror / PBF).write_bytes(b"<html>Not found</html>")
    assert main(["toyford", "--mirror", str(mirror)]) == FAILED
    said = capsys.readouterr().err
    for fault in (
        "line 2, row E01000001, column 'Total': '1,234' is not a number",
        "line 4, row E01000003, column 'Aged 15 years and under': '?' is not a number",
        "row E01000004, column income_decile: '12' (must be at most (10))",
        "Assets: The OpenStreetMap extract cannot be read",
    ):
        assert fault in said
    for file in (CENSUS, IMD_2025, PBF):
        assert f"Where: {mirror / file}" in said
    # What only follows from another fault is told as such.
    assert "Where residents live: It is made from 'population', which could not be made." in said


def test_a_run_that_fails_leaves_the_earlier_data_as_it_was(toyford: Toyford):
    assert toyford.prepare() == OK
    before = data(toyford)
    toyford.without.add(CENSUS)
    assert toyford.prepare() == FAILED
    assert data(toyford) == before


def test_a_disk_that_fills_up_while_writing_leaves_the_earlier_data_as_it_was(
    toyford: Toyford, capsys: pytest.CaptureFixture[str]
):
    resource = pytest.importorskip("resource", reason="this system cannot limit the size of files")
    assert toyford.prepare() == OK
    before = data(toyford)
    # Just too little for the largest table: those before it are written, it is not.
    largest = max(p.stat().st_size for p in toyford.prepared.glob("*.parquet"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    mirror = toyford.write()
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, hard))
    try:
        status = main(["toyford", "--mirror", str(mirror)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert status == FAILED
    assert "The data could not be written" in capsys.readouterr().err
    assert data(toyford) == before


def test_the_keyboards_stop_while_writing_leaves_the_earlier_data_as_it_was(
    toyford: Toyford, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    assert toyford.prepare() == OK
    before = data(toyford)
    write = gpd.GeoDataFrame.to_parquet
    written = []

    def write_then_stop(table: gpd.GeoDataFrame, path: Path, **options: object) -> None:
        write(table, path, **options)
        written.append(path.name)
        if len(written) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", write_then_stop)
    assert toyford.prepare() == INTERRUPTED
    assert "Stopped. Earlier data, if any, is untouched." in capsys.readouterr().err
    assert len(written) == 3
    assert data(toyford) == before


def test_while_another_process_prepares_the_same_place_this_one_is_refused(
    toyford: Toyford, capsys: pytest.CaptureFixture[str]
):
    mirror = toyford.write()
    with sole_preparation("toyford"):
        assert main(["toyford", "--mirror", str(mirror)]) == FAILED
    assert "Another process is preparing 'toyford' right now." in capsys.readouterr().err
    assert data(toyford) == {}
    assert main(["toyford", "--mirror", str(mirror)]) == OK


def test_a_data_folder_that_cannot_be_made_is_a_fault(
    toyford: Toyford, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    (toyford.root / "file").write_text("not a folder")
    monkeypatch.setenv("STRONG_PLACES_DATA", str(toyford.root / "file"))
    assert toyford.prepare() == FAILED
    assert "The data could not be written" in capsys.readouterr().err


def test_a_study_area_with_a_misspelt_key_is_a_fault_that_names_it(
    toyford: Toyford, capsys: pytest.CaptureFixture[str]
):
    toyford.study_area = toyford.study_area.replace("country =", "contry =")
    assert toyford.prepare() == FAILED
    said = capsys.readouterr().err
    assert "contry" in said
    assert "toyford.toml" in said
    assert data(toyford) == {}


# ---- status 2


def test_without_a_mirror_it_says_that_downloading_is_yet_to_come(
    toyford: Toyford, capsys: pytest.CaptureFixture[str]
):
    toyford.write()
    assert main(["toyford"]) == WRONG_ARGUMENTS
    said = capsys.readouterr().err
    assert "not built yet" in said
    assert "python -m prepare toyford --mirror FOLDER" in said
    assert data(toyford) == {}


def test_a_mirror_that_is_not_there_is_a_wrong_argument(toyford: Toyford, capsys: pytest.CaptureFixture[str]):
    toyford.write()
    nowhere = toyford.root / "nowhere"
    assert main(["toyford", "--mirror", str(nowhere)]) == WRONG_ARGUMENTS
    assert f"Where: {nowhere}" in capsys.readouterr().err


@pytest.mark.parametrize("slug", ["elsewhere", "../toyford", ""])
def test_an_unknown_place_is_a_wrong_argument_and_the_known_ones_are_named(
    toyford: Toyford, capsys: pytest.CaptureFixture[str], slug: str
):
    mirror = toyford.write()
    assert main([slug, "--mirror", str(mirror)]) == WRONG_ARGUMENTS
    assert "Choose one of: toyford." in capsys.readouterr().err
    assert data(toyford) == {}


@pytest.mark.parametrize("arguments", [[], ["toyford", "--miror", "x"], ["toyford", "newport"]])
def test_arguments_that_make_no_sense_are_refused(toyford: Toyford, arguments: list[str]):
    toyford.write()
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == WRONG_ARGUMENTS


def test_the_process_itself_ends_with_the_status(toyford: Toyford):
    toyford.write()
    command = [sys.executable, "-m", "prepare", "elsewhere", "--mirror", str(toyford.root)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=os.environ.copy(), capture_output=True, text=True, check=False
    )
    assert done.returncode == WRONG_ARGUMENTS
    assert done.stdout == ""
    assert "There is no study area called 'elsewhere'." in done.stderr


def test_help_names_the_study_areas(toyford: Toyford, capsys: pytest.CaptureFixture[str]):
    toyford.write()
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert "toyford" in said
    assert "--mirror" in said
