"""Something opened when first asked for and kept until it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """An async context manager that is entered and left in one task of its own.

    Whoever asks first has it opened; who asks later, from whatever task, gets the same one.
    Task groups and timeouts inside it ask for that one task.
    """

    def __init__(self, opens: Callable[[], AbstractAsyncContextManager[Thing]]) -> None:
        self._opens = opens
        self._opened: asyncio.Future[Thing] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def begin(self) -> asyncio.Future[Thing]:
        """Begin to open it, unless that was done before; what comes of it."""
        if self._opened is None:
            self._opened = asyncio.get_running_loop().create_future()
            self._keeping = asyncio.create_task(self._keep(self._opened))
        return self._opened

    async def get(self) -> Thing:
        """The open thing. Raises what opening it raised."""
        return await asyncio.shield(self.begin())

    async def close(self) -> None:
        """Close it. Raises what closing it raised.

        An opening that is under way is finished first: what it has begun would be left behind.
        """
        self._closing.set()
        if self._keeping:
            await self._keeping

    async def _keep(self, opened: asyncio.Future[Thing]) -> None:
        try:
            async with self._opens() as thing:
                opened.set_result(thing)
                await self._closing.wait()
        except Exception as error:
            if opened.done():
                raise
            opened.set_exception(error)
            opened.exception()  # whoever waits gets it; nobody has to
