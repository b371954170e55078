"""Reading an OpenStreetMap extract: tags and shape of every object that is wanted."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from prepare.openstreetmap import MADE_UP_IDS_FROM, Tags, osm_url, points_on, read_features
from study.errors import SourceError
from tests.prepare.toyford import EAST, NORTH, Extract

CRS = "EPSG:27700"
CORNERS = [(100.0, 100.0), (200.0, 100.0), (200.0, 150.0), (100.0, 150.0)]


def everything(_: str, __: Tags) -> bool:
    return True


def features(
    extract: Extract, folder: Path, *, keys: tuple[str, ...] = ("leisure",), wanted: object = everything
) -> gpd.GeoDataFrame:
    """Write and read an extract; the shapes are in metres from Toyford's corner."""
    path = folder / "toy.osm.pbf"
    extract.write(path)
    found = read_features(path, keys=keys, wanted=wanted, crs=CRS)
    assert found.crs == CRS
    return found.set_geometry(found.geometry.translate(-EAST, -NORTH))


def test_a_node_is_a_point_with_all_its_tags(tmp_path: Path):
    extract = Extract()
    extract.node(7, 120, 340, leisure="playground", name="Swings", addr__postcode="LS1 1AA")
    found = features(extract, tmp_path)
    assert found.index.tolist() == ["n7"]
    assert found["tags"]["n7"] == {"leisure": "playground", "name": "Swings", "addr:postcode": "LS1 1AA"}
    assert found.geometry["n7"].distance(shapely.Point(120, 340)) < 0.1


def test_a_closed_way_is_a_polygon_and_an_open_one_a_line(tmp_path: Path):
    extract = Extract()
    extract.way(1, CORNERS, closed=True, leisure="park")
    extract.way(2, CORNERS, leisure="track")
    found = features(extract, tmp_path)
    assert found.geom_type.to_dict() == {"w1": "Polygon", "w2": "LineString"}
    assert found.geometry["w1"].area == pytest.approx(5_000, rel=1e-3)
    assert found.geometry["w2"].length == pytest.approx(250, rel=1e-3)


def test_a_closed_way_that_says_it_is_no_area_is_a_line(tmp_path: Path):
    extract = Extract()
    extract.way(1, CORNERS, closed=True, leisure="track", area="no")
    found = features(extract, tmp_path)
    assert found.geom_type.tolist() == ["LineString"]
    assert found.geometry["w1"].length == pytest.approx(300, rel=1e-3)


def test_a_bow_tie_is_repaired_into_its_two_triangles(tmp_path: Path):
    extract = Extract()
    extract.way(1, [(600, 600), (700, 700), (700, 600), (600, 700)], closed=True, leisure="park")
    shape = features(extract, tmp_path).geometry["w1"]
    assert shape.is_valid
    # Each triangle: 100 m wide, 50 m high.
    assert shape.area == pytest.approx(5_000, rel=1e-3)
    assert not shape.covers(shapely.Point(650, 690))


def test_a_polygon_without_any_surface_becomes_its_outline(tmp_path: Path):
    extract = Extract()
    # There and back again.
    extract.way(1, [(100, 100), (150, 100), (200, 140), (150, 100)], closed=True, leisure="track")
    shape = features(extract, tmp_path).geometry["w1"]
    assert shape.geom_type in ("LineString", "LinearRing", "MultiLineString")
    assert shape.hausdorff_distance(shapely.LineString([(100, 100), (150, 100), (200, 140)])) < 0.1


def with_hole() -> Extract:
    extract = Extract()
    outer = extract.way(66, [(1600, 800), (1800, 800), (1800, 950), (1600, 950)], closed=True)
    inner = extract.way(67, [(1650, 850), (1750, 850), (1750, 900), (1650, 900)], closed=True)
    members = [("w", outer, "outer"), ("w", inner, "inner")]
    extract.relation(70, members, type="multipolygon", leisure="park", name="Ring Park")
    return extract


def test_a_multipolygon_keeps_its_hole(tmp_path: Path):
    found = features(with_hole(), tmp_path)
    # The member ways have no tags of their own and are nothing by themselves.
    assert found.index.tolist() == ["r70"]
    assert found["tags"]["r70"]["name"] == "Ring Park"
    # 200 m by 150 m, less 100 m by 50 m.
    assert found.geometry["r70"].area == pytest.approx(25_000, rel=1e-3)
    assert not found.geometry["r70"].contains(shapely.Point(1700, 875))


def test_a_multipolygon_is_put_together_from_open_ways(tmp_path: Path):
    extract = Extract()
    extract.way(1, [(0, 0), (100, 0), (100, 100)])
    extract.way(2, [(100, 100), (0, 100), (0, 0)])
    members = [("w", 1, "outer"), ("w", 2, "outer")]
    extract.relation(5, members, type="multipolygon", leisure="park")
    assert features(extract, tmp_path).geometry["r5"].area == pytest.approx(10_000, rel=1e-3)


def test_a_multipolygon_whose_ways_were_cut_away_is_left_out(tmp_path: Path):
    extract = Extract()
    extract.node(1, 10, 10, leisure="playground")
    extract.relation(5, [("w", 404, "outer")], type="multipolygon", leisure="park")
    assert features(extract, tmp_path).index.tolist() == ["n1"]


def test_a_way_cut_at_the_edge_of_the_extract_is_what_is_left_of_it(tmp_path: Path):
    extract = Extract()
    extract.way(1, CORNERS, closed=True, leisure="park")
    refs, tags = extract.ways[1]
    gone = 999_999
    extract.ways[1] = ([*refs[:2], gone, *refs[3:]], tags)
    extract.ways[2] = ([refs[0], gone, gone + 1], {"leisure": "park"})
    found = features(extract, tmp_path)
    # Of the second way a single corner is left, which is no shape.
    assert found.geom_type.to_dict() == {"w1": "LineString"}


def test_only_objects_with_a_key_that_are_wanted_are_read(tmp_path: Path):
    extract = Extract()
    extract.node(1, 10, 10, leisure="playground")
    extract.node(2, 10, 10, leisure="hot_tub")
    extract.node(3, 10, 10, natural="tree")
    seen = []

    def playgrounds(osm_id: str, tags: Tags) -> bool:
        seen.append(osm_id)
        return tags["leisure"] == "playground"

    assert features(extract, tmp_path, wanted=playgrounds).index.tolist() == ["n1"]
    assert seen == ["n1", "n2"]


def test_streets_are_passed_over_and_bus_stops_are_not(tmp_path: Path):
    extract = Extract()
    extract.node(1, 10, 10, highway="bus_stop")
    extract.way(2, CORNERS, highway="residential")
    extract.way(3, CORNERS, closed=True, highway="pedestrian", leisure="park")
    found = features(extract, tmp_path, keys=("leisure", "highway"))
    assert sorted(found.index) == ["n1", "w3"]


def test_an_extract_without_anything_wanted_gives_an_empty_table(tmp_path: Path):
    extract = Extract()
    extract.node(1, 10, 10, natural="tree")
    found = features(extract, tmp_path)
    assert len(found) == 0
    assert list(found.columns) == ["tags", "geometry"]


@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>" * 9], ids=["nothing", "web page"])
def test_a_file_that_is_no_extract_says_so(tmp_path: Path, content: bytes):
    path = tmp_path / "toy.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="extract cannot be read") as caught:
        read_features(path, keys=["leisure"], wanted=everything, crs=CRS)
    assert caught.value.where == str(path)


def test_a_torn_off_extract_says_so(tmp_path: Path):
    with_hole().write(tmp_path / "whole.osm.pbf")
    path = tmp_path / "torn.osm.pbf"
    path.write_bytes((tmp_path / "whole.osm.pbf").read_bytes()[:-30])
    with pytest.raises(SourceError, match="extract cannot be read"):
        read_features(path, keys=["leisure"], wanted=everything, crs=CRS)


def test_one_point_stands_for_each_shape():
    horseshoe = shapely.box(0, 0, 90, 90) - shapely.box(30, 30, 90, 60)
    ring = shapely.box(0, 0, 90, 90) - shapely.box(10, 10, 80, 80)
    bent = shapely.LineString([(0, 0), (100, 0), (100, 60)])
    shapes = np.array([shapely.Point(5, 6), horseshoe, ring, bent])
    point, inside, on_the_ring, half_way = points_on(shapes)
    assert point == shapely.Point(5, 6)
    assert horseshoe.contains(inside)
    assert ring.contains(on_the_ring)
    # Half of 160 m.
    assert half_way == shapely.Point(80, 0)


@pytest.mark.parametrize(
    ("osm_id", "address"),
    [
        ("n123", "https://www.openstreetmap.org/node/123"),
        ("w45", "https://www.openstreetmap.org/way/45"),
        ("r6", "https://www.openstreetmap.org/relation/6"),
        (f"n{MADE_UP_IDS_FROM - 1}", "https://www.openstreetmap.org/node/19999999999"),
        (f"n{MADE_UP_IDS_FROM}", None),
        ("w20000000001", None),
    ],
)
def test_only_numbers_of_openstreetmaps_own_are_linked(osm_id: str, address: str | None):
    assert osm_url(osm_id) == address
