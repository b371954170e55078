"""How times grow with origins, facilities and connections."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.reach_city import City
from benchmarks.reach_questions import in_ms, places_of, repeated, ridden, walks_to
from benchmarks.results import Measured
from transport.connections import Connections, StopWalks

ORIGINS = (1_000, 3_000, 10_000, 30_000)
FACILITIES = (1, 5, 20, 100, 200)
SHARES = (4, 2, 1)


def growth(city: City, runs: int) -> Iterator[Measured]:
    """Measure scan and times while one of the three grows and the others stay."""
    points, doors = places_of(city.postcode_ties), len(city.postcodes)
    walks = walks_to(city.facilities(20), points, city.postcode_ties, doors=doors)
    for count in sorted({min(number, doors) for number in ORIGINS}):
        access = first_rows(city.postcode_access, count)
        some = walks._replace(walk_s=walks.walk_s[:count])
        _, times, _ = repeated(lambda a=access, w=some: ridden(city.day, city.transfers, a, w), runs)
        yield in_ms(f"growth_origins_{count}", f"20 facilities, {count:,} origins", times)
    points, doors = places_of(city.door_ties), len(city.areas)
    for count in FACILITIES:
        walks = walks_to(city.facilities(count), points, city.door_ties, doors=doors)
        _, times, _ = repeated(lambda w=walks: ridden(city.day, city.transfers, city.access, w), runs)
        yield in_ms(f"growth_facilities_{count}", f"{doors:,} origins, {count} facilities", times)
    walks = walks_to(city.facilities(20), points, city.door_ties, doors=doors)
    for share in SHARES:
        day = every_nth_trip(city.day, share)
        _, times, _ = repeated(lambda d=day: ridden(d, city.transfers, city.access, walks), runs)
        number = len(day.departure_s)
        yield in_ms(
            f"growth_connections_{number}", f"{doors:,} origins, 20 facilities, {number:,} connections", times
        )


def first_rows(walks: StopWalks, count: int) -> StopWalks:
    """Return the walks of the first few origins."""
    end = walks.offsets[count]
    return StopWalks(offsets=walks.offsets[: count + 1], stop=walks.stop[:end], seconds=walks.seconds[:end])


def every_nth_trip(day: Connections, nth: int) -> Connections:
    """Return a thinner day: one trip in so many."""
    kept = np.asarray(day.trip) % nth == 0
    columns = ("departure_s", "arrival_s", "from_stop", "to_stop", "trip", "can_board", "can_alight")
    return Connections(
        **{name: getattr(day, name)[kept] for name in columns},
        stop_count=day.stop_count,
        trip_count=day.trip_count,
    )
