"""The peer: the same map made the usual way, served with the same Leaflet and jQuery so that it works off line."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.routing import Route

from app_pages._routes import map_file

app = st.App(str(Path(__file__).parent / "peer_page.py"), routes=[Route("/map-assets/{name}", map_file)])
