"""Citations: a reply says where it has each thing from, and what is not there is not cited."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

NOTHING = "NOTHING"
"""What a model is told to say where the sources do not answer the question."""
_OPENS, _CLOSES = "[【", "]】"
_LONGEST = 24
"""Characters of a citation at most; a bracket that is not closed by then is none."""
_NUMBERS = re.compile(r" *[\[【]\s*(\d{1,3}(?:\s*[,;、，]\s*\d{1,3})*)\s*[\]】]")
_SENTENCE = re.compile(r"[^.!?…。！？\n]+[.!?…。！？]*\s*$")
Supports = Callable[[str, int], Awaitable[bool]]
"""Whether what a sentence says stands in the source of a number; False for a number without one."""


class Citations:
    """Lets a growing reply through. A citation is held back until it is whole, and dropped where
    its source does not say what it is cited for; "NOTHING" becomes a sentence."""

    def __init__(self, supports: Supports, nothing: str) -> None:
        """`nothing`: what is shown where the model finds no answer."""
        self._supports = supports
        self._nothing = nothing
        self._shown = ""
        self._held = ""
        self._over = False

    async def take(self, text: str) -> str:
        """See `core.grounds.Citing`."""
        self._held += text
        if self._over:
            return ""
        if not self._shown and NOTHING.startswith(self._held.strip()[: len(NOTHING)]):
            return self._is_nothing()
        return await self._let_through()

    async def rest(self) -> str:
        """See `core.grounds.Citing`."""
        if self._over:
            return ""
        if not self._shown and self._held.strip() == NOTHING:
            return self._nothing
        out = await self._let_through() + self._held
        self._held = ""
        return out

    def _is_nothing(self) -> str:
        if not self._held.strip().startswith(NOTHING):
            return ""  # not yet known
        self._over = True
        self._shown = self._nothing
        return self._nothing

    async def _let_through(self) -> str:
        out = ""
        while (at := _first(self._held)) is not None:
            before = self._held[:at].rstrip(" ")
            out += self._show(before)
            self._held = self._held[len(before) :]
            bracket = self._held.lstrip(" ")
            end = min((i for i in (bracket.find(c) for c in _CLOSES) if i >= 0), default=-1)
            if end < 0 and len(bracket) <= _LONGEST:
                return out  # it may yet become a citation
            end = end if 0 <= end <= _LONGEST else 0
            spaces = self._held[: len(self._held) - len(bracket)]
            if kept := await self._cited(bracket[: end + 1]):
                out += self._show(spaces + kept)
            self._held = bracket[end + 1 :]
        text = self._held.rstrip(" ")
        self._held = self._held[len(text) :]
        return out + self._show(text)

    async def _cited(self, text: str) -> str:
        """A bracket as it is shown."""
        found = _NUMBERS.fullmatch(text)
        if not found or self._shown.count("`") % 2:
            return text
        sentence = _sentence(self._shown)
        numbers = [int(one) for one in re.findall(r"\d+", found[1])]
        kept = [n for n in dict.fromkeys(numbers) if await self._supports(sentence, n)]
        return "".join(f"[{number}]" for number in kept)

    def _show(self, text: str) -> str:
        self._shown += text
        return text


def cited(text: str) -> list[int]:
    """The numbers of the sources a finished reply cites."""
    found = (int(one) for group in _NUMBERS.findall(text) for one in re.findall(r"\d+", group))
    return list(dict.fromkeys(found))


def _first(text: str) -> int | None:
    places = [at for at in (text.find(char) for char in _OPENS) if at >= 0]
    return min(places, default=None)


def _sentence(text: str) -> str:
    """The sentence a citation after `text` belongs to."""
    plain = _NUMBERS.sub("", text).rstrip()
    found = _SENTENCE.search(plain.rstrip(".!?…。！？ \n"))
    return found.group().strip() if found else plain
