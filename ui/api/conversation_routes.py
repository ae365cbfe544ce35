"""The REST API of conversations: begun, listed, found, read, organised, ended, deleted."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core.app import App
from core.conversations import Details
from core.conversations.conversations import TAG_LENGTH, TAGS
from core.intelligence.search.hit import Hit
from core.intelligence.search.query import Filter
from core.intelligence.search.search import SHORTLIST
from core.text import storable
from ui.api.dependencies import Core, User
from ui.api.message_routes import BranchMessage, Id, with_facts
from ui.api.schemas import Answer, errors
from ui.api.summary_routes import ActionBody, PointBody, SummaryBody, body_of

router = APIRouter(prefix="/conversations", tags=["conversations"])

_ERRORS = errors()
_UNKNOWN = errors(404)


class NewConversation(BaseModel):
    """A chat to begin."""

    title: str | None = Field(None, max_length=500)


class ConversationChange(BaseModel):
    """What is to be changed of a conversation; what is not named stays."""

    title: str | None = Field(None, min_length=1, max_length=500)
    pinned: bool | None = Field(None, description="at the top of the list")
    archived: bool | None = Field(None, description="out of the list")
    tags: list[Annotated[str, Field(max_length=4 * TAG_LENGTH)]] | None = Field(
        None, max_length=4 * TAGS
    )


class DetailsBody(BaseModel):
    """What is known of what was said in a conversation."""

    messages: int
    languages: list[str]
    models: list[str]
    duration_seconds: float

    @classmethod
    def of(cls, details: Details | None) -> DetailsBody:
        """From the core's; of nothing said, nothing."""
        if details is None:
            return cls(messages=0, languages=[], models=[], duration_seconds=0)
        return cls(
            messages=details.messages, languages=details.languages, models=details.models,
            duration_seconds=details.duration.total_seconds(),
        )  # fmt: skip


class ConversationBody(Answer):
    """A conversation in the list."""

    id: UUID
    kind: Literal["chat", "room"]
    title: str | None
    language: str | None
    status: Literal["active", "ended"]
    pinned: bool
    archived: bool
    tags: list[str]
    forked_from: int | None = Field(description="the message elsewhere this one goes on from")
    imported_from: str | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    answering: bool = Field(description="whether a reply is being written in it")
    details: DetailsBody | None = Field(None, description="where they were asked for")
    topics: list[str] = Field([], description="of its summary; where details were asked for")
    sentiment: float | None = Field(None, description="the same; -1 to 1")
    summarised: bool = Field(False, description="the same: whether there is a summary")


class ConversationWithMessages(ConversationBody):
    """A conversation with its summary and the newest messages of its visible branch."""

    summary: str | None = None
    decisions: list[PointBody] = Field([])
    questions: list[PointBody] = Field([], description="open ones")
    actions: list[ActionBody] = Field([])
    summary_details: SummaryBody | None = Field(
        None, description="how it was made, how far it goes"
    )
    messages: list[BranchMessage] = Field(description="the oldest first")


class FoundConversation(Answer):
    """A conversation that holds all the words looked for."""

    conversation: ConversationBody
    message_id: int | None = Field(description="the newest message with them; null: the title")
    hits: int
    excerpt: str


class Ids(BaseModel):
    """Conversations by their ids."""

    ids: list[UUID] = Field(min_length=1, max_length=10_000)


class Archived(Ids):
    """Conversations, and whether they are put away."""

    on: bool = True


@router.get("", responses=_ERRORS | _UNKNOWN)
async def list_conversations(
    core: Core,
    user: User,
    kind: Literal["chat", "room"] | None = None,
    archived: bool = False,
    status: Literal["active", "ended"] | None = None,
    tag: str | None = Query(None, max_length=4 * TAG_LENGTH),
    limit: int = Query(100, ge=1, le=1000),
    before: Annotated[
        UUID | None, Query(description="those that come after this one in the list")
    ] = None,
    details: bool = False,
) -> list[ConversationBody]:
    """Chats and rooms: pinned ones first, then those with the latest activity."""
    found = await core.conversations.list(
        user, kind, limit, archived=archived, tag=tag,
        ended=None if status is None else status == "ended",
        before=await core.conversations.get(user, before) if before else None,
    )  # fmt: skip
    told = [ConversationBody.model_validate(one) for one in found]
    if details:
        known = await core.conversations.details(user, [one.id for one in found])
        summaries = await core.summaries.of(user, [one.id for one in found])
        for body in told:
            body.details = DetailsBody.of(known.get(body.id))
            if summary := summaries.get(body.id):
                body.topics, body.sentiment = summary.topics, summary.sentiment
                body.summarised = True
    return told


@router.post("", status_code=201, responses=_ERRORS)
async def begin_conversation(core: Core, user: User, new: NewConversation) -> ConversationBody:
    """Begin an empty chat."""
    made = await core.conversations.create(user, title=new.title)
    return ConversationBody.model_validate(made)


@router.get("/search", responses=_ERRORS)
async def search_conversations(
    core: Core,
    user: User,
    q: str = Query(min_length=1, max_length=500),
    limit: int = Query(50, ge=1, le=500),
    semantic: Annotated[
        bool, Query(description="by words and by meaning together, the best first")
    ] = False,
) -> list[FoundConversation]:
    """Those with every word of `q`, begun or whole, in the title or in one message.

    With `semantic` those whose messages answer `q` best, in any language; `message_id` is the
    best of them. `/search` finds single messages, and slates and memories as well.
    """
    if semantic:
        return await _by_meaning(core, user, q, limit)
    found = await core.conversations.search(user, q, limit)
    return [FoundConversation.model_validate(one) for one in found]


async def _by_meaning(core: App, user: UUID, q: str, limit: int) -> list[FoundConversation]:
    where = Filter(kinds=("chat", "room"))
    found = await core.search.find(user, storable(q), where, limit=SHORTLIST)
    hits: dict[UUID, list[Hit]] = {}
    for hit in found.hits:
        if hit.conversation_id:
            hits.setdefault(hit.conversation_id, []).append(hit)
    best = dict(islice(hits.items(), limit))
    there = await core.conversations.some(user, list(best))
    return [
        FoundConversation(
            conversation=ConversationBody.model_validate(there[one]),
            message_id=its[0].message_id, hits=len(its), excerpt=its[0].excerpt.text,
        )
        for one, its in best.items() if one in there
    ]  # fmt: skip


@router.get("/tags", responses=_ERRORS)
async def list_tags(core: Core, user: User) -> dict[str, int]:
    """All the tags, and how many conversations have each."""
    return await core.conversations.tags(user)


@router.post("/archive", status_code=204, responses=_ERRORS | _UNKNOWN)
async def archive_conversations(core: Core, user: User, which: Archived) -> None:
    """Put several out of the list, or back into it."""
    await core.conversations.archive(user, which.ids, on=which.on)


@router.post("/delete", status_code=204, responses=_ERRORS | _UNKNOWN)
async def delete_conversations(core: Core, user: User, which: Ids) -> None:
    """Delete several; `/restore` brings them back for an hour."""
    for one in which.ids:
        await core.chat.stop(user, one)
    await core.conversations.delete(user, *which.ids)


@router.post("/restore", status_code=204, responses=_ERRORS | _UNKNOWN)
async def restore_conversations(core: Core, user: User, which: Ids) -> None:
    """Bring back what was deleted."""
    await core.conversations.restore(user, *which.ids)


@router.get("/{conversation_id}", responses=_ERRORS | _UNKNOWN)
async def get_conversation(
    core: Core,
    user: User,
    conversation_id: UUID,
    limit: int = Query(200, ge=1, le=1000),
    before: Annotated[Id | None, Query(description="messages older than this id")] = None,
    after: Annotated[Id | None, Query(description="messages newer than this id")] = None,
) -> ConversationWithMessages:
    """A conversation with the newest messages of its visible branch, or those beside an id."""
    found = await core.conversations.get(user, conversation_id)
    details = await core.conversations.details(user, [conversation_id])
    summary = body_of((await core.summaries.of(user, [conversation_id])).get(conversation_id))
    said = (
        await core.conversations.messages(user, conversation_id, limit, before)
        if after is None
        else await core.branches.after(user, conversation_id, after, limit)
    )
    return ConversationWithMessages(
        **_summarised(ConversationBody.model_validate(found), summary),
        details=DetailsBody.of(details.get(conversation_id)),
        messages=await with_facts(core, user, said),
    )


def _summarised(body: ConversationBody, summary: SummaryBody | None) -> dict[str, Any]:
    """A conversation's own fields with those of its summary."""
    own = body.model_dump(exclude={"details"})
    if summary is None:
        return own
    parts = {"topics", "sentiment", "decisions", "questions", "actions"}
    return own | {
        **summary.model_dump(include=parts), "summarised": True, "summary": summary.text,
        "summary_details": summary,
    }  # fmt: skip


@router.patch("/{conversation_id}", responses=_ERRORS | _UNKNOWN)
async def change_conversation(
    core: Core, user: User, conversation_id: UUID, change: ConversationChange
) -> ConversationBody:
    """Rename, pin, archive or tag a conversation."""
    ids = [conversation_id]
    if change.title is not None:
        await core.conversations.rename(user, conversation_id, change.title)
    if change.tags is not None:
        await core.conversations.set_tags(user, conversation_id, change.tags)
    if change.archived is not None:
        await core.conversations.archive(user, ids, on=change.archived)
    if change.pinned is not None:
        await core.conversations.pin(user, ids, on=change.pinned)
    return ConversationBody.model_validate(await core.conversations.get(user, conversation_id))


@router.delete("/{conversation_id}", status_code=204, responses=_ERRORS | _UNKNOWN)
async def delete_conversation(core: Core, user: User, conversation_id: UUID) -> None:
    """Delete a conversation with everything said in it; it can be restored for an hour."""
    await core.chat.stop(user, conversation_id)
    await core.conversations.delete(user, conversation_id)


@router.post("/{conversation_id}/end", responses=_ERRORS | _UNKNOWN)
async def end_conversation(core: Core, user: User, conversation_id: UUID) -> ConversationBody:
    """End a conversation: nothing more is said in it until it is reopened."""
    await core.conversations.end(user, conversation_id)
    return ConversationBody.model_validate(await core.conversations.get(user, conversation_id))


@router.post("/{conversation_id}/reopen", responses=_ERRORS | _UNKNOWN)
async def reopen_conversation(core: Core, user: User, conversation_id: UUID) -> ConversationBody:
    """Go on with a conversation that has ended."""
    await core.conversations.reopen(user, conversation_id)
    return ConversationBody.model_validate(await core.conversations.get(user, conversation_id))
