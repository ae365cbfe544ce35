"""The slate in a host's page: it lives on its own socket, no rerun changes it."""

from __future__ import annotations

import streamlit as st

from ui.host.components import handed, source

_mount = st.components.v2.component(
    "parley_slate",
    html='<div class="frame"></div>',
    css=source("slate.css"),
    js=source("slate.js"),
)


def slate(strings: dict[str, str], languages: list[dict[str, str]], target: str) -> None:
    """Show the slate the address names, or a new one.

    `strings` and `languages` as `mountSlate` of `ui/live/slate/slate.js` takes them; `target`:
    the language to translate into until the person chooses one.
    """
    data = {"strings": strings, "languages": languages, "target": target}
    _mount(key="slate", data=handed(data))
