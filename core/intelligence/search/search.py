"""Search: one question to chats, rooms, slates and memories, by words and by meaning together."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from core import languages
from core.database import Connection, Database
from core.embeddings import Embedder
from core.intelligence.search.hit import Excerpt, Hit, Results, excerpt
from core.intelligence.search.looking import Looking, Ranked, Similar, values_of
from core.intelligence.search.query import Filter, Query, parse
from core.memories.recall import Hit as MemoryHit
from core.memories.recall import Recall
from core.queries import load
from core.recall import Collection, Question, ask, by_speaker
from core.recall.words import words
from core.vector_index import VectorIndex

sql = load("search")

LONGEST = 1_000
"""Characters of a question that are read."""
SHORTLIST = 200
"""Hits that are looked at, of which pages are made."""
_BESIDE_THE_BEST = 0.3
"""What scores less than this share of the best is left out."""
_RECENT, _HALF_LIFE = 0.05, 30.0
"""What it is worth to be of today; half of it after so many days."""
Order = Literal["best", "newest"]
_ANYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Found:
    """What may be shown; what is shown is read, and its words looked for, only then."""

    source: tuple[object, ...]
    """The message, slate or memory it is a part of."""
    score: float
    said_at: datetime
    number: int | None
    """Of a passage: what it is read by."""
    hit: Callable[[dict[str, Any]], Hit]
    """Takes the passage as it was read."""


class Search:
    """Finds what a person and those they talked with have said and written."""

    def __init__(
        self, database: Database, passages: VectorIndex, embedder: Embedder, recall: Recall
    ) -> None:
        self._db = database
        self._looking = Looking(database, passages, embedder)
        self._embedder = embedder
        self._recall = recall

    async def find(
        self,
        user_id: UUID,
        typed: str,
        only: Filter = _ANYTHING,
        *,
        limit: int = 20,
        offset: int = 0,
        typing: bool = False,
        semantic: bool = True,
        order: Order = "best",
    ) -> Results:
        """What answers a question best, one hit a message, slate or memory.

        `typed` may hold "exact phrases" and -words that must not be there; with nothing typed the
        newest of what `only` lets through. `typing`: the last word goes on. `semantic`: also by
        meaning. Of `order` "newest" the latest comes first among what answers it.
        """
        query = parse(typed[:LONGEST])
        if not query.text:
            found, by_meaning = await self._newest(user_id, query, only, offset + limit + 1), False
        else:
            found, by_meaning = await self._best(
                user_id, query, only, typing=typing, semantic=semantic
            )
        if order == "newest":
            found.sort(key=lambda one: one.said_at, reverse=True)
        hits = await self._hits(user_id, found[offset : offset + limit])
        return Results(hits, len(found) > offset + limit, by_meaning)

    async def _hits(self, user_id: UUID, page: Sequence[Found]) -> tuple[Hit, ...]:
        """A page as it is shown, without what has gone since it was found."""
        rows: dict[int, dict[str, Any]] = {}
        if numbers := [one.number for one in page if one.number is not None]:
            async with self._db.as_user(user_id) as conn:
                found = await _all(conn, sql.found, numbers=numbers, **values_of(_ANYTHING, None))
            rows = {row["number"]: row for row in found}
        return tuple(
            one.hit(rows.get(one.number or 0, {})) for one in page
            if one.number is None or one.number in rows
        )  # fmt: skip

    async def warm(self, user_id: UUID) -> None:
        """Do now what would delay the first search, where there is anything to search: load the
        model and open the index. Seconds, where there is much."""
        async with self._db.as_user(user_id) as conn:
            overview = (await _all(conn, sql.overview, text=""))[0]
        if overview["total"]:
            await self.find(user_id, "Good morning", limit=1)

    async def choices(self, user_id: UUID) -> dict[str, list[str]]:
        """What there is to filter by: `languages`, `models`, `people`, `topics`."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.choices)).fetchone()
        return dict(row) if row else {}

    async def _best(
        self, user_id: UUID, query: Query, only: Filter, *, typing: bool, semantic: bool
    ) -> tuple[list[Found], bool]:
        language = languages.detect(query.text)
        said, memories = await asyncio.gather(
            self._said(user_id, query, only, language, typing=typing, semantic=semantic),
            self._memories(user_id, query, only, language),
        )
        passages, by_meaning = said
        return _sorted_out([*passages, *memories]), by_meaning

    async def _said(
        self, user_id: UUID, query: Query, only: Filter, language: str | None, *,
        typing: bool, semantic: bool,
    ) -> tuple[list[Found], bool]:  # fmt: skip
        """Passages that answer a question."""
        if only.kinds is not None and not {*only.kinds} - {"memory"}:
            return [], semantic
        async with self._db.as_user(user_id) as conn:
            overview = (await _all(conn, sql.overview, text=query.text))[0]
            values = values_of(only, await _conversations(conn, only))
        asked = ask(query.text, language=language, speakers=overview["speakers"])
        ranked = await self._looking.rank(
            user_id, asked, query, values,
            Collection(int(overview["total"]), float(overview["average"])),
            is_open=only.is_open, typing=typing, semantic=semantic,
        )  # fmt: skip
        numbers = [number for number, _ in ranked.ranking[: 2 * SHORTLIST]]
        async with self._db.as_user(user_id) as conn:
            there = {row["number"]: row for row in await _there(conn, query, numbers, values)}
        return list(self._found(asked, ranked, there, int(overview["total"]))), ranked.by_meaning

    def _found(
        self, asked: Question, ranked: Ranked, there: dict[int, dict[str, Any]], total: int
    ) -> Iterable[Found]:
        ranking = [(number, score) for number, score in ranked.ranking if number in there]
        speakers = {number: row["speaker"] for number, row in there.items() if row["speaker"]}
        wanted = ranked.words.telling(total)
        for number, score in by_speaker(asked, ranking[:SHORTLIST], speakers):
            row = there[number]
            meaning = self._nearness(ranked.similar, number)
            named = row["speaker"] in asked.speakers
            yield _passage(row, score + _recency(row["said_at"]), wanted, meaning, named=named)

    def _nearness(self, similar: Similar, number: int) -> float | None:
        """From 0, where the model says nothing, to 1."""
        if number not in similar:
            return None
        threshold = self._embedder.threshold
        return max((similar[number] - threshold) / (1 - threshold), 0.0)

    async def _memories(
        self, user_id: UUID, query: Query, only: Filter, language: str | None
    ) -> list[Found]:
        """Memories, where nothing is asked for that a memory has not."""
        alone = replace(only, kinds=None, since=None, until=None).is_open
        if not alone or (only.kinds is not None and "memory" not in only.kinds):
            return []
        found = await self._recall.search(user_id, query.text, 20)
        wanted = set(words(query.text, language))
        return [
            _memory(hit, wanted) for hit in found
            if query.admits(hit.memory.text) and _within(hit.memory.created_at, only)
        ]  # fmt: skip

    async def _newest(self, user_id: UUID, query: Query, only: Filter, many: int) -> list[Found]:
        """With nothing to look for: the latest."""
        if only.is_open:
            return []
        async with self._db.as_user(user_id) as conn:
            values = values_of(only, await _conversations(conn, only))
            rows = await _all(conn, sql.newest, many=2 * many, **values)
            found = await _there(conn, query, [row["number"] for row in rows], values)
        found.sort(key=lambda row: (row["said_at"], -row["begins"]), reverse=True)
        return _once(_passage(row, 0.0, ()) for row in found)


async def _there(
    conn: Connection, query: Query, numbers: Sequence[int], values: dict[str, Any]
) -> list[dict[str, Any]]:
    """What orders passages, of those that may be seen and that the query admits: their texts are
    read only where it says something of them."""
    if not (query.phrases or query.without):
        return await _all(conn, sql.sketched, numbers=numbers, **values)
    rows = await _all(conn, sql.found, numbers=numbers, **values)
    return [row for row in rows if query.admits(f"{row['text']}\n{row['translation'] or ''}")]


async def _conversations(conn: Connection, only: Filter) -> list[UUID] | None:
    """What a filter comes down to in conversations; None: all of them."""
    chosen = None if only.conversation is None else [only.conversation]
    if only.topics is None:
        return chosen
    topics = [topic.lower() for topic in only.topics]
    rows = await _all(conn, sql.about_topics, topics=topics)
    about = [row["conversation_id"] for row in rows]
    return about if chosen is None else [one for one in chosen if one in about]


def _sorted_out(found: list[Found]) -> list[Found]:
    """The best first, each source once, without what is far worse than the best."""
    ordered = _once(sorted(found, key=lambda one: -one.score))
    least = _BESIDE_THE_BEST * ordered[0].score if ordered else 0.0
    return [one for one in ordered if one.score > least]


def _once(found: Iterable[Found]) -> list[Found]:
    first: dict[Any, Found] = {}
    for one in found:
        first.setdefault(one.source, one)
    return list(first.values())


def _passage(
    row: dict[str, Any], score: float, wanted: Iterable[str], meaning: float | None = None, *,
    named: bool = False,
) -> Found:  # fmt: skip
    source = row["message_id"], row["slate_id"], None
    return Found(
        source, score, row["said_at"], row["number"],
        lambda read: _hit(read, score, wanted, meaning, named=named),
    )  # fmt: skip


def _hit(
    row: dict[str, Any], score: float, wanted: Iterable[str], meaning: float | None, *, named: bool
) -> Hit:
    known = set(wanted)
    own = excerpt(row["text"], known, row["language"])
    translated = _translated(row, known)
    shown = {*_marked(own), *(_marked(translated) if translated else ())}
    return Hit(
        row["kind"], row["title"], own, translated, row["speaker"], row["role"], row["model"],
        row["said_at"], row["conversation_id"], row["message_id"], row["slate_id"], None, score,
        tuple(sorted(shown)), meaning, named, row["text"],
    )  # fmt: skip


def _translated(row: dict[str, Any], wanted: set[str]) -> Excerpt | None:
    return excerpt(row["translation"], wanted, row["read_in"]) if row["translation"] else None


def _marked(shown: Excerpt) -> Sequence[str]:
    return [shown.text[a:b].casefold() for a, b in shown.marks]


def _memory(found: MemoryHit, wanted: set[str]) -> Found:
    memory = found.memory

    def hit(_: dict[str, Any]) -> Hit:
        shown = excerpt(memory.text, wanted, memory.language)
        return Hit(
            "memory", None, shown, None, memory.said_by, "user", None, memory.created_at,
            memory.conversation_id, None, None, memory.id, found.score,
            tuple(sorted(_marked(shown))), None, False, memory.text,
        )  # fmt: skip

    return Found((None, None, memory.id), found.score, memory.created_at, None, hit)


def _within(when: datetime, only: Filter) -> bool:
    return (only.since is None or when >= only.since) and (only.until is None or when < only.until)


def _recency(said_at: datetime) -> float:
    days = (datetime.now(UTC) - said_at).total_seconds() / 86_400
    return _RECENT * math.exp2(-max(days, 0.0) / _HALF_LIFE)


async def _all(conn: Connection, query: Any, **values: Any) -> list[dict[str, Any]]:
    return await (await conn.execute(query, values)).fetchall()
