"""Slates as they are kept: made, listed, searched, named, deleted, and their versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from core.conversations import TITLE_LENGTH
from core.database import Connection, Database
from core.errors import NotFound, Refused, TooLong
from core.queries import load
from core.slates.options import Options, Task
from core.slates.run import Status
from core.text import one_line, storable
from core.titles import first_words

sql = load("slates")

TEXT_LENGTH = 300_000
"""Characters of one text, some 50,000 words."""
CHANGED = "slate"
"""The kind of event that tells those who look at a slate to look again."""
AS_USUAL = Options()


@dataclass(frozen=True, slots=True)
class Entry:
    """A slate in the list."""

    id: UUID
    title: str
    task: Task
    target: str
    status: Status
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Slate:
    """A slate: its text as it was last typed, and what is to be made of it."""

    id: UUID
    title: str | None
    """The person's own, None where the first words are shown."""
    text: str
    options: Options
    run: int
    ran: str | None
    status: Status
    language: str | None
    engine: str | None
    noted: list[dict[str, Any]]
    error_code: str | None
    error: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Slate:
        """From a row of the query `get`."""
        values = {name: row[name] for name in cls.__slots__}
        return cls(**values | {"options": Options.read(row["options"])})


@dataclass(frozen=True, slots=True)
class Version:
    """What a text was and what had been made of it."""

    id: int
    slate_id: UUID
    text: str
    task: Task
    options: Options
    result: str
    language: str | None
    engine: str | None
    noted: list[dict[str, Any]]
    created_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Version:
        """From a row of `slate_versions`."""
        values = {name: row[name] for name in cls.__slots__}
        return cls(**values | {"options": Options.read(row["options"])})


Versions = list[Version]


class Slates:
    """Everybody's slates; each call names whose. Raises NotFound for another's."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def create(
        self,
        user_id: UUID,
        text: str = "",
        options: Options = AS_USUAL,
        title: str | None = None,
    ) -> Slate:
        """Begin a slate. Raises TooLong."""
        new = {
            "user_id": user_id, "title": one_line(title or "", TITLE_LENGTH) or None,
            "text": kept_text(text), "options": as_json(options),
        }  # fmt: skip
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.insert, new)).fetchone()
        assert row is not None
        return await self.get(user_id, row["id"])

    async def list(self, user_id: UUID, query: str = "", limit: int = 100) -> list[Entry]:
        """Slates, the last changed first; with a `query` those that hold it anywhere: in the
        title, the text, what was made of it, or a version of either."""
        wanted = {"like": _like(query), "limit": limit}
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.list, wanted)).fetchall()
        return [_entry(row) for row in rows]

    async def get(self, user_id: UUID, slate_id: UUID) -> Slate:
        """One slate."""
        async with self._db.as_user(user_id) as conn:
            return await read_slate(conn, slate_id)

    async def write(self, user_id: UUID, slate_id: UUID, text: str, options: Options) -> None:
        """Keep the text as it is typed. Raises TooLong."""
        draft = {"id": slate_id, "text": kept_text(text), "options": as_json(options)}
        await self._change(user_id, sql.write, draft)

    async def rename(self, user_id: UUID, slate_id: UUID, title: str) -> None:
        """Give it a title; an empty one gives the first words back."""
        called = {"id": slate_id, "title": one_line(title, TITLE_LENGTH) or None}
        await self._change(user_id, sql.set_title, called)

    async def delete(self, user_id: UUID, slate_id: UUID) -> None:
        """Delete it with its versions; `undelete` brings it back for a day."""
        await self._change(user_id, sql.delete, {"id": slate_id})

    async def undelete(self, user_id: UUID, slate_id: UUID) -> None:
        """Bring back what was just deleted."""
        await self._change(user_id, sql.undelete, {"id": slate_id})

    async def forget_deleted(self, days: int) -> None:
        """Give up what was deleted longer ago than that."""
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.forget_deleted, {"days": days})

    async def versions(self, user_id: UUID, slate_id: UUID, limit: int = 100) -> Versions:
        """Its versions, the newest first."""
        async with self._db.as_user(user_id) as conn:
            await read_slate(conn, slate_id)
            rows = await conn.execute(sql.versions, {"id": slate_id, "limit": limit})
            return [Version.of(row) for row in await rows.fetchall()]

    async def _change(self, user_id: UUID, query: Any, values: dict[str, Any]) -> None:
        async with self._db.as_user(user_id) as conn:
            if (await conn.execute(query, values)).rowcount == 0:
                raise gone()


async def read_slate(conn: Connection, slate_id: UUID) -> Slate:
    """A slate as `conn` may see it. Raises NotFound."""
    row = await (await conn.execute(sql.get, {"id": slate_id})).fetchone()
    if row is None:
        raise gone()
    return Slate.of(row)


def gone() -> NotFound:
    """What is said where there is no such slate."""
    return NotFound("There is no such slate. It may have been deleted.")


def kept_text(text: str) -> str:
    """A text as it can be kept. Raises TooLong."""
    text = storable(text)
    if len(text) > TEXT_LENGTH:
        raise TooLong(
            f"This text has {len(text):,} characters; {TEXT_LENGTH:,} fit on a slate. Use two.",
            limit=TEXT_LENGTH,
        )
    return text


def something(text: str) -> str:
    """A text there is something to make of. Raises Refused, TooLong."""
    text = kept_text(text)
    if not text.strip():
        raise Refused("There is no text yet. Write or paste one first.")
    return text


def as_json(options: Options) -> Jsonb:
    """Options as the database takes them."""
    return Jsonb(options.model_dump())


def _entry(row: Mapping[str, Any]) -> Entry:
    options = Options.read(row["options"])
    title = row["title"] or first_words(row["text"]) or "Empty slate"
    return Entry(row["id"], title, options.task, options.target, row["status"], row["updated_at"])


def _like(query: str) -> str | None:
    """A pattern for ILIKE that finds `query` as it stands; None finds everything."""
    words = one_line(query, 200)
    if not words:
        return None
    for sign in "\\%_":
        words = words.replace(sign, f"\\{sign}")
    return f"%{words}%"
