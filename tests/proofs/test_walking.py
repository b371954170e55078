"""Walks over the streets of Newport against graphs that others build and search.

networkx searches the raw streets, node by node as OpenStreetMap numbers them, nothing contracted and nothing joined
by where it lies; who may walk where is written out once more. osmnx builds its own graph from the ways that may be
walked, with its own lengths: on a sphere, which makes them 0.05 % (northwards) to 0.3 % (eastwards) shorter here than
the ellipsoid, where we measure in the plane of the national grid, which is within 0.04 % of it.

Networkx comes with requirements-dev.txt, osmnx with requirements-proofs.txt.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pytest
from pyproj import Transformer
from scipy.spatial import cKDTree

from tests.transport.grids import at
from transport.access import access_walks
from transport.street_rules import read_street_rules
from transport.streets import StreetNetwork, read_walk_streets
from transport.travel import WALK_M_PER_MIN
from transport.travel_times import nearest_facility

TO_GRID = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
CLOSED_ROADS = {
    *("motorway", "motorway_link", "bus_guideway", "busway", "raceway", "escape", "construction", "proposed"),
    *("planned", "abandoned", "razed", "demolished", "disused", "no", "rest_area", "services", "elevator"),
    *("bus_stop", "street_lamp", "emergency_bay", "trailhead"),
}


def may_walk(tags: dict[str, str]) -> bool:
    """Return what data/street_rules.toml says, in other words."""
    if tags["highway"] in CLOSED_ROADS or tags.get("indoor") == "yes":
        return False
    foot = tags.get("foot")
    if foot in {"yes", "designated", "permissive", "public"}:
        return True
    if foot in {"no", "private", "military", "use_sidepath"}:
        return False
    return tags.get("access") not in {"no", "private", "military"}


@pytest.fixture(scope="module")
def streets(newport_pbf: Path) -> StreetNetwork:
    return read_walk_streets(newport_pbf, crs="EPSG:27700")


@pytest.fixture(scope="module")
def raw(newport_pbf: Path) -> nx.Graph:
    """The largest part of the raw streets: OpenStreetMap's own nodes, metres between neighbours."""
    graph = nx.Graph()
    ways = osmium.FileProcessor(str(newport_pbf), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        if not way.is_way() or not may_walk(dict(way.tags)):
            continue
        nodes = [(n.ref, n.location.lon, n.location.lat) for n in way.nodes]
        x, y = TO_GRID.transform(*np.array([node[1:] for node in nodes]).T)
        for i, (x_m, y_m) in enumerate(zip(x, y, strict=True)):
            graph.add_node(nodes[i][0], x=x_m, y=y_m)
        for i, j in pairwise(range(len(nodes))):
            graph.add_edge(nodes[i][0], nodes[j][0], weight=float(np.hypot(x[j] - x[i], y[j] - y[i])))
    largest = max(nx.connected_components(graph), key=lambda part: graph.subgraph(part).size("weight"))
    return graph.subgraph(largest).copy()


def test_the_network_is_the_largest_part_of_the_raw_streets(raw, streets):
    assert streets.length_m.sum() == pytest.approx(raw.size("weight"), rel=1e-4)
    junctions = sum(degree != 2 for _, degree in raw.degree)
    # Besides, a chain ends where steps begin.
    assert junctions <= streets.node_count < junctions + 2 * streets.steps.sum() + 50


def places(graph: nx.Graph, count: int, seed: int, *, inside: StreetNetwork) -> tuple[list, np.ndarray]:
    """Return some of the graph's nodes, and where they are, on ground where streets are known."""
    nodes = np.array(graph.nodes)
    chosen = np.random.default_rng(seed).permutation(nodes)[: 2 * count]
    xy = np.array([(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in chosen.tolist()])
    known = nearest_facility(at(*xy), at(*xy), streets=inside)["basis"].eq("streets").to_numpy()
    return chosen[known][:count].tolist(), xy[known][:count]


def test_walks_to_the_nearest_of_many_are_those_of_the_raw_streets(raw, streets):
    origins, from_xy = places(raw, 400, 1, inside=streets)
    facilities, to_xy = places(raw, 40, 2, inside=streets)
    metres = nx.multi_source_dijkstra_path_length(raw, set(facilities), weight="weight")
    answer = np.array([metres[node] for node in origins])
    known = {"streets": streets, "assets_known_within": streets.coverage}
    walks = nearest_facility(at(*from_xy), at(*to_xy), **known)["minutes"].to_numpy() * WALK_M_PER_MIN
    # Every corner is rounded to a centimetre, and a chain has many.
    off = np.abs(walks - answer)
    assert np.median(off) < 0.05
    # Where two streets cross at different heights, a node of one may be tied to the other.
    assert (off < 1.0).mean() > 0.99


def test_walks_to_stops_are_those_of_the_raw_streets(raw, streets):
    origins, from_xy = places(raw, 60, 3, inside=streets)
    stops, to_xy = places(raw, 150, 4, inside=streets)
    walks = access_walks(at(*from_xy), at(*to_xy), streets, limit_s=900)
    compared = 0
    for row, node in enumerate(origins):
        limit_m = 900 / 60 * WALK_M_PER_MIN
        metres = nx.single_source_dijkstra_path_length(raw, node, cutoff=limit_m + 5, weight="weight")
        got = slice(walks.offsets[row], walks.offsets[row + 1])
        seconds = dict(zip(walks.stop[got].tolist(), walks.seconds[got].tolist(), strict=True))
        wanted = {i: metres[stop] / WALK_M_PER_MIN * 60 for i, stop in enumerate(stops) if stop in metres}
        sure = {i for i, s in wanted.items() if s < 899}
        assert len(sure - set(seconds)) <= 1
        off = np.array([seconds[i] - wanted[i] for i in sure & set(seconds)])
        assert ((off > -1) & (off < 2)).mean() > 0.95 if len(off) else True
        compared += len(off)
    assert compared > 300


def test_walks_are_those_of_osmnx(raw, streets, newport_pbf, tmp_path):
    osmnx = pytest.importorskip("osmnx", reason="requirements-proofs.txt is not installed")
    rules = read_street_rules()
    path = tmp_path / "walk.osm"
    wanted = set()
    ways = osmium.FileProcessor(str(newport_pbf), osmium.osm.WAY)
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        if rules.walk.is_open(dict(way.tags)):
            wanted.add(way.id)
    with osmium.BackReferenceWriter(str(path), ref_src=str(newport_pbf), overwrite=True) as writer:
        for way in osmium.FileProcessor(str(newport_pbf), osmium.osm.WAY):
            if way.id in wanted:
                writer.add(way)
    graph = osmnx.graph_from_xml(path, bidirectional=True, simplify=True)
    nodes = list(graph.nodes)
    x, y = TO_GRID.transform(*np.array([(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in nodes]).T)
    junctions, xy = np.array(nodes), np.stack([x, y], axis=1)
    # Both know the junction: nothing is tied, so only the ways between are compared.
    near, _ = cKDTree(streets.node_xy).query(xy)
    known = nearest_facility(at(*xy), at(*xy), streets=streets)["basis"].eq("streets").to_numpy()
    shared = np.flatnonzero((near < 0.02) & known)
    chosen = np.random.default_rng(5).permutation(shared)
    origins, facilities = chosen[:400], chosen[400:430]
    metres = nx.multi_source_dijkstra_path_length(
        graph.reverse(), set(junctions[facilities].tolist()), weight="length"
    )
    answer = np.array([metres[node] for node in junctions[origins].tolist()])
    walks = nearest_facility(
        at(*xy[origins]), at(*xy[facilities]), streets=streets, assets_known_within=streets.coverage
    )["minutes"].to_numpy()
    off = np.abs(walks * WALK_M_PER_MIN - answer) / np.maximum(answer, 50)
    assert np.median(off) < 0.003
    assert (off < 0.005).mean() > 0.99
