"""Every provider that speaks the OpenAI protocol, through the `openai` SDK.

The SDK takes most of a second to import, so it is imported on first use, in a thread;
`warm` does that beforehand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import ProviderError, RateLimited, UnknownModel, Unreachable
from core.providers import model_facts
from core.providers.endpoint import Endpoint
from core.providers.once import Once
from core.providers.port import AUTO, ChatMessage, Delta, ModelInfo, Progress
from core.providers.tokens import estimate_tokens

if TYPE_CHECKING:
    from core.providers.openai_client import OpenAIClient

_LONGEST_PAUSE = 5.0
_WINDOW_FIELDS = ("context_window", "context_length", "max_model_len", "max_context_length")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a connection, for the next sign of life on it, and before each new attempt."""

    connect: float = 10
    read: float = 120
    pauses: tuple[float, ...] = (0.3, 1.2)


class OpenAICompatible:
    """A provider at an OpenAI-compatible server. One client, kept connected, for all turns."""

    def __init__(self, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self.name = endpoint.name
        self._endpoint = endpoint
        self._patience = patience or Patience()
        self._client = Once(self._connect)
        self._listed: list[ModelInfo] | None = None

    async def models(self) -> list[ModelInfo]:
        """The server's models for chat, the default one first. Raises ProviderError."""
        found = [_info(one) for one in await (await self._client.get()).models()]
        chat = [info for info in found if model_facts.is_for_chat(info.id)]
        chat.sort(key=lambda info: info.id != self._endpoint.default_model)
        self._listed = chat
        return chat

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
        self, model: str, messages: Sequence[ChatMessage], *, max_tokens: int | None = None
    ) -> AsyncGenerator[Delta, None]:
        """Stream a reply; what fails before its first token is tried again where that may help."""
        name = await self._named(model)
        client = await self._client.get()
        for pause in (*self._patience.pauses, None):
            begun = False
            try:
                async with aclosing(client.reply(name, messages, max_tokens)) as deltas:
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

    async def prepare(self, model: str, progress: Progress) -> None:
        """Nothing is to be fetched or loaded; the server does that."""

    async def warm(self) -> None:
        """Import the SDK and let it build what it builds on first use."""
        await (await self._client.get()).warm()

    async def close(self) -> None:
        """Close the connections."""
        if client := await self._client.take():
            await client.close()

    async def _connect(self) -> OpenAIClient:
        return await asyncio.to_thread(_new_client, self._endpoint, self._patience)

    async def _named(self, model: str) -> str:
        """The model itself where AUTO leaves the choice to the server."""
        if model not in (AUTO, ""):
            return model
        if self._endpoint.default_model != AUTO:
            return self._endpoint.default_model
        chat = self._listed or await self.models()
        if not chat:
            raise UnknownModel(
                f"{self._endpoint.label} offers no model for chat. Load one there, or set AI_MODEL."
            )
        return chat[0].id

    async def _listed_or_nothing(self) -> list[ModelInfo]:
        try:
            return await self.models()
        except ProviderError:
            return []


def _new_client(endpoint: Endpoint, patience: Patience) -> OpenAIClient:
    from core.providers.openai_client import (  # noqa: PLC0415 - most of a second, off start-up
        OpenAIClient,
    )

    return OpenAIClient(endpoint, connect=patience.connect, read=patience.read)


def _info(said: dict[str, Any]) -> ModelInfo:
    """What a server's list says of a model; servers name the window differently, or not at all."""
    name = str(said["id"])
    meta = said.get("meta") or {}
    stated = [said.get(field) for field in _WINDOW_FIELDS]
    stated += [meta.get("n_ctx"), meta.get("n_ctx_train")]
    window = next((w for w in stated if isinstance(w, int) and w > 0), None)
    return ModelInfo(name, window or model_facts.context_window(name))


def _pause(error: ProviderError, usual: float) -> float | None:
    """Seconds to wait before trying again what failed so; None where that would not help."""
    if isinstance(error, RateLimited):
        wait = error.details.get("retry_after")
        wait = usual if wait is None else wait
        return wait if wait <= _LONGEST_PAUSE else None
    if isinstance(error, Unreachable):
        return usual if error.details.get("dropped") else None
    return usual if error.details.get("status", 0) >= 500 else None
