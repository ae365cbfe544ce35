"""Progress of work in several steps: a bar for each."""

from __future__ import annotations

from core.commands.bar import Bar


class Steps:
    """Called with the name of a step, how much of it is done, of how much."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._step = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        if step != self._step:
            self.end()
            self._bar, self._step = Bar(step), step
        if self._bar:
            self._bar.show(done, total)

    def end(self) -> None:
        """The last step is done."""
        if self._bar:
            self._bar.end()
        self._bar = None
