"""The chat page: one conversation with the AI."""

import streamlit as st

from ui.guest import strings
from ui.host.components.chat import chat

if wanted := chat(dict(strings.load("en"))):
    page, query = wanted
    st.switch_page(f"app_pages/{page}.py", query_params=query)
