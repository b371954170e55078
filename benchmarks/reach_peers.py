"""The same questions asked of other programs, on the same data, their answers held beside ours.

Each is optional (requirements-benchmarks.txt), and nothing here is used at run time.
"""

from __future__ import annotations

import importlib.util
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
from pyproj import Transformer

from benchmarks.city import STREETS, TIMETABLE
from benchmarks.city_timetable import WEEKDAY
from benchmarks.reach_city import DEPARTURES_S, TRANSFER_LIMIT_S, WALK_LIMIT_S, City
from benchmarks.reach_questions import in_ms, places_of, repeated, require, ridden, timed, walks_to
from benchmarks.results import PEER, Measured
from transport.connections import UNREACHED
from transport.streets import read_walk_streets
from transport.threads import core_count
from transport.travel import WALK_M_PER_MIN
from transport.travel_times import nearest_from_nodes

# Metres by which two programs' distances may differ: pandana keeps them as 32-bit floats.
METRES = 0.5
# How much of the street's length osmnx and we may differ by: rules for what can be walked differ.
LENGTH_SHARE = 0.1
FEW_RIDES = 4


def is_here(package: str) -> bool:
    """Return whether a peer is installed."""
    return importlib.util.find_spec(package) is not None


def walking(city: City, runs: int) -> Iterator[Measured]:
    """Measure every node's nearest of 200 facilities, beside pandana."""
    facilities = city.facilities(200)
    _, times, (minutes, _) = repeated(lambda: nearest_from_nodes(facilities, streets=city.walk), runs)
    yield in_ms("walk_nodes", "Every street node on foot, nearest of 200", times, 60.0)
    if not is_here("pandana"):
        return
    import pandana

    xy, walk = city.walk.node_xy, city.walk
    lengths = pd.DataFrame({"metres": walk.length_m})
    start, end = pd.Series(walk.start), pd.Series(walk.end)
    build_s, network = timed(
        lambda: pandana.Network(pd.Series(xy[:, 0]), pd.Series(xy[:, 1]), start, end, lengths)
    )
    yield Measured("pandana_build", "  pandana builds its network", "s", (build_s,), whose=PEER)
    at = pd.Series(xy[facilities["node"], 0]), pd.Series(xy[facilities["node"], 1])
    farthest_m = float(np.max(minutes[np.isfinite(minutes)]) * WALK_M_PER_MIN) + 100
    network.set_pois("facilities", farthest_m, 1, *at)
    _, times, theirs = repeated(
        lambda: network.nearest_pois(farthest_m, "facilities", num_pois=1), max(runs // 2, 1)
    )
    apart_m = np.abs(theirs[1].to_numpy() - minutes * WALK_M_PER_MIN)
    require(
        bool((apart_m < METRES).all()), f"{int((apart_m >= METRES).sum())} walks are other than pandana's"
    )
    yield Measured(
        "walk_nodes", "Every street node, pandana", "ms", tuple(t * 1_000 for t in times), whose=PEER
    )


def streets(pbf: Path, where: str, runs: int) -> Iterator[Measured]:
    """Measure the reading of an extract, beside osmnx reading the same streets from XML."""
    _, times, ours = repeated(lambda: read_walk_streets(pbf, crs="EPSG:27700"), runs)
    yield Measured("read_streets", f"Walking streets from the pbf of {where}", "s", times, target=0.4)
    if not is_here("osmnx"):
        return
    import osmnx

    with tempfile.TemporaryDirectory(prefix="strong-places-") as folder:
        # It reads no pbf; the change of format, and leaving out all that is no street, is not counted.
        xml = Path(folder) / "streets.osm"
        _write_streets(pbf, xml)
        _, times, graph = repeated(
            lambda: osmnx.project_graph(osmnx.graph_from_xml(xml), to_crs="EPSG:27700"), 1
        )
    metres = sum(length for *_, length in osmnx.convert.to_undirected(graph).edges(data="length"))
    share = metres / float(ours.length_m.sum())
    require(abs(share - 1) < 2 * LENGTH_SHARE, f"osmnx finds {share:.0%} of the length of streets")
    yield Measured("read_streets", "osmnx", "s", times, whose=PEER)
    yield Measured(
        "osmnx_length", "  length of osmnx's streets over ours (it keeps motorways too)", "ratio", (share,)
    )


def _write_streets(pbf: Path, xml: Path) -> None:
    with osmium.BackReferenceWriter(str(xml), ref_src=str(pbf), overwrite=True) as writer:
        for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY).with_filter(
            osmium.filter.KeyFilter("highway")
        ):
            writer.add(way)


def riding(city: City, runs: int, *, origins: int, departures: int) -> Iterator[Measured]:
    """Measure one (origin, departure) to the nearest of 20, beside ferrobus on a sample of both."""
    points, doors = places_of(city.door_ties), len(city.areas)
    facilities = city.facilities(20)
    walks = walks_to(facilities, points, city.door_ties, doors=doors)
    _, times, ours = repeated(lambda: ridden(city.day, city.transfers, city.access, walks), runs)
    pairs = doors * len(DEPARTURES_S)
    yield _per_pair("transit_pair", "One area at one minute, nearest of 20", [t / pairs for t in times])
    if not is_here("ferrobus"):
        return
    import ferrobus

    with tempfile.TemporaryDirectory(prefix="strong-places-") as folder:
        with zipfile.ZipFile(city.folder / TIMETABLE) as feed:
            feed.extractall(folder)
        day = f"{WEEKDAY[:4]}-{WEEKDAY[4:6]}-{WEEKDAY[6:]}"
        build_s, model = timed(
            lambda: ferrobus.create_transit_model(
                str(city.folder / STREETS), [folder], _date(day), TRANSFER_LIMIT_S
            )
        )
    yield Measured("ferrobus_build", "  ferrobus builds its model", "s", (build_s,), whose=PEER)
    to_degrees = Transformer.from_crs(city.walk.crs, "EPSG:4326", always_xy=True)

    def point(x: float, y: float) -> object:
        lon, lat = to_degrees.transform(x, y)
        return ferrobus.create_transit_point(lat, lon, model, WALK_LIMIT_S, 60)

    ends = [point(g.x, g.y) for g in facilities.geometry]
    sample = np.random.default_rng(7).choice(doors, min(origins, doors), replace=False)
    starts = [point(g.x, g.y) for g in city.areas.geometry.iloc[sample]]
    every = np.linspace(0, len(DEPARTURES_S) - 1, departures).astype(int)

    def ask(start: object) -> list[int]:
        rows = [
            ferrobus.find_routes_one_to_many(model, start, ends, int(DEPARTURES_S[m]), FEW_RIDES)
            for m in every
        ]
        return [
            min((f["travel_time_seconds"] for f in row if f is not None), default=UNREACHED) for row in rows
        ]

    window = (int(DEPARTURES_S[0]), int(DEPARTURES_S[-1]))

    def ask_window(start: object) -> None:
        for end in ends:
            ferrobus.range_multimodal_routing(model, start, end, window, FEW_RIDES)

    with ThreadPoolExecutor(core_count()) as pool:
        _, times, theirs = repeated(lambda: list(pool.map(ask, starts)), 1)
        _, window_times, _ = repeated(lambda: list(pool.map(ask_window, starts)), 1)
    one_by_one = [t / (len(starts) * len(every)) for t in times]
    by_window = [t / (len(starts) * len(DEPARTURES_S)) for t in window_times]
    yield _per_pair(
        "ferrobus_minutes", "  ferrobus, minute by minute (find_routes_one_to_many)", one_by_one, PEER
    )
    yield _per_pair("ferrobus_window", "  ferrobus, whole window (range_multimodal_routing)", by_window, PEER)
    # Held against the quicker of its two ways to answer.
    yield _per_pair("transit_pair", "ferrobus", min(one_by_one, by_window), PEER)
    mine = ours[np.ix_(sample, every)].astype(float)
    theirs = np.array(theirs, dtype=float)
    both = (mine < UNREACHED) & (theirs < UNREACHED)
    require(bool(both.mean() > 0.9), "ferrobus and we reach other places")
    apart_min = (theirs - mine)[both] / 60
    yield Measured(
        "ferrobus_apart", "  minutes that ferrobus takes longer: least, median, most", "min", tuple(apart_min)
    )


def _date(day: str) -> object:
    import datetime as dt

    return dt.date.fromisoformat(day)


def _per_pair(name: str, title: str, seconds: list[float], whose: str = "ours") -> Measured:
    return Measured(name, title, "us", tuple(s * 1e6 for s in seconds), whose=whose)
