"""Conversations: made, listed, found, organised, ended, deleted and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from core.conversations.branches import read_branch
from core.conversations.conversation import (
    TITLE_LENGTH,
    Branch,
    Conversation,
    Details,
    Found,
    Kind,
    Results,
)
from core.database import Connection, Database, Identity
from core.errors import NotFound, Refused
from core.events import Events
from core.jobs import Jobs
from core.queries import load
from core.text import excerpt, one_line

sql = load("conversations")

TAG_LENGTH = 40
TAGS = 20
"""The most a conversation can have."""


class Conversations:
    """Everybody's conversations; each call names whose. Raises NotFound for another's."""

    def __init__(self, database: Database, events: Events, jobs: Jobs) -> None:
        self._db = database
        self._events = events
        self._jobs = jobs

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
        self,
        user_id: UUID,
        kind: Kind | None = None,
        limit: int = 100,
        *,
        archived: bool = False,
        ended: bool | None = None,
        tag: str | None = None,
        before: Conversation | None = None,
    ) -> list[Conversation]:
        """Conversations, pinned ones first, then those with the latest activity.

        `archived`: those put away instead. `ended`: only ended or only active ones. `before`:
        those that come after this one in the list.
        """
        asked = {
            "kind": kind, "limit": limit, "archived": archived, "ended": ended, "tag": tag,
            "before": before.id if before else None,
            "before_pinned": before.pinned if before else None,
            "before_updated": before.updated_at if before else None,
        }  # fmt: skip
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(sql.list, asked)
            return [Conversation(**row) for row in await cursor.fetchall()]

    async def search(self, user_id: UUID, text: str, limit: int = 50) -> Results:
        """Conversations that hold every word of `text`, in the title or in one message.

        Words are found by their beginning, whatever their case and accents; scripts without
        spaces by any run of letters. Archived ones too; the latest activity first.
        """
        async with self._db.as_user(user_id) as conn:
            asked = {"typed": text, "limit": limit}
            rows = await (await conn.execute(sql.search, asked)).fetchall()
        found: Results = []
        for row in rows:
            message_id, hits, said = (row.pop(name) for name in ("message_id", "hits", "said"))
            around = excerpt(said or "", text)
            found.append(Found(Conversation(**row), message_id, hits, around))
        return found

    async def get(self, user_id: UUID, conversation_id: UUID) -> Conversation:
        """One conversation."""
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(sql.get, {"id": conversation_id})
            row = await cursor.fetchone()
        if row is None:
            raise _gone()
        return Conversation(**row)

    async def some(self, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Conversation]:
        """Conversations by their ids, as far as there are any."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.some, {"ids": list(ids)})).fetchall()
        return {row["id"]: Conversation(**row) for row in rows}

    async def details(self, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Details]:
        """What is known of conversations, by their ids; nothing of those with no message."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.details, {"ids": list(ids)})).fetchall()
        return {row.pop("id"): Details(**row) for row in rows}

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
                raise _gone()
            await self.announce(conn, user_id, conversation_id)

    async def pin(self, user_id: UUID, ids: Sequence[UUID], *, on: bool = True) -> None:
        """Keep conversations at the top of the list, or no longer."""
        await self._change(user_id, ids, sql.pin, on=on)

    async def archive(self, user_id: UUID, ids: Sequence[UUID], *, on: bool = True) -> None:
        """Put conversations out of the list, or back into it."""
        await self._change(user_id, ids, sql.archive, on=on)

    async def set_tags(self, user_id: UUID, conversation_id: UUID, tags: Sequence[str]) -> None:
        """Tag a conversation with these alone. Raises Refused for more than `TAGS`."""
        wanted: dict[str, str] = {}
        for tag in tags:
            if clean := one_line(tag, TAG_LENGTH):
                wanted.setdefault(clean.casefold(), clean)
        if len(wanted) > TAGS:
            raise Refused(f"A conversation can have {TAGS} tags. Take some away first.")
        await self._change(user_id, [conversation_id], sql.set_tags, tags=list(wanted.values()))

    async def tags(self, user_id: UUID) -> dict[str, int]:
        """All the tags, and how many conversations have each; the most used first."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.tags)).fetchall()
        return {row["tag"]: row["n"] for row in rows}

    async def end(self, user_id: UUID, conversation_id: UUID) -> None:
        """End a conversation: nothing more is said in it until it is reopened. It is summarised."""
        await self._end(user_id, conversation_id, on=True)

    async def reopen(self, user_id: UUID, conversation_id: UUID) -> None:
        """Go on with a conversation that was ended."""
        await self._end(user_id, conversation_id, on=False)

    async def delete(self, user_id: UUID, *ids: UUID) -> None:
        """Delete conversations with everything said in them; `restore` undoes it for a while.

        Their links stop working at once. Raises NotFound where none of them is there.
        """
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(sql.delete, {"ids": list(ids)})
            rows = await cursor.fetchall()
            if not rows:
                raise _gone()
            for row in rows:
                await self._events.publish(conn, user_id, "deleted", {"id": str(row["id"])})

    async def restore(self, user_id: UUID, *ids: UUID) -> None:
        """Bring back what was deleted. Raises NotFound where it is gone for good."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.restore, {"ids": list(ids)})).fetchall()
            if not rows:
                raise NotFound("This conversation is gone for good.")
            for row in rows:
                await self.announce(conn, user_id, row["id"])

    async def purge(self, minutes: int) -> None:
        """Forget for good what was deleted longer ago."""
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.purge, {"minutes": minutes})

    async def announce(self, conn: Connection, user_id: UUID, conversation_id: UUID) -> None:
        """Tell the owner's pages that the entry of a conversation has changed."""
        await self._events.publish(conn, user_id, "conversation", {"id": str(conversation_id)})

    def watch(self, user_id: UUID) -> Any:
        """Subscribe to changes in the list: kinds `conversation` and `deleted`, each with an id."""
        return self._events.subscribe(Identity("user", user_id), user_id)

    async def _end(self, user_id: UUID, conversation_id: UUID, *, on: bool) -> None:
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(sql.end, {"ids": [conversation_id], "on": on})
            if await cursor.fetchone() is None:
                raise _gone()
            if on:
                await self._jobs.defer(
                    conn, "summarize_conversation", user_id=str(user_id),
                    conversation_id=str(conversation_id),
                )  # fmt: skip
            await self._events.publish(conn, conversation_id, "ended", {"on": on})
            await self.announce(conn, user_id, conversation_id)

    async def _change(self, user_id: UUID, ids: Sequence[UUID], query: Any, **values: Any) -> None:
        async with self._db.as_user(user_id) as conn:
            cursor = await conn.execute(query, {"ids": list(ids), **values})
            if not (rows := await cursor.fetchall()):
                raise _gone()
            for row in rows:
                await self.announce(conn, user_id, row["id"])


def _gone() -> NotFound:
    return NotFound("There is no such conversation. It may have been deleted.")
