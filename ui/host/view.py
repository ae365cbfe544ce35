"""What the chat page shows of a conversation, remembered from one run of its script to the next.

The page draws the messages of `history`; what is said afterwards is drawn by the fragment
`ui.host.talk`, which is all that runs when somebody presses Enter. A run of the whole page
turns what the fragment had drawn into the next part of the history, at the same place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import streamlit as st

from core.app import App
from core.conversations import Message
from core.memories.memory import Memory
from core.turns import Turn

MESSAGES = 40
"""Newest messages shown, and how many more at a time."""
KEY = "chat_view"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation as it is now; `turn` is the reply being written, not among `messages`."""

    messages: list[Message]
    earlier: bool
    turn: Turn | None
    used: dict[int, list[Memory]]
    """The memories that replies were made with, by message id."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asked for, to be done by the fragment."""

    kind: Literal["send", "retry", "continue"]
    text: str = ""
    message_id: int = 0


@dataclass(slots=True)
class View:
    """The conversation shown; `id` is None until something is said in a new one."""

    id: UUID | None = None
    limit: int = MESSAGES
    earlier: bool = False
    history: list[list[Message]] = field(default_factory=list)
    live: list[Message] = field(default_factory=list)
    used: dict[int, list[Memory]] = field(default_factory=dict)
    loaded: Loaded | None = None
    """Fresh from the core, for the fragment that draws next."""
    wish: Wish | None = None
    choice: tuple[str, str] | None = None
    """Provider and model chosen on the page for what is said next."""
    side: int = 0
    """Which of two places of the page it is drawn in; the next conversation takes the other."""
    problem: str | None = None
    """A sentence to show once."""
    recording: bytes | None = None
    """Speech that is still to be written down."""
    draft: str = ""
    """A text to be put into the input: one that could not be sent, or what was spoken."""

    def begin_with(self, loaded: Loaded) -> None:
        """Show a conversation anew: everything is history."""
        self.history, self.live = [], loaded.messages
        self.continue_with(loaded)

    def continue_with(self, loaded: Loaded) -> None:
        """Show the conversation as it is now; what was live becomes history."""
        starts = [part[0].id for part in (*self.history, self.live) if part]
        parts: list[list[Message]] = [[] for _ in starts] or [[]]
        for message in loaded.messages:
            number = sum(message.id >= start for start in starts[1:])
            parts[number].append(message)
        self.history, self.live = parts, []
        self.earlier, self.loaded, self.used = loaded.earlier, loaded, loaded.used

    def take(self, loaded: Loaded) -> bool:
        """Take news in while the history stays; False where the history has changed."""
        drawn = [_looks(message) for part in self.history for message in part]
        now = loaded.messages
        if [_looks(message) for message in now[: len(drawn)]] != drawn:
            return False
        self.live, self.used = now[len(drawn) :], loaded.used
        return True

    def is_history(self, message_id: int) -> bool:
        """Whether a message is drawn by the page, not by the fragment."""
        return any(message.id == message_id for part in self.history for message in part)

    def answering(self) -> tuple[str, str] | None:
        """Who answers next: who was chosen, else who answered last; None for the default.

        One that only stood in for another is not kept on.
        """
        if self.choice:
            return self.choice
        said = [message for part in (*self.history, self.live) for message in part]
        last = next((m for m in reversed(said) if m.role == "assistant"), None)
        if last and last.provider and last.model and not last.remark:
            return last.provider, last.model
        return None

    def drop(self, message_id: int) -> None:
        """Show a message no more: it is about to be written again."""
        for part in (*self.history, self.live):
            part[:] = [message for message in part if message.id != message_id]


def view() -> View:
    """The view of this browser tab."""
    found: View = st.session_state.setdefault(KEY, View())
    return found


def wish(what: Wish) -> None:
    """Have the fragment do something in the run that follows."""
    view().wish = what


async def load(app: App, conversation_id: UUID, limit: int) -> Loaded:
    """Read a conversation. Raises NotFound."""
    messages = await app.conversations.messages(app.host_id, conversation_id, limit + 1)
    if not messages:
        await app.conversations.get(app.host_id, conversation_id)
    turn = None
    if any(message.status == "streaming" for message in messages):
        turn = await app.chat.attach(app.host_id, conversation_id)
        if turn is None:  # it has just ended
            messages = await app.conversations.messages(app.host_id, conversation_id, limit + 1)
    shown = messages[-limit:]
    if turn:
        shown = [message for message in shown if message.id != turn.message_id]
    replies = [message.id for message in shown if message.role == "assistant"]
    used = await app.recall.uses(app.host_id, replies)
    return Loaded(shown, len(messages) > limit, turn, used)


def _looks(message: Message) -> tuple[int, str, int]:
    return message.id, message.status, len(message.text)
