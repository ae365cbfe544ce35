"""Speech in the chat input: written down into the input, to be corrected before it is sent."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.widgets.chat import ChatInputValue

from core.errors import ParleyError
from ui.host import bridge
from ui.host.view import View

WITHIN = 120.0
"""Seconds a provider may take."""


def parts_of(value: str | ChatInputValue | None) -> tuple[str, bytes | None]:
    """The text and the recording of what came from the chat input."""
    if isinstance(value, ChatInputValue):
        return value.text or "", value.audio.getvalue() if value.audio else None
    return value or "", None


def write_down(shown: View) -> None:
    """Make a draft of the recording, after what was typed; say so where that fails."""
    recording, shown.recording = shown.recording, None
    assert recording is not None
    st.markdown(":shimmer[Writing down what you said…]")
    try:
        text = bridge.run(bridge.core().speech.transcribe(recording, "voice.wav"), WITHIN)
    except ParleyError as error:
        shown.problem = str(error)
    else:
        shown.draft = f"{shown.draft} {text}".strip()
