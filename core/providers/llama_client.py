"""The wire to a llama.cpp server on this computer. Importing this imports httpx."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import httpx

from core.errors import BrokenStream, ContextTooLong, ProviderError, Unreachable
from core.providers.port import ChatMessage, Delta, Usage

_TIMEOUT = httpx.Timeout(600, connect=5)
"""A reply may have to wait for those before it; a dead server drops the connection at once."""
_COUNT_SECONDS = 0.5


class LlamaClient:
    """Chat and token counts of one llama.cpp server."""

    def __init__(self, address: str, key: str) -> None:
        self._place = urlsplit(address).netloc
        # It drops kept connections without a word, so each request takes a new one (0.2 ms).
        self._headers = {"Authorization": f"Bearer {key}", "Connection": "close"}
        self._chat = httpx.AsyncClient(
            base_url=address,
            headers=self._headers,
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=None),
            trust_env=False,
        )

    async def reply(
        self, messages: Sequence[ChatMessage], max_tokens: int, sampling: dict[str, float]
    ) -> AsyncGenerator[Delta, None]:
        """Stream a reply. Closing the iterator drops the connection, which stops the model."""
        asked = {
            "messages": [{"role": m.role, "content": m.text} for m in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": max_tokens,
            **sampling,
        }
        begun = ended = False
        try:
            async with self._chat.stream("POST", "/v1/chat/completions", json=asked) as response:
                if response.status_code != httpx.codes.OK:
                    raise _refusal(response.status_code, await response.aread())
                async for line in response.aiter_lines():
                    for delta in _deltas(line):
                        begun = True
                        ended = ended or delta.finish_reason is not None
                        yield delta
        except (httpx.HTTPError, ValueError) as error:
            if not ended:
                raise _stopped(begun) from error
        if not ended:
            raise _stopped(begun)

    def count_tokens(self, text: str) -> int:
        """The exact number of tokens of `text`. Raises Unreachable if it is not told at once.

        Takes half a millisecond, with the plainest client there is.
        """
        connection = HTTPConnection(self._place, timeout=_COUNT_SECONDS)
        try:
            connection.request("POST", "/tokenize", json.dumps({"content": text}), self._headers)
            return len(json.load(connection.getresponse())["tokens"])
        except (OSError, HTTPException, ValueError, LookupError) as error:
            raise _stopped(begun=False) from error
        finally:
            connection.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._chat.aclose()


def _deltas(line: str) -> Iterator[Delta]:
    """What a line of the event stream adds."""
    if not line.startswith("data: {"):
        return
    said = json.loads(line[6:])
    if "error" in said:
        raise _refusal(said["error"].get("code", 500), line[6:].encode())
    for choice in said.get("choices", ())[:1]:
        text = choice["delta"].get("content") or ""
        if text or choice["finish_reason"]:
            yield Delta(text, finish_reason=choice["finish_reason"])
    if usage := said.get("usage"):
        yield Delta(usage=Usage(usage["prompt_tokens"], usage["completion_tokens"]))


def _refusal(status: int, body: bytes) -> ProviderError:
    said = body.decode(errors="replace")
    if "exceed_context_size" in said:
        return ContextTooLong(
            "The conversation is too long for the built-in model. Start a new one, or set "
            "OPENAI_API_KEY or OPENAI_BASE_URL for a model with a larger window."
        )
    return ProviderError(
        f"The built-in model could not answer (status {status}): {said[:200]}. Try again.",
        status=status,
    )


def _stopped(begun: bool) -> ProviderError:
    if begun:
        return BrokenStream(
            "The built-in model stopped in the middle of the reply. "
            "What came is kept; continue or retry."
        )
    return Unreachable("The built-in model has ended. Try again; it will be started anew.")
