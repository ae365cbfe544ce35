"""What is known around some memories, read at once: their histories, where they come from."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import streamlit as st

from core.app import App
from core.conversations import Conversation
from core.errors import NotFound
from core.memories.memory import Memory

_ROWS = "memories_rows"


@dataclass(frozen=True, slots=True)
class Row:
    """A memory as the page shows it; None once it is deleted here."""

    memory: Memory
    history: Sequence[Memory] = ()
    source: Conversation | None = None
    is_gone: bool = False


async def around(app: App, memories: Sequence[Memory]) -> list[Row]:
    """These memories with their histories and the conversations they come from."""
    replacing = [one.id for one in memories if one.replaces]
    histories = await app.memories.histories(app.host_id, replacing) if replacing else {}
    wanted = {one.conversation_id for one in memories if one.conversation_id}
    found = await asyncio.gather(*(_conversation(app, one) for one in wanted))
    sources = {one.id: one for one in found if one}
    return [
        Row(one, histories.get(one.id, ()), sources.get(one.conversation_id or one.id))
        for one in memories
    ]


def show(rows: Iterable[Row]) -> None:
    """Remember what is drawn, for the fragments of single memories."""
    st.session_state[_ROWS] = {row.memory.id: row for row in rows}


def row(memory_id: UUID) -> Row | None:
    """What is drawn of a memory."""
    found: Row | None = st.session_state.get(_ROWS, {}).get(memory_id)
    return found


def change(memory_id: UUID, memory: Memory | None) -> None:
    """A memory is now as `memory`, or deleted."""
    drawn = st.session_state.get(_ROWS, {})
    if before := drawn.get(memory_id):
        drawn[memory_id] = replace(before, memory=memory or before.memory, is_gone=memory is None)


async def _conversation(app: App, conversation_id: UUID) -> Conversation | None:
    try:
        return await app.conversations.get(app.host_id, conversation_id)
    except NotFound:
        return None
