"""The words of a text as they are matched: folded, stemmed, in any script.

Every word is kept as written (case, accents and widths folded) and, where its language has
a stemmer, as its stem too: "cafés" gives "cafes" and "cafe". The first finds a name, a
word typed without its accents or one whose language was guessed wrongly, the second finds
the other forms of a word. Scripts that put no spaces between words give every pair of
neighbouring characters, and the characters alone, as pairs would miss a word of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Protocol

import snowballstemmer

_STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech",
    "da": "danish", "nl": "dutch", "en": "english", "et": "estonian", "fi": "finnish",
    "fr": "french", "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian",
    "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "nb": "norwegian", "nn": "norwegian", "fa": "persian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "々〇\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\uac00-\ud7af"  # Korean has spaces, but its particles cling to the words
)
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
_PIECE = re.compile(
    rf"(?P<run>[{_UNSPACED}]+)|(?P<number>\d+(?:[.,:/-]\d+)+)"
    # Marks on letters (Latin, Hebrew, Arabic, Indic) are no \w, and must not cut a word in two.
    rf"|(?P<word>(?![{_UNSPACED}])\w(?:(?![{_UNSPACED}])[\w{_MARKS}])*)"
)
_CLINGING = re.compile(r"(?<![^\W\d_])[^\W\d_]['’](?=\w)|(?<=\w)['’](?:s|t|m|d|re|ve|ll)\b")
"""What an apostrophe joins to a word and nobody looks for: the l' of l'école, the 's."""
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_LONGEST = 64
"""Characters of a word that are kept; longer ones are addresses and noise."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


def words(text: str, language: str | None = None) -> Counter[str]:
    """The words of `text` and how often each occurs.

    `language` is a code of `core.languages`; without one, or where it has no stemmer, words
    match as they are written. The same text gives the same words on every machine.
    """
    found: Counter[str] = Counter()
    for piece in _PIECE.finditer(_CLINGING.sub(" ", _plain(text))):
        match piece.lastgroup:
            case "run":
                found.update(_characters(piece.group()))
            case "number":
                found.update(_number(piece.group()))
            case _:
                found.update(_forms(piece.group()[:_LONGEST], language))
    return found


def spans(text: str, language: str | None = None) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where the words of `text` stand: begin, end, and what `words` makes of what stands there."""
    for piece in _PIECE.finditer(text):
        begins, said = piece.start(), piece.group()
        if piece.lastgroup == "run":
            for length in (1, 2):
                for i in range(begins, piece.end() - length + 1):
                    yield i, i + length, tuple(words(text[i : i + length]))
        else:
            yield begins, piece.end(), tuple(words(said, language))


def spelled(text: str) -> str:
    """`text` as an exact phrase is compared: folded, without punctuation, words between spaces.

    Of scripts that put no spaces between words there are none.
    """
    found = _PIECE.finditer(_plain(text))
    parts = (
        fold(one.group()) if one.lastgroup == "run" else f" {fold(one.group())} " for one in found
    )
    return re.sub(" +", " ", "".join(parts))


def fold(word: str) -> str:
    """`word` without accents and without points over or under its letters."""
    kept = [char for char in unicodedata.normalize("NFKD", word) if not _is_accent(char)]
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LETTERS)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _is_accent(char: str) -> bool:
    """Latin, Greek and Cyrillic accents, Hebrew and Arabic points.

    Not the vowel signs of Indic scripts and Thai, nor the two strokes that make か a が:
    without those it is another word.
    """
    kind = unicodedata.combining(char)
    return 10 <= kind <= 35 or kind >= 200


def _characters(run: str) -> list[str]:
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]


def _number(number: str) -> list[str]:
    """A date, time or decimal as a whole and in its parts."""
    return [number[:_LONGEST], *(_digits(part) for part in re.split(r"\D", number))]


def _digits(number: str) -> str:
    return str(int(number)) if len(number) <= _LONGEST else number[:_LONGEST]


@lru_cache(maxsize=50_000)
def _forms(word: str, language: str | None) -> tuple[str, ...]:
    if word.isdecimal():
        return (_digits(word),)
    folded = fold(word) or word
    stemmer = _stemmer(language)
    stem = fold(stemmer.stemWord(word)) or folded if stemmer else folded
    return (folded,) if stem == folded else (folded, stem)


@cache
def _stemmer(language: str | None) -> _Stemmer | None:
    name = _STEMMERS.get((language or "").split("-")[0])
    return snowballstemmer.stemmer(name) if name else None
