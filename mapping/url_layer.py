"""A folium layer that carries addresses and numbers only; the browser fetches the data itself.

folium and branca render a map's script and then compile the result again as a Jinja2 template, so a place named
``{{ ... }}`` would run on the server. Nothing that anyone wrote passes through here: the whole description of
the map travels as base64 (letters, digits, ``+ / =``), in which neither a template nor a script can be written,
and names arrive in the browser as GeoJSON, where they are set with ``textContent``.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence

import numpy as np
from branca.element import MacroElement
from jinja2 import Template

_BASE64 = re.compile(r"[A-Za-z0-9+/=]*")


class UrlLayer(MacroElement):
    """What the map shows, described by addresses, numbers and our own words.

    Parameters
    ----------
    spec : dict
        JSON-like description, read by ``mapping/static/strong_places_map.js``.
    """

    # `this.spec` is base64 alone: see the module's first lines.
    _template = Template(
        """
        {% macro script(this, kwargs) %}
        window.strongPlaces.draw({{ this._parent._parent.get_name() }}, "{{ this.spec }}");
        {% endmacro %}
        """
    )

    def __init__(self, spec: dict[str, object]) -> None:
        super().__init__()
        self._name = "UrlLayer"
        self.spec = encode_spec(spec)


def encode_spec(spec: dict[str, object]) -> str:
    """Return a description as base64 of its JSON.

    Raises
    ------
    ValueError
        If it holds something JSON cannot say (also NaN, which a browser would not read).
    """
    text = base64.b64encode(json.dumps(spec, allow_nan=False, separators=(",", ":")).encode()).decode()
    if not _BASE64.fullmatch(text):
        raise ValueError("a map description must be plain base64")
    return text


def bitmap(mask: Sequence[bool] | np.ndarray) -> str:
    """Return which assets are shown as base64 of one bit each, first asset in the highest bit."""
    return base64.b64encode(np.packbits(np.asarray(mask, dtype=bool)).tobytes()).decode()
