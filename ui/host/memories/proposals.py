"""What Parley would like to remember: kept, corrected or declined."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.app import App
from core.memories.memory import Memory
from ui.host import bridge
from ui.host.memories import acting, editing, entry, undo
from ui.host.memories.rows import Row, around
from ui.host.memories.wording import FROM, KINDS
from ui.host.plain import plain

AT_ONCE = 20


async def load(app: App) -> tuple[list[Row], dict[object, Memory]]:
    """The latest proposals, and by its id what each would replace."""
    proposed = await app.memories.list(app.host_id, status="proposed", limit=AT_ONCE)
    ids = [one.replaces for one in proposed if one.replaces]
    old = await app.memories.some(app.host_id, ids) if ids else []
    return await around(app, proposed), {one.id: one for one in old}


def draw(total: int) -> None:
    """All of them, as far as they fit."""
    if not total:
        return
    found, old = bridge.run(load(bridge.core()))
    with st.container(key="proposals", border=True):
        st.subheader("Parley would like to remember", anchor=False)
        for row in found:
            _draw(row, old.get(row.memory.replaces))
        if total > len(found):
            st.caption(f"And {total - len(found):,} more.")
        acting.draw_problem("proposals")


def _draw(row: Row, old: Memory | None) -> None:
    memory = row.memory
    with st.container(key=f"proposal-{memory.id}", gap="small"):
        if editing.is_open(memory.id):
            editing.draw(memory, _keep_edited, "Keep")
            return
        entry.draw_text(memory)
        with st.container(key=f"facts-{memory.id}", gap=None):
            words = KINDS[memory.kind]
            st.caption(f"{words.icon} {words.one} · {FROM[memory.origin]}")
            if old:
                st.caption(f":material/swap_horiz: Instead of: {plain(old.text)}")
            entry.draw_source(row.source)
        with st.container(horizontal=True, key=f"answers-{memory.id}"):
            for label, icon, act in _ANSWERS:
                st.button(label, icon=icon, key=f"{label}-{memory.id}", on_click=act, args=[memory])  # type: ignore[arg-type]


def _keep(memory: Memory) -> bool:
    core = bridge.core()
    if acting.act(core.memories.accept(core.host_id, memory.id), "proposals") is None:
        return False
    undo.forget()
    acting.tell("Remembered.")
    return True


def _keep_edited(memory: Memory) -> bool:
    kind, text = editing.value(memory)
    core = bridge.core()
    work = core.memories.update(core.host_id, memory.id, kind=kind, text=text)
    return acting.act(work, "proposals") is not None and _keep(memory)


def _decline(memory: Memory) -> None:
    core = bridge.core()
    if acting.act(core.memories.delete(core.host_id, [memory.id]), "proposals") is not None:
        undo.note([memory.id])
        acting.tell("Declined. Parley will not propose it again.", icon=":material/close:")


_Act = Callable[[Memory], object]
_ANSWERS: tuple[tuple[str, str, _Act], ...] = (
    ("Keep", ":material/check:", _keep),
    ("Edit", ":material/edit:", editing.open_for),
    ("Decline", ":material/close:", _decline),
)
