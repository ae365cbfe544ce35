"""The switch between the system's theme, light and dark."""

from __future__ import annotations

import streamlit as st

# What <theme-switch> does is in ui/theme/switch.js, in the head of the page.
_mount = st.components.v2.component("parley_theme_switch", html="<theme-switch></theme-switch>")


def theme_switch() -> None:
    """Show it. It changes the page at once, without a rerun, and the browser remembers it."""
    _mount(key="theme")
