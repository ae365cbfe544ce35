"""A Markdown text without its marks, for those who do not want to keep the formatting."""

from __future__ import annotations

import re

from core.translation import protected
from core.translation.markup import groups

_MARKER = re.compile(r"^[ \t]*(?:#{1,6}|>)[ \t]+")
_BULLET = re.compile(r"^([ \t]*)[*+][ \t]+")
_RULE = re.compile(r"^[ \t]*(?:\|?[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$")
_FENCE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,})[^\n]*$", re.MULTILINE)


def plain(text: str) -> str:
    """The words of `text`: headings, emphasis, links and quotes lose their marks; the line
    breaks, lists and what stands in code stay."""
    lines, done = [], 0
    code = {fence.start: fence.end for fence in protected.fences(text)}
    for start, stop in protected.lines(text):
        if start < done:
            continue
        done = code.get(start, stop)
        whole = text[start:done]
        lines.append(_FENCE.sub("", whole).strip("\r\n") if start in code else _line(whole))
    return "\n".join(lines)


def _line(line: str) -> str:
    if _RULE.match(line):
        return ""
    line = _BULLET.sub(r"\1- ", line)
    while found := _MARKER.match(line):
        line = line[found.end() :]
    return _words(line).replace("`", "")


def _words(line: str) -> str:
    """Emphasis and links replaced by what they hold, also one in the other."""
    bare, end = "", 0
    for group in groups(line):
        bare += line[end : group.start] + _words(line[group.inner_start : group.inner_end])
        end = group.end
    return bare + line[end:]
