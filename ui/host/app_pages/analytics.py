"""The analytics page: what was said in numbers."""

import streamlit as st

from ui.host.analytics import page

st.set_page_config(layout="wide")
page.draw()
