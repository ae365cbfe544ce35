"""Reading: what was said and written becomes passages that can be found.

The database notes with every change what is to be read (`unread_passages`), so that nothing is
missed whoever made the change. What was just said is found by its words a second or two later;
by its meaning once it is embedded, which a job does that is deferred with the reading.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from core.database import Connection, Database
from core.errors import ParleyError
from core.events import Event, Events
from core.intelligence.search.lexicon import numbered
from core.intelligence.search.pieces import pieces
from core.jobs import Jobs
from core.queries import load
from core.recall import index, words
from core.recall.indexing import NEIGHBOURS
from core.vector_index import VectorIndex, index_job

log = logging.getLogger(__name__)
sql = load("passages")

_AT_ONCE = 100
_AFTER = 1.0
"""Seconds after a change: a reply that is about to begin comes first, and a translation is read
with what it is of."""
Row = dict[str, Any]
Progress = Callable[[int, int], None]


class Reader:
    """Keeps passages up with what there is to find."""

    def __init__(
        self, database: Database, events: Events, jobs: Jobs, passages: VectorIndex
    ) -> None:
        self._db = database
        self._jobs = jobs
        self._passages = passages
        self._changed = asyncio.Event()
        events.on("unread", self._heed)

    async def keep_up(self) -> None:
        """Read whatever changes, for as long as it is not cancelled; what was missed first."""
        while True:
            self._changed.clear()
            try:
                await self.catch_up()
            except ParleyError as error:
                log.warning("What was said last cannot be found yet: %s", error)
            await self._changed.wait()
            await asyncio.sleep(_AFTER)

    async def look(self) -> None:
        """Look whether there is something to read that nobody told of."""
        self._changed.set()

    async def catch_up(self, progress: Progress | None = None) -> int:
        """Read all there is to be read, of everybody; how many messages and slates that were."""
        waiting = await self.waiting()
        total, done = sum(waiting.values()), 0
        for owner in waiting:
            while read := await self._read(owner):
                done += read
                if progress:
                    progress(min(done, total), total)
        return done

    async def waiting(self) -> dict[UUID, int]:
        """How much there is to read, by owner."""
        async with self._db.as_nobody() as conn:
            rows = await (await conn.execute(sql.unread)).fetchall()
        return {row["user_id"]: int(row["count"]) for row in rows}

    async def read_everything_again(self) -> None:
        """Take everything for unread."""
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.read_again)
        self._changed.set()

    def _heed(self, event: Event) -> None:
        self._changed.set()

    async def _read(self, owner: UUID) -> int:
        """One batch; how many messages and slates it was."""
        async with self._db.as_user(owner) as conn:
            await conn.execute(sql.alone, {"user_id": owner})
            asked = {"user_id": owner, "limit": _AT_ONCE}
            due = await _all(conn, sql.take_unread, **asked)
            if not due:
                return 0
            ids = [row["message_id"] for row in due if row["message_id"]]
            slates = [row["slate_id"] for row in due if row["slate_id"]]
            texts = await _all(conn, sql.messages_around, ids=ids, reach=2 * NEIGHBOURS)
            written = await _all(conn, sql.slates, ids=slates)
            vocabulary: dict[int, str] = {}
            made = await asyncio.to_thread(
                lambda: [*_of_messages(owner, texts, set(ids), vocabulary),
                         *_of_slates(owner, written, vocabulary)]
            )  # fmt: skip
            await self._keep(conn, owner, made, vocabulary, set(ids), set(slates))
            await self._jobs.defer(conn, index_job(self._passages.noun), user_id=str(owner))
        return len(due)

    async def _keep(
        self, conn: Connection, owner: UUID, made: Sequence[Row], vocabulary: dict[int, str],
        ids: set[int], slates: set[UUID],
    ) -> None:  # fmt: skip
        """Write passages: new ones for what is due, the words around of what stands beside it."""
        messages = list(ids | {row["message_id"] for row in made if row["message_id"]})
        kept = await _all(conn, sql.known, messages=messages, slates=list(slates))
        numbers = {_key(row): row["number"] for row in kept}
        changed, new = [], []
        for row in made:
            if number := numbers.get(_key(row)):
                changed.append(_plain(row) | {"number": number})
            elif _is_of(row, ids, slates):
                new.append(_plain(row))
        there = {row["number"] for row in changed}
        due = [row["number"] for row in kept if _is_of(row, ids, slates)]
        gone = [number for number in due if number not in there]
        if gone:
            await conn.execute(sql.drop, {"numbers": gone})
        learned = {"user_id": owner, "words": list(vocabulary), "texts": [*vocabulary.values()]}
        await conn.execute(sql.learn_words, learned)
        if changed:
            await conn.execute(sql.change, {"rows": Jsonb(changed)})
        if new:
            await conn.execute(sql.insert, {"user_id": owner, "rows": Jsonb(new)})


def _of_messages(
    owner: UUID, texts: Sequence[Row], due: set[int], vocabulary: dict[int, str]
) -> Iterator[Row]:
    """The passages of messages that are due, and of those they stand beside."""
    for _, group in groupby(texts, key=lambda row: row["conversation_id"]):
        said = list(group)
        for place, row in enumerate(said):
            near = said[max(place - NEIGHBOURS, 0) : place + NEIGHBOURS + 1]
            if any(one["id"] in due for one in near):
                beside = [one["text"] for one in near if one is not row]
                yield from _of_message(owner, row, beside, vocabulary)


def _of_message(
    owner: UUID, row: Row, beside: Sequence[str], vocabulary: dict[int, str]
) -> Iterator[Row]:
    around = [*beside, row["title"]] if row["first"] and row["title"] else beside
    about = {
        "kind": row["kind"], "conversation_id": row["conversation_id"], "message_id": row["id"],
        "slate_id": None, "speaker": row["speaker"], "model": row["model"],
        "role": "guest" if row["by_guest"] else row["role"], "said_at": row["created_at"],
    }  # fmt: skip
    translated = words(row["translation"] or "", row["read_in"])
    yield from _passages(owner, row["text"], row["language"], about, around, translated, vocabulary)


def _of_slates(owner: UUID, written: Sequence[Row], vocabulary: dict[int, str]) -> Iterator[Row]:
    for row in written:
        about = {
            "kind": "slate", "conversation_id": None, "message_id": None, "slate_id": row["id"],
            "speaker": None, "model": None, "role": "user", "said_at": row["updated_at"],
        }  # fmt: skip
        around = [row["title"]] if row["title"] else []
        yield from _passages(owner, row["text"], row["language"], about, around, {}, vocabulary)


def _passages(
    owner: UUID, text: str, language: str | None, about: Row, around: Sequence[str],
    translated: Any, vocabulary: dict[int, str],
) -> Iterator[Row]:  # fmt: skip
    for piece in pieces(text):
        indexed = index(piece.text, around=around, language=language)
        own = numbered(owner, {*words(piece.text, language), *translated})
        every = numbered(owner, indexed.words) | own
        vocabulary |= every
        yield about | {
            "begins": piece.begins, "ends": piece.ends, "language": language,
            "length": indexed.length, "words": sorted(own),
            "around": sorted(every.keys() - own.keys()),
            "digest": blake2b(piece.text.encode("utf-8", "ignore"), digest_size=8).digest(),
        }  # fmt: skip


def _is_of(row: Row, messages: set[int], slates: set[UUID]) -> bool:
    return row["message_id"] in messages or row["slate_id"] in slates


def _key(row: Row) -> tuple[Any, ...]:
    """What makes a passage the same one."""
    return row["message_id"], row["slate_id"], row["begins"], row["ends"], bytes(row["digest"])


def _plain(row: Row) -> Row:
    """As it goes into JSON."""
    return row | {
        "conversation_id": str(row["conversation_id"]) if row["conversation_id"] else None,
        "slate_id": str(row["slate_id"]) if row["slate_id"] else None,
        "said_at": row["said_at"].isoformat(), "digest": row["digest"].hex(),
    }  # fmt: skip


async def _all(conn: Connection, query: Any, **values: Any) -> list[Row]:
    return await (await conn.execute(query, values)).fetchall()
