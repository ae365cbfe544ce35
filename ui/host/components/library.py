"""The library in a host's page: it asks the API by itself, no rerun changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from ui.host.components import handed, source

_mount = st.components.v2.component(
    "parley_library",
    html='<div class="frame"></div>',
    css=source("slate.css"),
    js=source("library.js"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation the person wants to see, perhaps at a message of it."""

    kind: Literal["chat", "room"]
    conversation: str
    message: int | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person did in the library that the page must know."""

    opened: Opened | None
    shared: str | None
    """The id of a conversation to share."""


def library() -> Chosen:
    """Show all conversations and the bookmarks."""
    data = handed({"home": "/", "rooms": "/rooms"})
    result = _mount(key="library", data=data, on_open_change=_nothing, on_share_change=_nothing)
    return Chosen(Opened(**result.open) if result.open else None, result.share)


def _nothing() -> None:
    """A trigger without a callback would not appear in the result."""
