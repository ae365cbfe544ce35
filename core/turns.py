"""A turn: one reply on its way. It belongs to the core; pages only follow it.

It runs as a task that saves as it goes, whoever watches. A turn of another process is
followed through the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from core.conversations import Status
from core.database import Database, Identity
from core.errors import DatabaseUnavailable, NotFound
from core.events import Events
from core.providers.port import Delta, Usage
from core.queries import load

log = logging.getLogger(__name__)
sql = load("turns")

SAVE_EVERY = 0.4
"""Seconds between two saves of a growing reply."""


@dataclass(frozen=True, slots=True)
class Update:
    """News of a turn: the piece of text that came, or how it ended."""

    text: str = ""
    status: Status = "streaming"
    note: str | None = None
    error_code: str | None = None
    error: str | None = None


class Turn(Protocol):
    """A reply being written, here or in another process."""

    conversation_id: UUID
    question_id: int | None
    message_id: int
    provider: str
    model: str
    text: str
    status: Status
    note: str | None

    def follow(self, cursor: int = 0) -> AsyncIterator[Update]:
        """Pieces of the text from character `cursor` on, until an update that is not streaming.

        To stop iterating does not stop the turn.
        """
        ...


class LocalTurn:
    """A turn of this process: its text grows here, whoever follows."""

    def __init__(
        self,
        conversation_id: UUID,
        question_id: int | None,
        message_id: int,
        provider: str,
        model: str,
        text: str = "",
    ) -> None:
        self.conversation_id = conversation_id
        self.question_id = question_id
        self.message_id = message_id
        self.provider = provider
        self.model = model
        self.text = text
        self.status: Status = "streaming"
        self.note: str | None = None
        self.error_code: str | None = None
        self.error: str | None = None
        self.usage: Usage | None = None
        self.task: asyncio.Task[None] | None = None
        self.stop_asked = False
        self.is_first = False
        """Whether nothing was answered in this conversation before."""
        self._news = asyncio.Event()

    def take(self, delta: Delta) -> None:
        """Add a piece of the reply."""
        if delta.usage:
            self.usage = delta.usage
        if delta.text:
            self.text += delta.text
            self.note = None
            self._tell()

    def say(self, note: str | None) -> None:
        """Show what the person is waiting for."""
        self.note = note
        self._tell()

    def end(self, status: Status, error_code: str | None = None, error: str | None = None) -> None:
        """Nothing comes any more."""
        self.status, self.error_code, self.error = status, error_code, error
        self.note = None
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, cursor: int = 0) -> AsyncIterator[Update]:
        """See `Turn.follow`."""
        note = None
        while True:
            news = self._news
            if len(self.text) > cursor:
                piece, cursor = self.text[cursor:], len(self.text)
                yield Update(piece, note=self.note)
            elif self.status != "streaming":
                break
            elif self.note != note:
                note = self.note
                yield Update(note=note)
            else:
                await news.wait()
        yield Update("", self.status, None, self.error_code, self.error)


class RemoteTurn:
    """A turn of another process, followed as it is saved."""

    def __init__(
        self, database: Database, events: Events, user_id: UUID, row: dict[str, Any]
    ) -> None:
        self._db = database
        self._events = events
        self._who = Identity("user", user_id)
        self.conversation_id: UUID = row["conversation_id"]
        self.question_id: int | None = row["parent_id"]
        self.message_id: int = row["id"]
        self.provider: str = row["provider"]
        self.model: str = row["model"]
        self.text: str = row["text"]
        self.status: Status = row["status"]
        self.note: str | None = None

    async def follow(self, cursor: int = 0) -> AsyncIterator[Update]:
        """See `Turn.follow`; pieces come as often as the other process saves."""
        async with self._events.subscribe(self._who, self.conversation_id) as stream:
            news = aiter(stream)
            while True:
                row = await self._read()
                self.text, self.status = row["text"], row["status"]
                if len(self.text) > cursor:
                    piece, cursor = self.text[cursor:], len(self.text)
                    yield Update(piece)
                if self.status != "streaming":
                    yield Update("", self.status, None, row["error_code"], row["error"])
                    return
                await anext(news)

    async def _read(self) -> dict[str, Any]:
        async with self._db.as_(self._who) as conn:
            row = await (await conn.execute(sql.message, {"id": self.message_id})).fetchone()
        if row is None:
            raise NotFound("This conversation has been deleted.")
        return row


async def save_while_running(turn: LocalTurn, database: Database, user_id: UUID) -> None:
    """Save the growing text every SAVE_EVERY seconds until cancelled, the database permitting."""
    saved = turn.text
    while True:
        await asyncio.sleep(SAVE_EVERY)
        if turn.text == saved:
            continue
        text = turn.text
        with suppress(DatabaseUnavailable):
            async with database.as_user(user_id) as conn:
                await conn.execute("SET LOCAL synchronous_commit = off")
                await conn.execute(sql.save_progress, {"id": turn.message_id, "text": text})
                await conn.execute(
                    sql.tell_progress,
                    {"topic": turn.conversation_id, "worker": database.worker},
                )
            saved = text
