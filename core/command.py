"""What the command line does: `python -m core COMMAND`, a file of `core/commands` each."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from core.commands import backup, reindex, restore, run_task, verify
from core.errors import ParleyError


def parser() -> ArgumentParser:
    """All commands and their options."""
    made = ArgumentParser(
        prog="python -m core", description="Look after what Parley keeps.", allow_abbrev=False
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for one in (verify, reindex, backup, restore, run_task):
        one.add(commands)
    return made


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code: 0 done, 1 something is left, 2 it cannot be."""
    chosen = parser().parse_args(arguments)
    try:
        return asyncio.run(_WORK[chosen.command](chosen))
    except ParleyError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


_WORK: dict[str, Callable[[Namespace], Coroutine[Any, Any, int]]] = {
    "verify": verify.verify, "reindex": reindex.reindex, "backup": backup.backup,
    "restore": restore.restore_file, "run-task": run_task.run_task,
}  # fmt: skip
