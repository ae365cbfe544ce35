"""What a summary is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

MadeBy = Literal["model", "extract"]
TOPICS = 6
TOPIC_LENGTH = 60
TEXT_LENGTH = 8000
POINTS = 30
"""Decisions, questions or actions of one conversation at most."""


@dataclass(frozen=True, slots=True)
class Point:
    """A decision or an open question, and the message it comes from."""

    text: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Action:
    """Something somebody is to do: `who` and `due` as far as they were said."""

    text: str
    who: str | None
    due: str | None
    message_id: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A summary as it was written. `sentiment`: -1 (bad) to 1 (good), None where nobody can say."""

    text: str
    language: str
    title: str = ""
    topics: list[str] = field(default_factory=list)
    sentiment: float | None = None
    decisions: list[Point] = field(default_factory=list)
    questions: list[Point] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    provider: str | None = None
    model: str | None = None
    """None of both: its sentences were picked, not written."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a conversation was about, as far as the message `until_id`."""

    conversation_id: UUID
    made_by: MadeBy
    """`extract`: the most telling sentences, picked without a model."""
    provider: str | None
    model: str | None
    language: str
    text: str
    topics: list[str]
    """The first is what it was most about."""
    sentiment: float | None
    """-1 to 1; None where it was made without a model."""
    decisions: list[Point]
    questions: list[Point]
    actions: list[Action]
    until_id: int
    messages: int
    """How many it knows."""
    behind: int
    """How many were said since."""
    stale: bool
    """Whether the conversation is another now than it was."""
    created_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Summary:
        """From a row of the query `of`."""
        own = {name: row[name] for name in cls.__slots__}
        own["decisions"] = [Point(**one) for one in row["decisions"]]
        own["questions"] = [Point(**one) for one in row["questions"]]
        own["actions"] = [Action(**one) for one in row["actions"]]
        return cls(**own)


@dataclass(frozen=True, slots=True)
class State:
    """A conversation's summary as it stands; `error` and `retry_at` where the last one failed."""

    state: Literal["none", "running", "failed", "ready"]
    summary: Summary | None
    error_code: str | None = None
    error: str | None = None
    retry_at: datetime | None = None
