"""What a model is told before it answers: the newest turns that fit its window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.errors import ContextTooLong
from core.providers.port import ChatMessage

UNKNOWN_WINDOW = 8192
"""Tokens assumed where a provider does not say how large a model's window is."""
PER_MESSAGE = 6
"""Tokens a chat template puts around a message, generously."""
_SHARE_FOR_REPLY = 4
_LARGEST_REPLY = 4096


def fit(
    system: str,
    turns: Sequence[ChatMessage],
    window: int | None,
    count: Callable[[str], int],
) -> list[ChatMessage]:
    """The system text and the newest of `turns` (oldest first) that fit a window of tokens.

    A quarter of the window, 4,096 tokens at most, stays free for the reply. The oldest turns
    go first; a reply never stands without the message it answers. Raises ContextTooLong where
    the system text and the last turn alone do not fit.
    """
    window = window or UNKNOWN_WINDOW
    room = window - min(window // _SHARE_FOR_REPLY, _LARGEST_REPLY) - count(system) - PER_MESSAGE
    kept: list[ChatMessage] = []
    for turn in reversed(turns):
        room -= count(turn.text) + PER_MESSAGE
        if room < 0:
            break
        kept.append(turn)
    if not kept:
        raise ContextTooLong(
            f"This message does not fit the model's window of {window} tokens. "
            "Shorten it, or choose a model with a larger one."
        )
    while len(kept) > 1 and kept[-1].role == "assistant":
        kept.pop()
    first = [ChatMessage("system", system)] if system else []
    return first + kept[::-1]
