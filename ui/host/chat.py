"""The part of the chat page that changes only when the whole page runs: what was said before."""

from __future__ import annotations

from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import NotFound, ParleyError
from ui.host import bridge, messages
from ui.host.times import readers_timezone
from ui.host.view import MESSAGES, View, load, view


def open_view(address: str | None) -> bool:
    """Show the conversation an address names, None for a new one; False where it cannot be."""
    shown = view()
    try:
        wanted = UUID(address) if address else None
        _open(shown, wanted)
    except (NotFound, ValueError):
        _turn_to(shown, None)
        del st.query_params["conversation"]
        shown.problem = "There is no such conversation. It may have been deleted."
    except ParleyError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Try again", icon=":material/refresh:")
        return False
    return True


def places() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the conversation goes and what stands below it.

    Emptied first for another conversation: Streamlit takes away what is left of the one before
    only when the script ends, which may take as long as a reply.
    """
    shown = view()
    anew, shown.anew = shown.anew, False
    keys = ("thread", "below")
    if anew:
        thread, below = (st.empty().container(key=key) for key in keys)
    else:
        thread, below = (st.container(key=key) for key in keys)
    return thread, below


def draw_history() -> DeltaGenerator:
    """Draw what was said before the live end; the place for that."""
    shown = view()
    zone = readers_timezone()
    with st.container():
        if shown.earlier:
            st.button(
                "Show earlier messages",
                icon=":material/expand_less:",
                key="earlier",
                type="tertiary",
                on_click=_show_earlier,
            )
    for part in shown.history:
        # As deep as a fragment puts its own: what was live stays in its place when it becomes
        # history.
        with st.container(), st.container():
            for message in part:
                messages.draw(message, zone)
    return st.container()


def _open(shown: View, wanted: UUID | None) -> None:
    if wanted is None:
        if shown.id is not None or shown.history or shown.live:
            _turn_to(shown, None)
        return
    same = wanted == shown.id
    if not same:
        _turn_to(shown, wanted)
    loaded = bridge.run(load(bridge.core(), wanted, shown.limit))
    shown.continue_with(loaded) if same else shown.begin_with(loaded)
    if shown.wish and shown.wish.message_id:
        shown.drop(shown.wish.message_id)


def _turn_to(shown: View, wanted: UUID | None) -> None:
    """Begin to show another conversation; a wish made for it stays."""
    kept = shown.wish
    shown.__init__(id=wanted, limit=MESSAGES, wish=kept)  # type: ignore[misc]


def _show_earlier() -> None:
    view().limit += MESSAGES
