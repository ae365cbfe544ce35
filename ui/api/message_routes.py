"""The REST API of messages: said, answered again, replied to, edited, chosen, marked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from core.app import App
from core.conversations import Branch
from core.conversations import Reaction as ReactionKind
from core.errors import ProviderError
from core.turns import Turn
from ui.api.dependencies import Core, User
from ui.api.schemas import Answer, MessageBody, NewMessage, Reply, errors

router = APIRouter(tags=["messages"])

_ERRORS = errors()
_UNKNOWN = errors(404)
_ANSWERED = errors(404, 409, 413, 502)
Id = Annotated[int, Field(ge=1, le=2**62)]
MessageId = Annotated[int, Path(ge=1, le=2**62)]


class TurnFailed(ProviderError):
    """A reply failed; what came of it is kept in its conversation."""

    def __init__(self, code: str, message: str, turn: Turn) -> None:
        super().__init__(
            message, conversation_id=str(turn.conversation_id), message_id=turn.message_id
        )
        self.code = code


class QuoteBody(Answer):
    """The message another one is a reply to."""

    id: int
    role: Literal["user", "assistant"]
    author: str | None
    text: str = Field(description="its beginning")


class BranchMessage(MessageBody):
    """A message with what belongs to it."""

    variants: list[int] = Field(description="those in whose place it may stand, itself among them")
    quote: QuoteBody | None
    reaction: ReactionKind | None
    bookmarked: bool


class Reacting(BaseModel):
    """What one thinks of a message; null takes it back."""

    kind: ReactionKind | None


class Bookmarking(BaseModel):
    """Whether to keep a message among the bookmarks."""

    on: bool = True


class Saying(BaseModel):
    """Something to say at a message, and who is to answer."""

    message: str = Field(min_length=1, max_length=200_000)
    provider: str | None = Field(None, max_length=100)
    model: str | None = Field(None, max_length=300)


class Answering(BaseModel):
    """Who is to answer again; the one who did if nobody is named."""

    provider: str | None = Field(None, max_length=100)
    model: str | None = Field(None, max_length=300)


class Forked(BaseModel):
    """The conversation that goes on from a message."""

    conversation_id: UUID


class BookmarkBody(Answer):
    """A message to find again, and where it was said."""

    message: MessageBody
    conversation_id: UUID
    title: str | None
    kind: Literal["chat", "room"]
    bookmarked_at: datetime


async def with_facts(core: App, user: UUID, said: Branch) -> list[BranchMessage]:
    """Messages with their variants, quotes and marks."""
    facts = await core.branches.facts(user, [message.id for message in said])
    return [
        BranchMessage(
            **MessageBody.model_validate(message).model_dump(),
            variants=facts[message.id].variants,
            quote=QuoteBody.model_validate(quote) if (quote := facts[message.id].quote) else None,
            reaction=facts[message.id].reaction,
            bookmarked=facts[message.id].bookmarked,
        )
        for message in said
        if message.id in facts
    ]


@router.post("/messages/send", responses=_ANSWERED)
async def send_message(core: Core, user: User, new: NewMessage) -> Reply:
    """Say something to the AI and wait for the whole reply. To stream it, use `/ws/chat`.

    The reply is written and kept even when this request is broken off.
    """
    turn = await core.chat.send(
        user, new.message, new.conversation_id, provider=new.provider, model=new.model
    )
    return await whole(turn)


@router.post("/messages/{message_id}/reply", responses=_ANSWERED)
async def reply_to_message(core: Core, user: User, message_id: MessageId, new: Saying) -> Reply:
    """Say something that quotes a message, and wait for the whole reply."""
    where = await core.branches.conversation_of(user, message_id)
    turn = await core.chat.send(
        user, new.message, where, provider=new.provider, model=new.model, quote_id=message_id
    )
    return await whole(turn)


@router.post("/messages/{message_id}/edit", responses=_ANSWERED)
async def edit_message(core: Core, user: User, message_id: MessageId, new: Saying) -> Reply:
    """Say something else in the place of a message of one's own; both histories stay."""
    where = await core.branches.conversation_of(user, message_id)
    turn = await core.chat.send(
        user, new.message, where, provider=new.provider, model=new.model, beside=message_id
    )
    return await whole(turn)


@router.post("/messages/{message_id}/regenerate", responses=_ANSWERED)
async def regenerate_reply(core: Core, user: User, message_id: MessageId, by: Answering) -> Reply:
    """Have a question answered once more, beside the reply there is, which is kept."""
    return await whole(await core.chat.retry(user, message_id, by.provider, by.model))


@router.post("/messages/{message_id}/choose", status_code=204, responses=_ERRORS | _UNKNOWN)
async def choose_branch(core: Core, user: User, message_id: MessageId) -> None:
    """Show the branch that goes through a message."""
    await core.branches.choose(user, message_id)


@router.post("/messages/{message_id}/fork", status_code=201, responses=_ERRORS | _UNKNOWN)
async def fork_conversation(core: Core, user: User, message_id: MessageId) -> Forked:
    """Begin a new conversation with all that was said up to a message."""
    return Forked(conversation_id=await core.branches.fork(user, message_id))


@router.post("/messages/{message_id}/react", status_code=204, responses=_ERRORS | _UNKNOWN)
async def react_to_message(core: Core, user: User, message_id: MessageId, how: Reacting) -> None:
    """Say what one thinks of a message, or take it back."""
    await core.marks.react(user, message_id, how.kind)


@router.post("/messages/{message_id}/bookmark", status_code=204, responses=_ERRORS | _UNKNOWN)
async def bookmark_message(core: Core, user: User, message_id: MessageId, how: Bookmarking) -> None:
    """Keep a message among the bookmarks, or no longer."""
    await core.marks.bookmark(user, message_id, on=how.on)


@router.get("/bookmarks", responses=_ERRORS)
async def list_bookmarks(
    core: Core,
    user: User,
    limit: int = Query(50, ge=1, le=500),
    before: Annotated[datetime | None, Query(description="those made before this time")] = None,
) -> list[BookmarkBody]:
    """The messages to find again, the newest bookmark first."""
    found = await core.marks.bookmarks(user, limit, before)
    return [
        BookmarkBody(
            message=MessageBody.model_validate(one.message), title=one.title, kind=one.kind,
            conversation_id=one.message.conversation_id, bookmarked_at=one.bookmarked_at,
        )
        for one in found
    ]  # fmt: skip


async def whole(turn: Turn) -> Reply:
    """A reply when it has ended. Raises TurnFailed."""
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
