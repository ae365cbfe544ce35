"""The profile of everybody: read, put right, locked, removed, forgotten and brought back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.database import Connection, Database
from core.errors import NotFound, ParleyError
from core.intelligence.profile.confidence import HALF_LIVES, SHOWN, confidence
from core.intelligence.profile.insight import (
    KINDS,
    RIVALS,
    Evidence,
    Insight,
    fitting,
    label,
)
from core.intelligence.profile.telling import NOTHING_TOLD, Telling, choose
from core.preferences import Preferences
from core.queries import load

log = logging.getLogger(__name__)
sql = load("profile")

Clock = Callable[[], datetime]
Insights = list[Insight]
_UNKNOWN = "There is no such insight. It may have faded, or been removed."


def utc_now() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


class Profile:
    """Each call names whose. Raises NotFound for another's, Refused for what cannot be kept.

    `now` is the time confidence is told for; it fades.
    """

    def __init__(self, preferences: Preferences, database: Database, now: Clock = utc_now) -> None:
        self._preferences = preferences
        self._db = database
        self._now = now

    @property
    def is_on(self) -> bool:
        """Whether anything is learned and told."""
        return self._preferences.current.profile_learning

    async def insights(self, user_id: UUID) -> Insights:
        """What is learned of somebody, by kind, the surest first; what has faded is left out."""
        async with self._db.as_user(user_id) as conn:
            return await self._read(conn)

    async def get(self, user_id: UUID, insight_id: UUID) -> Insight:
        """One of them, faded or not."""
        async with self._db.as_user(user_id) as conn:
            return _one(await self._all(conn), insight_id)

    async def evidence(self, user_id: UUID, insight_id: UUID, limit: int = 20) -> list[Evidence]:
        """The messages that speak for an insight or against it, the newest first."""
        async with self._db.as_user(user_id) as conn:
            if not await (await conn.execute(sql.one, {"id": insight_id})).fetchone():
                raise NotFound(_UNKNOWN)
            asked = {"id": insight_id, "limit": limit}
            rows = await (await conn.execute(sql.evidence, asked)).fetchall()
        return [Evidence.of(row) for row in rows]

    async def change(
        self,
        user_id: UUID,
        insight_id: UUID,
        *,
        value: str | None = None,
        locked: bool | None = None,
    ) -> Insight:
        """Put one right in one's own words, which then hold; keep it as it is, or no longer."""
        async with self._db.as_user(user_id) as conn:
            before = _one(await self._all(conn), insight_id)
            new = None if value is None else fitting(value)
            if new == before.label:
                new = None
            change = {
                "id": insight_id, "value": new, "locked": locked, "confidence": before.confidence,
            }  # fmt: skip
            await conn.execute(sql.change, change)
            return _one(await self._all(conn), insight_id)

    async def remove(self, user_id: UUID, insight_id: UUID) -> UUID:
        """Remove one, which is not learned again; its id."""
        await self._do(user_id, sql.remove, insight_id)
        return insight_id

    async def restore(self, user_id: UUID, insight_id: UUID) -> Insight:
        """Undo `remove`."""
        await self._do(user_id, sql.restore, insight_id)
        return await self.get(user_id, insight_id)

    async def reset(self, user_id: UUID) -> int:
        """Forget all of it; how many there were. What was said until now is not learned again."""
        async with self._db.as_user(user_id) as conn:
            await conn.execute(sql.forget_last_reset)
            gone = await (await conn.execute(sql.reset)).fetchall()
            await conn.execute(sql.skip_everything, {"user_id": user_id})
        return len(gone)

    async def undo_reset(self, user_id: UUID) -> int:
        """Bring back what the last `reset` forgot; how many came back."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.undo_reset)).fetchone()
        return int(row["n"]) if row else 0

    async def skip(self, user_id: UUID) -> None:
        """What was said until now, and has not been learned from, is never learned from."""
        async with self._db.as_user(user_id) as conn:
            await conn.execute(sql.skip_unread, {"user_id": user_id})

    async def set_zone(self, user_id: UUID, zone: str) -> None:
        """The time zone somebody lives in, as their browser names it; what is none is ignored."""
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return
        async with self._db.as_user(user_id) as conn:
            await conn.execute(sql.set_zone, {"user_id": user_id, "zone": zone})

    async def purge(self, minutes: int) -> None:
        """Let what was removed or forgotten longer ago go for good."""
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.purge, {"minutes": minutes})

    # What replies are made with

    async def about(self, user_id: UUID) -> Telling:
        """See `Shaping`."""
        if not self.is_on:
            return NOTHING_TOLD
        try:
            return choose(await self.insights(user_id))
        except ParleyError as error:
            log.warning("The profile could not be read: %s", error)
            return NOTHING_TOLD

    async def note_use(
        self, conn: Connection, user_id: UUID, message_id: int, ids: Sequence[UUID]
    ) -> None:
        """See `Shaping`."""
        if ids:
            note = {"user_id": user_id, "message_id": message_id, "ids": list(ids)}
            await conn.execute(sql.note_use, note)

    async def uses(self, user_id: UUID, message_ids: Sequence[int]) -> dict[int, dict[UUID, str]]:
        """How the insights read that replies were made with, by reply and insight, as now."""
        if not message_ids:
            return {}
        async with self._db.as_user(user_id) as conn:
            asked = {"message_ids": list(message_ids)}
            rows = await (await conn.execute(sql.uses, asked)).fetchall()
        found: dict[int, dict[UUID, str]] = {}
        for row in rows:
            reads = label(row["kind"], row["value"], corrected=row["corrected"])
            found.setdefault(row["message_id"], {})[row["id"]] = reads
        return found

    async def _read(self, conn: Connection) -> Insights:
        """All that is to be shown. What holds leaves no room for its rivals."""
        found = await self._all(conn)
        settled = {one.kind for one in found if one.held and one.kind in RIVALS}
        shown = [
            one
            for one in found
            if one.held or (one.kind not in settled and one.confidence >= SHOWN)
        ]
        return sorted(shown, key=lambda one: (KINDS.index(one.kind), -one.confidence, one.value))

    async def _all(self, conn: Connection) -> Insights:
        asked = {
            "now": self._now(), "kinds": list(HALF_LIVES), "days": list(HALF_LIVES.values()),
        }  # fmt: skip
        rows = await (await conn.execute(sql.insights, asked)).fetchall()
        support: dict[str, float] = {}
        for row in rows:
            support[row["kind"]] = support.get(row["kind"], 0.0) + row["support"]
        return [_insight(row, support[row["kind"]] - row["support"]) for row in rows]

    async def _do(self, user_id: UUID, query: Any, insight_id: UUID) -> None:
        async with self._db.as_user(user_id) as conn:
            if not await (await conn.execute(query, {"id": insight_id})).fetchone():
                raise NotFound(_UNKNOWN)


def _insight(row: Mapping[str, Any], rivals: float) -> Insight:
    """`rivals`: what speaks for the others of its kind."""
    against = row["against"] + (rivals if row["kind"] in RIVALS else 0.0)
    locked, sure = row["confidence"] is not None, confidence(row["support"], against)
    if locked:
        sure = float(row["confidence"])
    return Insight(
        row["id"], row["kind"], row["key"], row["value"], row["corrected"], locked,
        1.0 if row["corrected"] else sure, row["evidence"], row["conversations"], row["seen_at"],
        row["created_at"], row["updated_at"],
    )  # fmt: skip


def _one(insights: Insights, insight_id: UUID) -> Insight:
    for one in insights:
        if one.id == insight_id:
            return one
    raise NotFound(_UNKNOWN)
