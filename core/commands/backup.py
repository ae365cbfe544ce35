"""`python -m core backup FILE`: all that Parley keeps as one file, also while it runs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from core.backup.archive import Manifest
from core.backup.backup import STDOUT, back_up
from core.commands.bar import say
from core.commands.steps import Steps
from core.errors import BackupFailed
from core.settings import load_settings

_ABOUT = """\
Write all that Parley keeps (people, conversations, memories, slates, shared
links, settings) as it is at one moment into one file, also while Parley runs.
The index by meaning is not in it: it is made anew. A file is there when it is
complete, or not at all.
"""
_EXAMPLES = """\
examples:
  python -m core backup parley.backup             all of it, into a file only you can read
  python -m core backup --with-key parley.backup  and what opens the keys of AI providers
  python -m core backup - | ssh home 'cat > parley.backup'
"""


def add(commands: Any) -> None:
    """Its place among the commands; `commands` are argparse's subparsers."""
    parser: ArgumentParser = commands.add_parser(
        "backup",
        help="write all that is kept into one file, also while Parley runs",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="where to; - is standard output")
    parser.add_argument(
        "--with-key", action="store_true",
        help="put in the key file: whoever has the backup can then use your keys of AI providers",
    )  # fmt: skip
    parser.add_argument("--force", action="store_true", help="overwrite FILE")


async def backup(arguments: Namespace) -> int:
    """Write the file, with a progress bar; the exit code."""
    piped = arguments.file == STDOUT
    if piped and sys.stdout.isatty():
        raise BackupFailed("A backup is no text to look at. Name a file, or pipe it somewhere.")
    if piped:
        await _write(arguments, None)
        return 0
    steps = Steps()
    try:
        made = await _write(arguments, steps)
    finally:
        steps.end()
    size = arguments.file.stat().st_size / 1e6
    say(f"{made.rows:,} rows of {len(made.tables)} tables in {arguments.file}, {size:,.1f} MB.")
    return 0


async def _write(arguments: Namespace, steps: Steps | None) -> Manifest:
    return await back_up(
        load_settings(), arguments.file, steps,
        with_key=arguments.with_key, force=arguments.force,
    )  # fmt: skip
