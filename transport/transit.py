"""Public transport of one place: built for a day and a way of walking, and asked who can reach what.

What takes long to build (who can walk to which stop, and between which stops one can change) is kept as parquet
under the fingerprint of all it rests on; a changed setting builds anew only what depends on it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import math
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from study.errors import DataError
from transport.access import access_walks, node_walks, read_stop_walks, transfer_walks, write_stop_walks
from transport.arrival_percentiles import Arrivals
from transport.choices import choices
from transport.connection_scan import backward_profiles
from transport.connections import UNREACHED, Connections, StopWalks
from transport.forward_scan import forward_arrivals
from transport.isochrones import transit_isochrones
from transport.journey import HOME_BY, HORIZON_MIN, Journey
from transport.profiles import percentile_times
from transport.ptal import ptal, read_ptal_constants
from transport.reversal import reversed_in_time
from transport.service_day import wall_clock_s
from transport.service_quality import departures_by_route, departures_by_station
from transport.street_network import StreetNetwork
from transport.ties import tie_points
from transport.timetable import Timetable, connections_on
from transport.travel import Travel
from transport.travel_times import nearest_facility

# Beyond this many facilities one scan for each takes longer than anybody waits for.
MOST_CHOICES = 250
HORIZON_S = HORIZON_MIN * 60


@dataclass(frozen=True, eq=False)
class DayService:
    """The departures of a day, and the walks to and between its stops for one way of walking.

    Attributes
    ----------
    connections : Connections
        The day's departures.
    transfers : StopWalks
        Changes between stops.
    access : StopWalks
        The stops each origin can walk to.
    served : ndarray of bool, shape (origins,)
        Which origins the streets serve; nobody knows the way of the others to a stop.
    """

    connections: Connections
    transfers: StopWalks
    access: StopWalks
    served: np.ndarray

    @cached_property
    def backwards(self) -> tuple[Connections, StopWalks]:
        """Return the day played backwards, for the way home."""
        return reversed_in_time(self.connections, self.transfers)


class Transit:
    """Public transport of one place and its residents. Safe to share between threads.

    Parameters
    ----------
    timetable : Timetable
        Its stops in the CRS of the rest.
    points : GeoDataFrame
        The origins.
    walk : StreetNetwork
        The walking network.
    fingerprint : str
        Changes whenever one of these does.
    cache : Path, optional
        Folder for what takes long to build; without one it is built anew in every process.
    """

    def __init__(
        self,
        timetable: Timetable,
        points: gpd.GeoDataFrame,
        walk: StreetNetwork,
        *,
        fingerprint: str,
        cache: Path | None = None,
    ) -> None:
        self.timetable, self.points, self.walk = timetable, points, walk
        self._fingerprint, self._cache = fingerprint, cache
        self._building = threading.RLock()
        self._connections = lru_cache(maxsize=4)(lambda day: connections_on(timetable, day))
        self._walks = lru_cache(maxsize=16)(self._read_or_make)
        self._stop_ties = lru_cache(maxsize=2)(
            lambda without_steps: tie_points(
                timetable.stops,
                Travel("walk", without_steps=without_steps).network(walk),
                name="table of stops",
            )
        )
        self._service = lru_cache(maxsize=8)(self._make_service)
        self._levels = lru_cache(maxsize=8)(self._make_levels)

    def service(self, journey: Journey) -> DayService:
        """Return what a journey's day and way of walking give."""
        with self._building:
            return self._service(
                journey.day,
                journey.walk_kph,
                journey.without_steps,
                journey.access_min,
                journey.transfer_min,
                journey.change_s,
            )

    def _make_service(
        self, day: dt.date, kph: float, without_steps: bool, access_min: int, transfer_min: int, change_s: int
    ) -> DayService:
        network = Travel("walk", kph, without_steps).network(self.walk)
        return DayService(
            self._connections(day),
            self._walks("transfers", kph, without_steps, transfer_min, change_s),
            self._walks("access", kph, without_steps, access_min, 0),
            tie_points(self.points, network).served,
        )

    def _read_or_make(
        self, what: str, kph: float, without_steps: bool, limit_min: int, change_s: int
    ) -> StopWalks:
        stops, limit_s = self.timetable.stops, limit_min * 60
        how = {"limit_s": limit_s, "kph": kph, "without_steps": without_steps}
        makers: dict[str, Callable[[], StopWalks]] = {
            "access": lambda: access_walks(self.points, stops, self.walk, **how),
            "transfers": lambda: transfer_walks(
                stops, self.walk, change_s=change_s, transfers=self.timetable.transfers, **how
            ),
            "nodes": lambda: node_walks(stops, self.walk, **how),
        }
        return self._kept(f"{what}-{kph:g}-{without_steps:d}-{limit_min}-{change_s}", makers[what])

    def _kept(self, name: str, make: Callable[[], StopWalks]) -> StopWalks:
        """Return walks from the cache's folder, or make them and put them there."""
        if self._cache is None:
            return make()
        key = hashlib.sha256(f"{self._fingerprint}/{name}".encode()).hexdigest()[:16]
        path = self._cache / f"{name}-{key}.parquet"
        # Half a file of a process that was stopped is made again.
        with contextlib.suppress(OSError, ValueError, KeyError):
            if path.is_file():
                return read_stop_walks(path)
        walks = make()
        aside = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        try:
            write_stop_walks(walks, aside)
            aside.replace(path)
        except OSError:
            # A folder that cannot be written to costs time, not the answer.
            with contextlib.suppress(OSError):
                aside.unlink()
        return walks

    def minutes(self, facilities: gpd.GeoDataFrame, journey: Journey) -> pd.DataFrame:
        """Return how long every origin takes to its nearest facility.

        Parameters
        ----------
        facilities : GeoDataFrame
            In the same CRS; those off the streets are not reached.
        journey : Journey
            By public transport.

        Returns
        -------
        DataFrame
            Indexed like the origins: ``minutes`` at the journey's percentile of the departures, ``p10, p90``;
            infinity for more than `HORIZON_MIN`, missing where the streets do not serve the origin; ``basis``
            ("streets" or "not covered"), ``at_most`` (False), ``at_least`` (equal to ``minutes``), and
            ``on_foot``, the minutes of walking all the way.
        """
        service = self.service(journey)
        egress_s, walk_s = (
            self._walk_to(points, facilities, journey, limit_min=limit)
            for points, limit in ((self.timetable.stops, journey.access_min), (self.points, HORIZON_MIN))
        )
        ranked = self._ranked(service, egress_s, walk_s, journey)
        table = pd.DataFrame(
            {
                name: np.where(service.served, _minutes(ranked[:, k]), np.nan)
                for k, name in enumerate(("minutes", "p10", "p90"))
            },
            index=self.points.index,
        )
        table["basis"] = np.where(service.served, "streets", "not covered")
        table["at_most"] = False
        table["at_least"] = table["minutes"]
        table["on_foot"] = np.where(service.served, _minutes(walk_s), np.nan)
        return table

    def _ranked(
        self, service: DayService, egress_s: np.ndarray, walk_s: np.ndarray, journey: Journey
    ) -> np.ndarray:
        """Return percentiles of the way there; of there and back the longer one."""
        asked = (journey.percentile, 10, 90)

        def scanned(day: tuple[Connections, StopWalks], departures_s: np.ndarray) -> np.ndarray:
            profiles = backward_profiles(
                *day,
                egress_s,
                earliest_s=int(departures_s[0]),
                latest_s=int(departures_s[-1]),
                horizon_s=HORIZON_S,
            )
            return percentile_times(profiles, service.access, departures_s, walk_s=walk_s, percentiles=asked)

        there = scanned((service.connections, service.transfers), self.departures_s(journey))
        if not journey.there_and_back:
            return there
        home_by = self._minutes_of(journey.day, *HOME_BY)
        return np.maximum(there, scanned(service.backwards, -home_by[::-1]))

    def departures_s(self, journey: Journey) -> np.ndarray:
        """Return the seconds of the service day at which people leave, int32."""
        return self._minutes_of(journey.day, journey.begins, journey.ends)

    def _minutes_of(self, day: dt.date | None, begins: dt.time, ends: dt.time) -> np.ndarray:
        if day is None:
            raise DataError("Public transport runs by the day, and none is given.", do="Name a day.")
        zone = self.timetable.timezone
        first, last = (wall_clock_s(day, time, zone) for time in (begins, ends))
        return np.arange(first, last, 60, dtype=np.int32)

    def _walk_to(
        self, points: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, journey: Journey, *, limit_min: float
    ) -> np.ndarray:
        """Return whole seconds of walking over known streets to the nearest facility, int32."""
        found = nearest_facility(
            points,
            facilities,
            streets=self.walk,
            travel=journey.travel,
            # Only walks over streets count: what lies where none are known is not walked to by guess.
            assets_known_within=self.walk.coverage,
        )
        good = (found["basis"] == "streets") & (found["minutes"] <= limit_min)
        seconds = np.full(len(points), UNREACHED, dtype=np.int32)
        seconds[good] = np.ceil(found["minutes"][good] * 60 - 1e-6).astype(np.int32)
        return seconds

    def choices(
        self, facilities: gpd.GeoDataFrame, journey: Journey, *, cutoffs_min: tuple[int, ...]
    ) -> pd.DataFrame | None:
        """Return the minutes to the nearest three facilities, and how many there are within each cutoff.

        Returns
        -------
        DataFrame or None
            Indexed like the origins: ``minutes_1, minutes_2, minutes_3`` (infinity beyond the horizon) and
            ``within_10`` and so on for each cutoff; missing where the streets do not serve the origin. None for
            more than `MOST_CHOICES` facilities, and for there and back, since only the way there is counted.
        """
        known = facilities[tie_points(facilities, self.walk, name="table of facilities").served]
        if len(known) > MOST_CHOICES or journey.there_and_back:
            return None
        service, departures_s = self.service(journey), self.departures_s(journey)
        how = {"kph": journey.walk_kph, "without_steps": journey.without_steps}
        # Walks are as long back as there: the search is from the few, not from thousands of stops or homes.
        egress_s, walk_s = (
            _dense(access_walks(places, known, self.walk, limit_s=limit * 60, **how), len(known)).T
            for places, limit in ((self.timetable.stops, journey.access_min), (self.points, HORIZON_MIN))
        )
        found = choices(
            service.connections,
            service.transfers,
            service.access,
            departures_s,
            egress_s=egress_s,
            walk_s=walk_s,
            cutoffs_s=[60 * c for c in cutoffs_min],
            percentile=journey.percentile,
            horizon_s=HORIZON_S,
        )
        table = pd.DataFrame(index=self.points.index)
        for k in range(found.times_s.shape[1]):
            table[f"minutes_{k + 1}"] = np.where(service.served, _minutes(found.times_s[:, k]), np.nan)
        for k, cutoff in enumerate(cutoffs_min):
            table[f"within_{cutoff}"] = np.where(service.served, found.within[:, k].astype(float), np.nan)
        return table

    def stations(self, day: dt.date, begins: dt.time, ends: dt.time) -> pd.DataFrame:
        """Return the departures of every station (a stop without one being its own) in a window of a day.

        Returns
        -------
        DataFrame
            As of `transport.service_quality.departures_by_station`, with the ``geometry`` of its first stop.
        """
        connections, timetable = self._connections(day), self.timetable
        first, last = (wall_clock_s(day, time, timetable.timezone) for time in (begins, ends))
        table = departures_by_station(connections, timetable, start_s=first, end_s=last)
        places = timetable.stops.groupby("station_id")["geometry"].first()
        return gpd.GeoDataFrame(table.assign(geometry=places), geometry="geometry", crs=timetable.stops.crs)

    def access_levels(self, day: dt.date) -> pd.DataFrame:
        """Return the public transport access level of every origin on a day: see `transport.ptal.ptal`.

        Returns
        -------
        DataFrame
            Indexed like the origins: ``access_index`` and ``band``, missing where the streets do not serve it.
        """
        with self._building:
            return self._levels(day)

    def _make_levels(self, day: dt.date) -> pd.DataFrame:
        constants = read_ptal_constants()
        zone = self.timetable.timezone
        start_s, end_s = (
            wall_clock_s(day, time, zone) for time in (constants.window_start, constants.window_end)
        )
        connections = self._connections(day)
        departures = departures_by_route(connections, self.timetable, start_s=start_s, end_s=end_s)
        kph = constants.walk_m_per_min * 60 / 1000
        access = self._walks("access", kph, False, math.ceil(constants.within_s() / 60), 0)
        served = tie_points(self.points, self.walk).served
        return ptal(access, departures, origins=self.points.index, covered=served)

    def isochrones(
        self, place: shapely.Point, journey: Journey, *, bands_min: tuple[float, ...]
    ) -> gpd.GeoDataFrame:
        """Return the ground reached from a place, as `transport.isochrones.transit_isochrones` draws it."""
        origin = gpd.GeoDataFrame(geometry=[place], crs=self.walk.crs)
        service, departures_s = self.service(journey), self.departures_s(journey)
        how = {"kph": journey.walk_kph, "without_steps": journey.without_steps}
        stops = self.timetable.stops
        # From the door to the stops, searched from the door: the same walks the other way round.
        door = access_walks(stops, origin, self.walk, limit_s=journey.access_min * 60, **how)
        longest_s = int(max(bands_min) * 60) + 120
        arrivals_s = forward_arrivals(
            service.connections,
            service.transfers,
            departures_s,
            access_s=_dense(door, 1)[:, 0],
            horizon_s=longest_s,
        )
        with self._building:
            egress = self._walks("nodes", journey.walk_kph, journey.without_steps, journey.access_min, 0)
        arrivals = Arrivals(departures_s, arrivals_s, self._stop_ties(journey.without_steps), egress)
        return transit_isochrones(
            origin,
            arrivals,
            streets=self.walk,
            travel=journey.travel,
            percentile=journey.percentile,
            bands_min=bands_min,
        )


def _minutes(seconds: np.ndarray) -> np.ndarray:
    return np.where(seconds == UNREACHED, np.inf, seconds / 60)


def _dense(walks: StopWalks, places: int) -> np.ndarray:
    """Return walks as a table of seconds, a row for each origin and a column for each place."""
    seconds = np.full((walks.row_count, places), UNREACHED, dtype=np.int32)
    seconds[np.repeat(np.arange(walks.row_count), np.diff(walks.offsets)), walks.stop] = walks.seconds
    return seconds
