"""A conversation as it stands in Parley's JSON: complete, and without an id of the database.

A file is `{"format": "parley", "version": 1, "conversations": [Document, ...]}`. Messages are
numbered from 1 in the order they were said; `parent`, `quote` and `visible` are such numbers,
`participant` is a place in `participants`, counted from 0. Times are in UTC, to the microsecond.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
    PlainSerializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from core import languages
from core.conversations import TITLE_LENGTH
from core.conversations.conversations import TAG_LENGTH, TAGS
from core.text import storable

FORMAT = "parley"
VERSION = 1
_MOST_TOKENS = 2**31 - 1


def _written(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def lasting(time: datetime) -> bool:
    """Whether a time can be kept, whatever the zone it is told in."""
    return 1 < time.year < 9999


def _kept(time: datetime) -> datetime:
    if not lasting(time):
        raise ValueError("a time lies between the years 2 and 9998")
    return time


def _known(code: str) -> str:
    if code not in languages.LANGUAGES:
        raise ValueError(f"Parley does not know the language {code!r}")
    return code


Time = Annotated[AwareDatetime, AfterValidator(_kept), PlainSerializer(_written, str)]
Text = Annotated[str, AfterValidator(storable)]
Title = Annotated[str, Field(max_length=TITLE_LENGTH), AfterValidator(storable)]
Tag = Annotated[str, Field(max_length=TAG_LENGTH), AfterValidator(storable)]
Language = Annotated[str, AfterValidator(_known)]
Number = Annotated[int, Field(ge=1)]
Tokens = Annotated[int, Field(ge=0, le=_MOST_TOKENS)]


class Participant(BaseModel):
    """Somebody in a room, without the secret that brings them back."""

    name: Text | None = None
    language: Language
    host: bool = False
    joined_at: Time
    left_at: Time | None = None


class Translation(BaseModel):
    """A message of a room in another language."""

    language: Text
    text: Text = ""
    status: Literal["complete", "failed"] = "complete"
    engine: Text | None = None
    error_code: Text | None = None
    created_at: Time
    finished_at: Time | None = None


class Message(BaseModel):
    """One message; `parent` is what it answers or follows, `quote` what it replies to."""

    parent: Number | None = None
    quote: Number | None = None
    participant: Annotated[int, Field(ge=0)] | None = None
    role: Literal["user", "assistant"]
    author: Text | None = None
    language: Text | None = None
    text: Text
    status: Literal["complete", "interrupted", "failed"] = "complete"
    error_code: Text | None = None
    error: Text | None = None
    provider: Text | None = None
    model: Text | None = None
    input_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    remark: Text | None = None
    created_at: Time
    began_at: Time | None = None
    finished_at: Time | None = None
    reaction: Literal["like", "love", "funny", "dislike"] | None = None
    reacted_at: Time | None = None
    bookmarked_at: Time | None = None
    translations: list[Translation] = []

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.reaction is None) != (self.reacted_at is None):
            raise ValueError("reaction and reacted_at go together")
        languages = [one.language for one in self.translations]
        if len(set(languages)) < len(languages):
            raise ValueError("a message has one translation into a language")
        return self


class SummaryPoint(BaseModel):
    """A decision or an open question, and the message it comes from."""

    text: Text
    message: Number


class SummaryAction(SummaryPoint):
    """What somebody is to do."""

    who: Text | None = None
    due: Text | None = None


class Summary(BaseModel):
    """What it was about as far as the message `until`; `extract`: sentences picked, not written."""

    made_by: Literal["model", "extract"]
    provider: Text | None = None
    model: Text | None = None
    language: Text
    text: Text
    topics: Annotated[list[Text], Field(max_length=100)] = []
    sentiment: Annotated[float, Field(ge=-1, le=1)] | None = None
    decisions: list[SummaryPoint] = []
    questions: list[SummaryPoint] = []
    actions: list[SummaryAction] = []
    until: Number
    messages: Annotated[int, Field(ge=0, le=_MOST_TOKENS)]
    created_at: Time

    def cited(self) -> list[int]:
        """The messages it names."""
        points = [*self.decisions, *self.questions, *self.actions]
        return [self.until, *(one.message for one in points)]


def _misplaced(number: int, why: str) -> PydanticCustomError:
    return PydanticCustomError(
        "misplaced", "message {number}: {why}", {"number": number, "why": why}
    )


class Document(BaseModel):
    """A chat or a room with all its branches; `visible` is the end of the one that shows."""

    kind: Literal["chat", "room"]
    title: Title | None = None
    titled_by: Literal["first words", "ai", "user"] = "user"
    language: Language | None = Field(None, description="a room: what its host reads")
    tags: Annotated[list[Tag], Field(max_length=TAGS)] = []
    imported_from: Text | None = Field(None, description="the application it first came from")
    created_at: Time
    updated_at: Time
    pinned_at: Time | None = None
    archived_at: Time | None = None
    ended_at: Time | None = None
    visible: Number | None = None
    participants: list[Participant] = []
    messages: list[Message] = []
    summary: Summary | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for number, message in enumerate(self.messages, 1):
            self._check(number, message)
        if self.visible is not None and self.visible > len(self.messages):
            raise ValueError(f"visible: there is no message {self.visible}")
        if self.summary and max(self.summary.cited()) > len(self.messages):
            raise ValueError("summary: it names a message that is not there")
        if self.kind == "room" and self.language is None:
            raise ValueError("a room names the language its host reads")
        if sum(one.host for one in self.participants) > 1:
            raise ValueError("a room has one host")
        return self

    def _check(self, number: int, message: Message) -> None:
        if message.parent is not None and message.parent >= number:
            raise _misplaced(number, "its parent stands before it")
        if message.quote is not None and message.quote > len(self.messages):
            raise _misplaced(number, f"there is no message {message.quote} to quote")
        if message.participant is not None and message.participant >= len(self.participants):
            raise _misplaced(number, f"there is no participant {message.participant}")

    def said_since(self, summary: Summary) -> int:
        """How many messages of what shows a summary does not know."""
        return sum(number > summary.until for number in self._shown())

    def branch(self) -> list[Message]:
        """What shows, in order: a room whole, a chat from its first question to `visible`."""
        return [self.messages[number - 1] for number in self._shown()]

    def _shown(self) -> list[int]:
        if self.kind == "room":
            return list(range(1, len(self.messages) + 1))
        shown: list[int] = []
        number = self.visible
        while number is not None:
            shown.append(number)
            number = self.messages[number - 1].parent
        return shown[::-1]
