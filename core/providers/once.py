"""Something costly that many wait for and that is made once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class Once(Generic[Made]):
    """Makes a thing when it is first asked for, shared by all who ask.

    Who stops waiting does not stop the making. What failed is made anew when asked for again.
    """

    def __init__(self, make: Callable[[], Coroutine[Any, Any, Made]]) -> None:
        self._make = make
        self._task: asyncio.Task[Made] | None = None

    @property
    def value(self) -> Made | None:
        """The thing, None while there is none."""
        task = self._task
        if task is None or not task.done() or task.cancelled() or task.exception():
            return None
        return task.result()

    async def get(self) -> Made:
        """The thing, made if need be. Raises what making it raises."""
        if self._task is None or (self._task.done() and self.value is None):
            self._task = asyncio.create_task(self._make())
            self._task.add_done_callback(_seen)
        return await asyncio.shield(self._task)

    async def take(self) -> Made | None:
        """Stop making it, hand over what was made, and forget it."""
        task, self._task = self._task, None
        if task is None:
            return None
        task.cancel()
        await asyncio.wait({task})
        return None if task.cancelled() or task.exception() else task.result()


def _seen(task: asyncio.Task[Any]) -> None:
    """Nobody may be waiting any more: then asyncio would complain that nobody looked."""
    if not task.cancelled():
        task.exception()
