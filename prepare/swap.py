"""Writing aside, then swapping in: what is served is always whole.

Everything is written into ``prepared/.<slug>.<pid>.making`` and renamed to ``prepared/<slug>`` only when it
is complete. A process that is killed leaves such a folder behind; the next one clears it away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from study.errors import StrongPlacesError
from study.settings import prepared_folder

try:
    import fcntl
except ImportError:
    # Windows locks files in its own way.
    import msvcrt

    fcntl = None


@contextmanager
def sole_preparation(slug: str) -> Iterator[None]:
    """Hold a study area for this process alone, and clear away what dead ones left behind.

    Parameters
    ----------
    slug : str
        The study area's slug.

    Raises
    ------
    StrongPlacesError
        If another process is preparing the same study area.
    """
    parent = prepared_folder(slug).parent
    parent.mkdir(parents=True, exist_ok=True)
    # The operating system lets go of the lock when a process dies, however it dies; a number in a file would
    # stay.
    with (parent / f".{slug}.lock").open("a") as lock:
        if not _locked(lock):
            raise StrongPlacesError(
                f"Another process is preparing '{slug}' right now.", do="Wait until it is done, or stop it."
            )
        _clear_leftovers(slug)
        yield


@contextmanager
def making_folder(slug: str) -> Iterator[Path]:
    """Give an empty folder to write into; swap it in when the block ends well, else remove it.

    To be used inside `sole_preparation`.

    Parameters
    ----------
    slug : str
        The study area's slug.
    """
    served = prepared_folder(slug)
    making = served.parent / f".{slug}.{os.getpid()}.making"
    previous = served.parent / f".{slug}.{os.getpid()}.previous"
    making.mkdir()
    try:
        yield making
        if served.exists():
            served.rename(previous)
        try:
            making.rename(served)
        except BaseException:
            if previous.exists():
                previous.rename(served)
            raise
    except BaseException:
        # Ctrl-C too: nothing half-made stays.
        shutil.rmtree(making, ignore_errors=True)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _clear_leftovers(slug: str) -> None:
    """Remove the folders of dead processes; with the lock held, no other kind is here."""
    served = prepared_folder(slug)
    for previous in sorted(served.parent.glob(f".{slug}.*.previous")):
        # Killed between the two renames: the previous data was whole, and is still the best there is.
        if served.exists():
            shutil.rmtree(previous, ignore_errors=True)
        else:
            previous.rename(served)
    for making in served.parent.glob(f".{slug}.*.making"):
        shutil.rmtree(making, ignore_errors=True)


def _locked(file: IO[str]) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError):
        return False
    return True
