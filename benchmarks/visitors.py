"""Many visitors at once, without a browser: each runs a page to its end and fetches the map's data."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

import websocket
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.servers import BenchmarkError, Server
from benchmarks.wire import Part, map_description, part_of

PATIENCE_S = 300.0


@dataclass
class Visit:
    """What one visitor met.

    Attributes
    ----------
    seconds : float
        From asking for the page until its script had ended and the map's data was here.
    script_s : float
        Of that, until the script had ended.
    fetched_bytes : int
        The map's data, as packed for the wire.
    error : str
        What went wrong; empty when nothing did.
    """

    seconds: float = 0.0
    script_s: float = 0.0
    fetched_bytes: int = 0
    error: str = ""


@dataclass
class Crowd:
    """What many visitors at once met, and what they cost the server.

    Attributes
    ----------
    visits : list of Visit
        One a visitor.
    wall_s : float
        From the first to the last.
    before_mb, during_mb, after_mb : float
        The server's memory before they came, while all were still connected, and after they had gone.
    """

    visits: list[Visit] = field(default_factory=list)
    wall_s: float = 0.0
    before_mb: float = 0.0
    during_mb: float = 0.0
    after_mb: float = 0.0

    @property
    def errors(self) -> list[str]:
        """What went wrong, one a visitor that met it."""
        return [v.error for v in self.visits if v.error]

    @property
    def mb_each(self) -> float:
        """The memory that one visitor adds."""
        return (self.during_mb - self.before_mb) / len(self.visits)


class Visitor:
    """One connection to an app, in Streamlit's own words."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._socket = websocket.create_connection(
            f"ws://127.0.0.1:{server.port}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=server.address,
            timeout=PATIENCE_S,
        )

    def run(self, page: str = "", query: Mapping[str, str] | None = None) -> list[Part]:
        """Ask for a page and return every message until its script has ended.

        Raises
        ------
        BenchmarkError
            If the page shows an error or its script did not run to the end.
        """
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = urlencode(query or {})
        self._socket.send_binary(asked.SerializeToString())
        parts: list[Part] = []
        while not parts or parts[-1].name != "script finished":
            parts.append(part_of(self._socket.recv()))
        faults = [p.text for p in parts if p.name == "error"]
        if faults or not parts[-1].succeeded:
            raise BenchmarkError("; ".join(faults) or "The script did not run to its end.", where=page or "/")
        return parts

    def fetch_map(self, parts: list[Part]) -> int:
        """Fetch what the map's description names, as a browser would, and return the bytes that came.

        Raises
        ------
        BenchmarkError
            If an address does not answer with 200.
        """
        description = next((map_description(p.text) for p in parts if p.name == "map"), None)
        if description is None:
            return 0  # a map that came whole, in its script
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
        total = 0
        try:
            for address in map_addresses(description):
                connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                total += len(answer.read())
                if answer.status != 200:
                    raise BenchmarkError(f"The server answered {answer.status}.", where=address)
        finally:
            connection.close()
        return total

    def leave(self) -> None:
        """Close the connection."""
        self._socket.close()


def map_addresses(description: Mapping[str, object]) -> list[str]:
    """Return the addresses that a browser fetches for a map, in its order and each once."""
    names = ["wards.geojson", "wards.geojson" if description["by"] == "ward" else "lsoas.geojson"]
    names += [description["values"]] if description["values"] else []
    names += ["assets.geojson"] if description["assets"] else []
    names += [f"{name}.geojson" for name in description["ground"]]
    names += ["green_space.geojson"] if description["greens"] else []
    return [f"{description['base']}{name}" for name in dict.fromkeys(names)]


def script_seconds(
    server: Server, page: str, *, runs: int, query: Mapping[str, str] | None = None
) -> list[float]:
    """Return how long one visitor alone waits for a page's script to end, each time as a new visitor."""
    took = []
    for _ in range(runs):
        visitor = Visitor(server)
        start = time.perf_counter()
        visitor.run(page, query)
        took.append(time.perf_counter() - start)
        visitor.leave()
    return took


def crowd(server: Server, count: int, *, page: str = "", query: Mapping[str, str] | None = None) -> Crowd:
    """Send visitors to a page, all at once, and keep them until the last has been served.

    Parameters
    ----------
    server : Server
        A warm server.
    count : int
        How many.
    page : str
        The page's name in its address.
    query : mapping, optional
        The page's query string.
    """
    result = Crowd(before_mb=server.memory_mb())
    start_together = threading.Barrier(count + 1)
    served = [threading.Event() for _ in range(count)]
    may_leave = threading.Event()
    result.visits = [Visit() for _ in range(count)]

    def come(visit: Visit, done: threading.Event) -> None:
        start_together.wait()
        start, visitor = time.perf_counter(), None
        try:
            visitor = Visitor(server)
            parts = visitor.run(page, query)
            visit.script_s = time.perf_counter() - start
            visit.fetched_bytes = visitor.fetch_map(parts)
        except (BenchmarkError, OSError, websocket.WebSocketException, http.client.HTTPException) as error:
            visit.error = f"{type(error).__name__}: {error}"
        visit.seconds = time.perf_counter() - start
        done.set()
        may_leave.wait(PATIENCE_S)
        if visitor is not None:
            visitor.leave()

    threads = [
        threading.Thread(target=come, args=pair, daemon=True)
        for pair in zip(result.visits, served, strict=True)
    ]
    for thread in threads:
        thread.start()
    start_together.wait()
    start = time.perf_counter()
    for done in served:
        done.wait(PATIENCE_S)
    result.wall_s = time.perf_counter() - start
    result.during_mb = server.memory_mb()
    may_leave.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    result.after_mb = server.memory_mb()
    return result


def page_and_query(path: str) -> tuple[str, dict[str, str]]:
    """Split "/map?by=ward" into the page's name and its query."""
    page, _, query = path.lstrip("/").partition("?")
    return page, dict(parse_qsl(query))
