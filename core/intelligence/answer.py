"""What a model answers that was asked for a summary, read leniently and checked.

Models wrap JSON in talk, think aloud before it, leave commas behind, write numbers as words. What
can be understood is taken; a point whose message is not among those it was told is not.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.conversations import TITLE_LENGTH
from core.intelligence.summary import (
    POINTS,
    TEXT_LENGTH,
    TOPIC_LENGTH,
    TOPICS,
    Action,
    Draft,
    Point,
)
from core.text import one_line, typed

_LOOKS = 100
"""Braces at which an object is looked for."""
POINT_LENGTH = 500
NAME_LENGTH = 80
_KNOWN = {"summary", "title", "topics", "decisions", "open_questions", "action_items"}
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_COMMA_BEFORE_END = re.compile(r",(\s*[}\]])")
_NUMBER = re.compile(r"\d+")
_QUOTES = "\"'«»„“”「」*# "
_MOODS = {
    "very positive": 0.9, "positive": 0.6, "mostly positive": 0.4, "neutral": 0.0, "mixed": 0.0,
    "mostly negative": -0.4, "negative": -0.6, "very negative": -0.9,
}  # fmt: skip
_NOTHING = {"", "null", "none", "n/a", "unknown", "-"}


def read_answer(answer: str, ids: Mapping[int, int], language: str) -> Draft | None:
    """The summary in an answer; None where there is none.

    `ids`: the messages that may be cited, by the numbers the model was told.
    """
    found = max(_objects(answer), key=lambda one: len(_KNOWN & one.keys()), default=None)
    text = _text((found or {}).get("summary"), TEXT_LENGTH)
    if found is None or not text:
        return None
    return Draft(
        text=text,
        language=language,
        title=one_line(str(found.get("title") or "").strip(_QUOTES), TITLE_LENGTH),
        topics=_topics(found.get("topics")),
        sentiment=_sentiment(found.get("sentiment")),
        decisions=list(_points(found.get("decisions"), ids))[:POINTS],
        questions=list(_points(_either(found, "open_questions", "questions"), ids))[:POINTS],
        actions=list(_actions(_either(found, "action_items", "actions"), ids))[:POINTS],
    )


def _objects(answer: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand in a text, outermost ones."""
    text = _THOUGHTS.sub("", answer)
    decoder, place = json.JSONDecoder(), text.find("{")
    for _ in range(_LOOKS):
        if place < 0:
            return
        for form in (text[place:], _COMMA_BEFORE_END.sub(r"\1", text[place:])):
            try:
                value, _ = decoder.raw_decode(form)
            except (ValueError, RecursionError):
                continue
            yield value
            return
        place = text.find("{", place + 1)


def _either(found: Mapping[str, Any], *names: str) -> Any:
    return next((found[name] for name in names if found.get(name)), None)


def _text(value: object, length: int) -> str:
    if isinstance(value, list):
        value = "\n".join(str(one) for one in value)
    return typed(value)[:length] if isinstance(value, str) else ""


def _name(value: object) -> str | None:
    """Who or when, as said; models write that there is none in many ways."""
    text = one_line(str(value), NAME_LENGTH) if isinstance(value, str | int) else ""
    return None if text.casefold() in _NOTHING else text


def _topics(value: object) -> list[str]:
    found: dict[str, str] = {}
    said = value.split(",") if isinstance(value, str) else value
    for one in said if isinstance(said, list) else []:
        topic = one_line(str(one), TOPIC_LENGTH).strip(_QUOTES)
        if isinstance(one, str) and topic:
            found.setdefault(topic.casefold(), topic)
    return list(found.values())[:TOPICS]


def _sentiment(value: object) -> float | None:
    if isinstance(value, str):
        said = value.strip().casefold()
        if said in _MOODS:
            return _MOODS[said]
        try:
            value = float(said)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return min(max(float(value), -1.0), 1.0)


def _cited(entry: Mapping[str, Any], ids: Mapping[int, int]) -> int | None:
    """The message an entry names, if it stands in the conversation."""
    named = _either(entry, "message", "message_id", "said_in", "messages")
    for number in _NUMBER.findall(str(named)) if named is not None else []:
        if len(number) < 10 and int(number) in ids:
            return ids[int(number)]
    return None


def _entries(value: object, ids: Mapping[int, int]) -> Iterator[tuple[dict[str, Any], str, int]]:
    for entry in value if isinstance(value, list) else []:
        if not isinstance(entry, dict):
            continue  # without a message it cannot be checked
        text = _text(_either(entry, "text", "what", "decision", "question", "action"), POINT_LENGTH)
        cited = _cited(entry, ids)
        if text and cited is not None:
            yield entry, text, cited


def _points(value: object, ids: Mapping[int, int]) -> Iterator[Point]:
    for _, text, cited in _entries(value, ids):
        yield Point(text, cited)


def _actions(value: object, ids: Mapping[int, int]) -> Iterator[Action]:
    for entry, text, cited in _entries(value, ids):
        yield Action(text, _name(entry.get("who")), _name(entry.get("due")), cited)
