"""What runs for every visitor: page settings, navigation, one error boundary."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from app_pages._widgets import show_error
from study.errors import StrongPlacesError
from study.words import _

HERE = Path(__file__).parent

st.html(f"<style>{(HERE / 'static' / 'page.css').read_text('utf-8')}</style>")

pages = [
    st.Page(HERE / "home.py", title=_("At a glance"), default=True),
    st.Page(HERE / "map.py", title=_("Map"), url_path="map"),
    st.Page(HERE / "reach.py", title=_("Reach"), url_path="reach"),
    st.Page(HERE / "from_here.py", title=_("From here"), url_path="from_here"),
    st.Page(HERE / "public_transport.py", title=_("Public transport"), url_path="public_transport"),
    st.Page(HERE / "ward.py", title=_("Ward"), url_path="ward"),
    st.Page(HERE / "neighbourhood.py", title=_("Your neighbourhood"), url_path="neighbourhood"),
    st.Page(HERE / "about_data.py", title=_("About the data"), url_path="about"),
]
page = st.navigation(pages, position="top")
st.set_page_config(
    page_title=_("{page} - Strong Places").format(page=page.title),
    page_icon=str(HERE / "static" / "icon.png"),
    layout="wide",
)

# Choices tell a page that has just been opened from one that is drawn again.
st.session_state["_page"] = page.url_path

# The one place where an error becomes a sentence; everything below raises.
try:
    page.run()
except StrongPlacesError as error:
    show_error(error)
except Exception:
    # The last door: a visitor gets a sentence, the log gets the rest.
    logging.getLogger("strong_places").exception("page failed")
    st.error(
        _("Something went wrong on our side, and this page could not be drawn. Nothing you gave was lost. ")
        + _("Reload the page; if it happens again, please tell whoever runs this map."),
        icon=":material/error:",
    )
