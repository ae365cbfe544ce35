"""The REST API of summaries: one as it stands, and one to be made now."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from core.intelligence.summary import State, Summary
from ui.api.dependencies import Core, User
from ui.api.schemas import Answer, ErrorBody, errors

router = APIRouter(prefix="/conversations", tags=["conversations"])


class PointBody(Answer):
    """A decision or an open question, and the message it comes from."""

    text: str
    message_id: int


class ActionBody(PointBody):
    """What somebody is to do; who and by when as far as it was said."""

    who: str | None
    due: str | None


class SummaryBody(Answer):
    """What a conversation was about, as far as `until_id`."""

    made_by: Literal["model", "extract"] = Field(
        description="extract: the most telling sentences, picked without a model"
    )
    provider: str | None
    model: str | None
    language: str
    text: str
    topics: list[str] = Field(description="the first is what it was most about")
    sentiment: float | None = Field(description="-1 to 1; null: made without a model")
    decisions: list[PointBody]
    questions: list[PointBody] = Field(description="open ones")
    actions: list[ActionBody]
    until_id: int = Field(description="the newest message it knows")
    messages: int = Field(description="how many it knows")
    behind: int = Field(description="how many were said since")
    stale: bool
    created_at: datetime


class SummaryState(BaseModel):
    """Whether there is a summary, one is being made, or the last one failed."""

    state: Literal["none", "running", "failed", "ready"]
    summary: SummaryBody | None
    error: ErrorBody | None = None
    retry_at: datetime | None = Field(None, description="when a failed one is tried again")

    @classmethod
    def of(cls, state: State) -> SummaryState:
        """From the core's."""
        error = None
        if state.state == "failed":
            told = state.error or "It was cut off before it was done. Try again."
            error = ErrorBody(code=state.error_code or "interrupted", message=told)
        return cls(
            state=state.state, summary=body_of(state.summary), error=error,
            retry_at=state.retry_at,
        )  # fmt: skip


def body_of(summary: Summary | None) -> SummaryBody | None:
    """A summary as JSON has it."""
    return SummaryBody.model_validate(summary) if summary else None


@router.get("/{conversation_id}/summary", responses=errors(404))
async def get_summary(core: Core, user: User, conversation_id: UUID) -> SummaryState:
    """The summary as it stands."""
    return SummaryState.of(await core.summaries.state(user, conversation_id))


@router.post(
    "/{conversation_id}/generate-summary",
    responses=errors(404, 502) | {202: {"model": SummaryState, "description": "Being made"}},
)
async def generate_summary(
    core: Core,
    user: User,
    conversation_id: UUID,
    response: Response,
    wait: float = Query(60, ge=0, le=600, description="seconds to wait for it"),
) -> SummaryState:
    """Summarise a conversation now, anew where there is a summary; 202 where it takes longer.

    What is begun goes on whether or not anybody waits: ask `/summary` for it.
    """
    await core.conversations.get(user, conversation_id)
    making = asyncio.ensure_future(core.summaries.make(user, conversation_id, again=True))
    done, _ = await asyncio.wait({making}, timeout=wait)
    if done:
        making.result()
    else:
        making.add_done_callback(lambda one: one.cancelled() or one.exception())
        response.status_code = 202
    return SummaryState.of(await core.summaries.state(user, conversation_id))
