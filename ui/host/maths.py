r"""Formulas as language models write them, turned into those that Streamlit's Markdown shows.

Models write `\(x\)`, `\[x\]`, `$x$` and `$$x$$`, in whatever lines; `st.markdown` knows `$x$` and
`$$` on lines of its own, and takes a price for a formula once there is one. Code stays as it
is. The text may come in pieces: what has been given out never changes.
"""

from __future__ import annotations

import re

LONGEST_INLINE = 300
LONGEST_DISPLAY = 4000
"""Characters after which a formula that has not ended is taken for plain text."""

_PRICE = re.compile(r"\$\d[\d.,]*(?:\s+(?:[^\W\d_]{2}|[.,;:!?)\n])|[.,;:!?)]*\n)")
_INLINE = re.compile(r"\$(?=\S)(?:\\.|[^$\\\n])*?(?<=\S)\$(?!\d)")
_ROUND = re.compile(r"\\\((.*?)\\\)", re.DOTALL)
_DISPLAYS = {
    "\\[": re.compile(r"\\\[(.*?)\\\]", re.DOTALL),
    "$$": re.compile(r"\$\$(.*?)\$\$", re.DOTALL),
}
_LINE_START = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*")


def with_formulas(text: str) -> str:
    """A whole text, ready for `st.markdown`."""
    maths = Maths()
    return maths.feed(text) + maths.end()


class Maths:
    """Takes a growing text in pieces and gives it out ready for `st.markdown`."""

    def __init__(self) -> None:
        self._waiting = ""
        self._line = ""
        self._fence = ""
        self._ticks = 0
        self._margin: str | None = None

    def feed(self, piece: str) -> str:
        """What can be given out now that `piece` has come; the rest waits for more."""
        self._waiting += piece
        return self._advance(last=False)

    def end(self) -> str:
        """What is left when nothing more comes."""
        return self._advance(last=True)

    def _advance(self, *, last: bool) -> str:
        out = []
        while self._waiting:
            step = self._step(last)
            if step is None:
                break
            taken, given = step
            self._note_line(self._waiting[:taken])
            self._waiting = self._waiting[taken:]
            out.append(given)
        return "".join(out)

    def _step(self, last: bool) -> tuple[int, str] | None:
        """Characters to take and what to give for them; None to wait for more."""
        text = self._waiting
        if self._margin is not None:
            return self._after_block(text, last)
        first = text[0]
        if first in "`~":
            return self._run(text, last)
        if self._fence or self._ticks or first not in "\\$":
            plain = re.match(r"[^`~\n]+" if self._fence or self._ticks else r"[^`~\n\\$]+", text)
            taken = plain.end() if plain else 1
            return taken, text[:taken]
        if len(text) == 1 and not last:
            return None
        return self._backslash(text, last) if first == "\\" else self._dollar(text, last)

    def _run(self, text: str, last: bool) -> tuple[int, str] | None:
        """A run of backticks or tildes: code begins or ends, or nothing of the kind."""
        run = text[: len(text) - len(text.lstrip(text[0]))]
        if len(run) == len(text) and not last:
            return None
        at_start = _LINE_START.fullmatch(self._line) is not None
        if self._fence:
            if at_start and run.startswith(self._fence):
                self._fence = ""
        elif at_start and len(run) >= 3 and not self._ticks:
            self._fence = run
        elif run[0] == "`":
            if not self._ticks:
                self._ticks = len(run)
            elif self._ticks == len(run):
                self._ticks = 0
        return len(run), run

    def _backslash(self, text: str, last: bool) -> tuple[int, str] | None:
        opening = text[:2]
        if opening == "\\[":
            return self._display(text, opening, last)
        if opening != "\\(":
            return 2, opening
        found = _ROUND.match(text)
        if found and "$" not in found[1] and "\n\n" not in found[1]:
            return found.end(), f"${' '.join(found[1].split())}$"
        if not found and not last and len(text) < LONGEST_INLINE:
            return None
        return 2, opening

    def _dollar(self, text: str, last: bool) -> tuple[int, str] | None:
        if text.startswith("$$"):
            return self._display(text, "$$", last)
        if _PRICE.match(text):
            return 1, "\\$"
        line, newline, _ = text.partition("\n")
        if found := _INLINE.match(line):
            closed = found.end() < len(text) or last
            return (found.end(), found[0]) if closed else None
        if not newline and not last and len(text) < LONGEST_INLINE:
            return None
        return 1, "\\$"

    def _display(self, text: str, opening: str, last: bool) -> tuple[int, str] | None:
        found = _DISPLAYS[opening].match(text)
        if found and found[1].strip():
            formula = found[1].strip()
            if self._line.strip(" \t>"):
                return found.end(), f"${' '.join(formula.split())}$"
            return found.end(), self._block(formula)
        if not found and not last and len(text) < LONGEST_DISPLAY:
            return None
        return len(opening), opening.replace("$", "\\$")

    def _block(self, formula: str) -> str:
        """A formula on lines of its own, as far in as the line it began on."""
        self._margin = margin = self._line
        lines = (margin + line.strip() for line in formula.splitlines())
        return "\n".join(["$$", *lines, f"{margin}$$"])

    def _after_block(self, text: str, last: bool) -> tuple[int, str] | None:
        """What follows a block on its line moves to a paragraph of its own."""
        blank = len(text) - len(text.lstrip(" \t"))
        if blank == len(text):
            return (blank, "") if last else None
        margin, self._margin = self._margin or "", None
        return blank, "" if text[blank] == "\n" else f"\n\n{margin}"

    def _note_line(self, taken: str) -> None:
        before, newline, line = taken.rpartition("\n")
        if not newline:
            self._line += line
            return
        if not (self._line + before).strip() and self._ticks:
            self._ticks = 0  # a paragraph has ended: what began was no code
        self._line = line
