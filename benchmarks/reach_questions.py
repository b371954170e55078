"""The questions people ask of the engine, each measured, its answer checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.reach_city import DEPARTURES_S, WALK_LIMIT_S, City
from benchmarks.results import Measured
from transport.arrival_percentiles import Arrivals
from transport.connection_scan import HORIZON_S, backward_profiles
from transport.connections import UNREACHED, Connections, StopWalks
from transport.forward_scan import forward_arrivals
from transport.isochrones import street_isochrones, transit_isochrones
from transport.profiles import travel_times
from transport.street_search import pairs_within
from transport.ties import Ties, tie_points
from transport.travel import WALK, WALK_M_PER_MIN
from transport.travel_times import nearest_facility, with_one_more

# How many of the answers are worked out forwards as well.
CHECKED_ORIGINS = 20


class WrongAnswerError(RuntimeError):
    """A measured answer is not the right one: its time means nothing."""


class Walks(NamedTuple):
    """Whole seconds on foot to the nearest facility: from each door all the way, and from each stop."""

    walk_s: np.ndarray
    egress_s: np.ndarray


class Question(NamedTuple):
    """One question by public transport: its name, title, number of facilities, whence, and its aim."""

    name: str
    title: str
    facilities: int
    from_postcodes: bool
    at_most_ms: float


TRANSIT = (
    Question("transit_20", "Every area x 120 minutes, nearest of 20", 20, False, 100.0),
    Question("transit_200", "Every area x 120 minutes, nearest of 200", 200, False, 200.0),
    Question("transit_postcodes", "Every postcode x 120 minutes, nearest of 20", 20, True, 400.0),
    Question("transit_1", "Every area x 120 minutes, one destination", 1, False, 40.0),
)


def repeated(work: Callable[[], object], runs: int) -> tuple[float, tuple[float, ...], object]:
    """Return the first run's seconds, those of the runs after it, and the last answer."""
    first_s, answer = timed(work)
    times = []
    for _ in range(runs):
        took_s, answer = timed(work)
        times.append(took_s)
    return first_s, tuple(times), answer


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return the seconds that a piece of work takes, and its answer."""
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def require(is_right: bool, what: str) -> None:
    """Raise `WrongAnswerError` unless an answer is right."""
    if not is_right:
        raise WrongAnswerError(f"Wrong answer: {what}.")


def in_ms(name: str, title: str, times_s: tuple[float, ...], at_most_ms: float | None = None) -> Measured:
    """Return times as a result in milliseconds."""
    return Measured(name, title, "ms", tuple(t * 1_000 for t in times_s), target=at_most_ms)


def places_of(ties: Ties) -> gpd.GeoDataFrame:
    """Return the points of ties as a table."""
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*ties.xy.T), crs=ties.streets.crs)


def walks_to(facilities: gpd.GeoDataFrame, points: gpd.GeoDataFrame, ties: Ties, *, doors: int) -> Walks:
    """Return the walks to the nearest facility from doors and from the stops after them, by one search."""
    minutes = nearest_facility(points, facilities, streets=ties.streets, tied=ties)["minutes"].to_numpy()
    known = np.isfinite(minutes)
    seconds = np.full(len(minutes), UNREACHED, dtype=np.int32)
    seconds[known] = np.ceil(minutes[known] * 60 - 1e-6)
    egress_s = seconds[doors:].copy()
    egress_s[egress_s > WALK_LIMIT_S] = UNREACHED
    return Walks(seconds[:doors], egress_s)


def ridden(day: Connections, transfers: StopWalks, access: StopWalks, walks: Walks) -> np.ndarray:
    """Return the travel times of every origin at every departure: one scan, and what is read off it."""
    first_s, last_s = int(DEPARTURES_S[0]), int(DEPARTURES_S[-1])
    profiles = backward_profiles(day, transfers, walks.egress_s, earliest_s=first_s, latest_s=last_s)
    return travel_times(profiles, access, DEPARTURES_S, walk_s=walks.walk_s)


def transit(city: City, runs: int) -> Iterator[Measured]:
    """Measure travel times by public transport: the scan and the times, and the walks to the facilities apart."""
    for question in TRANSIT:
        doors, ties, access = (
            (len(city.postcodes), city.postcode_ties, city.postcode_access)
            if question.from_postcodes
            else (len(city.areas), city.door_ties, city.access)
        )
        points, facilities = places_of(ties), city.facilities(question.facilities)
        _, walk_times, walks = repeated(
            lambda f=facilities, p=points, t=ties, d=doors: walks_to(f, p, t, doors=d), runs
        )
        first_s, ride_times, times = repeated(
            lambda a=access, w=walks: ridden(city.day, city.transfers, a, w), runs
        )
        if question is TRANSIT[0]:
            yield in_ms(
                "compile", "The first scan of this process (compiles, unless kept on disk)", (first_s,)
            )
        check_forwards(city, walks, access, times)
        yield in_ms(question.name, question.title, ride_times, question.at_most_ms)
        title = "  and the walks to those facilities found first"
        together = tuple(w + r for w, r in zip(walk_times, ride_times, strict=True))
        yield in_ms(f"{question.name}_whole", title, together)


def check_forwards(city: City, walks: Walks, access: StopWalks, times: np.ndarray) -> None:
    """Work some origins' times out the other way round, forwards from the door; they must be equal to the second."""
    chosen = np.random.default_rng(5).choice(access.row_count, min(CHECKED_ORIGINS, access.row_count), False)
    departures_s = DEPARTURES_S[::10]
    for origin in chosen:
        row = slice(access.offsets[origin], access.offsets[origin + 1])
        access_s = np.full(len(city.stops), UNREACHED, dtype=np.int32)
        access_s[access.stop[row]] = access.seconds[row]
        at_stop = forward_arrivals(city.day, city.transfers, departures_s, access_s=access_s).astype(np.int64)
        there = np.where(
            (at_stop == UNREACHED) | (walks.egress_s == UNREACHED), UNREACHED, at_stop + walks.egress_s
        )
        took = np.minimum(there.min(axis=1) - departures_s, walks.walk_s[origin])
        took = np.where(took <= HORIZON_S, took, UNREACHED)
        require((took == times[origin, ::10]).all(), f"origin {origin} backwards and forwards")


def one_more(city: City, runs: int) -> Iterator[Measured]:
    """Measure one facility more, and hold it against asking about all of them."""
    points, ties = places_of(city.door_ties), city.door_ties
    all_of_them = city.facilities(201)
    known = nearest_facility(points, all_of_them.iloc[:200], streets=city.walk, tied=ties)
    added = all_of_them.iloc[200:]
    _, times, answer = repeated(
        lambda: with_one_more(known, points, added, streets=city.walk, tied=ties), runs
    )
    whole = nearest_facility(points, all_of_them, streets=city.walk, tied=ties)
    pd.testing.assert_series_equal(answer["minutes"], whole["minutes"])
    yield in_ms("one_more_walk", "One more facility, on foot: every area and stop", times, 30.0)
    doors = len(city.areas)
    before = ridden(
        city.day, city.transfers, city.access, walks_to(all_of_them.iloc[:200], points, ties, doors=doors)
    )
    walks = walks_to(added, points, ties, doors=doors)
    _, times, answer = repeated(
        lambda: np.minimum(before, ridden(city.day, city.transfers, city.access, walks)), runs
    )
    every = ridden(city.day, city.transfers, city.access, walks_to(all_of_them, points, ties, doors=doors))
    require(np.array_equal(answer, every), "one facility more and all of them at once")
    yield in_ms("one_more_transit", "One more facility, by public transport: scan and minimum", times, 30.0)


def isochrones(city: City, runs: int) -> Iterator[Measured]:
    """Measure bands of 10, 20 and 30 minutes from a click in the middle of town."""
    out = np.hypot(*(city.walk.node_xy - city.walk.node_xy.mean(axis=0)).T)
    origin = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*city.walk.node_xy[[out.argmin()]].T), crs=city.walk.crs
    )
    _, times, on_foot = repeated(lambda: street_isochrones(origin, streets=city.walk), runs)
    yield in_ms("isochrone_walk", "Isochrones from a click, on foot", times, 50.0)
    _, times, by_transit = repeated(lambda: _transit_isochrones(city, origin), runs)
    yield in_ms(
        "isochrone_transit", "Isochrones from a click, public transport, median of 120 minutes", times, 150.0
    )
    areas = by_transit.area.to_numpy()
    require((np.diff(areas) > 0).all(), "each band lies inside the next")
    require((areas >= on_foot.area.to_numpy() * 0.999).all(), "public transport reaches what feet reach")


def _transit_isochrones(city: City, origin: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    # From the door, not from all the stops: on foot it is as far back as there.
    limit_m = WALK_LIMIT_S * WALK_M_PER_MIN / 60
    stop, _, metres = pairs_within(city.stop_ties, tie_points(origin, city.walk), WALK, limit_m=limit_m)
    access_s = np.full(len(city.stops), UNREACHED, dtype=np.int32)
    access_s[stop] = np.ceil(metres / WALK_M_PER_MIN * 60 - 1e-6)
    at_stops = forward_arrivals(city.day, city.transfers, DEPARTURES_S, access_s=access_s, horizon_s=1_900)
    arrivals = Arrivals(DEPARTURES_S, at_stops, city.stop_ties, city.egress)
    return transit_isochrones(origin, arrivals, streets=city.walk)
