"""How much of a text fits on paper, reckoned in small letters and lines."""

from __future__ import annotations

import math
from unicodedata import east_asian_width

# Of the wide column of a ward's first side, and of one name in it.
LETTERS_OF_A_LINE, LETTERS_OF_A_NAME = 63, 60


def width(text: str) -> int:
    """Return the room a text takes, in small letters: capitals are wider, Chinese and Japanese twice as wide."""
    wide = (2 if east_asian_width(x) in "WF" else 1.35 if x.isupper() or x in "mw@%&…—" else 1 for x in text)
    return math.ceil(sum(wide))


def lines_of(*texts: str) -> int:
    """Return how many lines some texts take, each beginning a new one."""
    return sum(math.ceil(width(text) / LETTERS_OF_A_LINE) for text in texts)


def one_line(text: str, most: int) -> str:
    """Return a text on one line, cut where it is longer than anyone needs to know it by."""
    text = " ".join(text.split())
    if width(text) <= most:
        return text
    while width(text) > most - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def names_within(names: list[str], letters: int) -> list[str]:
    """Return the first names that fit into so many letters; the first one always, if need be cut short."""
    kept = [one_line(name, min(LETTERS_OF_A_NAME, letters - 2)) for name in names[:1]]
    letters -= sum(width(name) + 2 for name in kept)
    for name in names[1:]:
        name = one_line(name, LETTERS_OF_A_NAME)
        letters -= width(name) + 2
        if letters < 0:
            break
        kept.append(name)
    return kept


def shares(needs: list[int], lines: int) -> list[int]:
    """Share lines out: nobody gets more than they need, and what is left over goes to those who need more."""
    shares = [0] * len(needs)
    order = sorted(range(len(needs)), key=needs.__getitem__)
    for left, i in zip(range(len(needs), 0, -1), order, strict=True):
        shares[i] = min(needs[i], lines // left)
        lines -= shares[i]
    return shares
