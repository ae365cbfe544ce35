"""The list of conversations in the sidebar."""

from __future__ import annotations

import streamlit as st

from ui.host.components import source

_mount = st.components.v2.component(
    "parley_conversations",
    html='<nav class="conversations" aria-label="Conversations"></nav>',
    css=source("conversations.css"),
    js=source("news.js", "conversations.js"),
)


def conversation_list(*, chat: bool) -> str | None:
    """Show the list, which keeps itself up to date; `chat`: the page shown is the chat.

    Returns the id of a conversation that is to be shown, where that takes another page; after a
    slash that of a message in it to show.
    """
    result = _mount(key="conversations", data={"chat": chat}, on_open_change=lambda: None)
    opened: str | None = result.open
    return opened
