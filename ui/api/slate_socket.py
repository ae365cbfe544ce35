"""`/ws/slates`: what the slate page does and hears, without a rerun.

In, each with a number `n` that its answer names:
{"open": id} shows a slate and follows its runs; {"write": {"id"?, "text", "options", "run"?,
"again"?}} keeps what is typed, in a new slate where there is no id, and with `run` runs it;
{"stop": id}; {"alternatives": {"id", "place", "sentence"}}; {"amend": {"id", "place", "sentence",
"by", "nth"?}}; {"versions": id}; {"restore": {"id", "version"}}; {"list": query}; {"rename": id,
"title"}; {"delete": id}; {"undelete": id}; {"rooms": true}; {"send": {"room", "text"}};
{"ping": true}.
Out: {"event": "done", "n", …} with what was asked for, {"event": "error", "n", "code", "message"},
and while a slate is followed {"event": "run", "id", "run", "status", "pieces": [{"place", "text" |
"more", "state", "error", "ends"}], …}: of the pieces only those that are news, `more` to be added
to what a piece says.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import Any, cast
from uuid import UUID

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, Field

from core.app import App
from core.errors import ParleyError
from core.slates.options import Options
from core.slates.run import Run
from core.slates.slates import Entry, Slate, Version
from ui.api.dependencies import Core, User
from ui.api.desk import Asked, Desk, Frame
from ui.api.slate_growth import Growth

router = APIRouter()

SIGHT_EVERY = 0.05
"""Seconds between two sights of a growing result."""
VERSIONS_SHOWN = 100


class Write(BaseModel):
    """What was typed, to be kept, and perhaps run."""

    id: UUID | None = None
    text: str
    options: Options
    run: bool = False
    again: bool = False


class Sentence(BaseModel):
    """A sentence of a result, and what is to stand in its place."""

    id: UUID
    place: int
    sentence: str = Field(max_length=5000)
    by: str = Field("", max_length=5000)
    nth: int = Field(0, ge=0, le=10_000)


class Restore(BaseModel):
    """A version to bring back."""

    id: UUID
    version: int = Field(ge=1, le=2**62)


class Posting(BaseModel):
    """A text to say in a room."""

    room: UUID
    text: str


class Wish(Asked):
    """One frame of a page: one field is its wish."""

    open: UUID | None = None
    write: Write | None = None
    stop: UUID | None = None
    alternatives: Sentence | None = None
    amend: Sentence | None = None
    versions: UUID | None = None
    restore: Restore | None = None
    list: str | None = Field(None, max_length=500)
    rename: UUID | None = None
    title: str = Field("", max_length=500)
    delete: UUID | None = None
    undelete: UUID | None = None
    rooms: bool = False
    send: Posting | None = None


@router.websocket("/slates")
async def slates(socket: WebSocket, core: Core, user: User) -> None:
    """One open slate page. Closing it stops nothing but the telling."""
    await SlateDesk(socket, core, user).serve()


class SlateDesk(Desk[Wish]):
    """What one slate page does and is told; runs go on without it."""

    def __init__(self, socket: WebSocket, core: App, user: UUID) -> None:
        super().__init__(socket, core, user, Wish)
        self._followed: UUID | None = None
        self._following: asyncio.Task[None] | None = None
        self._lengthy = {"alternatives"}  # a model may think about it
        self._deeds = {
            "open": self._open, "write": self._write, "stop": self._stop, "amend": self._amend,
            "versions": self._versions, "restore": self._restore, "list": self._list,
            "rename": self._rename, "delete": self._delete, "undelete": self._undelete,
            "rooms": self._rooms, "send": self._send_to_room,
            "alternatives": self._alternatives,
        }  # fmt: skip

    async def _open(self, wish: Wish) -> Frame:
        if wish.open is None:
            self._follow(None)
            return {"able": self._core.slate_runs.able()}
        slate = await self._core.slates.get(self._user, wish.open)
        self._follow(slate.id, anew=True)
        return {"slate": _slate(slate), "able": self._core.slate_runs.able()}

    async def _write(self, wish: Wish) -> Frame:
        said = cast(Write, wish.write)
        slate_id = said.id
        if slate_id is None:
            made = await self._core.slates.create(self._user, said.text, said.options)
            slate_id = made.id
        elif not said.run:
            await self._core.slates.write(self._user, slate_id, said.text, said.options)
        self._follow(slate_id)
        if said.run:
            await self._core.slate_runs.start(
                self._user, slate_id, said.text, said.options, again=said.again
            )
        return {"id": str(slate_id)}

    async def _stop(self, wish: Wish) -> Frame:
        await self._core.slate_runs.stop(self._user, cast(UUID, wish.stop))
        return {}

    async def _alternatives(self, wish: Wish) -> Frame:
        asked = cast(Sentence, wish.alternatives)
        found = await self._core.slate_runs.alternatives(
            self._user, asked.id, asked.place, asked.sentence
        )
        return {"alternatives": found}

    async def _amend(self, wish: Wish) -> Frame:
        asked = cast(Sentence, wish.amend)
        await self._core.slate_runs.amend(
            self._user, asked.id, asked.place, asked.sentence, asked.by, asked.nth
        )
        return {}

    async def _versions(self, wish: Wish) -> Frame:
        slate_id = cast(UUID, wish.versions)
        found = await self._core.slates.versions(self._user, slate_id, VERSIONS_SHOWN)
        return {"versions": [_version(one) for one in found]}

    async def _restore(self, wish: Wish) -> Frame:
        asked = cast(Restore, wish.restore)
        await self._core.slate_runs.restore(self._user, asked.id, asked.version)
        return {"slate": _slate(await self._core.slates.get(self._user, asked.id))}

    async def _list(self, wish: Wish) -> Frame:
        found = await self._core.slates.list(self._user, wish.list or "")
        return {"slates": [_entry(one) for one in found]}

    async def _rename(self, wish: Wish) -> Frame:
        await self._core.slates.rename(self._user, cast(UUID, wish.rename), wish.title)
        return {}

    async def _delete(self, wish: Wish) -> Frame:
        slate_id = cast(UUID, wish.delete)
        if slate_id == self._followed:
            self._follow(None)
        await self._core.slate_runs.stop(self._user, slate_id)
        await self._core.slates.delete(self._user, slate_id)
        return {}

    async def _undelete(self, wish: Wish) -> Frame:
        await self._core.slates.undelete(self._user, cast(UUID, wish.undelete))
        return {}

    async def _rooms(self, wish: Wish) -> Frame:
        found = await self._core.rooms.list(self._user)
        return {
            "rooms": [{"id": str(one.id), "name": one.name} for one in found if not one.ended_at]
        }

    async def _send_to_room(self, wish: Wish) -> Frame:
        posting = cast(Posting, wish.send)
        host = await self._core.rooms.host(self._user, posting.room)
        await self._core.rooms.say(host, posting.text)
        return {}

    def _follow(self, slate_id: UUID | None, *, anew: bool = False) -> None:
        """Tell of a slate's runs from now on, from the beginning where `anew`."""
        if slate_id == self._followed and not anew:
            return
        if self._following:
            self._following.cancel()
        self._followed = slate_id
        self._following = self._begin(self._watch(slate_id)) if slate_id else None

    async def _watch(self, slate_id: UUID) -> None:
        growth = Growth()
        with suppress(ParleyError):  # deleted meanwhile: who deletes it tells the page
            async with aclosing(
                cast(Any, self._core.slate_runs.watch(self._user, slate_id))
            ) as runs:
                async for run in runs:
                    await self._tell({"event": "run", "id": str(slate_id), **growth.of(run)})
                    if _runs_here(run):
                        await asyncio.sleep(SIGHT_EVERY)


def _runs_here(run: Run) -> bool:
    return run.task is not None and run.status == "running"


def _slate(slate: Slate) -> Frame:
    return {
        "id": str(slate.id), "title": slate.title, "text": slate.text,
        "options": slate.options.model_dump(),
    }  # fmt: skip


def _entry(entry: Entry) -> Frame:
    return {
        "id": str(entry.id), "title": entry.title, "task": entry.task, "target": entry.target,
        "updated_at": entry.updated_at.isoformat(),
    }  # fmt: skip


def _version(version: Version) -> Frame:
    return {
        "id": version.id, "task": version.task, "options": version.options.model_dump(),
        "text": version.text[:300], "result": version.result[:300], "engine": version.engine,
        "created_at": version.created_at.isoformat(),
    }  # fmt: skip
