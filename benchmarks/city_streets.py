"""The made-up city's OpenStreetMap extract: streets, river, parks, community places and stops."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way
from pyproj import Transformer

from benchmarks.city_plan import CENTRE_M, CRS, KINDS, PRIMARY, SECONDARY, SEED, Plan, river_y

# From here on numbers are made up, and are never linked to openstreetmap.org (see `prepare.openstreetmap`).
FIRST_ID = 20_000_000_001
RIVER_HALF_M = 9.0
LONGEST_WAY = 1_900
CIRCLE_CORNERS = 24
# Tags of a place, and how many residents there are to each: every type of social infrastructure is there.
PLACES: tuple[tuple[dict[str, str], int], ...] = (
    ({"amenity": "community_centre"}, 6_000),
    ({"amenity": "place_of_worship", "religion": "multifaith"}, 2_000),
    ({"amenity": "library"}, 20_000),
    ({"amenity": "school"}, 3_000),
    ({"amenity": "college"}, 40_000),
    ({"amenity": "doctors"}, 6_000),
    ({"amenity": "pharmacy"}, 5_000),
    ({"amenity": "hospital"}, 40_000),
    ({"amenity": "social_facility", "social_facility": "food_bank", "operator:type": "charity"}, 15_000),
    ({"leisure": "sports_centre"}, 12_000),
    ({"leisure": "pitch"}, 3_000),
    ({"leisure": "playground"}, 2_500),
    ({"amenity": "theatre"}, 40_000),
    ({"tourism": "museum"}, 40_000),
    ({"historic": "memorial"}, 8_000),
    ({"shop": "supermarket"}, 6_000),
    ({"shop": "convenience"}, 2_000),
    ({"amenity": "marketplace"}, 40_000),
    ({"amenity": "cafe"}, 2_500),
    ({"amenity": "pub"}, 2_500),
    ({"amenity": "post_office"}, 8_000),
    ({"amenity": "townhall", "operator:type": "council"}, 40_000),
    ({"amenity": "bench"}, 1_500),
)


def write_extract(plan: Plan, stops: list[tuple[str, float, float, bool]], path: Path) -> None:
    """Write the ``.osm.pbf``.

    Parameters
    ----------
    plan : Plan
        The streets.
    stops : list of tuple
        Name, easting and northing (metres) of every stop, and whether it is a railway station.
    path : Path
        The file to write; one that is there is replaced.
    """
    path.unlink(missing_ok=True)
    places = list(_places(plan, stops))
    rings = list(_rings(plan))
    corners = np.concatenate([plan.xy, [xy for _, xy in places], *[ring for _, ring in rings]])
    lon_lat = np.column_stack(Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(*corners.T))
    tags_of = dict(enumerate((tags for tags, _ in places), start=len(plan.xy)))
    with osmium.SimpleWriter(str(path)) as writer:
        for position, place in enumerate(lon_lat.tolist()):
            writer.add_node(
                Node(id=FIRST_ID + position, location=place, tags=tags_of.get(position), version=1)
            )
        way_id = count(FIRST_ID)
        for tags, nodes in _streets(plan):
            writer.add_way(Way(id=next(way_id), nodes=(nodes + FIRST_ID).tolist(), tags=tags, version=1))
        first = FIRST_ID + len(plan.xy) + len(places)
        for tags, ring in rings:
            nodes = [*range(first, first + len(ring)), first]
            writer.add_way(Way(id=next(way_id), nodes=nodes, tags=tags, version=1))
            first += len(ring)


def _streets(plan: Plan) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Yield tags and corners of ways: pieces in a row that are of one kind are one way."""
    upright = plan.column[plan.a] == plan.column[plan.b]
    line = np.where(upright, plan.column[plan.a], plan.row[plan.a])
    along = np.where(upright, plan.row[plan.a], plan.column[plan.a])
    order = np.lexsort((along, line, upright))
    a, b = plan.a[order], plan.b[order]
    look = np.stack([v[order] for v in (upright, line, plan.kind, plan.bridge, plan.one_way)])
    goes_on = (look[:, 1:] == look[:, :-1]).all(axis=0) & (a[1:] == b[:-1])
    begins = np.concatenate([[0], np.flatnonzero(~goes_on) + 1, [len(a)]])
    for begin, end in pairwise(begins):
        is_upright, number, kind, bridge, one_way = look[:, begin].tolist()
        tags = {"highway": KINDS[kind]}
        if kind in (PRIMARY, SECONDARY):
            tags["name"] = f"Made-up {'Avenue' if is_upright else 'Road'} {number:+d}"
        if bridge:
            tags["bridge"] = "yes"
        if one_way:
            tags["oneway"] = "yes"
        for start in range(begin, end, LONGEST_WAY):
            stop = min(start + LONGEST_WAY, end)
            yield tags, np.append(a[start:stop], b[stop - 1])


def _rings(plan: Plan) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Yield tags and corners of parks and of the river."""
    turn = np.linspace(0, 2 * np.pi, CIRCLE_CORNERS, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for number, (x, y, radius) in enumerate(plan.parks, start=1):
        name = f"Made-up Park {number}"
        yield {"leisure": "park", "name": name, "access": "yes"}, circle * radius + (x, y)
    radius_m = plan.size.radius_m
    x = np.linspace(-radius_m, radius_m, 300) + CENTRE_M[0]
    bank = np.stack([x, river_y(x, radius_m)], axis=1)
    ring = np.concatenate([bank - (0, RIVER_HALF_M), (bank + (0, RIVER_HALF_M))[::-1]])
    yield {"natural": "water", "water": "river", "name": "Made-up River"}, ring


def _places(
    plan: Plan, stops: list[tuple[str, float, float, bool]]
) -> Iterator[tuple[dict[str, str], tuple[float, float]]]:
    """Yield tags and place of every community place and stop."""
    rng = np.random.default_rng(SEED + 1)
    # More of everything where people are: towards the middle.
    weight = np.exp(-2.0 * plan.from_middle)
    weight /= weight.sum()
    for tags, people in PLACES:
        number = max(round(plan.size.residents / people), 2)
        what = next(iter(tags.values())).replace("_", " ")
        at = plan.xy[rng.choice(len(plan.xy), number, p=weight)] + rng.uniform(5, 18, (number, 2))
        for index, (x, y) in enumerate(at.tolist(), start=1):
            yield {**tags, "name": f"Made-up {what} {index}"}, (x, y)
    for name, x, y, is_station in stops:
        yield {**({"railway": "station"} if is_station else {"highway": "bus_stop"}), "name": name}, (x, y)
