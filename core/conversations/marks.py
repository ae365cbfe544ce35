"""What a person thinks of messages: reactions and bookmarks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from core.conversations.conversation import Kind, Message
from core.database import Database
from core.errors import NotFound, Refused
from core.events import Events
from core.queries import load

sql = load("marks")
branches = load("branches")

Reaction = Literal["like", "love", "funny", "dislike"]
REACTIONS: tuple[Reaction, ...] = get_args(Reaction)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A message to find again, and where it was said."""

    message: Message
    title: str | None
    kind: Kind
    bookmarked_at: datetime


class Marks:
    """Reactions and bookmarks, one of each a person and message."""

    def __init__(self, database: Database, events: Events) -> None:
        self._db = database
        self._events = events

    async def react(self, user_id: UUID, message_id: int, kind: Reaction | None) -> None:
        """Say what one thinks of a message; None takes it back. Raises Refused, NotFound."""
        if kind is not None and kind not in REACTIONS:
            raise Refused(f"There is no reaction {kind}. There are: {', '.join(REACTIONS)}.")
        query = sql.react if kind else sql.unreact
        await self._mark(user_id, message_id, query, kind=kind)

    async def bookmark(self, user_id: UUID, message_id: int, *, on: bool = True) -> None:
        """Keep a message among the bookmarks, or no longer. Raises NotFound."""
        await self._mark(user_id, message_id, sql.bookmark if on else sql.unbookmark)

    async def bookmarks(
        self, user_id: UUID, limit: int = 50, before: datetime | None = None
    ) -> list[Bookmark]:
        """The bookmarks, the newest first; those made before a time."""
        async with self._db.as_user(user_id) as conn:
            asked = {"limit": limit, "before": before}
            rows = await (await conn.execute(sql.bookmarks, asked)).fetchall()
        return [
            Bookmark(
                Message.of(row), row["conversation_title"], row["conversation_kind"],
                row["bookmarked_at"],
            )
            for row in rows
        ]  # fmt: skip

    async def _mark(self, user_id: UUID, message_id: int, query: Any, **values: Any) -> None:
        """Do it where the message is theirs, and tell the conversation's pages."""
        async with self._db.as_user(user_id) as conn:
            asked = {"message_id": message_id, "user_id": user_id}
            row = await (await conn.execute(branches.conversation_of, asked)).fetchone()
            if row is None:
                raise NotFound("There is no such message. It may have been deleted.")
            await conn.execute(query, {**asked, **values})
            await self._events.publish(conn, row["id"], "mark", {"message_id": message_id})
