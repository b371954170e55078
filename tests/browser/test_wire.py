"""What goes over the wire: small, cached, compressed, and with the headers that keep a page to itself."""

from __future__ import annotations

import gzip
import json
import re
import urllib.error
import urllib.request
from http.client import HTTPMessage

import pytest

from study.tables import DOMAINS
from tests.browser.fixtures import Server

WARD = "E05011396"
LAYERS = ["beyond", "minutes", "assets", "green_m2", "green_share", "residents", "connectivity", *DOMAINS]
MOST_VALUES_BYTES = 15 * 1024
POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}


def get(url: str, **headers: str) -> tuple[int, HTTPMessage, bytes]:
    """Return status, headers and body as they came, an error's too."""
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.fixture(scope="module")
def data(server: Server) -> str:
    """The address of the map's data, with the fingerprint that a printed page names as its version."""
    _, _, page = get(f"{server.url}/print/leeds/{WARD}")
    return f"{server.url}/map-data/leeds/{re.search(rb'[0-9a-f]{16}', page)[0].decode()}"


@pytest.mark.parametrize("name", ["wards.geojson", "assets.geojson", "values/residents.json?by=lsoa"])
def test_map_data_is_compressed_and_kept(data: str, name: str) -> None:
    status, headers, packed = get(f"{data}/{name}", Accept_Encoding="gzip")
    assert status == 200
    assert headers["Content-Encoding"] == "gzip"
    assert "immutable" in headers["Cache-Control"]
    assert "Accept-Encoding" in headers["Vary"]
    _, plain_headers, plain = get(f"{data}/{name}", Accept_Encoding="identity")
    assert plain_headers["Content-Encoding"] is None
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 2
    assert json.loads(plain)
    status, again, nothing = get(f"{data}/{name}", If_None_Match=headers["ETag"])
    assert (status, nothing) == (304, b"")
    assert again["ETag"] == headers["ETag"]


@pytest.mark.parametrize("layer", LAYERS)
def test_the_values_of_a_layer_are_small(data: str, layer: str) -> None:
    for by, zones in (("ward", 33), ("lsoa", 488)):
        status, _, packed = get(f"{data}/values/{layer}.json?by={by}", Accept_Encoding="gzip")
        answer = json.loads(gzip.decompress(packed))
        assert status == 200
        assert len(answer["values"]) == len(answer["status"]) == zones
        assert len(packed) <= MOST_VALUES_BYTES


def test_data_of_another_version_is_not_passed_off_as_this(data: str) -> None:
    other = re.sub(r"\w{16}$", "0" * 16, data)
    status, _, body = get(f"{other}/wards.geojson")
    assert status == 404
    assert "reload the page" in json.loads(body)["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/map",
        "/map-assets/leaflet.js",
        "/map-assets/nothing.js",
        f"/print/leeds/{WARD}",
        "/print/leeds/E05999999",
        "/component/streamlit_folium.st_folium/index.html",
        "/_stcore/health",
    ],
)
def test_every_answer_carries_security_headers(server: Server, path: str) -> None:
    _, headers, _ = get(server.url + path)
    policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
    assert policy.items() >= POLICY.items()
    # Scripts written into a page may run in Streamlit's own frames alone.
    assert ("'unsafe-inline'" in policy["script-src"]) == path.startswith("/component/")
    assert "http" not in policy["script-src"] + policy["connect-src"] + policy["font-src"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/map-assets/..%2f..%2fapp.py",
        "/map-assets/%2e%2e/%2e%2e/app.py",
        "/map-data/..%2f..%2fetc/0/wards.geojson",
        "/map-data/leeds/0/..%2f..%2fsources.toml",
        "/map-data/leeds/0/values/%7B%7B7*7%7D%7D.json",
        "/print/..%2f..%2fetc/passwd",
        "/print/leeds/%3Cscript%3E",
        "/print/%3Cscript%3Ewindow.__hit=1%3C%2Fscript%3E/E05011396",
    ],
)
def test_made_up_addresses_find_nothing(server: Server, path: str) -> None:
    log_before = len(server.log_text())
    status, headers, body = get(server.url + path)
    # Whatever Streamlit does not know gets its own first page; nothing of ours and no file comes back.
    assert status in (400, 404) or (status == 200 and b'<div id="root">' in body)
    assert b"ROUTES" not in body
    assert b"root:x:" not in body
    assert b"<script>window.__hit" not in body or headers.get_content_type() == "application/json"
    assert "Traceback" not in server.log_text()[log_before:]
