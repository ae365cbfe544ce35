"""The list of conversations in the sidebar."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from ui.host.components import source

_mount = st.components.v2.component(
    "parley_conversations",
    html='<nav class="conversations" aria-label="Conversations"></nav>',
    css=source("conversations.css"),
    js=source("news.js", "conversations.js"),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person did in the list that the page must know."""

    opened: str | None
    """The id of a conversation to show, and after a slash that of a message in it to show."""
    gone: str | None
    """The id of the conversation shown, which has been deleted."""
    shared: str | None
    """The id of a conversation to share."""


def conversation_list(current: UUID | None) -> Chosen:
    """Show the list, `current` marked. It keeps itself up to date."""
    result = _mount(
        key="conversations",
        data={"current": str(current) if current else None},
        on_open_change=_nothing,
        on_gone_change=_nothing,
        on_share_change=_nothing,
    )
    return Chosen(result.open, result.gone, result.share)


def _nothing() -> None:
    """A trigger without a callback would not appear in the result."""
