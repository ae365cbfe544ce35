"""An ASGI app over a real port, and a WebSocket to it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import uvicorn
import websockets


@asynccontextmanager
async def serving(application):
    config = uvicorn.Config(
        application, host="127.0.0.1", port=0, log_level="warning", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(60):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class Socket:
    def __init__(self, connection):
        self._connection = connection

    async def send(self, **frame):
        await self._connection.send(json.dumps(frame))

    async def until(self, **wanted):
        heard = []
        async with asyncio.timeout(60):
            while True:
                frame = json.loads(await self._connection.recv())
                heard.append(frame)
                if all(frame.get(k) == v for k, v in wanted.items()):
                    return heard


@asynccontextmanager
async def socket(address, path):
    async with websockets.connect(f"ws://{address}{path}") as connection:
        yield Socket(connection)
