"""A stub model server for benchmarks: OpenAI's streaming protocol with nothing behind it.

`python -m tests.bench.upstream [--port N]` prints its address. The model's name says how it
answers: `n200-d5` streams 200 tokens, one every 5 ms; `n20-d0` twenty at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re

HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    b"cache-control: no-cache\r\n\r\n"
)


def chunk(data: object) -> bytes:
    """One server-sent event as one HTTP chunk."""
    event = b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(event), event)


def piece(model: str, delta: dict[str, str], finish: str | None = None) -> bytes:
    """One chat completion chunk."""
    return chunk(
        {
            "id": "c1", "object": "chat.completion.chunk", "created": 0, "model": model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
    )  # fmt: skip


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection until the client closes it."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            if head.startswith("GET"):
                listing = json.dumps({"object": "list", "data": []}).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                    + b"%d\r\n\r\n%s" % (len(listing), listing)
                )
                continue
            await stream(writer, json.loads(body).get("model", ""))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def stream(writer: asyncio.StreamWriter, model: str) -> None:
    """One reply, at the pace the model's name asks for."""
    wanted = re.fullmatch(r"n(\d+)-d(\d+)", model)
    tokens, pause = (int(wanted[1]), int(wanted[2]) / 1000) if wanted else (20, 0.0)
    writer.write(HEAD + piece(model, {"role": "assistant", "content": ""}))
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for i in range(tokens):
        writer.write(piece(model, {"content": f"word{i} "}))
        if pause:
            await writer.drain()
            await asyncio.sleep(max(0.0, begin + (i + 1) * pause - loop.time()))
    usage = {
        "id": "c1", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [],
        "usage": {"prompt_tokens": 5, "completion_tokens": tokens, "total_tokens": tokens + 5},
    }  # fmt: skip
    writer.write(piece(model, {}, "stop") + chunk(usage) + chunk(b"[DONE]") + b"0\r\n\r\n")
    await writer.drain()


async def main(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.start_server(answer, "127.0.0.1", port, limit=2**22)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(main(parser.parse_args().port))
