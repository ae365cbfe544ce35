"""What a conversation and a message are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

Kind = Literal["chat", "room"]
Status = Literal["streaming", "complete", "interrupted", "failed"]
Branch = list["Message"]
Results = list["Found"]
TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat with an AI or a room of people. `token` and `language` belong to rooms."""

    id: UUID
    kind: Kind
    title: str | None
    titled_by: str
    language: str | None
    token: str | None
    tags: list[str]
    forked_from: int | None
    """The message of another conversation this one goes on from."""
    imported_from: str | None
    """The application whose file it came in."""
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    pinned_at: datetime | None
    archived_at: datetime | None
    answering: bool
    """Whether a reply is being written in it."""

    @property
    def status(self) -> Literal["active", "ended"]:
        """Whether it goes on."""
        return "active" if self.ended_at is None else "ended"

    @property
    def pinned(self) -> bool:
        """Whether it stays at the top of the list."""
        return self.pinned_at is not None

    @property
    def archived(self) -> bool:
        """Whether it is out of the list."""
        return self.archived_at is not None


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of what was said in a conversation."""

    messages: int
    languages: list[str]
    """Codes, the most frequent first."""
    models: list[str]
    duration: timedelta
    """From the first message to the end of the last one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that holds all the words looked for."""

    conversation: Conversation
    message_id: int | None
    """The newest message with all of them; None where only the title has them."""
    hits: int
    """How many messages have them."""
    excerpt: str
    """The message around the words, one line; empty where only the title has them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `author` is who wrote it as shown; for a reply the model."""

    id: int
    conversation_id: UUID
    parent_id: int | None
    participant_id: UUID | None
    quote_id: int | None
    """The message this is a reply to, where the person chose one."""
    role: Literal["user", "assistant"]
    author: str | None
    language: str | None
    text: str
    status: Status
    error_code: str | None
    error: str | None
    provider: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    remark: str | None
    """Why another model answered than was asked."""
    created_at: datetime
    began_at: datetime | None
    """A reply: when its first word came."""
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Message:
        """From a row of the query `messages` or one with the same columns."""
        return cls(**{name: row[name] for name in cls.__slots__})
