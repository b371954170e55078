"""Streets from tags and pieces to a network."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from study.errors import DataError, SourceError
from tests.prepare.toyford import EAST, NORTH, Extract
from tests.transport.grids import CRS, block, flagged, pieces, town
from transport.streets import (
    StreetNetwork,
    StreetNetworks,
    has_streets,
    network_of,
    read_street_networks,
    read_streets,
    read_walk_streets,
    street_lines,
    write_streets,
)


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
    # Junctions only: no corner is left at which exactly two different edges meet, but where steps begin.
    degree = np.bincount(np.r_[network.start, network.end])
    loops = np.isin(np.arange(network.node_count), network.start[network.start == network.end])
    on_steps = np.isin(
        np.arange(network.node_count), np.r_[network.start, network.end][np.tile(network.steps, 2)]
    )
    assert not ((degree == 2) & ~loops & ~on_steps).any()


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


# ---- steps and one-way streets


def test_a_chain_ends_where_steps_begin():
    network = flagged(("both", [(0, 0), (50, 0), (100, 0)]), ("steps", [(100, 0), (110, 0), (120, 0)]))
    found = dict(zip(network.length_m.tolist(), network.steps.tolist(), strict=True))
    assert found == {100: False, 20: True}
    assert network.node_count == 3
    assert_consistent(network)


def test_without_steps_the_longest_rest_stays():
    # The steps lead up to a terrace of 300 m that nothing else joins.
    network = flagged(
        ("both", [(0, 0), (1000, 0)]), ("steps", [(1000, 0), (1000, 20)]), ("both", [(1000, 20), (700, 20)])
    )
    assert network.length_m.sum() == 1320
    level = network.without_steps
    assert level.length_m.tolist() == [1000]
    assert level.node_count == 2
    assert not level.steps.any()
    assert level.coverage is network.coverage
    assert_consistent(level)
    # Asked again it is the same, and the network is as it was.
    assert network.without_steps is level
    assert network.steps.sum() == 1


def test_without_steps_the_way_round_stays():
    network = flagged(("steps", [(0, 0), (100, 0)]), ("both", [(0, 0), (0, 50), (100, 50), (100, 0)]))
    assert network.without_steps.length_m.tolist() == [200]


def test_a_network_without_steps_is_itself():
    network = town(*block(2, 100))
    assert network.without_steps is network


def test_nothing_but_steps_is_said():
    with pytest.raises(DataError, match="nothing but steps"):
        _ = flagged(("steps", [(0, 0), (100, 0)])).without_steps


def directed(network: StreetNetwork) -> set[tuple[tuple[float, float], tuple[float, float], float, bool]]:
    return {
        (line.coords[0], line.coords[-1], round(length, 2), bool(one_way))
        for line, length, one_way in zip(network.lines, network.length_m, network.one_way, strict=True)
    }


def test_a_one_way_chain_runs_the_way_one_may_go():
    # A block whose northern side may be cycled from east to west only, drawn in two pieces, and a southern arm.
    network = flagged(
        ("one", [(100, 100), (50, 100), (0, 100)]),
        ("both", [(0, 100), (0, 0), (100, 0), (100, 100)]),
        ("both", [(100, 0), (300, 0)]),
        mode="cycle",
    )
    assert ((100, 100), (0, 100), 100, True) in directed(network)
    assert network.one_way.sum() == 1
    assert network.mode == "cycle"


def test_a_one_way_street_that_leads_nowhere_is_left_out_for_cycling():
    street, out = ("both", [(0, 0), (500, 0)]), ("one", [(500, 0), (500, 900)])
    assert flagged(street, out, mode="cycle").length_m.tolist() == [500]
    # On foot it is a street like any other.
    assert flagged(street, out).length_m.sum() == 1400


def test_a_ring_of_one_way_streets_stays_and_two_towns_joined_one_way_do_not():
    ring = ("one", [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    network = flagged(ring, mode="cycle")
    assert network.length_m.tolist() == [400]
    assert network.one_way.tolist() == [True]
    towns = flagged(
        ring,
        ("one", [(100, 0), (400, 0)]),
        ("both", [(400, 0), (400, 500), (900, 500), (900, 0), (400, 0)]),
        mode="cycle",
    )
    assert towns.length_m.sum() == 2000


def test_a_street_drawn_one_way_in_both_directions_goes_both_ways():
    network = flagged(("one", [(0, 0), (100, 0)]), ("one", [(100, 0), (0, 0)]), mode="cycle")
    assert network.one_way.tolist() == [False]


@pytest.mark.parametrize("seed", range(12))
def test_contraction_keeps_every_way_through_the_largest_strong_part(seed):
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 6, size=(60, 2, 2)) * 10.0
    ends = ends[(ends[:, 0] != ends[:, 1]).any(axis=1)]
    one_way, steps = rng.random((2, len(ends))) < 0.3
    network = network_of(ends, crs=CRS, mode="cycle", one_way=one_way, steps=steps)
    assert_consistent(network)
    graph = nx.DiGraph()
    for (a, b), one in zip(ends, one_way, strict=True):
        graph.add_edge(tuple(a), tuple(b), weight=float(np.hypot(*(b - a))))
        if not one:
            graph.add_edge(tuple(b), tuple(a), weight=float(np.hypot(*(b - a))))

    def metres(nodes: set) -> float:
        """Each street once, whichever way it goes."""
        return nx.Graph(graph.subgraph(nodes)).size(weight="weight")

    largest = max(nx.strongly_connected_components(graph), key=metres)
    assert network.length_m.sum() == pytest.approx(metres(largest))
    found = nx.DiGraph()
    for start, end, length, one in directed(network):
        for a, b in [(start, end)] + [(end, start)] * (not one):
            if length < found.get_edge_data(a, b, {"weight": np.inf})["weight"]:
                found.add_edge(a, b, weight=length)
    asked = sorted(found.nodes)[:4]
    for a in asked:
        lengths = nx.single_source_dijkstra_path_length(found, a, weight="weight")
        for b, length in lengths.items():
            assert length == pytest.approx(nx.dijkstra_path_length(graph, a, b, weight="weight"), abs=0.05)


# ---- both modes from one extract


def networks(extract: Extract, tmp_path: Path, **options: object) -> StreetNetworks:
    path = tmp_path / "toy.osm.pbf"
    extract.write(path)
    return read_street_networks(path, crs=CRS, **options)


def test_walking_and_cycling_are_read_in_one_pass(extract, tmp_path):
    extract.way(15, [(300, 0), (300, 120)], highway="footway")
    extract.way(16, [(0, 0), (0, 70)], highway="steps")
    extract.way(17, [(300, 0), (300, -80), (200, -80), (200, 0)], highway="residential", oneway="yes")
    walk, cycle = networks(extract, tmp_path)
    # The way round to the south goes from (300, 0) to (200, 0), both of which are junctions.
    assert lengths(walk) == [70, 100, 100, 100, 120, 250, 260]
    assert walk.length_m[walk.steps].round().tolist() == [70]
    assert not walk.one_way.any()
    # Nobody rides the footway or the steps; the path may be ridden.
    assert lengths(cycle) == [100, 100, 100, 250, 260]
    assert cycle.length_m[cycle.one_way].round().tolist() == [260]
    assert (walk.mode, cycle.mode) == ("walk", "cycle")
    assert cycle.coverage is walk.coverage


def test_each_mode_has_ground_of_its_own(extract, tmp_path):
    wide = shapely.box(EAST - 10, NORTH - 10, EAST + 400, NORTH + 400)
    near = shapely.box(EAST - 10, NORTH - 10, EAST + 120, NORTH + 90)
    walk, cycle = networks(extract, tmp_path, within={"walk": near, "cycle": wide})
    assert lengths(walk) == [100]
    assert lengths(cycle) == [100, 200, 250]


def test_a_place_where_nothing_can_be_cycled(tmp_path):
    made = Extract()
    made.way(10, [(0, 0), (100, 0)], highway="footway")
    walk, cycle = networks(made, tmp_path)
    assert lengths(walk) == [100]
    assert cycle is None


def test_streets_for_cycling_alone_are_no_streets_to_walk(tmp_path):
    made = Extract()
    made.way(10, [(0, 0), (100, 0)], highway="cycleway", foot="no")
    with pytest.raises(SourceError, match="can be walked"):
        networks(made, tmp_path)


def test_both_networks_of_a_place_lie_in_one_folder(extract, tmp_path):
    extract.way(16, [(0, 0), (0, 70)], highway="steps")
    extract.way(17, [(300, 0), (300, -80), (200, -80), (200, 0)], highway="residential", oneway="yes")
    both = networks(extract, tmp_path)
    folder = tmp_path / "streets"
    assert not has_streets(folder)
    for network in both:
        write_streets(network, folder)
    for network in both:
        assert has_streets(folder, network.mode)
        back = read_streets(folder, network.mode)
        assert shapely.equals_exact(back.lines, network.lines).all()
        for name in ("start", "end", "one_way", "steps"):
            assert getattr(back, name).tolist() == getattr(network, name).tolist()
        assert back.mode == network.mode


def test_streets_written_before_steps_were_known_are_refused(tmp_path):
    write_streets(town([(0, 0), (100, 0)]), tmp_path)
    old = gpd.read_parquet(tmp_path / "edges.parquet").drop(columns=["steps", "one_way"])
    old.to_parquet(tmp_path / "edges.parquet")
    with pytest.raises(DataError, match="no one_way and no steps") as caught:
        read_streets(tmp_path)
    assert "prepare" in caught.value.do


def test_newport_s_cycling_network(newport_networks):
    walk, cycle = newport_networks
    assert_consistent(cycle)
    ones = np.ones(len(cycle.start))
    both = ~cycle.one_way
    rows, columns = np.r_[cycle.start, cycle.end[both]], np.r_[cycle.end, cycle.start[both]]
    graph = coo_array((np.r_[ones, ones[both]], (rows, columns)), shape=(cycle.node_count,) * 2)
    assert connected_components(graph, directed=True, connection="strong")[0] == 1
    assert 0.5 * walk.length_m.sum() < cycle.length_m.sum() < walk.length_m.sum()
    # 15.5 % of rideable ways are one-way; edges are drawn together, and roundabouts are short.
    assert 0.10 < cycle.one_way.mean() < 0.20
    assert 100 < walk.steps.sum() < 200
    assert not cycle.steps.any()
    assert one_part(walk.without_steps)
    lost = walk.length_m.sum() - walk.without_steps.length_m.sum()
    assert walk.length_m[walk.steps].sum() < lost < 0.01 * walk.length_m.sum()


def test_reading_both_modes_reads_the_walks_that_reading_one_does(newport_networks, newport_pbf):
    alone = read_walk_streets(newport_pbf, crs=CRS)
    assert shapely.equals_exact(alone.lines, newport_networks.walk.lines).all()
