"""How the tests are split between two processes."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and all that drive a browser in one: two browsers would starve each other."""
    for item in items:
        drives = item.path.parent.name == "browser" or item.get_closest_marker("browser")
        group = "browser" if drives else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
