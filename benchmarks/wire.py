"""What goes over the wire: Streamlit's messages taken apart, and a relay that counts every byte."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# streamlit-folium sends the map's description inside a script: see mapping/url_layer.py.
_DESCRIPTION = re.compile(r'window\.strongPlaces\.draw\(\w+, "([A-Za-z0-9+/=]*)"\)')


@dataclass(frozen=True)
class Part:
    """One message of Streamlit's to a page.

    Attributes
    ----------
    name : str
        "map", "table KEY", "script finished", "error", or the kind of message.
    size : int
        Bytes before compression.
    packed : int
        Bytes after deflate, as a websocket packs them.
    text : str
        For "map" the component's arguments as JSON, for "error" what was said; else empty.
    succeeded : bool
        For "script finished", whether it ran to its end.
    """

    name: str
    size: int
    packed: int
    text: str = ""
    succeeded: bool = True


def part_of(message: bytes) -> Part:
    """Take one message apart.

    Raises
    ------
    google.protobuf.message.DecodeError
        If it is not a message of Streamlit's.
    """
    forward = ForwardMsg()
    forward.ParseFromString(message)
    name, text, succeeded = str(forward.WhichOneof("type")), "", True
    if name == "script_finished":
        name, succeeded = "script finished", forward.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    elif name == "delta" and forward.delta.WhichOneof("type") == "new_element":
        name, text = _element(forward.delta.new_element)
    packer = zlib.compressobj(wbits=-15)
    packed = len(packer.compress(message) + packer.flush(zlib.Z_SYNC_FLUSH))
    return Part(name, len(message), packed, text, succeeded)


def _element(element: object) -> tuple[str, str]:
    kind = str(element.WhichOneof("type"))
    if kind == "component_instance":
        return "map", element.component_instance.json_args
    if kind == "bidi_component" and element.bidi_component.component_name.endswith("table"):
        return f"table {element.bidi_component.id.rsplit('-', 1)[-1]}", ""
    if kind == "exception":
        return "error", element.exception.message
    if kind == "alert" and element.alert.format == element.alert.ERROR:
        return "error", element.alert.body
    return kind, ""


def map_description(arguments: str) -> dict[str, object] | None:
    """Return what our map was told to show, from its component's arguments; None for another's map."""
    found = _DESCRIPTION.search(json.loads(arguments).get("feature_group") or "")
    return json.loads(base64.b64decode(found.group(1))) if found else None


class Relay:
    """Passes bytes on between a browser and a server, and counts those that come from the server."""

    def __init__(self, listener: socket.socket, server_port: int) -> None:
        self.port = int(listener.getsockname()[1])
        self.received = 0
        self._counting = threading.Lock()
        self._listener = listener
        self._server_port = server_port
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where a browser finds the server through the relay."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening and end every connection."""
        for end in (self._listener, *self._open):
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return  # closed: the run is over
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._open += [browser, server]
            for source, target, counts in ((browser, server, False), (server, browser, True)):
                threading.Thread(target=self._pass_on, args=(source, target, counts), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        try:
            while data := source.recv(65536):
                if counts:
                    with self._counting:
                        self.received += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return  # one end has gone; the other notices by itself


@contextmanager
def relaying(server_port: int) -> Iterator[Relay]:
    """Run a relay to a server on this machine for the length of a ``with`` block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Relay(listener, server_port)
        try:
            yield relay
        finally:
            relay.close()
