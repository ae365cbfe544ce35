"""The settings page: who answers, how, and with what key."""

import streamlit as st

from ui.host.settings import answers, background, providers, purposes

st.header("Settings", anchor=False)
providers.draw()
purposes.draw()
answers.draw()
background.draw()
