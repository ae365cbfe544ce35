"""What Parley asks of an AI provider: the port every wire protocol implements."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]
AUTO = "auto"
"""The model a provider picks itself: the first its server offers."""
Progress = Callable[[str, float | None], None]
"""Called with a short label and a share done (0 to 1, None while unknown)."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of the context sent to a model."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Facts about a model. `context_window` in tokens, None where the provider does not say."""

    id: str
    context_window: int | None = None
    created: int = 0
    """When it came out, in Unix seconds; 0 where nobody says."""
    note: str | None = None
    """An honest sentence about its limits, shown in the page; None for none."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to answer; None leaves it to the provider."""

    max_tokens: int | None = None
    temperature: float | None = None
    """0 (always the same) to 2 (wild); a provider that knows less takes its most."""
    json: bool = False
    """Whether the reply must be one JSON object; the messages must ask for it in words too."""


AS_USUAL = Options()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens a reply has cost, as the provider counted them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a reply. `usage` and `finish_reason` come with the last ones."""

    text: str = ""
    usage: Usage | None = None
    finish_reason: str | None = None


class Provider(Protocol):
    """A way to AI models. Implementations raise only ProviderError, or DownloadError."""

    name: str

    async def models(self) -> list[ModelInfo]:
        """The models that can be chosen for chat, the newest first. Raises ProviderError."""
        ...

    async def model(self, model: str) -> ModelInfo:
        """Facts about one model, from what is known without asking where possible."""
        ...

    def stream(
        self, model: str, messages: Sequence[ChatMessage], options: Options = AS_USUAL
    ) -> AsyncGenerator[Delta, None]:
        """Stream a reply. Closing the iterator (`aclosing`) stops the provider.

        `model` may be AUTO. A stream that ends without a finish reason raises BrokenStream.
        """
        ...

    def count_tokens(self, model: str, text: str) -> int:
        """Tokens `text` takes: exact where the tokenizer is at hand, else rather too many."""
        ...

    async def prepare(self, model: str, progress: Progress) -> None:
        """Make the model ready (fetch, load), reporting progress. Returns at once if it is."""
        ...

    async def warm(self) -> None:
        """Do beforehand what would delay the first reply, without asking anybody anything."""
        ...

    async def close(self) -> None:
        """Release what is held."""
        ...
