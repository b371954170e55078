"""Pieces that every page shares: choices kept in the link, the legend, notices, what is owed to sources."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from app_pages._link import choose
from app_pages._tables import Study, study
from gaps.indicators import IndicatorValues
from mapping.styles import NO_DATA, Classes
from study.area import read_study_area, study_area_slugs
from study.errors import StrongPlacesError
from study.settings import default_study_area, is_prepared
from study.sources import attributions
from study.words import _

_STATIC = Path(__file__).parent / "static"
ESTIMATE = _(
    "Estimate: straight lines lengthened by how much real streets wind, since this data has no streets here."
)


# What Markdown, and Streamlit's own signs in it, would read as more than letters.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$^!=]|&(?=#?\w+;)|:(?=[\w/]))")


def literal(text: str) -> str:
    """Return a text from outside so that Streamlit's Markdown shows it as it is: no link, picture or formula."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


def study_from_link() -> Study:
    """Return the study area of this page's link; stop the page with what to do where it has no data."""
    areas = {slug: read_study_area(slug) for slug in study_area_slugs()}
    # A made-up place is offered where somebody has made it, and to nobody else.
    names = {slug: area.name for slug, area in areas.items() if not area.demonstration or is_prepared(slug)}
    default = default_study_area()
    slug = choose(_("Place"), names, key="area", default=default)
    try:
        found = study(slug)
    except StrongPlacesError as error:
        show_error(error)
        st.stop()
    if found.area.demonstration:
        st.warning(
            _("{area} is made up, to try things out: no street, place or person in it is real.").format(
                area=found.area.name
            ),
            icon=":material/science:",
        )
    return found


def show_error(error: StrongPlacesError) -> None:
    """Show what is wrong, where, and what to do, as text."""
    st.error(literal(error.what), icon=":material/error:")
    if error.where:
        st.text(_("Where: {where}").format(where=error.where))
    if error.do:
        st.text(_("What to do: {do}").format(do=error.do))


def show_origin(study: Study) -> None:
    """Say in one line whether the page rests on the preview or on prepared data."""
    slug = study.area.slug
    if study.area.demonstration:
        st.caption(_("Made up, to try things out: no street, place or person here is real."))
    elif study.tables.origin == "preview":
        st.caption(
            _(
                "Preview data: part of what OpenStreetMap knew in mid-2023. `python -m prepare {slug}` "
                "replaces it. Not on the map is not the same as not there."
            ).format(slug=slug)
        )
    else:
        st.caption(_("Prepared data. Not on the map is not the same as not there."))


def show_legend(values: IndicatorValues, classes: Classes) -> None:
    """Draw the shaded layer's legend: title, unit, classes, and what grey, hatches and dots mean."""
    indicator = values.indicator
    swatches = [
        _swatch(f"background:{colour}", label)
        for colour, label in zip(classes.colours, classes.labels, strict=True)
    ]
    status = set(values.status)
    hatch = f"background:repeating-linear-gradient(135deg,{NO_DATA},{NO_DATA} 3px,#555 3px,#555 4px)"
    cross = (
        "background:repeating-linear-gradient(135deg,transparent,transparent 3px,#555 3px,#555 4px),"
        f"repeating-linear-gradient(45deg,{NO_DATA},{NO_DATA} 3px,#555 3px,#555 4px)"
    )
    if "no data" in status:
        swatches.append(_swatch(hatch, _("no data")))
    for name in ("not covered", "not collected", "too few residents"):
        if name in status:
            swatches.append(_swatch(cross, _(name)))
    dotted = [_(s) for s in ("estimate", "at most") if s in status and (s == "at most" or "" in status)]
    if dotted:
        dots = "background:radial-gradient(#555 1px,#fff 1.5px) 0 0/6px 6px"
        swatches.append(_swatch(dots, _("dots: {what}").format(what=", ".join(dotted))))
    text = f"<b>{html.escape(indicator.title)}</b> ({html.escape(indicator.unit)})"
    st.html(f'<div class="sp-legend"><p>{text}</p><ul>{"".join(swatches)}</ul></div>')


def show_asset_legend(categories: Mapping[str, tuple[str, str, str]]) -> None:
    """Draw the assets' legend: colour, letter and name of each category that is shown."""
    items = "".join(
        f'<li><span class="sp-sign" style="background:{colour};color:{_ink(colour)}" aria-hidden="true">'
        f"{html.escape(symbol)}</span>{html.escape(name)}</li>"
        for name, symbol, colour in categories.values()
    )
    st.html(f'<div class="sp-legend"><ul>{items}</ul></div>')


def _ink(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#111111" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


def _swatch(style: str, label: str) -> str:
    return f'<li><span class="sp-swatch" style="{style}" aria-hidden="true"></span>{html.escape(label)}</li>'


def show_attribution(study: Study) -> None:
    """Print every attribution line that the page's data owes."""
    lines = attributions(list(study.tables.sources.values()))
    st.caption(_("Data: ") + " · ".join(lines))


@st.cache_resource
def _live_line() -> object:
    return st.components.v2.component(
        "strong_places_live",
        html='<p role="status"></p>',
        css=(_STATIC / "live.css").read_text("utf-8"),
        js=(_STATIC / "live.js").read_text("utf-8"),
    )


def announce(text: str) -> None:
    """Tell a screen reader what has changed on the page, politely and unseen."""
    _live_line()(data={"text": text}, key="live")


@st.cache_resource
def _choices_button() -> object:
    return st.components.v2.component(
        "strong_places_choices",
        html='<button type="button" aria-expanded="false"></button>',
        css=(_STATIC / "choices.css").read_text("utf-8"),
        js=(_STATIC / "choices.js").read_text("utf-8"),
    )


def show_choices_line(summary: str, *, key: str) -> None:
    """On a phone, fold the choices into one line that says what is chosen; elsewhere show nothing.

    The choices themselves stand in a container whose key starts with ``choices``.
    """
    _choices_button()(data={"text": summary, "change": _("Change")}, key=key)


def show_estimate_note(values: IndicatorValues) -> None:
    """Explain "estimate" under a map that shows some."""
    if (values.status == "estimate").any():
        st.caption(ESTIMATE)


def show_estimate_line(study: Study) -> None:
    """Explain "estimate" under tables of walking minutes that hold some."""
    if study.walking.has_estimates:
        st.caption(ESTIMATE)
