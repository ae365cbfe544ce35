"""Recall: the few memories that help with a text, by words and by meaning, within a budget."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from core import languages
from core.database import Connection, Database, packed
from core.embeddings import Embedder
from core.errors import IndexUnavailable, ParleyError
from core.memories.index import MemoryIndex
from core.memories.knowledge import NOTHING, Kind, Knowledge, Known
from core.memories.memory import Memory
from core.providers.tokens import estimate_tokens
from core.queries import load
from core.recall import (
    NEAREST,
    SHORTLIST,
    Candidates,
    Collection,
    Postings,
    Question,
    ask,
    by_speaker,
    essential,
    rank,
    shares,
)
from core.translation.terms import within

log = logging.getLogger(__name__)
sql = load("memories")

BUDGET = 400
"""Tokens that memories may take of a prompt, terms apart."""
AT_MOST = 12
"""Memories told at a time, pinned ones included."""
_WORDS_ALONE = 0.3
"""The share of a question's words from which a memory counts that is near in nothing else."""
_BESIDE_THE_BEST = 0.3
"""A search leaves out what scores less than this share of the best."""
_LONGEST_QUESTION = 1_000
_PROMISING = 300
"""Memories found by rare words whose frequent words are looked at, too."""
_EMBEDDED = 240
"""Characters at the end of a question that are looked for by meaning, the rest by words alone:
to embed takes 2 ms a word, in the way of the reply."""
_NONE = Collection(0, 0.0)
_RECENT = 0.05
"""What it is worth to be of today; half of it after a month."""
_HALF_LIFE = 30.0


class Hit(NamedTuple):
    """A memory that was found."""

    memory: Memory
    score: float
    """At most about 2: 1 for all the words and 1 for the very meaning."""
    cosine: float
    """How near it is in meaning; 0 where that is not known."""


Found = list[Hit]


@dataclass(slots=True)
class Said:
    """What the words of a question find: how frequent each is, and where those stand that
    were looked up."""

    frequencies: dict[str, int]
    collection: Collection
    looked_up: list[str]
    rows: list[dict[str, Any]]

    @property
    def others(self) -> list[str]:
        """The words too frequent to find anything."""
        return [word for word in self.frequencies if word not in self.looked_up]

    @property
    def postings(self) -> dict[str, Postings]:
        """As they are ranked by."""
        return {
            row["word"]: Postings(
                np.frombuffer(row["ids"], ">i8"),
                np.frombuffer(row["weights"], ">f4"),
                np.frombuffer(row["lengths"], ">f4"),
                self.frequencies[row["word"]],
            )
            for row in self.rows
        }


class Recall:
    """Finds memories. Where the index does not answer, by their words alone."""

    def __init__(self, database: Database, index: MemoryIndex, embedder: Embedder) -> None:
        self._db = database
        self._index = index
        self._embedder = embedder

    async def about(self, user_id: UUID, texts: Sequence[str]) -> Knowledge:
        """What helps with `texts` (the newest last): terms in them, what is pinned, what is near.

        Never raises: where memories cannot be read, nothing is known.
        """
        try:
            return await self._about(user_id, [text for text in texts if text.strip()])
        except ParleyError as error:
            log.warning("Nothing could be recalled: %s", error)
            return NOTHING

    async def terms(self, user_id: UUID, texts: Sequence[str]) -> Knowledge:
        """The terms in `texts`. Never raises."""
        try:
            async with self._db.as_user(user_id) as conn:
                rows = await _all(conn, sql.terms)
        except ParleyError as error:
            log.warning("The glossary could not be read: %s", error)
            return NOTHING
        return Knowledge(tuple(_terms_in(texts, [Memory.of(row) for row in rows])))

    async def search(
        self,
        user_id: UUID,
        question: str,
        k: int = 10,
        *,
        kind: Kind | None = None,
        off: bool = False,
    ) -> Found:
        """The `k` memories that answer a question best, best first, far worse ones left out.

        Of one kind alone, if given; with `off` also those that are switched off.
        """
        found = await self._found(user_id, question[:_LONGEST_QUESTION], ["active"], off=off)
        found = [one for one in found if kind in (None, one.memory.kind)]
        return [one for one in found if one.score > max(_BESIDE_THE_BEST * found[0].score, 0.0)][:k]

    async def near(self, user_id: UUID, text: str, k: int) -> Found:
        """Memories that may say the same as `text`, or the opposite: also proposed ones, and those
        that are switched off."""
        return (await self._found(user_id, text, ["active", "proposed"], off=True))[:k]

    async def note_use(
        self,
        conn: Connection,
        user_id: UUID,
        message_id: int,
        ids: Sequence[UUID],
        language: str = "",
    ) -> None:
        """Keep with what a reply (or a message's translation into a language) was made."""
        if ids:
            note = {
                "user_id": user_id, "message_id": message_id, "language": language,
                "ids": list(ids),
            }  # fmt: skip
            await conn.execute(sql.note_use, note)
            await conn.execute(sql.used, {"ids": list(ids)})

    async def uses(self, user_id: UUID, message_ids: Sequence[int]) -> dict[int, list[Memory]]:
        """The memories that messages were made with, by message id, as they are now."""
        if not message_ids:
            return {}
        async with self._db.as_user(user_id) as conn:
            asked = {"message_ids": list(message_ids)}
            rows = await (await conn.execute(sql.uses, asked)).fetchall()
        found: dict[int, list[Memory]] = {}
        for row in rows:
            found.setdefault(row["used_by"], []).append(Memory.of(row))
        return found

    async def _about(self, user_id: UUID, texts: list[str]) -> Knowledge:
        if not texts:
            return NOTHING
        async with self._db.as_user(user_id) as conn:
            overview = (await _all(conn, sql.overview, user_id=user_id))[0]
            always = await _always(conn) if overview["any_enabled"] else []
        if not overview["any_enabled"]:
            return NOTHING
        asked = "\n".join(texts)[-_LONGEST_QUESTION:]
        found = await self._found(user_id, asked, ["active"], overview)
        by_words = _WORDS_ALONE if any(one.cosine for one in found) else _WORDS_ALONE / 2
        near = [one.memory for one in found if self._is_related(one, by_words)]
        others = [memory for memory in (*always, *near) if memory.kind != "term"]
        return Knowledge((*_terms_in(texts, always), *_within_budget(others)))

    async def _overview(self, user_id: UUID) -> dict[str, Any]:
        async with self._db.as_user(user_id) as conn:
            return (await _all(conn, sql.overview, user_id=user_id))[0]

    async def _found(
        self,
        user_id: UUID,
        question: str,
        statuses: list[str],
        overview: dict[str, Any] | None = None,
        *,
        off: bool = False,
    ) -> Found:
        """No connection is held while the question is embedded: others want it meanwhile."""
        overview = overview or await self._overview(user_id)
        language = languages.detect(question)
        asked = ask(question, language=language, speakers=overview["speakers"])
        similar, said = await asyncio.gather(
            self._nearest(user_id, asked), self._said(user_id, asked)
        )
        async with self._db.as_user(user_id) as conn:
            if said.others:
                among = list({*similar, *_promising(asked, said)})
                said.rows += await packed(
                    conn, sql.postings_among, user_id=user_id, words=said.others, among=among
                )
            floor = self._embedder.floor
            ranking = rank(asked, Candidates(said.collection, said.postings, similar, floor))
            wanted = [number for number, _ in ranking[:SHORTLIST]]
            rows = await _all(conn, sql.numbered, numbers=wanted, statuses=statuses, off=off)
        memories = {row["number"]: Memory.of(row) for row in rows}
        said_by = {number: one.said_by for number, one in memories.items() if one.said_by}
        found = [
            Hit(memories[number], score, similar.get(number, 0.0))
            for number, score in by_speaker(asked, ranking[:SHORTLIST], said_by)
            if number in memories
        ]
        return sorted(found, key=lambda one: -(one.score + _recency(one.memory)))

    async def _said(self, user_id: UUID, asked: Question) -> Said:
        """Where the rarer words of a question stand."""
        words = list(asked.words)
        async with self._db.as_user(user_id) as conn:
            counted = await _all(conn, sql.frequencies, user_id=user_id, words=words)
            frequencies = {row["word"]: row["n"] for row in counted if row["word"] is not None}
            first = list(essential(frequencies))
            rows = await packed(conn, sql.postings, user_id=user_id, words=first)
        whole = Collection(counted[0]["total"], counted[0]["average"]) if counted else _NONE
        return Said(frequencies, whole, first, rows)

    async def _nearest(self, user_id: UUID, asked: Question) -> dict[int, float]:
        """Cosines by number; nothing where the index does not answer."""
        try:
            passage = _ending(asked.passage, _EMBEDDED)
            return dict(await self._index.nearest(user_id, passage, NEAREST))
        except IndexUnavailable as error:
            log.info("Looked for memories by their words alone: %s", error)
            return {}

    def _is_related(self, hit: Hit, enough: float) -> bool:
        """Whether it is near enough in meaning, or holds `enough` of the words.

        Half way to the model's threshold will do: to tell an AI one memory too many costs less
        than to leave out the one that matters.
        """
        floor, threshold = self._embedder.floor, self._embedder.threshold
        words = hit.score - max(hit.cosine - floor, 0.0) / (1 - floor)
        return hit.cosine >= (floor + threshold) / 2 or words >= enough


def _promising(asked: Question, said: Said) -> list[int]:
    """Those that hold most of the words looked up: the others add to what is found, no more."""
    ids, scores = shares(asked.words, said.postings, said.collection)
    return [int(one) for one in ids[np.argsort(-scores, kind="stable")[:_PROMISING]]]


def _terms_in(texts: Sequence[str], memories: Sequence[Memory]) -> list[Known]:
    parsed = [(memory, memory.term) for memory in memories]
    helpful = set(within("\n".join(texts), [term for _, term in parsed if term]))
    return [memory.known for memory, term in parsed if term in helpful]


def _within_budget(memories: Sequence[Memory]) -> list[Known]:
    chosen: dict[UUID, Known] = {}
    left = BUDGET
    for memory in memories:
        if len(chosen) == AT_MOST:
            break
        cost = estimate_tokens(memory.text)
        if memory.id not in chosen and cost <= left:
            chosen[memory.id] = memory.known
            left -= cost
    return list(chosen.values())


def _ending(text: str, length: int) -> str:
    """At most the last `length` characters, from the beginning of a word where there is one."""
    end = text[-length:]
    return end if len(text) <= length else end.partition(" ")[2] or end


def _recency(memory: Memory) -> float:
    days = (datetime.now(UTC) - memory.updated_at).total_seconds() / 86_400
    return _RECENT * math.exp2(-days / _HALF_LIFE)


async def _always(conn: Connection) -> list[Memory]:
    """All terms, and what is pinned, as much of it as is ever told."""
    memories = [Memory.of(row) for row in await _all(conn, sql.always)]
    terms = [memory for memory in memories if memory.kind == "term"]
    return terms + [memory for memory in memories if memory.kind != "term"][:AT_MOST]


async def _all(conn: Connection, query: Any, **values: Any) -> list[dict[str, Any]]:
    return await (await conn.execute(query, values)).fetchall()
