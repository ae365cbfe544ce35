"""A question as it is looked up: its words, what to embed of it, and whom it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.recall.words import words


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the memories."""

    words: tuple[str, ...]
    """What to look for in the index by words, each once."""
    passage: str
    """What to embed as a query."""
    speakers: frozenset[str]
    """Those it names who also say things in these memories."""


def ask(text: str, *, language: str | None = None, speakers: Iterable[str] = ()) -> Question:
    """Read a question.

    `speakers` are those who said the memories. Who is named is left out of the words and of
    what is embedded, because people rarely say their own name: it finds what was said *to*
    them ("Thanks, Maria!"). `by_speaker` does what the name asks for. A question of nothing
    but names keeps them.
    """
    named = frozenset(name for name in speakers if name and _name(name).search(text))
    rest = text
    for name in sorted(named, key=len, reverse=True):
        rest = _name(name).sub(" ", rest)
    rest = " ".join(rest.split())
    if not any(char.isalnum() for char in rest):
        rest = text
    return Question(tuple(words(rest, language)), rest, named)


def _name(name: str) -> re.Pattern[str]:
    """The name as a word of its own, with an English genitive; next to CJK there is no gap."""
    letter = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af]"
    return re.compile(rf"(?<!{letter}){re.escape(name)}(?:['’]s)?(?!{letter})", re.IGNORECASE)
