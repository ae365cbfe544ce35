"""Links and emphasis: markers around words that are translated."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.translation import protected
from core.translation.protected import Kind

_ADDRESS = r"[^\s()]+(?:\([^\s()]*\)[^\s()]*)*"
_LINK = rf"(?P<link>!?\[)(?P<label>[^\[\]\n]{{1,400}})\]\({_ADDRESS}(?:[ ]+\"[^\"\n]*\")?\)"
_STRONG = (
    r"(?<!\*)(?P<strong>\*{2,3}|~~)(?=[^\s*~])(?P<loud>.{1,400}?)(?<=[^\s*~])(?P=strong)(?![*~])"
)
_SOFT = r"(?<![\w*])(?P<soft>\*|__?)(?=[^\s*_])(?P<quiet>.{1,400}?)(?<=[^\s*_])(?P=soft)(?![\w*])"
_GROUP = re.compile(f"{_LINK}|{_STRONG}|{_SOFT}")


@dataclass(frozen=True, slots=True)
class Group:
    """Words between markers: `text[start:inner_start]`, the words, `text[inner_end:end]`."""

    start: int
    inner_start: int
    inner_end: int
    end: int
    is_link: bool


def groups(text: str) -> list[Group]:
    """The outermost groups of one line, in order. Markers inside code are none."""
    found: list[Group] = []
    for match in _GROUP.finditer(_without_code(text)):
        is_link = match["link"] is not None
        inner = "label" if is_link else ("loud" if match["strong"] else "quiet")
        start, end = match.span(inner)
        found.append(Group(match.start(), start, end, match.end(), is_link))
    return found


def _without_code(text: str) -> str:
    for span in protected.find(text):
        if span.kind is not Kind.EMOJI and span.kind is not Kind.NUMBER:
            text = text[: span.start] + "x" * (span.end - span.start) + text[span.end :]
    return text
