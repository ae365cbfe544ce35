"""Rows on their way into the tables, many at once."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

_TABLES = {
    "conversations": "id user_id kind title titled_by language token head_id created_at updated_at"
    " ended_at pinned_at archived_at tags learned_until",
    "participants": "id conversation_id user_id is_host name language joined_at seen_at left_at",
    "messages": "id conversation_id user_id parent_id participant_id role author language text"
    " status error_code error provider model input_tokens output_tokens created_at began_at"
    " finished_at quote_id",
    "translations": "message_id language conversation_id user_id status text engine created_at"
    " finished_at",
    "reactions": "message_id user_id kind created_at",
    "bookmarks": "message_id user_id created_at",
    "summaries": "conversation_id user_id made_by provider model language text sentiment decisions"
    " questions actions until_id messages created_at",
    "topics": "conversation_id place user_id topic",
}


class Rows:
    """What is to be copied; `first`: the id of the next message."""

    def __init__(self, user: UUID, host: str | None, names: Random, first: int) -> None:
        self.user = user
        self.host = host
        self._names = names
        self._next = first
        self.count = 0
        """Messages so far."""
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}

    def new_id(self) -> UUID:
        """An id nobody has; the same for the same life."""
        return UUID(int=self._names.getrandbits(128), version=4)

    def add(self, table: str, **values: Any) -> None:
        """A row; what is not named is NULL, the owner is the person."""
        values["user_id"] = self.user
        columns = _TABLES[table].split()
        assert values.keys() <= set(columns), values.keys() - set(columns)
        self._rows[table].append(tuple(values.get(column) for column in columns))

    def add_message(self, conversation: UUID, created_at: datetime, **values: Any) -> int:
        """A message; its id, which is larger than all before."""
        message, self._next = self._next, self._next + 1
        self.count += 1
        values = {"status": "complete"} | values
        self.add("messages", id=message, conversation_id=conversation, created_at=created_at,
                 **values)  # fmt: skip
        return message

    def copy(self, conn: psycopg.Connection) -> None:
        """Put all of them there."""
        for table, rows in self._rows.items():
            columns = ", ".join(_TABLES[table].split())
            with conn.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:  # type: ignore[arg-type]
                for row in rows:
                    copy.write_row(row)


def as_json(entries: list[dict[str, Any]]) -> Jsonb:
    """For a column of JSON."""
    return Jsonb(entries)
