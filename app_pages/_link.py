"""Choices that live in the link: ids, never labels, so that a link holds when a word on the page changes.

Streamlit's own binding writes the words a person reads into the address; a code or id there survives another
language, another release of the data, and a renamed ward. What a link asks for is only ever looked up among the
choices there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from study.words import _

# These follow a person from page to page within a visit.
SHARED = frozenset({"area", "ward", "type", "min"})
MOST_IN_LINK = 40


def choose(
    label: str,
    options: Mapping[str, str],
    *,
    key: str,
    default: str | None = None,
    shared: bool | None = None,
    **more: object,
) -> str:
    """Show a select box whose choice lives in the link, and return the chosen id.

    Parameters
    ----------
    label : str
        Above the box.
    options : mapping of str to str
        Id -> words. Unknown ids in a link fall back to the default.
    key : str
        Name in the link.
    default : str, optional
        The id chosen at first, which the link leaves out; the first one when missing.
    shared : bool, optional
        Whether the choice follows the person from page to page; by default those of `SHARED` do.
    **more : object
        Passed on to ``st.selectbox``.
    """
    ids = list(options)
    first = default if default in options else ids[0]
    asked = st.query_params.get(key)
    shared = key in SHARED if shared is None else shared
    _settle(key, asked, lambda value: value in options, first, shared=shared)
    chosen = st.selectbox(label, ids, format_func=lambda i: options[i], key=key, **more)
    _write(key, None if chosen == first else chosen)
    if shared:
        st.session_state[f"_kept_{key}"] = chosen
    return chosen


def choose_several(label: str, options: Mapping[str, str], *, key: str) -> list[str]:
    """Show a box for several choices kept in the link; nothing chosen means all."""
    asked = st.query_params.get_all(key)[:MOST_IN_LINK]
    known = [i for i in options if i in asked]
    _settle(key, known, lambda value: isinstance(value, list) and all(v in options for v in value), [])
    chosen = st.multiselect(
        label, list(options), format_func=lambda i: options[i], key=key, placeholder=_("All")
    )
    _write(key, chosen or None)
    return chosen


def choose_toggle(label: str, *, key: str, default: bool) -> bool:
    """Show a switch kept in the link as 1 or 0, and return whether it is on."""
    asked = {"1": True, "0": False}.get(st.query_params.get(key, ""))
    _settle(key, asked, lambda value: isinstance(value, bool), default)
    chosen = st.toggle(label, key=key)
    _write(key, None if chosen == default else str(int(chosen)))
    return chosen


def choose_number(
    label: str, *, key: str, low: int, high: int, step: int, default: int, **more: object
) -> int:
    """Show a slider kept in the link, and return the number."""
    allowed = range(low, high + 1, step)
    text = st.query_params.get(key, "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
    _settle(key, asked, lambda value: value in allowed, default)
    chosen = st.slider(label, low, high, step=step, key=key, **more)
    _write(key, None if chosen == default else str(chosen))
    return chosen


def choose_day(
    label: str, *, key: str, first: dt.date, last: dt.date, default: dt.date, **more: object
) -> dt.date:
    """Show a calendar kept in the link, and return the day."""
    try:
        asked = dt.date.fromisoformat(st.query_params.get(key, ""))
    except ValueError:
        asked = None
    _settle(key, asked, lambda value: isinstance(value, dt.date) and first <= value <= last, default)
    chosen = st.date_input(label, min_value=first, max_value=last, key=key, format="DD/MM/YYYY", **more)
    _write(key, None if chosen == default else chosen.isoformat())
    return chosen


def choose_text(label: str, *, key: str, most: int, may_enter: Callable[[str], bool]) -> str:
    """Show a text box kept in the link, save for texts that may not enter it, and return the text."""
    asked = st.query_params.get(key, "")[:most]
    _settle(key, asked, lambda value: isinstance(value, str), "")
    text = st.text_input(label, max_chars=most, key=key).strip()
    _write(key, text if text and may_enter(text) else None)
    return text


def choose_next(key: str, value: str) -> None:
    """Make a choice for a person before the page is drawn again: a row was picked, or a zone on the map."""
    st.session_state[f"_next_{key}"] = value


def _settle(
    key: str, asked: object, is_known: Callable[[object], bool], first: object, *, shared: bool = False
) -> None:
    """Put the right value under a widget's key before the widget is made.

    In this order: what the page itself has chosen for the person; the link, when the page is new or the link was
    changed from outside (the back button); what the person chose on another page; what the widget holds.
    """
    state = st.session_state
    following = state.pop(f"_next_{key}", None)
    in_link = st.query_params.get_all(key)
    # Streamlit clears a page's widgets only after the next page has run once.
    is_new = key not in state or state.get(f"_page_{key}") != state.get("_page")
    if following is not None and is_known(following):
        state[key] = following
    elif in_link and (is_new or in_link != state.get(f"_link_{key}")):
        state[key] = asked if is_known(asked) else first
    elif is_new:
        kept = state.get(f"_kept_{key}") if shared else None
        state[key] = kept if is_known(kept) else first
    elif (not in_link and state.get(f"_link_{key}")) or not is_known(state[key]):
        state[key] = first
    state[f"_page_{key}"] = state.get("_page")


def _write(key: str, value: str | Sequence[str] | None) -> None:
    """Write a choice into the link, or take it out; and remember what was written."""
    wanted = [] if value is None else [value] if isinstance(value, str) else list(value)
    if st.query_params.get_all(key) != wanted:
        if wanted:
            st.query_params[key] = wanted
        else:
            st.query_params.pop(key, None)
    st.session_state[f"_link_{key}"] = wanted
