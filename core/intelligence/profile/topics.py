"""Topics as they are known again: whatever their order, case and endings."""

from __future__ import annotations

import re

from core import languages
from core.recall import words

_SMALL = frozenset(
    {"the", "and", "for", "with", "from", "about", "into", "how", "what", "why", "der", "die",
     "das", "und", "für", "mit", "von", "vom", "zum", "zur", "ein", "eine", "los", "las", "del",
     "por", "para", "con", "una", "uno", "les", "des", "une", "pour", "avec", "dans", "sur", "aux",
     "dos", "com", "uma", "gli", "per", "della", "het", "een", "van", "voor", "met"}
)  # fmt: skip
_HALF = 0.5
"""The share of a topic's words a message has to have to be about it."""


def key_of(topic: str) -> str:
    """What a topic is known by: its words without their endings, in order of the alphabet."""
    return " ".join(sorted(_words(topic))) or " ".join(topic.casefold().split())


def overlaps(one: str, other: str) -> bool:
    """Whether one key is a narrower or wider name of the other."""
    here, there = set(one.split()), set(other.split())
    return bool(here and there) and (here <= there or there <= here)


def mentions(topic: str, text: str, language: str | None) -> bool:
    """Whether a message is about a topic by its own words."""
    wanted = _words(topic, language)
    return bool(wanted) and len(wanted & _all(text, language)) >= _HALF * len(wanted)


def _words(topic: str, language: str | None = None) -> set[str]:
    """Its words, stemmed; of scripts without spaces the pairs of characters."""
    language = language or languages.detect(topic) or "en"
    found = set[str]()
    for piece in re.findall(r"[^\W_]+", topic):
        forms = [form for form in words(piece, language) if form not in _SMALL]
        pairs = [form for form in forms if len(form) == 2 and not form.isascii()]
        if pairs and len(forms) > 2:
            found.update(pairs)
        elif forms and (len(piece) > 2 or not piece.isascii()):
            found.add(min(forms, key=len))
    return found


def _all(text: str, language: str | None) -> set[str]:
    return set(words(text, language)) | set(words(text, languages.detect(text) or language))
