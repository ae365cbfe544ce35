"""The REST API of questions to everything ever said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from core.app import App
from core.turns import Turn
from ui.api.dependencies import Core, User
from ui.api.message_routes import whole
from ui.api.schemas import Reply, errors, errors_beside

router = APIRouter(prefix="/intelligence", tags=["intelligence"])

_ANSWERED = errors(404, 409, 413, 502)


class QuestionBody(BaseModel):
    """A question; with a conversation it is a follow-up in it."""

    question: str = Field(min_length=1, max_length=20_000)
    conversation_id: UUID | None = None
    time_zone: str | None = Field(
        None, max_length=64, description='where "yesterday" is yesterday', examples=["Europe/Paris"]
    )
    provider: str | None = Field(None, max_length=100)
    model: str | None = Field(None, max_length=300)


class SearchedBody(BaseModel):
    """What was looked for."""

    queries: list[str]
    people: list[str] = Field(description="whose words were asked for")
    rooms: list[str] = Field(description="conversations the question names")
    since: datetime | None
    until: datetime | None
    found: int = Field(description="passages the answer is made of")


class SourceBody(BaseModel):
    """A passage the answer was made of."""

    number: int = Field(description="as the answer cites it: [1]")
    cited: bool
    excerpt: str
    kind: Literal["chat", "room", "slate", "memory"]
    title: str | None
    role: Literal["user", "assistant"] | None
    speaker: str | None = Field(description="a guest or a model; null: the person")
    said_at: datetime
    conversation_id: UUID | None
    message_id: int | None
    slate_id: UUID | None
    memory_id: UUID | None


class AnswerBody(Reply):
    """An answer, and where it stands."""

    searched: SearchedBody | None
    sources: list[SourceBody]


async def _begun(core: Core, user: User, asked: QuestionBody) -> Turn:
    return await core.chat.send(
        user, asked.question, asked.conversation_id, asked.provider, asked.model,
        asks={"time_zone": asked.time_zone},
    )  # fmt: skip


Begun = Annotated[Turn, Depends(_begun)]


@router.post("/query", responses=_ANSWERED)
async def ask_everything(core: Core, user: User, turn: Begun) -> AnswerBody:
    """Ask everything ever said, and wait for the whole answer. It is kept as a chat."""
    reply = await whole(turn)
    return AnswerBody(**reply.model_dump(), **await _grounds(core, user, turn))


@router.post(
    "/query/stream", responses=errors_beside(404, 409, 413, 502), response_class=EventSourceResponse
)
async def ask_everything_streaming(
    core: Core, user: User, turn: Begun
) -> AsyncIterator[ServerSentEvent]:
    """The same, as it is written: events `note`, `text` (pieces), and `done` or `error` at the end.

    The answer is written and kept even when this request is broken off.
    """
    async for update in turn.follow():
        if update.note:
            yield ServerSentEvent(event="note", data=update.note)
        if update.text:
            yield ServerSentEvent(event="text", data=update.text)
    if update.error:
        failed = {"code": update.error_code or "provider", "message": update.error}
        yield ServerSentEvent(event="error", data=failed)
    else:
        reply = await whole(turn)
        done = AnswerBody(**reply.model_dump(), **await _grounds(core, user, turn))
        yield ServerSentEvent(event="done", data=done)


async def _grounds(core: App, user: UUID, turn: Turn) -> dict[str, Any]:
    told = await core.questions.told(user, [turn.message_id])
    return told.get(turn.message_id) or {"searched": None, "sources": []}
