"""What a model answered, made into a translation: freed of what models add, judged, repaired."""

from __future__ import annotations

import re

from core.errors import TranslationError
from core.languages import detect
from core.translation import protected
from core.translation.protected import Kind
from core.translation.wording import with_numbers

_HELD_BACK = 60
"""Characters kept from view at first: a preamble is told by its end."""

_MARKS = re.compile(r"</?message-[0-9a-f]{8}(?:-context)?>[ \t]*\n?")
_THOUGHTS = re.compile(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)\s*", re.DOTALL)
_PREAMBLE = re.compile(
    r"\A\s*(?:(?:sure|certainly|of course|okay|ok)[,.!:]?\s+)?"
    r"(?:here(?:'s| is| are)\s+(?:the|your)\s+)?(?:the\s+)?"
    r"(?:[\w() ]{0,40})?translat(?:ion|ed)[\w() ]{0,60}:\s*\n*",
    re.IGNORECASE,
)
_QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“", "「": "」", "'": "'", "‘": "’"}
_TOO_LONG_BY, _TOO_LONG_PLUS = 5, 200


class Answer:
    """A streamed answer: what of it can be shown so far, and what it comes to."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._raw = ""
        self._shown = ""

    def add(self, piece: str) -> str | None:
        """The translation so far if it has grown. Raises TranslationError if it never ends."""
        self._raw += piece
        if len(_THOUGHTS.sub("", self._raw)) > _TOO_LONG_BY * len(self._source) + _TOO_LONG_PLUS:
            raise TranslationError("The model did not stop writing. Try again, or another model.")
        grown = self._cleaned(partial=True)
        if len(self._raw) < _HELD_BACK or not grown or len(grown) <= len(self._shown):
            return None
        self._shown = grown
        return grown

    def finished(self) -> str:
        """The whole translation."""
        return self._cleaned(partial=False)

    def _cleaned(self, *, partial: bool) -> str:
        text = _MARKS.sub("", _THOUGHTS.sub("", self._raw))
        if partial:
            text = re.sub(r"<[^<>\n]*\Z", "", text)  # a mark that is still coming
        if not _PREAMBLE.match(self._source):
            text = _PREAMBLE.sub("", text, count=1)
        return _with_edges_of(self._source, _unquoted(self._source, text.strip(), partial))


def _unquoted(source: str, text: str, partial: bool) -> str:
    """Without quotation marks around the whole, which the source does not have."""
    opening = text[:1]
    if opening not in _QUOTES or source.lstrip()[:1] in _QUOTES:
        return text
    closing = _QUOTES[opening]
    if partial:
        return text[1:].removesuffix(closing)
    if len(text) > 1 and text.endswith(closing) and closing not in text[1:-1]:
        return text[1:-1].strip()
    return text


def _with_edges_of(source: str, text: str) -> str:
    """With the blank lines and spaces around it that the source has."""
    lead = source[: len(source) - len(source.lstrip())]
    return lead + text + source[len(source.rstrip()) :] if text else text


def refuse_nonsense(source: str, text: str, language: str, target: str) -> None:
    """Raise TranslationError where `text` is plainly no translation of `source`."""
    if not text.strip():
        raise TranslationError("The model answered nothing. Try again, or choose another model.")
    if detect(source, hint=language) == language == detect(text, hint=target):
        raise TranslationError("The model did not translate. Try again, or choose another model.")


def repaired(source: str, text: str) -> str:
    """`text` with the protected pieces of `source` it has lost, at its end where need be."""
    spans = protected.find(source)
    text = with_numbers(text, [span.text for span in spans if span.kind is Kind.NUMBER])
    blocks = {span.text for span in spans if span.kind is Kind.FENCE}
    for piece in protected.lost(source, text):
        text += f"\n{piece}" if piece in blocks else f" {piece}"
    return text
