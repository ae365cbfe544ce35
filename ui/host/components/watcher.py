"""What listens beside an open conversation."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from ui.host.components import source

_mount = st.components.v2.component(
    "parley_watcher",
    html='<div class="watcher"></div>',
    css=source("watcher.css"),
    js=source("news.js", "reading.js", "watcher.js"),
)


def watch(
    conversation_id: UUID | None, *, busy: bool = False, stop: bool = False, asked: int = 0
) -> None:
    """Rerun the fragment this is called in when the conversation changes elsewhere.

    `busy`: the page follows a reply as it is; `stop`: offer to stop it; `asked`: the message
    just asked for here, to be scrolled to.
    """
    _mount(
        key="watcher",
        data={
            "conversation": str(conversation_id) if conversation_id else None,
            "busy": busy,
            "stop": stop,
            "asked": asked,
        },
        on_changed_change=lambda: None,
    )
