"""Stands where somebody who knows something will stand."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from core.memories.knowledge import NOTHING, Knowledge


class NothingKnown:
    """Knows nothing about anybody."""

    async def about(self, user_id: UUID, texts: Iterable[str]) -> Knowledge:
        """See `Knowing.about`."""
        return NOTHING
