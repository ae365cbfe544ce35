"""The part of the chat page that changes only when the whole page runs: what was said before."""

from __future__ import annotations

from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import NotFound, ParleyError
from ui.host import bridge, messages
from ui.host.times import readers_timezone
from ui.host.view import KEY, MESSAGES, View, load, view


def open_view(address: str | None) -> bool:
    """Show the conversation an address names, None for a new one; False where it cannot be."""
    try:
        _open(UUID(address) if address else None)
    except (NotFound, ValueError):
        _turn_to(None)
        del st.query_params["conversation"]
        view().problem = "There is no such conversation. It may have been deleted."
    except ParleyError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Try again", icon=":material/refresh:")
        return False
    return True


def places() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the conversation goes and what stands below it.

    Another conversation goes to another place: Streamlit takes away what is left in a place
    only when the script ends, which may take as long as a reply.
    """
    side = view().side
    sides = [st.container(key="thread") if here == side else st.empty() for here in (0, 1)]
    return sides[side], st.container(key="below")


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


def _open(wanted: UUID | None) -> None:
    if wanted is None:
        if view().id is not None or view().history:
            _turn_to(None)
        return
    same = wanted == view().id
    if not same:
        _turn_to(wanted)
    shown = view()
    loaded = bridge.run(load(bridge.core(), wanted, shown.limit))
    if same:
        shown.continue_with(loaded)
    else:
        shown.begin_with(loaded)
    if shown.wish and shown.wish.message_id:
        shown.drop(shown.wish.message_id)


def _turn_to(wanted: UUID | None) -> None:
    """Begin to show another conversation; a wish made for it stays."""
    st.session_state[KEY] = View(id=wanted, wish=view().wish, side=1 - view().side)


def _show_earlier() -> None:
    view().limit += MESSAGES
