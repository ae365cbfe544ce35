"""`/ws/news`: what an open host page hears of without asking, and does without a rerun.

In: {"list": n} tells the n newest conversations, then every change in them; {"search": words}
finds conversations; {"rename": id, "title"}, {"pin": id, "on"}, {"archive": id, "on"},
{"delete": id} and {"restore": id} are done at once.
Out, each with "event": `list` {conversations, more}, `entry` {entry}, `deleted` {id}, `found`
{words, conversations}, `error` {message}.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError

from core.app import App
from core.conversations import Conversation
from core.errors import NotFound, ParleyError
from ui.api.dependencies import Core, User

router = APIRouter()

Frame = dict[str, Any]
FOUND = 30
"""Conversations shown that hold what is looked for."""


class Wish(BaseModel):
    """One frame of a page: each field is a wish."""

    list: Annotated[int | None, Field(ge=1, le=1000)] = None
    search: Annotated[str | None, Field(max_length=500)] = None
    rename: UUID | None = None
    title: Annotated[str, Field(max_length=500)] = ""
    pin: UUID | None = None
    archive: UUID | None = None
    on: bool = True
    delete: UUID | None = None
    restore: UUID | None = None


@router.websocket("/news")
async def news(socket: WebSocket, core: Core, user: User) -> None:
    """One open page of the host. Closing it stops nothing but the telling."""
    await socket.accept()
    page = Page(socket, core, user)
    with suppress(WebSocketDisconnect):
        try:
            while True:
                await page.heed(await socket.receive_text())
        finally:
            page.close()


class Page:
    """What one page is told, and what it wishes."""

    def __init__(self, socket: WebSocket, core: App, user: UUID) -> None:
        self._socket = socket
        self._core = core
        self._user = user
        self._telling: dict[str, asyncio.Task[None]] = {}

    async def heed(self, frame: str) -> None:
        """Do what one frame wishes; an error is told and changes nothing else."""
        try:
            await self._do(Wish.model_validate_json(frame))
        except ParleyError as error:
            await self._send({"event": "error", "code": error.code, "message": str(error)})
        except ValidationError:
            await self._send({"event": "error", "code": "bad_request", "message": "Not a wish."})

    def close(self) -> None:
        """Tell nothing any more."""
        for task in self._telling.values():
            task.cancel()

    async def _do(self, wish: Wish) -> None:
        if wish.list:
            self._tell("list", self._tell_list(wish.list))
        if wish.search is not None:
            self._tell("search", self._tell_found(wish.search))
        await self._change(wish)

    async def _change(self, wish: Wish) -> None:
        conversations = self._core.conversations
        if wish.rename:
            await conversations.rename(self._user, wish.rename, wish.title)
        if wish.pin:
            await conversations.pin(self._user, [wish.pin], on=wish.on)
        if wish.archive:
            await conversations.archive(self._user, [wish.archive], on=wish.on)
        if wish.restore:
            await conversations.restore(self._user, wish.restore)
        if wish.delete:
            await self._core.chat.stop(self._user, wish.delete)
            await conversations.delete(self._user, wish.delete)

    def _tell(self, what: str, telling: Coroutine[Any, Any, None]) -> None:
        if earlier := self._telling.pop(what, None):
            earlier.cancel()
        self._telling[what] = asyncio.create_task(telling, name=f"news of {what}")

    async def _tell_list(self, count: int) -> None:
        async with self._core.conversations.watch(self._user) as changes:
            entries = await self._core.conversations.list(self._user, "chat", count + 1)
            told = [_entry(one) for one in entries[:count]]
            await self._send({"event": "list", "conversations": told, "more": len(entries) > count})
            async for change in changes:
                await self._tell_change(change.kind, UUID(change.payload["id"]))

    async def _tell_change(self, kind: str, conversation_id: UUID) -> None:
        if kind == "conversation":
            with suppress(NotFound):
                entry = await self._core.conversations.get(self._user, conversation_id)
                if entry.archived:
                    await self._send({"event": "deleted", "id": str(conversation_id), "away": True})
                elif entry.kind == "chat":
                    await self._send({"event": "entry", "entry": _entry(entry)})
                return
        await self._send({"event": "deleted", "id": str(conversation_id)})

    async def _tell_found(self, words: str) -> None:
        found = await self._core.conversations.search(self._user, words, FOUND)
        told = [
            {**_entry(one.conversation), "kind": one.conversation.kind,
             "excerpt": one.excerpt, "message": one.message_id}
            for one in found
        ]  # fmt: skip
        await self._send({"event": "found", "words": words, "conversations": told})

    async def _send(self, frame: Frame) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_json(frame)


def _entry(conversation: Conversation) -> Frame:
    return {
        "id": str(conversation.id),
        "title": conversation.title,
        "answering": conversation.answering,
        "pinned": conversation.pinned,
        "updated_at": conversation.updated_at.isoformat(),
    }
