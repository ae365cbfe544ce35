"""The slate page: a text on one side, the living result on the other."""

import streamlit as st

from ui.guest import strings
from ui.host.components.slate import slate
from ui.host.reading import browser_language, language_choices

st.set_page_config(layout="wide")
slate(dict(strings.load("en")), language_choices(), browser_language())
