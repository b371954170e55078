"""A page as a reader of its HTML meets it: headings, tables, lists, and every tag with its attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "rect", "path", "circle", "polygon"}
HEADINGS = {"h1", "h2", "h3"}


@dataclass
class Element:
    """One element of the page."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """Return the elements below this one with one of some tags and with some attributes, in their order."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if (not tags or child.tag in tags) and attributes.items() <= child.attributes.items():
                    found.append(child)
                found += child.all(*tags, **attributes)
        return found

    def one(self, *tags: str, **attributes: str) -> Element:
        """Return the only such element."""
        (element,) = self.all(*tags, **attributes)
        return element

    @property
    def text(self) -> str:
        """Return the words in it, white space drawn together."""
        return " ".join("".join(self._words()).split())

    def _words(self) -> list[str]:
        parts = []
        for child in self.children:
            if isinstance(child, str):
                parts.append(child)
            elif child.tag not in ("style", "title"):
                inline = child.tag in ("b", "bdi", "span", "a", "i")
                parts += child._words() if inline else [" ", *child._words(), " "]
        return parts

    def rows(self) -> list[list[str]]:
        """Return a table's body as words."""
        return [[cell.text for cell in row.all("th", "td")] for row in self.one("tbody").all("tr")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {k: v or "" for k, v in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_page(html: str) -> Element:
    """Return a page's root; every element must be closed where it was opened."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    (root,) = reader.open
    return root


def headings(page: Element) -> list[tuple[str, str]]:
    """Return the headings with their level, in their order."""
    return [(element.tag, element.text) for element in page.all(*HEADINGS)]
