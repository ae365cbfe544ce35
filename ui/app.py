"""Parley as one ASGI app: `streamlit run ui/app.py` and `python -m ui` do the same."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "app":  # `streamlit run` imports this file alone, by its bare name
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from ui.handover import hand_over

    hand_over()

import streamlit as st

from ui.house import the_house
from ui.streamlit_options import set_streamlit_options

house = the_house()
set_streamlit_options(house.settings)
app = st.App(
    Path(__file__).parent / "host" / "main.py",
    routes=house.routes,
    lifespan=house.lifespan,
    middleware=house.middleware,
)
