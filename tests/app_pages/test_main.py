"""What runs for everyone: the pages there are, and an error that becomes a sentence, never a trace."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app_pages._tables import study
from tests.app_pages.conftest import TOYTOWN_TOML, write_town
from tests.app_pages.visit import PAGES, Visit
from tests.toytown import toytown

SORRY = (
    "Something went wrong on our side, and this page could not be drawn. Nothing you gave was lost. Reload the page; "
    "if it happens again, please tell whoever runs this map."
)


def no_trace(visit: Visit) -> None:
    shown = " ".join([*visit.html, *visit.texts, *visit.errors, visit.captions])
    for word in ("Traceback", 'File "', ".py", "Error:"):
        assert word not in shown
    assert [e.value for e in visit.app.exception] == []


@pytest.mark.parametrize(
    ("page", "question"),
    [
        ("home", "What is strong here, and who has far to walk?"),
        ("map", "What is where?"),
        ("ward", "What is strong in this ward, and what is far away?"),
        ("neighbourhood", "What is strong in your own neighbourhood?"),
    ],
)
def test_one_question_a_page(in_toytown: Visit, page: str, question: str) -> None:
    in_toytown.open(page)
    assert [t.value for t in in_toytown.app.title] == [question]


@pytest.mark.parametrize("page", list(PAGES))
def test_a_fault_of_ours_is_one_sentence_and_the_log_has_the_rest(
    page: str, in_toytown: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of the server")

    # Every page begins with its question: Streamlit fails us there as nobody has foreseen.
    monkeypatch.setattr("streamlit.title", broken)
    in_toytown.open(page, trouble=True)
    assert in_toytown.errors == [SORRY]
    no_trace(in_toytown)
    assert "a secret of the server" not in " ".join(in_toytown.texts + in_toytown.errors)
    assert [r.message for r in caplog.records if r.name == "strong_places"] == ["page failed"]
    assert "ZeroDivisionError: a secret of the server" in caplog.text


def test_a_fault_that_is_understood_says_what_to_do(tmp_path: Path, use_town: Callable[[Path], None]) -> None:
    folder = write_town(tmp_path, toytown())
    (folder / "prepared" / "toytown" / "wards.parquet").unlink()
    use_town(folder)
    visit = Visit().open("home", trouble=True)
    assert visit.errors == ["The prepared data for Toytown lacks the table 'wards'."]
    assert "What to do: Prepare it again: python -m prepare toytown --mirror FOLDER" in visit.texts
    no_trace(visit)


def test_a_half_written_manifest(tmp_path: Path, use_town: Callable[[Path], None]) -> None:
    folder = write_town(tmp_path, toytown())
    (folder / "prepared" / "toytown" / "manifest.json").write_text('{"tables": {', "utf-8")
    use_town(folder)
    visit = Visit().open("map", trouble=True)
    assert visit.errors == ["The prepared data for Toytown cannot be read."]
    no_trace(visit)


def test_a_study_area_file_with_faults_names_the_key(
    tmp_path: Path, use_town: Callable[[Path], None]
) -> None:
    folder = write_town(tmp_path, toytown())
    (folder / "study_areas" / "toytown.toml").write_text(TOYTOWN_TOML + "\n[ward]\nname = 1\n", "utf-8")
    use_town(folder)
    visit = Visit().open("home", trouble=True)
    assert len(visit.errors) == 1 and visit.errors[0].startswith("The study area's file has faults: ward: ")
    assert any(t.startswith("Where: ") and "toytown.toml" in t for t in visit.texts)
    no_trace(visit)


def test_data_that_is_prepared_again_is_read_again(tmp_path: Path, use_town: Callable[[Path], None]) -> None:
    folder = write_town(tmp_path, toytown())
    use_town(folder)
    visit = Visit().open("home")
    assert "Prepared data." in visit.captions and "Preview" not in visit.captions
    first = study("toytown")
    assert study("toytown") is first  # shared by all visitors
    manifest = folder / "prepared" / "toytown" / "manifest.json"
    again = json.loads(manifest.read_text("utf-8")) | {"fingerprint": "second"}
    # Prepared data is swapped in whole: the folder that comes has a manifest of its own time.
    before = manifest.stat()
    manifest.write_text(json.dumps(again), "utf-8")
    later = before.st_mtime_ns + 1_000_000_000

    os.utime(manifest, ns=(later, later))
    assert visit.run().map()["base"] == "/map-data/toytown/second/"
