"""`python -m core restore FILE`: put back what a backup holds."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from core.app import open_app
from core.backup.restore import Restored, restore
from core.commands.bar import say
from core.commands.steps import Steps
from core.settings import Settings, load_settings

_ABOUT = """\
Put back what a backup holds: all of it, or nothing where anything goes wrong.
A backup of an older Parley is brought up to date. Parley must not run
meanwhile. What is found by words is there at once; the index by meaning is
made anew when Parley runs, or by: python -m core reindex
"""
_EXAMPLES = """\
examples:
  python -m core restore parley.backup             into a Parley that holds nothing yet
  DATA_DIR=~/try python -m core restore parley.backup && DATA_DIR=~/try python -m ui
  python -m core restore --force parley.backup     in place of what is there
"""


def add(commands: Any) -> None:
    """Its place among the commands; `commands` are argparse's subparsers."""
    parser: ArgumentParser = commands.add_parser(
        "restore",
        help="put back what a backup holds, into a Parley that does not run",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` has written")
    parser.add_argument(
        "--force", action="store_true",
        help="replace what is there, which is saved as FILE.before first",
    )  # fmt: skip


async def restore_file(arguments: Namespace) -> int:
    """Put it back, with progress bars, and say what is left to do; the exit code."""
    settings = load_settings()
    steps = Steps()
    try:
        done = await restore(settings, arguments.file, steps, force=arguments.force)
    finally:
        steps.end()
    await _begin_index(settings)
    for sentence in _report(done):
        say(sentence)
    return 0


async def _begin_index(settings: Settings) -> None:
    """Leave word that the index is to be made anew: whoever runs next does it."""
    async with open_app(settings, working=False) as app:
        await app.memory_index.ask_to_mend()
        await app.passage_index.ask_to_mend()


def _report(done: Restored) -> list[str]:
    said = [
        f"{done.manifest.rows:,} rows are back, as of {done.manifest.made_at:%Y-%m-%d %H:%M} UTC."
    ]
    if done.before:
        said.append(f"What was there before is in {done.before}.")
    if done.locked:
        said.append(
            "These keys were encrypted with another key than there is here, and must be pasted "
            f"again on the Settings page: {', '.join(done.locked)}. (`backup --with-key` takes the "
            "key along.)"
        )
    if done.links:
        said.append(
            f"{done.links} shared links go on working and cannot be copied any more: make new ones "
            "where you need their address."
        )
    return [*said, "Search by meaning comes back while Parley runs: python -m ui"]
