"""The translations of a room: one per message and language, made once for all who read it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.database import Database
from core.errors import DatabaseUnavailable, ParleyError, TranslationError
from core.events import Events
from core.memories.knowledge import NOTHING, Knowing, Knowledge
from core.queries import load
from core.translation.port import Brief, Said, Translator

log = logging.getLogger(__name__)
sql = load("translations")
rooms_sql = load("rooms")

CONTEXT_MESSAGES = 6
FLASH_EVERY = 0.06
"""Seconds between two sights of a growing translation."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A message to translate, and whose room it is in."""

    room_id: UUID
    owner_id: UUID
    message_id: int
    language: str | None
    text: str
    by_host: bool = False
    """Whether the room's owner said it; only then what is known of them shapes it."""


class Translations:
    """Makes translations in tasks of the core, saves them and tells the room."""

    def __init__(
        self,
        database: Database,
        events: Events,
        translator: Callable[[], Translator],
        knowing: Knowing,
    ) -> None:
        """`translator` gives the engine in use, which may change with the settings."""
        self._knowing = knowing
        self._db = database
        self._events = events
        self._translator = translator
        self._running: dict[tuple[int, str], asyncio.Task[None]] = {}

    def request(self, saying: Saying, language: str, *, again: bool = False) -> None:
        """See to it that a message exists in a language; returns at once.

        Nothing happens where it is written in that language, or in none that can be told.
        With `again` a failed translation is tried once more.
        """
        key = (saying.message_id, language)
        if saying.language in (None, language) or key in self._running:
            return
        task = asyncio.create_task(self._make(saying, language, again), name=f"translation {key}")
        self._running[key] = task
        task.add_done_callback(lambda _: self._over(key, task))

    def _over(self, key: tuple[int, str], task: asyncio.Task[None] | None) -> None:
        if task is self._running.get(key):
            del self._running[key]

    async def of(
        self, conn: Any, room_id: UUID, language: str, message_ids: Sequence[int]
    ) -> dict[int, dict[str, Any]]:
        """Translations into `language` there are, by message id, as `conn` may see them."""
        wanted = {"room_id": room_id, "language": language, "ids": list(message_ids)}
        rows = await (await conn.execute(sql.of_messages, wanted)).fetchall()
        return {row["message_id"]: row for row in rows}

    async def close(self) -> None:
        """Leave what is unfinished; whoever reads it next has it made again."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2)

    async def _make(self, saying: Saying, language: str, again: bool) -> None:
        with suppress(DatabaseUnavailable):
            if not await self._claim(saying, language, again):
                return
            engine = self._translator()
            try:
                known = await self._known(engine, saying)
                text = await self._translate(engine, saying, language, known)
                await self._finish(saying, language, engine.name, text, None, known)
            except ParleyError as error:
                log.info("a translation into %s failed: %s", language, error)
                await self._finish(saying, language, engine.name, "", error.code)
            except asyncio.CancelledError:
                await self._finish(saying, language, engine.name, "", "interrupted")
                raise
            except Exception:
                log.exception("a translation into %s failed unexpectedly", language)
                await self._finish(saying, language, engine.name, "", TranslationError.code)

    async def _claim(self, saying: Saying, language: str, again: bool) -> bool:
        claim = {
            "message_id": saying.message_id, "language": language, "room_id": saying.room_id,
            "user_id": saying.owner_id, "worker": self._db.worker, "again": again,
        }  # fmt: skip
        async with self._db.as_user(saying.owner_id) as conn:
            return bool((await conn.execute(sql.claim, claim)).rowcount)

    async def _known(self, engine: Translator, saying: Saying) -> Knowledge:
        """The terms of the room's owner; for their own words, what is known of them as well."""
        if saying.by_host and engine.heeds_the_author:
            return await self._knowing.about(saying.owner_id, [saying.text])
        return await self._knowing.terms(saying.owner_id, [saying.text])

    async def _translate(
        self, engine: Translator, saying: Saying, language: str, known: Knowledge
    ) -> str:
        def progress(label: str, share: float | None) -> None:
            self._flash(saying, language, "", progress={"label": label, "share": share})

        text, shown = "", 0.0
        async for text in engine.translate(
            saying.text,
            saying.language or language,
            language,
            brief=Brief(
                context=await self._context(saying, only_host=bool(known.sentences)),
                terms=known.terms,
                about=known.sentences,
            ),
            progress=progress,
        ):
            if time.monotonic() - shown >= FLASH_EVERY:
                shown = time.monotonic()
                self._flash(saying, language, text)
        if not text.strip():
            raise TranslationError
        return text

    async def _context(self, saying: Saying, *, only_host: bool) -> tuple[Said, ...]:
        """What was said before. Beside what is known of the host stands nothing of a guest's,
        which might ask for it."""
        before = {
            "room_id": saying.room_id, "before": saying.message_id, "limit": CONTEXT_MESSAGES,
            "only_host": only_host,
        }  # fmt: skip
        async with self._db.as_user(saying.owner_id) as conn:
            rows = await (await conn.execute(rooms_sql.last_said, before)).fetchall()
        return tuple(Said(row["author"] or "Host", row["text"]) for row in reversed(rows))

    def _flash(self, saying: Saying, language: str, text: str, **more: Any) -> None:
        payload = {"message_id": saying.message_id, "language": language, "text": text}
        self._events.flash(saying.room_id, "translating", payload | more)

    async def _finish(
        self,
        saying: Saying,
        language: str,
        engine: str,
        text: str,
        error_code: str | None,
        known: Knowledge = NOTHING,
    ) -> None:
        """Save and tell in one transaction, so that nobody hears of what is not kept."""
        end = {
            "message_id": saying.message_id, "language": language, "text": text, "engine": engine,
            "status": "failed" if error_code else "complete", "error_code": error_code,
        }  # fmt: skip
        told = {
            "message_id": saying.message_id, "language": language, "text": text, "engine": engine,
            "error": error_code,
        }  # fmt: skip
        # Whoever hears of it may ask for it again at once.
        self._over((saying.message_id, language), asyncio.current_task())
        async with self._db.as_user(saying.owner_id) as conn:
            if (await conn.execute(sql.finish, end)).rowcount:
                await self._knowing.note_use(
                    conn, saying.owner_id, saying.message_id, known.ids, language
                )
                await self._events.publish(conn, saying.room_id, "translation", told)
