"""Questions: what a reply about the past is made of, and whether it says what stands there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from psycopg.types.json import Jsonb

from core import languages
from core.database import Connection, Database
from core.embeddings import Embedder
from core.events import Events
from core.grounds import Asks
from core.intelligence.questions.citing import Citations, cited
from core.intelligence.questions.periods import zone
from core.intelligence.questions.plan import Plan, simple_plan, thought_out
from core.intelligence.questions.sources import Source, prompt_of, quoted, within_budget
from core.intelligence.questions.wording import nothing_found, passages_alone
from core.intelligence.search.hit import Hit
from core.intelligence.search.query import Filter
from core.intelligence.search.search import Search
from core.providers.port import ChatMessage
from core.providers.registry import Providers
from core.queries import load
from core.recall import words
from core.text import shortened

sql = load("questions")

_EACH = 12
"""Hits of one search."""
_QUOTED = 5
_KEPT = 300
_AGAIN = 0.1
"""What it is worth to be found by one more search."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """See `core.grounds.Grounds`."""

    prompt: str
    answer: str | None
    sources: tuple[Source, ...]
    language: str | None
    embedder: Embedder

    def citing(self) -> Citations:
        """Lets through what stands in these sources."""
        return Citations(self._supports, nothing_found(self.language))

    async def _supports(self, sentence: str, number: int) -> bool:
        """Whether a source says something of what a sentence does: a word of it, or its meaning."""
        source = next((one for one in self.sources if one.number == number), None)
        if source is None:
            return False
        said = _telling(sentence, self.language)
        if not said or said & _telling(source.text, source.hit.excerpt.language):
            return True
        question, passage = await asyncio.gather(
            self.embedder.queries([sentence]), self.embedder.passages([source.hit.text])
        )
        return float(np.dot(question[0], passage[0])) >= self.embedder.threshold


class Questions:
    """Looks for what questions are about. See `core.grounds.Grounding`."""

    def __init__(
        self, database: Database, events: Events, search: Search, providers: Providers,
        embedder: Embedder,
    ) -> None:  # fmt: skip
        self._db = database
        self._events = events
        self._search = search
        self._providers = providers
        self._embedder = embedder

    async def look(
        self, user_id: UUID, conversation_id: UUID, message_id: int, said: Sequence[ChatMessage],
        asks: Asks, model: tuple[str, str],
    ) -> Found:  # fmt: skip
        """See `core.grounds.Grounding`."""
        where = zone(asks.get("time_zone"))
        now = datetime.now(where)
        async with self._db.as_user(user_id) as conn:
            people = [row["name"] for row in await _all(conn, sql.known_people)]
            question = {"text": said[-1].text, "here": conversation_id}
            rooms = await _all(conn, sql.named, **question)
        capable = model[0] != "builtin"
        plan = (
            await thought_out(self._providers, model, said, people, now)
            if capable
            else simple_plan(said, now)
        )
        hits = await self._hits(user_id, plan, [room["id"] for room in rooms], conversation_id)
        sources = within_budget(await self._with_neighbours(user_id, hits), where)
        searched = _searched(plan, rooms, len(sources))
        await self._keep(user_id, conversation_id, message_id, sources, searched)
        language = languages.detect(said[-1].text)
        answer = None if capable and sources else _own_answer(sources, language, where)
        prompt = prompt_of(sources, now, where)
        return Found(prompt, answer, tuple(sources), language, self._embedder)

    async def note(self, conn: Connection, message_id: int, text: str) -> None:
        """See `core.grounds.Grounding`."""
        await conn.execute(sql.cite, {"message_id": message_id, "numbers": cited(text)})

    async def told(self, user_id: UUID, ids: Sequence[int]) -> dict[int, Row]:
        """What some replies were made of, by their ids: `searched`, and `sources` there still are.

        A source: `number`, `excerpt`, `cited`, `kind`, `title`, `speaker` (None: the person),
        `said_at`, and where it is (`conversation_id`, `message_id`, `slate_id`, `memory_id`).
        """
        if not ids:
            return {}
        async with self._db.as_user(user_id) as conn:
            lookups = await _all(conn, sql.lookups, ids=list(ids))
            rows = await _all(conn, sql.sources, ids=[row["message_id"] for row in lookups])
        found = {row["message_id"]: {"searched": row["searched"], "sources": []} for row in lookups}
        for row in rows:
            found[row["message_id"]]["sources"].append(_shown(row))
        return found

    async def _hits(
        self, user_id: UUID, plan: Plan, rooms: Sequence[UUID], here: UUID
    ) -> list[Hit]:
        """The best of all searches; where nothing was said in the time asked about, of any time."""
        period = plan.period
        only = Filter(since=period.since, until=period.until) if period else Filter()
        filters = [only, *(replace(only, conversation=room) for room in rooms)]
        if plan.people:
            filters.append(replace(only, people=plan.people))
        found = await asyncio.gather(*(
            self._search.find(user_id, query, one, limit=_EACH)
            for query in plan.queries for one in filters
        ))  # fmt: skip
        hits = _fused([hit for results in found for hit in results.hits], here)
        if hits or not period:
            return hits
        return await self._hits(user_id, replace(plan, period=None), rooms, here)

    async def _with_neighbours(self, user_id: UUID, hits: Sequence[Hit]) -> list[Source]:
        ids = [hit.message_id for hit in hits if hit.message_id]
        async with self._db.as_user(user_id) as conn:
            rows = await _all(conn, sql.beside, ids=ids)
        beside: Mapping[int | None, Row] = {row["id"]: row for row in rows}
        return [
            Source(
                number, hit, (beside.get(hit.message_id) or {}).get("before") or "",
                (beside.get(hit.message_id) or {}).get("after") or "",
            )
            for number, hit in enumerate(hits, 1)
        ]  # fmt: skip

    async def _keep(
        self, user_id: UUID, conversation_id: UUID, message_id: int, sources: Sequence[Source],
        searched: Row,
    ) -> None:  # fmt: skip
        """Keep with the reply what it is made of, and show it before it begins."""
        rows = [
            {
                "number": one.number, "of_message": one.hit.message_id,
                "of_slate": _text(one.hit.slate_id), "of_memory": _text(one.hit.memory_id),
                "excerpt": shortened((one.hit.translation or one.hit).text, _KEPT),
            }
            for one in sources
        ]  # fmt: skip
        async with self._db.as_user(user_id) as conn:
            about = {"user_id": user_id, "message_id": message_id}
            await conn.execute(sql.drop_sources, about)
            await conn.execute(sql.keep_sources, {**about, "rows": Jsonb(rows)})
            await conn.execute(sql.keep_lookup, {**about, "searched": Jsonb(searched)})
            await self._events.publish(conn, conversation_id, "mark", {"message_id": message_id})


def _fused(hits: Sequence[Hit], here: UUID) -> list[Hit]:
    """Each source once, the better the more searches found it; not what is said here."""
    best: dict[tuple[object, ...], Hit] = {}
    times: dict[tuple[object, ...], int] = {}
    for hit in hits:
        if hit.conversation_id == here and hit.kind != "memory":
            continue
        times[hit.source] = times.get(hit.source, 0) + 1
        if hit.source not in best or hit.score > best[hit.source].score:
            best[hit.source] = hit
    return sorted(best.values(), key=lambda hit: -(hit.score + _AGAIN * times[hit.source]))


def _own_answer(sources: Sequence[Source], language: str | None, where: ZoneInfo) -> str:
    if not sources:
        return nothing_found(language)
    return f"{passages_alone(language)}\n\n{quoted(sources[:_QUOTED], where)}"


def _searched(plan: Plan, rooms: Sequence[Row], found: int) -> Row:
    period = plan.period
    return {
        "queries": list(plan.queries), "people": list(plan.people),
        "rooms": [row["title"] for row in rooms], "found": found,
        "since": period.since.isoformat() if period else None,
        "until": period.until.isoformat() if period else None,
    }  # fmt: skip


def _telling(text: str, language: str | None) -> set[str]:
    """The words of a text that tell something: no short ones, pairs of unspaced characters."""
    found = words(text, language)
    return {word for word in found if len(word) > 3 or word.isdigit() or not word.isascii()} - {
        word for word in found if len(word) == 1
    }


def _shown(row: Row) -> Row:
    kind = "memory" if row["of_memory"] else "slate" if row["of_slate"] else row["kind"]
    ai = row["role"] == "assistant"
    return {
        "number": row["number"], "excerpt": row["excerpt"], "cited": row["cited"], "kind": kind,
        "title": row["title"], "role": row["role"],
        "speaker": row["model"] if ai else None if row["by_host"] else row["author"],
        "said_at": row["said_at"], "conversation_id": row["conversation_id"],
        "message_id": row["of_message"], "slate_id": row["of_slate"],
        "memory_id": row["of_memory"],
    }  # fmt: skip


def _text(one: UUID | None) -> str | None:
    return None if one is None else str(one)


async def _all(conn: Connection, query: Any, **values: Any) -> list[Row]:
    return await (await conn.execute(query, values)).fetchall()
