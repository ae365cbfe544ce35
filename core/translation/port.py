"""What Parley asks of a translation engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.providers.port import Progress


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message, given to engines that can use context."""

    author: str
    text: str


class Translator(Protocol):
    """An engine that translates one message. Languages are codes of `core.languages`."""

    name: str

    def translate(
        self,
        text: str,
        source: str,
        target: str,
        *,
        context: Sequence[Said] = (),
        progress: Progress | None = None,
    ) -> AsyncIterator[str]:
        """Yield the translation so far, longer each time; the last item is the whole.

        Engines that cannot stream yield once. Code, URLs, @names, numbers and emoji
        come through unchanged. `progress` hears of a model being fetched.
        Raises TranslationError, ProviderError or DownloadError.
        """
        ...

    async def close(self) -> None:
        """Release what is held."""
        ...
