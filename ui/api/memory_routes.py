"""The REST API of memories: kept, found, corrected, deleted and brought back, moved elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, File, Query, UploadFile
from pydantic import BaseModel, Field

from core.errors import NotFound
from core.memories.knowledge import Kind
from core.memories.memory import LONGEST, Origin
from core.memories.transfer import MOST, MemoryFile, export, import_file
from ui.api.dependencies import Core, User
from ui.api.schemas import Answer, errors

router = APIRouter(prefix="/memories", tags=["memories"])

_ERRORS = errors()
_UNKNOWN = errors(404)
_TOO_LARGE = errors(413)
_MANY = 2**31 - 1


class NewMemory(BaseModel):
    """Something to remember. A term is written "Kunde = client, never customer"."""

    text: str = Field(min_length=1, max_length=LONGEST, examples=["I am a vegetarian"])
    kind: Kind = "fact"
    pinned: bool = Field(False, description="told to the AI in every conversation")


class MemoryChange(BaseModel):
    """What is to be changed of a memory; what is not named stays."""

    text: str | None = Field(None, min_length=1, max_length=LONGEST)
    kind: Kind | None = None
    enabled: bool | None = Field(None, description="whether it is used")
    pinned: bool | None = None


class MemoryBody(Answer):
    """A memory."""

    id: UUID
    kind: Kind
    text: str
    language: str | None
    status: Literal["active", "proposed", "replaced"]
    enabled: bool
    pinned: bool
    origin: Origin
    conversation_id: UUID | None
    message_id: int | None
    replaces: UUID | None
    valid_from: datetime
    valid_until: datetime | None
    used_at: datetime | None
    uses: int
    created_at: datetime
    updated_at: datetime


class FoundMemory(Answer):
    """A memory that was found, and how well it fits: at most about 2."""

    memory: MemoryBody
    score: float


class Ids(BaseModel):
    """Memories by their ids."""

    ids: list[UUID] = Field(max_length=MOST)


class Restored(BaseModel):
    """How many came back."""

    restored: int


class ImportedBody(Answer):
    """What came of an import."""

    added: int
    known: int = Field(description="those that were remembered already, and stay as they were")


@router.get("", responses=_ERRORS)
async def list_memories(
    core: Core,
    user: User,
    kind: Kind | None = None,
    status: Literal["active", "proposed"] = "active",
    limit: int = Query(200, ge=1, le=1000),
    offset: int = Query(0, ge=0, le=_MANY),
) -> list[MemoryBody]:
    """Memories, the pinned ones first, then the latest change."""
    found = await core.memories.list(user, kind, status, limit, offset)
    return [MemoryBody.model_validate(one) for one in found]


@router.post("", status_code=201, responses=_ERRORS)
async def create_memory(core: Core, user: User, new: NewMemory) -> MemoryBody:
    """Remember something; what says the same already is answered instead."""
    made = await core.memories.create(user, new.text, new.kind, pinned=new.pinned)
    return MemoryBody.model_validate(made)


@router.get("/search", responses=_ERRORS)
async def search_memories(
    core: Core,
    user: User,
    q: str = Query(min_length=1, max_length=1000, description="in any language"),
    k: int = Query(10, ge=1, le=100),
    kind: Kind | None = None,
) -> list[FoundMemory]:
    """Memories that answer a question, by words and by meaning, the best first."""
    found = await core.recall.search(user, q, k, kind=kind)
    return [FoundMemory.model_validate(hit) for hit in found]


@router.post("/delete-all", responses=_ERRORS)
async def delete_all_memories(core: Core, user: User) -> Ids:
    """Delete all of them; the ids bring them back within an hour (`restore`)."""
    return Ids.model_construct(ids=[one.id for one in await core.memories.delete_all(user)])


@router.post("/restore", responses=_ERRORS)
async def restore_memories(core: Core, user: User, wanted: Ids) -> Restored:
    """Bring back what was deleted within the last hour."""
    return Restored(restored=await core.memories.bring_back(user, wanted.ids))


@router.get("/export", responses=_ERRORS)
async def export_memories(core: Core, user: User) -> MemoryFile:
    """All of them with their history, as a file that `import` takes."""
    return await export(core.memories, user)


@router.post("/import", responses=_ERRORS | _TOO_LARGE)
async def import_memories(
    core: Core,
    user: User,
    file: Annotated[
        UploadFile,
        File(description="JSON as exported, a list of lines, CSV (text, kind), or a glossary"),
    ],
) -> ImportedBody:
    """Take in a file of at most 5 MB and 10,000 memories, whole or not at all."""
    data = await file.read()
    done = await import_file(core.memories, user, file.filename or "", data)
    return ImportedBody.model_validate(done)


@router.get("/{memory_id}", responses=_ERRORS | _UNKNOWN)
async def get_memory(core: Core, user: User, memory_id: UUID) -> MemoryBody:
    """One of them."""
    return MemoryBody.model_validate(await core.memories.get(user, memory_id))


@router.patch("/{memory_id}", responses=_ERRORS | _UNKNOWN)
async def change_memory(
    core: Core, user: User, memory_id: UUID, change: MemoryChange
) -> MemoryBody:
    """Change what is named."""
    changed = await core.memories.update(user, memory_id, **change.model_dump())
    return MemoryBody.model_validate(changed)


@router.delete("/{memory_id}", status_code=204, responses=_ERRORS | _UNKNOWN)
async def delete_memory(core: Core, user: User, memory_id: UUID) -> None:
    """Delete it. `restore` brings it back for an hour, then its text is gone for good."""
    if not await core.memories.delete(user, [memory_id]):
        raise NotFound


@router.get("/{memory_id}/history", responses=_ERRORS | _UNKNOWN)
async def history_of_memory(core: Core, user: User, memory_id: UUID) -> list[MemoryBody]:
    """What it has replaced, the newest first."""
    await core.memories.get(user, memory_id)
    found = await core.memories.history(user, memory_id)
    return [MemoryBody.model_validate(one) for one in found]


@router.post("/{memory_id}/accept", responses=_ERRORS | _UNKNOWN)
async def accept_memory(core: Core, user: User, memory_id: UUID) -> MemoryBody:
    """Keep what was proposed."""
    return MemoryBody.model_validate(await core.memories.accept(user, memory_id))
