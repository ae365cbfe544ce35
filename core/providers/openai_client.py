"""The wire of the OpenAI protocol."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.providers.client import Client, Reader
from core.providers.endpoint import Endpoint
from core.providers.port import ChatMessage, Delta, Options, Usage
from core.providers.sdk import Sdk

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


class OpenAIClient(Client):
    """One server's chat, in whatever of the protocol it understands."""

    def __init__(self, sdk: Sdk, endpoint: Endpoint, *, connect: float, read: float) -> None:
        """As every client."""
        super().__init__(sdk, endpoint, connect=connect, read=read)
        self._dialect = _Dialect(endpoint.max_tokens_field)

    async def _open(self, model: str, messages: Sequence[ChatMessage], options: Options) -> Any:
        return await self._post(self._sdk, model, messages, options)

    def _reader(self) -> Reader:
        return _read

    async def _post(
        self, sdk: Any, model: str, messages: Sequence[ChatMessage], options: Options
    ) -> Any:
        said = [{"role": message.role, "content": message.text} for message in messages]
        while True:
            asked = {"model": model, "messages": said, "stream": True}
            try:
                stream = await sdk.post(
                    "/chat/completions",
                    cast_to=object,
                    body=asked | self._dialect.options(options),
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
            async with await self._post(sdk, "none", [ChatMessage("user", "")], Options()) as some:
                async for chunk in some:
                    list(_read(chunk))
            await sdk.close()


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
