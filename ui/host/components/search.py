"""The search in a host's page: it asks the API by itself, no rerun changes it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui.host.components import handed, source

_mount = st.components.v2.component(
    "parley_search",
    html='<div class="frame"></div>',
    css=source("slate.css"),
    js=source("search.js"),
)
_PAGES = {"chat": "/", "rooms": "/rooms", "slate": "/slate", "memories": "/memories"}


def search() -> tuple[str, dict[str, str]] | None:
    """Show the search the address asks for.

    Returns the page of the host's the person wants to go to, and its query, if they do.
    """
    result = _mount(key="search", data=handed({"pages": _PAGES}), on_go_change=lambda: None)
    wanted: dict[str, Any] | None = result.go
    return (wanted["page"], wanted["query"]) if wanted else None
