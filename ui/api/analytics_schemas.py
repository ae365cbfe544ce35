"""The JSON of the figures."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from ui.api.schemas import Answer


class PeriodBody(Answer):
    """Whole days in a time zone, both ends included."""

    first: date
    last: date
    days: int
    zone: str


class CostBody(Answer):
    """An amount of money."""

    amount: float
    currency: str


class SpreadBody(Answer):
    """The middle, and what 95 of 100 do not exceed."""

    median: float
    p95: float


class TotalsBody(Answer):
    """The key figures."""

    conversations: int = Field(description="begun in the period, in which something was said")
    messages: int = Field(description="by people")
    replies: int = Field(description="by models")
    active_days: int
    languages: int = Field(description="that people wrote in")
    input_tokens: int
    output_tokens: int
    costs: list[CostBody] = Field(description="one sum a currency, of what has a known price")
    unpriced: int = Field(description="replies of models whose price is not known")
    unmetered: int = Field(description="replies whose tokens were not counted")
    mean_seconds: float | None = Field(
        description="a conversation's length, without pauses of more than half an hour"
    )
    median_seconds: float | None
    sentiment: float | None = Field(description="-1 to 1, of the conversations that were judged")
    bookmarks: int
    reactions: int


class ActivityBody(Answer):
    """A day, week or month; `begin`: its first day."""

    begin: date
    conversations: int
    messages: int
    replies: int


class HourBody(Answer):
    """An hour of a weekday (Monday is 1), over all the weeks."""

    weekday: int
    hour: int
    messages: int


class SpokenBody(Answer):
    """A language; null where it was not recognised."""

    language: str | None
    messages: int
    replies: int


class TopicBody(Answer):
    """Conversations about a topic begun in a day, week or month."""

    begin: date
    topic: str
    conversations: int


class MoodBody(Answer):
    """The mean sentiment of conversations begun in a day, week or month."""

    begin: date
    sentiment: float | None
    conversations: int


class ModelBody(Answer):
    """What a model wrote, how fast, for how much."""

    provider: str | None
    model: str | None
    replies: int
    interrupted: int
    failed: int
    unmetered: int
    input_tokens: int
    output_tokens: int
    cost: CostBody | None = Field(description="null: the price is not known")
    wait: SpreadBody | None = Field(description="seconds until the first word")
    speed: SpreadBody | None = Field(description="tokens a second")


class MarksBody(Answer):
    """Bookmarks and reactions made in a day, week or month."""

    begin: date
    bookmarks: int
    reactions: dict[Literal["like", "love", "funny", "dislike"], int]


class TrendsBody(Answer):
    """All figures of a period."""

    period: PeriodBody
    totals: TotalsBody
    before: TotalsBody | None = Field(description="of as many days before; null for all there is")
    activity: list[ActivityBody] = Field(description="by day, week or month")
    days: list[ActivityBody]
    busiest: list[ActivityBody] = Field(description="the days with most messages")
    hours: list[HourBody]
    languages: list[SpokenBody]
    topics: list[TopicBody]
    moods: list[MoodBody]
    models: list[ModelBody]
    marks: list[MarksBody]
    prices_as_of: date | None
    prices_problem: str | None = Field(description="what is wrong with PRICES_FILE")
