"""Conversations as files, out and in: JSON, Markdown, PDF."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, File, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, model_validator

from core.exports.exports import Export, Format
from core.exports.names import disposition
from core.imports.imports import LARGEST
from ui.api.dependencies import Core, User
from ui.api.schemas import Errors, errors

router = APIRouter(prefix="/conversations", tags=["conversations"])

IMPORT = "/conversations/import"
LARGEST_BODY = LARGEST + 64 * 1024
"""Bytes of an import: the file and the form around it."""
_MOST = 10_000


_FILE: Errors = {
    200: {
        "description": "The file",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/json", "text/markdown", "application/pdf", "application/zip")
        },
    }
}


class Wanted(BaseModel):
    """What is to be exported: some conversations, or `all`."""

    ids: list[UUID] | None = Field(None, min_length=1, max_length=_MOST)
    all: bool = False
    format: Format = "json"
    watch: UUID | None = Field(
        None, description="a name of your own, under which its progress can be asked for"
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.all == (self.ids is not None):
            raise ValueError("give either ids or all")
        return self


class ProgressBody(BaseModel):
    """How far a file is."""

    made: float = Field(ge=0, le=1, description="the share of it that is made")


class ImportedBody(BaseModel):
    """What came of an import."""

    new: int
    known: int = Field(description="those that were there already, and stay as they were")
    ids: list[UUID] = Field(description="the new ones")


@router.get(
    "/{conversation_id}/export/{format}",
    responses=_FILE | errors(404, 500),
    response_class=StreamingResponse,
)
async def export_conversation(
    core: Core, user: User, conversation_id: UUID, format: Format
) -> StreamingResponse:
    """A conversation as a file."""
    return await _download(await core.exports.prepare(user, [conversation_id], format))


@router.post("/export", responses=_FILE | errors(404, 500), response_class=StreamingResponse)
async def export_conversations(core: Core, user: User, wanted: Wanted) -> StreamingResponse:
    """Several as one file, or all of them: one JSON, or a zip of Markdown or PDF."""
    export = await core.exports.prepare(user, wanted.ids, wanted.format, wanted.watch)
    return await _download(export)


@router.get("/export/progress/{watch}", responses=errors(404))
async def export_progress(core: Core, user: User, watch: UUID) -> ProgressBody:
    """How far a file is that is being made under this name, by the process that is asked."""
    return ProgressBody(made=core.exports.made(user, watch))


@router.post("/import", responses=errors(413))
async def import_conversations(
    core: Core,
    user: User,
    file: Annotated[
        UploadFile,
        File(description="Parley's own JSON, ChatGPT's conversations.json, Open WebUI's export"),
    ],
) -> ImportedBody:
    """Take in a file of at most 200 MB, whole or not at all; what is there already stays."""
    done = await core.imports.read(user, await file.read())
    return ImportedBody(new=done.new, known=done.known, ids=done.ids)


async def _download(export: Export) -> StreamingResponse:
    """The first bytes are made before the answer begins, so that an error is still an answer."""
    first = await anext(export.chunks, b"")
    headers = {
        "Content-Disposition": disposition(export.name),
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(
        _from(first, export.chunks), headers=headers, media_type=export.media_type
    )


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
