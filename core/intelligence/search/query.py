"""What a person typed into the search: words, "exact phrases", and -what must not be there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.recall.words import spelled, words

Kind = Literal["chat", "room", "slate", "memory"]
_OPERATOR = re.compile(
    r"""(?<!\S)(?P<minus>[-−])?(?:["“„«「『](?P<phrase>[^"”“»」』]*)(?:["”“»」』]|$)|(?<=[-−])(?P<word>\S+))"""
)


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was meant."""

    text: str
    """What to look for by words and by meaning: without operators, phrases among it."""
    phrases: tuple[str, ...] = ()
    """What must stand there just so, whatever its case and accents."""
    without: tuple[str, ...] = ()
    """What must not."""

    def admits(self, text: str) -> bool:
        """Whether a text has every phrase and nothing it must not have."""
        said = spelled(text)
        return all(spelled(one) in said for one in self.phrases) and not any(
            spelled(one) in said for one in self.without
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """What else a hit must be; None: anything."""

    since: datetime | None = None
    until: datetime | None = None
    """Before this time."""
    kinds: tuple[Kind, ...] | None = None
    conversation: UUID | None = None
    languages: tuple[str, ...] | None = None
    people: tuple[str, ...] | None = None
    """Names of guests, whatever their case; "" is the person's own words."""
    models: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it lets everything through."""
        return self == Filter()


def parse(typed: str) -> Query:
    """Read what was typed. A lone or unfinished quote is taken as it is meant so far."""
    phrases: list[str] = []
    without: list[str] = []

    def take(found: re.Match[str]) -> str:
        wanted = (found["phrase"] if found["phrase"] is not None else found["word"]) or ""
        if not words(wanted):
            return " "
        if found["minus"]:
            without.append(wanted)
            return " "
        phrases.append(wanted)
        return f" {wanted} "

    rest = " ".join(_OPERATOR.sub(take, typed).split())
    return Query(rest, tuple(phrases), tuple(without))
