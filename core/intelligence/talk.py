"""What was said in a conversation, as a summary is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.conversations import Kind
from core.database import Database
from core.errors import NotFound
from core.queries import load

sql = load("summaries")


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `translated`: in the host's language, where a room has it."""

    id: int
    role: Literal["user", "assistant"]
    author: str | None
    host: bool
    language: str | None
    text: str
    translated: str | None
    cut_off: bool
    provider: str | None
    model: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation to summarise. `head_id` is where its visible branch ends."""

    id: UUID
    kind: Kind
    titled_by: str
    language: str
    """What its host reads."""
    head_id: int | None
    said: list[Said]

    def who(self, said: Said) -> str:
        """Who said it, as a summary names them."""
        if said.role == "assistant":
            return "AI"
        if self.kind == "chat":
            return "User"
        return said.author or ("Host" if said.host else "Guest")

    @property
    def answered_by(self) -> tuple[str, str] | None:
        """Provider and model of the newest reply."""
        found = ((one.provider, one.model) for one in reversed(self.said))
        return next(((who, model) for who, model in found if who and model), None)


async def read_talk(database: Database, user_id: UUID, conversation_id: UUID) -> Talk:
    """The visible branch of a chat, or all of a room. Raises NotFound."""
    async with database.as_user(user_id) as conn:
        row = await (await conn.execute(sql.conversation, {"id": conversation_id})).fetchone()
        if row is None:
            raise NotFound("There is no such conversation. It may have been deleted.")
        rows = await (await conn.execute(sql.said, row)).fetchall()
    said = [Said(**one) for one in rows]
    return Talk(row["id"], row["kind"], row["titled_by"], row["language"], row["head_id"], said)
