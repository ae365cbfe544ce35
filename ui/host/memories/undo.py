"""What was just deleted, and the way back: until the next change, for a minute at most."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from ui.host import bridge
from ui.host.memories import acting
from ui.host.memories.wording import counted

SHOWN = 60.0
"""Seconds."""
_GONE = "memories_gone"


def note(ids: Sequence[UUID]) -> None:
    """These have been deleted."""
    st.session_state[_GONE] = (list(ids), time.monotonic())


def gone() -> list[UUID]:
    """What can be brought back here."""
    ids, moment = st.session_state.get(_GONE, ([], 0.0))
    return list(ids) if time.monotonic() - moment < SHOWN else []


def forget() -> None:
    """Something else was changed."""
    if st.session_state.pop(_GONE, None):
        acting.redraw()


@st.fragment(run_every=SHOWN / 4)
def line(ids: Sequence[UUID]) -> None:
    """Say how many were deleted, and offer to bring them back."""
    acting.redrawn()
    if not gone():
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"undo-{ids[0]}"):
        st.markdown(f":material/delete: {counted(len(ids))} deleted.", width="content")
        st.button(
            "Undo", icon=":material/undo:", key=f"bring-back-{ids[0]}", on_click=_bring_back,
            args=[list(ids)],
        )  # fmt: skip
    acting.draw_problem("undo")


def _bring_back(ids: Sequence[UUID]) -> None:
    core = bridge.core()
    if acting.act(core.memories.bring_back(core.host_id, ids), "undo") is None:
        return
    st.session_state.pop(_GONE, None)
    acting.redraw()
    acting.tell(f"{counted(len(ids))} brought back.", icon=":material/undo:")
