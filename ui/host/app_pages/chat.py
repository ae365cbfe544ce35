"""The chat page: one conversation with the AI."""

import streamlit as st

from ui.host import bridge, models
from ui.host.chat import draw_history, open_view, places
from ui.host.components.dictation import dictation
from ui.host.talk import Places, talk

if open_view(st.query_params.get("conversation")):
    models.draw_picker()
    thread, below = places()
    with thread:
        live_end = draw_history()
    talk(Places(live_end, below))
    if not bridge.core().speech.available():
        with st.bottom:
            dictation()
