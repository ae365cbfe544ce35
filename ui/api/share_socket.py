"""`/ws/shared/{token}`: a shared conversation as it goes on, for who reads it.

In: `{"join": {"ticket"?}}` first, then `{"older": id}`, `{"newer": id}`, `{"ping": 1}`.
Out, by `event`: `joined` with the conversation; `tail` whenever its end has changed, with the
`ids` of the newest messages, those `messages` among them that are new or other than before, and
whether there are `more` before them; `conversation` when its title or its languages are others
than were told; `older` and `newer` with `messages` and `more`; `pong`; and
`gone` with a `code` once the link opens nothing, after which the socket closes.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from core.app import App
from core.errors import NotFound, ParleyError, PasswordNeeded, Refused
from core.sharing.reading import PAGE, Reader
from ui.api.dependencies import Core, error_body
from ui.api.share_routes import visitor_of

log = logging.getLogger(__name__)

router = APIRouter()
JOIN_WITHIN = 30.0
"""Seconds a stranger may hold a socket open without joining."""
FRAME_LENGTH = 1000
GONE, LOCKED, LATE, AWAY = 4404, 4401, 4408, 1013
"""What a socket is closed with."""


@router.websocket("/ws/shared/{token}")
async def shared(socket: WebSocket, core: Core, token: str) -> None:
    """A reader's window on what their link shows."""
    await socket.accept()
    with suppress(WebSocketDisconnect, RuntimeError):
        try:
            await _serve(socket, core, token)
        except NotFound as error:
            await socket.send_json({"event": "gone", "code": error.code})
            await socket.close(GONE, error.code)
        except PasswordNeeded as error:
            await socket.send_json({"event": "error", **error_body(error)})
            await socket.close(LOCKED, error.code)
        except TimeoutError:
            await socket.close(LATE, "no join")
        except ParleyError as error:
            log.info("a reader's window is closed: %s", error)
            await socket.close(AWAY, error.code)


async def _serve(socket: WebSocket, core: App, token: str) -> None:
    async with asyncio.timeout(JOIN_WITHIN):
        join = _parsed(await socket.receive_text()).get("join")
    ticket = join.get("ticket") if isinstance(join, dict) else None
    reader = await core.readers.enter(token, ticket=ticket if isinstance(ticket, str) else None)
    conversation = await reader.conversation()
    await socket.send_json({"event": "joined", **conversation})
    await reader.note_visit(visitor_of(socket))
    telling = asyncio.create_task(_tell(socket, reader, conversation))
    heeding = asyncio.create_task(_heed(socket, reader))
    try:
        await asyncio.wait({telling, heeding}, return_when=asyncio.FIRST_COMPLETED)
        await (telling if telling.done() else heeding)
    finally:
        for task in (telling, heeding):
            task.cancel()
            with suppress(asyncio.CancelledError, ParleyError, WebSocketDisconnect, RuntimeError):
                await task


async def _tell(socket: WebSocket, reader: Reader, conversation: dict[str, Any]) -> None:
    async for event in reader.follow(conversation):
        await socket.send_json(event)


async def _heed(socket: WebSocket, reader: Reader) -> None:
    while True:
        frame = _parsed(await socket.receive_text())
        if "older" in frame:
            said = await reader.messages(before=_id(frame, "older"))
            await socket.send_json(_page("older", said))
        elif "newer" in frame:
            said = await reader.messages(after=_id(frame, "newer"))
            await socket.send_json(_page("newer", said))
        elif "ping" in frame:
            await socket.send_json({"event": "pong"})


def _page(event: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {"event": event, "messages": messages, "more": len(messages) == PAGE}


def _parsed(frame: str) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        content = json.loads(frame) if len(frame) <= FRAME_LENGTH else None
        if isinstance(content, dict):
            return content
    raise Refused("A frame must be a short JSON object.")


def _id(frame: dict[str, Any], key: str) -> int:
    value = frame[key]
    if not isinstance(value, int) or not 0 <= value < 2**62:
        raise Refused(f"{key} must be the id of a message.", field=key)
    return value
