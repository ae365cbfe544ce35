"""Looking: the numbers of passages that answer a question, by words and by meaning."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection as Some
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from core.database import Connection, Database, packed
from core.embeddings import Embedder
from core.errors import IndexUnavailable
from core.intelligence.search.lexicon import numbered
from core.intelligence.search.query import Filter, Query
from core.queries import load
from core.recall import (
    NEAREST,
    Candidates,
    Collection,
    Postings,
    Question,
    Ranking,
    essential,
    rank,
    shares,
    words,
)
from core.recall.indexing import NEIGHBOUR
from core.vector_index import VectorIndex

log = logging.getLogger(__name__)
sql = load("search")

_COMPLETIONS = 12
_PROMISING = 300
_OFTEN, _SOME = 0.1, 20
"""The share of passages, and how many at least, from which on a word tells nothing."""
_NEWEST = 1_000
"""Of passages whose words are all frequent, how many are looked at."""
_FORMS = 3
"""Of a frequent word that stands for several, the most frequent of which those are looked for."""
_FEW = 3_000
"""Passages a filter lets through up to which the nearest are looked for among them alone."""
_FAR = 2_000
"""How many are fetched by meaning where a filter that lets more through takes some away."""
_STEMMED = ("en", "es", "fr", "de", "pt", "it", "nl", "sv", "ru", "ar", "hi", "tr")
"""Whose stems a word without a language is looked up by."""
_NONE = np.empty(0, np.int64)
Values = dict[str, Any]
Similar = dict[int, float]


@dataclass(slots=True)
class Words:
    """The words of a question: what stands for each in the lexicon, and how frequent it is."""

    groups: dict[str, list[int]] = field(default_factory=dict)
    """The numbers of each word; several for a word that is still being typed."""
    frequencies: dict[str, int] = field(default_factory=dict)
    """Of the most frequent of them: most passages that have one have others, too."""
    occurrences: dict[str, int] = field(default_factory=dict)
    """Of all of them together: what there would be to read."""
    texts: dict[str, set[str]] = field(default_factory=dict)
    """What each word stands for, as it is written in passages."""

    def add(self, word: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Let `word` stand for some entries of the lexicon."""
        self.groups[word] = [row["word"] for row in rows]
        self.frequencies[word] = max(row["n"] for row in rows)
        self.occurrences[word] = sum(row["n"] for row in rows)
        self.texts[word] = {row["text"] for row in rows}

    def telling(self, total: int) -> set[str]:
        """What to show as found among `total` passages: not what stands nearly everywhere, like
        "the", unless there is nothing else."""
        rare = [word for word, n in self.frequencies.items() if n <= max(_OFTEN * total, _SOME)]
        return {text for word in rare or self.texts for text in self.texts[word]}


@dataclass(frozen=True, slots=True)
class Ranked:
    """Passages in order, and what is known of why."""

    ranking: Ranking
    similar: Similar
    """Cosines by number, of those that are near in meaning."""
    words: Words
    by_meaning: bool


class Looking:
    """Looks passages up. Where the index by meaning does not answer, by their words alone."""

    def __init__(self, database: Database, passages: VectorIndex, embedder: Embedder) -> None:
        self._db = database
        self._passages = passages
        self._embedder = embedder

    async def rank(
        self, user_id: UUID, asked: Question, query: Query, values: Values, collection: Collection,
        *, is_open: bool, typing: bool, semantic: bool,
    ) -> Ranked:  # fmt: skip
        """All candidates, best first. `values`: of the filter, as the queries take them;
        `is_open`: it lets everything through; `typing`: the last word goes on."""
        similar, (found, postings, newest) = await asyncio.gather(
            self._similar(user_id, asked, values, is_open=is_open, semantic=semantic),
            self._said(user_id, asked, query, values, collection.total, typing=typing),
        )
        near = similar or {}
        frequent = [word for word in found.groups if word not in postings]
        if frequent:
            among = list({*near, *newest, *_promising(asked, postings, collection)})
            postings |= await self._among(user_id, found, frequent, among)
        candidates = Candidates(collection, postings, near, self._embedder.floor)
        return Ranked(rank(asked, candidates), near, found, similar is not None)

    async def _similar(
        self, user_id: UUID, asked: Question, values: Values, *, is_open: bool, semantic: bool
    ) -> Similar | None:
        """Cosines by number; None where it is not looked for by meaning."""
        if not semantic:
            return None
        try:
            if is_open:
                return dict(await self._passages.nearest(user_id, asked.passage, NEAREST))
            async with self._db.as_user(user_id) as conn:
                row = await (
                    await conn.execute(sql.through, values | {"many": _FEW + 1})
                ).fetchone()
            numbers = row["numbers"] if row else []
            if len(numbers) > _FEW:
                return dict(await self._passages.nearest(user_id, asked.passage, _FAR))
            return dict(
                await self._passages.nearest(user_id, asked.passage, NEAREST, among=numbers)
            )
        except IndexUnavailable as error:
            log.info("Looked for passages by their words alone: %s", error)
            return None

    async def _said(
        self, user_id: UUID, asked: Question, query: Query, values: Values, total: int, *,
        typing: bool,
    ) -> tuple[Words, dict[str, Postings], list[int]]:  # fmt: skip
        """The words of the question, and where the rarer ones stand; where none is rare, the
        newest passages that have the rarest."""
        needed = [*numbered(user_id, {w for p in query.phrases for w in words(p)})]
        async with self._db.as_user(user_id) as conn:
            found = await _in_lexicon(conn, user_id, _spellings(asked, query))
            if typing:
                await _complete(conn, user_id, query.text, found)
            if not found.groups:
                return found, {}, []
            first = essential(found.occurrences)
            if not needed and _is_of_any_kind(values) and _is_frequent(found, first, total):
                wanted = [number for word in first for number in found.groups[word][:_FORMS]]
                rows = await _all(conn, sql.newest_with, words=wanted, many=_NEWEST, **values)
                return found, {}, rows[0]["numbers"]
            wanted = [number for word in first for number in found.groups[word]]
            rows = await packed(conn, sql.postings, words=wanted, needed=needed, **values)
        return found, _postings(rows, found, first), []

    async def _among(
        self, user_id: UUID, found: Words, frequent: Sequence[str], among: list[int]
    ) -> dict[str, Postings]:
        """Where frequent words stand among passages found already."""
        numbers = [number for word in frequent for number in found.groups[word]]
        async with self._db.as_user(user_id) as conn:
            rows = await packed(conn, sql.among, words=numbers, numbers=among)
        return _postings(rows, found, frequent)


def _is_of_any_kind(values: Values) -> bool:
    """Whether a filter asks for no more than a period."""
    return all(value is None for name, value in values.items() if name not in {"since", "until"})


def _is_frequent(found: Words, looked_up: Iterable[str], total: int) -> bool:
    """Whether it is quicker to go back from the newest passage until `_NEWEST` have such a word
    themselves than to read where they all stand; a third of those have it themselves, and to
    pass one by takes as long as to read one."""
    many = sum(found.occurrences[word] for word in looked_up)
    return many * many > 3 * _NEWEST * total


async def _in_lexicon(conn: Connection, user_id: UUID, asked: Mapping[str, Some[str]]) -> Words:
    """`asked`: words, and what else each may be spelled like."""
    numbers = {word: numbered(user_id, {word, *others}) for word, others in asked.items()}
    wanted = [number for some in numbers.values() for number in some]
    rows = await _all(conn, sql.frequencies, user_id=user_id, words=wanted)
    there = {row["word"]: row for row in rows}
    found = Words()
    for word, some in numbers.items():
        if entries := [there[number] for number in some if number in there]:
            found.add(word, entries)
    return found


def _spellings(asked: Question, query: Query) -> dict[str, set[str]]:
    """The words of a question; one word alone tells no language, so its stem in any counts."""
    others: dict[str, set[str]] = {word: set() for word in asked.words}
    if len(asked.words) == 1:
        for language in _STEMMED:
            others[asked.words[0]] |= set(words(query.text, language))
    return others


async def _complete(conn: Connection, user_id: UUID, text: str, found: Words) -> None:
    """Let the last word of `text` stand for whatever begins with it."""
    last = next(iter(words(text.split()[-1])), "") if text.split() else ""
    if len(last) < 2 or not last.isalpha():
        return
    asked = {"user_id": user_id, "beginning": last, "limit": _COMPLETIONS}
    if rows := await _all(conn, sql.beginning_with, **asked):
        found.add(last, rows)


def _postings(
    rows: Sequence[Mapping[str, Any]], found: Words, wanted: Iterable[str]
) -> dict[str, Postings]:
    """By word: the passages that have any of its numbers, at the best weight each."""
    by_number: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_number.setdefault(row["word"], []).append(row)
    made: dict[str, Postings] = {}
    for word in wanted:
        parts = [row for number in found.groups[word] for row in by_number.get(number, [])]
        parts.sort(key=lambda row: not row["own"])
        listed = [np.frombuffer(row["numbers"], ">i8") for row in parts]
        weights = [
            np.full(len(numbers), 1.0 if row["own"] else NEIGHBOUR)
            for row, numbers in zip(parts, listed, strict=True)
        ]
        lengths = [np.frombuffer(row["lengths"], ">f4") for row in parts]
        ids, first = np.unique(np.concatenate([_NONE, *listed]), return_index=True)
        made[word] = Postings(
            ids.astype(np.int64), np.concatenate([_NONE, *weights])[first],
            np.concatenate([_NONE, *lengths])[first],
            max(found.frequencies[word], len(ids)),
        )  # fmt: skip
    return made


def _promising(
    asked: Question, postings: Mapping[str, Postings], collection: Collection
) -> list[int]:
    """Those that hold most of the words looked up: the others add to what is found, no more."""
    ids, scores = shares(asked.words, postings, collection)
    return [int(one) for one in ids[np.argsort(-scores, kind="stable")[:_PROMISING]]]


def values_of(only: Filter, conversations: Sequence[UUID] | None) -> Values:
    """A filter as the queries take it; `conversations`: those it comes down to, None: all."""
    kinds = None if only.kinds is None else [kind for kind in only.kinds if kind != "memory"]
    return {
        "since": only.since, "until": only.until, "kinds": kinds,
        "conversations": None if conversations is None else list(conversations),
        "languages": _listed(only.languages), "models": _listed(only.models),
        "speakers": None if only.people is None else [name.lower() for name in only.people],
    }  # fmt: skip


def _listed(some: Sequence[str] | None) -> list[str] | None:
    return None if some is None else list(some)


async def _all(conn: Connection, query: Any, **values: Any) -> list[dict[str, Any]]:
    return await (await conn.execute(query, values)).fetchall()
