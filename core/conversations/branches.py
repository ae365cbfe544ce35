"""The tree of what was said: the visible branch, the variants beside it, what goes on from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.conversations.conversation import TITLE_LENGTH, Branch, Message
from core.database import Connection, Database
from core.errors import NotFound
from core.events import Events
from core.queries import load
from core.text import one_line

sql = load("branches")

QUOTED = 280
"""Characters of a message that are shown where it is quoted."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The message another one is a reply to."""

    id: int
    role: str
    author: str | None
    text: str
    """Its beginning, one line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What belongs to a message besides itself."""

    variants: list[int]
    """The messages in whose place it may stand, itself among them, the oldest first."""
    quote: Quote | None
    reaction: str | None
    bookmarked: bool


class Branches:
    """The branches of chats; each call names whose. Raises NotFound for another's."""

    def __init__(self, database: Database, events: Events) -> None:
        self._db = database
        self._events = events

    async def facts(self, user_id: UUID, message_ids: Sequence[int]) -> dict[int, Facts]:
        """What belongs to messages, by their ids."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.facts, {"ids": list(message_ids)})).fetchall()
        return {
            row["id"]: Facts(
                row["variants"],
                _quote(row) if row["quote_id"] else None,
                row["reaction"],
                row["bookmarked"],
            )
            for row in rows
        }

    async def after(
        self, user_id: UUID, conversation_id: UUID, message_id: int, limit: int
    ) -> Branch:
        """The next `limit` messages of the visible branch after one of it, in order."""
        async with self._db.as_user(user_id) as conn:
            asked = {"id": conversation_id, "after": message_id, "limit": limit}
            rows = await (await conn.execute(sql.after, asked)).fetchall()
        return [Message.of(row) for row in rows]

    async def conversation_of(self, user_id: UUID, message_id: int) -> UUID:
        """The conversation a message is in."""
        async with self._db.as_user(user_id) as conn:
            asked = {"message_id": message_id, "user_id": user_id}
            row = await (await conn.execute(sql.conversation_of, asked)).fetchone()
        if row is None:
            raise _no_message()
        found: UUID = row["id"]
        return found

    async def choose(self, user_id: UUID, message_id: int) -> None:
        """Show the branch that goes through a message: its newest end becomes the visible one."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.choose, {"message_id": message_id})).fetchone()
            if row is None:
                raise _no_message()
            chosen = {"message_id": message_id, "after": row["parent_id"]}
            await self._events.publish(conn, row["id"], "branch", chosen)

    async def fork(self, user_id: UUID, message_id: int) -> UUID:
        """Begin a new conversation with all that was said up to a message; its id."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.title_at, {"message_id": message_id})).fetchone()
            if row is None:
                raise _no_message()
            title = one_line(f"{row['title'] or 'Chat'} (2)", TITLE_LENGTH)
            asked = {"message_id": message_id, "title": title}
            forked = await (await conn.execute(sql.fork, asked)).fetchone()
            assert forked is not None
            made: UUID = forked["id"]
            await self._events.publish(conn, user_id, "conversation", {"id": str(made)})
        return made


async def read_branch(
    conn: Connection, conversation_id: UUID, limit: int, before: int | None = None
) -> list[Message]:
    """The newest messages of the visible branch, in order, as `conn` may see them."""
    cursor = await conn.execute(
        sql.branch, {"id": conversation_id, "limit": limit, "before": before}
    )
    return [Message.of(row) for row in await cursor.fetchall()]


async def quoted(conn: Connection, branch: Branch) -> dict[int, str]:
    """The texts of the messages that those of a branch quote, by id."""
    ids = [message.quote_id for message in branch if message.quote_id]
    if not ids:
        return {}
    rows = await (await conn.execute(sql.texts, {"ids": ids})).fetchall()
    return {row["id"]: row["text"] for row in rows}


def _quote(row: Mapping[str, Any]) -> Quote:
    begins = one_line(row["quote_text"], QUOTED)
    return Quote(row["quote_id"], row["quote_role"], row["quote_author"], begins)


def _no_message() -> NotFound:
    return NotFound("There is no such message. It may have been deleted.")
