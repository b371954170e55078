"""Real servers and the real `prepare` command, each a process of its own that ends with the run."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from study.errors import StrongPlacesError
from study.settings import REPOSITORY

STARTS_WITHIN_S = 60.0


class BenchmarkError(StrongPlacesError):
    """The measurement could not be made; it says nothing about speed."""


@dataclass(frozen=True)
class Server:
    """A running app.

    Attributes
    ----------
    name : str
        "ours" or "peer".
    port : int
        On this machine's own address only.
    pid : int
        Its process.
    """

    name: str
    port: int
    pid: int

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """Return the resident memory of the server and any processes it has started."""
        process = psutil.Process(self.pid)
        family = [process, *process.children(recursive=True)]
        return sum(p.memory_info().rss for p in family) / 2**20


def free_port() -> int:
    """Return a port on this machine that nothing uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _environment(data: Path) -> dict[str, str]:
    """Return the environment of a process that sees this data and the default study area only."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("STRONG_PLACES_")}
    return kept | {"STRONG_PLACES_DATA": str(data), "PYTHONPATH": str(REPOSITORY)}


def prepare(slug: str, *, mirror: Path, data: Path, log: Path) -> float:
    """Run the real command ``python -m prepare`` and return the seconds it took.

    Parameters
    ----------
    slug : str
        The study area.
    mirror : Path
        Its source files.
    data : Path
        Where ``prepared/`` is to be written.
    log : Path
        What the command said is kept here.

    Raises
    ------
    BenchmarkError
        If the command failed.
    """
    start = time.perf_counter()
    with log.open("w", encoding="utf-8") as said:
        status = subprocess.run(
            [sys.executable, "-m", "prepare", slug, "--mirror", str(mirror)],
            cwd=REPOSITORY,
            env=_environment(data),
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    took = time.perf_counter() - start
    if status != 0:
        raise BenchmarkError(f"`python -m prepare {slug}` ended with {status}.", where=_end_of(log))
    return took


@contextmanager
def serving(name: str, script: Path, *, data: Path, log: Path) -> Iterator[Server]:
    """Run ``streamlit run`` on a free port for the length of a ``with`` block.

    Raises
    ------
    BenchmarkError
        If the server does not answer within `STARTS_WITHIN_S` seconds.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1"],
            cwd=REPOSITORY,  # where Streamlit looks for its settings
            env=_environment(data),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(process, port, log)
        yield Server(name, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise BenchmarkError("The server did not start.", where=_end_of(log))


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", errors="replace")[-2000:].strip()
