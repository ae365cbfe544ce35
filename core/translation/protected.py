"""Finds what must come through a translation unchanged.

Fenced and inline code, URLs, e-mail addresses, @names and #tags, emoji, and numbers
written with the digits 0-9. Digits of other scripts are part of the language: a reader
may not know them, so an engine may change them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

DIGITS = tuple(
    "".join(chr(zero + digit) for zero in (0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10))
    for digit in range(10)
)
"""The ways to write each digit that models use."""


class Kind(StrEnum):
    """What a protected span is."""

    FENCE = "fence"
    CODE = "code"
    URL = "url"
    EMAIL = "email"
    NAME = "name"
    EMOJI = "emoji"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Span:
    """A protected piece of a text: `text[start:end]`."""

    start: int
    end: int
    kind: Kind
    text: str


LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Every line break `str.splitlines` knows."""

# Scripts that put no space between words: a word character of theirs may stand right
# beside a URL or a name without being part of it.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = rf"[^\W{UNSPACED}]"
_LETTER = rf"[^\W_{UNSPACED}]"

_FENCE_OPENS = re.compile(r"[ \t>]*(?P<fence>`{3,}(?=[^`]*$)|~{3,})")

_CODE = r"(?<!`)(?P<ticks>`+)(?!`)[^\n\r]+?(?<!`)(?P=ticks)(?!`)"

_FULL_WIDTH = (
    r"\uff0c\u3002\uff01\uff1f\uff1b\uff1a\u3001\uff08\uff09\u3008-\u3011\u2018-\u201d\u2026"
)
_ADDRESS = rf"(?:(?<=[/=])[{UNSPACED}]+|[^\s<>\"'`{{}}|\\^{_FULL_WIDTH}{UNSPACED}])"
_URL = (
    rf"(?<![A-Za-z0-9])(?:(?:https?|ftps?|wss?|file|git|ssh)://|mailto:|www\.){_ADDRESS}+"
    rf"|(?<![A-Za-z0-9@._-])(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+"
    rf"(?:(?:com|org|net|io|dev|app|edu|gov|info|ai|co|me)(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
    rf"(?:/{_ADDRESS}*)?|[a-z]{{2}}/{_ADDRESS}*)"
)

_EMAIL = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"

_NAME = rf"(?<!{_WORD})(?<![@#&/])[@#](?:{_WORD}(?:[.-]?{_WORD})*|[{UNSPACED}]+)"

_PICTURE = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139](?=\ufe0f)"
    r"|[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff\U0001fc00-\U0001fffd]"
)
_EMOJI = (
    r"[\U0001f1e6-\U0001f1ff]{1,2}"
    r"|[0-9#*]\ufe0f?\u20e3"
    rf"|(?:{_PICTURE})[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
    rf"(?:\u200d(?:{_PICTURE})\ufe0f?[\U0001f3fb-\U0001f3ff]?)*"
    r"|(?<!\w)(?:[:;=]['\u2019]?-?[()\[\]DPpOo|/\\*3](?!\w)|<3(?!\d)|[xX]D(?!\w)|\^[_.]?\^)"
)

# The digits of a number, with the letters that may hang on it left out. On its own it is
# protected; "3rd", "5kg" and "10am" are words, which other languages write in other ways.
_SIGN = r"(?:(?<![^\s(])[-+\u2212])?"
_DIGITS = r"[0-9]+(?:[.,:/\-\u2013'\u2019][0-9]+)*"
_NUMBER = (
    rf"(?<!{_LETTER})(?:\+|00)[1-9][0-9 ().\-/]{{5,16}}[0-9](?![0-9]|{_LETTER})"
    rf"|(?<!{_LETTER})(?<![0-9][.,:/])\([0-9]{{2,4}}\) ?[0-9][0-9 .-]{{4,10}}[0-9]"
    rf"(?![0-9]|{_LETTER})"
    rf"|(?<!{_LETTER})(?<![0-9][.,:/\-\u2013'\u2019]){_SIGN}{_DIGITS}"
    rf"(?![0-9]|[.,:/\-\u2013'\u2019][0-9]|{_LETTER})[%\u2030]?"
)
_FIGURE = re.compile(rf"{_SIGN}{_DIGITS}[%\u2030]?")


@cache
def _inline_spans() -> re.Pattern[str]:
    """Compiled when first asked for: it takes 40 ms, which the start can do without."""
    return re.compile(
        f"(?P<code>{_CODE})|(?P<url>{_URL})|(?P<email>{_EMAIL})|(?P<name>{_NAME})"
        f"|(?P<emoji>{_EMOJI})|(?P<number>{_NUMBER})"
    )


def find(text: str) -> list[Span]:
    """Every protected span of `text`, in order, none overlapping."""
    return list(_spans(text))


@lru_cache(maxsize=256)
def _spans(text: str) -> tuple[Span, ...]:
    """Kept for a while: one sentence is looked at a dozen times while it is translated."""
    return tuple(_search(text))


def lost(source: str, output: str) -> list[str]:
    """Protected pieces of `source` missing in `output`, each as often as it is missing.

    A number is there if its digits are, whatever hangs on them: "44" in "44-year-old".
    """
    wanted = Counter(span.text for span in _spans(source))
    return list((wanted - _tally(output)).elements())


def faithful(source: str, output: str, known: Collection[str] = ()) -> bool:
    """Whether `output` holds every protected piece of `source` as often, and invents none.

    Numbers may be new ("two" said as "2"), unless they are among the `known` pieces of the
    text that `source` is a part of.
    """
    wanted = Counter(span.text for span in _spans(source))
    most, found = _tally(source), _tally(output)
    if not all(count <= found[text] <= most[text] for text, count in wanted.items()):
        return False
    if any(found[text] > most[text] for text in known):
        return False
    return all(span.kind is Kind.NUMBER or span.text in wanted for span in _spans(output))


def _tally(text: str) -> Counter[str]:
    """How often each protected piece is there; of numbers, also those with letters on them."""
    found: Counter[str] = Counter()
    rest, end = [], 0
    for span in _spans(text):
        if span.kind is not Kind.NUMBER or not _FIGURE.fullmatch(span.text):
            found[span.text] += 1
            rest.append(text[end : span.start])
            end = span.end
    for figure in _FIGURE.findall("\0".join([*rest, text[end:]])):
        found[figure] += 1
        if figure[-1] in "%\u2030":
            found[figure[:-1]] += 1
    return found


def fences(text: str) -> list[Span]:
    """The fenced code blocks of `text`, fences included; an open one ends with the text."""
    found: list[Span] = []
    opened: tuple[int, str] | None = None
    for start, end in lines(text):
        match = _FENCE_OPENS.match(text[start:end])
        if opened is None and match:
            opened = start, match["fence"]
        elif opened and _closes(text[start:end], opened[1]):
            found.append(_span(text, opened[0], end, Kind.FENCE))
            opened = None
    if opened:
        found.append(_span(text, opened[0], len(text), Kind.FENCE))
    return found


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every line, its line break left out."""
    start = 0
    for found in LINE_BREAK.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def opens_fence(line: str) -> bool:
    """Whether Markdown reads everything after this line as code."""
    return _FENCE_OPENS.match(line) is not None


@cache
def placeholder(spelling: str) -> re.Pattern[str]:
    """Finds the placeholders that begin with `spelling`; the group is their number."""
    return re.compile(rf"(?i:{spelling})[ -]?(\d+)")


def _search(text: str) -> Iterator[Span]:
    end = 0
    for fence in fences(text):
        yield from _inline(text, end, fence.start)
        yield fence
        end = fence.end
    yield from _inline(text, end, len(text))


def _inline(text: str, start: int, stop: int) -> Iterator[Span]:
    while found := _inline_spans().search(text, start, stop):
        kind = Kind(found.lastgroup or "")
        end = found.end()
        if kind is Kind.URL:
            end = found.start() + len(_trimmed(found.group()))
        if end > found.start():
            yield _span(text, found.start(), end, kind)
        start = max(end, found.start() + 1)


def _trimmed(url: str) -> str:
    """A URL without the punctuation of the sentence around it."""
    depth = 0
    for place, char in enumerate(url):
        depth += (char == "(") - (char == ")")
        if depth < 0:
            url = url[:place]
            break
    return url.rstrip(".,;:!?*_~]")


def _closes(line: str, fence: str) -> bool:
    bare = line.strip(" \t>")
    return len(bare) >= len(fence) and bare == fence[0] * len(bare)


def _span(text: str, start: int, end: int, kind: Kind) -> Span:
    return Span(start, end, kind, text[start:end])
