"""What is talked about, read from `stories.toml`, and said in one of four languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

LANGUAGES = ("en", "es", "de", "ja")
CAST = {
    "en": ("Emma", "Tom"), "es": ("Ana", "María", "Sofía"),
    "de": ("Lukas", "Jonas"), "ja": ("Kenji", "Yuki"),
}  # fmt: skip
SPEAKS = {name: language for language, names in CAST.items() for name in names}
_MONTHS = (
    "January February March April May June July August September October November December",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
)
_WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "lunes martes miércoles jueves viernes sábado domingo",
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
)


@dataclass(frozen=True, slots=True)
class Line:
    """What can be said, in every one of LANGUAGES, with places for times and numbers."""

    kind: str
    """ask, answer, say, promise, decision, question or plan"""
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A line as it was said: the same in every language."""

    kind: str
    texts: dict[str, str]
    due: str | None
    """The day it names, ISO."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is said once and true; `who`: a guest, or the host where empty."""

    topic: str
    who: str
    language: str
    line: Line
    questions: dict[str, str]
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Topic:
    """A thing that keeps somebody busy for months."""

    key: str
    label: str
    mood: float
    asks: tuple[Line, ...]
    answers: tuple[Line, ...]
    lines: tuple[Line, ...]
    block: str
    """A table or code that an answer may hold."""


def _lines(kind: str, entries: list[list[str]]) -> tuple[Line, ...]:
    return tuple(Line(kind, tuple(entry)) for entry in entries)


def _topic(row: dict[str, Any]) -> Topic:
    return Topic(
        row["key"], row["label"], row["mood"], _lines("ask", row["asks"]),
        _lines("answer", row["answers"]),
        tuple(Line(kind, tuple(texts)) for kind, *texts in row["lines"]),
        row.get("code", row.get("table", "")).strip(),
    )  # fmt: skip


def _fact(row: dict[str, Any]) -> Fact:
    return Fact(
        row["topic"], row["who"], row["language"], Line(row["kind"], tuple(row["said"])),
        dict(zip(LANGUAGES, row["question"], strict=True)),
        dict(zip(LANGUAGES, row["answer"], strict=True)),
    )  # fmt: skip


_READ = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
TOPICS = {row["key"]: _topic(row) for row in _READ["topics"]}
FACTS = tuple(_fact(row) for row in _READ["facts"])
CHATTER = {mood: _lines("say", entries) for mood, entries in _READ["chatter"].items()}


def say(line: Line, chance: Random, at: datetime, to: str = "") -> Said:
    """A line with its places filled, the same in every language; days lie after `at`."""
    day = at + timedelta(days=chance.randrange(1, 30))
    number, price = str(chance.randrange(2, 10)), str(chance.randrange(4, 90) * 10)
    clock = f"{chance.randrange(7, 21)}:{chance.choice(('00', '15', '30', '45'))}"
    texts = {
        language: text.format(n=number, p=price, t=clock, who=to, d=_day(day, place),
                              w=_WEEKDAYS[place].split()[day.weekday()])
        for place, (language, text) in enumerate(zip(LANGUAGES, line.texts, strict=True))
    }  # fmt: skip
    names_day = "{d}" in line.texts[0] or "{w}" in line.texts[0]
    return Said(line.kind, texts, day.date().isoformat() if names_day else None)


def _day(day: datetime, place: int) -> str:
    if LANGUAGES[place] == "ja":
        return f"{day.month}月{day.day}日"
    month = _MONTHS[place].split()[day.month - 1]
    return (f"{day.day} {month}", f"{day.day} de {month}", f"{day.day}. {month}")[place]
