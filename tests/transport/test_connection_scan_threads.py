"""Many visitors at once: Streamlit runs a thread for each, and each must get the answer it would get alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from study.settings import REPOSITORY
from tests.transport.timetables import Question
from transport import choices, connection_scan, forward_scan, profiles
from transport.connections import UNREACHED, Connections, StopWalks
from transport.forward_scan import forward_arrivals
from transport.threads import core_count, over_blocks
from transport.warm_up import compile_scans

VISITORS = 16


def ring(*, stops: int, trips: int) -> Question:
    """Return buses round a ring of stops, a minute apart, and people at every stop who walk to two of them."""
    calls = np.arange(2 * stops)
    starts = np.arange(trips) * 240
    connections = Connections.from_hops(
        departure_s=(starts[:, None] + 60 * calls).ravel(),
        arrival_s=(starts[:, None] + 60 * calls + 50).ravel(),
        from_stop=np.tile(calls % stops, trips),
        to_stop=np.tile((calls + 1) % stops, trips),
        trip=np.repeat(np.arange(trips), len(calls)),
        stop_count=stops,
        trip_count=trips,
    )
    here = np.arange(stops)
    beside = (here + stops // 2) % stops
    both, walks = np.concatenate([here, here]), np.concatenate([here, beside])
    transfers = StopWalks.from_pairs(both, walks, np.repeat([60, 90], stops), row_count=stops)
    access = StopWalks.from_pairs(both, walks, np.repeat([30, 200], stops), row_count=stops)
    egress = np.full(stops, UNREACHED, dtype=np.int32)
    egress[0] = 10
    walk = np.full(stops, UNREACHED, dtype=np.int32)
    return Question(connections, transfers, access, egress, walk, np.arange(0, 7200, 60), 3_600)


def test_many_threads_at_once_get_the_answers_one_would_get():
    question = ring(stops=60, trips=60)
    egresses = [np.roll(question.egress, shift) for shift in range(VISITORS)]
    alone = [question.times(egress) for egress in egresses]
    # Worked out: buses leave stop 59 on the minute, so who leaves the door on the minute is at the stop for half of
    # one, is on the bus for 50 seconds and walks 10; with a bus every four minutes one waits up to three more.
    assert np.unique(alone[0][59][-20:]).tolist() == [120, 180, 240, 300]
    together = threading.Barrier(VISITORS)

    def visit(number: int) -> list[np.ndarray]:
        together.wait()
        return [question.times(egresses[number]) for _ in range(5)]

    with ThreadPoolExecutor(VISITORS) as pool:
        for expected, found in zip(alone, pool.map(visit, range(VISITORS)), strict=True):
            assert all((times == expected).all() for times in found)


def test_many_threads_at_once_scan_forwards():
    question = ring(stops=60, trips=60)
    departures = np.arange(0, 3600, 60, dtype=np.int32)

    def visit(door: int) -> np.ndarray:
        access = np.full(60, UNREACHED, dtype=np.int32)
        access[door] = 30
        return forward_arrivals(question.connections, question.transfers, departures, access_s=access)

    alone = [visit(door) for door in range(VISITORS)]
    with ThreadPoolExecutor(VISITORS) as pool:
        assert all((a == b).all() for a, b in zip(alone, pool.map(visit, range(VISITORS)), strict=True))


FIRST_CALLS = """
from concurrent.futures import ThreadPoolExecutor
from tests.transport.test_connection_scan_threads import ring
question = ring(stops=20, trips=20)
with ThreadPoolExecutor(8) as pool:
    answers = list(pool.map(lambda _: question.times(), range(8)))
assert all((answer == answers[0]).all() for answer in answers)
print("all the same")
"""


def test_many_threads_may_make_the_first_call_of_a_fresh_process_without_any_cache(tmp_path):
    """Compiling is done by whoever comes first; numba's weakest threading layer would abort here."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_THREADING_LAYER": "workqueue"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", FIRST_CALLS],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "all the same\n"), run.stderr
    assert list(tmp_path.rglob("*.nbi"))


def test_where_nothing_can_be_kept_on_disk_it_is_compiled_anew():
    # No place but one that nobody provides: numba then refuses to keep anything.
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", FIRST_CALLS],
        cwd=REPOSITORY,
        env=environment | {"NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "all the same\n"), run.stderr


KERNELS = (
    connection_scan._scan_backward,
    forward_scan._scan_forward,
    profiles._fill_times,
    profiles._fill_ranked,
    profiles._rank_rows,
    choices._add,
)


def test_every_kernel_is_compiled_once_whatever_kind_of_array_it_is_given():
    """Numba compiles anew for an array that cannot be written to, or for a shorter kind of number: seconds each."""
    compile_scans()
    question = ring(stops=8, trips=8)
    departures = np.array([0, 60], dtype=np.int64)
    locked = question.egress.astype(np.int64)
    locked.flags.writeable = False
    for egress in (question.egress, locked, question.egress.tolist()):
        found = connection_scan.backward_profiles(
            question.connections,
            question.transfers,
            egress,
            earliest_s=np.int32(0),
            latest_s=np.int32(60),
            horizon_s=np.int16(3_000),
        )
        asked = (found, question.access, departures)
        times = profiles.travel_times(*asked, walk_s=question.walk)
        assert profiles.percentiles_of(times[::2], (50,)).shape == (4, 1)
        profiles.percentile_times(*asked, walk_s=question.walk.tolist())
        forward_scan.forward_scan(question.connections, question.transfers, egress, latest_s=np.int32(900))
        forward_scan.forward_arrivals(
            question.connections, question.transfers, departures, access_s=egress, horizon_s=np.int32(900)
        )
    assert [len(kernel.signatures) for kernel in KERNELS] == [1] * len(KERNELS)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 1000])
def test_every_piece_of_work_is_done_once(count):
    done, lock = [], threading.Lock()

    def work(begin: int, end: int) -> None:
        with lock:
            done.extend(range(begin, end))

    over_blocks(count, work)
    assert sorted(done) == list(range(count))


def test_what_a_block_shares_out_again_stays_in_its_thread():
    threads, lock = [], threading.Lock()

    def inner(begin: int, end: int) -> None:
        with lock:
            threads.append((threading.get_ident(), begin, end))

    def outer(begin: int, end: int) -> None:
        before = threading.get_ident()
        over_blocks(100, inner)
        assert (before, 0, 100) in threads

    over_blocks(2, outer)
    assert len(threads) == (2 if core_count() > 1 else 1)


def test_an_error_in_a_block_reaches_the_caller():
    def work(begin: int, end: int) -> None:
        if begin <= 500 < end:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        over_blocks(1000, work)


def test_at_least_one_core_is_there():
    assert core_count() >= 1
