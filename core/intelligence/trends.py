"""What the figures of a period are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.conversations.marks import REACTIONS
from core.intelligence.period import Period
from core.intelligence.prices import Cost


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of many, and what 95 of 100 do not exceed."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Activity:
    """What a day, week or month brought. `begin`: its first day."""

    begin: date
    conversations: int
    messages: int
    """By people."""
    replies: int
    """By models."""

    @property
    def all(self) -> int:
        """Messages of people and models."""
        return self.messages + self.replies


@dataclass(frozen=True, slots=True)
class Hour:
    """Messages of an hour of a weekday, over all the weeks. Monday is 1."""

    weekday: int
    hour: int
    messages: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """Messages in a language; None where it was not recognised."""

    language: str | None
    messages: int
    replies: int


@dataclass(frozen=True, slots=True)
class Topic:
    """Conversations about something, of those begun in a day, week or month."""

    begin: date
    topic: str
    conversations: int


@dataclass(frozen=True, slots=True)
class Mood:
    """How conversations begun then were, from -1 to 1; None where none was judged."""

    begin: date
    sentiment: float | None
    conversations: int


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What a model wrote, how fast, and for how much."""

    provider: str | None
    model: str | None
    replies: int
    interrupted: int
    failed: int
    unmetered: int
    """Replies whose tokens nobody counted; they cost more than is known."""
    input_tokens: int
    output_tokens: int
    cost: Cost | None
    """None: nobody knows the price."""
    wait: Spread | None
    """Seconds until the first word."""
    speed: Spread | None
    """Tokens a second, once it writes."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Bookmarks and reactions made then."""

    begin: date
    bookmarks: int
    reactions: dict[str, int]
    """By kind, all kinds."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The key figures."""

    conversations: int
    """Begun in which something was said."""
    messages: int
    """By people."""
    replies: int
    """By models."""
    active_days: int
    """On which something was said."""
    languages: int
    """That people wrote in."""
    input_tokens: int
    output_tokens: int
    costs: list[Cost]
    """One a currency."""
    unpriced: int
    """Replies of models whose price nobody knows."""
    unmetered: int
    """Replies whose tokens nobody counted."""
    mean_seconds: float | None
    """Of a conversation, pauses longer than half an hour left out."""
    median_seconds: float | None
    sentiment: float | None
    bookmarks: int
    reactions: int


@dataclass(frozen=True, slots=True)
class Trends:
    """All figures of a period, and the key figures of as many days before."""

    period: Period
    totals: Totals
    before: Totals | None
    """None where the period is all there is."""
    activity: list[Activity]
    days: list[Activity]
    """Every day."""
    busiest: list[Activity]
    """Days, those with most messages first."""
    hours: list[Hour]
    """All 168."""
    languages: list[Spoken]
    topics: list[Topic]
    """The most frequent, every day, week or month of each."""
    moods: list[Mood]
    models: list[ModelUse]
    marks: list[Marks]
    prices_as_of: date | None
    prices_problem: str | None
    """What is wrong with the file of prices; then no cost is known."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was said."""
        return not (self.totals.messages or self.totals.replies or self.totals.conversations)


def no_reactions() -> dict[str, int]:
    """None of each kind."""
    return dict.fromkeys(REACTIONS, 0)


def spread(values: list[Any] | None) -> Spread | None:
    """Of a median and a 95th percentile from the database."""
    if not values or values[0] is None:
        return None
    return Spread(float(values[0]), float(values[1]))
