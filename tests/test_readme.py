"""What the README says must be so: its commands exist, and every page, key, setting and room is described."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from study.area import StudyArea
from study.settings import REPOSITORY

README = (REPOSITORY / "README.md").read_text("utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL) for line in block.splitlines()
]


def cells(heading: str) -> list[str]:
    """Return the first cell of each row of the table under a heading."""
    section = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", README, flags=re.DOTALL | re.MULTILINE
    )[1]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_two_commands_come_first_and_name_files_that_are_there() -> None:
    assert COMMANDS[:2] == [
        "pip install -r requirements.txt && streamlit run app.py",
        "pip install -r requirements.txt -r requirements-dev.txt && pytest",
    ]
    for name in ("requirements.txt", "requirements-dev.txt", "app.py", ".ci/run", "LICENSE"):
        assert (REPOSITORY / name).is_file()


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([a-z_.]+)", README))))
def test_each_module_command_runs(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout


@pytest.mark.parametrize("line", [c for c in COMMANDS if c.startswith("python -m")])
def test_each_option_of_a_command_is_one_it_knows(line: str) -> None:
    words = shlex.split(line)
    done = subprocess.run(
        [sys.executable, "-m", words[2], "--help"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    for option in (w for w in words if w.startswith("--")):
        assert option in done.stdout


def test_every_page_is_described() -> None:
    main = (REPOSITORY / "app_pages" / "_main.py").read_text("utf-8")
    titles = re.findall(r'st\.Page\(.*?title=_\("(.*?)"\)', main)
    assert len(titles) >= 5
    assert cells("The pages") == titles


def test_every_key_of_a_study_area_is_described() -> None:
    described = " ".join(cells("Add a study area"))
    for key in set(StudyArea.model_fields) - {"slug"}:
        assert f"`{key}`" in described or f"`[{key}" in described, key


def test_every_machine_setting_is_described() -> None:
    code = "".join((REPOSITORY / "study" / f).read_text("utf-8") for f in ("settings.py", "words.py"))
    assert {f"`{name}`" for name in re.findall(r'"(STRONG_PLACES_\w+)"', code)} == set(cells("Settings"))


def test_every_room_is_described() -> None:
    rooms = {f"`{p.parent.name}/`" for p in REPOSITORY.glob("*/__init__.py")}
    assert rooms - set(cells("How the code is laid out")) == set()


def test_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (REPOSITORY / path).is_file()
