"""A made-up city read and made ready to be asked: what an app would have prepared before anybody asks."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.city import SLUG, STREETS, TIMETABLE
from benchmarks.city_plan import CRS
from benchmarks.city_timetable import WEEKDAY
from study.settings import REPOSITORY
from transport.access import access_walks, node_walks, transfer_walks
from transport.connections import Connections, StopWalks
from transport.street_network import StreetNetwork
from transport.streets import read_street_networks
from transport.ties import Ties, tie_points
from transport.timetable import Timetable, connections_on, read_timetable

WALK_LIMIT_S, TRANSFER_LIMIT_S, CHANGE_S = 1_200, 600, 60
# Half past seven to half past nine, every minute.
DEPARTURES_S = np.arange(27_000, 34_200, 60, dtype=np.int32)
# Off the vehicle and on foot to every street corner: for isochrones.
EGRESS_LIMIT_S = 600


@dataclass(eq=False)
class City:
    """The city, ready to be asked.

    Attributes
    ----------
    folder : Path
        Where its source files are.
    walk, cycle : StreetNetwork
        Its streets.
    timetable : Timetable
        Its timetable.
    day : Connections
        A Wednesday's.
    areas, postcodes : GeoDataFrame
        A point for each small area; the points people live at.
    access, postcode_access, transfers, egress : StopWalks
        Walks from areas and postcodes to stops, between stops, and from stops to street corners.
    door_ties, postcode_ties : Ties
        Areas and then stops, and postcodes and then stops, tied to the streets.
    stop_ties : Ties
        The stops alone.
    took_s : dict of str to float
        How long each step of getting ready took.
    """

    folder: Path
    walk: StreetNetwork
    cycle: StreetNetwork
    timetable: Timetable
    day: Connections
    areas: gpd.GeoDataFrame
    postcodes: gpd.GeoDataFrame
    access: StopWalks
    postcode_access: StopWalks
    transfers: StopWalks
    egress: StopWalks
    door_ties: Ties
    postcode_ties: Ties
    stop_ties: Ties
    took_s: dict[str, float] = field(default_factory=dict)

    @property
    def stops(self) -> gpd.GeoDataFrame:
        """Return the timetable's stops."""
        return self.timetable.stops

    def facilities(self, count: int) -> gpd.GeoDataFrame:
        """Return some street corners, the same every time; the first ones of a larger number are the smaller's."""
        chosen = np.random.default_rng(11).permutation(self.walk.node_count)[:count]
        xy = self.walk.node_xy[chosen]
        return gpd.GeoDataFrame({"node": chosen}, geometry=gpd.points_from_xy(*xy.T), crs=CRS)

    def sizes(self) -> dict[str, object]:
        """Return how much there is of everything."""
        return {
            "walking_nodes": self.walk.node_count,
            "walking_edges": len(self.walk.lines),
            "stops": len(self.stops),
            "connections": len(self.day.departure_s),
            "areas": len(self.areas),
            "postcodes": len(self.postcodes),
            "access_walks": len(self.access.stop),
            "postcode_access_walks": len(self.postcode_access.stop),
            "transfers": len(self.transfers.stop),
            "egress_walks": len(self.egress.stop),
            "departures": len(DEPARTURES_S),
        }


def make_files(folder: Path, size: str) -> float:
    """Have the city's source files written by a process of its own; return the seconds it took."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.city", str(folder), "--size", size]
    subprocess.run(command, check=True, cwd=REPOSITORY, capture_output=True)
    return time.perf_counter() - began


def read_city(folder: Path) -> City:
    """Read a made-up city from ``folder/madeup`` and make it ready."""
    own, took = folder / SLUG, {}

    def timed(name: str, work: object, *arguments: object, **options: object) -> object:
        began = time.perf_counter()
        result = work(*arguments, **options)
        took[name] = time.perf_counter() - began
        return result

    streets = timed("streets", read_street_networks, own / STREETS, crs=CRS)
    timetable = timed("timetable", read_timetable, {"timetable": own / TIMETABLE}, crs=CRS)
    day = timed("day", connections_on, timetable, dt.datetime.strptime(WEEKDAY, "%Y%m%d").date())
    areas, postcodes = _points(own / "centroids.csv"), _points(own / "postcodes.csv")
    stops, walk = timetable.stops, streets.walk
    limit = {"limit_s": WALK_LIMIT_S}
    return City(
        folder=own,
        walk=walk,
        cycle=streets.cycle,
        timetable=timetable,
        day=day,
        areas=areas,
        postcodes=postcodes,
        access=timed("access", access_walks, areas, stops, walk, **limit),
        postcode_access=timed("postcode_access", access_walks, postcodes, stops, walk, **limit),
        transfers=timed(
            "transfers",
            transfer_walks,
            stops,
            walk,
            limit_s=TRANSFER_LIMIT_S,
            change_s=CHANGE_S,
            transfers=timetable.transfers,
        ),
        egress=timed("egress", node_walks, stops, walk, limit_s=EGRESS_LIMIT_S),
        door_ties=tie_points(doors_and_stops(areas, stops), walk),
        postcode_ties=tie_points(doors_and_stops(postcodes, stops), walk),
        stop_ties=tie_points(stops, walk),
        took_s=took,
    )


def doors_and_stops(doors: gpd.GeoDataFrame, stops: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return doors and then stops as one table of points."""
    return gpd.GeoDataFrame(geometry=[*doors.geometry, *stops.geometry], crs=doors.crs)


def _points(path: Path) -> gpd.GeoDataFrame:
    table = pd.read_csv(path)
    places = gpd.points_from_xy(table["easting_m"], table["northing_m"])
    return gpd.GeoDataFrame(table, geometry=places, crs=CRS)
