"""Publish and subscribe over PostgreSQL's LISTEN/NOTIFY, with catch-up by id.

An event is a row of `events`; its notification only wakes the listeners, who read back what
they missed. Ids of one topic show up in the order they grow (`queue_for` in the schema).
A *flash* is the opposite: told to whoever listens now, never kept; for texts that grow.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from core.database import Connection, Database, Identity, patiently
from core.queries import load

log = logging.getLogger(__name__)
sql = load("events")

CHANNEL = "parley_events"
WORKER_LOCK = 20559
"""Class of the advisory lock a living process holds; see `living_workers` in the schema."""
_FLASH_BYTES = 7900
_READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a topic. A flash has no id."""

    id: int | None
    topic: UUID
    kind: str
    payload: dict[str, Any]


class Events:
    """All subscriptions of this process. Make one with `open_events`."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._subscriptions: dict[UUID, set[Subscription | Bell]] = defaultdict(set)
        self._handlers: dict[str, Callable[[Event], None]] = {}
        self.listening = asyncio.Event()

    def on(self, kind: str, handle: Callable[[Event], None]) -> None:
        """Call `handle` for every event or flash of a kind, whatever its topic."""
        self._handlers[kind] = handle

    async def publish(
        self, conn: Connection, topic: UUID, kind: str, payload: dict[str, Any] | None = None
    ) -> int:
        """Keep an event and tell everybody when `conn`'s transaction commits; its id.

        Publish last in a transaction: writers of one topic wait for each other.
        """
        cursor = await conn.execute(
            sql.publish, {"topic": topic, "kind": kind, "payload": Jsonb(payload or {})}
        )
        row = await cursor.fetchone()
        assert row is not None
        return int(row["id"])

    def flash(self, topic: UUID, kind: str, payload: dict[str, Any]) -> None:
        """Tell this process's subscribers at once, keeping nothing."""
        self._deliver(Event(None, topic, kind, payload))

    async def flash_everywhere(self, topic: UUID, kind: str, payload: dict[str, Any]) -> None:
        """Tell the subscribers of the other processes too; dropped where it is too long."""
        self.flash(topic, kind, payload)
        note = json.dumps(
            {"worker": self._db.worker, "topic": str(topic), "kind": kind, "payload": payload}
        )
        if len(note.encode()) <= _FLASH_BYTES:
            async with self._db.as_nobody() as conn:
                await conn.execute(sql.notify, {"channel": CHANNEL, "note": note})

    def is_watched(self, topic: UUID) -> bool:
        """Whether anybody follows a topic through this process."""
        return bool(self._subscriptions.get(topic))

    async def others(self) -> int:
        """How many other processes of Parley run on this database."""
        async with self._db.as_nobody() as conn:
            cursor = await conn.execute(sql.others, {"worker": self._db.worker})
            row = await cursor.fetchone()
        return int(row["others"]) if row else 0

    async def forget(self, days: int) -> None:
        """Delete events older than `days`. What they told of is kept elsewhere."""
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.forget_old, {"days": days})

    @asynccontextmanager
    async def subscribe(
        self, who: Identity, topic: UUID, after: int | None = None
    ) -> AsyncIterator[Subscription]:
        """Events of a topic as `who` may see them: those after id `after`, then new ones.

        With `after` None only what happens from now on.
        """
        subscription = Subscription(self._db, who, topic)
        self._subscriptions[topic].add(subscription)
        try:
            await subscription.start(after)
            yield subscription
        finally:
            self._leave(topic, subscription)

    @asynccontextmanager
    async def bell(self, topic: UUID) -> AsyncIterator[Bell]:
        """Rings when something happens to a topic; for who may not read its events."""
        bell = Bell()
        self._subscriptions[topic].add(bell)
        try:
            yield bell
        finally:
            self._leave(topic, bell)

    def heard(self, note: str) -> None:
        """Deliver a notification of PostgreSQL."""
        content = json.loads(note)
        if content.get("worker") == self._db.worker:
            return
        topic = UUID(content["topic"])
        self._deliver(Event(content.get("id"), topic, content["kind"], content.get("payload")))

    def resync(self) -> None:
        """Let every subscription read back what it may have missed."""
        for subscription in [s for group in self._subscriptions.values() for s in group]:
            subscription.wake(None)

    def _leave(self, topic: UUID, subscription: Subscription | Bell) -> None:
        self._subscriptions[topic].discard(subscription)
        if not self._subscriptions[topic]:
            del self._subscriptions[topic]

    def _deliver(self, event: Event) -> None:
        if handle := self._handlers.get(event.kind):
            handle(event)
        for subscription in tuple(self._subscriptions.get(event.topic, ())):
            subscription.wake(event)


class Bell:
    """Tells that something happened to a topic, and nothing of what."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def wake(self, event: Event | None) -> None:
        """Ring."""
        self._rung.set()

    async def rings(self) -> None:
        """Return when it has rung since this returned last."""
        await self._rung.wait()
        self._rung.clear()


class Subscription:
    """One listener's view of a topic: iterate over it for its events, in order, each once."""

    def __init__(self, database: Database, who: Identity, topic: UUID) -> None:
        self._db = database
        self._who = who
        self.topic = topic
        self._last = 0
        self._waiting: asyncio.Queue[Event | None] = asyncio.Queue()

    async def start(self, after: int | None) -> None:
        """Begin after event id `after`, or at the present."""
        if after is not None:
            self._last = after
            self._waiting.put_nowait(None)
            return
        async with self._db.as_(self._who) as conn:
            cursor = await conn.execute(sql.last_of_topic, {"topic": self.topic})
            row = await cursor.fetchone()
        self._last = row["id"] if row and row["id"] else 0

    def wake(self, event: Event | None) -> None:
        """Take an event, or with None look into the database for missed ones."""
        self._waiting.put_nowait(event)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            event = await self._waiting.get()
            if event is not None and event.id is None:
                yield event
            elif event is not None and event.id is not None and event.id <= self._last:
                continue
            elif event is not None and event.id is not None and event.payload is not None:
                self._last = event.id
                yield event
            else:
                async for missed in self._missed():
                    yield missed

    async def _missed(self) -> AsyncIterator[Event]:
        while True:
            rows = await patiently(self._read)  # nothing may be skipped
            for row in rows:
                self._last = row["id"]
                yield Event(row["id"], self.topic, row["kind"], row["payload"])
            if len(rows) < _READ_AT_ONCE:
                return

    async def _read(self) -> list[dict[str, Any]]:
        async with self._db.as_(self._who) as conn:
            cursor = await conn.execute(
                sql.after, {"topic": self.topic, "after": self._last, "limit": _READ_AT_ONCE}
            )
            return await cursor.fetchall()


@asynccontextmanager
async def open_events(database: Database) -> AsyncIterator[Events]:
    """Listen for as long as the context lasts, through restarts of the database."""
    events = Events(database)
    listener = asyncio.create_task(_listen(events, database), name="events listener")
    try:
        await _first(listener, events.listening)
        yield events
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener


async def _first(task: asyncio.Task[None], event: asyncio.Event) -> None:
    waiter = asyncio.create_task(event.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()


async def _listen(events: Events, database: Database) -> None:
    pause = 0.1
    while True:
        try:
            async with await AsyncConnection.connect(
                database.conninfo, autocommit=True, connect_timeout=5
            ) as conn:
                await conn.execute(
                    "SELECT pg_advisory_lock(%s, %s)", [WORKER_LOCK, database.worker]
                )
                await conn.execute(f"LISTEN {CHANNEL}")
                events.listening.set()
                events.resync()
                pause = 0.1
                async for notify in conn.notifies():
                    events.heard(notify.payload)
        except psycopg.OperationalError:
            log.info("the listening connection was lost; trying again", exc_info=True)
        await asyncio.sleep(pause)
        pause = min(pause * 2, 5)
