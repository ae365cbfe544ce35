"""The rooms page."""

import streamlit as st

from ui.host.rooms import all_rooms, one_room

if address := st.query_params.get("room"):
    st.set_page_config(layout="wide")
    one_room(address)
else:
    all_rooms()
