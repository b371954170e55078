"""Fixtures of the room `gaps/`: Toytown without streets, Toytown with some, and the preview of Leeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from gaps.walking import WalkingTimes
from layers.study_tables import StudyTables, read_study_tables
from study.area import read_study_area
from tests.toytown import EAST, NORTH, box, toytown
from tests.transport.grids import block, town
from transport.streets import StreetNetwork


@pytest.fixture
def tables() -> StudyTables:
    """Toytown."""
    return toytown()


@pytest.fixture
def walking(tables: StudyTables) -> WalkingTimes:
    """Toytown without streets: every walk is an estimate."""
    return WalkingTimes(tables, None)


@pytest.fixture
def westgate_streets() -> StreetNetwork:
    """Streets every 500 m in Westgate, known as far east as 3,400 m, where Midtown has none of them.

    Points 0 to 3 stand on crossings. To Westgate Hall at (500, 800) they walk 300, 1,300, 700 and 1,700 m,
    and can leave the known ground in 2,900, 1,900, 2,900 and 1,900 m at the least. Points 4 and 6 are on known
    ground 500 m from the last street, 5 and 7 to 10 beyond it.
    """
    return town(*block(4, 500, x=EAST, y=NORTH), covered=box(-6000, -6000, 3400, 8000))


@pytest.fixture
def over_streets_only(tables: StudyTables) -> StudyTables:
    """Toytown, its places collected only where there are streets."""
    area = tables.area.model_copy(update={"assets_cover": "streets"})
    return dataclasses.replace(tables, area=area)


@pytest.fixture(scope="session")
def leeds_preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalkingTimes]:
    """The preview of Leeds that the project carries, whatever has been prepared on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRONG_PLACES_DATA", str(tmp_path_factory.mktemp("no-prepared-data")))
        patch.delenv("STRONG_PLACES_STUDY_AREAS", raising=False)
        tables = read_study_tables(read_study_area("leeds"))
    assert tables.origin == "preview"
    yield WalkingTimes(tables, None)
