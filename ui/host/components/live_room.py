"""The live room in a host's page: the view guests see, with the host's colours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import streamlit as st

from ui.host.components import handed, source

_mount = st.components.v2.component(
    "parley_live_room",
    html='<div class="frame"></div>',
    css=source("live_room.css"),
    js=source("live_room.js"),
)


def live_room(
    room_id: UUID,
    name: str,
    language: str,
    strings: dict[str, str],
    languages: list[dict[str, str]],
    *,
    ended: bool = False,
) -> None:
    """Show a room live: everybody in the host's `language`, and a place to write.

    `strings` are the view's words and `languages` those people can read in, as `mountRoom`
    of `ui/live/room.js` takes them.
    """
    data: dict[str, Any] = {
        "room": str(room_id),
        "name": name,
        "reading": language,
        "strings": strings,
        "languages": languages,
        "ended": ended,
    }
    _mount(key=f"room-{room_id}", data=handed(data))
