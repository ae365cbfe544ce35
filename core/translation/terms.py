"""Terms of a glossary: how they are written down, found in a text and held to.

"Kunde = client, never customer" says how a word is translated, "Parley" alone that a name stays
as it is. Languages may be named behind it, "Kunde = client (de → en)": then it holds for that
pair, and backwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.languages import LANGUAGES
from core.translation.protected import UNSPACED

LONGEST = 80
"""Characters of a term and of its translation."""
_NEVER = (
    "never", "not", "nunca", "no", "jamais", "pas", "nie", "niemals", "nicht", "não", "mai", "non",
    "никогда", "не", "绝不", "不要", "不", "決して", "ではなく", "절대", "아닌", "أبدا", "ليس",
    "لا", "कभी नहीं", "नहीं",
)  # fmt: skip
_EQUALS = re.compile(r"\s*(?:=>|->|→|⇒|＝|=)\s*")
_PAIR = re.compile(r"\s*[(\[（]\s*([\w-]{2,8})\s*(?:=>|->|→|>|-|:)\s*([\w-]{2,8})\s*[)\]）]\s*$")
_FORBIDDEN = re.compile(
    rf"\s*(?:[,;，；、]\s*|\s|^)(?:{'|'.join(sorted(_NEVER, key=len, reverse=True))})\s*[:：]?\s+"
    r"|\s*(?:≠|!=)\s*",
    re.IGNORECASE,
)
_OR = re.compile(r"\s*(?:,|;|/|，|；|、|\bor\b|\boder\b|\bou\b|\bo\b)\s*", re.IGNORECASE)
_ENDING = 2
"""Letters an inflected form may have more: Kunden, clients."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of somebody's glossary, and how it is translated: with `target` None, not at all."""

    source: str
    target: str | None
    never: tuple[str, ...] = ()
    """Translations it must not get."""
    pair: tuple[str, str] | None = None
    """The languages it is about, from and to; None: any."""

    @property
    def rule(self) -> str:
        """How it is to be translated, as a model is told."""
        how = f'is "{self.target}"' if self.target else "is not translated"
        return f'"{self.source}" {how}' + "".join(f', never "{word}"' for word in self.never)


def parse(text: str) -> Term | None:
    """The term a line of a glossary says; None for one that is none."""
    line, pair = " ".join(text.split()), None
    if (found := _PAIR.search(line)) and {found[1], found[2]} <= LANGUAGES.keys():
        line, pair = line[: found.start()], (found[1], found[2])
    source, *rest = _EQUALS.split(line, maxsplit=1)
    source = _bare(source)
    wanted, *never = _FORBIDDEN.split(rest[0], maxsplit=1) if rest else [""]
    target = _bare(wanted)
    if not source or max(len(source), len(target)) > LONGEST or (rest and not target):
        return None
    if not rest and len(source.split()) > 5:
        return None  # a sentence is no name
    kept = not rest or target.casefold() == source.casefold()
    others = tuple(word for one in never for word in map(_bare, _OR.split(one)) if word)
    return Term(source, None if kept else target, others, pair)


def within(text: str, terms: Iterable[Term]) -> list[Term]:
    """The terms that are about words of `text`, in either direction."""
    return [
        term
        for term in terms
        if _finds(term.source).search(text)
        or (term.pair and term.target and _finds(term.target).search(text))
    ]


def for_pair(terms: Iterable[Term], source: str, target: str) -> Iterator[Term]:
    """The terms that hold from one language to another, turned round where need be."""
    for term in terms:
        if term.pair in (None, (source, target)) or term.target is None:
            yield term
        elif term.pair == (target, source):
            yield Term(term.target, term.source)


def places(text: str, word: str) -> list[tuple[int, int]]:
    """Where a word stands in a text, in its usual forms: start and end of each."""
    return [found.span() for found in _finds(word).finditer(text)]


def unheeded(terms: Sequence[Term], source: str, output: str) -> list[Term]:
    """The terms of `source` that `output`, its translation, does not hold to."""
    return [
        term
        for term in terms
        if _finds(term.source).search(source)
        and (
            not _finds(term.target or term.source).search(output)
            or any(_finds(word).search(output) for word in term.never)
        )
    ]


def corrected(terms: Iterable[Term], source: str, output: str) -> str:
    """`output` with the right word where a forbidden one stands."""
    for term in terms:
        if _finds(term.source).search(source):
            for word in term.never:
                output = _finds(word).sub(term.target or term.source, output)
    return output


def _bare(text: str) -> str:
    return text.strip(" \t\"'“”„«»「」.,;:，；：")


@lru_cache(maxsize=4096)
def _finds(word: str) -> re.Pattern[str]:
    """Finds a word, whatever its case; where words have spaces, with a short ending more."""
    start = "" if _is_unspaced(word[0]) else r"(?<!\w)"
    spaced = not _is_unspaced(word[-1])
    ending = rf"\w{{0,{_ENDING}}}" if spaced and word[-1].isalpha() and len(word) > 3 else ""
    return re.compile(
        start + re.escape(word) + (ending + r"(?!\w)" if spaced else ""), re.IGNORECASE
    )


def _is_unspaced(sign: str) -> bool:
    return re.match(f"[{UNSPACED}]", sign) is not None
