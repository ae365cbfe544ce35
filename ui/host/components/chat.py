"""The chat in a host's page: it lives on its own socket, no rerun changes it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.host.components import handed, source

_mount = st.components.v2.component(
    "parley_chat",
    html='<div class="frame"></div>',
    css=source("chat.css"),
    js=source("chat.js"),
)


def chat(strings: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    """Show the conversation the address names, or a new one.

    `strings` as `mountChat` of `ui/live/chat/chat.js` takes them. Returns the page of the host's
    the person wants to go to, and its query, if they do.
    """
    with st.container(key="thread"):
        result = _mount(key="chat", data=handed({"strings": strings}), on_go_change=lambda: None)
    wanted: dict[str, Any] | None = result.go
    return (wanted["page"], wanted["query"]) if wanted else None
