"""`/ws/rooms/…`: a room over a WebSocket, for guests by their link and for the host.

The protocol is described in the README. A socket first joins, then says and hears.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from core.app import App
from core.errors import NotFound, ParleyError, Refused
from core.feed import Feed
from core.rooms import HOST_MESSAGE_LENGTH, Doorway, Participant
from core.speech import LONGEST_RECORDING
from core.text import typed
from ui.api.dependencies import Core, User, error_body

log = logging.getLogger(__name__)

guest_router = APIRouter()
host_router = APIRouter()

Frame = dict[str, Any]
JOIN_WITHIN = 30.0
"""Seconds a stranger may hold a socket open without joining."""
FRAME_LENGTH = 100_000
NONCE_LENGTH = 100


@guest_router.websocket("/ws/rooms/{token}")
async def room_for_guests(socket: WebSocket, core: Core, token: str) -> None:
    """A guest's window on the room their link opens."""

    async def enter(join: Frame) -> tuple[Participant, str | None]:
        if secret := _text(join, "participant"):
            participant = await core.rooms.rejoin(token, secret)
            language = _text(join, "language")
            if language and language != participant.language:
                participant = await core.rooms.read_in(participant, language)
            return participant, None
        return await core.rooms.join(
            token, _text(join, "name"), _text(join, "language"), _text(join, "secret")
        )

    await _serve(socket, core, lambda: core.rooms.behind(token), enter)


@host_router.websocket("/rooms/{room_id}")
async def room_for_host(socket: WebSocket, core: Core, user: User, room_id: UUID) -> None:
    """The host's window on a room of theirs."""

    async def enter(join: Frame) -> tuple[Participant, None]:
        participant = await core.rooms.host(user, room_id)
        language = _text(join, "language")
        if language and language != participant.language:
            participant = await core.rooms.read_in(participant, language)
        return participant, None

    async def doorway() -> Doorway:
        room = await core.rooms.get(user, room_id)
        return Doorway(room.id, room.user_id, room.name, room.language)

    await _serve(socket, core, doorway, enter)


async def _serve(
    socket: WebSocket,
    core: App,
    doorway: Callable[[], Awaitable[Doorway]],
    enter: Callable[[Frame], Awaitable[tuple[Participant, str | None]]],
) -> None:
    await socket.accept()
    with suppress(WebSocketDisconnect, RuntimeError):
        try:
            room = await doorway()
            participant, secret, after = await _joined(socket, enter)
        except ParleyError as error:
            await socket.send_json({"event": "error", **error_body(error)})
            await socket.close(code=4404, reason=error.code)
            return
        except TimeoutError:
            await socket.close(code=4408, reason="no join")
            return
        await socket.send_json(_welcome(core, room, participant, secret))
        async with core.presence.of(participant):
            await Window(socket, core, participant).run(after)


async def _joined(
    socket: WebSocket, enter: Callable[[Frame], Awaitable[tuple[Participant, str | None]]]
) -> tuple[Participant, str | None, int]:
    """Wait for a join that works; a wrong one may be tried again."""
    async with asyncio.timeout(JOIN_WITHIN):
        while True:
            try:
                frame = _parsed(await socket.receive_text())
                join = frame.get("join")
                if not isinstance(join, dict):
                    raise Refused('The first frame must join: {"join": {…}}.')
                participant, secret = await enter(join)
                after = join.get("after", 0)
                return participant, secret, after if isinstance(after, int) and after > 0 else 0
            except NotFound:
                raise
            except ParleyError as error:
                await socket.send_json({"event": "error", **error_body(error)})


def _welcome(core: App, room: Doorway, participant: Participant, secret: str | None) -> Frame:
    settings = core.settings
    limit = HOST_MESSAGE_LENGTH if participant.is_host else settings.guest_message_length
    return {
        "event": "joined",
        "participant": {
            "id": str(participant.id),
            "name": participant.name,
            "language": participant.language,
        },
        "room": {"name": room.name, "language": room.language},
        "limits": {
            "message_length": limit,
            "messages_per_minute": settings.guest_messages_per_minute,
            "recording_seconds": LONGEST_RECORDING if core.speech.available() else 0,
        },
        **({"token": secret} if secret else {}),
    }


class Window:
    """One open socket of somebody who has joined."""

    def __init__(self, socket: WebSocket, core: App, participant: Participant) -> None:
        self._socket = socket
        self._core = core
        self._feed: Feed = core.feed(participant)

    async def run(self, after: int) -> None:
        """Tell and heed until the socket closes."""
        telling = asyncio.create_task(self._tell(after))
        try:
            await self._heed()
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await telling

    async def _tell(self, after: int) -> None:
        try:
            async for event in self._feed.follow(after):
                await self._socket.send_json(event)
        except ParleyError as error:
            # The client comes back and catches up; better than a window that hears no more.
            log.info("a room window is closed: %s", error)
            await self._socket.close(code=1013, reason=error.code)

    async def _heed(self) -> None:
        while True:
            frame: Frame = {}
            try:
                frame = _parsed(await self._socket.receive_text())
                if "leave" in frame:
                    await self._core.rooms.leave(self._feed.participant)
                    await self._socket.close()
                    return
                await self._do(frame)
            except ParleyError as error:
                body = error_body(error)
                if isinstance(nonce := frame.get("nonce"), str):
                    body["nonce"] = nonce
                await self._socket.send_json({"event": "error", **body})

    async def _do(self, frame: Frame) -> None:
        if "say" in frame:
            nonce = _text(frame, "nonce")[:NONCE_LENGTH] or None
            said = await self._core.rooms.say(self._feed.participant, _text(frame, "say"), nonce)
            if nonce:  # said before, by a client that did not hear that it was
                await self._feed.tell_again(said)
        elif "language" in frame:
            await self._feed.read_in(_text(frame, "language"))
        elif "retry" in frame:
            await self._core.rooms.translate_again(self._feed.participant, _id(frame, "retry"))
        elif "older" in frame:
            await self._feed.older(_id(frame, "older"))
        elif "ping" in frame:
            await self._socket.send_json({"event": "pong"})
        else:
            raise Refused("A frame says, or asks for language, retry, older, leave or ping.")


def _parsed(frame: str) -> Frame:
    if len(frame) > FRAME_LENGTH:
        raise Refused("This frame is too long.")
    try:
        content = json.loads(frame)
    except ValueError:
        raise Refused("A frame must be a JSON object.") from None
    if not isinstance(content, dict):
        raise Refused("A frame must be a JSON object.")
    return content


def _text(frame: Frame, key: str) -> str:
    value = frame.get(key, "")
    if not isinstance(value, str):
        raise Refused(f"{key} must be a text.", field=key)
    return typed(value)


def _id(frame: Frame, key: str) -> int:
    value = frame[key]
    if not isinstance(value, int) or not 0 < value < 2**62:
        raise Refused(f"{key} must be the id of a message.", field=key)
    return value
