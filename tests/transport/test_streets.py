"""Streets from tags and pieces to a network."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from study.errors import SourceError
from tests.prepare.toyford import EAST, NORTH, Extract
from tests.transport.grids import CRS, block, pieces, town
from transport.streets import (
    StreetNetwork,
    is_walkable,
    network_of,
    read_streets,
    read_walk_streets,
    street_lines,
    write_streets,
)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "footway"},
        {"highway": "steps"},
        {"highway": "path"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "living_street"},
        {"highway": "service", "service": "alley"},
        {"highway": "track"},
        {"highway": "cycleway"},
        {"highway": "bridleway"},
        {"highway": "trunk"},
        {"highway": "primary_link"},
        {"highway": "unclassified", "access": "yes"},
        {"highway": "service", "access": "permissive"},
        {"highway": "service", "access": "destination"},
        {"highway": "service", "access": "private", "foot": "yes"},
        {"highway": "track", "access": "no", "foot": "designated"},
        {"highway": "path", "access": "private", "foot": "permissive"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "residential", "sidewalk": "no"},
        {"highway": "footway", "bridge": "yes", "layer": "1"},
    ],
    ids=str,
)
def test_people_may_walk_here(tags):
    assert is_walkable(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"railway": "rail"},
        {"foot": "yes"},
        {"highway": "motorway"},
        {"highway": "motorway_link"},
        {"highway": "motorway", "foot": "yes"},
        {"highway": "busway"},
        {"highway": "raceway"},
        {"highway": "construction", "construction": "residential"},
        {"highway": "proposed", "foot": "yes"},
        {"highway": "service", "access": "private"},
        {"highway": "service", "access": "no"},
        {"highway": "track", "access": "military"},
        {"highway": "trunk", "foot": "no"},
        {"highway": "primary", "foot": "use_sidepath"},
        {"highway": "primary", "access": "yes", "foot": "no"},
        {"highway": "path", "foot": "private"},
        {"highway": "footway", "indoor": "yes"},
        {"highway": "bus_stop"},
    ],
    ids=str,
)
def test_people_may_not_walk_here(tags):
    assert not is_walkable(tags)


def ends_of(network: StreetNetwork) -> set[tuple[tuple[float, float], ...]]:
    """Return both ends of every edge, as places, read from the lines."""
    return {tuple(sorted((line.coords[0], line.coords[-1]))) for line in network.lines}


def assert_consistent(network: StreetNetwork) -> None:
    """The lines end where the node numbers say, every number is used, and one node is one place."""
    place_of: dict[int, tuple[float, float]] = {}
    for line, start, end in zip(network.lines, network.start, network.end, strict=True):
        assert place_of.setdefault(int(start), line.coords[0]) == line.coords[0]
        assert place_of.setdefault(int(end), line.coords[-1]) == line.coords[-1]
    assert sorted(place_of) == list(range(network.node_count))
    assert len(set(place_of.values())) == network.node_count


def test_a_chain_is_one_edge():
    network = town([(0, 0), (100, 0), (100, 100), (300, 100)])
    assert ends_of(network) == {((0, 0), (300, 100))}
    assert network.length_m.tolist() == [400]
    assert network.node_count == 2


def test_a_junction_ends_three_edges():
    network = town([(0, 0), (100, 0), (200, 0)], [(100, 0), (100, 70)])
    assert ends_of(network) == {((0, 0), (100, 0)), ((100, 0), (200, 0)), ((100, 0), (100, 70))}
    assert sorted(network.length_m) == [70, 100, 100]
    assert network.node_count == 4
    assert_consistent(network)


def test_pieces_may_come_in_any_order_and_direction():
    drawn = pieces(*block(4, 100))
    shuffled = np.random.default_rng(7).permutation(drawn)
    shuffled[::2] = shuffled[::2, ::-1]
    assert ends_of(network_of(shuffled, crs=CRS)) == ends_of(network_of(drawn, crs=CRS))


def test_two_ways_between_the_same_junctions_stay_two():
    network = town([(-50, 0), (0, 0), (100, 0), (150, 0)], [(0, 0), (0, 80), (100, 80), (100, 0)])
    both = [line for line in network.lines if {line.coords[0], line.coords[-1]} == {(0, 0), (100, 0)}]
    assert sorted(line.length for line in both) == [100, 260]
    assert_consistent(network)


def test_a_loop_begins_and_ends_at_its_junction():
    network = town([(0, 0), (100, 0)], [(100, 0), (200, 0), (200, 100), (100, 100), (100, 0)])
    loop = network.start == network.end
    assert loop.sum() == 1
    assert network.length_m[loop].tolist() == [400]
    assert network.lines[loop][0].coords[0] == (100, 0)
    assert_consistent(network)


def test_a_ring_on_its_own_is_a_network():
    network = town([(0, 0), (100, 0), (100, 100), (0, 0)])
    assert network.node_count == 1
    assert network.start.tolist() == network.end.tolist() == [0]


def test_the_part_with_the_greatest_length_stays():
    long = [(0, 0), (1000, 0)]
    many = [[(0, 50), (0, 60 + i)] for i in range(5)] + [[(0, 50), (10, 50 + i)] for i in range(5)]
    network = town(*many, long)
    assert ends_of(network) == {((0, 0), (1000, 0))}
    assert network.node_count == 2


def test_a_bridge_does_not_meet_the_road_below():
    road, bridge = [(0, 0), (1000, 0)], [(500, -50), (500, 50)]
    assert ends_of(town(road, bridge)) == {((0, 0), (1000, 0))}
    # Where both have a corner at the same place they do meet.
    met = town([(0, 0), (500, 0), (1000, 0)], [(500, -50), (500, 0), (500, 50)])
    assert met.node_count == 5
    assert len(met.lines) == 4


def test_a_piece_drawn_twice_or_back_again_counts_once():
    network = town([(0, 0), (100, 0), (200, 0)], [(200, 0), (100, 0)], [(0, 0), (100, 0)])
    assert ends_of(network) == {((0, 0), (200, 0))}
    assert network.length_m.sum() == 200


def test_a_piece_without_length_is_left_out():
    network = town([(0, 0), (100, 0), (100, 0), (200, 0)], [(50, 50), (50, 50)])
    assert ends_of(network) == {((0, 0), (200, 0))}
    assert network.node_count == 2


def test_ends_a_millimetre_apart_meet():
    network = town([(0, 0), (100.001, 0)], [(99.999, 0.001), (200, 0)])
    assert ends_of(network) == {((0, 0), (200, 0))}


@pytest.mark.parametrize("seed", range(10))
def test_contraction_keeps_every_piece_of_the_longest_part(seed):
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 9, size=(40, 2, 2)) * 10.0
    network = network_of(ends, crs=CRS)
    assert_consistent(network)
    graph = nx.Graph()
    for a, b in ends:
        if tuple(a) != tuple(b):
            graph.add_edge(tuple(a), tuple(b), weight=float(np.hypot(*(a - b))))
    parts = [graph.subgraph(nodes) for nodes in nx.connected_components(graph)]
    longest = max(parts, key=lambda part: part.size(weight="weight"))
    assert network.length_m.sum() == pytest.approx(longest.size(weight="weight"))
    # Junctions and ends are those corners that two pieces do not simply pass through.
    junctions = {node for node, degree in longest.degree if degree != 2}
    found = {line.coords[i] for line in network.lines for i in (0, -1)}
    assert junctions <= found
    assert all(
        network.start[i] == network.end[i]
        for i, line in enumerate(network.lines)
        if line.coords[0] not in junctions
    )


@pytest.fixture
def extract() -> Extract:
    """A high street of 300 m with a path off it, a private drive and a motorway."""
    made = Extract()
    made.node(1, 0, 0, highway="crossing")
    made.way(10, [(0, 0), (100, 0), (200, 0), (300, 0)], highway="residential")
    made.way(11, [(100, 0), (100, 250)], highway="path")
    made.way(12, [(200, 0), (200, 400)], highway="service", access="private")
    made.way(13, [(0, 0), (0, 900)], highway="motorway")
    made.way(14, [(300, 0), (300, 500)], waterway="river")
    return made


def read(extract: Extract, tmp_path: Path, **options: object) -> StreetNetwork:
    path = tmp_path / "toy.osm.pbf"
    extract.write(path)
    return read_walk_streets(path, crs=CRS, **options)


def lengths(network: StreetNetwork) -> list[int]:
    return sorted(round(length) for length in network.length_m)


def test_streets_are_read_from_an_extract(extract, tmp_path):
    network = read(extract, tmp_path)
    assert lengths(network) == [100, 200, 250]
    assert network.crs == CRS
    # OpenStreetMap keeps seven decimals of a degree, a centimetre, so whole metres come back.
    corners = {(round(x - EAST), round(y - NORTH)) for x, y in shapely.get_coordinates(network.lines)}
    assert corners == {(0, 0), (100, 0), (200, 0), (300, 0), (100, 250)}


def test_a_way_cut_at_the_extract_s_edge_does_not_jump_the_gap(extract, tmp_path):
    extract.way(15, [(300, 0), (400, 0), (500, 0), (600, 0), (700, 0)], highway="residential")
    beyond = next(i for i, (x, _, _) in extract.nodes.items() if x == 500)
    del extract.nodes[beyond]
    network = read(extract, tmp_path)
    # The street now goes on to 400; what lies past the gap (600 to 700) is an island.
    assert lengths(network) == [100, 250, 300]
    assert shapely.total_bounds(network.lines)[2] == pytest.approx(EAST + 400, abs=0.1)


def test_a_way_that_loses_both_ends_keeps_its_middle(tmp_path):
    made = Extract()
    made.way(10, [(0, 0), (100, 0), (200, 0), (300, 0)], highway="residential")
    for number in [i for i, (x, _, _) in made.nodes.items() if x in (0, 300)]:
        del made.nodes[number]
    assert lengths(read(made, tmp_path)) == [100]


def test_streets_beyond_the_wanted_ground_are_left_out(extract, tmp_path):
    within = shapely.box(EAST - 10, NORTH - 10, EAST + 220, NORTH + 90)
    # The pieces 0-100 and 100-200 have their middle inside; the path's middle and 200-300's have not.
    assert lengths(read(extract, tmp_path, within=within)) == [200]


def test_no_streets_here_is_said(extract, tmp_path):
    with pytest.raises(SourceError, match="holds no streets"):
        read(extract, tmp_path, within=shapely.box(0, 0, 1, 1))


@pytest.mark.parametrize("tags", [{"highway": "motorway"}, {"building": "yes"}], ids=str)
def test_an_extract_without_streets_is_said(tmp_path, tags):
    made = Extract()
    made.way(10, [(0, 0), (100, 0)], **tags)
    with pytest.raises(SourceError, match="holds no streets") as caught:
        read(made, tmp_path)
    assert "toy.osm.pbf" in str(caught.value)


def test_an_extract_with_streets_of_no_length_is_said(tmp_path):
    made = Extract()
    made.node(1, 0, 0)
    made.node(2, 0.001, 0)
    made.ways[10] = ([1, 2], {"highway": "residential"})
    with pytest.raises(SourceError, match="holds no streets"):
        read(made, tmp_path)


def test_a_way_with_one_node_left_is_no_street(tmp_path):
    made = Extract()
    made.way(10, [(0, 0), (100, 0)], highway="residential")
    del made.nodes[max(made.nodes)]
    with pytest.raises(SourceError, match="holds no streets"):
        read(made, tmp_path)


def test_a_file_that_is_no_extract_is_said(tmp_path):
    path = tmp_path / "page.osm.pbf"
    path.write_text("<html>not found</html>", "utf-8")
    with pytest.raises(SourceError, match="cannot be read") as caught:
        read_walk_streets(path, crs=CRS)
    assert caught.value.where == str(path)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read_walk_streets(tmp_path / "none.osm.pbf", crs=CRS)


@pytest.mark.parametrize(
    "lines", [block(10, 100), [[(0, 0), (100, 0), (100, 50)]]], ids=["town", "two pieces"]
)
def test_a_network_comes_back_as_it_was_written(tmp_path, lines):
    network = network_of(pieces(*lines), crs=CRS)
    write_streets(network, tmp_path / "new" / "streets")
    back = read_streets(tmp_path / "new" / "streets")
    assert shapely.equals_exact(back.lines, network.lines).all()
    assert back.start.tolist() == network.start.tolist()
    assert back.end.tolist() == network.end.tolist()
    assert back.coverage.equals(network.coverage)
    assert back.crs == CRS
    assert back.node_count == network.node_count


def test_lines_for_the_map_are_one_shape_a_tile():
    # Three streets, their middles in two squares of a kilometre.
    network = town([(100, 100), (900, 100)], [(900, 100), (900, 500)], [(900, 100), (2500, 100)])
    lines = street_lines(network, tolerance_m=0)
    assert lines.index.tolist() == [0, 1]
    assert lines.index.name == "line_id"
    assert lines.crs.to_string() == CRS
    assert sorted(lines.length) == [1200, 1600]


def test_lines_for_the_map_lose_small_corners_only():
    network = town([(0, 0), (50, 2), (100, 0), (100, 80)])
    (line,) = street_lines(network, tolerance_m=5).geometry
    assert shapely.get_coordinates(line).tolist() == [[0, 0], [100, 0], [100, 80]]


def one_part(network: StreetNetwork) -> bool:
    ones = np.ones(len(network.start))
    graph = coo_array((ones, (network.start, network.end)), shape=(network.node_count,) * 2)
    return connected_components(graph, directed=False)[0] == 1


def test_newport_is_one_connected_contracted_network(newport_streets):
    network = newport_streets
    assert_consistent(network)
    assert one_part(network)
    # 48,000 walkable nodes in the extract, drawn together.
    assert 8_000 < network.node_count < 16_000
    assert network.length_m.min() > 0
    assert shapely.is_valid(network.lines).all()
    # Junctions only: no corner is left at which exactly two different edges meet.
    degree = np.bincount(np.r_[network.start, network.end])
    loops = np.isin(np.arange(network.node_count), network.start[network.start == network.end])
    assert not ((degree == 2) & ~loops).any()


def test_central_leeds_is_one_connected_network(leeds_streets):
    assert_consistent(leeds_streets)
    assert one_part(leeds_streets)
    assert 250e3 < leeds_streets.length_m.sum() < 1_000e3


def test_half_of_newport(newport_pbf, newport_streets):
    west = shapely.box(*shapely.total_bounds(newport_streets.lines)[:2], 331_000, 200_000)
    half = read_walk_streets(newport_pbf, crs=CRS, within=west)
    assert shapely.total_bounds(half.lines)[2] < 331_000 + 1_000
    assert half.length_m.sum() < newport_streets.length_m.sum()
    assert one_part(half)
