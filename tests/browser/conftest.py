"""Fixtures of the browser tests; they live in fixtures.py, from where other folders may take them too."""

from __future__ import annotations

from tests.browser.fixtures import (
    browser,
    new_page,
    page,
    prepared_server,
    pytest_collection_modifyitems,
    server,
    watch,
)

__all__ = [
    "browser",
    "new_page",
    "page",
    "prepared_server",
    "pytest_collection_modifyitems",
    "server",
    "watch",
]
