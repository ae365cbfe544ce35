"""Small repairs to what a translation model says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from core.translation import protected
from core.translation.protected import LINE_BREAK, UNSPACED, Kind

_ENDS_ADDED = ",;:、，；：。."
_FULL_WIDTH = re.compile(rf"[{UNSPACED}\u3000-\u303f\uff00-\uffef]")


def said(engine: Callable[[str], str], text: str, spelling: str = "") -> str:
    """What `engine` makes of `text`, on one line, shouting and final punctuation as in `text`.

    `spelling` begins the placeholders in it, which are no words.
    """
    loud = _is_shouted(text, spelling)
    output = engine(_lowered(text, spelling) if loud else text)
    output = " ".join(LINE_BREAK.sub(" ", output).split())
    return _ended(text, output.upper() if loud else output)


def sticks(left: str, right: str) -> bool:
    """Whether two sentences put together without a space would read as one word."""
    if not left or not right or left[-1].isspace() or right[0].isspace():
        return False
    return not (_FULL_WIDTH.match(left[-1]) or _FULL_WIDTH.match(right[0]))


def with_numbers(output: str, numbers: Iterable[str]) -> str:
    """`output` with the numbers of the source written as the source wrote them.

    A number that is there in another style (1.234,56 for 1,234.56, 10h30 for 10:30, or in
    other digits) is rewritten; one that is not there at all stays missing.
    """
    for number, count in Counter(sorted(numbers, key=len, reverse=True)).items():
        loose = _in_any_style(number)
        for _ in range(count):
            spans = [span for span in protected.find(output) if span.kind is Kind.NUMBER]
            if sum(span.text == number for span in spans) >= count:
                break
            taken = {span.start for span in spans if span.text == number}
            found = next((m for m in loose.finditer(output) if m.start() not in taken), None)
            if found is None:
                break
            output = output[: found.start()] + number + output[found.end() :]
    return output


def emphasised(output: str, words: str, marker: str) -> str | None:
    """`output` with `marker` around the first mention of `words`; None if they are not in it."""
    bare = words.strip(".,;:!?。！？ ")
    if not bare:
        return None
    edge = "" if _FULL_WIDTH.search(bare) else r"(?<!\w){}(?!\w)"
    pattern = (edge or "{}").format(re.escape(bare))
    found = re.search(pattern, output, re.IGNORECASE)
    if not found:
        return None
    return f"{output[: found.start()]}{marker}{found.group()}{marker}{output[found.end() :]}"


def _is_shouted(text: str, spelling: str) -> bool:
    words = protected.placeholder(spelling).sub(" ", text) if spelling else text
    return words.isupper() and len([word for word in words.split() if len(word) > 1]) > 1


def _lowered(text: str, spelling: str) -> str:
    """Models read capitals letter by letter, and fail."""
    if not spelling:
        return text.capitalize()
    pieces = re.split(rf"({spelling}\d+)", text)
    low = "".join(piece if index % 2 else piece.lower() for index, piece in enumerate(pieces))
    return low[:1].upper() + low[1:]


def _ended(text: str, output: str) -> str:
    """`output` without the comma or full stop a model adds to a line that has none."""
    if text[-1:].isalnum() and len(output) > 1 and not output.endswith(("..", "。。")):
        return output.rstrip(_ENDS_ADDED) or output
    return output


def _in_any_style(number: str) -> re.Pattern[str]:
    digits = [f"[{protected.DIGITS[int(digit)]}]" for digit in re.findall("[0-9]", number)]
    sign = r"[-+−]?" if number[0] in "-+−" else ""
    percent = r"\s?[%٪％‰]" if number[-1] in "%‰" else ""
    between = r"(?:[^\w\s]?\s?|[hHuU:時时点])"
    return re.compile(rf"(?<![^\W{UNSPACED}]){sign}{between.join(digits)}{percent}(?!\d)")
