"""The wire of the OpenAI protocol."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.providers.endpoint import Endpoint
from core.providers.port import ChatMessage, Delta, Options, Usage
from core.providers.sdk import Sdk
from core.providers.sdk_errors import declined, ended_early, explained

_USAGE_SECONDS = 5
"""How long the usage may come after the reply has ended."""
_UNKNOWN_FIELD = re.compile(
    r"unsupported|unrecogni[sz]ed|not supported|not permitted|not allowed|unknown|unexpected|extra",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Dialect:
    """What this server understands, learned from what it refuses."""

    max_tokens_field: str
    says_usage: bool = True
    takes_temperature: bool = True
    knows_json: bool = True
    renamed: bool = False

    def options(self, options: Options) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        if self.says_usage:
            chosen["stream_options"] = {"include_usage": True}
        if options.max_tokens is not None:
            chosen[self.max_tokens_field] = options.max_tokens
        if options.temperature is not None and self.takes_temperature:
            chosen["temperature"] = options.temperature
        if options.json and self.knows_json:
            chosen["response_format"] = {"type": "json_object"}
        return chosen

    def learns_from(self, refusal: str) -> bool:
        """Leave out or rename the option that `refusal` complains of; whether there was one."""
        if self.says_usage and ("stream_options" in refusal or "include_usage" in refusal):
            self.says_usage = False
            return True
        if self.knows_json and "response_format" in refusal:
            self.knows_json = False  # then the words of the messages must do
            return True
        if self.takes_temperature and "temperature" in refusal:
            self.takes_temperature = False  # reasoning models know only their own
            return True
        known = self.max_tokens_field in refusal and _UNKNOWN_FIELD.search(refusal)
        if known and not self.renamed:
            names = ("max_tokens", "max_completion_tokens")
            self.max_tokens_field = names[self.max_tokens_field == names[0]]
            self.renamed = True
            return True
        return False


class OpenAIClient:
    """One server's chat: opens streams, reads them, and turns failures into Parley's errors."""

    def __init__(self, sdk: Sdk, endpoint: Endpoint, *, connect: float, read: float) -> None:
        """`connect` and `read` are seconds: for a connection, and between two signs of life."""
        self._endpoint = endpoint
        self._kind = sdk
        self._dialect = _Dialect(endpoint.max_tokens_field)
        self._sdk = sdk.connect(endpoint, connect=connect, read=read)
        self._headers = {} if endpoint.key else {"Authorization": sdk.module.Omit()}

    async def models(self) -> list[dict[str, Any]]:
        """What the server tells of each of its models."""
        try:
            page = await self._get("/models")
            listed = page.get("data") or page.get("models") or []
            return [one for one in listed if isinstance(one, dict)]
        except self._kind.failures as error:
            raise explained(error, self._kind, self._endpoint, "", begun=False) from error

    async def check(self) -> None:
        """Ask whether the key is good, where the list of models would not tell."""
        try:
            await self._get(self._endpoint.key_check)
        except self._kind.failures as error:
            raise explained(error, self._kind, self._endpoint, "", begun=False) from error

    async def _get(self, path: str) -> Any:
        return await self._sdk.get(path, cast_to=object, options={"headers": self._headers})

    async def reply(
        self, model: str, messages: Sequence[ChatMessage], options: Options
    ) -> AsyncGenerator[Delta, None]:
        """Stream one reply. Raises ProviderError; nothing is tried again here."""
        begun = ended = False
        try:
            async with await self._open(self._sdk, model, messages, options) as chunks:
                while (chunk := await _next(chunks, ended)) is not None:
                    deltas = _deltas(chunk)
                    begun = True
                    for delta in deltas:
                        ended = ended or delta.finish_reason is not None
                        if delta.finish_reason == "content_filter":
                            raise declined(self._endpoint)
                        yield delta
        except self._kind.failures as error:
            if not ended:
                raise explained(error, self._kind, self._endpoint, model, begun=begun) from error
        if not ended:
            raise ended_early(self._endpoint, begun=begun)

    async def _open(
        self,
        sdk: Any,
        model: str,
        messages: Sequence[ChatMessage],
        options: Options,
    ) -> Any:
        """The SDK's own stream, of plain JSON.

        Its typed call would look at every message of the context and make an object of every
        token: 12 ms for 80 messages, and most of the time of fifty streams at once.
        """
        said = [{"role": message.role, "content": message.text} for message in messages]
        while True:
            asked = {"model": model, "messages": said, "stream": True}
            try:
                stream = await sdk.post(
                    "/chat/completions",
                    cast_to=object,
                    body=asked | self._dialect.options(options),
                    options={"headers": self._headers} if self._headers else {},
                    stream=True,
                    stream_cls=self._kind.stream[object],
                )
            except (
                self._kind.module.BadRequestError, self._kind.module.UnprocessableEntityError
            ) as error:  # fmt: skip
                if not self._dialect.learns_from(str(error)):
                    raise
            else:
                return stream

    async def warm(self) -> None:
        """Ask a server of our own for a reply, so that everything is imported and built."""
        async with await asyncio.start_server(_answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            here = replace(self._endpoint, address=f"http://127.0.0.1:{port}", key=None)
            sdk = self._kind.connect(here, connect=5, read=5)
            async with await self._open(sdk, "none", [ChatMessage("user", "")], Options()) as some:
                async for chunk in some:
                    _deltas(chunk)
            await sdk.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._sdk.close()


async def _next(chunks: Any, ended: bool) -> Any:
    """The next chunk, None at the end; after the reply has ended there is little to wait for."""
    try:
        async with asyncio.timeout(_USAGE_SECONDS if ended else None):
            return await anext(chunks)
    except (StopAsyncIteration, TimeoutError):
        return None


def _deltas(chunk: Any) -> list[Delta]:
    """What a chunk adds. Raises ValueError for one of a shape no reply has."""
    try:
        return list(_read(chunk))
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError("not a chunk of a reply") from error


def _read(chunk: Any) -> Iterator[Delta]:
    for choice in (chunk.get("choices") or ())[:1]:
        text = _text(choice.get("delta") or {})
        reason = choice.get("finish_reason") or None
        if text or reason:
            yield Delta(text, finish_reason=reason)
    if usage := chunk.get("usage"):
        yield Delta(
            usage=Usage(usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0)
        )


def _text(delta: Any) -> str:
    """The text of a delta, without its reasoning; some servers send it in typed parts."""
    content = delta.get("content") or delta.get("refusal") or ""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part.get("type") == "text")


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        b'data: {"id":"0","object":"chat.completion.chunk","created":0,"model":"none","choices":'
        b'[{"index":0,"delta":{"role":"assistant","content":"."},"finish_reason":"stop"}],'
        b'"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}\n\n'
        b"data: [DONE]\n\n"
    )
    await writer.drain()
    writer.close()
