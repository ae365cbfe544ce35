"""Share links as readers have them: what a link shows, page by page and as it goes on.

A reader is nobody to the database but a reader of one share (`Database.as_share`). What comes
out is JSON-ready: `conversation` and `messages` as the README describes them.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.database import Database
from core.errors import (
    LinkExpired,
    NotFound,
    PasswordNeeded,
    TooManyGuesses,
    WrongPassword,
)
from core.events import Bell, Events
from core.queries import load
from core.sharing.locks import is_ticket, opens, ticket_for
from core.sharing.shares import hash_of

sql = load("shares")

PAGE = 50
"""Messages a reader gets at once, if they do not ask for another number."""
BREATH = 1.0
"""Seconds between two looks at a conversation in which a reply is being written."""

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Doorway:
    """What a link shows before one has come in. `title` is None where it could tell too much."""

    id: UUID
    conversation_id: UUID
    password: bytes | None
    expires_at: datetime | None
    title: str | None

    @property
    def locked(self) -> bool:
        """Whether it asks for a password."""
        return self.password is not None


class Readers:
    """Lets in who has a link, and the password where there is one."""

    def __init__(self, database: Database, events: Events) -> None:
        self._db = database
        self._events = events

    async def behind(self, token: str) -> Doorway:
        """What a link opens. Raises LinkExpired, and NotFound for any other that opens nothing."""
        async with self._db.as_nobody() as conn:
            cursor = await conn.execute(sql.behind, {"token_hash": hash_of(token)})
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("This link opens nothing. Ask whoever sent it for a new one.")
        if row.pop("expired"):
            raise LinkExpired
        return Doorway(**row)

    async def enter(
        self, token: str, password: str | None = None, ticket: str | None = None
    ) -> Reader:
        """Come in by a link: with its password, or with the ticket of who gave it before.

        Raises NotFound, LinkExpired, PasswordNeeded, WrongPassword, TooManyGuesses.
        """
        door = await self.behind(token)
        if door.password is None:
            return Reader(door, None, self._db, self._events)
        if ticket and is_ticket(ticket, door.id, door.password):
            return Reader(door, ticket, self._db, self._events)
        if not password:
            raise PasswordNeeded
        await self._try(door, password, door.password)
        return Reader(door, ticket_for(door.id, door.password), self._db, self._events)

    async def _try(self, door: Doorway, password: str, lock: bytes) -> None:
        async with self._db.as_nobody() as conn:
            row = await (await conn.execute(sql.begin_guess, {"id": door.id})).fetchone()
        if row and row["wait"]:
            raise TooManyGuesses(
                f"Too many wrong passwords. Try again in {row['wait']} seconds.",
                seconds=row["wait"],
            )
        if not await asyncio.to_thread(opens, password, lock):
            raise WrongPassword
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.guessed_right, {"id": door.id})


class Reader:
    """Somebody who has come in by a link; each call may find that it opens nothing any more."""

    def __init__(
        self, door: Doorway, ticket: str | None, database: Database, events: Events
    ) -> None:
        """`ticket` lets them in again without the password; None where there is none."""
        self.ticket = ticket
        self._door = door
        self._db = database
        self._events = events

    async def conversation(self) -> JsonObject:
        """What is read: title, kind, whether it is live, and the languages it is there in."""
        async with self._db.as_share(self._door.id) as conn:
            row = await (await conn.execute(sql.conversation)).fetchone()
        assert row is not None
        return {**row, "shared_at": _iso(row["shared_at"]), "expires_at": _iso(row["expires_at"])}

    async def messages(
        self, before: int | None = None, after: int | None = None, limit: int = PAGE
    ) -> list[JsonObject]:
        """The messages before or after one, by its id (neither: the newest), oldest first.

        Each with the translations there are; none is made for a reader.
        """
        wish = {"before": before, "after": after, "limit": limit}
        async with self._db.as_share(self._door.id) as conn:
            rows = await (await conn.execute(sql.messages, wish)).fetchall()
        return [{**row, "created_at": _iso(row["created_at"])} for row in rows]

    async def everything(self) -> AsyncIterator[list[JsonObject]]:
        """All messages from the first on, in pieces."""
        last = 0
        while page := await self.messages(after=last, limit=500):
            yield page
            last = page[-1]["id"]

    async def whole(self) -> tuple[str | None, list[JsonObject]]:
        """The title, and all messages, oldest first."""
        title = (await self.conversation())["title"]
        return title, [one async for page in self.everything() for one in page]

    async def note_visit(self, visitor: str) -> None:
        """Count a view: one for each visitor and hour. `visitor`: what tells one from another."""
        known = hashlib.sha256(f"{self._door.id} {visitor}".encode()).digest()
        async with self._db.as_share(self._door.id) as conn:
            await conn.execute(sql.note_view, {"visitor": known})

    async def follow(self, known: JsonObject) -> AsyncIterator[JsonObject]:
        """The conversation's end now and what changes from now on.

        Events `tail` and `conversation`, as the README has them; `known` is `conversation()` as
        it was told before. Of a snapshot nothing comes. Raises NotFound or LinkExpired once the
        link opens nothing.
        """
        sent: dict[int, JsonObject] = {}
        async with self._events.bell(self._door.conversation_id) as bell:
            while not known["live"]:
                await self._still_open()
                await self._next(bell)
            while True:
                tail = await self.messages()
                if event := _tail(tail, sent):
                    yield event
                sent = {one["id"]: one for one in tail}
                if any(one["status"] == "streaming" for one in tail):
                    await asyncio.sleep(BREATH)
                elif (now := await self.conversation()) != known:
                    known = now
                    yield {"event": "conversation", **now}
                await self._next(bell)

    async def _still_open(self) -> None:
        async with self._db.as_share(self._door.id):
            pass

    async def _next(self, bell: Bell) -> None:
        """Wait until there may be something new, or the link's time is over."""
        until = self._door.expires_at
        left = (until - datetime.now(UTC)).total_seconds() if until else None
        with suppress(TimeoutError):
            async with asyncio.timeout(max(left, 0.05) if left is not None else None):
                await bell.rings()


def _tail(tail: list[JsonObject], sent: dict[int, JsonObject]) -> JsonObject | None:
    """What to tell a reader to whom `sent` was told, by ids; None where nothing changed."""
    news = [one for one in tail if sent.get(one["id"]) != one]
    ids = [one["id"] for one in tail]
    if not news and ids == list(sent):
        return None
    return {"event": "tail", "ids": ids, "messages": news, "more": len(tail) == PAGE}


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
