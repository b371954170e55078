"""One visitor's session with the real pages, run without a browser: what is chosen, what is then shown."""

from __future__ import annotations

import base64
import datetime as dt
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element, UnknownElement

from study.settings import REPOSITORY

MAIN = REPOSITORY / "app_pages" / "_main.py"
PAGES = {
    "home": "home.py",
    "map": "map.py",
    "reach": "reach.py",
    "from_here": "from_here.py",
    "public_transport": "public_transport.py",
    "ward": "ward.py",
    "neighbourhood": "neighbourhood.py",
}


class Visit:
    """A visitor: opens pages and links, moves widgets, and reads what is shown.

    After every step the page must have been drawn: an exception, or an error that was not announced with
    ``trouble=True``, fails the test at once.
    """

    def __init__(self) -> None:
        self.app = AppTest.from_file(MAIN, default_timeout=120)

    # ---- steps -----------------------------------------------------------------------------------------------
    def open(self, page: str, *, trouble: bool = False, **query: str | list[str]) -> Visit:
        """Open a page by its link, as a new visitor or coming from another page."""
        if page != "home" or self.app.title:
            self.app.switch_page(PAGES[page])
        return self.link(trouble=trouble, **query)

    def link(self, *, trouble: bool = False, **query: str | list[str]) -> Visit:
        """Change the address bar to exactly this query and draw the page: a link pasted in, or the back button."""
        self.app.query_params.clear()
        self.app.query_params.update(query)
        return self.run(trouble=trouble)

    def run(self, *, trouble: bool = False) -> Visit:
        """Draw the page again with the widgets as they stand."""
        self.app.run()
        return self._drawn(trouble)

    def choose(self, key: str, value: str, *, trouble: bool = False) -> Visit:
        """Pick an option of a select box by its id."""
        self.app.selectbox(key=key).set_value(value)
        return self.run(trouble=trouble)

    def choose_several(self, key: str, values: list[str]) -> Visit:
        """Fill a box for several choices."""
        self.app.multiselect(key=key).set_value(values)
        return self.run()

    def switch(self, key: str, on: bool) -> Visit:
        """Turn a switch on or off."""
        self.app.toggle(key=key).set_value(on)
        return self.run()

    def slide(self, key: str, value: int) -> Visit:
        """Move a slider."""
        self.app.slider(key=key).set_value(value)
        return self.run()

    def set_day(self, key: str, day: dt.date) -> Visit:
        """Choose a day in a calendar."""
        self.app.date_input(key=key).set_value(day)
        return self.run()

    def search(self, text: str) -> Visit:
        """Type into the search in names."""
        self.app.text_input(key="q").set_value(text)
        return self.run()

    def find(self, text: str) -> Visit:
        """Type into the Find box and send it."""
        self.app.text_input(key="_find_text").set_value(text)
        self.app.button[0].click()
        return self.run(trouble=True)

    def pick_row(self, table: str, value: str) -> Visit:
        """Choose the heading of a row in a table."""
        state = WidgetState(id=_make_trigger_id(self._component(table).proto.id, "events"))
        state.json_trigger_value = json.dumps([{"event": "picked", "value": value}])
        return self._told(state)

    def pick_on_map(
        self, properties: dict[str, object], geometry: object = None, *, number: int = 0
    ) -> Visit:
        """Click a zone on the map, or finish a drawing."""
        feature = {"type": "Feature", "geometry": geometry, "properties": properties}
        state = WidgetState(id=self._maps()[number].proto.id)
        state.json_value = json.dumps({"last_active_drawing": feature})
        return self._told(state)

    def _told(self, state: WidgetState) -> Visit:
        """Run with what a component of our own sends; AppTest itself speaks for Streamlit's widgets only."""
        states = self.app._tree.get_widget_states()
        states.widgets.append(state)
        self.app._run(states)
        return self._drawn(trouble=False)

    def _drawn(self, trouble: bool) -> Visit:
        assert [e.value for e in self.app.exception] == []
        if not trouble:
            assert [e.value for e in self.app.error] == []
        return self

    # ---- what is shown ---------------------------------------------------------------------------------------
    @property
    def query(self) -> dict[str, str | list[str]]:
        """The query of the address bar."""
        return dict(self.app.query_params)

    @property
    def errors(self) -> list[str]:
        return [as_shown(e.value) for e in self.app.error]

    @property
    def html(self) -> list[str]:
        """Everything set as markup of our own, piece by piece."""
        return [e.proto.body for e in self.app.get("html")]

    @property
    def words(self) -> str:
        """All text of that markup, without its tags."""
        return plain(" ".join(self.html))

    @property
    def headline(self) -> str:
        """The sentence above the map."""
        return plain(next(h for h in self.html if "sp-headline" in h))

    @property
    def announced(self) -> str:
        """What a screen reader is told."""
        return json.loads(self._component("live").proto.json)["text"]

    @property
    def texts(self) -> list[str]:
        return [t.value for t in self.app.text]

    @property
    def headings(self) -> list[str]:
        return [as_shown(h.value) for h in (*self.app.title, *self.app.header, *self.app.subheader)]

    @property
    def boxes(self) -> str:
        """What is said in boxes: notes and warnings."""
        return as_shown(" ".join(b.value for b in (*self.app.info, *self.app.warning)))

    @property
    def captions(self) -> str:
        return " ".join(c.value for c in self.app.caption)

    def tables(self) -> list[str]:
        """Return the keys of the tables shown."""
        return [c.key for c in self._all("bidi_component") if "columns" in json.loads(c.proto.json)]

    def table(self, key: str) -> Shown:
        """Return a shown table."""
        return Shown(json.loads(self._component(key).proto.json))

    @property
    def line(self) -> str:
        """The choices in one line, for a phone."""
        return json.loads(self._component("line").proto.json)["text"]

    def map(self, number: int = 0) -> dict[str, object]:
        """Return what the map is told to show."""
        sent = json.loads(self._maps()[number].proto.json_args)["feature_group"]
        (text,) = re.findall(r'strongPlaces\.draw\([^"]*"([A-Za-z0-9+/=]*)"\)', sent)
        return json.loads(base64.b64decode(text))

    def map_count(self) -> int:
        return len(self._maps())

    def assets_on_map(self, number: int = 0) -> list[int]:
        """Return the positions of the assets that the map shows, in the order of the assets table."""
        assets = self.map(number)["assets"]
        if assets is None:
            return []
        bits = np.unpackbits(np.frombuffer(base64.b64decode(assets["mask"]), dtype=np.uint8))
        return np.flatnonzero(bits).tolist()

    def _component(self, key: str) -> UnknownElement:
        (found,) = [c for c in self._all("bidi_component") if c.key == key]
        return found

    def _maps(self) -> list[UnknownElement]:
        return self._all("component_instance")

    def _all(self, kind: str) -> list[Element]:
        return [e for e in _elements(self.app.main) if e.type == kind]


class Shown:
    """A table as the browser is given it."""

    def __init__(self, data: dict[str, object]) -> None:
        self.data = data
        self.caption: str = data["caption"]
        self.labels: list[str] = [c["label"] for c in data["columns"]]
        self.picks: list[str] | None = data["picks"]

    def column(self, label: str) -> list[object]:
        """Return the cells of a column."""
        (column,) = [c for c in self.data["columns"] if c["label"] == label]
        return column["cells"]

    def rows(self) -> pd.DataFrame:
        """Return the table by its first column."""
        table = pd.DataFrame({c["label"]: c["cells"] for c in self.data["columns"]})
        return table.set_index(self.labels[0])


def as_shown(markdown: str) -> str:
    """Return a text whose signs were marked as letters, as a person sees it."""
    return re.sub(r"\\([^\w\s])", r"\1", markdown)


def plain(markup: str) -> str:
    """Return the text of some markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", markup))).replace(" ,", ",").strip()


def values_asked_for(spec: dict[str, object]) -> tuple[str, dict[str, str]]:
    """Return the indicator and the query of the address that a map is told to fetch its values from."""
    parts = urlsplit(spec["values"])
    return re.fullmatch(r"values/(\w+)\.json", parts.path)[1], dict(parse_qsl(parts.query))


def _elements(block: Block) -> Iterator[Element]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield from _elements(child)
        else:
            yield child
