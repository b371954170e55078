"""From OpenStreetMap objects to the tables of public green space, stops and water."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from prepare import features
from prepare.features import CLIP_BUFFER_M
from prepare.made import Made
from study.errors import DataError
from tests.prepare.toyford import EAST, NORTH, Extract, square, toyford_extract, wanted_objects

SOURCE = "toy.osm.pbf"


def green_space(extract: Extract, folder: Path, wards: gpd.GeoDataFrame) -> Made:
    return features.green_space(wanted_objects(extract, folder / SOURCE), wards, source=SOURCE)


# ---- public green space


def test_toyfords_green_spaces_have_these_sizes(tmp_path: Path, wards: gpd.GeoDataFrame):
    made = green_space(toyford_extract(), tmp_path, wards)
    # The golf course is not public, the garden of 25 m2 a sliver. The bow tie is two triangles of 2,500 m2.
    expected = {"r70": 2.5, "w60": 2.0, "w61": 0.5}
    assert made.table["area_ha"].to_dict() == pytest.approx(expected, abs=0.001)
    assert made.table["kind"].tolist() == ["leisure=park", "leisure=park", "natural=wood"]
    assert made.table["is_public"].all()
    assert made.table.geometry.is_valid.all()
    assert made.notes == ["Without a name: 1.", "Left out, smaller than 50 m2: 1."]


@pytest.mark.parametrize(
    "tags",
    [
        {"leisure": "golf_course"},
        {"leisure": "park", "access": "private"},
        {"leisure": "park", "access": "members"},
        {"leisure": "garden", "garden__type": "residential"},
        {"leisure": "garden", "fee": "yes"},
        {"leisure": "pitch"},
        {"landuse": "farmland"},
        {"landuse": "allotments"},
    ],
    ids=lambda tags: " ".join(f"{k}={v}" for k, v in tags.items()),
)
def test_green_that_is_not_public_is_left_out(tmp_path: Path, wards: gpd.GeoDataFrame, tags: dict[str, str]):
    extract = Extract()
    extract.box(1, 100, 100, 200, 200, leisure="park")
    extract.box(2, 300, 100, 400, 200, **tags)
    assert green_space(extract, tmp_path, wards).table.index.tolist() == ["w1"]


def test_greens_of_fifty_square_metres_are_kept_and_smaller_ones_dropped(
    tmp_path: Path, wards: gpd.GeoDataFrame
):
    extract = Extract()
    extract.box(1, 100, 100, 106, 110, leisure="garden")
    extract.box(2, 300, 100, 304, 110, leisure="garden")
    made = green_space(extract, tmp_path, wards)
    assert made.table.index.tolist() == ["w1"]
    assert "Left out, smaller than 50 m2: 1." in made.notes


def test_a_green_space_across_the_strips_edge_is_kept_whole(tmp_path: Path, wards: gpd.GeoDataFrame):
    edge = -CLIP_BUFFER_M
    extract = Extract()
    extract.box(1, edge - 300, 400, edge + 100, 500, landuse="forest")
    extract.box(2, edge - 300, 600, edge - 100, 700, landuse="forest")
    table = green_space(extract, tmp_path, wards).table
    # 400 m by 100 m, three quarters of it beyond the strip.
    assert table["area_ha"].to_dict() == pytest.approx({"w1": 4.0}, abs=0.001)


def test_a_green_space_that_is_a_point_or_a_line_has_no_shape_to_show(
    tmp_path: Path, wards: gpd.GeoDataFrame
):
    extract = Extract()
    extract.box(1, 100, 100, 200, 200, leisure="park")
    extract.node(2, 300, 300, leisure="park")
    extract.way(3, [(500, 500), (600, 500)], natural="wood")
    assert green_space(extract, tmp_path, wards).table.index.tolist() == ["w1"]


# ---- stops


def test_bus_stops_and_stations_are_points_with_their_kind(tmp_path: Path, wards: gpd.GeoDataFrame):
    extract = toyford_extract()
    extract.node(11, 500, 500, highway="bus_stop", disused="yes")
    extract.node(12, -CLIP_BUFFER_M - 50, 500, highway="bus_stop")
    extract.box(99, 1000, 900, 1040, 920, railway="station", name="Toyford East")
    made = features.stops(wanted_objects(extract, tmp_path / SOURCE), wards, source=SOURCE)
    assert made.table["kind"].to_dict() == {
        "n6": "highway=bus_stop",
        "n7": "railway=station",
        "w99": "railway=station",
    }
    assert made.table["stop_name"].tolist() == ["Market Cross", "Toyford", "Toyford East"]
    assert (made.table.geom_type == "Point").all()
    assert square(1000, 900, 1040, 920).contains(made.table.geometry["w99"])
    assert made.notes == ["1 bus stops and 2 railway stations."]


# ---- water


def test_ponds_are_too_small_for_the_base_map(tmp_path: Path, wards: gpd.GeoDataFrame):
    made = features.water(wanted_objects(toyford_extract(), tmp_path / SOURCE), wards, source=SOURCE)
    assert made.table.index.tolist() == ["w63"]
    assert made.table.geometry.area.tolist() == pytest.approx([10_000], rel=1e-3)


def test_water_is_cut_at_the_strips_edge(tmp_path: Path, wards: gpd.GeoDataFrame):
    edge = -CLIP_BUFFER_M
    extract = Extract()
    extract.box(1, edge - 300, 400, edge + 100, 600, waterway="riverbank")
    table = features.water(wanted_objects(extract, tmp_path / SOURCE), wards, source=SOURCE).table
    # 100 m of its 400 m lie within the strip.
    assert table.geometry.area.tolist() == pytest.approx([20_000], rel=1e-2)
    assert table.total_bounds[0] == pytest.approx(EAST + edge, abs=0.5)
    assert table.total_bounds[1] == pytest.approx(NORTH + 400, abs=0.5)


# ---- nothing there is not zero


def only(**tags: str) -> Extract:
    extract = Extract()
    extract.node(1, 500, 500, **tags)
    return extract


@pytest.mark.parametrize(
    ("make", "what"),
    [(features.green_space, "public green space"), (features.stops, "stops"), (features.water, "water")],
    ids=["green space", "stops", "water"],
)
def test_an_extract_that_holds_none_is_a_fault(
    tmp_path: Path, wards: gpd.GeoDataFrame, make: object, what: str
):
    with pytest.raises(DataError, match=f"The extract holds no {what}") as caught:
        make(wanted_objects(only(amenity="pub"), tmp_path / SOURCE), wards, source=SOURCE)
    assert caught.value.where == SOURCE


@pytest.mark.parametrize(
    ("make", "what"),
    [(features.green_space, "public green space"), (features.stops, "stops"), (features.water, "water")],
    ids=["green space", "stops", "water"],
)
def test_an_extract_that_holds_them_elsewhere_only_is_a_fault(
    tmp_path: Path, wards: gpd.GeoDataFrame, make: object, what: str
):
    extract = only(amenity="pub")
    extract.node(2, 20_000, 500, highway="bus_stop")
    extract.box(3, 20_000, 100, 20_100, 200, leisure="park")
    extract.box(4, 20_000, 300, 20_100, 400, natural="water")
    with pytest.raises(DataError, match=f"The extract holds no {what}.* in or near the wards"):
        make(wanted_objects(extract, tmp_path / SOURCE), wards, source=SOURCE)
