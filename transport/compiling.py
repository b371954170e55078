"""How kernels are compiled: once, kept on disk, and holding no lock while they run."""

from __future__ import annotations

from collections.abc import Callable

from numba import njit


def compiled(kernel: Callable) -> Callable:
    """Compile a function when it is first called, and keep the result on disk for the next process.

    The result is kept beside the source, or where ``NUMBA_CACHE_DIR`` says, or in the user's own cache; where none of
    them can be written to, every process compiles anew. A kernel must call others of its own module only: numba
    looks at no other file to see whether what it kept is out of date.

    Parameters
    ----------
    kernel : callable
        Arrays and numbers in, arrays and numbers out.

    Returns
    -------
    callable
        The same, fast, and free to run in many threads at once.
    """
    try:
        return njit(nogil=True, cache=True)(kernel)
    except RuntimeError:
        return njit(nogil=True)(kernel)
