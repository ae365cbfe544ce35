"""The library in a host's page: it asks the API by itself, no rerun changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from ui.host.components import source

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


def library() -> Opened | None:
    """Show all conversations and the bookmarks; what the person opens."""
    data = {"home": "/", "rooms": "/rooms"}
    result = _mount(key="library", data=data, on_open_change=_nothing)
    return Opened(**result.open) if result.open else None


def _nothing() -> None:
    """A trigger without a callback would not appear in the result."""
