"""Share work among the machine's cores by threads whose compiled kernels hold no lock.

Not numba's own parallel loops: its fallback layer ends the whole process when two visitors' threads enter it at
once, and the other two layers need libraries that not every machine has.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

# Several blocks for each core, so that one slow block does not keep the others waiting.
BLOCKS_PER_CORE = 4
_here = threading.local()


def core_count() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def over_blocks(count: int, work: Callable[[int, int], None]) -> None:
    """Do work for 0 to `count`, in blocks, on all cores at once.

    Parameters
    ----------
    count : int
        How many pieces of work there are.
    work : callable
        Called as ``work(begin, end)`` from several threads, each block once. It must release the interpreter
        to gain anything. Its first error is raised here.
    """
    cores = core_count()
    blocks = min(count, cores * BLOCKS_PER_CORE)
    # What is itself a block of something larger has its core, and is not shared out once more.
    if blocks <= 1 or cores == 1 or getattr(_here, "in_block", False):
        if count:
            work(0, count)
        return

    def block(begin: int, end: int) -> None:
        _here.in_block = True
        work(begin, end)

    edges = [count * b // blocks for b in range(blocks + 1)]
    # Threads of this call alone: nothing is shared with other callers or outlives a fork, and 0.1 ms is cheap.
    with ThreadPoolExecutor(cores) as pool:
        for done in [pool.submit(block, *pair) for pair in pairwise(edges)]:
            done.result()
