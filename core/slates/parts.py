"""Cuts a long text into parts an engine can take, at paragraphs, lines and sentences.

The parts, joined, are the text again. No part begins or ends inside a fenced code block, a
link, emphasis or anything else that must stay whole.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from core.translation import protected
from core.translation.layout import take_apart
from core.translation.markup import groups

_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))+")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]*_]*\s*\Z")
_ENDS_EARLY = 4
"""One paragraph in so many ends its part once that is half full. Which one hangs on its words
alone, so that a change in one place does not move every cut behind it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; one that is `kept` is code and is never changed."""

    text: str
    kept: bool = False

    @property
    def body(self) -> str:
        """Without the space around it."""
        return self.text.strip()

    def around(self, body: str) -> str:
        """`body` with the space around it that this part has."""
        start = len(self.text) - len(self.text.lstrip())
        end = max(start, len(self.text.rstrip()))
        return f"{self.text[:start]}{body}{self.text[end:]}"


def split(text: str, limit: int) -> list[Part]:
    """`text` in parts of about `limit` characters: longer only where nothing may be cut."""
    if len(text) <= limit:
        return [Part(text)] if text else []
    parts: list[Part] = []
    grown = ""
    for block, kept in _blocks(text):
        if kept and len(block) > limit:
            parts += [Part(grown)] if grown else []
            parts.append(Part(block, kept=True))
            grown = ""
            continue
        for piece in [block] if len(block) <= limit else _pieces(block, limit):
            if grown and len(grown) + len(piece) > limit:
                parts.append(Part(grown))
                grown = ""
            grown += piece
        if len(grown) > limit / 2 and zlib.crc32(block.encode()) % _ENDS_EARLY == 0:
            parts.append(Part(grown))
            grown = ""
    return [*parts, Part(grown)] if grown else parts


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Paragraphs with the blank lines after them, and fenced code; whether it is code."""
    end = 0
    for fence in protected.fences(text):
        yield from ((block, False) for block in _paragraphs(text[end : fence.start]))
        after = _BLANK_LINES.match(text, fence.end)
        end = after.end() if after else fence.end
        yield text[fence.start : end], True
    yield from ((block, False) for block in _paragraphs(text[end:]))


def _paragraphs(text: str) -> Iterator[str]:
    begin = 0
    for blank in re.finditer(r"(?:\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))+", text):
        yield text[begin : blank.end()]
        begin = blank.end()
    if begin < len(text):
        yield text[begin:]


def _pieces(block: str, limit: int) -> Iterator[str]:
    """A long paragraph cut after lines, a long line after sentences."""
    end = 0
    for start, stop in protected.lines(block):
        broken = protected.LINE_BREAK.match(block, stop)
        line_end = broken.end() if broken else stop
        line = block[start:line_end]
        if len(line) <= limit:
            yield line
        else:
            yield from _sentences(line, limit)
        end = line_end
    yield from [block[end:]] if end < len(block) else []


def _sentences(line: str, limit: int) -> Iterator[str]:
    """A long line in pieces of at most `limit` where it may be cut, after a sentence if it can."""
    cuts = _cuts(line)
    begin = 0
    while len(line) - begin > limit:
        within = [cut for cut in cuts if begin < cut <= begin + limit]
        ends = [cut for cut in within if _SENTENCE_END.search(line[begin:cut])]
        beyond = [cut for cut in cuts if cut > begin + limit]
        found = (ends or within)[-1:] or beyond[:1]
        if not found:
            break
        yield line[begin : found[0]]
        begin = found[0]
    yield line[begin:]


def _cuts(line: str) -> list[int]:
    """Where a line may be cut: before a sentence or clause, never inside emphasis or a link."""
    held = [(group.start, group.end) for group in groups(line)]
    cuts, place = [], 0
    for found in take_apart(line):
        for part in found.parts:
            if not part.kept and place and not any(a < place < b for a, b in held):
                cuts.append(place)
            place += len(part.text)
        place += len(found.end)
    return cuts
