"""An insight: one thing Parley has learned of its person, and what speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from core import languages
from core.errors import NotFound, Refused
from core.text import one_line

Kind = Literal["interest", "length", "formality", "form", "language", "hours"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Why = Literal["said", "asked", "reaction", "choice", "topic"]
"""They wrote it, or wrote like it; asked for it; reacted to a reply; went on from one of several;
a summary names it."""
RIVALS: frozenset[Kind] = frozenset({"length", "formality", "form", "hours"})
"""Kinds in which what speaks for one value speaks against the others."""
LONGEST = 120
"""Characters of a value."""

LABELS: Mapping[tuple[str, str], str] = {
    ("length", "short"): "short answers",
    ("length", "long"): "detailed answers",
    ("formality", "informal"): "informal",
    ("formality", "formal"): "formal",
    ("form", "code"): "code first",
    ("form", "prose"): "prose, no code or lists",
    ("hours", "morning"): "mornings",
    ("hours", "afternoon"): "afternoons",
    ("hours", "evening"): "evenings",
    ("hours", "night"): "nights",
}


@dataclass(frozen=True, slots=True)
class Insight:
    """Something learned. `confidence` is from 0 to 1 as of now, `evidence` how many messages speak
    for it, in how many `conversations`, the newest of them `seen_at`."""

    id: UUID
    kind: Kind
    key: str
    value: str
    corrected: bool
    locked: bool
    confidence: float
    evidence: int
    conversations: int
    seen_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def held(self) -> bool:
        """Whether the person has said that it is so: it counts fully and does not change."""
        return self.corrected or self.locked

    @property
    def label(self) -> str:
        """As people and models read it."""
        return label(self.kind, self.value, corrected=self.corrected)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A message that speaks for an insight, or against it where `weight` is negative."""

    message_id: int
    conversation_id: UUID
    conversation_kind: Literal["chat", "room"]
    title: str | None
    role: Literal["user", "assistant"]
    text: str
    why: Why
    weight: float
    seen_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Evidence:
        """From a row of the query."""
        return cls(**{name: row[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Observation:
    """One sign of something in one message; `value` is how it reads where it is new."""

    kind: Kind
    key: str
    value: str
    message_id: int
    conversation_id: UUID
    seen_at: datetime
    weight: float
    why: Why


def label(kind: str, value: str, *, corrected: bool = False) -> str:
    """How a value reads."""
    if corrected:
        return value
    if kind == "language":
        try:
            return languages.get(value).english
        except NotFound:
            return value
    return LABELS.get((kind, value), value)


def fitting(value: str) -> str:
    """What a person puts an insight right with: one line. Raises Refused where it says nothing."""
    if len(value) > LONGEST:
        raise Refused(f"This has at most {LONGEST} characters. Shorten it.")
    tidy = one_line(value, LONGEST)
    if not tidy:
        raise Refused("There is nothing to put in its place. Type a few words, or remove it.")
    return tidy
