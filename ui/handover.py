"""From `streamlit run ui/app.py` to `python -m ui`.

By the time Streamlit imports our file it has chosen and bound an address, and has signals,
exit codes and errors its own way. Ours are chosen by settings: this process becomes the one
that `python -m ui` is, so that both are the same to the letter.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from streamlit import config

ROOT = Path(__file__).resolve().parents[1]
FLAG = "command-line argument or environment variable"
"""How Streamlit calls the place where a flag was set."""


def hand_over() -> NoReturn:
    """Become `python -m ui`, heeding --server.address and --server.port where they were given."""
    command = [sys.executable, "-P", "-m", "ui"]
    environ = {**os.environ, **_flags(), "PYTHONPATH": _python_path()}
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":  # there, exec leaves the terminal to both processes
        sys.exit(subprocess.run(command, env=environ).returncode)  # noqa: S603
    _let_go_of_sockets()
    os.execve(sys.executable, command, environ)  # noqa: S606


def _flags() -> dict[str, str]:
    names = {"server.address": "HOST_ADDRESS", "server.port": "HOST_PORT"}
    return {
        setting: str(config.get_option(option))
        for option, setting in names.items()
        if config.get_where_defined(option) == FLAG
    }


def _python_path() -> str:
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))


def _let_go_of_sockets() -> None:
    """Close what Streamlit bound and made inheritable at the moment of exec."""
    for descriptor in range(3, 1024):
        try:
            os.set_inheritable(descriptor, False)
        except OSError:
            continue
