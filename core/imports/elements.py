"""A JSON file taken apart conversation by conversation, and the line where something in it stands.

Only one conversation is in memory as Python objects at a time, and no single step is long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Refused

_BLANK = re.compile(r"[ \t\n\r]*")
_JSON = json.JSONDecoder()
_TOO_MANY_DIGITS = re.compile(r"\d{4301}")
"""More than Python reads as one number."""
_BROKEN = "this is not JSON. Export it once more."


@dataclass(frozen=True, slots=True)
class Element:
    """One conversation of a file as its JSON says, and where it begins."""

    value: Any
    start: int


class File:
    """The text of a file. `head` is what the object around the conversations says, if any."""

    def __init__(self, text: str) -> None:
        """Raises Refused, naming the line, for what is no JSON or holds no conversations."""
        self.text = text
        self.head: dict[str, Any] = {}
        self._alone = start = self._blank(0)
        self._in_object = text[start : start + 1] == "{"
        self._list: int | None = None if self._in_object else start
        if self._in_object:
            self._read_head(start)
        elif text[start : start + 1] != "[":
            raise self.refusal(start, _BROKEN)

    def elements(self) -> Iterator[Element]:
        """The conversations, one after the other. Raises Refused where the JSON breaks off."""
        if self._list is None:
            value, end = self._value(self._alone)
            yield Element(value, self._alone)
            self._check(end, "")
            return
        place = self._blank(self._list + 1)
        while self.text[place : place + 1] != "]":
            value, end = self._value(place)
            yield Element(value, place)
            end = self._check(end, ",]")
            place = self._blank(end + 1) if self.text[end] == "," else end
        self._check(place + 1, ",}" if self._in_object else "")

    def refusal(self, place: int, why: str) -> Refused:
        """What is wrong at a place of the text, with its line."""
        line = self.text.count("\n", 0, place) + 1
        return Refused(f"Line {line}: {why}", line=line)

    def find(self, start: int, path: Sequence[str | int]) -> int:
        """Where in the text a part of a value stands; as near as the path leads."""
        place = start
        for step in path:
            found = next((at for key, at in self._members(place) if key == step), None)
            if found is None:
                break
            place = found
        return place

    def _read_head(self, start: int) -> None:
        """Keys of the outermost object, up to the conversations or to its end."""
        for key, place in self._members(start):
            if key == "conversations" and self.text[place : place + 1] == "[":
                self._list = place
                if "format" in self.head:
                    return
            elif key in ("mapping", "chat", "history"):
                self.head.clear()
                return
            else:
                self.head[str(key)] = self._value(place)[0]

    def _members(self, start: int) -> Iterator[tuple[str | int, int]]:
        """Keys of an object or places of a list, each with where its value begins."""
        opening = self.text[start : start + 1]
        if opening == "[":
            yield from enumerate(self._places(start))
        elif opening == "{":
            for place in self._places(start):
                key, end = self._value(place)
                colon = self._blank(end)
                if not isinstance(key, str) or self.text[colon : colon + 1] != ":":
                    raise self.refusal(colon, _BROKEN)
                yield key, self._blank(colon + 1)

    def _places(self, start: int) -> Iterator[int]:
        """Where the members of a list or object begin; for an object, their keys."""
        closing = "]" if self.text[start] == "[" else "}"
        place = self._blank(start + 1)
        if self.text[place : place + 1] == closing:
            return
        while True:
            yield place
            end = self._end(place, closing)
            if self.text[end : end + 1] == closing:
                return
            if self.text[end : end + 1] != ",":
                raise self.refusal(end, _BROKEN)
            place = self._blank(end + 1)

    def _end(self, place: int, closing: str) -> int:
        end = self._blank(self._value(place)[1])
        if closing == "}":
            end = self._blank(self._value(self._blank(end + 1))[1])
        return end

    def _value(self, place: int) -> tuple[Any, int]:
        try:
            return _JSON.raw_decode(self.text, place)
        except json.JSONDecodeError as error:
            raise self.refusal(error.pos, _BROKEN) from error
        except RecursionError as error:
            raise self.refusal(place, "this is nested too deeply. Export it once more.") from error
        except ValueError as error:
            found = _TOO_MANY_DIGITS.search(self.text, place)
            at = found.start() if found else place
            raise self.refusal(at, "this number has too many digits. Correct it.") from error

    def _blank(self, place: int) -> int:
        found = _BLANK.match(self.text, place)
        return found.end() if found else place

    def _check(self, place: int, wanted: str) -> int:
        """Where the next sign stands, one of `wanted` or the end of the text."""
        place = self._blank(place)
        sign = self.text[place : place + 1]
        if sign not in wanted or (wanted and not sign):
            raise self.refusal(place, _BROKEN)
        return place
