"""Share links as their owner has them: made, listed, revoked, and taken in as a copy."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from core.conversations import TITLE_LENGTH, Kind
from core.database import Database
from core.errors import NotFound, Refused
from core.events import Events
from core.queries import load
from core.sharing.locks import locked_with
from core.text import one_line, storable
from core.vault import Vault

sql = load("shares")

WEEK = timedelta(days=7)
LONGEST = timedelta(days=3660)
State = Literal["open", "expired", "revoked", "deleted"]
Links = list["Share"]
Said = list[tuple[int, str, str]]
EXCERPT = 80
"""Letters of a message that it can be told by."""


@dataclass(frozen=True, slots=True)
class Share:
    """A link to read a conversation. Its address holds `token`; None where it cannot be read."""

    id: UUID
    conversation_id: UUID
    title: str | None
    kind: Kind
    token: str | None
    locked: bool
    """Whether it asks for a password."""
    live: bool
    """Whether it follows the conversation; else it shows what was there when it was made."""
    hide_names: bool
    from_id: int | None
    """The first message it shows; None: from the beginning."""
    created_at: datetime
    expires_at: datetime | None
    views: int
    viewed_at: datetime | None
    state: State


class Shares:
    """Everybody's share links; each call names whose. Raises NotFound for another's."""

    def __init__(self, database: Database, events: Events, vault: Vault) -> None:
        self._db = database
        self._events = events
        self._vault = vault

    async def create(
        self,
        user_id: UUID,
        conversation_id: UUID,
        *,
        expires_in: timedelta | None = WEEK,
        password: str | None = None,
        live: bool = False,
        hide_names: bool = False,
        from_message_id: int | None = None,
    ) -> Share:
        """Share the visible branch of a conversation: as it is now, or `live`.

        A snapshot ends before a reply that is still being written. `from_message_id`: the first
        message to be shared, one of the visible branch. Raises Refused for a time or a password
        that will not do, NotFound for a conversation or message that is not there.
        """
        if expires_in is not None and not timedelta(0) < expires_in <= LONGEST:
            raise Refused("A link lasts up to ten years. Choose another time, or none.")
        token = secrets.token_urlsafe(16)
        sealed = await asyncio.to_thread(self._vault.seal, token)
        lock = await asyncio.to_thread(locked_with, password) if password else None
        wish = {
            "conversation_id": conversation_id, "token_hash": hash_of(token),
            "token": sealed, "password": lock, "live": live,
            "hide_names": hide_names, "from_id": from_message_id,
            "seconds": expires_in.total_seconds() if expires_in is not None else None,
        }  # fmt: skip
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.open, wish)).fetchone()
        assert row is not None
        return await self.get(user_id, row["id"])

    async def list(self, user_id: UUID, conversation_id: UUID | None = None) -> list[Share]:
        """The links of a user, or of one conversation, the newest first.

        Those that open nothing any more are among them for a month.
        """
        return await self._read(user_id, conversation_id=conversation_id)

    async def get(self, user_id: UUID, share_id: UUID) -> Share:
        """One link."""
        found = await self._read(user_id, share_id=share_id)
        if not found:
            raise NotFound("There is no such link. It may have been removed.")
        return found[0]

    async def beginnings(
        self, user_id: UUID, conversation_id: UUID, wished: int | None = None, limit: int = 200
    ) -> Said:
        """(id, who, the beginning of what was said) of the newest visible messages, newest first.

        Each of them can be `from_message_id`. `wished`: one to be among them, if it is visible.
        """
        async with self._db.as_user(user_id) as conn:
            wish = {"id": conversation_id, "wished": wished, "limit": limit}
            rows = await (await conn.execute(sql.beginnings, wish)).fetchall()
        return [
            (row["id"], "AI" if row["role"] == "assistant" else row["author"],
             one_line(row["text"], EXCERPT))
            for row in sorted(rows, key=lambda row: -row["id"])
        ]  # fmt: skip

    async def revoke(self, user_id: UUID, share_id: UUID) -> None:
        """Make a link open nothing from now on, and close the pages that show it."""
        await self.get(user_id, share_id)
        await self._revoke(user_id, share_id)

    async def revoke_all(self, user_id: UUID) -> int:
        """Revoke every link; how many there were."""
        return await self._revoke(user_id, None)

    async def take_copy(
        self, user_id: UUID, title: str | None, messages: Iterable[Mapping[str, Any]]
    ) -> UUID:
        """A conversation of one's own with what somebody shared, to go on with; its id.

        `messages` as readers get them (`reading`), oldest first. Raises Refused for none.
        """
        said = [kept for message in messages if (kept := _kept(message))["text"]]
        if not said:
            raise Refused("Nothing is shared there yet. Try again when something was said.")
        title = one_line(title or "", TITLE_LENGTH) or "Shared conversation"
        async with self._db.as_user(user_id) as conn:
            made = {"title": title, "messages": Jsonb(said)}
            row = await (await conn.execute(sql.take_copy, made)).fetchone()
            assert row is not None
            await self._events.publish(conn, user_id, "conversation", {"id": str(row["id"])})
        return UUID(str(row["id"]))

    async def forget(self, days: int) -> None:
        """Remove links that have opened nothing for so many days, and visitors after two hours."""
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.forget, {"days": days})

    async def _read(
        self, user_id: UUID, *, share_id: UUID | None = None, conversation_id: UUID | None = None
    ) -> Links:
        wish = {"id": share_id, "conversation_id": conversation_id}
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.list, wish)).fetchall()
        tokens = await asyncio.to_thread(lambda: [self._vault.open(row["token"]) for row in rows])
        return [Share(**row | {"token": token}) for row, token in zip(rows, tokens, strict=True)]

    async def _revoke(self, user_id: UUID, share_id: UUID | None) -> int:
        async with self._db.as_user(user_id) as conn:
            return (await conn.execute(sql.revoke, {"id": share_id})).rowcount


def hash_of(token: str) -> bytes:
    """What is looked up for a link: its token is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(storable(token).encode()).digest()


def _kept(message: Mapping[str, Any]) -> dict[str, Any]:
    name = message["name"] or (f"Person {message['person']}" if message["person"] else None)
    told = {"text": message["text"], "name": name, "language": message["language"]}
    clean = {key: value and storable(value) for key, value in told.items()}
    return clean | {"role": message["role"], "created_at": message["created_at"]}
