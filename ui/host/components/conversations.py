"""The list of conversations in the sidebar."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui.host.components import handed, source

_mount = st.components.v2.component(
    "parley_conversations",
    html='<nav class="conversations" aria-label="Conversations"></nav>',
    css=source("conversations.css"),
    js=source("conversations.js"),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person did in the list that takes another page."""

    opened: str | None
    """The id of a conversation to show, and after a slash that of a message in it to show."""
    shared: str | None
    """The id of a conversation to share."""
    sought: str | None
    """What to search everything for."""


def conversation_list(*, chat: bool) -> Chosen:
    """Show the list, which keeps itself up to date; `chat`: the page shown is the chat.

    Within the chat the browser goes to another conversation by itself.
    """
    result = _mount(
        key="conversations",
        data=handed({"chat": chat}),
        on_open_change=_nothing,
        on_share_change=_nothing,
        on_seek_change=_nothing,
    )
    return Chosen(result.open, result.share, result.seek)


def _nothing() -> None:
    """A trigger without a callback would not appear in the result."""
