"""Geometry and names as GeoJSON, in the order of the tables, so that values can go by position."""

import dataclasses
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapping.geometry import (
    DISPLAYED,
    assets_geojson,
    bounds_of,
    display_geojson,
    ground_layers,
    lat_lon,
    to_geojson,
)
from tests.toytown import CRS, EASTFIELD, LSOAS, MIDTOWN, WESTGATE, toytown

TOWN = toytown()
# The Ordnance Survey's own worked example: Caister water tower, in metres and in degrees (ETRS89).
CAISTER = shapely.Point(651_409.903, 313_177.270)
CAISTER_LAT, CAISTER_LON = 52 + 39 / 60 + 28.723 / 3600, 1 + 42 / 60 + 57.787 / 3600


def features(content: bytes) -> list[dict]:
    collection = json.loads(content)
    assert collection["type"] == "FeatureCollection"
    return collection["features"]


def properties(content: bytes) -> list[dict]:
    return [feature["properties"] for feature in features(content)]


def test_wards_come_in_the_order_of_their_table_with_their_names() -> None:
    assert properties(display_geojson(TOWN, "wards")) == [
        {"ward_code": WESTGATE, "ward_name": "Westgate"},
        {"ward_code": MIDTOWN, "ward_name": "Midtown"},
        {"ward_code": EASTFIELD, "ward_name": "Eastfield"},
    ]


def test_another_order_of_the_table_is_another_order_of_the_geometry() -> None:
    turned = dataclasses.replace(TOWN, lsoas=TOWN.lsoas.iloc[::-1])
    assert [p["lsoa_code"] for p in properties(display_geojson(turned, "lsoas"))] == list(LSOAS[::-1])


def test_lsoas_say_their_ward_and_greens_without_a_name_say_none() -> None:
    first = properties(display_geojson(TOWN, "lsoas"))[0]
    assert first == {"lsoa_code": LSOAS[0], "ward_code": WESTGATE, "lsoa_name": "Toytown 001A"}
    assert properties(display_geojson(TOWN, "green_space")) == [
        {"green_name": "Long Park"},
        {"green_name": "Millpond Wood"},
        {},
    ]


def test_shapes_lie_where_they_do_to_about_a_metre() -> None:
    shapes = [shapely.geometry.shape(f["geometry"]) for f in features(display_geojson(TOWN, "wards"))]
    back = gpd.GeoSeries(shapes, crs="EPSG:4326").to_crs(CRS)
    for written, ward in zip(back, TOWN.wards.geometry, strict=True):
        assert written.hausdorff_distance(ward) < 1.5


def test_degrees_have_five_decimals() -> None:
    text = display_geojson(TOWN, "wards").decode()
    numbers = [
        n for f in json.loads(text)["features"] for corner in f["geometry"]["coordinates"][0] for n in corner
    ]
    assert all(number == round(number, 5) for number in numbers)
    assert " " not in text.replace("Toytown ", "")


@pytest.mark.parametrize("name", ["water", "stops", "assets", "population", "../wards", "__class__", ""])
def test_what_is_not_here_or_not_for_display_is_not_served(name: str) -> None:
    with pytest.raises(KeyError):
        display_geojson(TOWN, name)


def test_what_prepare_simplified_is_served_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "wards.geojson").write_bytes(b'{"simplified":true}')
    prepared = dataclasses.replace(TOWN, display_folder=tmp_path)
    assert display_geojson(prepared, "wards") == b'{"simplified":true}'
    # Not every table was simplified; the others come from the table itself.
    assert len(features(display_geojson(prepared, "lsoas"))) == 6


def test_the_ground_is_what_the_place_has() -> None:
    assert ground_layers(TOWN) == []
    water = gpd.GeoDataFrame(geometry=[CAISTER.buffer(9)], index=pd.Index(["w1"], name="water_id"), crs=CRS)
    wet = dataclasses.replace(TOWN, water=water)
    assert ground_layers(wet) == ["water"]
    assert properties(display_geojson(wet, "water")) == [{}]
    assert set(ground_layers(wet)) <= set(DISPLAYED)


def test_assets_come_in_the_order_of_their_table_with_what_a_person_may_see() -> None:
    sent = properties(assets_geojson(TOWN.assets))
    assert [p["id"] for p in sent] == TOWN.assets.index.to_list()
    by_id = {p["id"]: p for p in sent}
    assert by_id["n1"] == {
        "id": "n1",
        "name": "Westgate Hall",
        "category": "associations",
        "type": "community_space",
        "holder": "association",
        "wheelchair": "yes",
        "operator": "Westgate Friends",
    }
    # A playground without a name has no name, rather than the word "None" or "nan".
    assert by_id["n8"] == {"id": "n8", "category": "place", "type": "play", "holder": "not_known"}


@pytest.mark.parametrize(
    "name", ["{{ 7 * 7 }}", "<script>alert(1)</script>", "${x}`\\", '"quoted"', "Café\u2028Zoë"]
)
def test_a_hostile_name_is_data_and_nothing_else(name: str) -> None:
    assets = TOWN.assets.assign(asset_name=name)
    assert {p["name"] for p in properties(assets_geojson(assets))} == {name}


def test_numbers_are_plain_rounded_and_never_nan() -> None:
    table = gpd.GeoDataFrame(
        {
            "whole": np.array([1, 2], dtype="int64"),
            "real": [0.123456, np.nan],
            "yes": [True, False],
            "word": ["a", None],
        },
        geometry=[CAISTER, CAISTER],
        crs=CRS,
    )
    assert properties(to_geojson(table)) == [
        {"whole": 1, "real": 0.1235, "yes": True, "word": "a"},
        {"whole": 2, "yes": False},
    ]


def test_a_collection_can_carry_its_attribution() -> None:
    content = json.loads(to_geojson(TOWN.wards, attribution=["© Somebody"], settings={"walk_kph": 4.8}))
    assert content["attribution"] == ["© Somebody"]
    assert content["settings"] == {"walk_kph": 4.8}
    assert len(content["features"]) == 3


def test_no_rows_are_an_empty_collection() -> None:
    assert features(assets_geojson(TOWN.assets.iloc[:0])) == []


def test_a_point_in_degrees_is_where_the_ordnance_survey_says() -> None:
    assert lat_lon(CAISTER, CRS) == pytest.approx([CAISTER_LAT, CAISTER_LON], abs=1e-4)
    # To about ten metres, so that a searched postcode leaves no exact position in a link.
    assert all(number == round(number, 4) for number in lat_lon(CAISTER, CRS))


def test_bounds_are_south_west_and_north_east_to_about_a_hundred_metres() -> None:
    shapes = gpd.GeoSeries([CAISTER.buffer(1000)], crs=CRS)
    (south, west), (north, east) = bounds_of(shapes)
    # A kilometre is 0.0090 degrees of latitude and, at 52.66 degrees north, 0.0148 of longitude.
    # The square round it, which stands a little askew in degrees, reaches up to a tenth of that further.
    assert [south, north] == pytest.approx([CAISTER_LAT - 0.009, CAISTER_LAT + 0.009], abs=2e-3)
    assert [west, east] == pytest.approx([CAISTER_LON - 0.0148, CAISTER_LON + 0.0148], abs=2e-3)
    assert all(number == round(number, 3) for number in (south, west, north, east))
