"""Going on with what somebody shared: a link becomes a conversation of one's own."""

from __future__ import annotations

import streamlit as st

from core.errors import ParleyError, PasswordNeeded
from core.sharing.fetching import take
from ui.host import bridge

CHAT = "app_pages/chat.py"
TAKES_UP_TO = 120.0
"""Seconds in which a long conversation of another Parley is here."""


def draw_copying() -> None:
    """A place to paste a link; `?copy=` brings one along."""
    st.subheader("Open as a copy", anchor=False)
    with st.form("copy_shared", border=True):
        link = st.text_input(
            "A link somebody shared with you, from this Parley or another",
            value=st.query_params.get("copy", ""),
            placeholder="http://…/shared/…",
        )
        password = st.text_input(
            "Its password, if it has one", type="password", autocomplete="off", max_chars=200
        )
        sent = st.form_submit_button("Open as a copy", icon=":material/content_copy:")
    if sent:
        _copy(link, password)


def _copy(link: str, password: str) -> None:
    core = bridge.core()
    copying = take(core.readers, core.shares, core.host_id, link, password or None)
    try:
        with st.spinner("Taking it over…"):
            made = bridge.run(copying, TAKES_UP_TO)
    except PasswordNeeded as error:
        st.warning(str(error), icon=":material/lock:")
    except ParleyError as error:
        st.error(str(error))
    else:
        st.switch_page(CHAT, query_params={"conversation": str(made)})
