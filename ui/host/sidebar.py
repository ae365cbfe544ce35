"""The sidebar: a new chat, the conversations there are, and at its foot the theme."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from ui.host.components.conversations import conversation_list
from ui.host.components.theme_switch import theme_switch
from ui.host.view import view


def sidebar(page: st.Page, chat: st.Page, links: st.Page) -> None:
    """Draw it; go where the person wants to go: to a chat, or to share one (`links`)."""
    on_chat = page == chat
    with st.sidebar:
        if st.button("New chat", icon=":material/edit_square:", width="stretch", key="new_chat"):
            _go(None, chat, on_chat=on_chat)
        chosen = conversation_list(_shown(on_chat))
    if chosen.shared:
        st.switch_page(links, query_params={"conversation": chosen.shared})
    elif chosen.opened:
        _go(chosen.opened, chat, on_chat=on_chat)
    elif chosen.gone and on_chat:
        _go(None, chat, on_chat=on_chat)


def foot() -> None:
    """What stays at the bottom of the sidebar, on every page."""
    with st.sidebar, st.container(key="foot"):
        theme_switch()


def _shown(on_chat: bool) -> UUID | None:
    address = st.query_params.get("conversation") if on_chat else None
    try:
        return UUID(address) if address else None
    except ValueError:
        return None


def _go(where: str | None, chat: st.Page, *, on_chat: bool) -> None:
    conversation, _, message = (where or "").partition("/")
    query = {"conversation": conversation, "message": message}
    query = {name: value for name, value in query.items() if value}
    view().wish = None
    if on_chat:
        st.query_params.from_dict(query)
    else:
        st.switch_page(chat, query_params=query)
