"""Every chart's numbers as a table, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from core import languages
from core.conversations.marks import REACTIONS
from core.intelligence.trends import Activity, Trends

Chart = Literal[
    "totals", "activity", "days", "busiest", "hours", "languages", "topics", "sentiment",
    "models", "marks",
]  # fmt: skip
CHARTS: tuple[Chart, ...] = get_args(Chart)
Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Table:
    """Names of columns, and rows as wide; None is not known."""

    columns: list[str]
    rows: list[list[Cell]]

    def csv(self) -> bytes:
        """For any spreadsheet: UTF-8 with a byte order mark, numbers plain, days by ISO 8601."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(self.columns)
        writer.writerows([_plain(cell) for cell in row] for row in self.rows)
        return text.getvalue().encode("utf-8-sig")


def table(trends: Trends, chart: Chart) -> Table:
    """The numbers of a chart."""
    return _TABLES[chart](trends)


def _plain(cell: Cell) -> Cell:
    """What people wrote is no formula, whatever it begins with."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return round(cell, 6) if isinstance(cell, float) else cell


def _activities(found: list[Activity], first: str) -> Table:
    return Table(
        [first, "conversations", "messages", "replies"],
        [[one.begin, one.conversations, one.messages, one.replies] for one in found],
    )


def _totals(trends: Trends) -> Table:
    now, before = trends.totals, trends.before
    names = (
        "conversations", "messages", "replies", "active_days", "languages", "input_tokens",
        "output_tokens", "mean_seconds", "median_seconds", "sentiment", "bookmarks", "reactions",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [name, getattr(now, name), getattr(before, name) if before else None] for name in names
    ]
    earlier = {one.currency: one.amount for one in before.costs} if before else {}
    rows += [
        [f"cost_{one.currency}", one.amount, earlier.get(one.currency, 0.0 if before else None)]
        for one in now.costs
    ]
    return Table(["figure", "value", "before"], rows)


def _hours(trends: Trends) -> Table:
    rows: list[list[Cell]] = [[one.weekday, one.hour, one.messages] for one in trends.hours]
    return Table(["weekday", "hour", "messages"], rows)


def _languages(trends: Trends) -> Table:
    rows: list[list[Cell]] = [
        [one.language, language_name(one.language), one.messages, one.replies]
        for one in trends.languages
    ]
    return Table(["language", "name", "messages", "replies"], rows)


def language_name(code: str | None) -> str:
    """In English."""
    if code is None:
        return "Not recognised"
    return languages.get(code).english if code in languages.LANGUAGES else code


def _topics(trends: Trends) -> Table:
    rows: list[list[Cell]] = [[one.begin, one.topic, one.conversations] for one in trends.topics]
    return Table(["begin", "topic", "conversations"], rows)


def _sentiment(trends: Trends) -> Table:
    rows: list[list[Cell]] = [[one.begin, one.sentiment, one.conversations] for one in trends.moods]
    return Table(["begin", "sentiment", "conversations"], rows)


def _models(trends: Trends) -> Table:
    columns = (
        "provider model replies interrupted failed without_token_count input_tokens output_tokens"
        " cost currency tokens_a_second_median tokens_a_second_p95 first_word_seconds_median"
        " first_word_seconds_p95"
    )
    rows: list[list[Cell]] = [
        [
            one.provider, one.model, one.replies, one.interrupted, one.failed, one.unmetered,
            one.input_tokens, one.output_tokens, one.cost.amount if one.cost else None,
            one.cost.currency if one.cost else None,
            one.speed.median if one.speed else None, one.speed.p95 if one.speed else None,
            one.wait.median if one.wait else None, one.wait.p95 if one.wait else None,
        ]
        for one in trends.models
    ]  # fmt: skip
    return Table(columns.split(), rows)


def _marks(trends: Trends) -> Table:
    rows: list[list[Cell]] = [
        [one.begin, one.bookmarks, *(one.reactions[kind] for kind in REACTIONS)]
        for one in trends.marks
    ]
    return Table(["begin", "bookmarks", *REACTIONS], rows)


_TABLES: dict[Chart, Callable[[Trends], Table]] = {
    "totals": _totals,
    "activity": lambda trends: _activities(trends.activity, "begin"),
    "days": lambda trends: _activities(trends.days, "day"),
    "busiest": lambda trends: _activities(trends.busiest, "day"),
    "hours": _hours,
    "languages": _languages,
    "topics": _topics,
    "sentiment": _sentiment,
    "models": _models,
    "marks": _marks,
}
