"""Takes a Markdown text apart into what is translated and what is kept as it stands.

A text is lines; a line is parts: list markers, headings, quotes, table bars and the
space and emoji between sentences are kept, the sentences between them are translated one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from fxtranslate import discovery

from core.translation import protected
from core.translation.markup import Group, groups
from core.translation.protected import UNSPACED, Kind

LONGEST = 300
"""Characters given to an engine at once: the models lose what goes beyond their window."""
_LONGEST_UNSPACED = 100
_LOOK_AHEAD = 2000
_DEEPEST = 3

_MARKER = re.compile(
    r"[ \t]*(?:(?:>|[-*+•‣◦–—]|\d{1,9}[.)]|#{1,6})(?:[ \t]+|$)|\[[ xX]\][ \t]+)*[ \t]*"
)
_TABLE_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|Sr|Sra|Srta|St|vs|e\.g|i\.e|p\.ej|p\.ex|z\.B|d\.h|ca|approx"
    r"|Nr|Mme|Mlle|bzw|т\.е|т\.д)\.$",
)
_SENTENCE_ENDS = re.compile(r"[.!?…]+[\"'”’)\]]*\s+")
_CLAUSE_ENDS = re.compile(rf"[,;:)–—]\s+|[,;:，、；：]|\s+|(?<=[{UNSPACED}])")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line."""

    text: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a whole fenced code block, and the line break after it."""

    parts: tuple[Part, ...]
    end: str
    known: frozenset[str]
    """The protected pieces of the whole text."""

    @property
    def text(self) -> str:
        """The line as it was, without its line break."""
        return "".join(part.text for part in self.parts)


def take_apart(text: str) -> list[Line]:
    """The lines of `text`; their texts and ends, joined, are `text` again."""
    known = frozenset(span.text for span in protected.find(text))
    blocks = {block.start: block.end for block in protected.fences(text)}
    found: list[Line] = []
    done = 0
    for start, end in protected.lines(text):
        if start < done:
            continue
        stop = blocks.get(start, end)
        ending = protected.LINE_BREAK.match(text, stop)
        done = ending.end() if ending else len(text) + 1
        parts = [Part(text[start:stop], True)] if start in blocks else _line(text[start:stop])
        found.append(Line(tuple(parts), ending.group() if ending else "", known))
    return found


def _line(line: str) -> list[Part]:
    marker = _MARKER.match(line)
    begin = marker.end() if marker else 0
    pieces = _cells(line[begin:]) if _TABLE_ROW.fullmatch(line) else [Part(line[begin:], False)]
    parts = [Part(line[:begin], True)]
    for piece in pieces:
        parts.extend([piece] if piece.kept else _inline(piece.text))
    return [part for part in parts if part.text]


def _cells(row: str) -> list[Part]:
    """A table row cut at its bars, those inside code left alone."""
    bars = re.finditer(r"(?<!\\)\|", _blanked(row))
    parts, end = [], 0
    for bar in bars:
        parts += [Part(row[end : bar.start()], False), Part("|", True)]
        end = bar.end()
    return [*parts, Part(row[end:], False)]


def _inline(text: str, depth: int = 0) -> list[Part]:
    """A run of text cut into sentences, and at emphasis that spans several of them."""
    cuts = _sentence_ends(text)
    parts: list[Part] = []
    begin = 0
    for group in groups(text) if depth < _DEEPEST else ():
        if _is_whole(group, text) or any(group.inner_start < cut < group.inner_end for cut in cuts):
            parts += _flat(text[begin : group.start])
            parts.append(Part(text[group.start : group.inner_start], True))
            parts += _inline(text[group.inner_start : group.inner_end], depth + 1)
            parts.append(Part(text[group.inner_end : group.end], True))
            begin = group.end
    return [*parts, *_flat(text[begin:])]


def _flat(text: str) -> list[Part]:
    """A run of text cut into sentences."""
    places = [0, *_sentence_ends(text), len(text)]
    return [part for start, stop in pairwise(places) for part in _bare(text[start:stop])]


def _bare(sentence: str) -> Iterator[Part]:
    """A sentence freed of the space and the emoji around it; those inside belong to it."""
    begin, end = 0, len(sentence)
    emoji = [span for span in protected.find(sentence) if span.kind is Kind.EMOJI]
    for span in emoji:
        if sentence[begin : span.start].strip():
            break
        begin = span.end
    for span in reversed(emoji):
        if span.start < begin or sentence[span.end : end].strip():
            break
        end = span.start
    yield Part(sentence[:begin], True)
    yield from _shortened(sentence[begin:end])
    yield Part(sentence[end:], True)


def _is_whole(group: Group, text: str) -> bool:
    return not text[: group.start].strip() and not text[group.end :].strip()


def _shortened(sentence: str) -> Iterator[Part]:
    """A sentence without the space around it, in pieces no longer than an engine can take."""
    body = sentence.strip()
    lead = sentence[: len(sentence) - len(sentence.lstrip())] if body else sentence
    yield Part(lead, True)
    tail = sentence[len(lead) + len(body) :]
    while body:
        cut = _cut(body)
        piece = body[:cut].rstrip()
        yield Part(piece, False)
        rest = body[cut:].lstrip()
        yield Part(body[len(piece) : len(body) - len(rest)], True)
        body = rest
    yield Part(tail, True)


def _cut(body: str) -> int:
    """Where to end the next piece: after a clause if possible, else a word, never in a span."""
    unspaced = len(re.findall(f"[{UNSPACED}]", body[:LONGEST])) * 2 > min(len(body), LONGEST)
    longest = _LONGEST_UNSPACED if unspaced else LONGEST
    if len(body) <= longest:
        return len(body)
    body = body[: longest + _LOOK_AHEAD]
    best, rank = 0, -1.0
    for found in _CLAUSE_ENDS.finditer(_blanked(body), 1, longest):
        clause = 0.5 if found.group()[:1] in ",;:)–—，、；：" and found.group() else 0.0
        if (value := found.end() / longest + clause) > rank:
            best, rank = found.end(), value
    if best:
        return best
    spans = [span for span in protected.find(body) if span.start <= longest < span.end]
    return spans[0].end if spans else longest


def _sentence_ends(text: str) -> list[int]:
    """Where sentences begin after the first, none inside a protected span."""
    blank = _blanked(text)
    ends: list[int] = []
    place = 0
    for sentence in discovery.segment_sentences(blank):
        start = blank.find(sentence, place)
        if start < 0:
            return [found.end() for found in _SENTENCE_ENDS.finditer(blank)]
        if place and not _ABBREVIATED.search(blank[:place].rstrip()):
            ends.append(start)
        place = start + len(sentence)
    return ends


def _blanked(text: str) -> str:
    """`text` with the protected spans, all but emoji, replaced by letters of the same length."""
    for span in protected.find(text):
        if span.kind is not Kind.EMOJI:
            text = text[: span.start] + "x" * (span.end - span.start) + text[span.end :]
    return text
