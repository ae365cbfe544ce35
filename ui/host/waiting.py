"""While the core is not open yet."""

from __future__ import annotations

import streamlit as st

from ui.host import bridge


@st.fragment(run_every=1.0)
def wait_for_core() -> None:
    """Say so, and go on by itself once it is."""
    if bridge.is_open():
        st.rerun()
    st.info("Parley is starting. This page goes on by itself.", icon=":material/hourglass_top:")
