"""Anthropic, whose Messages protocol differs: https://docs.anthropic.com/en/api/messages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any

from core.providers.endpoint import Endpoint
from core.providers.port import ChatMessage, Delta, Options, Usage
from core.providers.remote import Remote
from core.providers.sdk import Sdk, anthropic_sdk
from core.providers.sdk_errors import declined, ended_early, explained

_LONGEST_REPLY = 8192
"""Tokens: the protocol wants a limit; where nobody set one, this."""
_SMALLEST_LIMIT = 4096
"""What its oldest models take at most."""
_ONLY_JSON = "Answer with one JSON object and nothing else, no code fence around it."
_MODELS = "/v1/models?limit=1000"


class Anthropic(Remote):
    """Claude, through Anthropic's SDK."""

    def _new_client(self) -> AnthropicClient:
        return AnthropicClient(
            anthropic_sdk(),
            self._endpoint,
            connect=self._patience.connect,
            read=self._patience.read,
        )


class AnthropicClient:
    """Opens streams of messages, reads them, and turns failures into Parley's errors."""

    def __init__(self, sdk: Sdk, endpoint: Endpoint, *, connect: float, read: float) -> None:
        """`connect` and `read` are seconds: for a connection, and between two signs of life."""
        self._endpoint = endpoint
        self._kind = sdk
        self._sdk = sdk.connect(endpoint, connect=connect, read=read)

    async def models(self) -> list[dict[str, Any]]:
        """What Anthropic tells of each of its models."""
        try:
            page = await self._sdk.get(_MODELS, cast_to=object)
            return [one for one in page["data"] if isinstance(one, dict)]
        except self._kind.failures as error:
            raise explained(error, self._kind, self._endpoint, "", begun=False) from error

    async def check(self) -> None:
        """The list of models tells."""

    async def reply(
        self, model: str, messages: Sequence[ChatMessage], options: Options
    ) -> AsyncGenerator[Delta, None]:
        """Stream one reply. Raises ProviderError; nothing is tried again here."""
        begun = ended = False
        counted = Usage(0, 0)
        try:
            async with await self._open(asked(model, messages, options)) as events:
                async for event in events:
                    begun = True
                    for delta in _deltas(event):
                        ended = ended or delta.finish_reason is not None
                        if delta.finish_reason == "refusal":
                            raise declined(self._endpoint)
                        if delta.usage:
                            counted = _both(counted, delta.usage)
                            delta = Delta(usage=counted)
                        yield delta
        except self._kind.failures as error:
            if not ended:
                raise explained(error, self._kind, self._endpoint, model, begun=begun) from error
        if not ended:
            raise ended_early(self._endpoint, begun=begun)

    async def _open(self, body: dict[str, Any]) -> Any:
        """The SDK's own stream, of plain JSON."""
        try:
            return await self._post(body)
        except self._kind.module.BadRequestError as error:
            if "max_tokens" not in str(error) or body["max_tokens"] <= _SMALLEST_LIMIT:
                raise
            return await self._post(body | {"max_tokens": _SMALLEST_LIMIT})

    async def _post(self, body: dict[str, Any]) -> Any:
        return await self._sdk.post(
            "/v1/messages",
            cast_to=object,
            body=body,
            stream=True,
            stream_cls=self._kind.stream[object],
        )

    async def warm(self) -> None:
        """Importing the SDK, which is done by now, is most of it."""

    async def close(self) -> None:
        """Close the connections."""
        await self._sdk.close()


def asked(model: str, messages: Sequence[ChatMessage], options: Options) -> dict[str, Any]:
    """The request: what the system says apart, the person first, and the two in turns."""
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    if options.json:
        system = f"{system}\n\n{_ONLY_JSON}".strip()
    turns: list[dict[str, str]] = []
    for message in messages:
        if message.role == "system" or (not turns and message.role == "assistant"):
            continue
        if turns and turns[-1]["role"] == message.role:
            turns[-1]["content"] += "\n\n" + message.text
        else:
            turns.append({"role": message.role, "content": message.text})
    body: dict[str, Any] = {
        "model": model, "messages": turns, "stream": True,
        "max_tokens": options.max_tokens or _LONGEST_REPLY,
    }  # fmt: skip
    if system:
        body["system"] = system
    if options.temperature is not None:
        body["temperature"] = min(options.temperature, 1.0)
    return body


def _deltas(event: Any) -> list[Delta]:
    """What an event adds. Raises ValueError for one of a shape no reply has."""
    try:
        return list(_read(event))
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError("not an event of a reply") from error


def _read(event: Any) -> Iterator[Delta]:
    """Text comes in deltas; the usage in two parts, each of which counts what is known by then."""
    match event["type"]:
        case "content_block_delta" if event["delta"].get("type") == "text_delta":
            yield Delta(event["delta"]["text"])
        case "message_start":
            yield Delta(usage=_usage(event["message"].get("usage") or {}))
        case "message_delta":
            usage = event.get("usage") or {}
            if "input_tokens" in usage or "output_tokens" in usage:
                yield Delta(usage=_usage(usage))
            if reason := event["delta"].get("stop_reason"):
                yield Delta(finish_reason=reason)


def _usage(said: dict[str, Any]) -> Usage:
    cached = ("cache_creation_input_tokens", "cache_read_input_tokens")
    read = sum(said.get(name) or 0 for name in ("input_tokens", *cached))
    return Usage(read, said.get("output_tokens") or 0)


def _both(earlier: Usage, later: Usage) -> Usage:
    return Usage(
        max(earlier.input_tokens, later.input_tokens),
        max(earlier.output_tokens, later.output_tokens),
    )
