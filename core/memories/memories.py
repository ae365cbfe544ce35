"""The memories of everybody: made, read, corrected, switched off, deleted and brought back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from core import languages
from core.database import Connection, Database
from core.errors import NotFound
from core.events import Events
from core.jobs import Jobs
from core.memories.bulk import Entry, insert_many
from core.memories.knowledge import Kind
from core.memories.memory import Memory, Origin, Status, fingerprint, fitting
from core.queries import load
from core.recall import index
from core.vector_index import index_job

sql = load("memories")

Some = list[Memory]

CHANGED = "memories"
"""The kind of event that tells their owner of a change."""


class Memories:
    """Each call names whose. Raises NotFound for another's, Refused for what cannot be kept.

    What is found by words is kept up with the change; the index by meaning by a job deferred
    with it.
    """

    def __init__(self, database: Database, events: Events, jobs: Jobs) -> None:
        self._db = database
        self._events = events
        self._jobs = jobs

    async def create(
        self,
        user_id: UUID,
        text: str,
        kind: Kind = "fact",
        *,
        pinned: bool = False,
        status: Status = "active",
        origin: Origin = "person",
        context: str | None = None,
        said_by: str | None = None,
        conversation_id: UUID | None = None,
        message_id: int | None = None,
        replaces: UUID | None = None,
        created_at: datetime | None = None,
    ) -> Memory:
        """Keep something; what says the same already is returned instead.

        A memory that `replaces` another ends it; both stay in its history.
        """
        new = _new(
            user_id, text, kind, context=context, said_by=said_by, status=status, pinned=pinned,
            origin=origin, conversation_id=conversation_id, message_id=message_id,
            replaces=replaces, created_at=created_at,
        )  # fmt: skip
        async with self._db.as_user(user_id) as conn:
            memory = await self._insert(conn, new)
            if memory.status == "proposed" and status == "active":
                memory = await self._change(conn, user_id, memory.id, status="active")
            if origin != "learned":
                prints = {"fingerprints": [fingerprint(memory.text)]}
                await conn.execute(sql.remember_again, prints)
            if replaces and status == "active" and memory.id != replaces:
                await self._end(conn, user_id, [replaces], "replaced")
            await self._tell(conn, user_id)
        return memory

    async def create_many(
        self, user_id: UUID, entries: Sequence[Entry], origin: Origin = "imported"
    ) -> int:
        """Keep many at once; how many were new. All or none.

        Each comes with its own history, dates and origin where it has them.
        """
        async with self._db.as_user(user_id) as conn:
            made = await insert_many(conn, user_id, entries, origin)
            await self._tell(conn, user_id)
        return made

    async def get(self, user_id: UUID, memory_id: UUID) -> Memory:
        """One memory."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.get, {"id": memory_id})).fetchone()
        return _found(row)

    async def some(self, user_id: UUID, ids: Collection[UUID]) -> Some:
        """Those of some that there still are, in the order of `ids`."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.some, {"ids": list(ids)})).fetchall()
        by_id = {row["id"]: Memory.of(row) for row in rows}
        return [by_id[one] for one in ids if one in by_id]

    async def list(
        self,
        user_id: UUID,
        kind: Kind | None = None,
        status: Status = "active",
        limit: int = 200,
        offset: int = 0,
    ) -> Some:
        """Memories, the pinned ones first, then the latest change."""
        which = {"kind": kind, "status": status, "limit": limit, "offset": offset}
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.list, which)).fetchall()
        return [Memory.of(row) for row in rows]

    async def count(self, user_id: UUID) -> dict[str, int]:
        """How many are `active`, how many of them `enabled`, how many `proposed`."""
        async with self._db.as_user(user_id) as conn:
            return await self._count(conn)

    async def kinds(self, user_id: UUID) -> dict[Kind, int]:
        """How many active ones there are of each kind."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.kinds)).fetchall()
        return {row["kind"]: row["n"] for row in rows}

    async def history(self, user_id: UUID, memory_id: UUID) -> Some:
        """What a memory has replaced, the newest first."""
        return (await self.histories(user_id, [memory_id])).get(memory_id, [])

    async def histories(self, user_id: UUID, ids: Collection[UUID]) -> dict[UUID, Some]:
        """What each of some memories has replaced, the newest first."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.histories, {"ids": list(ids)})).fetchall()
        found: dict[UUID, Some] = {}
        for row in rows:
            found.setdefault(row["of"], []).append(Memory.of(row))
        return found

    async def update(
        self,
        user_id: UUID,
        memory_id: UUID,
        *,
        text: str | None = None,
        kind: Kind | None = None,
        enabled: bool | None = None,
        pinned: bool | None = None,
    ) -> Memory:
        """Change what is given."""
        before = await self.get(user_id, memory_id)
        text = fitting(before.text if text is None else text, kind or before.kind)
        changed = text if text != before.text else None
        async with self._db.as_user(user_id) as conn:
            memory = await self._change(
                conn, user_id, memory_id, text=changed, kind=kind, enabled=enabled, pinned=pinned,
                status=None,
            )  # fmt: skip
            await self._tell(conn, user_id)
        return memory

    async def accept(self, user_id: UUID, memory_id: UUID) -> Memory:
        """Keep what was proposed."""
        async with self._db.as_user(user_id) as conn:
            memory = await self._change(conn, user_id, memory_id, status="active")
            if memory.replaces:
                await self._end(conn, user_id, [memory.replaces], "replaced")
            await self._tell(conn, user_id)
        return memory

    async def switch_all(self, user_id: UUID, enabled: bool) -> None:
        """Use all of them, or none."""
        async with self._db.as_user(user_id) as conn:
            await conn.execute(sql.switch_all, {"enabled": enabled})
            await self._tell(conn, user_id)

    async def delete(self, user_id: UUID, ids: Collection[UUID]) -> Some:
        """Delete some; those that were there. They are found no more from this moment on.

        They can be brought back for a while, then their text is gone for good. What was
        deleted (or proposed and declined) is not learned again.
        """
        async with self._db.as_user(user_id) as conn:
            gone = await self._end(conn, user_id, ids, "deleted")
            prints = [fingerprint(memory.text) for memory in gone]
            await conn.execute(sql.forget, {"user_id": user_id, "fingerprints": prints})
            await self._tell(conn, user_id)
        return gone

    async def delete_all(self, user_id: UUID) -> Some:
        """Delete all of somebody's."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.ids)).fetchall()
        return await self.delete(user_id, [row["id"] for row in rows])

    async def bring_back(self, user_id: UUID, ids: Collection[UUID]) -> int:
        """Undo `delete`; how many came back."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.bring_back, {"ids": list(ids)})).fetchall()
            for row in rows:
                await self._keep_words(conn, user_id, Memory.of(row))
            prints = [fingerprint(row["text"]) for row in rows]
            await conn.execute(sql.remember_again, {"fingerprints": prints})
            await self._tell(conn, user_id)
        return len(rows)

    async def purge(self, minutes: int) -> None:
        """Let the text of what was deleted longer ago go for good."""
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.purge, {"minutes": minutes})

    async def _count(self, conn: Connection) -> dict[str, int]:
        row = await (await conn.execute(sql.count)).fetchone()
        assert row is not None
        return dict(row)

    async def _insert(self, conn: Connection, new: dict[str, Any]) -> Memory:
        same = await (await conn.execute(sql.same, new)).fetchone()
        if same is not None:
            return Memory.of(same)
        memory = _found(await (await conn.execute(sql.insert, new)).fetchone())
        await self._keep_words(conn, new["user_id"], memory)
        return memory

    async def _change(
        self, conn: Connection, user_id: UUID, memory_id: UUID, **values: Any
    ) -> Memory:
        text = values.get("text")
        language = languages.detect(text) if text else None
        given = dict.fromkeys(("text", "kind", "enabled", "pinned", "status")) | values
        change = given | {"id": memory_id, "language": language}
        memory = _found(await (await conn.execute(sql.change, change)).fetchone())
        if text:
            await conn.execute(sql.drop_words, {"ids": [memory_id]})
            await self._keep_words(conn, user_id, memory)
        return memory

    async def _end(
        self, conn: Connection, user_id: UUID, ids: Collection[UUID], status: Status
    ) -> Some:
        ended = {"ids": list(ids), "status": status}
        rows = await (await conn.execute(sql.end, ended)).fetchall()
        await conn.execute(sql.drop_words, ended)
        return [Memory.of(row) for row in rows]

    async def _keep_words(self, conn: Connection, user_id: UUID, memory: Memory) -> None:
        around = (memory.context or "").splitlines()
        found = index(memory.text, around=around, language=memory.language)
        kept = {
            "user_id": user_id, "number": memory.number, "words": list(found.words),
            "weights": list(found.words.values()), "length": found.length,
        }  # fmt: skip
        await conn.execute(sql.insert_words, kept)
        await conn.execute(sql.set_length, kept)

    async def _tell(self, conn: Connection, user_id: UUID) -> None:
        await self._jobs.defer(conn, index_job("memories"), user_id=str(user_id))
        await self._events.publish(conn, user_id, CHANGED)


def _new(user_id: UUID, text: str, kind: Kind = "fact", **known: Any) -> dict[str, Any]:
    """A row to be. Raises Refused for what cannot be kept."""
    text = fitting(text, kind)
    usual = {"status": "active", "pinned": False} | dict.fromkeys(
        ("context", "said_by", "conversation_id", "message_id", "replaces", "created_at")
    )
    return usual | known | {
        "user_id": user_id, "kind": kind, "text": text, "language": languages.detect(text),
    }  # fmt: skip


def _found(row: dict[str, Any] | None) -> Memory:
    if row is None:
        raise NotFound("There is no such memory. It may have been deleted.")
    return Memory.of(row)
