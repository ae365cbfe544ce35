"""The frame of the host's pages: navigation, the list of conversations, the page itself."""

from pathlib import Path

import streamlit as st

from ui.host import bridge
from ui.host.sidebar import foot, sidebar
from ui.host.waiting import wait_for_core

HERE = Path(__file__).parent

MARK = str(HERE.parent / "live" / "mark.svg")

st.set_page_config("Parley", page_icon=MARK, layout="centered")
st.logo(MARK, size="large")
st.html(HERE / "style.css")
chat = st.Page(
    HERE / "app_pages" / "chat.py", title="Chat", icon=":material/chat_bubble:", default=True
)
rooms = st.Page(HERE / "app_pages" / "rooms.py", title="Rooms", icon=":material/groups:")
conversations = st.Page(
    HERE / "app_pages" / "conversations.py", title="Conversations", icon=":material/history:"
)
search = st.Page(HERE / "app_pages" / "search.py", title="Search", icon=":material/search:")
slate = st.Page(HERE / "app_pages" / "slate.py", title="Slate", icon=":material/translate:")
memories = st.Page(
    HERE / "app_pages" / "memories.py", title="Memories", icon=":material/psychology:"
)
profile = st.Page(HERE / "app_pages" / "profile.py", title="Profile", icon=":material/person:")
analytics = st.Page(
    HERE / "app_pages" / "analytics.py", title="Analytics", icon=":material/bar_chart:"
)
links = st.Page(HERE / "app_pages" / "sharing.py", title="Shared links", icon=":material/link:")
settings = st.Page(HERE / "app_pages" / "settings.py", title="Settings", icon=":material/tune:")
page = st.navigation(
    [chat, rooms, slate, search, conversations, memories, profile, analytics, links, settings]
)
if bridge.is_open() or page == chat:  # whose views come to life by themselves
    sidebar(page, chat, links, search)
    foot()
    page.run()
else:
    foot()
    wait_for_core()
