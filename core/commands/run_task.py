"""`python -m core run-task TASK`: do now what Parley does by itself, also while it runs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from core.app import App, open_app
from core.background import TaskState
from core.commands.bar import Bar, say
from core.errors import Busy
from core.settings import load_settings


def add(commands: Any) -> None:
    """Its place among the commands; `commands` are argparse's subparsers."""
    parser: ArgumentParser = commands.add_parser(
        "run-task",
        help="do now what is done by itself, such as summarize or cleanup",
        description="Do now what Parley does by itself at its times, also while Parley runs. "
        "Exit code 0: done; 1: some of it failed, which is told; 2: it cannot be done.",
    )
    parser.add_argument("task", nargs="?", help="such as summarize, cleanup or analyze")
    parser.add_argument("--list", action="store_true", help="show the tasks there are")


async def run_task(arguments: Namespace) -> int:
    """Do a task with a progress bar, until there is no more of it; the exit code."""
    async with open_app(load_settings(), working=False) as app:
        if arguments.list or not arguments.task:
            for state in await app.background.states():
                say(_row(state))
            return 0 if arguments.list else 2
        task = app.background.task(arguments.task)
        bar = Bar(task.label)
        try:
            done = await _all_of_it(app, task.name, bar)
        except Busy:
            say(f"{task.label}: Parley is at it already. Wait a moment.")
            return 1
        bar.end()
        return await _outcome(app, task.name, done)


async def _all_of_it(app: App, name: str, bar: Bar) -> int:
    """A task that does so much at a time is done until it finds nothing to do."""
    done = last = await app.background.run(name, bar.show)
    while last and app.background.task(name).in_portions:
        last = await app.background.run(name, bar.show)
        done += last
    return done


async def _outcome(app: App, name: str, done: int) -> int:
    say(f"{done:,} done." if done else "There was nothing to do.")
    failures = [run for run in await app.background.failures() if run.task == name]
    for run in failures:
        sys.stderr.write(f"{run.title or name}: {run.error}\n")
    return 1 if failures else 0


def _row(state: TaskState) -> str:
    last = f"{state.last:%Y-%m-%d %H:%M}" if state.last else "never"
    failed = f", {len(state.failures)} failed" if state.failures else ""
    return f"{state.task.name:24}{state.task.about} Last run: {last}{failed}."
