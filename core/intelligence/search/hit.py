"""What a search finds, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.intelligence.search.query import Kind
from core.recall.words import spans

Mark = tuple[int, int]
_SHOWN = 240
"""Characters of a passage that are shown."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of what was said, and where in it the words stand that were looked for."""

    text: str
    marks: tuple[Mark, ...] = ()
    """Begin and end of each, in characters of `text`; in order, none overlaps."""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A message, slate or memory that was found."""

    kind: Kind
    title: str | None
    excerpt: Excerpt
    translation: Excerpt | None
    """In the host's language, of what was said in another one."""
    speaker: str | None
    """A guest's name; None for the person themselves and for an AI."""
    role: Literal["user", "assistant", "guest"]
    model: str | None
    said_at: datetime
    conversation_id: UUID | None
    message_id: int | None
    slate_id: UUID | None
    memory_id: UUID | None
    score: float
    """At most about 2: 1 for all the words and 1 for the very meaning."""
    words: tuple[str, ...]
    """What of the question stands there, as written; where nothing does, and it is not near in
    meaning either, it was said next to what has its words."""
    meaning: float | None
    """How near it is in meaning, from 0, nothing to do with it, to 1; None: not looked at."""
    named: bool
    """Whether somebody said it whom the question names."""
    text: str = ""
    """The whole passage."""

    @property
    def source(self) -> tuple[object, ...]:
        """What it is a part of."""
        return self.message_id, self.slate_id, self.memory_id


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits."""

    hits: tuple[Hit, ...]
    more: bool
    """Whether there are further ones."""
    by_meaning: bool
    """Whether it could be looked for by meaning, too."""


def excerpt(
    text: str, wanted: Collection[str], language: str | None, length: int = _SHOWN
) -> Excerpt:
    """The part of `text` with the most of the `wanted` words (folded, stemmed), on one line."""
    line = " ".join(text.split())
    marks = _marks(line, wanted, language)
    begin = _begin(line, marks, length)
    end = len(line) if len(line) - begin <= length else _word_end(line, begin + length)
    shown = f"{'…' if begin else ''}{line[begin:end]}{'…' if end < len(line) else ''}"
    shift = begin - bool(begin)
    inside = tuple((a - shift, b - shift) for a, b in marks if a >= begin and b <= end)
    return Excerpt(shown, inside, language)


def _marks(line: str, wanted: Collection[str], language: str | None) -> list[Mark]:
    """Where any of the words stands, overlapping ones as one."""
    pairs = {word for word in wanted if len(word) > 1}
    lone = {word for word in wanted if len(word) == 1 and not any(word in pair for pair in pairs)}
    found = sorted((a, b) for a, b, forms in spans(line, language) if {*forms} & (pairs | lone))
    marks: list[Mark] = []
    for a, b in found:
        if marks and a <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(b, marks[-1][1]))
        else:
            marks.append((a, b))
    return marks


def _begin(line: str, marks: list[Mark], length: int) -> int:
    """Where to begin so that the most marks are seen; from the beginning of a word."""
    if len(line) <= length or not marks:
        return 0
    room = length * 3 // 4
    best = max(marks, key=lambda mark: sum(mark[0] <= a and b <= mark[0] + room for a, b in marks))
    begin = min(max(best[0] - length // 4, 0), len(line) - length)
    if begin <= 0:
        return 0
    space = line.find(" ", begin, min(begin + 20, best[0]))
    return space + 1 if space >= 0 else begin


def _word_end(line: str, end: int) -> int:
    space = line.rfind(" ", end - 20, end)
    return space if space >= 0 else end
