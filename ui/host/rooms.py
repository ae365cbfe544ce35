"""The rooms page: the rooms there are, a new one, and one of them live with its invitation."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path
from uuid import UUID

import streamlit as st

from core import languages
from core.errors import NotFound, ParleyError
from core.rooms import Room
from ui.addresses import guest_url
from ui.guest import strings
from ui.host import bridge
from ui.host.components.live_room import live_room
from ui.host.plain import plain
from ui.host.qr import qr_svg
from ui.host.reading import browser_language, language_choices
from ui.host.sharing.dialog import share_dialog
from ui.host.times import readers_timezone
from ui.house import the_house

STYLE = Path(__file__).with_name("rooms.css")
TUNNEL_OPENS_WITHIN = 180.0
"""Seconds; the first time a program is fetched."""


def all_rooms() -> None:
    """The list of rooms, and the way to a new one."""
    core = bridge.core()
    rooms = bridge.run(core.rooms.list(core.host_id))
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="rooms_head"):
        st.header("Rooms", anchor=False)
        if rooms and st.button("New room", icon=":material/add:", type="primary"):
            _new_room_dialog(rooms[0].language)
    if not rooms:
        with st.container(border=True, key="first_room"):
            st.markdown(
                "**Talk with people who do not share your language.** Open a room, show its QR "
                "code: guests join with their phone, without an app or an account, and everybody "
                "reads everything in their own language."
            )
            _new_room_form(browser_language())
        return
    zone = readers_timezone()
    for room in rooms:
        _entry(room, zone)


def one_room(address: str) -> None:
    """A room, live, beside the invitation to it."""
    core = bridge.core()
    try:
        room = bridge.run(core.rooms.get(core.host_id, UUID(address)))
    except (ValueError, NotFound):
        st.info("There is no such room. It may have been deleted.", icon=":material/search_off:")
        if st.button("All rooms", icon=":material/arrow_back:"):
            _go(None)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="room_head"):
        if st.button("Rooms", icon=":material/arrow_back:", type="tertiary"):
            _go(None)
        st.space("stretch")
        _end_or_reopen(room)
        if st.button("Share", icon=":material/link:", type="tertiary", help="Share it to read"):
            share_dialog(room.id)
        if st.button("Delete", icon=":material/delete:", type="tertiary", help="Delete this room"):
            _delete_dialog(room)
    st.html(STYLE)
    with st.container(horizontal=True, key="room", gap="medium"):
        with st.container(width=280, key="invitation"):
            _invitation(room)
        with st.container(width="stretch", key="conversation"):
            live_room(
                room.id, room.name, room.language, dict(strings.load("en")), language_choices(),
                ended=room.ended_at is not None,
            )  # fmt: skip


def _end_or_reopen(room: Room) -> None:
    core = bridge.core()
    if room.ended_at is None:
        st.button(
            "End", icon=":material/stop_circle:", type="tertiary",
            help="Nothing more is said in it, and it is summarised",
            on_click=lambda: bridge.run(core.conversations.end(core.host_id, room.id)),
        )  # fmt: skip
    else:
        st.button(
            "Reopen", icon=":material/play_circle:", type="tertiary",
            help="The link opens it again",
            on_click=lambda: bridge.run(core.conversations.reopen(core.host_id, room.id)),
        )  # fmt: skip


@st.fragment
def _invitation(room: Room) -> None:
    link = guest_url(bridge.core().settings, room.token)
    st.image(qr_svg(link), width="stretch", alt=f"QR code of {link}")
    st.caption("Guests scan this, or open the link:")
    st.code(link, language=None, wrap_lines=True)
    st.toggle(
        "Share on the internet",
        value=the_house().tunnel.url is not None,
        key="share",
        on_change=_share,
        help="Guests on your network need nothing. For guests elsewhere, a tunnel of Gradio's "
        "leads to the guests' page, and to nothing else of yours.",
    )
    if problem := st.session_state.pop("share_problem", None):
        st.warning(problem, icon=":material/cloud_off:")
    elif the_house().tunnel.url:
        st.caption("Anyone who has the link can join, from anywhere.")


def _share() -> None:
    """Open or close the tunnel, as the toggle says."""
    tunnel = the_house().tunnel
    if not st.session_state.share:
        bridge.run(tunnel.close())
        return
    try:
        with st.spinner("Opening a tunnel…"):
            bridge.run(tunnel.open(), TUNNEL_OPENS_WITHIN)
    except ParleyError as error:
        st.session_state.share = False
        st.session_state.share_problem = str(error)


def _entry(room: Room, zone: tzinfo) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        last = room.updated_at.astimezone(zone)
        st.markdown(
            f"**{plain(room.name)}**  \n:small[:gray[{languages.get(room.language).english} · "
            f"{_when(last)}]]",
            width="stretch",
        )
        if st.button("Open", key=f"open-{room.id}", icon=":material/arrow_forward:"):
            _go(room.id)


@st.dialog("New room")
def _new_room_dialog(language: str) -> None:
    _new_room_form(language)


def _new_room_form(language: str) -> None:
    core = bridge.core()
    known = sorted(languages.LANGUAGES, key=lambda code: languages.get(code).english)
    with st.form("new_room", border=False):
        name = st.text_input("Name of the room", placeholder="Kitchen table", max_chars=120)
        reading = st.selectbox(
            "My language", known, index=known.index(language), format_func=_language_name
        )
        called = st.text_input(
            "My name, as guests see it",
            value=bridge.run(core.accounts.name(core.host_id)) or "",
            placeholder="Host",
            max_chars=40,
        )
        sent = st.form_submit_button("Open the room", type="primary", width="stretch")
    if not sent:
        return
    try:
        room = bridge.run(core.rooms.create(core.host_id, name, reading, called))
    except ParleyError as error:
        st.error(str(error))
    else:
        _go(room.id)


@st.dialog("Delete this room?")
def _delete_dialog(room: Room) -> None:
    st.markdown(
        f"**{plain(room.name)}** and everything said in it will be gone, for you and its guests."
    )
    with st.container(horizontal=True):
        if st.button("Keep it"):
            st.rerun()
        if st.button("Delete", type="primary", icon=":material/delete:"):
            core = bridge.core()
            with suppress(NotFound):  # another window was quicker
                bridge.run(core.conversations.delete(core.host_id, room.id))
            _go(None)


def _go(room_id: UUID | None) -> None:
    st.query_params.from_dict({"room": str(room_id)} if room_id else {})
    st.rerun()


def _language_name(code: str) -> str:
    language = languages.get(code)
    return (
        language.english
        if language.own == language.english
        else (f"{language.english} – {language.own}")
    )


def _when(moment: datetime) -> str:
    today = datetime.now(moment.tzinfo).date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment.day} {moment:%b %Y}"
