"""What a line of text needs to be set and read back right: its direction, its words, its order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

_COMPLEX = re.compile(
    r"[\u0300-\u036f\u0590-\u08ff\u0900-\u109f\u1100-\u11ff\u1780-\u17ff\u1a00-\u1cff\u1dc0-\u1dff"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2069\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ua980-\uabff"
    r"\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U00011000-\U00011fff\U0001e800-\U0001eeff]"
)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_EAST_ASIAN = re.compile(
    r"[\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    r"\U00020000-\U0003ffff]"
)
_KANA_OR_HANGUL = re.compile(r"(?P<kana>[\u3041-\u30ff])|(?P<hangul>[\uac00-\ud7a3])")
_JOINED = "\u0e33\u0eb3\u200c\u200d"
_JOINING = "\u17d2\u1039\u200d"
_EMOJI = re.compile(
    r"[0-9#*]\ufe0f?\u20e3"
    r"|[\U0001f1e6-\U0001f1ff]{2}"
    r"|(?:[\U0001f000-\U0001faff]|[\u00a9\u00ae\u203c-\u3299]\ufe0f|[\u231a\u231b\u23e9-\u23f3"
    r"\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5"
    r"\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e"
    r"\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55])"
    r"(?:[\ufe0f\U0001f3fb-\U0001f3ff]|[\U000e0020-\U000e007f]"
    r"|\u200d(?:[\U0001f000-\U0001faff]|[\u2600-\u27bf]))*"
)
LONGEST_WORD = 40
"""Characters of a word that is not cut."""
_LONG = re.compile(rf"([^\s/\u0e00-\u0fff\u2e80-\u9fff\uac00-\ud7a3]{{{LONGEST_WORD},}})")
_PIECE = re.compile(r".{1,10}[\u0300-\u036f\u0590-\u05c7\u064b-\u065f\u0900-\u0dff\u200c\u200d]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r\n?")

Kind = Literal["left", "right", "weak", "neutral"]


def printable(text: str) -> str:
    """A text without control characters, its lines ended by a newline."""
    return _CONTROLS.sub(lambda found: "\n" if found[0][0] == "\r" else "", text)


def is_complex(text: str) -> bool:
    """Whether its glyphs do not stand for one character after the other: joined, stacked, RTL."""
    return _COMPLEX.search(text) is not None


def is_rtl(text: str) -> bool:
    """Whether the first letter that has a direction is written from the right."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def east_asian(text: str, language: str | None) -> str | None:
    """Whose shapes Chinese characters take in a text: JP, KR, SC, TC; None where there are none."""
    found = _EAST_ASIAN.search(text)
    if not found:
        return None
    kana_or_hangul = _KANA_OR_HANGUL.search(text)
    if kana_or_hangul:
        return "KR" if kana_or_hangul.lastgroup == "hangul" else "JP"
    return {"ja": "JP", "ko": "KR", "zh-Hant": "TC"}.get(language or "", "SC")


def split_emoji(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is one or more emoji."""
    end = 0
    for found in _EMOJI.finditer(text):
        if end < found.start():
            yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    if end < len(text):
        yield text[end:], False


def is_long(text: str) -> bool:
    """Whether a word of it may be too long for a line."""
    return _LONG.search(text) is not None


def cut(text: str) -> list[str]:
    """The text in pieces, between which a line may end within a word too long for it."""
    parts: list[str] = []
    for piece in re.split(_LONG, text):
        short = [piece] if len(piece) < LONGEST_WORD else re.findall(_PIECE, piece)
        parts += short if is_long(piece) else [piece]
    return [*filter(None, parts)]


def words(text: str) -> Iterator[str]:
    """The text in pieces a line may end after, nothing left out."""
    for word in re.findall(r"\s*\S+\s*|\s+", text):
        start = 0
        for place in range(1, len(word)):
            if _may_end(word[place - 1], word[place]):
                yield word[start:place]
                start = place
        yield word[start:]


def _may_end(before: str, after: str) -> bool:
    if not _UNSPACED.match(after) or before.isspace():
        return False
    joined = after in _JOINED or unicodedata.category(after)[0] == "M"
    return not joined and before not in _JOINING


def as_laid_out(line: str) -> str:
    """The characters of a line in the order from left to right in which PDF readers expect them.

    They turn them back: text of a PDF is read by place, runs from the right are reversed. The
    rule here is PDFium's (CFX_BidiString), undone: what it makes of the result is the line.
    """
    runs = [(kind, "".join(run)) for kind, run in groupby(line, _kind)]
    kinds = [kind for kind, _ in runs]
    right = 0 < kinds.count("right") >= kinds.count("left")
    from_right, turned = right, []
    for kind, run in runs:
        if kind == "right" or (kind == "neutral" and from_right):
            from_right = True
            run = "".join(_MIRRORED.get(one, one) for one in reversed(run))
        elif kind != "weak":
            from_right = False
        turned.append(run)
    return "".join(reversed(turned) if right else turned)


def _kind(letter: str) -> Kind:
    direction = unicodedata.bidirectional(letter)
    if direction in ("R", "AL"):
        return "right"
    if direction in ("AN", "EN", "NSM", "CS", "ES", "ET", "BN"):
        return "weak"
    return "left" if direction == "L" else "neutral"


_PAIRS = "()[]{}<>«»‹›⟨⟩「」『』【】《》〈〉〔〕≤≥"
_MIRRORED = {
    **dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)),
    **dict(zip(_PAIRS[1::2], _PAIRS[::2], strict=True)),
}
