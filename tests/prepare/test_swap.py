"""Writing aside, then swapping in: whatever happens, what is served is whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prepare.swap import making_folder, sole_preparation
from study.errors import StrongPlacesError
from study.settings import REPOSITORY

SLUG = "toyford"
HOLD = f"""
from prepare.swap import sole_preparation
with sole_preparation({SLUG!r}):
    print("held", flush=True)
    input()
"""
WRITE_HALF = f"""
from prepare.swap import making_folder, sole_preparation
with sole_preparation({SLUG!r}), making_folder({SLUG!r}) as folder:
    (folder / "wards.parquet").write_text("half")
    print("writing", flush=True)
    input()
"""
# The process dies after the first of the two renames.
DIE_BETWEEN_THE_RENAMES = f"""
import os, pathlib
from prepare.swap import making_folder, sole_preparation
rename = pathlib.Path.rename
def rename_and_die(self, target):
    rename(self, target)
    os._exit(9)
pathlib.Path.rename = rename_and_die
with sole_preparation({SLUG!r}), making_folder({SLUG!r}) as folder:
    (folder / "wards.parquet").write_text("second")
"""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is served; nothing is there yet."""
    monkeypatch.setenv("STRONG_PLACES_DATA", str(tmp_path))
    return tmp_path / "prepared" / SLUG


@contextmanager
def another_process(script: str) -> Iterator[subprocess.Popen]:
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        env=os.environ.copy(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def write(text: str) -> None:
    with sole_preparation(SLUG), making_folder(SLUG) as folder:
        (folder / "wards.parquet").write_text(text)


def contents(served: Path) -> dict[str, str]:
    return {p.name: p.read_text() for p in served.iterdir()}


def beside(served: Path) -> list[str]:
    """Return what lies beside the served folder, but for the lock."""
    return sorted(p.name for p in served.parent.iterdir() if p != served and p.suffix != ".lock")


def test_what_was_written_aside_is_served_when_it_is_whole(served: Path):
    with sole_preparation(SLUG), making_folder(SLUG) as folder:
        (folder / "wards.parquet").write_text("first")
        assert not served.exists()
        assert folder.parent == served.parent
    assert contents(served) == {"wards.parquet": "first"}
    assert beside(served) == []


def test_a_second_run_replaces_the_whole_folder(served: Path):
    write("first")
    (served / "left_from_before.parquet").write_text("old")
    write("second")
    assert contents(served) == {"wards.parquet": "second"}
    assert beside(served) == []


def test_until_the_very_end_the_earlier_data_is_served(served: Path):
    write("first")
    with sole_preparation(SLUG), making_folder(SLUG) as folder:
        (folder / "wards.parquet").write_text("second")
        assert contents(served) == {"wards.parquet": "first"}


@pytest.mark.parametrize("error", [OSError("disk full"), ValueError("bug"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("earlier", [True, False], ids=["with earlier data", "without"])
def test_a_failure_while_writing_leaves_nothing_half_written(
    served: Path, error: BaseException, earlier: bool
):
    if earlier:
        write("first")
    with pytest.raises(type(error)), sole_preparation(SLUG), making_folder(SLUG) as folder:
        (folder / "wards.parquet").write_text("half")
        raise error
    assert beside(served) == []
    assert served.exists() == earlier
    if earlier:
        assert contents(served) == {"wards.parquet": "first"}


def test_when_the_swap_itself_fails_the_earlier_data_comes_back(served: Path):
    write("first")
    with pytest.raises(FileNotFoundError), sole_preparation(SLUG), making_folder(SLUG) as folder:
        # Without the folder there is nothing to rename.
        shutil.rmtree(folder)
    assert contents(served) == {"wards.parquet": "first"}
    assert beside(served) == []


def test_a_killed_process_leaves_the_earlier_data_and_the_next_one_clears_up(served: Path):
    write("first")
    with another_process(WRITE_HALF) as process:
        assert process.stdout.readline() == "writing\n"
        process.kill()
        process.wait()
    assert len(beside(served)) == 1
    assert contents(served) == {"wards.parquet": "first"}
    with sole_preparation(SLUG):
        assert beside(served) == []
    assert contents(served) == {"wards.parquet": "first"}


def test_a_process_killed_between_the_two_renames_loses_nothing(served: Path):
    write("first")
    with another_process(DIE_BETWEEN_THE_RENAMES) as process:
        assert process.wait() == 9
    assert not served.exists()
    with sole_preparation(SLUG):
        pass
    assert contents(served) == {"wards.parquet": "first"}
    assert beside(served) == []


def test_leftovers_of_another_study_area_are_not_touched(served: Path):
    other = served.parent / ".toyford-north.1.making"
    other.mkdir(parents=True)
    write("first")
    assert beside(served) == [other.name]


def test_a_second_process_is_refused_and_others_are_not(served: Path):
    with another_process(HOLD) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StrongPlacesError, match="Another process is preparing 'toyford' right now"):
            write("mine")
        with sole_preparation("newport"):
            pass
        process.communicate("\n")
    assert not served.exists()
    write("mine")
    assert contents(served) == {"wards.parquet": "mine"}


def test_the_lock_dies_with_its_process(served: Path):
    with another_process(HOLD) as process:
        assert process.stdout.readline() == "held\n"
        process.kill()
        process.wait()
        write("mine")
    assert contents(served) == {"wards.parquet": "mine"}
