"""How much of a file is made, for whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Share = Callable[[float], None]
"""Hears how much of something is done, from 0 to 1; called from whatever thread does it."""


def unheard(_share: float) -> None:
    """Where nobody waits to hear."""


class Made:
    """A `Share` of one thing after another, told as one of all of them; it never goes back."""

    def __init__(self, weights: Sequence[int], tell: Share) -> None:
        """`weights`: how much each is, in whatever unit."""
        self._left = iter(weights)
        self._total = sum(weights) or 1
        self._tell = tell
        self._done = self._now = 0
        self._told = 0.0

    def next(self) -> None:
        """The one before is done, the next begins."""
        self._done += self._now
        self._now = next(self._left, 0)
        self(0.0)

    def __call__(self, share: float) -> None:
        """So much of the present one is done."""
        self._told = max(self._told, (self._done + share * self._now) / self._total)
        self._tell(self._told)
