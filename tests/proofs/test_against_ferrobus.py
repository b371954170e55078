"""The scan against ferrobus, an engine written by others, door to door in Newport: every journey equal to the second.

What is compared is the search, so both walk alike: every walk, between doors and stops and from stop to stop, is
asked of ferrobus itself. What ferrobus does otherwise is met, and named, here:

- it lets passengers board and alight at every call, so both are given the timetable so;
- it takes trips of one route with as many calls for trips along the same stops, so each pattern gets its own route;
- it takes no time to change at one stop, where we take a second: with seconds in the timetable it makes no odds;
- it adds a second for stepping from a door onto the streets, at either end of a journey with a ride;
- it starts from the single stop nearest to the door and walks on from there, so doors are chosen beside stops;
- two walks in a row may add up to more than its longest walk, so no journey compared is longer than one of them.

Whether the streets themselves are walked alike is for the tests of streets. Needs `requirements-proofs.txt`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from tests.proofs.feed import Feed
from transport.connection_scan import backward_profiles
from transport.connections import UNREACHED, StopWalks
from transport.profiles import travel_times
from transport.streets import read_walk_streets

ferrobus = pytest.importorskip("ferrobus", reason="requirements-proofs.txt is not installed")

LONGEST_S = 1_800
ONTO_STREETS_S = 1
# No bus is on the road: what takes less than till morning is a walk.
NIGHT_S = 2 * 3_600
DEPARTURES_S = np.arange(7 * 3_600 + 1_800, 9 * 3_600 + 1_800, 600)
# More rides in one journey than anybody takes in half an hour.
MOST_RIDES = 8
# West, south, east and north of the town: most of the feed's stops are elsewhere in Britain.
TOWN = (-3.08, 51.54, -2.90, 51.63)


@dataclass(frozen=True)
class Walked:
    """The feed's stops in town, some doors there, and ferrobus's own walks between them all."""

    model: object
    feed: Feed
    in_town: np.ndarray
    stops: list
    homes: list
    facilities: list

    def seconds(self, start: list, end: list) -> np.ndarray:
        """Return the walks from each of some points to each of others, `UNREACHED` where too long."""
        rows = [ferrobus.find_routes_one_to_many(self.model, point, end, NIGHT_S, 1) for point in start]
        return np.array(
            [
                [UNREACHED if f is None or f["used_transit"] else f["travel_time_seconds"] for f in row]
                for row in rows
            ]
        )

    def theirs(self) -> np.ndarray:
        """Return ferrobus's travel times, shape (homes, facilities, departures)."""
        found = [
            [
                ferrobus.find_routes_one_to_many(self.model, home, self.facilities, int(at), MOST_RIDES)
                for home in self.homes
            ]
            for at in DEPARTURES_S
        ]
        times = [
            [[UNREACHED if f is None else f["travel_time_seconds"] for f in row] for row in at]
            for at in found
        ]
        times = np.moveaxis(np.array(times), 0, 2)
        return np.where(times <= LONGEST_S, times, UNREACHED)

    @cached_property
    def all_the_way(self) -> np.ndarray:
        return self.seconds(self.homes, self.facilities)

    def ours(self) -> np.ndarray:
        """Return the scan's travel times, shape (homes, facilities, departures)."""
        count = len(self.feed.stops)
        between = self.seconds(self.stops, self.stops)
        come, board = np.nonzero(between < UNREACHED)
        transfers = StopWalks.from_pairs(
            self.in_town[board], self.in_town[come], np.maximum(between[come, board], 1), row_count=count
        )
        out = self.seconds(self.homes, self.stops)
        home, stop = np.nonzero(out < UNREACHED)
        access = StopWalks.from_pairs(
            home, self.in_town[stop], out[home, stop] + ONTO_STREETS_S, row_count=len(self.homes)
        )
        to_facilities = self.seconds(self.stops, self.facilities)
        times = np.empty((len(self.homes), len(self.facilities), len(DEPARTURES_S)), dtype=int)
        for f in range(len(self.facilities)):
            egress = np.full(count, UNREACHED)
            off = to_facilities[:, f]
            egress[self.in_town] = np.where(off < UNREACHED, off + ONTO_STREETS_S, UNREACHED)
            profiles = backward_profiles(
                self.feed.connections,
                transfers,
                egress,
                earliest_s=int(DEPARTURES_S[0]),
                latest_s=int(DEPARTURES_S[-1]),
                horizon_s=LONGEST_S,
            )
            times[:, f] = travel_times(profiles, access, DEPARTURES_S, walk_s=self.all_the_way[:, f])
        return times


@pytest.fixture(scope="module")
def walked(newport: Feed, newport_pbf: Path, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    feed = newport.everywhere()
    folder = feed.write(tmp_path_factory.mktemp("f") / "feed")
    model = ferrobus.create_transit_model(str(newport_pbf), [str(folder)], None, LONGEST_S)

    def on_streets(places: np.ndarray) -> dict[int, object]:
        """Return the points that hang on the streets and have a stop within reach, by position."""
        points = {}
        for position, (lon, lat) in enumerate(places):
            try:
                point = ferrobus.create_transit_point(lat, lon, model, LONGEST_S, 1_000)
            except ValueError:
                continue
            if point.nearest_stops():
                points[position] = point
        return points

    lon, lat = np.array(feed.lon_lat).T
    inside = np.flatnonzero((lon > TOWN[0]) & (lat > TOWN[1]) & (lon < TOWN[2]) & (lat < TOWN[3]))
    stops = on_streets(np.column_stack([lon, lat])[inside])
    in_town = inside[list(stops)]
    corners = street_corners(newport_pbf, np.column_stack([lon, lat])[in_town])
    doors = list(on_streets(corners).values())
    everyone = Walked(model, feed, in_town, list(stops.values()), [], [])
    beside = np.flatnonzero((everyone.seconds(doors, everyone.stops) == 0).any(axis=1))
    chosen = np.random.default_rng(1)
    homes = [doors[d] for d in chosen.permutation(beside)[:60]]
    facilities = [doors[d] for d in chosen.permutation(len(doors))[:80]]
    return Walked(model, feed, in_town, everyone.stops, homes, facilities)


def street_corners(pbf: Path, near: np.ndarray) -> np.ndarray:
    """Return longitude and latitude of corners of streets next to some places: there ferrobus's own streets meet."""
    streets = read_walk_streets(pbf, crs="EPSG:27700")
    meeting = np.bincount(np.concatenate([streets.start, streets.end]))
    places = np.empty((streets.node_count, 2))
    places[streets.start] = shapely.get_coordinates(shapely.get_point(streets.lines, 0))
    places[streets.end] = shapely.get_coordinates(shapely.get_point(streets.lines, -1))
    corners = places[meeting >= 3]
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    _, nearest = cKDTree(corners).query(np.column_stack(to_metres.transform(*near.T)), k=3)
    back = to_metres.transform(*corners[np.unique(nearest)].T, direction="INVERSE")
    return np.column_stack(back)


def test_every_journey_takes_the_same_seconds(walked: Walked):
    ours, theirs = walked.ours(), walked.theirs()
    ridden = ours < walked.all_the_way[:, :, None]
    assert ridden.sum() > 5_000
    assert (ours < UNREACHED).sum() > 10_000
    assert (ours != theirs).sum() == 0
