"""Files hold exactly what is shown, with what is owed and how sure it is on every row."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.fixtures import Server
from tests.browser.view import data_of, open_page, table

CSV, GEOJSON = "Download as CSV", "Download as GeoJSON"


def download(page: Page, box: str, button: str) -> tuple[str, bytes]:
    """Press one of the two buttons of a table and return the file's name and content."""
    with page.expect_download() as waiting:
        page.locator(f".st-key-files-{box}").get_by_role("button", name=button, exact=True).click()
    file = waiting.value
    return file.suggested_filename, Path(file.path()).read_bytes()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def shown_rows(page: Page, caption: str) -> dict[str, str]:
    """Return the first two columns of a table on the page: heading -> text."""
    rows = table(page, caption).locator("tbody tr")
    headings, cells = rows.locator("th").all_inner_texts(), rows.locator("td:nth-child(2)").all_inner_texts()
    return dict(zip(headings, cells, strict=True))


def test_the_shaded_layer_leaves_as_it_is_shown(page: Page, server: Server) -> None:
    open_page(page, server.address("map", layer="minutes", type="health", min="30"))
    shown = shown_rows(page, "Minutes on foot to the nearest known")
    assert len(shown) == 33

    name, content = download(page, "zones", CSV)
    assert name == "leeds-minutes-by-ward.csv"
    rows = rows_of(content)
    assert {row["name"]: f"{round(float(row['minutes'])):,}" for row in rows} == shown
    assert {row["status"] for row in rows} == {"estimate"}
    for row in rows:
        assert "Office for National Statistics" in row["attribution"]
        assert "© OpenStreetMap contributors" in row["attribution"]
        assert row["vintage"] == "mid-2023"
        assert (row["mode"], row["speed_kph"], row["data"]) == ("walk", "4.8", "preview")

    name, content = download(page, "zones", GEOJSON)
    assert name == "leeds-minutes-by-ward.geojson"
    collection = json.loads(content)
    properties = [feature["properties"] for feature in collection["features"]]
    assert {p["name"]: f"{round(p['minutes']):,}" for p in properties} == shown
    assert {p["status"] for p in properties} == {"estimate"}
    assert all(f["geometry"]["type"] in ("Polygon", "MultiPolygon") for f in collection["features"])
    assert any("OpenStreetMap" in line for line in collection["attribution"])
    assert collection["settings"]["mode"] == "walk"


def test_small_areas_leave_with_their_ward(page: Page, server: Server) -> None:
    open_page(page, server.address("map", layer="imd", by="lsoa"))
    _, content = download(page, "zones", CSV)
    rows = rows_of(content)
    assert len(rows) == 488
    assert {row["imd"] for row in rows} <= {str(d) for d in range(1, 11)} | {f"{d}.0" for d in range(1, 11)}
    assert all(row["ward_name"] and row["ward_code"].startswith("E05") for row in rows)
    # A decile is nothing without its year.
    assert all("IMD 2025" in row["title"] for row in rows)


def test_the_shown_assets_leave_and_no_others(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map", types="education", q="library"))
    expect(page.get_by_role("heading", name="Assets on the map:", exact=False)).to_be_visible()
    names = table(page, "Assets shown on the map").locator("tbody th").all_inner_texts()
    assert 0 < len(names) == int(data_of(frame, "assets"))

    name, content = download(page, "assets", CSV)
    assert name == "leeds-assets.csv"
    rows = rows_of(content)
    assert [row["asset_name"] for row in rows] == names
    assert all("library" in row["asset_name"].lower() for row in rows)
    assert all(53.6 < float(row["lat"]) < 54 and -1.9 < float(row["lon"]) < -1.2 for row in rows)
    assert {row["attribution"] for row in rows} == {"© OpenStreetMap contributors"}

    _, content = download(page, "assets", GEOJSON)
    collection = json.loads(content)
    assert [feature["properties"]["asset_name"] for feature in collection["features"]] == names
    assert {feature["geometry"]["type"] for feature in collection["features"]} == {"Point"}
    assert collection["attribution"] == ["© OpenStreetMap contributors"]


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_file(page: Page, server: Server) -> None:
    frame = open_page(page, server.address("map"))
    assert table(page, "Assets shown on the map").locator("tbody tr").count() == 250
    _, content = download(page, "assets", CSV)
    assert len(rows_of(content)) == int(data_of(frame, "assets")) > 1000


def test_a_ward_is_printed_on_two_sides(page: Page, server: Server) -> None:
    open_page(page, server.address("ward", ward="E05011396"))
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Print Harewood").click()
    printed = opening.value
    printed.wait_for_load_state()
    assert printed.url == f"{server.url}/print/leeds/E05011396"
    expect(printed.get_by_role("heading", name="What is strong in Harewood?")).to_be_visible()
    assert printed.locator("script").count() == 0
    expect(printed.locator("body")).to_contain_text("© OpenStreetMap contributors")
    pdf = printed.pdf(format="A4", prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") == 2
