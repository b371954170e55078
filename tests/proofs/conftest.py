"""Fixtures of the proofs: the real feed and streets of Newport."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from study.settings import REPOSITORY
from tests.proofs.feed import Feed, read_feed


def _from_mirror(file: str) -> Path:
    named = os.environ.get("STRONG_PLACES_MIRROR")
    mirror = Path(named) if named else REPOSITORY.parent / "shared" / "mirror"
    if not mirror.is_dir():
        pytest.skip(f"the mirror of real files is not here ({mirror}); STRONG_PLACES_MIRROR names another")
    return mirror / "newport" / file


@pytest.fixture(scope="session")
def newport() -> Feed:
    """A Tuesday of the real timetable."""
    return read_feed(_from_mirror("newport_2023-06-13_gtfs.zip"))


@pytest.fixture(scope="session")
def newport_pbf() -> Path:
    """The real extract of streets."""
    return _from_mirror("newport_2023-06-13.osm.pbf")
