"""The JSON of the API: what goes in and what comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of what comes out: made from the core's objects."""

    model_config = ConfigDict(from_attributes=True)


class ErrorBody(BaseModel):
    """Every error: a stable code for programs, a sentence for people."""

    code: str
    message: str
    details: dict[str, Any] = {}


Errors = dict[int | str, dict[str, Any]]


def errors(*codes: int) -> Errors:
    """What a route may answer besides what it returns, as its docs have it: these, 422, 503."""
    return {code: {"model": ErrorBody} for code in (*codes, 422, 503)}


def errors_beside(*codes: int) -> Errors:
    """The same where what is returned is no JSON: errors are all the same."""
    body = {"application/json": {"schema": ErrorBody.model_json_schema()}}
    return {code: {"description": "Error", "content": body} for code in (*codes, 422, 503)}


class HealthBody(BaseModel):
    """`ok`, or what is wrong, for each part."""

    status: Literal["ok", "unhealthy"]
    database: str = Field(description='"ok" or what is wrong')
    index: str = Field(description='"ok" or what is wrong')


class MessageBody(Answer):
    """A message of a conversation."""

    id: int
    parent_id: int | None
    quote_id: int | None = Field(description="the message this is a reply to")
    role: Literal["user", "assistant"]
    author: str | None
    language: str | None
    text: str
    status: Literal["streaming", "complete", "interrupted", "failed"]
    error_code: str | None
    error: str | None
    provider: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    remark: str | None = Field(description="why another model answered than was asked")
    created_at: datetime
    began_at: datetime | None = Field(description="a reply: when its first word came")
    finished_at: datetime | None


class NewMessage(BaseModel):
    """Something to say to the AI; without a conversation a new one begins."""

    message: str = Field(min_length=1, max_length=200_000)
    conversation_id: UUID | None = None
    provider: str | None = Field(None, max_length=100)
    model: str | None = Field(None, max_length=300)


class Reply(BaseModel):
    """The AI's reply, whole."""

    conversation_id: UUID
    message_id: int
    reply: str
    status: Literal["complete", "interrupted"]
    provider: str | None
    model: str | None


class NewRoom(BaseModel):
    """A room to open; `language` is what its host reads."""

    name: str = Field(min_length=1, max_length=500)
    language: str = Field(min_length=2, max_length=35, examples=["en", "pt-BR"])


class RoomBody(Answer):
    """A room, and the link for its guests."""

    id: UUID
    name: str
    language: str
    token: str
    guest_url: str
    created_at: datetime
    updated_at: datetime


class Transcription(BaseModel):
    """What was said in a recording."""

    text: str
