"""The box at the top: write down what Parley should remember."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.memories.knowledge import Kind
from ui.host import bridge
from ui.host.memories import acting, fields, undo

FORM = "new"


@st.fragment
def draw() -> None:
    """The kind, its fields, and the button."""
    acting.redrawn()
    with st.container(border=True, key="memory_box"):
        with st.container(horizontal=True, key="memory_new"):
            kind = fields.draw_kind(FORM)
            with (
                st.form("memory_form", border=False, width="stretch"),
                st.container(horizontal=True, vertical_alignment="bottom", key="memory_fields"),
            ):
                with st.container(key="memory_said"):
                    fields.draw(FORM, kind)
                st.form_submit_button(
                    "Remember", type="primary", key="remember", on_click=_remember
                )
        acting.draw_problem(FORM)


def suggest(kind: Kind, text: str) -> None:
    """Put an example into the box."""
    fields.fill(FORM, kind, text)


def _remember() -> None:
    kind, text = fields.value(FORM)
    core, began = bridge.core(), datetime.now(UTC)
    kept = acting.act(core.memories.create(core.host_id, text, kind), FORM)
    if kept is None:
        return
    fields.fill(FORM, kind, "")
    undo.forget()
    acting.redraw()
    known = kept.created_at < began
    acting.tell("That is remembered already." if known else "Remembered.")
