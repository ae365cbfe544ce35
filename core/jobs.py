"""Background work: procrastinate on our own PostgreSQL.

A job is deferred on the connection of the change that causes it, so it exists if and only
if that change was committed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import procrastinate
from procrastinate import exceptions
from procrastinate.tasks import Task
from procrastinate.types import TimeDeltaParams

from core.database import Connection, Database

log = logging.getLogger(__name__)

_AT_ONCE = 6
"""Most jobs wait for a model elsewhere; what keeps the index up must not wait for them."""
_POLL = 5.0
_GRACE = 2.0
"""Seconds a running job gets to finish when Parley ends."""


class Jobs:
    """The kinds of jobs there are, and the worker that does them."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self._closing = False
        self._tasks: dict[str, Task[Any, Any, Any]] = {}

    def register(self, name: str, work: Callable[..., Awaitable[None]]) -> None:
        """A kind of job: `work` is called with the JSON-ready arguments it was deferred with."""

        async def task(**arguments: Any) -> None:
            await work(**arguments)

        self._tasks[name] = self._app.task(name=name, retry=procrastinate.RetryStrategy(
            max_attempts=3, exponential_wait=5
        ))(task)  # fmt: skip

    def every(self, cron: str, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` whenever a cron expression (UTC) says so, once among all replicas."""

        async def task(timestamp: int) -> None:
            await work()

        self._app.periodic(cron=cron)(self._app.task(name=name)(task))

    async def defer(self, conn: Connection, name: str, *, after: int = 0, **arguments: Any) -> None:
        """Have a job done after `conn`'s transaction commits; one waiting already is enough.

        With `after`, that many seconds later.
        """
        lock = f"{name}:{'later' if after else ''}:{sorted(arguments.items())}"
        later: TimeDeltaParams | None = {"seconds": after} if after else None
        with suppress(exceptions.AlreadyEnqueued):
            async with conn.transaction():
                await (
                    self._tasks[name]
                    .configure(queueing_lock=lock, connection=conn, schedule_in=later)
                    .defer_async(**arguments)
                )

    async def work(self) -> None:
        """Do jobs until cancelled."""
        await self._app.run_worker_async(
            concurrency=_AT_ONCE,
            fetch_job_polling_interval=_POLL,
            install_signal_handlers=False,
            shutdown_graceful_timeout=_GRACE,
            delete_jobs="successful",
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Let jobs be deferred for as long as the context lasts."""
        async with self._app.open_async(self._db.pool):
            yield

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Do jobs in the background of this process for as long as the context lasts."""
        self._closing = False
        worker = asyncio.create_task(self._restarting(), name="jobs worker")
        try:
            yield
        finally:
            self._closing = True
            worker.cancel()
            # It signs off in the database, and is not waited for where that is gone.
            await asyncio.wait({worker}, timeout=_GRACE + 0.5)
            worker.cancel()

    async def _restarting(self) -> None:
        """The worker gives up when the database goes away; it is started again until it is back."""
        while not self._closing:
            try:
                await self.work()
            except Exception:
                log.warning("the jobs worker stopped; starting it again", exc_info=True)
            await asyncio.sleep(2)
