"""What takes long to import is made in the background, or when first asked for."""

from __future__ import annotations

import asyncio
import ctypes
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

Made = TypeVar("Made")


class Later:
    """Stands for the ASGI app that `make` returns; requests wait until it is made.

    `make` is awaited once. What it raises, every request raises.
    """

    def __init__(self, make: Callable[[], Awaitable[ASGIApp]]) -> None:
        self._make = make
        self._making: asyncio.Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = await self.made()
        await app(scope, receive, send)

    @property
    def is_made(self) -> bool:
        """Whether the app is there without waiting."""
        done = self._making is not None and self._making.done() and not self._making.cancelled()
        return done and self._making is not None and self._making.exception() is None

    async def made(self) -> ASGIApp:
        """The app; begins to make it unless that was done before."""
        if self._making is None:
            self._making = asyncio.ensure_future(self._make())
        return await asyncio.shield(self._making)


def in_background(work: Callable[[], Made]) -> asyncio.Future[Made]:
    """The result of `work`, done in a thread nobody waits for when Parley stops.

    Cancelling does not end an import: in the loop's own pool it would hold up the exit.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Made] = loop.create_future()

    def deliver(settle: Callable[[], None]) -> None:
        if not result.done():
            settle()

    def run() -> None:
        with suppress(BrokenOff):
            _under_way.add(threading.get_ident())
            try:
                settle = partial(result.set_result, work())
            except BrokenOff:
                raise
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits
                settle = partial(result.set_exception, error)
            finally:
                _under_way.discard(threading.get_ident())
            if not loop.is_closed():
                loop.call_soon_threadsafe(deliver, settle)

    threading.Thread(target=run, name="in_background", daemon=True).start()
    return result


_AGAIN = 0.02
"""Seconds after which what was swallowed comes again."""


class BrokenOff(SystemExit):
    """Raised in the threads of `in_background` by `break_off`; no import takes it for its own, and
    a thread that ends with it ends without a word."""


def break_off() -> None:
    """End what is under way in the background, for good: for a process that has not long to live.

    An import of seconds would take the time that closing needs. Who waits for it is not told.
    """
    sys.unraisablehook = _swallowed
    for thread in tuple(_under_way):
        _break_off(thread)


def _break_off(thread: int) -> None:
    if thread in _under_way:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread), ctypes.py_object(BrokenOff)
        )


def _swallowed(unraisable: sys.UnraisableHookArgs) -> None:
    """Where it came in the middle of what nothing can be raised in (a callback of the import
    system's), it comes again, and nobody is told."""
    if unraisable.exc_type is not BrokenOff:
        sys.__unraisablehook__(unraisable)
    else:
        again = threading.Timer(_AGAIN, _break_off, [threading.get_ident()])
        again.daemon = True
        again.start()


_under_way: set[int] = set()


@asynccontextmanager
async def entered_whole(context: AbstractAsyncContextManager[Made]) -> AsyncIterator[Made]:
    """`context`, whose entering is never broken off half way: cancelled then, it is left after.

    For what cannot stand that: Streamlit's runtime prints a traceback.
    """
    async with AsyncExitStack() as stack:
        entering = asyncio.ensure_future(stack.enter_async_context(context))
        try:
            value = await asyncio.shield(entering)
        except asyncio.CancelledError:
            await entering
            raise
        yield value
