"""The conversations page: everything that was said, to find, sort out and export."""

import streamlit as st

from ui.host.components.library import library

st.header("Conversations", anchor=False)
chosen = library()
if chosen.shared:
    st.switch_page("app_pages/sharing.py", query_params={"conversation": chosen.shared})
if opened := chosen.opened:
    page, name = ("rooms", "room") if opened.kind == "room" else ("chat", "conversation")
    where = {name: opened.conversation, "message": str(opened.message or "")}
    st.switch_page(f"app_pages/{page}.py", query_params={k: v for k, v in where.items() if v})
