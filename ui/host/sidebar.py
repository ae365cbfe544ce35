"""The sidebar: a new chat, the conversations there are, and at its foot the theme."""

from __future__ import annotations

import streamlit as st

from ui.host.components.conversations import conversation_list
from ui.host.components.theme_switch import theme_switch


def sidebar(page: st.Page, chat: st.Page) -> None:
    """Draw it; go where the person wants to go. Within the chat the browser goes by itself."""
    on_chat = page == chat
    with st.sidebar:
        new = st.button("New chat", icon=":material/edit_square:", width="stretch", key="new_chat")
        opened = conversation_list(chat=on_chat)
    if on_chat:
        return
    if opened:
        conversation, _, message = opened.partition("/")
        query = {"conversation": conversation, "message": message}
        st.switch_page(chat, query_params={name: value for name, value in query.items() if value})
    elif new:
        st.switch_page(chat, query_params={})


def foot() -> None:
    """What stays at the bottom of the sidebar, on every page."""
    with st.sidebar, st.container(key="foot"):
        theme_switch()
