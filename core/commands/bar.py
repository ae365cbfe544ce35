"""What a command says on the terminal."""

from __future__ import annotations

import sys


class Bar:
    """A line that shows how far something is; rewritten in a terminal, else told at its end."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._line = f"{label}: nothing to do"

    def show(self, done: int, total: int) -> None:
        """So far."""
        if not total:
            return
        filled = 30 * done // total
        self._line = f"{self._label}: {'█' * filled}{'░' * (30 - filled)} {done:,} of {total:,}"
        if sys.stdout.isatty():
            sys.stdout.write(f"\r{self._line}")
            sys.stdout.flush()

    def end(self) -> None:
        """No more of it."""
        sys.stdout.write(f"\r{self._line}\n" if sys.stdout.isatty() else f"{self._line}\n")


def say(sentence: str) -> None:
    """A line of its own."""
    sys.stdout.write(f"{sentence}\n")
