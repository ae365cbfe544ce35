"""Hides what must stay behind numbered signs, for engines that can be told about them."""

from __future__ import annotations

import re

from core.translation import protected

_SIGN = re.compile(r"⟦\s*(\d+)\s*⟧")


class Mask:
    """A text with ⟦1⟧, ⟦2⟧ ... in place of its protected pieces."""

    def __init__(self, text: str) -> None:
        self._pieces: list[str] = []
        self.text, end = "", 0
        for span in protected.find(text):
            self._pieces.append(span.text)
            self.text += f"{text[end : span.start]}⟦{len(self._pieces)}⟧"
            end = span.end
        self.text += text[end:]

    def removed(self, text: str) -> str | None:
        """`text` with the pieces back; None unless every sign is there exactly once."""
        numbers = sorted(int(found[1]) for found in _SIGN.finditer(text))
        if numbers != list(range(1, len(self._pieces) + 1)):
            return None
        return _SIGN.sub(lambda found: self._pieces[int(found[1]) - 1], text)
