"""Recall: the few memories that help with a text, by words and by meaning, within a budget."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from core import languages
from core.database import Connection, Database
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
    essential,
    rank,
)
from core.translation.terms import within

log = logging.getLogger(__name__)
sql = load("memories")

BUDGET = 400
"""Tokens that memories may take of a prompt, terms apart."""
AT_MOST = 12
"""Memories told at a time, pinned ones included."""
LOOK_AT = 2
"""Newest texts of a conversation that are asked about."""
_WORDS_ALONE = 0.3
"""The share of a question's words from which a memory counts that is near in nothing else."""
_BESIDE_THE_BEST = 0.3
"""A search leaves out what scores less than this share of the best."""
_LONGEST_QUESTION = 1_000
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
        return [one for one in found if one.score > _BESIDE_THE_BEST * found[0].score][:k]

    async def near(self, user_id: UUID, text: str, k: int) -> Found:
        """Active and proposed memories that may say the same as `text`, or the opposite."""
        return (await self._found(user_id, text, ["active", "proposed"]))[:k]

    async def _about(self, user_id: UUID, texts: list[str]) -> Knowledge:
        async with self._db.as_user(user_id) as conn:
            count = await (await conn.execute(sql.count)).fetchone()
            if not texts or not count or not count["enabled"]:
                return NOTHING
            terms = [Memory.of(row) for row in await _all(conn, sql.terms)]
            pinned = [Memory.of(row) for row in await _all(conn, sql.pinned, limit=AT_MOST)]
        asked = "\n".join(texts[-LOOK_AT:])[-_LONGEST_QUESTION:]
        found = await self._found(user_id, asked, ["active"])
        by_words = _WORDS_ALONE if any(one.cosine for one in found) else _WORDS_ALONE / 2
        near = [one.memory for one in found if self._is_related(one, by_words)]
        parsed = [(memory, memory.term) for memory in terms]
        helpful = set(within("\n".join(texts), [t for _, t in parsed if t]))
        chosen = [memory.known for memory, term in parsed if term in helpful]
        others = [*pinned, *(memory for memory in near if memory.kind != "term")]
        return Knowledge((*chosen, *_within_budget(others)))

    async def _found(
        self, user_id: UUID, question: str, statuses: list[str], *, off: bool = False
    ) -> Found:
        asked = ask(question, language=languages.detect(question))
        similar: dict[int, float] = {}
        try:
            similar = dict(await self._index.nearest(user_id, asked.passage, NEAREST))
        except IndexUnavailable as error:
            log.info("Looked for memories by their words alone: %s", error)
        async with self._db.as_user(user_id) as conn:
            candidates = await self._candidates(conn, user_id, asked, similar)
            ranking = rank(asked, candidates)[: 2 * SHORTLIST]
            numbers = [number for number, _ in ranking]
            wanted = {"numbers": numbers, "statuses": statuses, "off": off}
            rows = {row["number"]: Memory.of(row) for row in await _all(conn, sql.numbered, wanted)}
        found = [
            Hit(rows[number], score, similar.get(number, 0.0))
            for number, score in ranking
            if number in rows
        ]
        return sorted(found, key=lambda one: -(one.score + _recency(one.memory)))

    async def _candidates(
        self, conn: Connection, user_id: UUID, asked: Question, similar: dict[int, float]
    ) -> Candidates:
        words = list(asked.words)
        whose = {"user_id": user_id, "words": words}
        all_of_it = await (await conn.execute(sql.collection, whose)).fetchone()
        frequencies = {row["word"]: row["n"] for row in await _all(conn, sql.frequencies, whose)}
        first = essential(frequencies)
        which = {
            "user_id": user_id, "essential": list(first), "among": list(similar),
            "others": [word for word in frequencies if word not in first],
        }  # fmt: skip
        postings = {
            row["word"]: Postings(
                row["ids"], row["weights"], row["lengths"], frequencies[row["word"]]
            )
            for row in await _all(conn, sql.postings, which)
        }
        assert all_of_it is not None
        collection = Collection(all_of_it["total"], float(all_of_it["average"]))
        return Candidates(collection, postings, similar, self._embedder.floor)

    def _is_related(self, hit: Hit, enough: float) -> bool:
        """Whether it is near enough in meaning, or holds `enough` of the words.

        Half way to the model's threshold will do: to tell an AI one memory too many costs less
        than to leave out the one that matters.
        """
        floor, threshold = self._embedder.floor, self._embedder.threshold
        words = hit.score - max(hit.cosine - floor, 0.0) / (1 - floor)
        return hit.cosine >= (floor + threshold) / 2 or words >= enough


def _within_budget(memories: Sequence[Memory]) -> list[Known]:
    chosen: dict[UUID, Known] = {}
    left = BUDGET
    for memory in memories:
        cost = estimate_tokens(memory.text)
        if memory.id not in chosen and cost <= left and len(chosen) < AT_MOST:
            chosen[memory.id] = memory.known
            left -= cost
    return list(chosen.values())


def _recency(memory: Memory) -> float:
    days = (datetime.now(UTC) - memory.updated_at).total_seconds() / 86_400
    return _RECENT * math.exp2(-days / _HALF_LIFE)


async def _all(
    conn: Connection, query: Any, values: dict[str, Any] | None = None, **more: Any
) -> list[dict[str, Any]]:
    return await (await conn.execute(query, (values or {}) | more)).fetchall()
