"""The sidebar: a new chat, the conversations there are, and at its foot the theme."""

from __future__ import annotations

import streamlit as st

from ui.host.components.conversations import conversation_list
from ui.host.components.theme_switch import theme_switch


def sidebar(page: st.Page, chat: st.Page, links: st.Page, search: st.Page) -> None:
    """Draw it; go where the person wants to go: to a chat, to share one (`links`), to search.

    Within the chat the browser goes to another one by itself.
    """
    on_chat = page == chat
    with st.sidebar:
        new = st.button("New chat", icon=":material/edit_square:", width="stretch", key="new_chat")
        chosen = conversation_list(chat=on_chat)
    if chosen.shared:
        st.switch_page(links, query_params={"conversation": chosen.shared})
    elif chosen.sought:
        st.switch_page(search, query_params={"q": chosen.sought})
    elif on_chat:
        return
    elif chosen.opened:
        conversation, _, message = chosen.opened.partition("/")
        query = {"conversation": conversation, "message": message}
        st.switch_page(chat, query_params={name: value for name, value in query.items() if value})
    elif new:
        st.switch_page(chat, query_params={})


def foot() -> None:
    """What stays at the bottom of the sidebar, on every page."""
    with st.sidebar, st.container(key="foot"):
        theme_switch()
