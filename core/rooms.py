"""Rooms: people who share no language, behind one link."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core import languages
from core.conversations import TITLE_LENGTH
from core.database import Connection, Database, Identity
from core.errors import NotFound, Refused, TooFast, TooLong
from core.events import Events
from core.jobs import Jobs
from core.queries import load
from core.settings import Settings
from core.text import one_line, typed
from core.translation.service import Saying, Translations

sql = load("rooms")
accounts_sql = load("accounts")

AWAY_AFTER = 60.0
"""Seconds without a sign of life until somebody shows as away."""
NAME_LENGTH = 40
HOST_MESSAGE_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Room:
    """A room as its host sees it. Its link holds `token`; the host reads `language`."""

    id: UUID
    user_id: UUID
    name: str
    language: str
    token: str
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Doorway:
    """What a link shows before one has joined."""

    id: UUID
    user_id: UUID
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a room, the host included; `language` is what they read."""

    id: UUID
    conversation_id: UUID
    user_id: UUID
    is_host: bool
    name: str | None
    language: str

    @property
    def identity(self) -> Identity:
        """Whose eyes the database sees with for them."""
        return Identity("user", self.user_id) if self.is_host else Identity("guest", self.id)


_SECRET = re.compile(r"[\w-]{32,100}", re.ASCII)


class Rooms:
    """Everybody's rooms: made, found by link, joined, spoken in."""

    def __init__(
        self, settings: Settings, database: Database, events: Events, translations: Translations,
        jobs: Jobs,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._db = database
        self._events = events
        self._jobs = jobs
        self._translations = translations

    async def create(
        self, user_id: UUID, name: str, language: str, host_name: str | None = None
    ) -> Room:
        """Open a room whose host reads `language`. Raises Refused for a bad name or language.

        `host_name` is what guests see beside the host's messages, here and in rooms to come.
        """
        name = one_line(name, TITLE_LENGTH)
        if not name:
            raise Refused("A room needs a name. Type one first.")
        new = {
            "user_id": user_id, "name": name, "language": _known(language),
            "token": secrets.token_urlsafe(16),
        }  # fmt: skip
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.insert, new)).fetchone()
            assert row is not None
            if host_name is not None:
                called = {"id": user_id, "name": one_line(host_name, NAME_LENGTH) or None}
                await conn.execute(accounts_sql.set_name, called)
            await conn.execute(sql.insert_host, new | {"room_id": row["id"]})
            await self._events.publish(conn, user_id, "conversation", {"id": str(row["id"])})
        return await self.get(user_id, row["id"])

    async def list(self, user_id: UUID, limit: int = 100) -> list[Room]:
        """The rooms of a host, the latest activity first."""
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.list, {"limit": limit})).fetchall()
        return [Room(**row) for row in rows]

    async def get(self, user_id: UUID, room_id: UUID) -> Room:
        """One room of a host. Raises NotFound."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.get, {"id": room_id})).fetchone()
        if row is None:
            raise NotFound("There is no such room. It may have been deleted.")
        return Room(**row)

    async def behind(self, token: str) -> Doorway:
        """The room a link opens. Raises NotFound for a link that opens nothing."""
        async with self._db.as_nobody() as conn:
            row = await (await conn.execute(sql.behind, {"token": token})).fetchone()
        if row is None:
            raise NotFound("This link opens no room. Ask the host for a new one.")
        return Doorway(**row)

    async def join(
        self, token: str, name: str, language: str, secret: str = ""
    ) -> tuple[Participant, str]:
        """Come in by the link; the participant, and the secret that brings them back.

        Who brings a `secret` of their own (32 to 100 letters, digits, - or _) comes in once with
        it, however often they ask. Raises NotFound, Refused for an empty name or a secret that
        could be guessed, RoomFull.
        """
        name = one_line(name, NAME_LENGTH)
        if not name:
            raise Refused("Please give a name.", field="name")
        if secret and not _SECRET.fullmatch(secret):
            raise Refused("A secret has 32 to 100 letters, digits, - or _.", field="secret")
        secret = secret or secrets.token_urlsafe(24)
        wish = {
            "token": token, "name": name, "language": _known(language),
            "secret_hash": _hash(secret), "places": self._settings.room_participants,
        }  # fmt: skip
        async with self._db.as_nobody() as conn:
            row = await (await conn.execute(sql.join, wish)).fetchone()
        if row is None or row["id"] is None:
            raise NotFound("This link opens no room. Ask the host for a new one.")
        return await self._participant(row["id"]), secret

    async def rejoin(self, token: str, secret: str) -> Participant:
        """Come back as the same person. Raises NotFound for a secret of another room or none."""
        known = {"token": token, "secret_hash": _hash(secret)}
        async with self._db.as_nobody() as conn:
            row = await (await conn.execute(sql.participant_with, known)).fetchone()
        if row is None or row["id"] is None:
            raise NotFound("You are not in this room any more. Join it again.", field="participant")
        return await self._participant(row["id"])

    async def host(self, user_id: UUID, room_id: UUID) -> Participant:
        """The host as a participant of their own room. Raises NotFound."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.host_of, {"room_id": room_id})).fetchone()
        if row is None:
            raise NotFound("There is no such room. It may have been deleted.")
        return Participant(**row)

    async def read_in(self, participant: Participant, language: str) -> Participant:
        """Change the language somebody reads."""
        language = _known(language)
        async with self._db.as_(participant.identity) as conn:
            change = {"id": participant.id, "language": language}
            await conn.execute(sql.set_participant_language, change)
            if participant.is_host:
                room = {"id": participant.conversation_id, "language": language}
                await conn.execute(sql.set_language, room)
            await self._events.publish(conn, participant.conversation_id, "participants")
        return Participant(
            participant.id, participant.conversation_id, participant.user_id,
            participant.is_host, participant.name, language,
        )  # fmt: skip

    async def say(self, participant: Participant, text: str, nonce: str | None = None) -> int:
        """Say something; it goes out at once and its translations follow. The message's id.

        The same nonce again is the same message. Raises Refused, TooLong, TooFast, NotFound.
        """
        text = typed(text)
        self._check_length(participant, text)
        saying = {
            "room_id": participant.conversation_id, "user_id": participant.user_id,
            "participant_id": participant.id, "author": participant.name, "text": text,
            "language": languages.detect(text, hint=participant.language), "nonce": nonce,
        }  # fmt: skip
        async with self._db.as_(participant.identity) as conn:
            await conn.execute(sql.queue, saying)
            row = await (await conn.execute(sql.is_over, saying)).fetchone()
            if row and row["over"]:
                raise Refused("This room has ended. Its host can reopen it.")
            await self._check_pace(conn, participant)
            row = await (await conn.execute(sql.say, saying)).fetchone()
            if row is None:
                row = await (await conn.execute(sql.said_before, saying)).fetchone()
                assert row is not None
                return int(row["id"])
            told = message_event(row | {"host": participant.is_host})
            await self._events.publish(conn, participant.conversation_id, "message", told)
            languages_read = await (await conn.execute(sql.languages_read, saying)).fetchall()
        said = Saying(
            participant.conversation_id, participant.user_id, row["id"], row["language"], text,
            by_host=participant.is_host,
        )  # fmt: skip
        for reader in languages_read:
            self._translations.request(said, reader["language"])
        return said.message_id

    async def translate_again(self, participant: Participant, message_id: int) -> None:
        """Try a failed translation once more, into the language the participant reads."""
        async with self._db.as_(participant.identity) as conn:
            row = await (await conn.execute(sql.message, {"id": message_id})).fetchone()
        if row is None or row["conversation_id"] != participant.conversation_id:
            raise NotFound
        saying = Saying(
            row["conversation_id"], row["user_id"], row["id"], row["language"], row["text"],
            by_host=row["host"],
        )  # fmt: skip
        self._translations.request(saying, participant.language, again=True)

    async def leave(self, participant: Participant) -> None:
        """Go for good; the name disappears from the list. After the last one it is summarised."""
        async with self._db.as_(participant.identity) as conn:
            await conn.execute(sql.leave, {"id": participant.id})
            await summarise_left(conn, self._jobs, participant)
            await self._events.publish(conn, participant.conversation_id, "participants")

    async def _participant(self, participant_id: UUID) -> Participant:
        async with self._db.as_guest(participant_id) as conn:
            row = await (await conn.execute(sql.participant, {"id": participant_id})).fetchone()
        if row is None:
            raise NotFound
        return Participant(**row)

    def _check_length(self, participant: Participant, text: str) -> None:
        if not text:
            raise Refused("There is nothing to send. Type a message first.")
        limit = HOST_MESSAGE_LENGTH if participant.is_host else self._settings.guest_message_length
        if len(text) > limit:
            raise TooLong(
                f"This message has {len(text)} characters; {limit} are allowed. Shorten it.",
                limit=limit,
            )

    async def _check_pace(self, conn: Connection, participant: Participant) -> None:
        if participant.is_host:
            return
        limit = self._settings.guest_messages_per_minute
        lately = {"participant_id": participant.id}
        row = await (await conn.execute(sql.said_lately, lately)).fetchone()
        if row and row["n"] >= limit:
            raise TooFast(
                f"More than {limit} messages in a minute. Wait a moment and send it again.",
                limit=limit,
            )


async def summarise_left(
    conn: Connection, jobs: Jobs, participant: Participant, after: int = 0
) -> None:
    """Have a room summarised that a guest has left, should there be no other when it is done."""
    if not participant.is_host:
        await jobs.defer(
            conn, "summarize_conversation", after=after, user_id=str(participant.user_id),
            conversation_id=str(participant.conversation_id), left=True,
        )  # fmt: skip


def message_event(row: dict[str, Any]) -> dict[str, Any]:
    """A message as the room's events carry it, JSON-ready."""
    return {
        "id": row["id"],
        "author": row["author"],
        "author_id": str(row["participant_id"]) if row["participant_id"] else None,
        "host": bool(row["host"]),
        "language": row["language"],
        "text": row["text"],
        "nonce": row["nonce"],
        "created_at": row["created_at"].astimezone(UTC).isoformat(),
    }


def _known(language: str) -> str:
    known = languages.match(language)
    if known is None:
        raise Refused(f"Parley does not know the language {language!r}.", field="language")
    return known


def _hash(secret: str) -> bytes:
    """Secrets of guests are 24 random bytes, so a plain hash of them cannot be guessed back."""
    return hashlib.sha256(secret.encode()).digest()
