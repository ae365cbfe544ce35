"""A memory being edited, at the place where it stands."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core.memories.knowledge import Kind
from core.memories.memory import Memory
from ui.host.memories import fields

_OPEN = "memories_edited"
ADDRESS = "memory"
"""Of `/memories?memory=<id>`."""

Save = Callable[[Memory], bool]


def is_open(memory_id: UUID) -> bool:
    """Whether it is being edited."""
    return memory_id in st.session_state.get(_OPEN, set())


def open_for(memory: Memory) -> None:
    """Begin to edit it."""
    fields.fill(_form(memory), memory.kind, memory.text)
    st.session_state.setdefault(_OPEN, set()).add(memory.id)


def close(memory: Memory) -> None:
    """Edit it no more."""
    st.session_state.get(_OPEN, set()).discard(memory.id)
    if st.query_params.get(ADDRESS) == str(memory.id):
        del st.query_params[ADDRESS]


def value(memory: Memory) -> tuple[Kind, str]:
    """What the fields say now."""
    return fields.value(_form(memory))


def draw(memory: Memory, save: Save, label: str = "Save") -> None:
    """The fields, and two buttons; `save` returns whether it could be kept."""
    form = _form(memory)
    if fields.key(form, "kind") not in st.session_state:
        fields.fill(form, memory.kind, memory.text)
    kind = fields.draw_kind(form)
    with st.form(f"edit-{memory.id}", border=False):
        fields.draw(form, kind, tall=True)
        with st.container(horizontal=True):
            st.form_submit_button(
                label, type="primary", key=f"save-{memory.id}", on_click=_done, args=[memory, save]
            )
            st.form_submit_button(
                "Cancel", key=f"cancel-{memory.id}", on_click=close, args=[memory]
            )


def _done(memory: Memory, save: Save) -> None:
    if save(memory):
        close(memory)


def _form(memory: Memory) -> str:
    return f"edit_{memory.id}"
