"""Memories as a whole: taken in from a file, written into one, deleted."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.errors import ParleyError
from core.memories.transfer import LARGEST, export, import_file
from ui.host import bridge
from ui.host.memories import acting, undo
from ui.host.memories.wording import counted

TAKES = 300.0
"""Seconds a file may take."""
_KINDS_OF_FILES = ["json", "csv", "tsv", "txt", "md"]


def draw(total: int) -> None:
    """Three buttons."""
    with st.container(horizontal=True, key="memories_moving", gap="small", width="content"):
        if st.button("Import", icon=":material/upload:", type="tertiary"):
            _import_dialog()
        if total:
            _draw_export()
            if st.button("Delete all", icon=":material/delete_sweep:", type="tertiary"):
                _delete_dialog(total)


def _draw_export() -> None:
    st.download_button(
        "Export", _exported, f"parley-memories-{datetime.now(UTC):%Y-%m-%d}.json",
        "application/json", icon=":material/download:", type="tertiary", key="memories_export",
        help="All of them with their history, as a file that Import takes.", on_click="ignore",
    )  # fmt: skip


def _exported() -> bytes:
    core = bridge.core()
    made = bridge.run(export(core.memories, core.host_id), TAKES)
    return made.model_dump_json(indent=2, exclude_defaults=True).encode()


@st.dialog("Import memories")
def _import_dialog() -> None:
    st.markdown(
        "A file that Parley exported, a list with one memory on each line, a table (CSV) with "
        "the columns `text` and `kind`, or a glossary (CSV, TSV) of two columns: a word and its "
        "translation. What is remembered already stays as it is."
    )
    file = st.file_uploader(
        "File", _KINDS_OF_FILES, key="memories_file", label_visibility="collapsed",
        max_upload_size=LARGEST // 1_000_000,
    )  # fmt: skip
    if file is None:
        return
    core = bridge.core()
    try:
        with st.spinner("Taking it in…"):
            done = bridge.run(
                import_file(core.memories, core.host_id, file.name, file.getvalue()), TAKES
            )
    except ParleyError as error:
        acting.say(error)
        return
    undo.forget()
    known = f" {done.known:,} known already." if done.known else ""
    acting.tell(f"{counted(done.added)} taken in.{known}", icon=":material/upload:")
    st.rerun()


@st.dialog("Delete all memories?")
def _delete_dialog(total: int) -> None:
    st.markdown(
        f"**{counted(total)}** will be gone, and Parley will not learn them again. You can undo "
        "this for a minute."
    )
    with st.container(horizontal=True):
        if st.button("Keep them"):
            st.rerun()
        if st.button(
            "Delete all", type="primary", icon=":material/delete:", key="delete_all",
            on_click=_delete_all,
        ):  # fmt: skip
            st.rerun()


def _delete_all() -> None:
    core = bridge.core()
    gone = acting.act(core.memories.delete_all(core.host_id), "memories", TAKES)
    if gone:
        undo.note([one.id for one in gone])
