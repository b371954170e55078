"""Fixtures of the room `transport/`: the real streets of Newport and Leeds, read from the mirror."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from study.settings import REPOSITORY
from transport.streets import StreetNetwork, StreetNetworks, read_street_networks, read_walk_streets

NEWPORT_PBF = "newport/newport_2023-06-13.osm.pbf"
LEEDS_PBF = "leeds/osm/leeds_2022-23.osm.pbf"


def _from_mirror(file: str) -> Path:
    named = os.environ.get("STRONG_PLACES_MIRROR")
    mirror = Path(named) if named else REPOSITORY.parent / "shared" / "mirror"
    if not mirror.is_dir():
        pytest.skip(f"the mirror of real files is not here ({mirror}); STRONG_PLACES_MIRROR names another")
    return mirror / file


@pytest.fixture(scope="session")
def from_mirror() -> Callable[[str], Path]:
    """Where a file of the mirror is; the test is skipped where there is no mirror."""
    return _from_mirror


@pytest.fixture(scope="session")
def newport_pbf() -> Path:
    """The real extract of Newport."""
    return _from_mirror(NEWPORT_PBF)


@pytest.fixture(scope="session")
def newport_networks(newport_pbf: Path) -> StreetNetworks:
    """The real networks of Newport."""
    return read_street_networks(newport_pbf, crs="EPSG:27700")


@pytest.fixture(scope="session")
def newport_streets(newport_networks: StreetNetworks) -> StreetNetwork:
    """The real walking network of Newport."""
    return newport_networks.walk


@pytest.fixture(scope="session")
def leeds_streets() -> StreetNetwork:
    """The real walking network of central Leeds."""
    return read_walk_streets(_from_mirror(LEEDS_PBF), crs="EPSG:27700")
