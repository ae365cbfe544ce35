"""Background work on the settings page: what is done by itself, what failed, and to do it now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import streamlit as st

from core.background import Run, TaskState
from core.errors import ParleyError
from ui.host import bridge
from ui.host.plain import plain
from ui.host.settings import preference

LOOK_EVERY = 5.0
"""Seconds between two looks at what has changed."""
SHOWN = 5
"""Failures of a task that are told one by one."""
_ASKED = "background_asked"
NUMBERS = (
    ("summary_idle_minutes", "Summarise after silence of, in minutes",
     "0: only when a conversation is ended, its last guest leaves, or you ask for it."),
    ("empty_conversations_days", "Delete empty conversations after, in days",
     "0: never. What holds a message is never deleted by itself."),
)  # fmt: skip


def draw() -> None:
    """When things are done by themselves, and what came of it."""
    with st.container(border=True, key="background"):
        st.subheader("Background work", anchor=False)
        for column, (name, label, help_text) in zip(st.columns(2), NUMBERS, strict=True):
            with column:
                st.number_input(
                    label, min_value=0, step=1, help=help_text,
                    key=preference.show(name, preference.current(name)),
                    on_change=preference.keep, args=[name],
                )  # fmt: skip
                preference.origin(name)
        _draw_tasks()


@st.fragment(run_every=LOOK_EVERY)
def _draw_tasks() -> None:
    try:
        states = bridge.run(bridge.core().background.states())
    except ParleyError as error:
        st.error(str(error), icon=":material/error:")
        return
    main, others = states[:3], states[3:]
    for state in main:
        _draw_task(state)
    failed = sum(bool(state.failures) for state in others)
    label = f"Housekeeping · {failed} failed" if failed else "Housekeeping"
    with st.expander(label, icon=":material/cleaning_services:"):
        for state in others:
            _draw_task(state)


def _draw_task(state: TaskState) -> None:
    task = state.task
    asked = st.session_state.get(_ASKED, {}).get(task.name)
    waits = state.running or bool(asked and (state.last is None or state.last < asked))
    with st.container(horizontal=True, vertical_alignment="center", key=f"task-{task.name}"):
        st.markdown(
            f"**{task.label}** {_badge(state, waits=waits)}  \n{task.about}  \n"
            f":small[:gray[{_times(state)}]]",
            width="stretch",
        )
        st.button(
            "Run now", icon=":material/play_arrow:", key=f"run-{task.name}", disabled=waits,
            on_click=_run, args=[task.name],
        )  # fmt: skip
    for run in state.failures[:SHOWN]:
        _draw_failure(run)
    if len(state.failures) > 1:
        st.button(
            f"Retry all {len(state.failures)}", icon=":material/replay:", type="tertiary",
            key=f"retry-all-{task.name}", on_click=_retry_all, args=[task.name],
        )  # fmt: skip


def _draw_failure(run: Run) -> None:
    subject = f"**{plain(run.title or 'Untitled')}:** " if run.conversation_id else ""
    again = f" It is tried again {_until(run.retry_at)}." if run.retry_at else ""
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"failed-{run.task}-{run.conversation_id}"
    ):
        st.markdown(f":material/error: {subject}{plain(run.error or '')}{again}", width="stretch")
        st.button(
            "Retry", icon=":material/replay:", type="tertiary",
            key=f"retry-{run.task}-{run.conversation_id}",
            on_click=_retry, args=[run.task, run.conversation_id],
        )  # fmt: skip


def _badge(state: TaskState, *, waits: bool) -> str:
    if waits:
        return ":blue-badge[:material/sync: Running]"
    if state.failures:
        return f":red-badge[:material/error: {len(state.failures)} failed]"
    return ""


def _times(state: TaskState) -> str:
    last = f"Last run {_since(state.last)}" if state.last else "Has not run yet"
    did = f", {state.today} in the last day" if state.today else ""
    return f"{last}{did} · next {_until(state.next)}"


def _since(moment: datetime) -> str:
    return f"{_long(datetime.now(UTC) - moment)} ago"


def _until(moment: datetime) -> str:
    return f"in {_long(moment - datetime.now(UTC))}"


def _long(time: timedelta) -> str:
    minutes = max(0, round(time.total_seconds() / 60))
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 48 * 60 else f"{round(minutes / 1440)} days"


def _run(name: str) -> None:
    st.session_state.setdefault(_ASKED, {})[name] = datetime.now(UTC)
    bridge.run(bridge.core().background.ask(name))


def _retry(name: str, conversation_id: UUID | None) -> None:
    bridge.run(bridge.core().background.ask(name, conversation_id))


def _retry_all(name: str) -> None:
    bridge.run(bridge.core().background.retry(name))
