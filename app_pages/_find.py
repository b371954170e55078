"""The Find box: a postcode or a name takes the map there. What was typed stays out of the link."""

from __future__ import annotations

import streamlit as st

from app_pages._tables import Study
from app_pages._widgets import literal, show_error
from layers.gazetteer import Found, find
from study.errors import PlaceNotFoundError
from study.words import _

KINDS = {
    "postcode": _("postcode"),
    "ward": _("ward"),
    "green space": _("green space"),
    "asset": _("asset"),
}


def show_find(study: Study) -> Found | None:
    """Show the box and return what was found and chosen in this visit, or None.

    The choice is kept for the visit only, per study area; the link holds at most its small area's code.
    """
    kept = _kept_key(study)
    with st.form("find", border=False):
        text = st.text_input(_("Find a postcode or a place"), max_chars=80, key="_find_text")
        submitted = st.form_submit_button(_("Find"))
    if submitted:
        st.session_state.pop(kept, None)
        st.session_state.pop("_find_which", None)
        try:
            st.session_state[kept] = find(study.tables, text)
        except PlaceNotFoundError as error:
            show_error(error)
    hits: list[Found] = st.session_state.get(kept, [])
    if not hits:
        return None
    chosen = hits[0]
    if len(hits) > 1:
        chosen = hits[
            st.radio(
                _("Which one?"),
                range(len(hits)),
                format_func=lambda i: _("{name} ({kind}, {ward})").format(
                    name=literal(hits[i].label),
                    kind=KINDS[hits[i].kind],
                    ward=literal(_ward_name(study, hits[i])),
                ),
                key="_find_which",
            )
        ]
    st.text(found_sentence(study, chosen))
    if st.button(_("Clear the search")):
        forget_found(study)
        st.rerun()
    return chosen


def forget_found(study: Study) -> None:
    """Forget what was found in this visit, and the small area the link holds."""
    st.session_state.pop(_kept_key(study), None)
    st.query_params.pop("lsoa", None)


def _kept_key(study: Study) -> str:
    return f"_found_{study.area.slug}"


def _ward_name(study: Study, found: Found) -> str:
    # Just over the wards' simplified outline, a place still lies in a small area, and that in a ward.
    code = found.ward_code or study.tables.lsoas["ward_code"].get(found.lsoa_code)
    return study.tables.wards["ward_name"].get(code, _("outside the wards"))


def found_sentence(study: Study, found: Found) -> str:
    """Say which ward and LSOA a found place lies in."""
    if found.lsoa_code is None:
        return _("{name} lies just outside {area}.").format(name=found.label, area=study.area.name)
    lsoa_name = study.tables.lsoas["lsoa_name"].get(found.lsoa_code)
    lsoa = found.lsoa_code if not isinstance(lsoa_name, str) else f"{lsoa_name} ({found.lsoa_code})"
    return _("{name} is in {ward} ward, in the small area (LSOA) {lsoa}.").format(
        name=found.label, ward=_ward_name(study, found), lsoa=lsoa
    )
