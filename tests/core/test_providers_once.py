"""Something costly, made once for all who ask."""

from __future__ import annotations

import asyncio
import gc

import pytest

from core.providers.once import Once


class Workshop:
    """Makes numbers, when it is let."""

    def __init__(self, failures: int = 0) -> None:
        self.made = 0
        self.failures = failures
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def make(self) -> int:
        self.begun.set()
        await self.go.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("broken")
        self.made += 1
        return self.made


async def test_all_who_ask_get_the_same() -> None:
    workshop = Workshop()
    once = Once(workshop.make)
    assert once.value is None
    workshop.go.set()
    assert await asyncio.gather(once.get(), once.get(), once.get()) == [1, 1, 1]
    assert once.value == 1


async def test_who_stops_waiting_does_not_stop_the_making() -> None:
    workshop = Workshop()
    once = Once(workshop.make)
    first, second = asyncio.create_task(once.get()), asyncio.create_task(once.get())
    await workshop.begun.wait()
    first.cancel()
    workshop.go.set()
    assert await second == 1


async def test_what_failed_is_made_anew() -> None:
    workshop = Workshop(failures=1)
    once = Once(workshop.make)
    workshop.go.set()
    with pytest.raises(RuntimeError):
        await once.get()
    assert once.value is None
    assert await once.get() == 1


async def test_a_failure_nobody_waits_for_is_no_complaint(
    caplog: pytest.LogCaptureFixture,
) -> None:
    workshop = Workshop(failures=1)
    once = Once(workshop.make)
    waiting = asyncio.create_task(once.get())
    await workshop.begun.wait()
    waiting.cancel()
    await asyncio.wait({waiting})
    workshop.go.set()
    assert await once.take() is None
    del once
    gc.collect()
    assert caplog.text == ""


async def test_taking_hands_over_and_forgets() -> None:
    workshop = Workshop()
    once = Once(workshop.make)
    assert await once.take() is None
    workshop.go.set()
    await once.get()
    assert await once.take() == 1
    assert once.value is None
    assert await once.get() == 2


async def test_taking_stops_what_is_under_way() -> None:
    workshop = Workshop()
    once = Once(workshop.make)
    waiting = asyncio.create_task(once.get())
    await workshop.begun.wait()
    assert await once.take() is None
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert workshop.made == 0
