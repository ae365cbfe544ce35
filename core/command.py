"""What the command line does: `python -m core reindex`, `verify`, `run-task`.

An embedded index may be written by one process alone. While Parley runs with one, the work is
left to it, as jobs, and watched from here.
"""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from core.app import App, open_app
from core.commands import run_task
from core.commands.bar import Bar, say
from core.errors import ParleyError
from core.settings import load_settings
from core.vector_index import Differences

_LOOK_EVERY = 0.2
_WAIT = 60.0
"""Seconds without any progress after which Parley is taken to be stuck."""


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code: 0 done, 1 something is left, 2 it cannot be."""
    parser = ArgumentParser(
        prog="python -m core", description="Look after what Parley keeps.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(
        "reindex", help="make the index by meaning anew from the database, also while Parley runs"
    )
    commands.add_parser("verify", help="compare the index with the database, and mend what differs")
    run_task.add(commands)
    chosen = parser.parse_args(arguments)
    try:
        return asyncio.run(_WORK[chosen.command](chosen))
    except ParleyError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


async def reindex(_: Namespace) -> int:
    """Make the index anew, with a progress bar."""
    async with open_app(load_settings(), working=False) as app:
        await app.memory_index.forget_all()
        bar = Bar("Memories")
        if await _is_anothers(app):
            await _watch(app, bar)
        else:
            await app.memory_index.catch_up(bar.show)
        bar.end()
        left = (await app.memory_index.differences(mend=not await _is_anothers(app))).missing
    say(f"{left} memories are not in the index." if left else "The index is complete.")
    return 1 if left else 0


async def verify(_: Namespace) -> int:
    """Compare and mend."""
    async with open_app(load_settings(), working=False) as app:
        found = await app.memory_index.differences()
        say(f"Memories: {found.missing} missing in the index, {found.orphans} too many.")
        if found.none:
            return 0
        left = await _mended(app)
    say("Mended." if left.none else "Not all of it could be mended.")
    return 0 if left.none else 1


async def _mended(app: App) -> Differences:
    if not await _is_anothers(app):
        await app.memory_index.differences(mend=True)
        return await app.memory_index.differences()
    await app.memory_index.ask_to_mend()
    until = time.monotonic() + _WAIT
    while True:
        left = await app.memory_index.differences()
        if left.none or time.monotonic() > until:
            return left
        await asyncio.sleep(_LOOK_EVERY)


async def _watch(app: App, bar: Bar) -> None:
    """Have the running Parley do it, and show how far it is."""
    total = left = await app.memory_index.ask_to_catch_up()
    moved = time.monotonic()
    while left and time.monotonic() - moved < _WAIT:
        bar.show(total - left, total)
        await asyncio.sleep(_LOOK_EVERY)
        now = await app.memory_index.waiting()
        moved, left = time.monotonic() if now != left else moved, now
    bar.show(total - left, total)


async def _is_anothers(app: App) -> bool:
    """Whether the index belongs to a Parley that runs."""
    return app.vectors.is_embedded and await app.events.others() > 0


_WORK: dict[str, Callable[[Namespace], Coroutine[Any, Any, int]]] = {
    "reindex": reindex, "verify": verify, "run-task": run_task.run_task,
}  # fmt: skip
