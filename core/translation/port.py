"""What Parley asks of a translation engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

from core.providers.port import Progress
from core.translation.terms import Term


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message, given to engines that can use context."""

    author: str
    text: str


Formality = Literal["formal", "informal"]


@dataclass(frozen=True, slots=True)
class Brief:
    """What an interpreter is told beforehand. Engines heed what they can of it."""

    context: tuple[Said, ...] = ()
    """What was said before, oldest first."""
    terms: tuple[Term, ...] = ()
    about: tuple[str, ...] = ()
    """What is known of the author, for gender, tone and names. It is told to nobody."""
    formality: Formality | None = None


NO_BRIEF = Brief()


class Translator(Protocol):
    """An engine that translates one message. Languages are codes of `core.languages`."""

    name: str
    heeds_the_author: bool
    """Whether it makes use of what is known of the author."""

    def translate(
        self,
        text: str,
        source: str,
        target: str,
        *,
        brief: Brief = NO_BRIEF,
        progress: Progress | None = None,
    ) -> AsyncIterator[str]:
        """Yield the translation so far, longer each time; the last item is the whole.

        Engines that cannot stream yield once. Code, URLs, @names, numbers and emoji
        come through unchanged, terms as `brief` says. `progress` hears of a model being
        fetched.
        Raises TranslationError, ProviderError or DownloadError.
        """
        ...

    async def close(self) -> None:
        """Release what is held."""
        ...
