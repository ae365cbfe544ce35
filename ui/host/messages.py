"""One message of a chat on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Literal
from urllib.parse import urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.conversations import Message
from core.memories.memory import Memory
from core.providers.port import AUTO
from ui.host import bridge
from ui.host.maths import with_formulas
from ui.host.plain import plain
from ui.host.times import short
from ui.host.view import view

AVATARS = {"user": ":material/person:", "assistant": ":material/forum:"}
_FENCE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]*)[^\n`]*\n"
    r"(?P<code>.*?)(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)


def draw(message: Message, zone: tzinfo) -> None:
    """Show a message that is not being written."""
    with frame(message.role):
        draw_inside(message, zone)


def draw_inside(message: Message, zone: tzinfo) -> None:
    """Fill the frame of a message that is not being written."""
    st.caption(_line(_author(message), message.created_at, zone, message.id, _cost(message)))
    if message.role == "user":
        draw_typed(message.text)
        return
    if message.text:
        st.markdown(with_formulas(message.text), anchors=False)
    draw_ending(message)
    if used := view().used.get(message.id):
        _draw_used(message, used)


def _draw_used(message: Message, used: list[Memory]) -> None:
    """What a reply was made with; a click leads to where it is corrected."""
    label = "Used 1 memory" if len(used) == 1 else f"Used {len(used)} memories"
    key = f"used_{message.id}"
    with st.popover(label, icon=":material/psychology:", type="tertiary", key=key):
        st.caption("This reply was made with what Parley knows of you. Choose one to correct it.")
        for memory in used:
            st.page_link(
                "app_pages/memories.py", label=plain(memory.text), icon=":material/edit:",
                query_params={"memory": str(memory.id)},
            )  # fmt: skip


def draw_question(text: str, zone: tzinfo) -> None:
    """Show what has just been typed, before it is saved."""
    with frame("user"):
        st.caption(_line("You", datetime.now(UTC), zone))
        draw_typed(text)


def begin_reply(provider: str, model: str, zone: tzinfo) -> DeltaGenerator:
    """Begin to show a reply; the place for its text, with what one waits for."""
    with frame("assistant"):
        st.caption(_line(model_name(provider, model), datetime.now(UTC), zone))
        place = st.empty()
        place.markdown(waiting(None))
        st.empty()  # where the reply before it may have said how it ended
    return place


def waiting(note: str | None) -> str:
    """What stands where a reply will be."""
    return f":shimmer[{plain(note or 'Thinking…')}]"


def frame(role: Literal["user", "assistant"]) -> DeltaGenerator:
    """The frame of a message."""
    return st.chat_message(role, avatar=AVATARS[role])


def draw_typed(text: str) -> None:
    """What a person typed, as typed: only fenced code is shown as code."""
    for said, code, language in _parts(text):
        if said.strip():
            st.text(said.strip("\n"))
        if code is not None:
            st.code(code.rstrip("\n"), language=language or None, wrap_lines=True)


def draw_ending(message: Message) -> None:
    """Say how a reply ended that is not complete, or why another model answered."""
    if message.remark:
        who = model_name(message.provider, message.model)
        st.caption(f":material/swap_horiz: {plain(message.remark)} {plain(who)} took over.")
    if message.status == "failed":
        st.error(plain(message.error or "The reply failed."), icon=":material/error:")
    elif message.status == "interrupted":
        st.caption(f":material/pause_circle: {plain(_why_interrupted(message))}")


def model_name(provider: str | None, model: str | None) -> str:
    """What answers, as people read it: the model, else the server that picks one, else a label."""
    if model and model != AUTO and provider != "builtin":
        return model
    if provider is None:
        return "AI"
    core = bridge.core()
    row = core.providers.row(provider)
    address = row.chosen_address(core.preferences.current)
    return urlsplit(address).netloc if address and address != row.usual_address else row.label


def _author(message: Message) -> str:
    if message.role == "user":
        return message.author or "You"
    return model_name(message.provider, message.author or message.model)


def _cost(message: Message) -> str:
    """The tokens of a reply and its time, as far as they are known."""
    facts = []
    if message.output_tokens:
        facts.append(f"{message.output_tokens:,} tokens")
    if message.role == "assistant" and message.finished_at:
        facts.append(f"{(message.finished_at - message.created_at).total_seconds():.1f} s")
    return " · ".join(facts)


def _line(
    author: str, moment: datetime, zone: tzinfo, message_id: int | None = None, cost: str = ""
) -> str:
    line = f"**{plain(author)}** · {short(moment, zone)}" + (f" · {cost}" if cost else "")
    if not message_id:
        return line
    return f"{line} [Copy](#copy-{message_id}) [Read aloud](#read-{message_id})"


def _why_interrupted(message: Message) -> str:
    if message.error_code == "stopped":
        return "Stopped."
    if message.error_code == "process_ended":
        return "Interrupted: Parley was closed while this was being written."
    return f"Interrupted. {message.error or ''}".strip()


def _parts(text: str) -> Iterator[tuple[str, str | None, str]]:
    """Plain text, the fenced code after it and the code's language, again and again."""
    end = 0
    for found in _FENCE.finditer(text):
        yield text[end : found.start()], found["code"], found["language"]
        end = found.end()
    yield text[end:], None, ""
