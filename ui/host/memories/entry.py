"""One memory of the list: read, pinned, switched, edited in place, deleted and brought back.

Each is a fragment of its own, so that a click draws one memory and not all of them.
"""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from core.conversations import Conversation
from core.memories.memory import Memory
from ui.host import bridge
from ui.host.memories import acting, editing, rows, undo
from ui.host.memories.wording import before, facts
from ui.host.settings import preference
from ui.host.times import readers_timezone


@st.fragment
def draw(memory_id: UUID) -> None:
    """A memory that is in `rows`."""
    acting.redrawn()
    row = rows.row(memory_id)
    if row is None:
        st.rerun()
    with st.container(border=True, key=f"memory-{memory_id}"):
        if row.is_gone:
            undo.line([memory_id])
        elif editing.is_open(memory_id):
            editing.draw(row.memory, _save)
        else:
            _read(row)
        acting.draw_problem(str(memory_id))


def draw_source(source: Conversation | None) -> None:
    """The way to where it was said."""
    if source is None:
        return
    room = source.kind == "room"
    st.page_link(
        f"app_pages/{'rooms' if room else 'chat'}.py",
        label=(source.title or "Conversation")[:60].replace("[", "(").replace("]", ")"),
        icon=":material/groups:" if room else ":material/chat_bubble:",
        query_params={"room" if room else "conversation": str(source.id)},
    )


def draw_text(memory: Memory) -> None:
    """What it says, as it was written."""
    off = "" if memory.enabled else "off-"
    with st.container(key=f"said-{off}{memory.id}"):
        st.text(memory.text, width="stretch")


def _read(row: rows.Row) -> None:
    memory, zone = row.memory, readers_timezone()
    draw_text(memory)
    with st.container(horizontal=True, vertical_alignment="center", key=f"line-{memory.id}"):
        with st.container(key=f"facts-{memory.id}", gap=None, width="stretch"):
            st.caption(facts(memory, zone))
            for old in row.history:
                st.caption(before(old, zone))
            draw_source(row.source)
        _draw_acts(memory)


def _draw_acts(memory: Memory) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", width="content", gap=None,
        key=f"acts-{memory.id}",
    ):  # fmt: skip
        switch = preference.show(f"memory_{memory.id}", memory.enabled)
        st.toggle(
            "Use this memory", key=switch, label_visibility="collapsed", on_change=_switch,
            args=[memory, switch],
        )  # fmt: skip
        pinned = ("Unpin", ":material/keep_off:") if memory.pinned else ("Pin", ":material/keep:")
        why = "Pinned ones come first, and the AI knows them in every conversation."
        _button(memory, "pin", *pinned, _pin, why)
        _button(memory, "edit", "Edit", ":material/edit:", _edit)
        _button(memory, "delete", "Delete", ":material/delete:", _delete)


def _button(memory, name, label, icon, act, why="") -> None:  # type: ignore[no-untyped-def]
    st.button(
        label, icon=icon, type="tertiary", key=f"{name}-{memory.id}", help=f"{label}. {why}",
        on_click=act, args=[memory],
    )  # fmt: skip


def _switch(memory: Memory, switch: str) -> None:
    if not _update(memory, enabled=not memory.enabled):
        st.session_state[switch] = memory.enabled


def _pin(memory: Memory) -> None:
    _update(memory, pinned=not memory.pinned)


def _edit(memory: Memory) -> None:
    editing.open_for(memory)


def _save(memory: Memory) -> bool:
    kind, text = editing.value(memory)
    if changed := _update(memory, kind=kind, text=text):
        acting.tell("Changed.")
    return changed


def _update(memory: Memory, **changes: object) -> bool:
    core = bridge.core()
    work = core.memories.update(core.host_id, memory.id, **changes)  # type: ignore[arg-type]
    changed = acting.act(work, str(memory.id))
    if changed is None:
        return False
    rows.change(memory.id, changed)
    undo.forget()
    return True


def _delete(memory: Memory) -> None:
    core = bridge.core()
    if acting.act(core.memories.delete(core.host_id, [memory.id]), str(memory.id)) is None:
        return
    undo.forget()
    undo.note([memory.id])
    rows.change(memory.id, None)
    acting.tell("Deleted.", icon=":material/delete:")
