"""What is cleaned up by itself: links that are over, conversations in which nothing was said."""

from __future__ import annotations

from uuid import UUID

from core.background import Progress
from core.conversations import Conversations
from core.database import Database
from core.events import Events
from core.preferences import Preferences
from core.queries import load
from core.sharing.shares import Shares

sql = load("summaries")

SHARES_KEPT = 30
"""Days for which a link that opens nothing any more stays in the list."""


class Tidying:
    """Cleans up for one person; never anything that holds a message, nor what is looked at."""

    def __init__(
        self, preferences: Preferences, database: Database, events: Events,
        conversations: Conversations, shares: Shares,
    ) -> None:  # fmt: skip
        self._preferences = preferences
        self._db = database
        self._events = events
        self._conversations = conversations
        self._shares = shares

    async def clean_up(self, user_id: UUID, progress: Progress) -> int:
        """Forget old links, delete what is empty; how many conversations those were."""
        await self._shares.forget(SHARES_KEPT)
        days = self._preferences.current.empty_conversations_days
        if not days:
            return 0
        async with self._db.as_user(user_id) as conn:
            rows = await (await conn.execute(sql.empty, {"days": days})).fetchall()
        empty = [row["id"] for row in rows if not self._events.is_watched(row["id"])]
        if empty:
            await self._conversations.delete(user_id, *empty)
        progress(len(empty), len(empty))
        return len(empty)
