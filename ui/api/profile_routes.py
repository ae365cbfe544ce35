"""The REST API of the profile: what was learned, by what, put right, removed, forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core.app import App
from core.intelligence.profile.insight import LONGEST, Insight, Kind, Why
from ui.api.dependencies import Core, User
from ui.api.schemas import Answer, errors

router = APIRouter(prefix="/profile", tags=["profile"])

_ERRORS = errors()
_UNKNOWN = errors(404)


class InsightBody(Answer):
    """One thing learned of the person."""

    id: UUID
    kind: Kind
    value: str = Field(description='a code ("short", "de") or, once corrected, the person\'s words')
    label: str = Field(description="as it reads", examples=["short answers"])
    confidence: float = Field(ge=0, le=1, description="now; it grows with evidence and fades")
    corrected: bool = Field(description="put right by the person: it counts fully")
    locked: bool = Field(description="does not change by itself")
    evidence: int = Field(description="messages that speak for it or against it")
    conversations: int
    seen_at: datetime | None = Field(description="the newest of them")
    told: bool = Field(description="whether replies are made with it")


class EvidenceBody(Answer):
    """A message that speaks for an insight, or against it where `weight` is negative."""

    message_id: int
    conversation_id: UUID
    conversation_kind: Literal["chat", "room"]
    title: str | None
    role: Literal["user", "assistant"] = Field(description="assistant: a reply they reacted to")
    text: str
    why: Why
    weight: float
    seen_at: datetime


class ProfileBody(Answer):
    """Everything learned, by kind, the surest first."""

    learning: bool = Field(description="whether anything is learned, and told to whoever answers")
    by_model: bool = Field(description="whether a model tells interests; else topics of summaries")
    insights: list[InsightBody]


class ProfileChange(BaseModel):
    """Whether to learn and to heed what was learned."""

    learning: bool


class InsightChange(BaseModel):
    """What is to be changed of an insight; what is not named stays."""

    value: str | None = Field(None, min_length=1, max_length=LONGEST, description="one's own words")
    locked: bool | None = None


class Counted(BaseModel):
    """How many there were."""

    insights: int


async def _profile(core: App, user: UUID) -> ProfileBody:
    insights = await core.profile.insights(user)
    told = set((await core.profile.about(user)).ids)
    return ProfileBody(
        learning=core.profile.is_on,
        by_model=core.analysis.is_possible(),
        insights=[_body(one, told=one.id in told) for one in insights],
    )


def _body(one: Insight, *, told: bool) -> InsightBody:
    names = InsightBody.model_fields.keys() - {"told"}
    return InsightBody(**{name: getattr(one, name) for name in names}, told=told)


@router.get("", responses=_ERRORS)
async def get_profile(core: Core, user: User) -> ProfileBody:
    """What Parley has learned of its person from what they wrote."""
    return await _profile(core, user)


@router.patch("", responses=_ERRORS)
async def switch_profile(core: Core, user: User, change: ProfileChange) -> ProfileBody:
    """Switch it on or off. What is said while it is off is not learned later."""
    if change.learning != core.profile.is_on:
        await core.profile.skip(user)
        await core.keeper.change({"profile_learning": change.learning})
    return await _profile(core, user)


@router.post("/reset", responses=_ERRORS)
async def reset_profile(core: Core, user: User) -> Counted:
    """Forget all of it; `undo-reset` brings it back for an hour. What was removed stays so."""
    return Counted(insights=await core.profile.reset(user))


@router.post("/undo-reset", responses=_ERRORS)
async def undo_reset_of_profile(core: Core, user: User) -> Counted:
    """Bring back what the last reset forgot."""
    return Counted(insights=await core.profile.undo_reset(user))


@router.patch("/{insight_id}", responses=_ERRORS | _UNKNOWN)
async def change_insight(
    core: Core, user: User, insight_id: UUID, change: InsightChange
) -> InsightBody:
    """Put it right in one's own words, which hold from then on; lock it as it is, or unlock it."""
    changed = await core.profile.change(user, insight_id, value=change.value, locked=change.locked)
    told = (await core.profile.about(user)).ids
    return _body(changed, told=changed.id in told)


@router.delete("/{insight_id}", status_code=204, responses=_ERRORS | _UNKNOWN)
async def remove_insight(core: Core, user: User, insight_id: UUID) -> None:
    """Remove it; it is not learned again."""
    await core.profile.remove(user, insight_id)


@router.post("/{insight_id}/restore", responses=_ERRORS | _UNKNOWN)
async def restore_insight(core: Core, user: User, insight_id: UUID) -> InsightBody:
    """Bring back what was removed."""
    back = await core.profile.restore(user, insight_id)
    told = (await core.profile.about(user)).ids
    return _body(back, told=back.id in told)


@router.get("/{insight_id}/evidence", responses=_ERRORS | _UNKNOWN)
async def evidence_of_insight(
    core: Core, user: User, insight_id: UUID, limit: int = Query(20, ge=1, le=200)
) -> list[EvidenceBody]:
    """The messages it was learned from, the newest first."""
    found = await core.profile.evidence(user, insight_id, limit)
    return [EvidenceBody.model_validate(one) for one in found]
