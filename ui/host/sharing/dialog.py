"""Sharing a conversation: what of it and for how long, then the link."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import streamlit as st

from core.errors import ParleyError
from core.sharing.shares import Share
from ui.addresses import shared_url
from ui.host import bridge
from ui.host.plain import plain
from ui.host.qr import qr_svg
from ui.host.sharing.wording import LASTS, USUAL

STYLE = Path(__file__).with_name("sharing.css")
SNAPSHOT, LIVE = "As it is now", "Live, as it goes on"
BEGINNING = 0
MESSAGE_ID = re.compile(r"[0-9]{1,18}")
_MADE = "share_made"


def share_dialog(conversation_id: UUID, from_message_id: int | None = None) -> None:
    """Ask how a conversation is to be shared, then show the link.

    `from_message_id`: the message proposed to begin with. Call it where a button was pressed.
    """
    st.session_state.pop(_MADE, None)
    _dialog(conversation_id, from_message_id)


def share_by_address() -> None:
    """Open the dialog where the address asks for it: `?conversation=<id>[&from=<message id>]`.

    The address is asked once: a run of the page afterwards does not open it again.
    """
    wanted, first = (st.query_params.pop(name, "") for name in ("conversation", "from"))
    if not wanted:
        return
    core = bridge.core()
    try:
        conversation = bridge.run(core.conversations.get(core.host_id, UUID(wanted)))
    except (ValueError, ParleyError):
        st.warning("There is no such conversation to share. It may have been deleted.")
        return
    share_dialog(conversation.id, int(first) if MESSAGE_ID.fullmatch(first) else None)


@st.dialog("Share to read")
def _dialog(conversation_id: UUID, from_message_id: int | None) -> None:
    if made := st.session_state.get(_MADE):
        _show(made)
        return
    wishes = _ask(conversation_id, from_message_id)
    if wishes is None:
        return
    core = bridge.core()
    try:
        made = bridge.run(core.shares.create(core.host_id, conversation_id, **wishes))
    except ParleyError as error:
        st.error(str(error))
    else:
        st.session_state[_MADE] = made
        st.rerun(scope="fragment")


def _ask(conversation_id: UUID, from_message_id: int | None) -> dict[str, Any] | None:
    """What the person wants, once they have said so."""
    st.html(STYLE)
    _name(conversation_id)
    said = _beginnings(conversation_id, from_message_id)
    begin = from_message_id or BEGINNING
    if begin not in said:
        st.warning("The message to begin with is not visible any more. Choose another below.")
        begin = BEGINNING
    with st.form("share_to_read", border=False):
        what = st.segmented_control("What", [SNAPSHOT, LIVE], default=SNAPSHOT, required=True)
        first = st.selectbox(
            "From", list(said), index=list(said).index(begin), format_func=lambda id: said[id]
        )
        lasts = st.selectbox("For how long", list(LASTS), index=list(LASTS).index(USUAL))
        password = st.text_input(
            "Password, if it needs one", type="password", autocomplete="new-password", max_chars=200
        )
        hide = st.checkbox("Hide names", help="People become Person 1, Person 2 and so on.")
        st.caption(
            "Whoever has the link can read, and nothing else. You can revoke it at any time."
        )
        sent = st.form_submit_button("Make the link", type="primary", width="stretch")
    if not sent:
        return None
    return {
        "expires_in": LASTS[lasts], "password": password or None, "live": what == LIVE,
        "hide_names": hide, "from_message_id": first or None,
    }  # fmt: skip


def _name(conversation_id: UUID) -> None:
    core = bridge.core()
    title = bridge.run(core.conversations.get(core.host_id, conversation_id)).title
    st.markdown(f"**{plain(title or 'New chat')}**")


def _beginnings(conversation_id: UUID, wished: int | None) -> dict[int, str]:
    core = bridge.core()
    found = bridge.run(core.shares.beginnings(core.host_id, conversation_id, wished))
    return {BEGINNING: "The beginning"} | {
        id: f"{who}: {text}" if who else text for id, who, text in found
    }


def _show(share: Share) -> None:
    assert share.token is not None
    show_link(share.id, shared_url(bridge.core().settings, share.token))
    if st.button("Done", width="stretch"):
        st.rerun()


def show_link(share_id: UUID, link: str) -> None:
    """A link to copy, and its QR code."""
    st.html(STYLE)
    with st.container(horizontal_alignment="center", key=f"share_link-{share_id}"):
        st.image(qr_svg(link), width=220, alt=f"QR code of {link}")
        st.code(link, language=None, wrap_lines=True)
