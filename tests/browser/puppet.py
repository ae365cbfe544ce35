"""An OpenAI-compatible model server that says what a test lets it say, when it lets it."""

from __future__ import annotations

import asyncio
import json
import queue
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WITHIN = 60
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\n%s\r\n"
TITLE = "A title of its own"


class Reply:
    """One reply on its way: `write` pieces, then `end`, or see it `left` by whoever asked."""

    def __init__(self, loop: asyncio.AbstractEventLoop, asked: dict[str, Any]) -> None:
        self.asked = asked
        self.left = threading.Event()
        self._loop = loop
        self._pieces: asyncio.Queue[str | None] = asyncio.Queue()

    @property
    def question(self) -> str:
        """The last message the model was told."""
        return str(self.asked["messages"][-1]["content"])

    def write(self, text: str) -> None:
        """Send a piece."""
        self._loop.call_soon_threadsafe(self._pieces.put_nowait, text)

    def end(self) -> None:
        """Send nothing more."""
        self._loop.call_soon_threadsafe(self._pieces.put_nowait, None)

    async def next(self) -> str | None:
        """The next piece, None at the end."""
        return await self._pieces.get()


class Puppet:
    """The server. `expect` gives the next reply it was asked for."""

    def __init__(self) -> None:
        self.failing = False
        self.memories: list[dict[str, Any]] = []
        """What it finds worth remembering, whenever it is asked that."""
        self.summary: dict[str, Any] = {"summary": "What was said."}
        """How it summarises, whenever it is asked that."""
        self.more: dict[str, Any] = {}
        """What else it says where it is asked for JSON."""
        self._asked: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self.port = 0

    def expect(self) -> Reply:
        """The reply somebody asks for next."""
        return self._asked.get(timeout=WITHIN)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1])) if length else b""
                if not body:
                    _answer(writer, {"object": "list", "data": [{"id": "puppet"}]})
                elif self.failing:
                    error = json.dumps({"error": {"message": "on fire"}}).encode()
                    writer.write(
                        b"HTTP/1.1 500 Oops\r\ncontent-length: %d\r\n\r\n%s" % (len(error), error)
                    )
                else:
                    await self._reply(reader, writer, json.loads(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _reply(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: dict[str, Any]
    ) -> None:
        writer.write(HEAD % (b"text/event-stream", b"transfer-encoding: chunked\r\n"))
        reply = Reply(self._loop, asked)
        if "You summarise a conversation" in asked["messages"][0]["content"]:
            reply.write(json.dumps(self.summary))
            reply.end()
        elif "Give this conversation a title" in asked["messages"][0]["content"]:
            reply.write(TITLE)
            reply.end()
        elif "response_format" in asked:
            reply.write(json.dumps({"memories": self.memories, **self.more}))
            reply.end()
        else:
            self._asked.put(reply)
        hung_up = asyncio.ensure_future(reader.read(1))
        while True:
            piece = asyncio.ensure_future(reply.next())
            await asyncio.wait({piece, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            if not piece.done():
                piece.cancel()
                reply.left.set()
                raise ConnectionError
            text = piece.result()
            delta = {"content": text} if text is not None else {}
            finish = None if text is not None else "stop"
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            _event(writer, {"id": "1", "object": "chat.completion.chunk", "choices": [choice]})
            await writer.drain()
            if text is None:
                break
        _event(writer, "[DONE]")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        raise ConnectionError  # one reply a connection, as the byte waited for may be lost

    async def _open(self) -> None:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]


@contextmanager
def puppet() -> Iterator[Puppet]:
    """The server, on a thread of its own."""
    theirs = Puppet()
    thread = threading.Thread(target=theirs._loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(theirs._open(), theirs._loop).result(WITHIN)
    yield theirs
    theirs._loop.call_soon_threadsafe(theirs._loop.stop)
    thread.join(5)


def _answer(writer: asyncio.StreamWriter, content: Any) -> None:
    body = json.dumps(content).encode()
    writer.write(HEAD % (b"application/json", b"content-length: %d\r\n" % len(body)) + body)


def _event(writer: asyncio.StreamWriter, data: Any) -> None:
    text = data if isinstance(data, str) else json.dumps(data)
    event = f"data: {text}\n\n".encode()
    writer.write(b"%x\r\n%s\r\n" % (len(event), event))
