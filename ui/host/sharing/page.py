"""The page of all share links: what each shows, its address again, and an end to it."""

from __future__ import annotations

from contextlib import suppress
from datetime import tzinfo

import streamlit as st

from core.errors import NotFound
from core.sharing.shares import Share
from ui.addresses import shared_url
from ui.host import bridge
from ui.host.plain import plain
from ui.host.sharing.copying import draw_copying
from ui.host.sharing.dialog import STYLE, share_by_address, show_link
from ui.host.sharing.wording import kind_of, times_of, title_of
from ui.host.times import readers_timezone


def draw() -> None:
    """Draw it; over it the dialog, where the address asks for one."""
    core = bridge.core()
    share_by_address()
    links = bridge.run(core.shares.list(core.host_id))
    open_ones = [one for one in links if one.state == "open"]
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="links_head"):
        st.header("Shared links", anchor=False)
        if len(open_ones) > 1 and st.button("Revoke all", icon=":material/link_off:"):
            _revoke_all(len(open_ones))
    if not links:
        st.markdown(
            "**Let others read a conversation.** Choose *Share* in a chat or a room: whoever has "
            "the link can read it in their browser, without an account, until it expires or you "
            "revoke it."
        )
    zone = readers_timezone()
    for share in open_ones:
        _entry(share, zone)
    _ended([one for one in links if one.state != "open"], zone)
    draw_copying()


def _entry(share: Share, zone: tzinfo) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"link-{share.id}"
    ):
        with st.container(width="stretch"):
            _describe(share, zone)
        if share.token:
            with st.popover("Link", icon=":material/qr_code_2:"):
                show_link(share.id, shared_url(bridge.core().settings, share.token))
        if st.button("Revoke", key=f"revoke-{share.id}", icon=":material/link_off:"):
            _revoke(share)


def _describe(share: Share, zone: tzinfo) -> None:
    lines = (kind_of(share), times_of(share, zone))
    st.markdown(
        f"**{plain(title_of(share))}**  \n"
        + "  \n".join(f":small[:gray[{plain(line)}]]" for line in lines)
    )


def _ended(links: list[Share], zone: tzinfo) -> None:
    if not links:
        return
    with st.expander(f"Links that open nothing any more ({len(links)})"):
        for share in links:
            _describe(share, zone)


@st.dialog("Revoke this link?")
def _revoke(share: Share) -> None:
    st.markdown(
        f"The link to **{plain(title_of(share))}** will open nothing, and pages that show it close."
    )
    with st.container(horizontal=True):
        if st.button("Keep it"):
            st.rerun()
        if st.button("Revoke", type="primary", icon=":material/link_off:", key="really_revoke"):
            core = bridge.core()
            with suppress(NotFound):  # another window was quicker
                bridge.run(core.shares.revoke(core.host_id, share.id))
            st.rerun()


@st.dialog("Revoke all links?")
def _revoke_all(count: int) -> None:
    st.markdown(f"All {count} links will open nothing, and pages that show them close.")
    with st.container(horizontal=True):
        if st.button("Keep them"):
            st.rerun()
        if st.button("Revoke all", type="primary", icon=":material/link_off:", key="really_all"):
            core = bridge.core()
            bridge.run(core.shares.revoke_all(core.host_id))
            st.rerun()
