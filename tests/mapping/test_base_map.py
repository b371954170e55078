"""The empty map asks nobody outside for anything."""

import re

from mapping.base_map import ASSETS_PATH, base_map

PAGE = base_map((53.7964, -1.5477), zoom=11).get_root().render()


def test_every_script_and_style_comes_from_the_app_itself() -> None:
    addresses = re.findall(r'(?:src|href)\s*=\s*["\']([^"\']+)', PAGE)
    assert {f"{ASSETS_PATH}/leaflet.js", f"{ASSETS_PATH}/jquery.min.js", f"{ASSETS_PATH}/leaflet.css"} <= set(
        addresses
    )
    assert all(address.startswith(f"{ASSETS_PATH}/") for address in addresses)


def test_no_address_outside_stands_anywhere_in_the_page() -> None:
    assert re.findall(r"https?://[^\s\"'<)]+|//cdn[^\s\"']+", PAGE) == []
    assert "tileLayer" not in PAGE


def test_it_opens_where_it_is_told_and_draws_on_a_canvas() -> None:
    assert re.search(r"center:\s*\[53\.7964, -1\.5477\]", PAGE)
    assert re.search(r'"zoom":\s*11', PAGE)
    assert re.search(r'"preferCanvas":\s*true', PAGE)
    assert re.search(r'"attributionControl":\s*true', PAGE)


def test_two_maps_share_nothing() -> None:
    one, other = base_map((53.8, -1.5), zoom=11), base_map((51.6, -3.0), zoom=12)
    assert one.get_name() != other.get_name()
    assert one.location != other.location
