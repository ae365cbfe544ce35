"""The REST API of slates: a text, what is made of it, and the versions of both."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core.app import App
from core.slates.options import Options
from core.slates.run import Run, Status
from core.slates.slates import TEXT_LENGTH, Slate
from ui.api.dependencies import Core, User
from ui.api.schemas import Answer, errors

router = APIRouter(prefix="/slates", tags=["slates"])

_ERRORS = errors(413)
_UNKNOWN = errors(404, 413)


class NewSlate(BaseModel):
    """A slate to begin."""

    text: str = Field("", max_length=TEXT_LENGTH)
    title: str | None = Field(None, max_length=500)
    options: Options = Options()


class SlateChange(BaseModel):
    """What to change of a slate; what is left out stays."""

    text: str | None = Field(None, max_length=TEXT_LENGTH)
    title: str | None = Field(None, max_length=500, description="empty: the first words again")
    options: Options | None = None


class NewRun(BaseModel):
    """A run of a slate; what is left out is as it is kept."""

    text: str | None = Field(None, max_length=TEXT_LENGTH)
    options: Options | None = None
    again: bool = Field(False, description="make anew also what has been made before")


class RestoreBody(BaseModel):
    """Which version to bring back."""

    version_id: int = Field(ge=1, le=2**62)


class SlateEntry(Answer):
    """A slate in the list."""

    id: UUID
    title: str
    task: Literal["translate", "rewrite", "explain", "answer", "summarise"]
    target: str
    status: Status
    updated_at: datetime


class Used(BaseModel):
    """A memory or a term that was known to a run."""

    id: str
    kind: str
    text: str


class SlateBody(BaseModel):
    """A slate with what was last made of its text."""

    id: UUID
    title: str | None
    text: str
    options: Options
    result: str
    status: Status
    stale: bool = Field(description="whether text or options have changed since the last run")
    language: str | None = Field(description="of the text, as the last run found it")
    engine: str | None
    used: list[Used]
    done: int = Field(description="parts of the text that are finished, of `parts`")
    parts: int
    error_code: str | None
    error: str | None
    created_at: datetime
    updated_at: datetime


class VersionBody(Answer):
    """What a text was and what had been made of it."""

    id: int
    text: str
    task: str
    options: Options
    result: str
    language: str | None
    engine: str | None
    used: list[Used] = Field(validation_alias="noted")
    created_at: datetime


@router.get("", responses=_ERRORS)
async def list_slates(
    core: Core,
    user: User,
    q: str = Query("", max_length=500, description="what to look for, in all that was kept"),
    limit: int = Query(100, ge=1, le=1000),
) -> list[SlateEntry]:
    """Slates, the last changed first."""
    return [SlateEntry.model_validate(one) for one in await core.slates.list(user, q, limit)]


@router.post("", status_code=201, responses=_ERRORS)
async def begin_slate(core: Core, user: User, new: NewSlate) -> SlateBody:
    """Begin a slate; nothing is made of its text yet."""
    made = await core.slates.create(user, new.text, new.options, new.title)
    return await _body(core, user, made.id)


@router.get("/{slate_id}", responses=_UNKNOWN)
async def get_slate(core: Core, user: User, slate_id: UUID) -> SlateBody:
    """A slate with what was last made of its text, as far as it has come."""
    return await _body(core, user, slate_id)


@router.patch("/{slate_id}", responses=_UNKNOWN)
async def change_slate(core: Core, user: User, slate_id: UUID, change: SlateChange) -> SlateBody:
    """Change its text, title or options; nothing is run."""
    slate = await core.slates.get(user, slate_id)
    if change.text is not None or change.options is not None:
        text = slate.text if change.text is None else change.text
        await core.slates.write(user, slate_id, text, change.options or slate.options)
    if change.title is not None:
        await core.slates.rename(user, slate_id, change.title)
    return await _body(core, user, slate_id)


@router.delete("/{slate_id}", status_code=204, responses=_UNKNOWN)
async def delete_slate(core: Core, user: User, slate_id: UUID) -> None:
    """Delete it with its versions."""
    await core.slate_runs.stop(user, slate_id)
    await core.slates.delete(user, slate_id)


@router.get("/{slate_id}/versions", responses=_UNKNOWN)
async def list_versions(
    core: Core, user: User, slate_id: UUID, limit: int = Query(100, ge=1, le=1000)
) -> list[VersionBody]:
    """Its versions, the newest first."""
    found = await core.slates.versions(user, slate_id, limit)
    return [VersionBody.model_validate(one) for one in found]


@router.post("/{slate_id}/restore", responses=_UNKNOWN)
async def restore_version(core: Core, user: User, slate_id: UUID, wanted: RestoreBody) -> SlateBody:
    """Bring back the text, the options and the result of a version."""
    await core.slate_runs.restore(user, slate_id, wanted.version_id)
    return await _body(core, user, slate_id)


@router.post("/{slate_id}/run", responses=_UNKNOWN)
async def run_slate(core: Core, user: User, slate_id: UUID, new: NewRun) -> SlateBody:
    """Run it and wait for the end; `status` and `error` say how that was.

    It runs on, and is kept, even when this request is broken off. What was stopped or failed
    before goes on with what is missing.
    """
    slate = await core.slates.get(user, slate_id)
    text = slate.text if new.text is None else new.text
    run = await core.slate_runs.start(
        user, slate_id, text, new.options or slate.options, again=new.again
    )
    if run.task:
        await asyncio.wait({run.task})
    return await _body(core, user, slate_id)


async def _body(core: App, user: UUID, slate_id: UUID) -> SlateBody:
    slate = await core.slates.get(user, slate_id)
    return slate_body(slate, await core.slate_runs.last(user, slate_id))


def slate_body(slate: Slate, run: Run) -> SlateBody:
    """A slate and its last run as programs get them."""
    return SlateBody(
        id=slate.id, title=slate.title, text=slate.text, options=slate.options,
        result=run.result, status=run.status, stale=run.stale, language=run.language,
        engine=run.engine, used=[Used(**one) for one in run.noted], done=run.done,
        parts=len(run.pieces), error_code=run.error_code, error=run.error,
        created_at=slate.created_at, updated_at=slate.updated_at,
    )  # fmt: skip
