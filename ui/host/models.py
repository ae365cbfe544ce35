"""Who answers in the chat: the model picker above the conversation."""

from __future__ import annotations

import streamlit as st

from core.providers.catalog import parted
from core.providers.port import AUTO
from ui.host import bridge
from ui.host.choices import models_at_hand, readable
from ui.host.view import View, view

ANOTHER = "more"
"""The entry that leads to the settings."""


def answering(shown: View) -> tuple[str, str]:
    """Provider and model of the next reply, as far as they can still be used."""
    known = bridge.core().providers
    wanted = shown.answering()
    return wanted if wanted and wanted[0] in known.names() else known.default()


def draw_picker() -> None:
    """Choose who answers from now on; what was said stays in the conversation."""
    now = ":".join(answering(view()))
    options = list(dict.fromkeys([now, *models_at_hand(), ANOTHER]))
    key = "chat_model"
    if st.session_state.get(key) != now:
        st.session_state[key] = now
    with st.container(key="picker", horizontal=True):
        st.selectbox(
            "Model", options, key=key, label_visibility="collapsed", filter_mode="contains",
            format_func=lambda one: "More models…" if one == ANOTHER else readable(one),
            on_change=_choose, width=320,
        )  # fmt: skip
    if st.session_state.pop("go_to_settings", False):
        st.switch_page("app_pages/settings.py")


def _choose() -> None:
    chosen = st.session_state["chat_model"]
    if chosen == ANOTHER:
        st.session_state["go_to_settings"] = True
    else:
        provider, model = parted(chosen)
        view().choice = provider, model or AUTO
