"""The one bridge from Streamlit's script threads to the core's event loop.

`attach_core` is called where the core is open; pages then use `core` and `run`. Nothing of the
core may be awaited anywhere else than on its loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import ParleyError

if TYPE_CHECKING:
    from core.app import App

T = TypeVar("T")

ANSWER_WITHIN = 30.0
"""Seconds a page waits for the core."""


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


def run(work: Coroutine[Any, Any, T], timeout: float = ANSWER_WITHIN) -> T:
    """Do `work` on the core's loop and wait for it. Raises what it raised, NotOpen, TooSlow."""
    try:
        begun = asyncio.run_coroutine_threadsafe(work, _here().loop)
    except (NotOpen, RuntimeError) as error:
        work.close()
        raise NotOpen from error
    try:
        return begun.result(timeout)
    except FutureTimeoutError as error:
        begun.cancel()
        raise TooSlow from error


def _here() -> _Attached:
    if _attached is None:
        raise NotOpen
    return _attached
