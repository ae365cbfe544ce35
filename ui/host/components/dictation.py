"""The browser's own speech recognition for the chat input, where no provider writes down speech."""

from __future__ import annotations

import streamlit as st

from ui.host.components import source

_mount = st.components.v2.component(
    "parley_dictation",
    html='<div class="dictation"></div>',
    css=source("dictation.css"),
    js=source("dictation.js"),
)


def dictation() -> None:
    """A microphone over the chat input; what is understood is put into it, without a rerun.

    Draw it where only a run of the whole page comes by. Where the browser recognises no
    speech there is nothing to see.
    """
    _mount(key="dictation", data={})
