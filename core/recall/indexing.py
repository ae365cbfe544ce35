"""What is stored of a memory so that it can be found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.recall.words import words

NEIGHBOURS = 2
"""How many messages before and after a memory belong to it."""
NEIGHBOUR = 0.5
"""What a word counts that stands in a neighbour: an answer often leaves out the words of the
question before it ("Where did you go?" - "To Rome"), but is not about all of them."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A memory as the two indexes want it."""

    words: dict[str, float]
    """How much each word counts here: once each time it is said, half in a neighbour."""
    length: float
    """The sum of those."""
    passage: str
    """What to embed."""


def index(text: str, *, around: Iterable[str] = (), language: str | None = None) -> Indexed:
    """What to store of a memory that says `text`.

    `around` are up to `NEIGHBOURS` messages of the same conversation before and after it,
    and whatever else tells what it is about (a title, a date in words). Both are taken to be
    in `language`, a code of `core.languages`.
    """
    counted: dict[str, float] = {word: float(n) for word, n in words(text, language).items()}
    for neighbour in around:
        for word, n in words(neighbour, language).items():
            counted[word] = counted.get(word, 0.0) + NEIGHBOUR * n
    return Indexed(counted, sum(counted.values()), text)
