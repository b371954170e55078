"""The addresses beside Streamlit: geometry and values by fingerprint, pages to print, and headers on all of them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import streamlit
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app_pages._routes import FOREVER, MAP_FILES, MIDDLEWARE, ROUTES
from app_pages._tables import Study
from gaps.indicators import CUTOFFS_MIN, available_indicators
from layers.categories import read_asset_rules
from tests.toytown import EASTFIELD, LSOAS, MIDTOWN, WESTGATE

TOWN = "/map-data/toytown/toytown"
PLAIN = {"accept-encoding": "identity"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client of the routes alone, with their headers."""
    with TestClient(Starlette(routes=ROUTES, middleware=MIDDLEWARE), follow_redirects=False) as given:
        yield given


@pytest.fixture
def toytown(toytown_on_disk: Path, use_town: Callable[[Path], None]) -> None:
    """The app opens on Toytown."""
    use_town(toytown_on_disk)


@pytest.fixture
def leeds_address(leeds: Study) -> str:
    return f"/map-data/leeds/{leeds.tables.fingerprint}"


# ---- the map's own files -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", list(MAP_FILES))
def test_the_maps_files_come_from_here(client: TestClient, name: str) -> None:
    answer = client.get(f"/map-assets/{name}")
    path, media_type = MAP_FILES[name]
    assert answer.status_code == 200
    assert answer.content == path.read_bytes()  # the client has unpacked it
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith(media_type)
    assert (
        answer.headers["cache-control"] == "public, no-cache"
    )  # asked after each time, sent when it has changed


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "..%2f..%2fapp.py",
        "%2e%2e%2fapp.py",
        "..%5c..%5capp.py",
        "....//app.py",
        "leaflet.js%00.css",
        "leaflet.js/",
        "LEAFLET.JS",
        "",
        "%",
        "%ff%fe",
        "a" * 5000,
    ],
)
def test_no_other_file_is_served(client: TestClient, name: str) -> None:
    answer = client.get(f"/map-assets/{name}")
    assert answer.status_code in (307, 404)
    assert "streamlit" not in answer.text and "import" not in answer.text


# ---- geometry ----------------------------------------------------------------------------------------------------
def test_geometry_keeps_the_order_of_the_tables(client: TestClient, leeds: Study, leeds_address: str) -> None:
    for name, key, table in (
        ("wards", "ward_code", leeds.tables.wards),
        ("lsoas", "lsoa_code", leeds.tables.lsoas),
        ("assets", "id", leeds.tables.assets),
    ):
        answer = client.get(f"{leeds_address}/{name}.geojson")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/geo+json"
        assert answer.headers["cache-control"] == FOREVER
        features = answer.json()["features"]
        assert [f["properties"][key] for f in features] == list(table.index)


def test_geometry_carries_only_what_a_person_may_see(client: TestClient, toytown: None) -> None:
    features = client.get(f"{TOWN}/assets.geojson").json()["features"]
    hall = next(f for f in features if f["properties"]["id"] == "n1")
    assert hall["properties"] == {
        "id": "n1",
        "name": "Westgate Hall",
        "category": "associations",
        "type": "community_space",
        "holder": "association",
        "wheelchair": "yes",
        "operator": "Westgate Friends",
    }
    assert len(hall["geometry"]["coordinates"][0:2]) == 2


@pytest.mark.parametrize("name", ["water", "street_lines"])
def test_a_layer_that_is_not_here(client: TestClient, toytown: None, name: str) -> None:
    answer = client.get(f"{TOWN}/{name}.geojson")
    assert answer.status_code == 404
    assert answer.json() == {"error": "This study area has no such layer."}


@pytest.mark.parametrize(
    "name", ["population", "resident_points", "deprivation", "..%2fmanifest", "wards.geojson%00"]
)
def test_tables_that_are_not_for_the_map(client: TestClient, toytown: None, name: str) -> None:
    assert client.get(f"{TOWN}/{name}.geojson").status_code == 404


# ---- gzip, "not modified", fingerprints --------------------------------------------------------------------------
def test_gzip_where_the_browser_takes_it(client: TestClient, toytown: None) -> None:
    packed = client.get(f"{TOWN}/wards.geojson", headers={"accept-encoding": "gzip"})
    plain = client.get(f"{TOWN}/wards.geojson", headers=PLAIN)
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert int(plain.headers["content-length"]) == len(plain.content)
    with client.stream("GET", f"{TOWN}/wards.geojson", headers={"accept-encoding": "gzip"}) as raw:
        sent = b"".join(raw.iter_raw())
    assert gzip.decompress(sent) == plain.content and int(packed.headers["content-length"]) == len(sent)


def test_what_the_browser_has_is_not_sent_again(client: TestClient, toytown: None) -> None:
    first = client.get(f"{TOWN}/lsoas.geojson")
    etag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{20}"', etag)
    again = client.get(f"{TOWN}/lsoas.geojson", headers={"if-none-match": etag})
    assert again.status_code == 304 and again.content == b""
    assert again.headers["etag"] == etag and again.headers["cache-control"] == FOREVER
    other = client.get(f"{TOWN}/lsoas.geojson", headers={"if-none-match": '"0123456789"'})
    assert other.status_code == 200 and other.content == first.content
    assert client.get(f"{TOWN}/wards.geojson").headers["etag"] != etag


@pytest.mark.parametrize("given", ['"x", {}', "W/{}", '{} , "y"'])
def test_a_list_of_tags_or_a_proxys_weak_one_is_understood(
    client: TestClient, toytown: None, given: str
) -> None:
    etag = client.get(f"{TOWN}/lsoas.geojson").headers["etag"]
    answer = client.get(f"{TOWN}/lsoas.geojson", headers={"if-none-match": given.format(etag)})
    assert answer.status_code == 304


@pytest.mark.parametrize("address", ["wards.geojson", "values/residents.json?by=ward"])
def test_an_old_fingerprint_is_gone(client: TestClient, leeds: Study, address: str) -> None:
    answer = client.get(f"/map-data/leeds/0000000000000000/{address}")
    assert answer.status_code == 404
    assert "reload" in answer.json()["error"]
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_only_get_is_answered(client: TestClient, toytown: None) -> None:
    for send in (client.post, client.put, client.delete, client.patch):
        assert send(f"{TOWN}/wards.geojson").status_code == 405
    head = client.head(f"{TOWN}/wards.geojson")
    assert head.status_code == 200 and head.content == b""


# ---- values ------------------------------------------------------------------------------------------------------
def test_values_of_toytown(client: TestClient, toytown: None) -> None:
    def values(address: str) -> dict[str, list[object]]:
        answer = client.get(f"{TOWN}/values/{address}")
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == FOREVER
        return answer.json()

    wards = [f["properties"]["ward_code"] for f in client.get(f"{TOWN}/wards.geojson").json()["features"]]
    assert wards == [WESTGATE, MIDTOWN, EASTFIELD]
    beyond = values("beyond.json?by=ward&type=community_space&min=15")
    assert beyond == {"values": [41.6667, 62.5, 100.0], "status": ["estimate"] * 3}
    assert values("beyond.json?min=30") == {"values": [0.0, 0.0, 64.9351], "status": ["estimate"] * 3}
    assert values("residents.json") == {"values": [3000.0, 2000.0, 3080.0], "status": [""] * 3}
    assert values("imd.json?by=lsoa") == {"values": [1, 3, 5, 10, 1, 1], "status": [""] * 6}
    assert values("broadband.json?by=lsoa") == {
        "values": [-0.5, 0.5, 1.0, 0.0, None, 2.0],
        "status": ["", "", "", "", "no data", ""],
    }
    few = values("assets.json?by=lsoa")
    assert few == {
        "values": [4.0, 0.5, 2.6667, 0.0, 1.0, None],
        "status": ["", "", "", "", "", "too few residents"],
    }
    nobody_looked = values("minutes.json?type=heritage")
    assert nobody_looked == {"values": [None] * 3, "status": ["not collected"] * 3}


@pytest.mark.parametrize("by", ["ward", "lsoa"])
def test_all_values_of_leeds_stand_in_the_order_of_the_zones(
    client: TestClient, leeds: Study, leeds_address: str, by: str
) -> None:
    zones = leeds.tables.wards if by == "ward" else leeds.tables.lsoas
    for layer in available_indicators(leeds.tables):
        answer = client.get(
            f"{leeds_address}/values/{layer}.json", params={"by": by, "type": "faith", "min": "30"}
        )
        held = leeds.values(layer, by=by, asset_type="faith", cutoff_min=30)
        assert list(held.values.index) == list(zones.index)
        got = answer.json()
        assert got["status"] == list(held.status.reindex(zones.index))
        shown = pd.Series(got["values"], index=zones.index, dtype=float)
        pd.testing.assert_series_equal(shown, held.values.astype(float), check_names=False, atol=1e-4, rtol=0)
        assert int(answer.headers["content-length"]) < 15_000  # what switching a layer sends


def test_every_type_and_cutoff_has_values(client: TestClient, toytown: None) -> None:
    for asset_type in read_asset_rules().types:
        for cutoff in CUTOFFS_MIN:
            answer = client.get(f"{TOWN}/values/beyond.json?by=lsoa&type={asset_type}&min={cutoff}")
            assert answer.status_code == 200
            assert len(answer.json()["values"]) == len(answer.json()["status"]) == len(LSOAS)


@pytest.mark.parametrize(
    "address",
    [
        "happiness.json",
        "residents.json?by=planet",
        "residents.json?by=",
        "beyond.json?type=castle",
        "beyond.json?min=16",
        "beyond.json?min=015",
        "beyond.json?min=-15",
        "beyond.json?min=15.0",
        "beyond.json?min=9999999999999999999999",
        "beyond.json?min=__import__('os')",
        "beyond.json?type={{7*7}}",
        "..%2f..%2fwards.json",
        "%00.json",
    ],
)
def test_values_that_cannot_be_asked_for(client: TestClient, toytown: None, address: str) -> None:
    answer = client.get(f"{TOWN}/values/{address}")
    assert answer.status_code == 404
    assert "49" not in answer.text and "Traceback" not in answer.text


def test_an_indicator_the_preview_lacks(client: TestClient, leeds: Study, leeds_address: str) -> None:
    assert client.get(f"{leeds_address}/values/broadband.json").status_code == 404


# ---- hostile path parts ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "slug", ["atlantis", "..", "%2e%2e", "..%2fleeds", "leeds%00", "LEEDS", "<script>", "a" * 3000, "%ff"]
)
@pytest.mark.parametrize(
    "address", ["/map-data/{}/x/wards.geojson", "/map-data/{}/x/values/imd.json", "/print/{}/E05011384"]
)
def test_study_areas_that_are_none(client: TestClient, preview: None, slug: str, address: str) -> None:
    answer = client.get(address.format(slug))
    assert answer.status_code == 404
    assert "Traceback" not in answer.text
    assert "<script>" not in answer.text or answer.headers["content-type"] == "application/json"


def test_a_study_area_without_data(client: TestClient, preview: None) -> None:
    answer = client.get("/map-data/newport/x/wards.geojson")
    assert answer.status_code == 404
    assert answer.json() == {"error": "The data for Newport has not been prepared on this machine yet."}


# ---- pages to print ----------------------------------------------------------------------------------------------
class _Page(HTMLParser):
    """The parts of a page that matter here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_ward_to_print(client: TestClient, toytown: None) -> None:
    answer = client.get(f"/print/toytown/{WESTGATE}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    page = _Page(answer.text)
    assert "What is strong in Westgate?" in page.text and "Card 8" in page.text
    assert page.tags.count("h1") == 1 and "script" not in page.tags


@pytest.mark.parametrize(
    "ward", ["E05000000", "<script>alert(1)<%2fscript>", "%22onload=x", "{{7*7}}", "..", LSOAS[0]]
)
def test_a_ward_that_is_none(client: TestClient, toytown: None, ward: str) -> None:
    answer = client.get(f"/print/toytown/{ward}")
    assert answer.status_code == 404
    assert "script" not in _Page(answer.text).tags and "49" not in answer.text


def test_what_cannot_be_printed_is_said_to_a_person(client: TestClient, preview: None) -> None:
    answer = client.get("/print/newport/W05001234")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "The data for Newport has not been prepared on this machine yet." in _Page(answer.text).text


# ---- headers -----------------------------------------------------------------------------------------------------
def policy_of(answer: object) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["content-security-policy"].split(";"))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize(
    "address",
    [
        "/map-assets/leaflet.js",
        "/map-assets/none",
        f"{TOWN}/wards.geojson",
        f"{TOWN}/values/imd.json",
        f"/print/toytown/{WESTGATE}",
        "/nowhere",
        "/component/x",
    ],
)
def test_every_answer_carries_the_headers(client: TestClient, toytown: None, address: str) -> None:
    answer = client.get(address)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    policy = policy_of(answer)
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    hosts = [s for sources in policy.values() for s in sources if "://" in s]
    assert hosts == ["https://tile.openstreetmap.org"] and hosts[0] in policy["img-src"]


def test_only_streamlits_frames_may_run_what_they_are_handed(client: TestClient) -> None:
    page, frame = policy_of(client.get("/nowhere")), policy_of(client.get("/component/x"))
    assert "'unsafe-inline'" not in page["script-src"] and "'unsafe-eval'" not in page["script-src"]
    assert "'unsafe-inline'" in frame["script-src"] and "'unsafe-eval'" in frame["script-src"]
    for almost in ("/components/x", "/x/component/", "/component"):
        assert "'unsafe-eval'" not in policy_of(client.get(almost))["script-src"]


def test_the_scripts_in_streamlits_first_page_may_run(client: TestClient) -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.S)
    inline = [body for attributes, body in scripts if "src=" not in attributes]
    allowed = policy_of(client.get("/nowhere"))["script-src"]
    assert inline, "this version of Streamlit has no inline script: the hashes can go"
    for body in inline:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" in allowed


def test_an_answer_to_a_data_request_is_json_that_a_browser_can_read(
    client: TestClient, toytown: None
) -> None:
    # NaN is not JSON: Python reads it, no browser does.
    def strict(text: str) -> object:
        return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))

    for layer in ("beyond", "minutes", "broadband", "green_m2"):
        strict(client.get(f"{TOWN}/values/{layer}.json?by=lsoa&type=heritage").text)
    strict(client.get(f"{TOWN}/assets.geojson").text)
