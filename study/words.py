"""Every word shown to people passes through gettext: one catalogue, English first."""

from __future__ import annotations

import gettext
import os

from study.settings import REPOSITORY

_catalogue = gettext.translation(
    "strong_places",
    localedir=REPOSITORY / "data" / "locale",
    languages=[os.environ.get("STRONG_PLACES_LANGUAGE", "en")],
    fallback=True,
)


def _(text: str) -> str:
    """Return a text in the language of this machine's setting, or the English it was written in."""
    return _catalogue.gettext(text)


def people(number: float) -> str:
    """Return a number of people rounded to what an estimate can carry, e.g. "about 4,300"."""
    if number < 50:
        return _("fewer than 50")
    digits = -1 if number < 1000 else -2 if number < 100_000 else -3
    return _("about {number}").format(number=f"{round(number, digits):,.0f}")
