"""`python -m core reindex`: all that is found by words and by meaning, made anew."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from core.app import open_app
from core.commands.bar import Bar, say
from core.commands.index import catch_up, indexes, is_anothers
from core.settings import load_settings


def add(commands: Any) -> None:
    """Its place among the commands; `commands` are argparse's subparsers."""
    commands.add_parser(
        "reindex",
        help="make what is found by words and by meaning anew, also while Parley runs",
        description="Read everything again and make the index by meaning anew from the database, "
        "also while Parley runs. Nothing is lost if it is stopped: what is missing then comes when "
        "Parley runs. Exit code 0: complete; 1: something is missing; 2: it cannot be done.",
    )


async def reindex(_: Namespace) -> int:
    """Make it anew, with a progress bar each; the exit code."""
    async with open_app(load_settings(), working=False) as app:
        await app.reader.read_everything_again()
        bar = Bar("Reading")
        await app.reader.catch_up(bar.show)
        bar.end()
        left = 0
        for index in indexes(app):
            await index.forget_all()
            bar = Bar(index.noun.capitalize())
            await catch_up(app, index, bar)
            bar.end()
            mend = not await is_anothers(app)
            missing = (await index.differences(mend=mend)).missing
            if missing:
                say(f"{missing:,} {index.noun} are not in the index.")
            left += missing
    if not left:
        say("The index is complete.")
    return 1 if left else 0
