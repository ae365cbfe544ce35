"""The REST API: health, conversations, messages, rooms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from core.errors import ProviderError
from core.rooms import Room
from core.turns import Turn
from ui.addresses import guest_url
from ui.api.dependencies import Core, User
from ui.api.schemas import (
    ConversationBody,
    ConversationWithMessages,
    ErrorBody,
    HealthBody,
    MessageBody,
    NewConversation,
    NewMessage,
    NewRoom,
    Reply,
    RoomBody,
)


class TurnFailed(ProviderError):
    """A reply failed; what came of it is kept in its conversation."""

    def __init__(self, code: str, message: str, turn: Turn) -> None:
        super().__init__(
            message, conversation_id=str(turn.conversation_id), message_id=turn.message_id
        )
        self.code = code


Errors = dict[int | str, dict[str, Any]]


def _errors(*codes: int) -> Errors:
    return {code: {"model": ErrorBody} for code in (*codes, 422, 503)}


health = APIRouter(tags=["health"])
conversations = APIRouter(prefix="/conversations", tags=["conversations"])
messages = APIRouter(prefix="/messages", tags=["messages"])
rooms = APIRouter(prefix="/rooms", tags=["rooms"])


@health.get("/health", responses={503: {"model": HealthBody}})
async def is_it_well(core: Core, response: Response) -> HealthBody:
    """200 only when database and index answer; otherwise 503, saying which does not."""
    found = await core.health()
    if not found.ok:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return HealthBody(
        status="ok" if found.ok else "unhealthy",
        database=found.database or "ok",
        index=found.index or "ok",
    )


@conversations.get("", responses=_errors())
async def list_conversations(
    core: Core, user: User, limit: int = Query(100, ge=1, le=1000)
) -> list[ConversationBody]:
    """Chats and rooms, the latest activity first."""
    found = await core.conversations.list(user, limit=limit)
    return [ConversationBody.model_validate(one) for one in found]


@conversations.post("", status_code=201, responses=_errors())
async def begin_conversation(core: Core, user: User, new: NewConversation) -> ConversationBody:
    """Begin an empty chat."""
    made = await core.conversations.create(user, title=new.title)
    return ConversationBody.model_validate(made)


@conversations.get("/{conversation_id}", responses=_errors(404))
async def get_conversation(
    core: Core,
    user: User,
    conversation_id: UUID,
    limit: int = Query(200, ge=1, le=1000),
    before: int | None = Query(None, ge=1, le=2**62, description="messages older than this id"),
) -> ConversationWithMessages:
    """A conversation with its newest messages."""
    found = await core.conversations.get(user, conversation_id)
    said = await core.conversations.messages(user, conversation_id, limit, before)
    return ConversationWithMessages(
        **ConversationBody.model_validate(found).model_dump(),
        messages=[MessageBody.model_validate(one) for one in said],
    )


@conversations.delete("/{conversation_id}", status_code=204, responses=_errors(404))
async def delete_conversation(core: Core, user: User, conversation_id: UUID) -> None:
    """Delete a conversation with everything said in it."""
    await core.conversations.delete(user, conversation_id)


@messages.post("/send", responses=_errors(404, 409, 413, 502))
async def send_message(core: Core, user: User, new: NewMessage) -> Reply:
    """Say something to the AI and wait for the whole reply. To stream it, use `/ws/chat`.

    The reply is written and kept even when this request is broken off.
    """
    turn = await core.chat.send(
        user, new.message, new.conversation_id, provider=new.provider, model=new.model
    )
    async for update in turn.follow():
        ended = update
    if ended.error:
        raise TurnFailed(ended.error_code or "provider", ended.error, turn)
    return Reply(
        conversation_id=turn.conversation_id,
        message_id=turn.message_id,
        reply=turn.text,
        status="complete" if ended.status == "complete" else "interrupted",
        provider=turn.provider,
        model=turn.model,
    )


@rooms.get("", responses=_errors())
async def list_rooms(core: Core, user: User) -> list[RoomBody]:
    """The rooms, the latest activity first."""
    return [_room(core, one) for one in await core.rooms.list(user)]


@rooms.post("", status_code=201, responses=_errors())
async def open_room(core: Core, user: User, new: NewRoom) -> RoomBody:
    """Open a room and get the link for its guests."""
    return _room(core, await core.rooms.create(user, new.name, new.language))


def _room(core: Core, room: Room) -> RoomBody:
    return RoomBody(
        id=room.id,
        name=room.name,
        language=room.language,
        token=room.token,
        guest_url=guest_url(core.settings, room.token),
        created_at=room.created_at,
        updated_at=room.updated_at,
    )
