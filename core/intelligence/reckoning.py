"""From rows of counts to the figures of a period."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from core.intelligence.period import Period
from core.intelligence.prices import Prices, total
from core.intelligence.trends import (
    Activity,
    Hour,
    Marks,
    ModelUse,
    Mood,
    Spoken,
    Topic,
    Totals,
    Trends,
    no_reactions,
    spread,
)

BUSIEST = 10
"""Days told of as the most active."""
_BY_DAY, _BY_HOUR, _BY_LANGUAGE = 0b011, 0b101, 0b110
"""How `said` in sql/analytics.sql marks what a row is counted by."""

Row = dict[str, Any]


class Raw:
    """What the database says of a period."""

    def __init__(self, found: dict[str, list[Row]], prices: Prices) -> None:
        said = found["said"]
        self.by_day = _by_role([row for row in said if row["grouped"] == _BY_DAY], "day")
        self.by_hour = [row for row in said if row["grouped"] == _BY_HOUR]
        by_language = [row for row in said if row["grouped"] == _BY_LANGUAGE]
        self.by_language = _by_role(by_language, "language")
        self.begun = {row["day"]: row["conversations"] for row in found["begun"]}
        self.durations = found["durations"][0]
        self.models = [_model(row, prices) for row in found["models"]]
        self.topics = found["topics"]
        self.moods = {row["day"]: (row["sum"], row["conversations"]) for row in found["moods"]}
        self.marks: dict[date, dict[str, int]] = defaultdict(dict)
        for row in found["marks"]:
            self.marks[row["day"]][row["kind"]] = row["marks"]


def reckon(asked: Period, now: Raw, before: Raw | None, as_of: date, problem: str | None) -> Trends:
    """All figures of a period; `problem`: what is wrong with the file of prices."""
    days = [_activity(day, now) for day in asked.each_day()]
    busiest = sorted((day for day in days if day.all), key=lambda day: (-day.all, day.begin))
    return Trends(
        asked, _totals(now), _totals(before) if before else None, _summed(asked, days), days,
        busiest[:BUSIEST], _hours(now), _languages(now), _topics(asked, now), _moods(asked, now),
        now.models, _marks(asked, now), None if problem else as_of, problem,
    )  # fmt: skip


def _by_role(rows: list[Row], key: str) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = defaultdict(lambda: {"user": 0, "assistant": 0})
    for row in rows:
        found[row[key]][row["role"]] += row["messages"]
    return dict(found)


def _model(row: Row, prices: Prices) -> ModelUse:
    asked, said = int(row["input_tokens"]), int(row["output_tokens"])
    return ModelUse(
        row["provider"], row["model"], row["replies"], row["interrupted"], row["failed"],
        row["unmetered"], asked, said, prices.cost(row["provider"], row["model"], asked, said),
        spread(row["wait"]), spread(row["speed"]),
    )  # fmt: skip


def _totals(raw: Raw) -> Totals:
    judged = sum(count for _, count in raw.moods.values())
    bookmarks = sum(kinds.get("bookmark", 0) for kinds in raw.marks.values())
    return Totals(
        conversations=sum(raw.begun.values()),
        messages=sum(roles["user"] for roles in raw.by_day.values()),
        replies=sum(roles["assistant"] for roles in raw.by_day.values()),
        active_days=len(raw.by_day),
        languages=sum(1 for code, roles in raw.by_language.items() if code and roles["user"]),
        input_tokens=sum(one.input_tokens for one in raw.models),
        output_tokens=sum(one.output_tokens for one in raw.models),
        costs=total(one.cost for one in raw.models),
        unpriced=sum(one.replies for one in raw.models if one.cost is None),
        unmetered=sum(one.unmetered for one in raw.models),
        mean_seconds=raw.durations["mean"],
        median_seconds=raw.durations["median"],
        sentiment=sum(sums for sums, _ in raw.moods.values()) / judged if judged else None,
        bookmarks=bookmarks,
        reactions=sum(sum(kinds.values()) for kinds in raw.marks.values()) - bookmarks,
    )


def _activity(day: date, raw: Raw) -> Activity:
    roles = raw.by_day.get(day, {"user": 0, "assistant": 0})
    return Activity(day, raw.begun.get(day, 0), roles["user"], roles["assistant"])


def _summed(asked: Period, days: list[Activity]) -> list[Activity]:
    bucket = asked.bucket()
    sums = {begin: [0, 0, 0] for begin in asked.buckets(bucket)}
    for day in days:
        one = sums[asked.begin_of(day.begin, bucket)]
        for place, count in enumerate((day.conversations, day.messages, day.replies)):
            one[place] += count
    return [Activity(begin, *counts) for begin, counts in sums.items()]


def _hours(raw: Raw) -> list[Hour]:
    found = {(row["weekday"], row["hour"]): row["messages"] for row in raw.by_hour}
    return [
        Hour(weekday, hour, found.get((weekday, hour), 0))
        for weekday in range(1, 8)
        for hour in range(24)
    ]


def _languages(raw: Raw) -> list[Spoken]:
    found = [
        Spoken(code, roles["user"], roles["assistant"]) for code, roles in raw.by_language.items()
    ]
    return sorted(found, key=lambda one: (-one.messages, -one.replies, one.language or "~"))


def _topics(asked: Period, raw: Raw) -> list[Topic]:
    bucket = asked.bucket(coarse=True)
    names = list(dict.fromkeys(row["topic"] for row in raw.topics))
    counts = {(begin, name): 0 for name in names for begin in asked.buckets(bucket)}
    for row in raw.topics:
        counts[asked.begin_of(row["day"], bucket), row["topic"]] += row["conversations"]
    return [Topic(begin, name, count) for (begin, name), count in counts.items()]


def _moods(asked: Period, raw: Raw) -> list[Mood]:
    bucket = asked.bucket(coarse=True)
    sums: dict[date, tuple[float, int]] = dict.fromkeys(asked.buckets(bucket), (0.0, 0))
    for day, (some, count) in raw.moods.items():
        begin = asked.begin_of(day, bucket)
        sums[begin] = (sums[begin][0] + some, sums[begin][1] + count)
    return [Mood(begin, some / count if count else None, count)
            for begin, (some, count) in sums.items()]  # fmt: skip


def _marks(asked: Period, raw: Raw) -> list[Marks]:
    bucket = asked.bucket(coarse=True)
    sums = {begin: {"bookmark": 0} | no_reactions() for begin in asked.buckets(bucket)}
    for day, kinds in raw.marks.items():
        one = sums[asked.begin_of(day, bucket)]
        for kind, count in kinds.items():
            one[kind] += count
    return [Marks(begin, one.pop("bookmark"), one) for begin, one in sums.items()]
