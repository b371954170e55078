"""Small shapes for the map: neighbours fit together, nothing is lost or moved about, files stay small."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from prepare import display
from prepare.display import DECIMALS, MOST_BYTES, display_geojson, write_display
from study.errors import CrsError
from tests.prepare.toyford import EAST, NORTH, degrees, square

SIDE = 3


def wiggly_edge(start: tuple[int, int], end: tuple[int, int], wiggle_m: float, seed: int) -> np.ndarray:
    """Return a line of 41 corners between two grid points a kilometre apart, straight only near its ends."""
    noise = np.random.default_rng([seed, *start, *end]).uniform(-1, 1, 41)
    along = np.linspace(0, 1, 41)
    aside = wiggle_m * noise * np.sin(np.pi * along)
    a, b = np.array(start) * 1000.0, np.array(end) * 1000.0
    across = np.array([a[1] - b[1], b[0] - a[0]]) / 1000.0
    return a + along[:, None] * (b - a) + aside[:, None] * across


def wiggly_neighbours(wiggle_m: float, seed: int) -> gpd.GeoDataFrame:
    """Return nine small areas of about a square kilometre whose common borders wiggle."""
    cells, codes = [], []
    for i in range(SIDE):
        for j in range(SIDE):
            south = wiggly_edge((i, j), (i + 1, j), wiggle_m, seed)
            east = wiggly_edge((i + 1, j), (i + 1, j + 1), wiggle_m, seed)
            north = wiggly_edge((i, j + 1), (i + 1, j + 1), wiggle_m, seed)[::-1]
            west = wiggly_edge((i, j), (i, j + 1), wiggle_m, seed)[::-1]
            ring = np.concatenate([south[:-1], east[:-1], north[:-1], west[:-1]])
            # Published outlines start anywhere, not at a corner.
            cells.append(shapely.Polygon(np.roll(ring, 17, axis=0) + (EAST, NORTH)))
            codes.append(f"E0100000{i * SIDE + j + 1}")
    return gpd.GeoDataFrame(
        {"lsoa_name": "Somewhere", "ward_code": "E05000001"},
        geometry=cells,
        index=pd.Index(codes, name="lsoa_code"),
        crs="EPSG:27700",
    )


def drawn(name: str, table: gpd.GeoDataFrame) -> list[shapely.Geometry]:
    return [shape(f["geometry"]) for f in json.loads(display_geojson(name, table))["features"]]


def greens(*shapes: shapely.Geometry, names: list[str | None] | None = None) -> gpd.GeoDataFrame:
    names = names or [None] * len(shapes)
    index = pd.Index([f"w{i}" for i in range(len(shapes), 0, -1)], name="green_id")
    return gpd.GeoDataFrame(
        {"green_name": pd.Series(names, index=index, dtype="str"), "kind": "leisure=park"},
        geometry=list(shapes),
        index=index,
        crs="EPSG:27700",
    )


# ---- coverages


@settings(max_examples=20, deadline=None)
@given(wiggle_m=st.floats(0, 60), seed=st.integers(0, 10_000))
def test_neighbours_stay_neighbours_without_slivers_or_overlaps(wiggle_m: float, seed: int):
    table = wiggly_neighbours(wiggle_m, seed)
    assert shapely.coverage_is_valid(table.geometry.to_numpy())
    shapes = np.array(drawn("lsoas", table))
    # Valid: no overlaps, and common borders have the same corners on both sides.
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-9)


def test_a_border_that_wiggles_less_than_the_tolerance_is_drawn_straight():
    table = wiggly_neighbours(0.4, 1)
    shapes = drawn("lsoas", table)
    assert sum(shapely.get_num_coordinates(shapes)) < 0.2 * table.geometry.count_coordinates().sum()
    metres = gpd.GeoSeries(shapes, crs="EPSG:4326").to_crs("EPSG:27700").to_numpy()
    # A border lies at most 0.4 m from the straight line here, and 5 decimals of a degree are about a metre.
    assert shapely.hausdorff_distance(metres, table.geometry.to_numpy()).max() < 2.0


def test_simplified_one_by_one_the_same_neighbours_would_part():
    table = wiggly_neighbours(40.0, 1)
    assert not shapely.coverage_is_valid(shapely.simplify(table.geometry.to_numpy(), 10.0))
    assert shapely.coverage_is_valid(np.array(drawn("lsoas", table)))


# ---- order, properties, numbers


def test_shapes_stand_in_the_order_of_the_table():
    table = wiggly_neighbours(20.0, 7).iloc[[4, 0, 8, 2]]
    collection = json.loads(display_geojson("lsoas", table))
    assert [f["properties"]["lsoa_code"] for f in collection["features"]] == table.index.tolist()
    for feature, original in zip(collection["features"], table.geometry.to_crs("EPSG:4326"), strict=True):
        assert shape(feature["geometry"]).contains(original.centroid)


def test_each_table_has_its_own_properties_and_no_others():
    feature = json.loads(display_geojson("lsoas", wiggly_neighbours(0, 0)))["features"][0]
    assert feature["properties"] == {"lsoa_code": "E01000001", "ward_code": "E05000001"}
    table = greens(square(0, 0, 100, 100))
    feature = json.loads(display_geojson("green_space", table))["features"][0]
    assert feature["properties"] == {"green_id": "w1", "green_name": None}
    feature = json.loads(display_geojson("water", table))["features"][0]
    assert feature["properties"] == {}


def test_names_from_outside_come_through_as_they_stand():
    attack = "</script>{{ 7*7 }}${x}`\\\"'\u2028é"
    text = display_geojson("green_space", greens(square(0, 0, 100, 100), names=[attack]))
    assert json.loads(text)["features"][0]["properties"]["green_name"] == attack


def test_coordinates_are_degrees_rounded_to_about_a_metre():
    text = display_geojson("green_space", greens(square(0, 0, 400, 300)))
    feature = json.loads(text, parse_float=str)["features"][0]
    ring = feature["geometry"]["coordinates"][0]
    assert all(len(number.partition(".")[2]) <= DECIMALS for corner in ring for number in corner)
    corners = {tuple(float(n) for n in corner) for corner in ring}
    expected = {
        tuple(round(n, DECIMALS) for n in degrees(x, y)) for x, y in ((0, 0), (400, 0), (400, 300), (0, 300))
    }
    assert corners == expected


def test_holes_and_parts_are_kept():
    ring = square(0, 0, 400, 400) - square(100, 100, 300, 300)
    two = shapely.union(square(600, 0, 800, 200), square(900, 0, 1100, 200))
    hole, parts = drawn("green_space", greens(ring, two))
    assert len(hole.interiors) == 1
    assert len(parts.geoms) == 2
    in_metres = gpd.GeoSeries([hole, parts], crs="EPSG:4326").to_crs("EPSG:27700").area
    assert in_metres.tolist() == pytest.approx([400 * 400 - 200 * 200, 2 * 200 * 200], rel=0.02)


def test_nothing_vanishes_however_small():
    # Values find their shape by position: a shape that went missing would shift all that follow.
    tiny = shapely.box(EAST + 0.1, NORTH + 0.1, EAST + 0.3, NORTH + 0.3)
    shapes = drawn("green_space", greens(square(0, 0, 100, 100), tiny, square(200, 0, 300, 100)))
    assert len(shapes) == 3
    assert not any(s.is_empty for s in shapes)


def test_lines_may_be_drawn_too():
    index = pd.Index([0], name="line_id")
    line = shapely.LineString([(EAST, NORTH), (EAST + 500, NORTH + 1), (EAST + 1000, NORTH)])
    table = gpd.GeoDataFrame(geometry=[line], index=index, crs="EPSG:27700")
    (straight,) = drawn("street_lines", table)
    assert straight.geom_type == "LineString"
    assert len(straight.coords) == 2


def test_a_table_in_degrees_is_refused():
    with pytest.raises(CrsError):
        display_geojson("lsoas", wiggly_neighbours(0, 0).to_crs("EPSG:4326"))


# ---- sizes


def test_a_small_table_is_simplified_no_more_than_the_finest_step():
    # The tooth is 6 m high: a tolerance of 5 m keeps it, the next one of 7 m would not.
    tooth = shapely.Polygon([(0, 0), (50, 0), (53, 6), (56, 0), (200, 0), (200, 200), (0, 200)])
    (found,) = drawn("green_space", greens(shapely.transform(tooth, lambda xy: xy + (EAST, NORTH))))
    assert shapely.get_num_coordinates(found) == 8


def test_a_large_table_is_simplified_until_it_is_small_enough(monkeypatch: pytest.MonkeyPatch):
    table = wiggly_neighbours(40.0, 3)
    fine = len(display_geojson("lsoas", table).encode())
    limit = fine // 2
    monkeypatch.setitem(display.MOST_BYTES, "lsoas", limit)
    coarse = display_geojson("lsoas", table)
    assert len(coarse.encode()) <= limit
    shapes = [shape(f["geometry"]) for f in json.loads(coarse)["features"]]
    assert shapely.coverage_is_valid(np.array(shapes))


def test_a_table_that_stays_too_large_is_still_written_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(display.MOST_BYTES, "lsoas", 10)
    assert len(drawn("lsoas", wiggly_neighbours(40.0, 3))) == SIDE * SIDE


# ---- files


def test_only_tables_that_are_drawn_are_written_and_their_sizes_told(tmp_path: Path):
    population = pd.DataFrame({"residents": [7]}, index=["E01000001"])
    tables = {"population": population, "lsoas": wiggly_neighbours(5, 5), "water": greens(square(0, 0, 9, 9))}
    sizes = write_display(tables, tmp_path / "display")
    files = {p.name: p.stat().st_size for p in (tmp_path / "display").iterdir()}
    assert files == {f"{name}.geojson": size for name, size in sizes.items()}
    assert sorted(sizes) == ["lsoas", "water"]
    assert all(size <= MOST_BYTES[name] for name, size in sizes.items())


def test_an_empty_table_is_an_empty_collection():
    empty = greens(square(0, 0, 9, 9)).iloc[:0]
    assert json.loads(display_geojson("green_space", empty)) == {"type": "FeatureCollection", "features": []}
    assert json.loads(display_geojson("water", empty)) == {"type": "FeatureCollection", "features": []}
