"""The job `analyze`: what has been said since the last time becomes insights.

Read once, in order, however often and by however many at once it is begun. A capable model is
asked once every ASK_EVERY messages; without one, topics of summaries tell the interests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from core.database import Connection, Database
from core.errors import ParleyError
from core.intelligence.profile import reading
from core.intelligence.profile.asking import ASK_EVERY, AT_ONCE, BRIEF, of_answer, request
from core.intelligence.profile.insight import Observation
from core.intelligence.profile.notebook import Notebook
from core.intelligence.profile.profile import Clock, Profile, utc_now
from core.jobs import Jobs
from core.providers.registry import Providers
from core.queries import load

sql = load("profile")

JOB = "learn_profile"
TASK = "analyze"
"""Under which name its runs are noted, and it is done at its times or when a person asks."""
AFTER = 60
"""Seconds after a turn; what is said meanwhile is read in the same go."""
BATCH = 500
READ_BACK = timedelta(days=400)
"""What is older has faded, and is not read."""
_HOURS_OF = 400
"""Messages of the last months that times of the day are counted in."""
_HOURS_BACK = timedelta(days=180)


class Analysis:
    """Learns from what people say, as far as the preference `profile_learning` lets it."""

    def __init__(
        self, profile: Profile, database: Database, providers: Providers, jobs: Jobs,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        self._profile = profile
        self._db = database
        self._providers = providers
        self._jobs = jobs
        self._now = now
        jobs.register(JOB, self.analyze)

    def is_possible(self) -> bool:
        """Whether there is a model that can tell interests; else topics of summaries do."""
        return self._providers.choice_for("summary")[0] != "builtin"

    async def after_turn(
        self, conn: Connection, user_id: UUID, conversation_id: UUID, question: str
    ) -> None:
        """Have it read when `conn`'s transaction has committed; what is off is not read later."""
        if self._profile.is_on:
            await self._jobs.defer(conn, JOB, after=AFTER, user_id=str(user_id))
        else:
            await conn.execute(sql.skip_unread, {"user_id": user_id})

    async def catch_up(self) -> None:
        """Have everybody's read where something new is there."""
        async with self._db.as_nobody() as conn:
            for row in await (await conn.execute(sql.behind)).fetchall():
                await self._jobs.defer(conn, JOB, user_id=str(row["user_id"]))

    async def analyze(self, user_id: str) -> None:
        """The job. Raises ProviderError where the model fails; the rest is learned by then."""
        owner = UUID(user_id)
        if not self._profile.is_on:
            await self._profile.skip(owner)
            return
        begun = {"task": TASK, "user_id": owner, "worker": self._db.worker}
        async with self._db.as_user(owner) as conn:
            await conn.execute(sql.begin_run, begun)
        try:
            done = await self.learn(owner)
        except ParleyError as error:
            await self._note_end(owner, 0, error)
            raise
        await self._note_end(owner, done)

    async def learn(self, owner: UUID) -> int:
        """Learn from what is new; how many signs there were. Raises ProviderError."""
        if not self._profile.is_on:
            await self._profile.skip(owner)
            return 0
        async with self._db.as_user(owner) as conn:
            await conn.execute(sql.begin_state, {"user_id": owner})
        return await self._read(owner) + await self._ask(owner)

    async def _note_end(self, owner: UUID, done: int, error: ParleyError | None = None) -> None:
        end = {
            "task": TASK, "user_id": owner, "done": done, "status": "failed" if error else "done",
            "code": error.code if error else None, "error": str(error) if error else None,
        }  # fmt: skip
        async with self._db.as_user(owner) as conn:
            await conn.execute(sql.end_run, end)

    # Without a model

    async def _read(self, owner: UUID) -> int:
        """All that is new, a batch at a time; how many signs there were."""
        done, more, begun = 0, True, None
        while more:
            async with self._db.as_user(owner) as conn:
                state = await _one(conn, sql.state, user_id=owner)
                after = state["read_until"] or await self._oldest(conn)
                begun = after if begun is None else begun
                new = await _all(conn, sql.unread, after=after, limit=BATCH)
                more = len(new) == BATCH
                notebook = await Notebook.open(conn, owner)
                seen = await asyncio.to_thread(lambda rows: [*reading.of_messages(rows)], new)
                done += await notebook.write(seen)
                if new:
                    await conn.execute(sql.read, {"user_id": owner, "until": new[-1]["id"]})
                if not more:
                    choices = await _all(conn, sql.choices, after=begun)
                    done += await notebook.write(reading.of_choices(choices))
                    done += await self._look_around(conn, owner, notebook, state, anew=bool(new))
        return done

    async def _oldest(self, conn: Connection) -> int:
        """Where to begin the first time."""
        since = {"since": self._now() - READ_BACK}
        row = await (await conn.execute(sql.begin_at, since)).fetchone()
        return int(row["id"]) if row else 0

    async def _look_around(
        self, conn: Connection, owner: UUID, notebook: Notebook, state: dict[str, Any], *,
        anew: bool,
    ) -> int:  # fmt: skip
        """Reactions and topics since the last look, and times of the day where they changed."""
        since = {"since": state["looked_at"]}
        done = await notebook.write(reading.of_reactions(await _all(conn, sql.reactions, **since)))
        topics = await _all(conn, sql.topics, **since)
        for conversation, named in groupby(topics, key=lambda row: row["conversation_id"]):
            said = await _all(conn, sql.said_in, conversation_id=conversation, limit=AT_ONCE)
            done += await notebook.write(await asyncio.to_thread(_about, [*named], said))
        if anew or state["hours_in"] != state["time_zone"]:
            await conn.execute(sql.drop_hours)
            newest = await _all(conn, sql.newest, since=self._now() - _HOURS_BACK, limit=_HOURS_OF)
            await notebook.write(reading.of_hours(newest, ZoneInfo(state["time_zone"])))
        await notebook.tidy()
        await conn.execute(sql.looked, {"user_id": owner})
        return done

    # With a model

    async def _ask(self, owner: UUID) -> int:
        """Ask a capable model of what has not been asked of it; how many signs it found."""
        provider, model = self._providers.choice_for("summary")
        if provider == "builtin":
            return 0
        async with self._db.as_user(owner) as conn:
            new = await _one(conn, sql.count_unasked, most=ASK_EVERY)
            if new["n"] < ASK_EVERY:
                return 0
            begun = await (await conn.execute(sql.begin_asking, {"user_id": owner})).fetchone()
            if begun is None:
                return 0  # somebody is asking
            newest = await _all(conn, sql.newest, since=self._now() - READ_BACK, limit=AT_ONCE)
        messages = [row for row in reversed(newest) if row["id"] > begun["asked_until"]]
        until = begun["asked_until"]
        try:
            known = [one.label for one in await self._profile.insights(owner)
                     if one.kind == "interest"]  # fmt: skip
            answer = await self._providers.ask(provider, model, request(messages, known), BRIEF)
            found = await self._keep(owner, answer, messages)
            until = messages[-1]["id"] if messages else until
        finally:
            async with self._db.as_user(owner) as conn:
                await conn.execute(sql.end_asking, {"user_id": owner, "until": until})
        return found

    async def _keep(self, owner: UUID, answer: str, messages: Sequence[dict[str, Any]]) -> int:
        if not self._profile.is_on:
            return 0  # switched off meanwhile
        async with self._db.as_user(owner) as conn:
            await _one(conn, sql.state, user_id=owner)
            there = {row["id"] for row in await _all(
                conn, sql.newest, since=datetime.fromtimestamp(0, self._now().tzinfo),
                limit=AT_ONCE * 4)}  # fmt: skip
            observed = [one for one in of_answer(answer, messages) if one.message_id in there]
            notebook = await Notebook.open(conn, owner)
            done = await notebook.write(observed)
            await notebook.tidy()
        return done


def _about(topics: Sequence[Any], said: Sequence[Any]) -> list[Observation]:
    return [*reading.of_topics(topics, said)]


async def _all(conn: Connection, query: Any, **values: Any) -> list[dict[str, Any]]:
    return await (await conn.execute(query, values)).fetchall()


async def _one(conn: Connection, query: Any, **values: Any) -> dict[str, Any]:
    row = await (await conn.execute(query, values)).fetchone()
    assert row is not None
    return row
