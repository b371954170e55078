"""Several visitors ask of one network at once, and the kernels are compiled before they do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from tests.transport.grids import at, block, town
from transport import street_kernels
from transport.access import access_walks
from transport.isochrones import street_isochrones
from transport.street_choices import street_choices
from transport.street_warm_up import compile_streets
from transport.travel_times import nearest_facility

ORIGINS = at(*[(x, y) for x in range(0, 1000, 90) for y in range(0, 1000, 130)])
HALLS = at((50, 0), (420, 610), (990, 1000), (300, 300))


def test_the_same_answers_whoever_asks_at_the_same_time():
    def ask(streets) -> tuple:
        return (
            nearest_facility(ORIGINS, HALLS, streets=streets),
            street_choices(ORIGINS, HALLS, streets=streets, cutoff_min=9),
            access_walks(ORIGINS, HALLS, streets, limit_s=400),
            street_isochrones(HALLS.iloc[:1], streets=streets, bands_min=[3, 6]),
        )

    alone = ask(town(*block(10, 100)))
    for _ in range(5):
        # A network nobody has asked yet: what is worked out on demand is worked out by several at once.
        shared = town(*block(10, 100))
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, [shared] * 8))
        for nearest, choices, walks, ground in answers:
            pd.testing.assert_frame_equal(nearest, alone[0])
            pd.testing.assert_frame_equal(choices, alone[1])
            assert walks.stop.tolist() == alone[2].stop.tolist()
            assert walks.seconds.tolist() == alone[2].seconds.tolist()
            assert ground.geometry.geom_equals(alone[3].geometry).all()


def test_a_network_cannot_be_changed_under_those_who_share_it():
    streets = town(*block(2, 100))
    for array in (streets.start, streets.end, streets.one_way, streets.steps, streets.length_m):
        assert not array.flags.writeable


def test_warming_up_leaves_nothing_to_compile():
    compile_streets()
    kernels = [street_kernels.search_pairs, street_kernels.search_nodes, street_kernels.search_nearest]
    before = [len(kernel.signatures) for kernel in kernels]
    assert min(before) >= 1
    street_choices(ORIGINS, HALLS, streets=town(*block(3, 100)), cutoff_min=9)
    access_walks(ORIGINS, HALLS, town(*block(3, 100)), limit_s=400)
    assert [len(kernel.signatures) for kernel in kernels] == before
