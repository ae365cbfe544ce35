"""The memories there are: searched by meaning, filtered by kind, a page at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from core.app import App
from core.errors import IndexUnavailable
from core.memories.knowledge import Kind
from ui.host import bridge
from ui.host.memories import acting, editing, entry, rows, undo
from ui.host.memories.wording import KINDS, counted

PAGE = 20
FOUND_PAGE = 10
"""Of what a search finds, the nearest first: a page is short, as nearness fades."""
FOUND = 50
_ALL = "all"
SEARCH, KIND, NUMBER = "memory_search", "memory_kind", "memory_page"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be listed."""

    question: str
    kind: Kind | None
    page: int = 1
    first: UUID | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of it, of how many, and whether it was looked for by meaning as well."""

    rows: list[rows.Row]
    total: int
    by_meaning: bool = True


async def load(app: App, wanted: Wanted) -> Listed:
    """Read it."""
    if wanted.question:
        return await _search(app, wanted)
    kinds = await app.memories.kinds(app.host_id)
    total = kinds.get(wanted.kind, 0) if wanted.kind else sum(kinds.values())
    page = max(min(wanted.page, math.ceil(total / PAGE)), 1)
    found = await app.memories.list(app.host_id, wanted.kind, "active", PAGE, (page - 1) * PAGE)
    if wanted.first and page == 1 and not wanted.kind:
        first = await app.memories.some(app.host_id, [wanted.first])
        found = [*first, *(one for one in found if one.id != wanted.first)]
    return Listed(await rows.around(app, found), total)


async def _search(app: App, wanted: Wanted) -> Listed:
    found = await app.recall.search(app.host_id, wanted.question, FOUND, kind=wanted.kind, off=True)
    by_meaning = any(hit.cosine for hit in found) or await _answers(app)
    start = (wanted.page - 1) * FOUND_PAGE
    page = [hit.memory for hit in found[start : start + FOUND_PAGE]]
    return Listed(await rows.around(app, page), len(found), by_meaning)


async def _answers(app: App) -> bool:
    try:
        await app.vectors.check()
    except IndexUnavailable:
        return False
    return True


@st.fragment
def draw(opened: UUID | None) -> None:
    """The search, the filter and what they leave; `opened` is the first of all."""
    acting.redrawn()
    wanted = _draw_filter(opened)
    listed = bridge.run(load(bridge.core(), wanted))
    rows.show(listed.rows)
    _say(listed, wanted)
    if ids := undo.gone():
        undo.line(ids)
    with st.container(key="memories_list", gap="small"):
        for row in listed.rows:
            entry.draw(row.memory.id)
    pages = math.ceil(listed.total / (FOUND_PAGE if wanted.question else PAGE))
    if pages > 1:
        st.pagination(pages, key=NUMBER, persist_state="page")


def _draw_filter(opened: UUID | None) -> Wanted:
    question = st.text_input(
        "Search your memories", key=SEARCH, type="search", live="400ms", on_change=_first_page,
        label_visibility="collapsed", placeholder="Search by meaning, in any language",
    )  # fmt: skip
    kind = st.pills(
        "Kind", [_ALL, *KINDS], key=KIND, default=_ALL, required=True, on_change=_first_page,
        label_visibility="collapsed",
        format_func=lambda one: "All" if one == _ALL else KINDS[one].many,
    )  # fmt: skip
    chosen = next((one for one in KINDS if one == kind), None)
    return Wanted((question or "").strip(), chosen, st.session_state.get(NUMBER) or 1, opened)


def _say(listed: Listed, wanted: Wanted) -> None:
    if not listed.rows and (wanted.question or wanted.kind):
        st.caption("Nothing like it is remembered." if wanted.question else "There is none yet.")
    elif wanted.question:
        st.caption("The nearest first")
    else:
        st.caption(f"{counted(listed.total)}, the pinned ones first, then the latest")
    if not listed.by_meaning:
        st.caption(
            ":material/cloud_off: The index by meaning does not answer: what is shown was found "
            "by its words alone."
        )


def _first_page() -> None:
    st.session_state.pop(NUMBER, None)


def opened() -> tuple[UUID | None, bool]:
    """The memory the address names, and whether it names one there is not."""
    address = st.query_params.get(editing.ADDRESS)
    if not address:
        return None, False
    try:
        memory_id = UUID(address)
    except ValueError:
        return None, True
    core = bridge.core()
    found = bridge.run(core.memories.some(core.host_id, [memory_id]))
    if not found or found[0].status != "active":
        return None, True
    if not editing.is_open(memory_id):
        editing.open_for(found[0])
    return memory_id, False
