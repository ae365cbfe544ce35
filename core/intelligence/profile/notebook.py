"""Writing observations down: each to the insight it speaks for, if it may be learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
from typing import Any
from uuid import UUID

from core.database import Connection
from core.intelligence.profile.insight import LONGEST, Observation
from core.intelligence.profile.sensitive import is_sensitive
from core.intelligence.profile.topics import key_of, overlaps
from core.queries import load
from core.text import one_line

sql = load("profile")

KEPT = 60
"""Messages kept as evidence of an insight, the newest."""
_EVERY_MESSAGE = ("language", "hours", "formality")
"""Kinds that nearly every message shows: one a conversation and day is enough."""


class Notebook:
    """What is known of one person, while it is written on."""

    def __init__(self, conn: Connection, user_id: UUID, known: Sequence[Mapping[str, Any]]) -> None:
        self._conn = conn
        self._user = user_id
        self._known = {(row["kind"], row["key"]): row for row in known}
        self._corrected = {
            (row["kind"], key_of(row["value"])): row for row in known if row["corrected"]
        }
        self._removed = [
            row["key"] for row in known if row["removed"] and row["kind"] == "interest"
        ]

    @classmethod
    async def open(cls, conn: Connection, user_id: UUID) -> Notebook:
        """The notebook of whoever `conn` is."""
        return cls(conn, user_id, await (await conn.execute(sql.known)).fetchall())

    async def write(self, observations: Iterable[Observation]) -> int:
        """Keep what they speak for; how many were kept."""
        rows: dict[tuple[UUID, int], Observation] = {}
        for one in _thinned(observations):
            insight = await self._insight(one)
            if insight is not None:
                rows[insight, one.message_id] = one
        if rows:
            await self._conn.execute(sql.note_evidence, _columns(self._user, rows))
        return len(rows)

    async def tidy(self) -> None:
        """Let go of what says nothing any more."""
        await self._conn.execute(sql.drop_stale_reactions)
        await self._conn.execute(sql.prune_evidence, {"most": KEPT})
        await self._conn.execute(sql.prune_insights)

    async def _insight(self, one: Observation) -> UUID | None:
        """What an observation speaks for; None where that must not be learned."""
        found = self._known.get((one.kind, one.key)) or self._corrected.get((one.kind, one.key))
        if found is not None:
            return None if found["removed"] else UUID(str(found["id"]))
        if one.kind == "interest" and not self._may_be_learned(one):
            return None
        new = {
            "user_id": self._user, "kind": one.kind, "key": one.key,
            "value": one_line(one.value, LONGEST),
        }  # fmt: skip
        row = await (await self._conn.execute(sql.learn, new)).fetchone()
        assert row is not None
        self._known[one.kind, one.key] = {"id": row["id"], "removed": False}
        return UUID(str(row["id"]))

    def _may_be_learned(self, one: Observation) -> bool:
        return not is_sensitive(one.value) and not any(
            overlaps(one.key, removed) for removed in self._removed
        )


def _thinned(observations: Iterable[Observation]) -> Iterable[Observation]:
    """Without what the same conversation has shown on the same day."""
    seen: set[tuple[str, str, UUID, date]] = set()
    for one in observations:
        day = one.seen_at.astimezone(UTC).date()
        place = one.kind, one.key, one.conversation_id, day
        if one.kind in _EVERY_MESSAGE and one.why == "said":
            if place in seen:
                continue
            seen.add(place)
        yield one


def _columns(user_id: UUID, rows: Mapping[tuple[UUID, int], Observation]) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "insights": [insight for insight, _ in rows],
        "messages": [message for _, message in rows],
        "whys": [one.why for one in rows.values()],
        "weights": [one.weight for one in rows.values()],
        "times": [one.seen_at for one in rows.values()],
    }
