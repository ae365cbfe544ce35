"""The indexes by meaning, as commands treat them.

An embedded index may be written by one process alone. While Parley runs with one, the work is
left to it, as jobs, and watched from here.
"""

from __future__ import annotations

import asyncio
import time

from core.app import App
from core.commands.bar import Bar
from core.vector_index import Differences, Progress, VectorIndex

_LOOK_EVERY = 0.2
_WAIT = 60.0
"""Seconds without any progress after which Parley is taken to be stuck."""


def indexes(app: App) -> list[VectorIndex]:
    """All there are."""
    return [app.memory_index, app.passage_index]


async def is_anothers(app: App) -> bool:
    """Whether the indexes belong to a Parley that runs."""
    return app.vectors.is_embedded and await app.events.others() > 0


async def catch_up(app: App, index: VectorIndex, bar: Bar) -> None:
    """Bring in whatever is missing, here or by the Parley that runs."""
    if not await is_anothers(app):
        await index.catch_up(bar.show)
        return
    total = left = await index.ask_to_catch_up()
    moved = time.monotonic()
    while left and time.monotonic() - moved < _WAIT:
        bar.show(total - left, total)
        await asyncio.sleep(_LOOK_EVERY)
        now = await index.waiting()
        moved, left = time.monotonic() if now != left else moved, now
    bar.show(total - left, total)


async def mended(app: App, index: VectorIndex, progress: Progress) -> Differences:
    """What differs after it was mended."""
    if not await is_anothers(app):
        await index.catch_up(progress)
        await index.differences(mend=True)
        return await index.differences()
    await index.ask_to_mend()
    left, moved = await index.differences(), time.monotonic()
    total = left.missing + left.orphans
    while not left.none and time.monotonic() - moved < _WAIT:
        progress(total - left.missing - left.orphans, total)
        await asyncio.sleep(_LOOK_EVERY)
        now = await index.differences()
        moved, left = time.monotonic() if now != left else moved, now
    return left
