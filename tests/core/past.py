"""Small pasts whose every number can be told by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg


def at(text: str) -> datetime:
    """A moment in UTC: `at("2026-03-02 09:30")`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Past:
    """Puts conversations and what was said there; an administrator's connection."""

    conn: psycopg.Connection[tuple[Any, ...]]
    user: UUID

    def chat(self, begun: datetime, **values: Any) -> UUID:
        made = uuid4()
        self._insert(
            "conversations",
            {"id": made, "user_id": self.user, "kind": "chat", "created_at": begun} | values,
        )
        return made

    def say(self, chat: UUID, when: datetime, **values: Any) -> int:
        """A message, of a person unless `role` says otherwise; the conversation follows."""
        row = {"conversation_id": chat, "user_id": self.user, "role": "user", "text": "x",
               "language": "en", "created_at": when} | values  # fmt: skip
        message = self._insert("messages", row, "id")
        self.conn.execute("UPDATE conversations SET updated_at = %s WHERE id = %s", [when, chat])
        return int(message)

    def reply(
        self, chat: UUID, when: datetime, model: str = "openai:gpt-4o-mini", wait: float = 1,
        writing: float = 2, tokens: tuple[int | None, int | None] = (100, 50), **values: Any,
    ) -> int:  # fmt: skip
        """Of a model: seconds until its first word and from there to its end, tokens in and out."""
        provider, _, name = model.partition(":")
        began = when + timedelta(seconds=wait)
        return self.say(
            chat, when, role="assistant", provider=provider, model=name, began_at=began,
            finished_at=began + timedelta(seconds=writing), input_tokens=tokens[0],
            output_tokens=tokens[1], **values,
        )  # fmt: skip

    def sums_up(self, chat: UUID, sentiment: float | None, *topics: str) -> None:
        """What was made of it."""
        self._insert("summaries", {
            "conversation_id": chat, "user_id": self.user, "made_by": "model", "language": "en",
            "text": "x", "sentiment": sentiment, "until_id": 0, "messages": 1,
        })  # fmt: skip
        for place, topic in enumerate(topics):
            self._insert("topics", {
                "conversation_id": chat, "user_id": self.user, "place": place, "topic": topic,
            })  # fmt: skip

    def mark(self, message: int, when: datetime, kind: str = "bookmark") -> None:
        """A bookmark or a reaction."""
        row = {"message_id": message, "user_id": self.user, "created_at": when}
        if kind == "bookmark":
            self._insert("bookmarks", row)
        else:
            self._insert("reactions", row | {"kind": kind})

    def _insert(self, table: str, row: dict[str, Any], back: str = "user_id") -> Any:
        names = ", ".join(row)
        places = ", ".join(["%s"] * len(row))
        query = f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {back}"
        found = self.conn.execute(query, list(row.values())).fetchone()  # type: ignore[call-overload]
        return found[0]
