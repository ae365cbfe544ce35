"""Summaries: made when a conversation has ended or fallen silent, kept, found again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from psycopg.types.json import Jsonb

from core.background import AFTER_REPAIR, Background, Progress
from core.conversations import Conversations
from core.database import Database, Identity
from core.errors import (
    BadKey,
    Busy,
    NoCredit,
    NotFound,
    ParleyError,
    ProviderError,
    RateLimited,
    Refused,
    UnknownModel,
    Unreachable,
)
from core.events import Events
from core.intelligence.extract import extract
from core.intelligence.summary import Draft, State, Summary
from core.intelligence.talk import Talk, read_talk
from core.intelligence.writer import Writer
from core.jobs import Jobs
from core.preferences import Preferences
from core.providers.endpoint import Endpoint
from core.providers.registry import Providers
from core.queries import load

log = logging.getLogger(__name__)
sql = load("summaries")

TASK = "summarize"
JOB = "summarize_conversation"
CHANGED = "summary"
"""The kind of event on a conversation that tells of its summary; it says no word of it."""
AT_ONCE = 40
"""Conversations the periodic task summarises in one run; the next run goes on."""
_WAIT = 600.0
"""Seconds another process gets to make a summary."""
Asked = tuple[str, str, Endpoint]
"""A provider, its model, and what it is reached with."""


class Summaries:
    """Everybody's summaries; each call names whose. Raises NotFound for another's."""

    def __init__(
        self, preferences: Preferences, database: Database, events: Events,
        conversations: Conversations, providers: Providers, jobs: Jobs, background: Background,
    ) -> None:  # fmt: skip
        self._preferences = preferences
        self._db = database
        self._events = events
        self._conversations = conversations
        self._providers = providers
        self._jobs = jobs
        self._background = background
        self._writer = Writer(preferences, providers)
        self._making: dict[UUID, asyncio.Task[Summary]] = {}
        self._refusal: tuple[Asked, ProviderError, float] | None = None
        jobs.register(JOB, self.job)

    async def of(self, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Summary]:
        """The summaries there are of conversations, by their ids."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.of, {"ids": list(ids)})).fetchall()
        return {row["conversation_id"]: Summary.of(row) for row in rows}

    async def state(self, user_id: UUID, conversation_id: UUID) -> State:
        """The summary of a conversation, and whether one is being made. Raises NotFound."""
        await self._conversations.get(user_id, conversation_id)
        summary = (await self.of(user_id, [conversation_id])).get(conversation_id)
        run = await self._background.last(TASK, user_id, conversation_id)
        if run and run.status != "done":
            return State(run.status, summary, run.error_code, run.error, run.retry_at)
        return State("ready" if summary else "none", summary)

    async def make(self, user_id: UUID, conversation_id: UUID, *, again: bool = False) -> Summary:
        """The summary of a conversation as it is now; one that is up to date is not made anew.

        With `again` it is. Goes on where nobody waits any more; who asks meanwhile gets the same
        one. Raises NotFound, Refused where nothing was said, ProviderError.
        """
        task = self._making.get(conversation_id)
        if task is None:
            made = self._made(user_id, conversation_id, again=again)
            task = asyncio.create_task(made, name=f"summary of {conversation_id}")
            self._making[conversation_id] = task
            task.add_done_callback(lambda done: self._forget(conversation_id, done))
        return await asyncio.shield(task)

    async def job(self, user_id: str, conversation_id: str, left: bool = False) -> None:
        """The job; what fails is noted. `left`: only where no guest of the room is there."""
        owner, conversation = UUID(user_id), UUID(conversation_id)
        if left and await self._has_company(owner, conversation):
            return
        try:
            await self.make(owner, conversation)
        except (NotFound, Refused):
            return  # deleted meanwhile, or nothing was said
        except RateLimited as error:
            after = int(error.details.get("retry_after") or 60) + 1
            async with self._db.as_user(owner) as conn:
                await self._jobs.defer(
                    conn, JOB, after=after, user_id=user_id, conversation_id=conversation_id
                )
        except ParleyError as error:
            log.warning("A conversation was not summarised: %s", error)

    async def catch_up(self, user_id: UUID, progress: Progress, limit: int = AT_ONCE) -> int:
        """Summarise what has ended or fallen silent and was missed; how many those are.

        Stops where the provider fails for all of them alike, and raises its error.
        """
        now = self._preferences.current
        asked = {
            "task": TASK, "idle": now.summary_idle_minutes, "days": now.summary_days_back,
            "limit": limit,
        }  # fmt: skip
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.due, asked)).fetchall()
        done = 0
        for place, row in enumerate(rows):
            progress(place, len(rows))
            done += await self._caught_up(user_id, row["id"])
        progress(len(rows), len(rows))
        return done

    async def again(self, user_id: UUID, conversation_id: UUID) -> None:
        """Try what failed once more, because a person asks for it."""
        await self.make(user_id, conversation_id, again=True)

    async def close(self) -> None:
        """Stop what is being made; it is begun anew by whoever comes next."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)

    # Making one

    async def _caught_up(self, user_id: UUID, conversation_id: UUID) -> bool:
        try:
            await self.make(user_id, conversation_id)
        except (BadKey, NoCredit, RateLimited, UnknownModel, Unreachable):
            raise
        except ParleyError as error:
            log.info("A conversation was not summarised: %s", error)
            return False
        return True

    async def _made(self, user_id: UUID, conversation_id: UUID, *, again: bool) -> Summary:
        talk = await read_talk(self._db, user_id, conversation_id)
        if not talk.said:
            raise Refused("Nothing was said in this conversation yet. Say something first.")
        kept = (await self.of(user_id, [conversation_id])).get(conversation_id)
        if kept and not kept.stale and not again:
            return kept
        try:
            async with self._background.noted(TASK, user_id, conversation_id) as note:
                await self._tell(user_id, conversation_id)
                draft = await self._drafted(talk, asked_for=again)
                await self._keep(user_id, talk, draft)
                note.done = 1
        except Busy:
            return await self._anothers(user_id, conversation_id)
        finally:
            await asyncio.shield(self._tell(user_id, conversation_id))
        if draft.title:
            await self._conversations.set_title(user_id, conversation_id, draft.title, by="ai")
        made = (await self.of(user_id, [conversation_id])).get(conversation_id)
        if made is None:
            raise NotFound("This conversation has been deleted.")
        return made

    async def _drafted(self, talk: Talk, *, asked_for: bool) -> Draft:
        """Written by the model for summaries; picked where there is none that is able to."""
        answered = talk.answered_by
        if answered and answered[0] not in set(self._providers.names()) - {"builtin"}:
            answered = None  # who answered then cannot be asked now
        provider, model = self._providers.choice_for("summary", answered)
        if provider == "builtin":
            return await asyncio.to_thread(extract, talk)
        asked = provider, model, self._providers.endpoint(provider)
        if not asked_for:
            self._heed_refusal(asked)
        try:
            draft = await self._writer.write(talk, provider, model)
        except (BadKey, NoCredit, UnknownModel) as error:
            self._refusal = asked, error, time.monotonic() + AFTER_REPAIR
            raise
        if draft is None:
            log.info("%s of %s writes no summary that can be read", model, provider)
            return await asyncio.to_thread(extract, talk)
        self._refusal = None
        return draft

    def _heed_refusal(self, asked: Asked) -> None:
        """Raise again what the same provider said to the same key a while ago: it is not asked."""
        if self._refusal and self._refusal[0] == asked and time.monotonic() < self._refusal[2]:
            raise self._refusal[1]

    async def _keep(self, user_id: UUID, talk: Talk, draft: Draft) -> None:
        topics = list(dict.fromkeys(draft.topics))
        kept = {
            "conversation_id": talk.id, "text": draft.text, "language": draft.language,
            "made_by": "model" if draft.provider else "extract", "provider": draft.provider,
            "model": draft.model, "sentiment": draft.sentiment, "topics": topics,
            "decisions": Jsonb([asdict(one) for one in draft.decisions]),
            "questions": Jsonb([asdict(one) for one in draft.questions]),
            "actions": Jsonb([asdict(one) for one in draft.actions]),
            "until_id": talk.head_id, "messages": len(talk.said),
        }  # fmt: skip
        async with self._db.as_user(user_id) as conn:
            await conn.execute(sql.keep, kept)
            await conn.execute(sql.forget_topics, kept)
            await conn.execute(sql.keep_topics, kept)

    async def _anothers(self, user_id: UUID, conversation_id: UUID) -> Summary:
        """The summary that another process is making."""
        who = Identity("user", user_id)
        async with (
            asyncio.timeout(_WAIT),
            self._events.subscribe(who, conversation_id) as events,
        ):
            news = aiter(events)
            while (state := await self.state(user_id, conversation_id)).state == "running":
                await anext(news)
        if state.state == "failed" or state.summary is None:
            raise ProviderError(state.error)
        return state.summary

    async def _tell(self, user_id: UUID, conversation_id: UUID) -> None:
        """Tell the pages that the summary is another, or is being made."""
        async with self._db.as_user(user_id) as conn:
            await self._events.publish(conn, conversation_id, CHANGED)
            await self._conversations.announce(conn, user_id, conversation_id)

    async def _has_company(self, user_id: UUID, room_id: UUID) -> bool:
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.company, {"id": room_id})).fetchone()
        return bool(row and row["n"])

    def _forget(self, conversation_id: UUID, done: asyncio.Task[Summary]) -> None:
        self._making.pop(conversation_id, None)
        if not done.cancelled():
            done.exception()  # nobody may be waiting any more
