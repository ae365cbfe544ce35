"""A live page at its socket: it wishes, each wish is answered, and it is told of news.

In: a JSON object with a number `n` and one field that is its wish. Out: {"event": "done", "n", …}
with what was asked for, or {"event": "error", "n", "code", "message"}; and news without an `n`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError

from core.app import App
from core.errors import ParleyError

log = logging.getLogger(__name__)

Frame = dict[str, Any]


class Asked(BaseModel):
    """One frame of a page; its other fields are the wishes there are."""

    n: int = 0
    ping: bool = False


W = TypeVar("W", bound=Asked)


class Desk(Generic[W]):
    """What one page does and is told. Closing its socket stops nothing but the telling."""

    def __init__(self, socket: WebSocket, core: App, user: UUID, kind: type[W]) -> None:
        """`kind`: what its frames are."""
        self._socket = socket
        self._core = core
        self._user = user
        self._kind = kind
        self._deeds: Mapping[str, Callable[[W], Awaitable[Frame]]] = {}
        self._lengthy: Collection[str] = ()
        """Wishes that may take long: what is wished next does not wait for them."""
        self._telling: set[asyncio.Task[None]] = set()
        self._doing: set[asyncio.Task[None]] = set()
        self._one_by_one = asyncio.Lock()
        self._closed = False

    async def serve(self) -> None:
        """Heed what the page wishes until it goes."""
        await self._socket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):
            try:
                while True:
                    await self.heed(await self._socket.receive_text())
            finally:
                self.close()

    async def heed(self, frame: str) -> None:
        """Begin what one frame wishes; an error is an answer and changes nothing else."""
        try:
            wish = self._kind.model_validate_json(frame)
        except ValidationError:
            told = {"event": "error", "n": 0, "code": "bad_request", "message": "Not a wish."}
            await self._tell(told)
            return
        if wish.ping:
            await self._tell({"event": "done", "n": wish.n})
        elif wish.model_fields_set.isdisjoint(self._lengthy):
            self._finishing(self._answer_in_turn(wish))
        else:
            self._begin(self._answer(wish))

    def close(self) -> None:
        """Tell nothing any more; what was wished is done."""
        self._closed = True
        for task in tuple(self._telling):
            task.cancel()

    def _begin(self, work: Any) -> asyncio.Task[None]:
        """Do something beside what is wished, for as long as the page is there."""
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        if self._closed:
            task.cancel()
        return task

    def _finishing(self, work: Any) -> None:
        """Do something to its end, whether or not the page is there."""
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _answer_in_turn(self, wish: W) -> None:
        async with self._one_by_one:
            await self._answer(wish)

    async def _answer(self, wish: W) -> None:
        try:
            for name in wish.model_fields_set & self._deeds.keys():
                done = await self._deeds[name](wish)
                await self._tell({"event": "done", "n": wish.n, **done})
        except ParleyError as error:
            await self._refuse(wish, error)
        except Exception:
            log.exception("A wish failed unexpectedly")
            await self._refuse(wish, ParleyError())

    async def _refuse(self, wish: W, error: ParleyError) -> None:
        told = {"event": "error", "n": wish.n, "code": error.code, "message": str(error)}
        await self._tell(told)

    async def _tell(self, content: Frame) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_json(content)
