"""How an opening reads without a model: by language, one sentence a kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from core import languages

FILE = Path(__file__).with_name("templates.json")
FALLBACK = "en"


@cache
def templates() -> Mapping[str, Mapping[str, str]]:
    """By language and kind, each with a place for the {text}."""
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))
    return found


def worded(kind: str, text: str, language: str | None) -> str:
    """The opening in a language (a tag as browsers have them), in English where it is not known."""
    code = languages.match(language or "") or FALLBACK
    return templates().get(code, templates()[FALLBACK])[kind].replace("{text}", text)
