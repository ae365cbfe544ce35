"""A provider at a server: one client, kept connected, for all turns.

The SDKs take most of a second to import, so that is done on first use, in a thread; `warm`
does it beforehand.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from core.errors import ProviderError, RateLimited, UnknownModel, Unreachable
from core.providers import model_facts
from core.providers.client import Client
from core.providers.endpoint import Endpoint
from core.providers.once import Once
from core.providers.port import AS_USUAL, AUTO, ChatMessage, Delta, ModelInfo, Options, Progress
from core.providers.tokens import estimate_tokens

_LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a connection, for the next sign of life on it, and before each new attempt."""

    connect: float = 10
    read: float = 120
    pauses: tuple[float, ...] = (0.3, 1.2)


class Remote(ABC):
    """What every provider at a server has in common; a subclass says who speaks to it."""

    def __init__(self, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self.name = endpoint.name
        self._endpoint = endpoint
        self._patience = patience or Patience()
        self._client = Once(self._connect)
        self._listed: list[ModelInfo] | None = None

    @abstractmethod
    def _new_client(self) -> Client:
        """Import what is needed and connect; runs in a thread."""

    async def models(self) -> list[ModelInfo]:
        """The server's models for chat, the newest first. Raises ProviderError."""
        client = await self._client.get()
        if self._endpoint.key_check and self._endpoint.key:
            await client.check()
        found = [model_facts.described(one) for one in await client.models()]
        self._listed = sorted(
            (info for info in found if model_facts.is_for_chat(info.id)),
            key=lambda info: -info.created,
        )
        return self._listed

    async def model(self, model: str) -> ModelInfo:
        """Facts about `model`: what the server has said of it, else what is known of its family.

        The server is asked at most once, and only about a model no family is known of.
        """
        name = await self._named(model)
        known = model_facts.context_window(name)
        if known is None and self._listed is None:
            self._listed = await self._listed_or_nothing()
        said = next((info for info in self._listed or () if info.id == name), None)
        return said if said and said.context_window else ModelInfo(name, known)

    async def stream(
        self, model: str, messages: Sequence[ChatMessage], options: Options = AS_USUAL
    ) -> AsyncGenerator[Delta, None]:
        """Stream a reply; what fails before its first token is tried again where that may help."""
        name = await self._named(model)
        client = await self._client.get()
        for pause in (*self._patience.pauses, None):
            begun = False
            try:
                async with aclosing(client.reply(name, messages, options)) as deltas:
                    async for delta in deltas:
                        begun = True
                        yield delta
                return
            except ProviderError as error:
                wait = None if begun or pause is None else _pause(error, pause)
                if wait is None:
                    raise
                await asyncio.sleep(wait)

    def count_tokens(self, model: str, text: str) -> int:
        """Tokens `text` takes, estimated and rather too many."""
        return estimate_tokens(text)

    async def prepare(self, model: str, progress: Progress) -> None:  # noqa: B027
        """Nothing is to be fetched or loaded; the server does that."""

    async def warm(self) -> None:
        """Import the SDK and let it build what it builds on first use."""
        await (await self._client.get()).warm()

    async def close(self) -> None:
        """Close the connections."""
        if client := await self._client.take():
            await client.close()

    async def _connect(self) -> Client:
        return await asyncio.to_thread(self._new_client)

    async def _named(self, model: str) -> str:
        """The model itself where AUTO leaves the choice to the server."""
        if model not in (AUTO, ""):
            return model
        if self._endpoint.default_model != AUTO:
            return self._endpoint.default_model
        chat = self._listed or await self.models()
        if not chat:
            raise UnknownModel(
                f"{self._endpoint.label} offers no model for chat. Load one there, or choose "
                "another provider on the Settings page."
            )
        return chat[0].id

    async def _listed_or_nothing(self) -> list[ModelInfo]:
        try:
            return await self.models()
        except ProviderError:
            return []


def _pause(error: ProviderError, usual: float) -> float | None:
    """Seconds to wait before trying again what failed so; None where that would not help."""
    if isinstance(error, RateLimited):
        wait = error.details.get("retry_after")
        wait = usual if wait is None else wait
        return wait if wait <= _LONGEST_PAUSE else None
    if isinstance(error, Unreachable):
        return usual if error.details.get("dropped") else None
    return usual if error.details.get("status", 0) >= 500 else None
