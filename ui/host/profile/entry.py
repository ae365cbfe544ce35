"""One insight: how sure it is, why, put right, locked, removed and brought back.

Each is a fragment of its own, so that a click draws one and not all of them.
"""

from __future__ import annotations

import time
from html import escape
from uuid import UUID

import streamlit as st

from core.intelligence.profile.insight import KINDS, LONGEST, Evidence, Insight
from core.text import shortened
from ui.host import bridge
from ui.host.memories import acting
from ui.host.profile.wording import ICONS, facts, named, why
from ui.host.times import readers_timezone

_ROWS, _GONE, _EDITED = "profile_rows", "profile_gone", "profile_edited"
UNDO_SHOWN = 60.0
"""Seconds the way back to a removed one is offered."""
_EXCERPT = 280
_EVIDENCE = 8


def with_gone(insights: list[Insight]) -> list[Insight]:
    """What is to be drawn: these, and at its place what was just removed, with the way back."""
    there = {one.id for one in insights}
    gone = st.session_state.setdefault(_GONE, {})
    for insight_id, (_, moment) in list(gone.items()):
        if insight_id in there or time.monotonic() - moment > UNDO_SHOWN:
            del gone[insight_id]
    drawn = [*insights, *(insight for insight, _ in gone.values())]
    drawn.sort(key=lambda one: (KINDS.index(one.kind), -one.confidence, one.value))
    st.session_state[_ROWS] = {one.id: one for one in drawn}
    return drawn


def forget_gone() -> None:
    """Something greater happened: the way back to single ones is closed."""
    st.session_state[_GONE] = {}


@st.fragment
def draw(insight_id: UUID) -> None:
    """An insight that was shown."""
    acting.redrawn()
    insight: Insight | None = st.session_state.get(_ROWS, {}).get(insight_id)
    if insight is None:
        st.rerun()
    with st.container(border=True, key=f"insight-{insight_id}"):
        if insight_id in st.session_state[_GONE]:
            _draw_gone(insight)
        elif insight_id in st.session_state.get(_EDITED, set()):
            _draw_edited(insight)
        else:
            _draw(insight)
        acting.draw_problem(str(insight_id))


def _draw(insight: Insight) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"line-{insight.id}"):
        with st.container(key=f"about-{insight.id}", width="stretch"):
            st.html(_meter(insight))
            if told := facts(insight, readers_timezone()):
                st.caption(f"{ICONS[insight.kind]} {told}")
        _draw_acts(insight)
    _draw_evidence(insight)


def _meter(insight: Insight) -> str:
    percent = round(100 * insight.confidence)
    name = escape(named(insight))
    return (
        f'<div class="profile-insight"><strong dir="auto">{name}</strong>'
        f'<span class="sure">{percent} % sure</span>'
        f'<div class="meter" role="meter" aria-label="How sure Parley is of: {name}"'
        f' aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}">'
        f'<div style="width: {percent}%"></div></div></div>'
    )


def _draw_acts(insight: Insight) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", width="content", gap=None,
        key=f"acts-{insight.id}",
    ):  # fmt: skip
        if insight.locked:
            _button(insight, "lock", "Unlock", ":material/lock:", _lock, "It changes again.")
        else:
            _button(
                insight, "lock", "Lock", ":material/lock_open:", _lock,
                "It stays as it is, and counts fully.",
            )  # fmt: skip
        _button(insight, "edit", "Correct", ":material/edit:", _edit, "In your own words.")
        _button(
            insight, "remove", "Remove", ":material/delete:", _remove, "It is not learned again."
        )


def _button(insight, name, label, icon, act, why="") -> None:  # type: ignore[no-untyped-def]
    st.button(
        label, icon=icon, type="tertiary", key=f"{name}-{insight.id}", help=f"{label}. {why}",
        on_click=act, args=[insight],
    )  # fmt: skip


# Why


def _draw_evidence(insight: Insight) -> None:
    if not insight.evidence:
        return
    label = f"Why: {insight.evidence} {'message' if insight.evidence == 1 else 'messages'}"
    shown = st.expander(label, key=f"why-{insight.id}", on_change="rerun", type="compact")
    if not shown.open:
        return
    core = bridge.core()
    found = acting.act(core.profile.evidence(core.host_id, insight.id, _EVIDENCE), str(insight.id))
    with shown, st.container(key=f"evidence-{insight.id}"):
        for one in found or ():
            _draw_message(insight, one)
        if insight.evidence > _EVIDENCE:
            st.caption(f"And {insight.evidence - _EVIDENCE:,} more.")


def _draw_message(insight: Insight, one: Evidence) -> None:
    room = one.conversation_kind == "room"
    title = (one.title or "Conversation")[:60].replace("[", "(").replace("]", ")")
    where = {"room" if room else "conversation": str(one.conversation_id)}
    st.page_link(
        f"app_pages/{'rooms' if room else 'chat'}.py",
        label=f"{why(one, readers_timezone())} · {title}",
        icon=":material/groups:" if room else ":material/chat_bubble:",
        query_params=where if room else {**where, "message": str(one.message_id)},
    )
    with st.container(key=f"quoted-{insight.id}-{one.message_id}"):
        st.text(shortened(one.text, _EXCERPT))


# What can be done


def _lock(insight: Insight) -> None:
    if changed := _change(insight, locked=not insight.locked):
        told = "It stays as it is now." if changed.locked else "It changes by itself again."
        acting.tell(told, icon=":material/lock:" if changed.locked else ":material/lock_open:")


def _edit(insight: Insight) -> None:
    st.session_state.setdefault(_EDITED, set()).add(insight.id)
    st.session_state[_field(insight)] = named(insight)


def _draw_edited(insight: Insight) -> None:
    with st.form(f"edit-{insight.id}", border=False):
        st.text_input(
            "As it should read", key=_field(insight), max_chars=LONGEST,
            help="Your words hold, whatever is said later.",
        )  # fmt: skip
        with st.container(horizontal=True):
            st.form_submit_button(
                "Save", type="primary", key=f"save-{insight.id}", on_click=_save, args=[insight]
            )
            st.form_submit_button(
                "Cancel", key=f"cancel-{insight.id}", on_click=_close, args=[insight]
            )


def _save(insight: Insight) -> None:
    value = str(st.session_state.get(_field(insight)) or "")
    if value.strip() == named(insight):
        _close(insight)
    elif _change(insight, value=value):
        _close(insight)
        acting.tell("Corrected. Your words hold.")


def _close(insight: Insight) -> None:
    st.session_state.get(_EDITED, set()).discard(insight.id)


def _field(insight: Insight) -> str:
    return f"profile_value_{insight.id}"


def _change(insight: Insight, **changes: object) -> Insight | None:
    core = bridge.core()
    work = core.profile.change(core.host_id, insight.id, **changes)  # type: ignore[arg-type]
    changed = acting.act(work, str(insight.id))
    if changed is not None:
        st.session_state[_ROWS][insight.id] = changed
    return changed


def _remove(insight: Insight) -> None:
    core = bridge.core()
    if acting.act(core.profile.remove(core.host_id, insight.id), str(insight.id)) is None:
        return
    st.session_state[_GONE][insight.id] = insight, time.monotonic()
    acting.tell("Removed. It will not be learned again.", icon=":material/delete:")


def _draw_gone(insight: Insight) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"gone-{insight.id}"):
        st.markdown(":material/delete: Removed, and not learned again.", width="content")
        st.button(
            "Undo", icon=":material/undo:", key=f"undo-{insight.id}", on_click=_bring_back,
            args=[insight],
        )  # fmt: skip


def _bring_back(insight: Insight) -> None:
    core = bridge.core()
    back = acting.act(core.profile.restore(core.host_id, insight.id), str(insight.id))
    if back is not None:
        st.session_state[_ROWS][insight.id] = back
        st.session_state[_GONE].pop(insight.id, None)
        acting.tell("Brought back.", icon=":material/undo:")
