"""The JSON of share links: what goes in and what comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from core.sharing.locks import PASSWORD_LENGTH
from core.sharing.shares import LONGEST, WEEK
from ui.api.schemas import Answer


class NewShare(BaseModel):
    """A link to make; without anything else a snapshot that lasts a week."""

    expires_in: float | None = Field(
        WEEK.total_seconds(), gt=0, le=LONGEST.total_seconds(),
        description="seconds; null: never",
    )  # fmt: skip
    password: str | None = Field(None, min_length=1, max_length=PASSWORD_LENGTH)
    live: bool = Field(False, description="follow the conversation instead of a snapshot of it")
    hide_names: bool = False
    from_message_id: int | None = Field(
        None, ge=1, le=2**62, description="the first message shown; unset: from the beginning"
    )


class ShareMade(BaseModel):
    """The new link."""

    id: UUID
    url: str
    expires_at: datetime | None


class ShareBody(Answer):
    """A link in the list."""

    id: UUID
    conversation_id: UUID
    title: str | None
    kind: Literal["chat", "room"]
    url: str | None = Field(description="null where it was made with another SECRET_KEY")
    locked: bool = Field(description="whether it asks for a password")
    live: bool
    hide_names: bool
    from_id: int | None
    created_at: datetime
    expires_at: datetime | None
    views: int = Field(description="one for each visitor and hour")
    viewed_at: datetime | None
    state: Literal["open", "expired", "revoked", "deleted"]


class Revoked(BaseModel):
    """How many links open nothing any more."""

    revoked: int


class Key(BaseModel):
    """What lets a reader in where there is a password."""

    password: str | None = Field(None, max_length=1000)
    ticket: str | None = Field(None, max_length=200, description="of an answer before")


class Asked(Key):
    """Which messages to read; neither `before` nor `after`: the newest."""

    before: int | None = Field(None, ge=1, le=2**62)
    after: int | None = Field(None, ge=0, le=2**62)
    limit: int = Field(200, ge=1, le=500)


class SharedMessage(BaseModel):
    """A message as a reader gets it."""

    id: int
    role: Literal["user", "assistant"]
    person: int | None = Field(description="people by number, as they first speak; null: the AI")
    name: str | None = Field(description="null where names are hidden or there is none")
    language: str | None
    text: str
    status: Literal["streaming", "complete", "interrupted", "failed"]
    quote_id: int | None
    created_at: datetime
    translations: dict[str, str] = Field(description="by language; those there are")


class SharedConversation(BaseModel):
    """What a link shows."""

    title: str | None
    kind: Literal["chat", "room"]
    live: bool
    names_hidden: bool
    shared_at: datetime
    expires_at: datetime | None
    languages: list[str] = Field(description="languages there are translations into")
    messages: list[SharedMessage]
    more: bool = Field(description="whether there is more in the direction that was asked for")
    ticket: str | None = Field(description="lets in again for twelve hours without the password")


class Copied(BaseModel):
    """The conversation made of what was shared."""

    conversation_id: UUID
