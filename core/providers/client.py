"""What the clients of all protocols do alike: one server, asked once, through an SDK."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import Any

from core.providers.endpoint import Endpoint
from core.providers.port import ChatMessage, Delta, Options
from core.providers.sdk import Sdk
from core.providers.sdk_errors import declined, ended_early, explained

_USAGE_SECONDS = 5
"""How long the usage may come after the reply has ended."""
Reader = Callable[[Any], Iterator[Delta]]
"""What a chunk of a reply adds."""


class Client(ABC):
    """One server: opens streams, reads them, and turns failures into Parley's errors.

    Nothing is tried again here.
    """

    _models_path = "/models"
    _refused = ("content_filter",)
    """How a reply ends that the provider declined to give."""

    def __init__(self, sdk: Sdk, endpoint: Endpoint, *, connect: float, read: float) -> None:
        """`connect` and `read` are seconds: for a connection, and between two signs of life."""
        self._endpoint = endpoint
        self._kind = sdk
        self._sdk = sdk.connect(endpoint, connect=connect, read=read)

    async def models(self) -> list[dict[str, Any]]:
        """What the server tells of each of its models. Raises ProviderError."""
        page = await self._get(self._models_path)
        try:
            listed = page.get("data") or page.get("models") or []
            return [one for one in listed if isinstance(one, dict)]
        except self._kind.failures as error:
            raise self._explained(error) from error

    async def check(self) -> None:
        """Ask whether the key is good, where the list of models would not tell."""
        await self._get(self._endpoint.key_check)

    async def reply(
        self, model: str, messages: Sequence[ChatMessage], options: Options
    ) -> AsyncGenerator[Delta, None]:
        """Stream one reply. Raises ProviderError."""
        begun = ended = False
        read = self._reader()
        try:
            async with await self._open(model, messages, options) as chunks:
                while (chunk := await _next(chunks, ended)) is not None:
                    deltas = _deltas(read, chunk)
                    begun = True
                    for delta in deltas:
                        ended = ended or delta.finish_reason is not None
                        if delta.finish_reason in self._refused:
                            raise declined(self._endpoint)
                        yield delta
        except self._kind.failures as error:
            if not ended:
                raise self._explained(error, model, begun=begun) from error
        if not ended:
            raise ended_early(self._endpoint, begun=begun)

    async def warm(self) -> None:  # noqa: B027
        """Do what the first reply would have to wait for, asking nobody."""

    async def close(self) -> None:
        """Close the connections."""
        await self._sdk.close()

    @abstractmethod
    async def _open(self, model: str, messages: Sequence[ChatMessage], options: Options) -> Any:
        """The SDK's own stream of a reply, of plain JSON.

        Its typed call would look at every message of the context and make an object of every
        token: 12 ms for 80 messages, and most of the time of fifty streams at once.
        """

    @abstractmethod
    def _reader(self) -> Reader:
        """What reads the chunks of one reply."""

    async def _get(self, path: str) -> Any:
        try:
            return await self._sdk.get(path, cast_to=object)
        except self._kind.failures as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception, model: str = "", *, begun: bool = False) -> Exception:
        return explained(error, self._kind, self._endpoint, model, begun=begun)


async def _next(chunks: Any, ended: bool) -> Any:
    """The next chunk, None at the end; after the reply has ended there is little to wait for."""
    try:
        async with asyncio.timeout(_USAGE_SECONDS if ended else None):
            return await anext(chunks)
    except (StopAsyncIteration, TimeoutError):
        return None


def _deltas(read: Reader, chunk: Any) -> list[Delta]:
    """What a chunk adds. Raises ValueError for one of a shape no reply has."""
    try:
        return list(read(chunk))
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError("not a chunk of a reply") from error
