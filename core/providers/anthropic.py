"""Anthropic, whose Messages protocol differs: https://docs.anthropic.com/en/api/messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from core.providers.client import Client, Reader
from core.providers.port import ChatMessage, Delta, Options, Usage
from core.providers.remote import Remote
from core.providers.sdk import anthropic_sdk

_LONGEST_REPLY = 8192
"""Tokens: the protocol wants a limit; where nobody set one, this."""
_SMALLEST_LIMIT = 4096
"""What its oldest models take at most."""
_ONLY_JSON = "Answer with one JSON object and nothing else, no code fence around it."


class Anthropic(Remote):
    """Claude, through Anthropic's SDK."""

    def _new_client(self) -> AnthropicClient:
        return AnthropicClient(
            anthropic_sdk(),
            self._endpoint,
            connect=self._patience.connect,
            read=self._patience.read,
        )


class AnthropicClient(Client):
    """The wire of the Messages protocol."""

    _models_path = "/v1/models?limit=1000"
    _refused = ("refusal",)

    async def _open(self, model: str, messages: Sequence[ChatMessage], options: Options) -> Any:
        body = asked(model, messages, options)
        try:
            return await self._post(body)
        except self._kind.module.BadRequestError as error:
            if "max_tokens" not in str(error) or body["max_tokens"] <= _SMALLEST_LIMIT:
                raise
            return await self._post(body | {"max_tokens": _SMALLEST_LIMIT})

    def _reader(self) -> Reader:
        """Usage comes in two parts; each tells all that is known by then."""
        counted = Usage(0, 0)

        def read(event: Any) -> Iterator[Delta]:
            nonlocal counted
            for delta in _read(event):
                if delta.usage:
                    counted = _both(counted, delta.usage)
                    delta = Delta(usage=counted)
                yield delta

        return read

    async def _post(self, body: dict[str, Any]) -> Any:
        return await self._sdk.post(
            "/v1/messages",
            cast_to=object,
            body=body,
            stream=True,
            stream_cls=self._kind.stream[object],
        )


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


def _read(event: Any) -> Iterator[Delta]:
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
