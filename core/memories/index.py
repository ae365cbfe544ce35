"""Memories in the index by meaning."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.database import Database
from core.embeddings import Embedder
from core.jobs import Jobs
from core.memories.memory import fingerprint
from core.vector_index import VectorIndex
from core.vectors import Vectors


class MemoryIndex(VectorIndex):
    """Memories, and where those lay that were deleted."""

    def __init__(
        self, database: Database, vectors: Vectors, embedder: Embedder, jobs: Jobs
    ) -> None:
        super().__init__("memories", database, vectors, embedder, jobs)

    async def _take_leave(self, owner: UUID, rows: list[dict[str, Any]]) -> None:
        """Note where what was deleted lay, so that it is not learned again in other words."""
        deleted = [row for row in rows if row["status"] == "deleted"]
        there = await self._vectors.of(self.space, owner, [row["number"] for row in deleted])
        async with self._db.as_user(owner) as conn:
            for row in deleted:
                if (vector := there.get(row["number"])) is not None:
                    place = {
                        "fingerprint": fingerprint(row["text"]), "embedder": self._embedder.name,
                        "embedding": vector.tobytes(),
                    }  # fmt: skip
                    await conn.execute(self._sql.place_forgotten, place)
