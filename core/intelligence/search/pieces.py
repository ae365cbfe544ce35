"""A long text in pieces that each mean one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 1_000
"""Characters of a piece: about 250 words, of which the embedder reads all."""
_ENDS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n|(?<=[.!?…])\s+|(?<=[。！？．])"),
    re.compile(r"\s+"),
)
"""Where to cut, the best places first: between paragraphs, sentences, words."""


class Piece(NamedTuple):
    """Characters `begins` to `ends` of a text."""

    begins: int
    ends: int
    text: str


def pieces(text: str) -> list[Piece]:
    """`text` cut at the ends of paragraphs, sentences or words into pieces of `LONGEST` at most.

    Together they are the whole text. A text without a letter or digit has none.
    """
    if not any(char.isalnum() for char in text):
        return []
    return list(_cut(text))


def _cut(text: str) -> Iterator[Piece]:
    begins = 0
    while begins < len(text):
        ends = len(text) if len(text) - begins <= LONGEST else begins + _best(text, begins)
        yield Piece(begins, ends, text[begins:ends])
        begins = ends


def _best(text: str, begins: int) -> int:
    """How long the piece from `begins` on is: the last good place in its second half."""
    window = text[begins : begins + LONGEST]
    for ends in _ENDS:
        places = [found.end() for found in ends.finditer(window, LONGEST // 2)]
        if places:
            return places[-1]
    return LONGEST
