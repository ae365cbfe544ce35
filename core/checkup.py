"""Whether what is kept fits together, where the schema cannot see to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from core.backup import schema
from core.database import database_errors, reach
from core.intelligence.search.reading import Progress, Reader
from core.queries import load

sql = load("checkup")

READ = "read"
"""A step of mending: have read what is to be read."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold."""

    name: str
    says: str
    """What is counted, in words."""
    mend: tuple[str, ...] = ()
    """The queries that set it right; none where that would lose something."""
    remedy: str = "Restore a backup, or correct it with psql."
    """What to do where it cannot be mended."""


CHECKS = (
    Check("heads", "conversations whose newest message is not one of theirs", ("mend_heads",)),
    Check("parents", "messages that follow one of another conversation, or a later one"),
    Check("quotes", "messages that quote another conversation", ("mend_quotes",)),
    Check("speakers", "messages said by somebody of another room"),
    Check("owners", "rows that belong to somebody else than what they are part of"),
    Check("translations", "translations filed under another conversation", ("mend_translations",)),
    Check("shares", "shared links that begin or end in another conversation", ("mend_shares",)),
    Check("summaries", "summaries that know a message that is not there", ("mend_summaries",)),
    Check("topics", "topics without a summary", ("mend_topics",)),
    Check("memories", "memories of another conversation than their message's", ("mend_memories",)),
    Check("sources", "answers with sources, and nothing that was looked for"),
    Check("unfinished", "replies and translations nobody writes any more", ("mend_unfinished",)),
    Check("counters", "columns that count on from a number there is already", ("counters",)),
    Check("unread", "messages and slates that wait to be read", (READ,)),
    Check("unfound", "messages and slates that were never read", ("mend_unfound", READ)),
    Check(
        "words",
        "words counted wrongly",
        ("mend_lost_words", READ, "mend_words"),
        "Run: python -m core reindex",
    ),
    Check("totals", "people whose passages are counted wrongly", ("mend_totals",)),
)


class Checkup:
    """Looks at everybody's rows, as their owner. Make one with `open_checkup`."""

    def __init__(self, conn: AsyncConnection, reader: Reader) -> None:
        self._conn = conn
        self._reader = reader

    async def counts(self) -> dict[str, int]:
        """How much there is of what."""
        return {name: int(n) for name, n in (await self._row(sql.counts)).items()}

    async def look(self, check: Check) -> int:
        """How many are not as they should be. Raises DatabaseError."""
        if check.name == "counters":
            return len(await self._behind())
        return int((await self._row(getattr(sql, check.name)))["n"])

    async def mend(self, check: Check, progress: Progress | None = None) -> None:
        """Set right what can be. `progress` hears of reading."""
        for step in check.mend:
            if step == READ:
                await self._reader.catch_up(progress)
            elif step == "counters":
                await self._count_on()
            else:
                with database_errors():
                    async with self._conn.transaction():
                        await self._conn.execute(getattr(sql, step))

    async def _behind(self) -> dict[str, int]:
        """Columns that count, and the highest number there is, where it is no lower than the
        next."""
        behind = {}
        with database_errors():
            sequences = await schema.sequences(self._conn)
        for name, following in sequences.items():
            table, _, column = name.partition(".")
            query = SQL("SELECT coalesce(max({}), 0) AS n FROM {}")
            highest = await self._row(query.format(Identifier(column), Identifier(table)))
            if highest["n"] >= following:
                behind[name] = int(highest["n"])
        return behind

    async def _count_on(self) -> None:
        for name, highest in (await self._behind()).items():
            table, _, column = name.partition(".")
            restart = SQL("ALTER TABLE {} ALTER COLUMN {} RESTART WITH {}")
            with database_errors():
                await self._conn.execute(
                    restart.format(Identifier(table), Identifier(column), highest + 1)
                )

    async def _row(self, query: Any) -> dict[str, Any]:
        with database_errors():
            async with self._conn.cursor(row_factory=dict_row) as cursor:
                row = await (await cursor.execute(query)).fetchone()
        assert row
        return row


@asynccontextmanager
async def open_checkup(conninfo: str, reader: Reader) -> AsyncIterator[Checkup]:
    """A look at a database as whoever owns its tables. Raises DatabaseUnavailable."""
    async with await reach(conninfo) as conn:
        with database_errors():
            await conn.execute("SET row_security = off")
        yield Checkup(conn, reader)
