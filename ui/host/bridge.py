"""The one bridge from Streamlit's script threads to the core's event loop.

`attach_core` is called where the core is open; pages then use `core`, `run`, `begin` and
`iterate`. Nothing of the core may be awaited anywhere else than on its loop.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any, TypeVar

from core.app import App
from core.errors import ParleyError

T = TypeVar("T")

ANSWER_WITHIN = 30.0
"""Seconds a page waits for the core."""
LOOK_UP_EVERY = 0.2
"""Seconds between two looks at what Streamlit wants while nothing comes."""


class NotOpen(ParleyError):
    """Parley is still starting. Try again in a moment."""

    code = "not_open"


class TooSlow(ParleyError):
    """Parley took too long to answer. Try again in a moment."""

    code = "too_slow"


@dataclass(frozen=True, slots=True)
class _Attached:
    app: App
    loop: asyncio.AbstractEventLoop


_attached: _Attached | None = None


def attach_core(app: App, loop: asyncio.AbstractEventLoop) -> None:
    """Let the pages use `app`, which lives on `loop`."""
    global _attached
    _attached = _Attached(app, loop)


def detach_core() -> None:
    """The core is about to close; pages find it not open from now on."""
    global _attached
    _attached = None


def is_open() -> bool:
    """Whether the core can be used."""
    return _attached is not None


def core() -> App:
    """The open core. Raises NotOpen."""
    return _here().app


def begin(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Begin `work` on the core's loop; its result comes with `result_of`. Raises NotOpen."""
    try:
        return asyncio.run_coroutine_threadsafe(work, _here().loop)
    except (NotOpen, RuntimeError) as error:
        work.close()
        raise NotOpen from error


def result_of(work: Future[T], timeout: float = ANSWER_WITHIN) -> T:
    """Wait for what `begin` began. Raises what it raised, TooSlow after `timeout` seconds."""
    try:
        return work.result(timeout)
    except FutureTimeoutError as error:
        work.cancel()
        raise TooSlow from error


def run(work: Coroutine[Any, Any, T], timeout: float = ANSWER_WITHIN) -> T:
    """Do `work` on the core's loop and wait for it. Raises what it raised, NotOpen, TooSlow."""
    return result_of(begin(work), timeout)


def iterate(
    items: AsyncIterator[T], look_up: Callable[[], object] = lambda: None
) -> Iterator[list[T]]:
    """The items of an iterator of the core's loop: all that have come since the last look.

    While nothing comes, `look_up` is called every LOOK_UP_EVERY seconds; what it raises ends
    the iteration. However it ends, `items` is closed on the loop, and nothing else with it.
    """
    arrived: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
    pump = begin(_pump(items, arrived))
    try:
        while True:
            batch = _take(arrived, look_up)
            end = batch.pop() if batch and isinstance(batch[-1], _End) else None
            if batch:
                yield [item for item in batch if not isinstance(item, _End)]
            if isinstance(end, _End):
                if end.error:
                    raise end.error
                return
    finally:
        pump.cancel()


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


def _take(arrived: queue.SimpleQueue[T | _End], look_up: Callable[[], object]) -> list[T | _End]:
    while True:
        try:
            batch = [arrived.get(timeout=LOOK_UP_EVERY)]
            break
        except queue.Empty:
            look_up()
    while not isinstance(batch[-1], _End):
        try:
            batch.append(arrived.get_nowait())
        except queue.Empty:
            break
    return batch


async def _pump(items: AsyncIterator[T], arrived: queue.SimpleQueue[T | _End]) -> None:
    try:
        async for item in items:
            arrived.put(item)
    except BaseException as error:  # noqa: BLE001 - raised again in the page's thread
        arrived.put(_End(NotOpen() if isinstance(error, asyncio.CancelledError) else error))
    else:
        arrived.put(_End())
    finally:
        close = getattr(items, "aclose", None)
        if close:
            await close()


def _here() -> _Attached:
    if _attached is None:
        raise NotOpen
    return _attached
