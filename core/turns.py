"""A turn: one reply on its way. It belongs to the core; pages only follow it.

It runs as a task that saves as it goes, whoever watches. A turn of another process is
followed through the database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sized
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from core.conversations import Status
from core.database import Database, Identity
from core.errors import DatabaseUnavailable, NotFound
from core.events import Events
from core.grounds import Asks, Grounds
from core.intelligence.profile.telling import NOTHING_TOLD
from core.memories.knowledge import NOTHING
from core.providers.port import Delta, Usage
from core.queries import load

log = logging.getLogger(__name__)
sql = load("turns")

SAVE_EVERY = 0.4
"""Seconds between two saves of a growing reply."""
CROWD = 5
"""Replies at once up to which each is read as it comes."""
PAUSE, LONGEST_PAUSE = 0.0006, 0.03
"""Seconds a reply waits between two readings for each reply beyond those, and at most."""
TAKES_AT_MOST = 0.002
"""Seconds one reading takes what has come before it gives way again."""


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
        user_id: UUID,
        conversation_id: UUID,
        question_id: int | None,
        message_id: int,
        provider: str,
        model: str,
        text: str = "",
    ) -> None:
        self.user_id = user_id
        self.conversation_id = conversation_id
        self.question_id = question_id
        self.message_id = message_id
        self.provider = provider
        self.model = model
        self.text = self.saved = text
        self.status: Status = "streaming"
        self.note: str | None = None
        self.error_code: str | None = None
        self.error: str | None = None
        self.usage: Usage | None = None
        self.remark: str | None = None
        """Why another model answers than was asked."""
        self.waited: float | None = None
        """Seconds until the first word."""
        self._asked_at = time.monotonic()
        self.task: asyncio.Task[None] | None = None
        self.stop_asked = False
        self.question = ""
        self.known = NOTHING
        """What the reply is made with, beside what was said."""
        self.asks: Asks | None = None
        """How everything said is asked for it; None: the model alone answers."""
        self.grounds: Grounds | None = None
        self.remembers = self.has_learned = True
        """Whether there may be memories, or anything learned of the person."""
        self.told = NOTHING_TOLD
        """How the person likes to be answered."""
        self.is_first = True
        """Whether nothing was answered in this conversation before."""
        self._news = asyncio.Event()

    def take(self, delta: Delta) -> None:
        """Add a piece of the reply."""
        if delta.usage:
            self.usage = delta.usage
        if delta.text:
            if self.waited is None:
                self.waited = time.monotonic() - self._asked_at
            self.text += delta.text
            self.note = None
            self._tell()

    def hand_over(self, provider: str, model: str, because: str) -> None:
        """Let another model answer; `because`: what was wrong with the one before, a sentence."""
        self.provider, self.model = provider, model
        self.remark = because if self.remark is None else f"{self.remark} {because}"

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


class Pace:
    """How often one of many replies is read: the more there are, the more at a time.

    Most of what a token costs is waking up for it. Unpaced, fifty fast replies kept the loop so
    busy that a new one waited a second for its first token.
    """

    def __init__(self, running: Sized) -> None:
        """`running`: the replies that stream now."""
        self._running = running
        self._loop = asyncio.get_running_loop()
        self._until = 0.0

    async def give_way(self) -> None:
        """Pause, where there is a crowd, once what has come already is taken."""
        crowd = len(self._running) - CROWD
        if crowd > 0 and self._loop.time() > self._until:
            await asyncio.sleep(min(crowd * PAUSE, LONGEST_PAUSE))
            self._until = self._loop.time() + TAKES_AT_MOST


async def save_growth(running: Mapping[UUID, LocalTurn], database: Database) -> None:
    """Save growing replies every SAVE_EVERY seconds while there are any, the database permitting.

    All of one person's go in one transaction, so that fifty cost hardly more than one.
    """
    while running:
        await asyncio.sleep(SAVE_EVERY)
        grown: dict[UUID, dict[LocalTurn, str]] = {}
        for turn in running.values():
            if turn.text != turn.saved:
                grown.setdefault(turn.user_id, {})[turn] = turn.text
        for user_id, texts in grown.items():
            values = {
                "ids": [turn.message_id for turn in texts], "texts": [*texts.values()],
                "worker": database.worker,
            }  # fmt: skip
            with suppress(DatabaseUnavailable):
                async with database.as_user(user_id) as conn:
                    await conn.execute(sql.save_growth, values)
                for turn, text in texts.items():
                    turn.saved = text
