"""Every run of every slate. A run belongs to the core: it goes on when its page is closed.

It is saved part by part, so that after a stop or a crash only what is missing is made.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, cast
from uuid import UUID
from weakref import WeakValueDictionary

from core import languages
from core.database import Database, Identity, patiently
from core.errors import DatabaseUnavailable, ParleyError
from core.events import Event, Events
from core.memories.knowledge import Knowing
from core.slates.options import Options
from core.slates.parts import split
from core.slates.plain import plain
from core.slates.run import Maker, Piece, Run, Status, digest, noted
from core.slates.shelf import Shelf, piece_with
from core.slates.slates import CHANGED, something
from core.slates.translating import PART_LENGTH, Translating
from core.slates.writing import REWRITTEN_AT_ONCE, Writer
from core.translation.engines import Engines

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Parts of one slate made at the same time. (The local engine has one thread anyway.)"""
STOP = "stop_slate"
"""The kind of flash that asks whoever runs a slate to stop."""
_HOPELESS = frozenset(
    ("bad_key", "no_credit", "rate_limited", "unreachable", "unknown_model", "context_too_long",
     "no_translation_model", "download")
)  # fmt: skip
"""What fails for one part would fail for the others, too: they are not tried."""


class Runs:
    """Runs slates, one run of each at a time: a newer one cancels the one before."""

    def __init__(
        self,
        database: Database,
        events: Events,
        engines: Engines,
        writer: Writer,
        knowing: Knowing,
    ) -> None:
        self._db = database
        self._events = events
        self._engines = engines
        self._writer = writer
        self._knowing = knowing
        self._shelf = Shelf(database)
        self._running: dict[UUID, Run] = {}
        self._starting: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        events.on(STOP, self._heed)
        events.on(CHANGED, self._heed)

    async def start(
        self, user_id: UUID, slate_id: UUID, text: str, options: Options, *, again: bool = False
    ) -> Run:
        """Run a slate with this text; returns once that is kept and the run is on its way.

        What the last run has made of the same parts is taken over, unless `again`: so this
        also resumes what was stopped, and retries what failed. Raises Refused for an empty
        text, TooLong, NotFound.
        """
        run = Run(user_id, slate_id, something(text), options)
        async with self._starting.setdefault(slate_id, asyncio.Lock()):
            await self._cancel(slate_id)
            await self._shelf.begin(run)
            self._running[slate_id] = run
            run.task = asyncio.create_task(self._work(run, again), name=f"slate {slate_id}")
        await self._announce(run)
        return run

    async def last(self, user_id: UUID, slate_id: UUID) -> Run:
        """The run of a slate: the one on its way, else the last one as it is kept.

        Raises NotFound.
        """
        running = self._running.get(slate_id)
        if running and running.user_id == user_id:
            return running
        return await self._shelf.last(user_id, slate_id)

    async def watch(self, user_id: UUID, slate_id: UUID) -> AsyncIterator[Run]:
        """The run of a slate whenever there is news of it; then the next one, for ever.

        Raises NotFound, also when the slate is deleted.
        """
        who = Identity("user", user_id)
        async with self._events.subscribe(who, slate_id) as changes:
            news = aiter(changes)
            while True:
                run = await self.last(user_id, slate_id)
                if run.task is None:
                    yield run
                else:
                    async with aclosing(cast(Any, run.follow())) as steps:
                        async for now in steps:
                            yield now
                await anext(news)

    async def stop(self, user_id: UUID, slate_id: UUID) -> None:
        """Stop what runs; what came is kept. Nothing happens where nothing runs."""
        run = await self.last(user_id, slate_id)
        if run.task is not None:
            await self._cancel(slate_id)
        elif run.status == "running":
            await self._events.flash_everywhere(slate_id, STOP, {})

    async def alternatives(
        self, user_id: UUID, slate_id: UUID, place: int, sentence: str
    ) -> list[str]:
        """Other ways to say a sentence of a translation.

        Raises NeedsAI, ProviderError, NotFound.
        """
        run = await self.last(user_id, slate_id)
        source = piece_with(run, place, sentence).part.text
        run.known = await self._knowing.about(user_id, [source])
        return await self._writer.alternatives(run, sentence, source)

    async def amend(
        self, user_id: UUID, slate_id: UUID, place: int, old: str, new: str, nth: int = 0
    ) -> None:
        """See `Shelf.amend`."""
        await self._shelf.amend(user_id, slate_id, place, old, new, nth)
        await self._changed(slate_id)

    async def restore(self, user_id: UUID, slate_id: UUID, version_id: int) -> None:
        """See `Shelf.restore`; what runs is stopped."""
        await self.stop(user_id, slate_id)
        await self._shelf.restore(user_id, slate_id, version_id)
        await self._changed(slate_id)

    def able(self) -> bool:
        """Whether there is an AI for what the local engine cannot do."""
        return self._writer.able()

    async def close(self) -> None:
        """Leave what runs; it can be resumed."""
        tasks = [run.task for run in self._running.values() if run.task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)

    async def _cancel(self, slate_id: UUID) -> None:
        run = self._running.get(slate_id)
        if run and run.task:
            run.stop_asked = True
            run.task.cancel()
            await asyncio.wait({run.task}, timeout=5)

    async def _work(self, run: Run, again: bool) -> None:
        try:
            await self._make_all(run, again)
            failed = next((piece for piece in run.pieces if piece.status == "failed"), None)
            outcome: tuple[Status, Any] = ("failed", failed) if failed else ("complete", None)
        except asyncio.CancelledError:
            outcome = ("stopped" if run.stop_asked else "interrupted", None)
        except ParleyError as error:
            outcome = ("failed", error)
        except Exception:
            log.exception("a run of a slate failed unexpectedly")
            outcome = ("failed", ParleyError())
        await asyncio.shield(asyncio.create_task(self._finish(run, *outcome)))

    async def _make_all(self, run: Run, again: bool) -> None:
        if run.language is None:
            run.language = await asyncio.to_thread(languages.detect, run.text)
        run.tell()
        maker = self._maker(run)
        knowing = self._knowing.about if maker.heeds_the_author else self._knowing.terms
        run.known = await knowing(run.user_id, [run.text])
        run.noted = noted(run.known)
        run.engine = maker.name
        pieces = await asyncio.to_thread(_cut, run, maker.name)
        await self._shelf.lay_out(run, pieces, again=again)
        run.tell()
        waiting = iter(run.missing)
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._take(run, maker, waiting))

    def _maker(self, run: Run) -> Maker:
        if run.options.task == "translate":
            return Translating(self._engines.current(), run)
        return self._writer.writing(run)

    async def _take(self, run: Run, maker: Maker, waiting: Iterator[Piece]) -> None:
        """Make one part after the other, until there is none left or no sense in it."""
        for piece in waiting:
            await self._make(run, maker, piece)
            if piece.error_code in _HOPELESS:
                for _ in waiting:  # the others find nothing left
                    pass

    async def _make(self, run: Run, maker: Maker, piece: Piece) -> None:
        piece.status = "running"
        before = run.pieces[piece.place - 1].part.text if piece.place else ""
        try:
            if piece.part.kept or not piece.part.body:
                piece.text = piece.part.text
            else:
                async with aclosing(cast(Any, maker.make(piece.part, before, run.waits))) as grown:
                    async for text in grown:
                        run.note, piece.text = None, _placed(run, piece, text)
                        run.tell()
            piece.status = "done"
        except ParleyError as error:
            piece.fail(error)
        with suppress(DatabaseUnavailable):  # `_finish` waits for it
            await self._shelf.save(run, piece)
        run.tell()

    async def _finish(self, run: Run, status: Status, error: ParleyError | Piece | None) -> None:
        """Save how it ended, for as long as it takes the database to be there."""
        run.settle(status, error)
        await patiently(lambda: self._shelf.end(run))
        if self._running.get(run.slate_id) is run:
            del self._running[run.slate_id]
        run.tell()
        await self._announce(run)

    async def _announce(self, run: Run) -> None:
        with suppress(DatabaseUnavailable):
            await self._events.flash_everywhere(run.slate_id, CHANGED, {"run": run.number})

    async def _changed(self, slate_id: UUID) -> None:
        await self._events.flash_everywhere(slate_id, CHANGED, {})

    def _heed(self, event: Event) -> None:
        """Somebody wants a run of this process to stop, or has begun a newer one elsewhere."""
        run = self._running.get(event.topic)
        newer = event.kind == STOP or (event.payload or {}).get("run", 0) > (
            run.number if run else 0
        )
        if run and run.task and newer:
            run.stop_asked = True
            run.task.cancel()


def _cut(run: Run, engine: str) -> list[Piece]:
    """The parts of a text, as large as its task wants them."""
    text = run.text if run.options.keep_formatting else plain(run.text)
    limits = {"translate": PART_LENGTH, "rewrite": REWRITTEN_AT_ONCE}
    parts = split(text, limits.get(run.options.task, len(text)))
    return [Piece(at, part, digest(run, engine, part)) for at, part in enumerate(parts)]


def _placed(run: Run, piece: Piece, text: str) -> str:
    """What was made of a part, with its space where the text goes on around it."""
    between = run.options.task in ("translate", "rewrite")
    return piece.part.around(text.strip()) if between else text.strip()


@asynccontextmanager
async def open_runs(
    database: Database, events: Events, engines: Engines, writer: Writer, knowing: Knowing
) -> AsyncIterator[Runs]:
    """The runs of this process, left in order at the end."""
    runs = Runs(database, events, engines, writer, knowing)
    try:
        yield runs
    finally:
        await runs.close()
