"""What is kept in the index by meaning: brought in, made anew, checked.

Every row says with which index, embedder and revision it is in there (`indexed_as`), so that
whatever was missed, or lost with a damaged index, shows by itself. One `VectorIndex` a noun;
what differs between them is in the queries of `sql/<noun>.sql`:

- `waiting(mark)`, `all_owners(mark)`: whose rows are missing or have changed, and how many (all
  that should be there); `any`: whether there are any at all;
- `to_index(mark, limit)`: numbers, texts and revisions to put in; `indexed(mark, numbers,
  revisions)`: they are in, and which of them there still are;
- `to_unindex(limit)`: numbers to take out; `unindexed(numbers)`: they are out;
- `ids`: the numbers that should be there; `take_for_missing(numbers)`, `unindex_all`: forget that
  they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.database import Connection, Database
from core.embeddings import Embedder
from core.errors import IndexUnavailable, ParleyError
from core.jobs import Jobs
from core.queries import load
from core.vectors import Hit, Vector, Vectors

log = logging.getLogger(__name__)

_AT_ONCE = 64
Progress = Callable[[int, int], None]
"""Called with how many are done, of how many."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What a check found, in rows: not in the index, in it by mistake."""

    missing: int
    orphans: int

    @property
    def none(self) -> bool:
        """Whether database and index agree."""
        return not (self.missing or self.orphans)


class VectorIndex:
    """The index by meaning, as far as one noun is concerned."""

    def __init__(
        self, noun: str, database: Database, vectors: Vectors, embedder: Embedder, jobs: Jobs
    ) -> None:
        """`noun`, in the plural: the name of the file of queries, and of the jobs."""
        self.noun = noun
        self._sql = load(noun)
        self._db = database
        self._vectors = vectors
        self._embedder = embedder
        self._jobs = jobs
        self._one_at_a_time: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)
        jobs.register(index_job(noun), self.catch_up_with)
        jobs.register(self._mend_job, self._mend)

    @property
    def _mend_job(self) -> str:
        return f"mend_index_of_{self.noun}"

    @property
    def space(self) -> str:
        """Where in the index they are."""
        return f"{self.noun}.{self._embedder.name}"

    async def nearest(
        self, user_id: UUID, text: str, k: int, among: Sequence[int] | None = None
    ) -> list[Hit]:
        """The numbers nearest in meaning to a question, of some alone if given. Raises
        IndexUnavailable."""
        return await self._vectors.nearest(self.space, user_id, await self._asked(text), k, among)

    async def _asked(self, text: str) -> Vector:
        try:
            vectors = await self._embedder.queries([text])
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            raise IndexUnavailable("The model for searching by meaning does not load.") from error
        vector: Vector = vectors[0]
        return vector

    async def catch_up_with(self, user_id: str) -> None:
        """The job: bring the index up to date with what somebody has now."""
        await self._catch_up_with(UUID(user_id))

    async def catch_up(self, progress: Progress | None = None) -> int:
        """Bring in whatever is missing, of everybody; how many that were."""
        async with self._db.as_nobody() as conn:
            waiting = await self._waiting(conn)
        total, done = sum(waiting.values()), 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            if progress:
                progress(min(done, total), total)

        for owner in waiting:
            await self._catch_up_with(owner, count)
        return total

    async def ask_to_catch_up(self) -> int:
        """Have jobs do what `catch_up` does, in this process or another; how much there is."""
        async with self._db.as_nobody() as conn:
            waiting = await self._waiting(conn)
            for owner in waiting:
                await self._jobs.defer(conn, index_job(self.noun), user_id=str(owner))
        return sum(waiting.values())

    async def waiting(self, owner: UUID | None = None) -> int:
        """How many are not in the index as they are now: of somebody, or of all."""
        async with self._db.as_nobody() as conn:
            waiting = await self._waiting(conn)
        return sum(waiting.values()) if owner is None else waiting.get(owner, 0)

    async def ask_to_mend(self) -> None:
        """Have a job, in this process or another, set right what differs."""
        async with self._db.as_nobody() as conn:
            await self._jobs.defer(conn, self._mend_job)

    async def _mend(self) -> None:
        await self.differences(mend=True)

    async def keep_up(self) -> None:
        """Have done what was missed; where the index does not answer, that is logged."""
        try:
            async with self._db.as_nobody() as conn:
                row = await (await conn.execute(self._sql.any)).fetchone()
            if row and row["exist"] and (waiting := await self.ask_to_catch_up()):
                log.info("%d %s are being put into the index", waiting, self.noun)
        except ParleyError as error:
            log.warning("%s are found by their words alone: %s", self.noun.capitalize(), error)

    async def forget_all(self) -> None:
        """Take everything for missing, so that it is made anew."""
        async with self._db.as_nobody() as conn:
            await conn.execute(self._sql.unindex_all)

    async def differences(self, *, mend: bool = False) -> Differences:
        """Compare the index with the database, one by one; with `mend` set it right."""
        mark = await self._mark()
        async with self._db.as_nobody() as conn:
            rows = await (await conn.execute(self._sql.all_owners, {"mark": mark})).fetchall()
        owners = {row["user_id"] for row in rows} | await self._vectors.owners(self.space)
        missing = orphans = 0
        for owner in owners:
            lost, strange = await self._compare(owner, mend=mend)
            missing, orphans = missing + lost, orphans + strange
        return Differences(missing, orphans)

    async def _compare(self, owner: UUID, *, mend: bool) -> tuple[int, int]:
        async with self._one_at_a_time[owner]:
            async with self._db.as_user(owner) as conn:
                rows = await (await conn.execute(self._sql.ids)).fetchall()
            wanted = {row["number"] for row in rows}
            there = await self._vectors.ids(self.space, owner)
            lost, strange = wanted - there, there - wanted
            if mend and strange:
                await self._vectors.drop(self.space, owner, list(strange))
            if mend and lost:
                async with self._db.as_user(owner) as conn:
                    await conn.execute(self._sql.take_for_missing, {"numbers": list(lost)})
        if mend and lost:
            await self._catch_up_with(owner)
        return len(lost), len(strange)

    async def _waiting(self, conn: Connection) -> dict[UUID, int]:
        mark = await self._mark()
        rows = await (await conn.execute(self._sql.waiting, {"mark": mark})).fetchall()
        return {row["user_id"]: int(row["count"]) for row in rows}

    async def _catch_up_with(self, owner: UUID, count: Callable[[int], None] | None = None) -> None:
        """`count` hears of each batch that is done."""
        async with self._one_at_a_time[owner]:
            mark = await self._mark()
            while done := await self._take_out(owner) or await self._put_in(owner, mark):
                if count:
                    count(done)

    async def _mark(self) -> str:
        return f"{await self._vectors.identity()} {self._embedder.name}"

    async def _take_out(self, owner: UUID) -> int:
        async with self._db.as_user(owner) as conn:
            rows = await (
                await conn.execute(self._sql.to_unindex, {"limit": 10 * _AT_ONCE})
            ).fetchall()
        numbers = [row["number"] for row in rows]
        if numbers:
            await self._take_leave(owner, rows)
            await self._vectors.drop(self.space, owner, numbers)
            async with self._db.as_user(owner) as conn:
                await conn.execute(self._sql.unindexed, {"numbers": numbers})
        return len(numbers)

    async def _take_leave(self, owner: UUID, rows: list[dict[str, Any]]) -> None:
        """Called with rows of `to_unindex` that are still in the index."""

    async def _put_in(self, owner: UUID, mark: str) -> int:
        """A batch; what changes meanwhile keeps an older revision and comes again."""
        async with self._db.as_user(owner) as conn:
            wanted = {"mark": mark, "limit": _AT_ONCE}
            rows = await (await conn.execute(self._sql.to_index, wanted)).fetchall()
            count = await (await conn.execute(self._sql.owned)).fetchone()
        if not rows:
            return 0
        numbers = [row["number"] for row in rows]
        vectors = await self._embedder.passages([row["text"] for row in rows])
        owned = int(count["owned"]) if count else 0
        await self._vectors.put(self.space, owner, numbers, vectors, owned)
        async with self._db.as_user(owner) as conn:
            done = {"mark": mark, "numbers": numbers, "revisions": [r["revision"] for r in rows]}
            there = await (await conn.execute(self._sql.indexed, done)).fetchall()
        if gone := set(numbers) - {row["number"] for row in there}:
            await self._vectors.drop(self.space, owner, list(gone))
        return len(numbers)


def index_job(noun: str) -> str:
    """The name of the job that brings somebody's rows into the index; deferred with a change."""
    return f"index_{noun}"
