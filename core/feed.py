"""What one participant sees of a room: the past they missed, then everything as it happens.

The events are those of the room protocol (see the README): `participants`, `message`,
`translation`, `caught_up`. Each is a JSON-ready dict with its name under "event".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from core.database import Database
from core.errors import DatabaseUnavailable
from core.events import Event, Events
from core.jobs import Jobs
from core.queries import load
from core.rooms import AWAY_AFTER, Participant, Rooms, message_event, summarise_left
from core.translation.service import Saying, Translations

log = logging.getLogger(__name__)
sql = load("rooms")

RECENT = 50
"""Messages shown to somebody who comes in."""
CATCH_UP = 1000
"""Messages sent at most to somebody who comes back; more than that begins anew with RECENT."""
LOOK_BACK = 30
"""Messages before the last one seen whose translations may have come late; sent again."""
HEARTBEAT = 20.0
COMES_BACK = 90
"""Seconds in which a guest whose window has closed is thought to come back."""

RoomEvent = dict[str, Any]


class Feed:
    """The room as one participant sees it, in the language they read."""

    def __init__(
        self, participant: Participant, database: Database, events: Events, rooms: Rooms,
        translations: Translations,
    ) -> None:  # fmt: skip
        self.participant = participant
        self._db = database
        self._events = events
        self._rooms = rooms
        self._translations = translations
        self._extra: asyncio.Queue[RoomEvent] = asyncio.Queue()
        self._last = 0

    @property
    def room_id(self) -> UUID:
        """The conversation this is about."""
        return self.participant.conversation_id

    async def follow(self, after: int = 0) -> AsyncIterator[RoomEvent]:
        """The messages after id `after` (0: the recent past), then news without an end."""
        who = self.participant.identity
        async with self._events.subscribe(who, self.room_id) as news:
            yield await self._participants()
            async for event in self._past(after):
                yield event
            live = asyncio.create_task(self._pump(news))
            try:
                while True:
                    yield await self._extra.get()
            finally:
                live.cancel()
                with suppress(asyncio.CancelledError):
                    await live

    async def older(self, before: int) -> None:
        """Send the messages before id `before` into the feed, then `caught_up`."""
        messages = await self._read(sql.messages_before, before=before, limit=RECENT)
        for event in await self._with_translations(messages):
            self._extra.put_nowait(event | {"older": True})
        more = len(messages) == RECENT
        self._extra.put_nowait({"event": "older", "before": before, "more": more})

    async def tell_again(self, message_id: int) -> None:
        """Send a message that was told before, to somebody who seems not to have heard it."""
        if message_id <= self._last:
            message = await self._read(sql.messages_before, before=message_id + 1, limit=1)
            for event in await self._with_translations(message):
                self._extra.put_nowait(event)

    async def read_in(self, language: str) -> None:
        """Read in another language from now on; translations of the recent past follow."""
        self.participant = await self._rooms.read_in(self.participant, language)
        recent = await self._read(sql.messages_before, before=self._last + 1, limit=RECENT)
        for event in await self._with_translations(recent):
            self._extra.put_nowait(event)

    async def _past(self, after: int) -> AsyncIterator[RoomEvent]:
        more = False
        missed = await self._read(sql.messages_after, after=after, limit=CATCH_UP) if after else []
        if not after or len(missed) == CATCH_UP:
            missed = await self._read(sql.messages_before, before=None, limit=RECENT)
            more = len(missed) == RECENT
        else:
            seen = await self._read(sql.messages_before, before=after + 1, limit=LOOK_BACK)
            for event in await self._with_translations(seen, only_translations=True):
                yield event
        for event in await self._with_translations(missed):
            yield event
        self._last = max([after, *(row["id"] for row in missed)])
        yield {"event": "caught_up", "last": self._last, "more": more}

    async def _with_translations(
        self, messages: Sequence[dict[str, Any]], *, only_translations: bool = False
    ) -> list[RoomEvent]:
        """Messages as events, each with its translation; where there is none it is asked for."""
        language = self.participant.language
        async with self._db.as_(self.participant.identity) as conn:
            ids = [row["id"] for row in messages]
            made = await self._translations.of(conn, self.room_id, language, ids)
        events = []
        for row in messages:
            if not only_translations:
                events.append(self._message(message_event(row)))
            translation = made.get(row["id"])
            if translation and translation["status"] != "running":
                events.append(
                    _translation(row["id"], language, translation["text"],
                                 engine=translation["engine"], error=translation["error_code"])
                )  # fmt: skip
            if not translation or translation["status"] != "complete":
                self._want(row)
        return events

    def _want(self, message: dict[str, Any]) -> None:
        """Ask for a message in the language read here."""
        self._translations.request(
            Saying(
                self.room_id, self.participant.user_id, int(message["id"]), message["language"],
                message["text"], by_host=bool(message["host"]),
            ),
            self.participant.language,
        )  # fmt: skip

    async def _pump(self, news: AsyncIterable[Event]) -> None:
        async for event in news:
            for told in await self._tell(event):
                self._extra.put_nowait(told)

    async def _tell(self, event: Event) -> list[RoomEvent]:
        payload = event.payload
        if event.kind == "message":
            if payload["id"] <= self._last:
                return []
            self._last = payload["id"]
            self._want(payload)
            return [self._message(payload)]
        if event.kind == "participants":
            return [await self._participants()]
        if event.kind == "ended" or (event.kind == "summary" and self.participant.is_host):
            return [{"event": event.kind, **payload}]
        if payload.get("language") != self.participant.language:
            return []
        if event.kind == "translation":
            return [
                _translation(payload["message_id"], payload["language"], payload["text"],
                             engine=payload["engine"], error=payload["error"])
            ]  # fmt: skip
        if event.kind == "translating":
            return [{"event": "translation", "final": False, **payload}]
        return []

    def _message(self, message: dict[str, Any]) -> RoomEvent:
        mine = message["author_id"] == str(self.participant.id)
        event = {"event": "message", **message, "mine": mine}
        if not mine:
            del event["nonce"]
        return event

    async def _participants(self) -> RoomEvent:
        rows = await self._read(sql.participants, away_after=AWAY_AFTER)
        people = [row | {"id": str(row["id"])} for row in rows]
        return {"event": "participants", "participants": people}

    async def _read(self, query: Any, **values: Any) -> list[dict[str, Any]]:
        async with self._db.as_(self.participant.identity) as conn:
            rows = await (await conn.execute(query, {"room_id": self.room_id, **values})).fetchall()
        return list(rows)


def _translation(
    message_id: int, language: str, text: str, *, engine: str | None, error: str | None
) -> RoomEvent:
    event = {
        "event": "translation", "message_id": message_id, "language": language, "text": text,
        "final": True, "engine": engine,
    }  # fmt: skip
    return event | {"error": error} if error else event


class Presence:
    """Who is looking at which room through this process; kept up in the database."""

    def __init__(self, database: Database, events: Events, jobs: Jobs) -> None:
        self._db = database
        self._events = events
        self._jobs = jobs
        self._here: dict[UUID, tuple[Participant, int]] = {}

    @asynccontextmanager
    async def of(self, participant: Participant) -> AsyncIterator[None]:
        """Somebody is there for as long as the context lasts, however many windows they have."""
        _, windows = self._here.get(participant.id, (participant, 0))
        self._here[participant.id] = (participant, windows + 1)
        try:
            if windows == 0:
                await self._set(participant, online=True)
            yield
        finally:
            _, windows = self._here[participant.id]
            if windows > 1:
                self._here[participant.id] = (participant, windows - 1)
            else:
                del self._here[participant.id]
                with suppress(DatabaseUnavailable):
                    await asyncio.shield(self._set(participant, online=False))

    async def keep(self) -> None:
        """Give signs of life for everybody here until cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            for participant, _ in list(self._here.values()):
                with suppress(DatabaseUnavailable):
                    await self._set(participant, online=True, tell=False)

    async def _set(self, participant: Participant, *, online: bool, tell: bool = True) -> None:
        async with self._db.as_(participant.identity) as conn:
            await conn.execute(sql.set_online, {"id": participant.id, "online": online})
            if not online:
                await summarise_left(conn, self._jobs, participant, COMES_BACK)
            if tell:
                await self._events.publish(conn, participant.conversation_id, "participants")
