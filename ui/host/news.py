"""`/ws/news`: what an open host page hears of without asking, and does without a rerun.

In: {"list": n} tells the n newest conversations, then every change in them; {"search": words}
finds conversations; {"rename": id, "title"}, {"pin": id, "on"}, {"archive": id, "on"},
{"delete": id} and {"restore": id} are done at once; each may have a number `n`.
Out, each with "event": `list` {conversations, more}, `entry` {entry}, `deleted` {id}, `changed`
{id} whatever it is, `found`
{words, conversations}, `error` {message}; of each wish "done" or "error" with its `n`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, WebSocket
from pydantic import Field

from core.app import App
from core.conversations import Conversation
from core.errors import NotFound, ParleyError
from ui.api.dependencies import Core, User
from ui.api.desk import Asked, Desk, Frame

router = APIRouter()

FOUND = 30
"""Conversations shown that hold what is looked for."""
SETTLES = 0.15
"""Seconds after which a change is told: more of the same often follow, and what somebody has just
asked goes before."""


class Wish(Asked):
    """One frame of a page: each field is a wish."""

    list: Annotated[int, Field(ge=1, le=1000)] = 1
    search: Annotated[str, Field(max_length=500)] = ""
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
    await NewsDesk(socket, core, user).serve()


class NewsDesk(Desk[Wish]):
    """What one page is told of conversations, and does with them."""

    def __init__(self, socket: WebSocket, core: App, user: UUID) -> None:
        super().__init__(socket, core, user, Wish)
        self._listing: asyncio.Task[None] | None = None
        self._changed: dict[UUID, str] = {}
        self._lengthy = {"search"}
        self._deeds = {
            "list": self._list, "search": self._search, "rename": self._rename, "pin": self._pin,
            "archive": self._archive, "delete": self._delete, "restore": self._restore,
        }  # fmt: skip

    async def _list(self, wish: Wish) -> Frame:
        if self._listing:
            self._listing.cancel()
        self._listing = self._begin(self._tell_list(wish))
        return {}

    async def _search(self, wish: Wish) -> Frame:
        found = await self._core.conversations.search(self._user, wish.search, FOUND)
        told = [
            {**_entry(one.conversation), "kind": one.conversation.kind,
             "excerpt": one.excerpt, "message": one.message_id}
            for one in found
        ]  # fmt: skip
        await self._tell({"event": "found", "words": wish.search, "conversations": told})
        return {}

    async def _rename(self, wish: Wish) -> Frame:
        await self._core.conversations.rename(self._user, _one(wish.rename), wish.title)
        return {}

    async def _pin(self, wish: Wish) -> Frame:
        await self._core.conversations.pin(self._user, [_one(wish.pin)], on=wish.on)
        return {}

    async def _archive(self, wish: Wish) -> Frame:
        await self._core.conversations.archive(self._user, [_one(wish.archive)], on=wish.on)
        return {}

    async def _delete(self, wish: Wish) -> Frame:
        await self._core.chat.stop(self._user, _one(wish.delete))
        await self._core.conversations.delete(self._user, _one(wish.delete))
        return {}

    async def _restore(self, wish: Wish) -> Frame:
        await self._core.conversations.restore(self._user, _one(wish.restore))
        return {}

    async def _tell_list(self, wish: Wish) -> None:
        try:
            await self._follow_list(wish.list)
        except ParleyError as error:
            await self._refuse(wish, error)

    async def _follow_list(self, count: int) -> None:
        async with self._core.conversations.watch(self._user) as changes:
            entries = await self._core.conversations.list(self._user, "chat", count + 1)
            told = [_entry(one) for one in entries[:count]]
            await self._tell({"event": "list", "conversations": told, "more": len(entries) > count})
            async for change in changes:
                conversation_id = UUID(change.payload["id"])
                if conversation_id not in self._changed:
                    self._begin(self._tell_later(conversation_id))
                self._changed[conversation_id] = change.kind

    async def _tell_later(self, conversation_id: UUID) -> None:
        await asyncio.sleep(SETTLES)
        kind = self._changed.pop(conversation_id)
        with suppress(ParleyError):  # the next change, or the next line, tells it
            await self._tell_change(kind, conversation_id)

    async def _tell_change(self, kind: str, conversation_id: UUID) -> None:
        await self._tell({"event": "changed", "id": str(conversation_id)})
        if kind == "conversation":
            with suppress(NotFound):
                entry = await self._core.conversations.get(self._user, conversation_id)
                if entry.archived:
                    await self._tell({"event": "deleted", "id": str(conversation_id), "away": True})
                elif entry.kind == "chat":
                    await self._tell({"event": "entry", "entry": _entry(entry)})
                return
        await self._tell({"event": "deleted", "id": str(conversation_id)})


def _one(id: UUID | None) -> UUID:
    if id is None:
        raise NotFound("There is no such conversation. It may have been deleted.")
    return id


def _entry(conversation: Conversation) -> Frame:
    return {
        "id": str(conversation.id),
        "title": conversation.title,
        "answering": conversation.answering,
        "pinned": conversation.pinned,
        "updated_at": conversation.updated_at.isoformat(),
    }
