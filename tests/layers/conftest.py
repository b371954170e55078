"""The preview of Leeds that the project carries, read once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.study_tables import StudyTables, read_study_tables
from study.area import read_study_area


@pytest.fixture(scope="session")
def leeds_preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyTables]:
    """The preview, even on a machine where Leeds has been prepared."""
    empty: Path = tmp_path_factory.mktemp("no-prepared-data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRONG_PLACES_DATA", str(empty))
        patch.delenv("STRONG_PLACES_STUDY_AREAS", raising=False)
        tables = read_study_tables(read_study_area("leeds"))
    assert tables.origin == "preview"
    yield tables
