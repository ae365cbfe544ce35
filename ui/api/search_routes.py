"""The REST API of the search: everything said and written, by words and by meaning together."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from core.errors import IndexUnavailable, Refused
from core.intelligence.search.hit import Excerpt, Hit
from core.intelligence.search.query import Filter, Kind
from core.intelligence.search.search import LONGEST, Order
from core.text import storable
from ui.api.dependencies import Core, User
from ui.api.schemas import errors

router = APIRouter(prefix="/search", tags=["search"])

_ERRORS = errors()
_FURTHEST = 10_000
Name = Annotated[str, Field(max_length=200)]


def _some(what: str) -> Any:
    """A parameter that may be given several times; none: anything."""
    return Query(max_length=50, description=f"{what}; may be given several times")


class Mark(BaseModel):
    """Where a word stands that was looked for, in characters (Unicode code points)."""

    begin: int
    end: int


class ExcerptBody(BaseModel):
    """A part of what was said, on one line, and the words in it that were looked for."""

    text: str
    marks: list[Mark]
    language: str | None

    @classmethod
    def of(cls, excerpt: Excerpt | None) -> ExcerptBody | None:
        """From the core's."""
        if excerpt is None:
            return None
        marks = [Mark(begin=begin, end=end) for begin, end in excerpt.marks]
        return cls(text=excerpt.text, marks=marks, language=excerpt.language)


class HitBody(BaseModel):
    """A message, slate or memory that was found, and why."""

    kind: Kind
    conversation_id: UUID | None
    message_id: int | None
    slate_id: UUID | None
    memory_id: UUID | None
    title: str | None = Field(description="of the conversation or slate")
    excerpt: ExcerptBody
    translation: ExcerptBody | None = Field(description="of what was said in another language")
    role: Literal["user", "assistant", "guest"]
    speaker: str | None = Field(description="a guest's name; null: the host or an AI")
    model: str | None = Field(description="the AI that said it")
    said_at: datetime
    words: list[str] = Field(description="what of the question stands there")
    meaning: float | None = Field(
        description="how near it is in meaning, from 0 to 1; null: not looked at"
    )
    named: bool = Field(description="whether somebody said it whom the question names")
    score: float = Field(description="at most about 2: 1 for all the words, 1 for the meaning")

    @classmethod
    def of(cls, hit: Hit) -> HitBody:
        """From the core's."""
        return cls(
            kind=hit.kind, conversation_id=hit.conversation_id, message_id=hit.message_id,
            slate_id=hit.slate_id, memory_id=hit.memory_id, title=hit.title,
            excerpt=ExcerptBody.of(hit.excerpt), translation=ExcerptBody.of(hit.translation),
            role=hit.role, speaker=hit.speaker, model=hit.model, said_at=hit.said_at,
            words=list(hit.words), meaning=hit.meaning, named=hit.named, score=hit.score,
        )  # fmt: skip


class Found(BaseModel):
    """A page of hits."""

    hits: list[HitBody]
    more: bool = Field(description="whether there are further ones: ask with a larger `offset`")
    by_meaning: bool = Field(description="whether it was looked for by meaning, too")


class Choices(BaseModel):
    """What there is to filter by."""

    languages: list[str]
    models: list[str]
    people: list[str] = Field(description="names of guests")
    topics: list[str] = Field(description="the most frequent first")


class IndexBody(BaseModel):
    """How far what was said can be found."""

    to_read: int = Field(description="messages and slates that are not found yet")
    to_embed: int | None = Field(
        description="passages found by their words alone as yet; null: the index by meaning "
        "does not answer"
    )


def _filter(
    kinds: Annotated[list[Kind] | None, _some("what it stands in")] = None,
    languages: Annotated[list[Name] | None, _some("codes of languages it is said in")] = None,
    people: Annotated[list[Name] | None, _some('names of guests; "" is the host')] = None,
    models: Annotated[list[Name] | None, _some("AIs that said it")] = None,
    topics: Annotated[list[Name] | None, _some("topics of its conversation")] = None,
    conversation: UUID | None = None,
    since: Annotated[
        datetime | None, Query(description="with its time zone", examples=["2026-11-01T00:00:00Z"])
    ] = None,
    until: Annotated[datetime | None, Query(description="before this time")] = None,
) -> Filter:
    """What a hit must be besides."""
    for name, moment in (("since", since), ("until", until)):
        if moment and moment.tzinfo is None:
            raise Refused(f"Write `{name}` with its time zone, such as 2026-11-01T00:00:00Z.")
    if since and until and since >= until:
        raise Refused("`since` must lie before `until`: exchange them, or leave one out.")
    return Filter(
        since=since, until=until, kinds=tuple(kinds) if kinds else None,
        conversation=conversation, languages=_names(languages), people=_names(people),
        models=_names(models), topics=_names(topics),
    )  # fmt: skip


def _names(some: list[str] | None) -> tuple[str, ...] | None:
    return tuple(storable(one) for one in some) if some else None


@router.get("", responses=_ERRORS)
async def search_everything(
    core: Core,
    user: User,
    only: Annotated[Filter, Depends(_filter)],
    q: str = Query(
        "", max_length=LONGEST,
        description='in any language; may hold "exact phrases" and -words that must not be there; '
        "nothing: the newest of what the filter lets through",
    ),
    order: Order = "best",
    typing: bool = Query(False, description="the last word goes on"),
    semantic: bool = Query(True, description="by meaning, too"),
    limit: int = Query(20, ge=1, le=200),
    offset: int = Query(0, ge=0, le=_FURTHEST),
) -> Found:  # fmt: skip
    """What answers a question best in chats, rooms, slates and memories."""
    found = await core.search.find(
        user, storable(q), only, limit=limit, offset=offset, typing=typing, semantic=semantic,
        order=order,
    )  # fmt: skip
    return Found(
        hits=[HitBody.of(hit) for hit in found.hits], more=found.more, by_meaning=found.by_meaning
    )


@router.get("/choices", responses=_ERRORS)
async def search_choices(core: Core, user: User) -> Choices:
    """The languages, AIs, people and topics there are to filter by."""
    return Choices(**await core.search.choices(user))


@router.get("/index", responses=_ERRORS)
async def search_index(core: Core, user: User) -> IndexBody:
    """How much of what was said cannot be found yet, or by its words alone."""
    unread = await core.reader.waiting()
    try:
        to_embed = await core.passage_index.waiting(user)
    except IndexUnavailable:
        to_embed = None
    return IndexBody(to_read=unread.get(user, 0), to_embed=to_embed)
