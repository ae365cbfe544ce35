"""`/ws/chat`: talk to the AI over a WebSocket.

In: {"message", "conversation_id"?, "provider"?, "model"?} says something; {"stop": true,
"conversation_id"?} stops the reply; {"attach": conversation_id} joins a running reply.
Out: {"status": "streaming", "text"} with the next piece; {"status": "complete" |
"interrupted", "text"} with the whole; {"status": "error", "code", "error"}. Each names
"conversation_id" and "message_id" where there is one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError

from core.app import App
from core.errors import NotFound, ParleyError
from core.turns import Turn, Update
from ui.api.dependencies import Core, User
from ui.api.schemas import NewMessage

router = APIRouter()


class Stop(BaseModel):
    """Stop the reply of a conversation, or the one this socket follows."""

    stop: bool
    conversation_id: UUID | None = None


class Attach(BaseModel):
    """Join the running reply of a conversation."""

    attach: UUID = Field()


@router.websocket("/chat")
async def chat(socket: WebSocket, core: Core, user: User) -> None:
    """One client; it may follow several conversations at once. Closing it stops no reply."""
    await socket.accept()
    talk = Talk(socket, core, user)
    with suppress(WebSocketDisconnect):
        try:
            while True:
                await talk.heed(await socket.receive_text())
        finally:
            await talk.close()


class Talk:
    """What one socket says and follows."""

    def __init__(self, socket: WebSocket, core: App, user: UUID) -> None:
        self._socket = socket
        self._core = core
        self._user = user
        self._following: dict[UUID, asyncio.Task[None]] = {}

    async def heed(self, frame: str) -> None:
        """Do what one frame asks; an error is an answer, never the end of the socket."""
        try:
            asked = parse(frame)
            if isinstance(asked, Stop):
                for conversation_id in (
                    [asked.conversation_id] if asked.conversation_id else list(self._following)
                ):
                    await self._core.chat.stop(self._user, conversation_id)
            elif isinstance(asked, Attach):
                await self._attach(asked.attach)
            else:
                turn = await self._core.chat.send(
                    self._user, asked.message, asked.conversation_id, asked.provider, asked.model
                )
                self._follow(turn)
        except ParleyError as error:
            await self._send({"status": "error", "code": error.code, "error": str(error)})
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            sentence = f"{where}: {first['msg']}".removeprefix(": ")
            await self._send({"status": "error", "code": "bad_request", "error": sentence})

    async def close(self) -> None:
        """Stop following; the replies go on."""
        for task in self._following.values():
            task.cancel()

    async def _attach(self, conversation_id: UUID) -> None:
        turn = await self._core.chat.attach(self._user, conversation_id)
        if turn is None:
            await self._core.conversations.get(self._user, conversation_id)
            raise NotFound("No reply is being written in this conversation.")
        self._follow(turn)

    def _follow(self, turn: Turn) -> None:
        if earlier := self._following.pop(turn.conversation_id, None):
            earlier.cancel()
        task = asyncio.create_task(self._tell(turn))
        self._following[turn.conversation_id] = task

    async def _tell(self, turn: Turn) -> None:
        names = {"conversation_id": str(turn.conversation_id), "message_id": turn.message_id}
        try:
            async for update in turn.follow():
                await self._send(_frame(update, turn) | names)
        except ParleyError as error:
            await self._send({"status": "error", "code": error.code, "error": str(error)} | names)

    async def _send(self, content: dict[str, Any]) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_json(content)


def parse(frame: str) -> NewMessage | Stop | Attach:
    """What a frame asks. Raises ValidationError naming what is missing."""
    if '"stop"' in frame:
        with suppress(ValidationError):
            return Stop.model_validate_json(frame)
    if '"attach"' in frame:
        with suppress(ValidationError):
            return Attach.model_validate_json(frame)
    return NewMessage.model_validate_json(frame)


def _frame(update: Update, turn: Turn) -> dict[str, Any]:
    if update.status == "streaming":
        frame = {"status": "streaming", "text": update.text}
        return frame | ({"note": update.note} if update.note else {})
    if update.error:
        return {
            "status": "error", "code": update.error_code, "error": update.error, "text": turn.text
        }  # fmt: skip
    return {"status": update.status, "text": turn.text, "model": turn.model}
