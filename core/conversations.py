"""Conversations and their messages: made, listed, read, renamed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from core.database import Connection, Database, Identity
from core.errors import NotFound, Refused
from core.events import Events
from core.queries import load
from core.text import one_line

sql = load("conversations")

Kind = Literal["chat", "room"]
Status = Literal["streaming", "complete", "interrupted", "failed"]
Branch = list["Message"]
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
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    answering: bool
    """Whether a reply is being written in it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `author` is who wrote it as shown; for a reply the model."""

    id: int
    conversation_id: UUID
    parent_id: int | None
    participant_id: UUID | None
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


class Conversations:
    """Everybody's conversations; each call names whose. Raises NotFound for another's."""

    def __init__(self, database: Database, events: Events) -> None:
        self._db = database
        self._events = events

    async def create(
        self, user_id: UUID, kind: Kind = "chat", title: str | None = None
    ) -> Conversation:
        """Begin an empty chat. (A room is made by `Rooms.create`.)"""
        if kind != "chat":
            raise Refused("Rooms are made with a language of their own. Use the rooms for it.")
        async with self._db.as_user(user_id) as conn:
            title = one_line(title or "", TITLE_LENGTH) or None
            by = "user" if title else "first words"
            new = {"user_id": user_id, "title": title, "titled_by": by}
            row = await (await conn.execute(sql.insert, new)).fetchone()
            assert row is not None
            await self.announce(conn, user_id, row["id"])
        return await self.get(user_id, row["id"])

    async def list(
        self, user_id: UUID, kind: Kind | None = None, limit: int = 100
    ) -> list[Conversation]:
        """Conversations with the latest activity first."""
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(sql.list, {"kind": kind, "limit": limit})
            return [Conversation(**row) for row in await cursor.fetchall()]

    async def get(self, user_id: UUID, conversation_id: UUID) -> Conversation:
        """One conversation."""
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(sql.get, {"id": conversation_id})
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("There is no such conversation. It may have been deleted.")
        return Conversation(**row)

    async def messages(
        self, user_id: UUID, conversation_id: UUID, limit: int = 200, before: int | None = None
    ) -> Branch:
        """The newest `limit` messages of the visible branch (older than id `before`), in order."""
        async with self._db.as_user(user_id) as conn:
            return await read_branch(conn, conversation_id, limit, before)

    async def rename(self, user_id: UUID, conversation_id: UUID, title: str) -> None:
        """Give a conversation a title of the person's own; it is not changed by itself any more."""
        title = one_line(title, TITLE_LENGTH)
        if not title:
            raise Refused("A title needs at least one letter.")
        await self.set_title(user_id, conversation_id, title, by="user")

    async def set_title(
        self, user_id: UUID, conversation_id: UUID, title: str, by: Literal["ai", "user"]
    ) -> None:
        """Set the title; one given by the AI never replaces the person's own."""
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(
                sql.set_title, {"id": conversation_id, "title": title, "by": by}
            )
            if cursor.rowcount == 0 and by == "user":
                raise NotFound("There is no such conversation. It may have been deleted.")
            await self.announce(conn, user_id, conversation_id)

    async def delete(self, user_id: UUID, conversation_id: UUID) -> None:
        """Delete a conversation with everything said in it."""
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(sql.delete, {"id": conversation_id})
            if cursor.rowcount == 0:
                raise NotFound("There is no such conversation. It may have been deleted.")
            await self._events.publish(conn, user_id, "deleted", {"id": str(conversation_id)})

    async def announce(self, conn: Connection, user_id: UUID, conversation_id: UUID) -> None:
        """Tell the owner's pages that the entry of a conversation has changed."""
        await self._events.publish(conn, user_id, "conversation", {"id": str(conversation_id)})

    def watch(self, user_id: UUID) -> Any:
        """Subscribe to changes in the list: kinds `conversation` and `deleted`, each with an id."""
        return self._events.subscribe(Identity("user", user_id), user_id)


async def read_branch(
    conn: Connection, conversation_id: UUID, limit: int, before: int | None = None
) -> list[Message]:
    """The newest messages of the visible branch, in order, as `conn` may see them."""
    cursor = await conn.execute(
        sql.branch, {"id": conversation_id, "limit": limit, "before": before}
    )
    return [Message.of(row) for row in await cursor.fetchall()]
