"""What one could talk about: openings from what is still open, and what to ask next."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from core.conversations import Conversations
from core.database import Database
from core.errors import ParleyError
from core.intelligence.profile.confidence import TOLD
from core.intelligence.profile.profile import Clock, Insights, Profile, utc_now
from core.intelligence.suggestions import asking
from core.intelligence.suggestions.templates import worded
from core.preferences import Preferences
from core.providers.registry import Providers
from core.queries import load
from core.text import one_line

log = logging.getLogger(__name__)
sql = load("suggestions")

OPENINGS = 3
RECENT = timedelta(days=30)
"""For how long after its summary a question counts as open."""
FRESH = 300
"""Seconds after its end in which a reply may have suggestions made; later it is history."""
CONTEXT = 6
"""Messages the model is shown."""
PATIENCE = 30.0
"""Seconds after which nobody wants suggestions any more."""
_REMEMBERED = 64
_NOTE = 140
_MINE = ["i", "me", "you", "user", "host", "the user", "the host"]

Kind = Literal["question", "action", "interest"]


@dataclass(frozen=True, slots=True)
class Opening:
    """Something to begin with, as one would say it."""

    kind: Kind
    text: str


Notes = tuple[tuple[Kind, str], ...]


class Suggestions:
    """Made for who may see what they are made from, and told to nobody else."""

    def __init__(
        self, preferences: Preferences, database: Database, conversations: Conversations,
        providers: Providers, profile: Profile, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        self._preferences = preferences
        self._db = database
        self._conversations = conversations
        self._providers = providers
        self._profile = profile
        self._now = now
        self._asking: dict[tuple[UUID, int], asyncio.Task[list[str]]] = {}
        self._wording: OrderedDict[tuple[UUID, str, Notes], asyncio.Task[dict[int, str]]]
        self._wording = OrderedDict()

    def is_possible(self) -> bool:
        """Whether there is a model that can suggest what to ask next."""
        return self._providers.choice_for("summary")[0] != "builtin"

    # Openings

    async def openings(self, user_id: UUID, language: str | None = None) -> list[Opening]:
        """How to begin, in a language (the browser's tag), without asking anybody."""
        notes, _ = await self._notes(user_id)
        return [Opening(kind, worded(kind, text, language)) for kind, text in notes]

    async def openings_in_words(
        self, user_id: UUID, language: str | None = None
    ) -> list[Opening] | None:
        """The same worded by a model in the person's own language; None where none does.

        Asked once for the same notes, whoever waits. Never raises.
        """
        provider, model = self._providers.choice_for("summary")
        notes, insights = await self._notes(user_id)
        if not notes or provider == "builtin" or not self._preferences.current.suggest_follow_ups:
            return None
        wanted = _language(insights) or language or "en"
        key = user_id, wanted, notes
        if key not in self._wording:
            work = self._word(provider, model, notes, wanted)
            self._wording[key] = asyncio.create_task(work)
            while len(self._wording) > _REMEMBERED:
                self._wording.popitem(last=False)[1].cancel()
        said = await asyncio.shield(self._wording[key])
        if not said:
            return None
        return [
            Opening(kind, said.get(number) or worded(kind, text, wanted))
            for number, (kind, text) in enumerate(notes, 1)
        ]

    async def _word(self, provider: str, model: str, notes: Notes, language: str) -> dict[int, str]:
        request = asking.openings_request(notes, language)
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._providers.ask(provider, model, request, asking.BRIEF)
        except (ParleyError, TimeoutError) as error:
            log.info("openings were not worded: %s", error)
            return {}
        return asking.openings(answer, len(notes))

    async def _notes(self, user_id: UUID) -> tuple[Notes, Insights]:
        """What is open, one of each kind before the second of any."""
        asked = {"since": self._now() - RECENT, "limit": OPENINGS, "mine": _MINE}
        async with self._db.as_user(user_id) as conn:
            questions = await (await conn.execute(sql.open_questions, asked)).fetchall()
            actions = await (await conn.execute(sql.own_actions, asked)).fetchall()
        insights = await self._profile.insights(user_id) if self._profile.is_on else []
        interests = [
            one.label for one in insights
            if one.kind == "interest" and (one.held or one.confidence >= TOLD)
        ]  # fmt: skip
        kinds: tuple[Kind, ...] = ("question", "action", "interest")
        columns = [row["text"] for row in questions], [row["text"] for row in actions], interests
        mixed = [
            (kind, one_line(text, _NOTE))
            for row in zip_longest(*columns)
            for kind, text in zip(kinds, row, strict=True)
            if text
        ]
        return tuple(dict.fromkeys(mixed))[:OPENINGS], insights

    # What to ask next

    async def follow_ups(self, user_id: UUID, message_id: int) -> list[str]:
        """Two or three questions that may follow a reply that has just been written; or none.

        A model is asked once a reply, in whatever process; none for one that is not the newest,
        nor where the built-in model would answer. Never raises.
        """
        if not self._preferences.current.suggest_follow_ups:
            return []
        key = user_id, message_id
        if key not in self._asking:
            task = asyncio.create_task(self._make(user_id, message_id))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        try:
            return await asyncio.shield(self._asking[key])
        except asyncio.CancelledError:
            if (here := asyncio.current_task()) and here.cancelling():
                raise
            return []  # nobody wants them any more

    def cancel(self, user_id: UUID, message_id: int) -> None:
        """The person goes on by themself: nobody waits for suggestions any more."""
        if task := self._asking.get((user_id, message_id)):
            task.cancel()

    async def _make(self, user_id: UUID, message_id: int) -> list[str]:
        try:
            chosen = await self._claim(user_id, message_id)
            if chosen is None:
                return await self._kept(user_id, message_id)
            conversation, provider, model = chosen
            said = await self._conversations.messages(user_id, conversation, CONTEXT)
            async with asyncio.timeout(PATIENCE):
                request = asking.next_request(said)
                answer = await self._providers.ask(provider, model, request, asking.BRIEF)
            questions = asking.next_questions(answer, said)
            async with self._db.as_user(user_id) as conn:
                kept = {"id": message_id, "questions": Jsonb(questions)}
                await conn.execute(sql.keep, kept)
        except (ParleyError, TimeoutError) as error:
            log.info("nothing was suggested: %s", error)
            return []
        return questions

    async def _claim(self, user_id: UUID, message_id: int) -> tuple[UUID, str, str] | None:
        """The conversation and who is to be asked; None where nobody is."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.reply, {"id": message_id})).fetchone()
            if row is None or not row["provider"]:
                return None
            answered = row["provider"], row["model"]
            provider, model = self._providers.choice_for("summary", answered)
            if provider == "builtin":
                return None
            asked = {"id": message_id, "fresh": FRESH}
            if await (await conn.execute(sql.claim, asked)).fetchone() is None:
                return None
        return row["conversation_id"], provider, model

    async def _kept(self, user_id: UUID, message_id: int) -> list[str]:
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.kept, {"id": message_id})).fetchone()
        return list(row["questions"]) if row and row["questions"] else []

    async def close(self) -> None:
        """Ask nobody any more."""
        tasks = [*self._asking.values(), *self._wording.values()]
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def _language(insights: Insights) -> str | None:
    """The language somebody writes most."""
    known = [one for one in insights if one.kind == "language" and not one.corrected]
    sure = [one for one in known if one.locked or one.confidence >= TOLD]
    return max(sure, key=lambda one: one.confidence).value if sure else None
