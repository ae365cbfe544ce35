"""What Parley does by itself: each task with its times, what came of it, and how to do it again.

Runs are noted in `task_runs`: of a task as a whole, and of each conversation it was done for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from croniter import croniter

from core.database import Database
from core.errors import (
    BadKey,
    Busy,
    DatabaseUnavailable,
    NoCredit,
    NotFound,
    ParleyError,
    RateLimited,
    Refused,
    UnknownModel,
)
from core.jobs import Jobs
from core.queries import load

log = logging.getLogger(__name__)
sql = load("tasks")

RUN_JOB = "run_task"
FAILURES = 50
"""Failures told of at most."""
SOON, LATEST = 600, 6 * 3600
"""Seconds after which what failed is tried again the first time, and at most."""
AFTER_REPAIR = 3600
"""Seconds until something is tried again that a person has to put right first."""
_MINUTE = 60
Progress = Callable[[int, int], None]
"""Called with how many are done, of how many."""
Again = Callable[[UUID, UUID], Awaitable[object]]
"""Does a task for one conversation of a user."""


def quietly(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something done again and again. `work` does all there is to do and says how many it did."""

    name: str
    label: str
    about: str
    """What it is for, a sentence."""
    cron: str
    """When, in UTC."""
    work: Callable[[Progress], Awaitable[int]]
    again: Again | None = None
    """Does it for one conversation, where it is done for each by itself."""
    in_portions: bool = False
    """Whether one run leaves something to the next, until one finds nothing to do."""

    def next(self, now: datetime) -> datetime:
        """When it runs next, in UTC."""
        found: datetime = croniter(self.cron, now.astimezone(UTC)).get_next(datetime)
        return found


@dataclass(frozen=True, slots=True)
class Run:
    """The last time of a task, as a whole or for a conversation (`title` is its)."""

    task: str
    conversation_id: UUID | None
    title: str | None
    status: Literal["running", "done", "failed"]
    done: int
    error_code: str | None
    error: str | None
    attempts: int
    retry_at: datetime | None
    """When it is tried again by itself; None: when a person asks for it."""
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task as it stands. `done`: what the last run did; `today`: for conversations, in a day."""

    task: Task
    last: datetime | None
    next: datetime
    running: bool
    done: int
    today: int
    failures: list[Run]


class Background:
    """All tasks, and what came of them for one person: whoever this Parley is for."""

    def __init__(self, database: Database, jobs: Jobs, user_id: UUID) -> None:
        self._db = database
        self._jobs = jobs
        self._user = user_id
        self._tasks: dict[str, Task] = {}
        jobs.register(RUN_JOB, self._job)

    def add(self, task: Task) -> None:
        """Have a task done at its times, by one process at a time."""
        self._tasks[task.name] = task
        self._jobs.every(task.cron, task.name, lambda: self._try(task.name))

    def names(self) -> list[str]:
        """The tasks there are."""
        return list(self._tasks)

    def task(self, name: str) -> Task:
        """A task by its name. Raises NotFound that names those there are."""
        if name not in self._tasks:
            raise NotFound(f'There is no task "{name}". Choose one of: {", ".join(self._tasks)}.')
        return self._tasks[name]

    async def run(self, name: str, progress: Progress = quietly) -> int:
        """Do a task now; how many things it did. Raises NotFound, Busy, and what it fails with."""
        task = self.task(name)
        async with self.noted(name, self._user) as note:
            note.done = await task.work(progress)
            return note.done

    async def ask(self, name: str, conversation_id: UUID | None = None) -> None:
        """Have a task done in the background, soon. Raises NotFound."""
        arguments: dict[str, Any] = {"task": self.task(name).name}
        if conversation_id:
            arguments["conversation_id"] = str(conversation_id)
        async with self._db.as_user(self._user) as conn:
            await self._jobs.defer(conn, RUN_JOB, **arguments)

    async def retry(self, name: str) -> int:
        """Have everything of a task that failed done again; how many that are."""
        failed = [run for run in await self.failures() if run.task == name]
        for run in failed:
            await self.ask(name, run.conversation_id)
        return len(failed)

    async def states(self) -> list[TaskState]:
        """Every task as it stands, in the order in which they were added."""
        failures = await self.failures()
        async with self._db.as_user(self._user) as conn:
            rows = await (await conn.execute(sql.latest, {"user_id": self._user})).fetchall()
        latest = {row.pop("task"): row for row in rows}
        never = {"last": None, "running": False, "done": 0, "today": 0}
        now = datetime.now(UTC)
        return [
            TaskState(task, next=task.next(now), **latest.get(task.name, never),
                      failures=[run for run in failures if run.task == task.name])
            for task in self._tasks.values()
        ]  # fmt: skip

    async def failures(self) -> list[Run]:
        """What failed and was not done since, the latest first."""
        async with self._db.as_user(self._user) as conn:
            asked = {"user_id": self._user, "limit": FAILURES}
            rows = await (await conn.execute(sql.failures, asked)).fetchall()
        return [Run(**row) for row in rows]

    async def last(self, name: str, user_id: UUID, conversation_id: UUID) -> Run | None:
        """The last time a task was done for a conversation."""
        async with self._db.as_user(user_id) as conn:
            asked = {"task": name, "user_id": user_id, "conversation_id": conversation_id}
            row = await (await conn.execute(sql.run, asked)).fetchone()
        return Run(**row) if row else None

    @asynccontextmanager
    async def noted(
        self, name: str, user_id: UUID, conversation_id: UUID | None = None
    ) -> AsyncIterator[Note]:
        """Note that something begins, and how it ends. Raises Busy where another does it now."""
        note = Note(self._db, name, user_id, conversation_id)
        await note.begin()
        try:
            yield note
        except ParleyError as error:
            await note.fail(error)
            raise
        except Exception:
            await note.fail(ParleyError())
            raise
        except BaseException:
            await asyncio.shield(note.give_up())
            raise
        else:
            await note.finish()

    async def _try(self, name: str) -> None:
        """At its time; what fails is noted, and shown."""
        try:
            await self.run(name)
        except Busy:
            log.info("%s is being done already", name)
        except ParleyError as error:
            log.warning("The task %s failed: %s", name, error)

    async def _job(self, task: str, conversation_id: str | None = None) -> None:
        """The job: somebody asked for it."""
        chosen = self._tasks.get(task)
        if chosen is None:
            return  # of another version of Parley
        if conversation_id is None or chosen.again is None:
            await self._try(task)
            return
        with suppress(ParleyError):  # noted
            await chosen.again(self._user, UUID(conversation_id))


class Note:
    """A run on its way, as it stands in the database."""

    def __init__(
        self, database: Database, name: str, user_id: UUID, conversation_id: UUID | None
    ) -> None:
        self.done = 0
        self._db = database
        self._user = user_id
        self._values: dict[str, Any] = {
            "task": name, "user_id": user_id, "conversation_id": conversation_id,
            "worker": database.worker,
        }  # fmt: skip
        self._attempts = 0

    async def begin(self) -> None:
        """Raises Busy where a living process does it already."""
        async with self._db.as_user(self._user) as conn:
            row = await (await conn.execute(sql.begin, self._values)).fetchone()
        if row is None:
            raise Busy("This is being done already. Wait a moment.")
        self._attempts = row["attempts"]

    async def finish(self) -> None:
        """It was done."""
        async with self._db.as_user(self._user) as conn:
            await conn.execute(sql.finish, self._values | {"done": self.done})

    async def fail(self, error: ParleyError) -> None:
        """It was not, and why; where the database is gone there is nothing to note it in."""
        told = {
            "error_code": error.code, "error": str(error),
            "again_in": again_in(error, self._attempts),
        }  # fmt: skip
        with suppress(DatabaseUnavailable):
            async with self._db.as_user(self._user) as conn:
                await conn.execute(sql.fail, self._values | told)

    async def give_up(self) -> None:
        """It was stopped: the next one does it."""
        with suppress(DatabaseUnavailable):
            async with self._db.as_user(self._user) as conn:
                await conn.execute(sql.give_up, self._values)


def again_in(error: ParleyError, attempts: int) -> float | None:
    """Seconds until what failed is tried again by itself; None: not before a person asks."""
    if isinstance(error, RateLimited):
        return float(error.details.get("retry_after") or _MINUTE)
    if isinstance(error, (BadKey, NoCredit, UnknownModel)):
        return AFTER_REPAIR
    if isinstance(error, Refused):
        return None
    return float(min(SOON * 2**attempts, LATEST))
