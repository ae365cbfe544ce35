"""The guest page's own words: one JSON file a language, with the same keys in each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from core import languages
from core.errors import NotFound

FOLDER = Path(__file__).parent / "strings"
FALLBACK = "en"


@cache
def codes() -> tuple[str, ...]:
    """The languages the page can be shown in, as codes of `core.languages`."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


@cache
def load(code: str) -> Mapping[str, str]:
    """The words in one language: key -> text with {placeholders}. Raises NotFound."""
    if code not in codes():
        raise NotFound(f"The guest page is not written in {code!r}.")
    words: dict[str, str] = json.loads((FOLDER / f"{code}.json").read_text("utf-8"))
    return words


def prefer(accept_language: str | None) -> str:
    """The first language of an `Accept-Language` header that the page is written in."""
    for tag in _by_quality(accept_language or ""):
        if (code := languages.match(tag)) in codes():
            return str(code)
    return FALLBACK


def _by_quality(header: str) -> Iterator[str]:
    wishes = []
    for place, item in enumerate(header.split(",")):
        tag, _, parameter = item.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        wishes.append((-quality, place, tag))
    return (tag for _, _, tag in sorted(wishes))
