"""Strong Places: community assets, and who can reach them. Run with ``streamlit run app.py``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app_pages._routes import MIDDLEWARE, ROUTES

app = st.App(str(Path(__file__).parent / "app_pages" / "_main.py"), routes=ROUTES, middleware=MIDDLEWARE)
