"""The search page: everything said and written, found as one types."""

import streamlit as st

from ui.host.components.search import search

st.header("Search", anchor=False)
if wanted := search():
    page, query = wanted
    st.switch_page(f"app_pages/{page}.py", query_params=query)
