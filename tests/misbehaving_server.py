"""An HTTP server that answers exactly as a test says, however wrong that is."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self


@dataclass
class Request:
    """What a client has sent."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """A response, byte by byte as it should go out.

    `then`: "close" ends the connection cleanly, "drop" resets it, "hang" keeps it open in
    silence until the client goes, "keep" (with a length) is an ordinary end.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    then: Literal["close", "drop", "hang", "keep"] = "close"
    length: int | None = None
    """Content-Length to claim, right or wrong; None for a body that ends with the connection."""
    drip: bool = False
    """Whether to send every byte on its own."""


def sse(*chunks: Any, done: bool = True) -> bytes:
    """An event stream of JSON chunks (a string goes out as it is)."""
    lines = [
        chunk if isinstance(chunk, str) else json.dumps(chunk, ensure_ascii=False)
        for chunk in chunks
    ]
    return "".join(f"data: {line}\n\n" for line in [*lines, *(["[DONE]"] if done else [])]).encode()


def chunk(text: str | None = None, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """One chunk of a reply as OpenAI sends it."""
    content = {} if text is None else {"content": text}
    return {
        "id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m",
        "choices": [{"index": 0, "delta": {**content, **delta}, "finish_reason": finish}],
    }  # fmt: skip


def refusal(status: int, message: str, code: str | None = None, **headers: str) -> Answer:
    """An error as OpenAI sends it."""
    body = json.dumps({"error": {"message": message, "type": "error", "code": code}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body, status, {"content-type": "application/json", **named})


class MisbehavingServer:
    """Gives its answers one after the other, the last of them for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.connections = 0
        self.sent = asyncio.Event()
        """Set when an answer has gone out as far as it goes."""
        self.left = asyncio.Event()
        """Set when a client has gone while an answer hung."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._answer_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        if request is None:
            return False
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await _send(writer, answer)
        self.sent.set()
        if answer.then == "drop":
            writer.transport.abort()
        if answer.then == "hang":
            await reader.read()
            self.left.set()
        return answer.then == "keep"


async def _read(reader: asyncio.StreamReader) -> Request | None:
    first = await reader.readline()
    if not first:
        return None
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(first.split()[1].decode(), headers, body)


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    headers = {"content-type": "text/event-stream", **answer.headers}
    length = len(answer.body) if answer.then == "keep" else answer.length
    if length is not None:
        headers["content-length"] = str(length)
    lines = [f"HTTP/1.1 {answer.status} Any", *(f"{n}: {v}" for n, v in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    pieces = [bytes([byte]) for byte in answer.body] if answer.drip else [answer.body]
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)
