"""Files of memories that others made: a list of lines, a table, a glossary."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from core.errors import Refused
from core.languages import LANGUAGES
from core.memories.bulk import Entry
from core.memories.knowledge import KINDS

Lines = list[tuple[int, Entry]]
"""What stands in a file, each with the line it begins on."""
Row = tuple[int, list[str]]

_BULLET = re.compile(r"^\s*(?:[-*+•–]|\d{1,5}[.)])\s+")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|[-*_=]{3,}\s*$)")
_GLOSSARY = (("source", "target"), ("term", "translation"), ("from", "to"))


def bullets(text: str) -> Lines:
    """One memory a line; bullets and numbers are taken off, headings left out."""
    return [
        (number, Entry(text=_BULLET.sub("", line).strip()))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not _HEADING.match(line)
    ]


def table(text: str, *, tabs: bool = False) -> Lines:
    """A table with a header that names `text` (and `kind`), or a glossary of two columns.

    Raises Refused that names the line at fault.
    """
    rows = list(_rows(text, "\t" if tabs else _delimiter(text)))
    if not rows:
        return []
    head = [cell.strip().lower() for cell in rows[0][1]]
    if "text" in head:
        return [(line, _of_header(line, head, cells)) for line, cells in rows[1:]]
    pair = _languages(head)
    named = pair or tuple(head[:2]) in _GLOSSARY
    return [(line, _term(line, cells, pair)) for line, cells in rows[bool(named) :]]


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Refused(
            f"Line {line}: this is no table. Look at the quotation marks there.", line=line
        ) from error


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _of_header(line: int, head: Sequence[str], cells: Sequence[str]) -> Entry:
    if len(cells) > len(head):
        raise Refused(
            f"Line {line}: it has {len(cells)} columns, the header {len(head)}. Put quotation "
            "marks around a text that holds commas.",
            line=line,
        )
    said = dict(zip(head, cells, strict=False))
    kind = said.get("kind", "").strip().lower() or "fact"
    if kind not in KINDS:
        raise Refused(f"Line {line}: a memory is one of: {', '.join(KINDS)}.", line=line)
    return Entry(text=said.get("text", ""), kind=kind)


def _languages(head: Sequence[str]) -> tuple[str, str] | None:
    """What a header such as "de, en" says."""
    if len(head) == 2 and set(head) <= LANGUAGES.keys():
        return head[0], head[1]
    return None


def _term(line: int, cells: Sequence[str], pair: tuple[str, str] | None) -> Entry:
    if len(cells) != 2 or not cells[0].strip():
        raise Refused(
            f"Line {line}: a glossary has two columns, a word and its translation. Or begin the "
            'file with a header: "text,kind".',
            line=line,
        )
    word, target = (cell.strip() for cell in cells)
    text = f"{word} = {target}" if target else word
    return Entry(text=f"{text} ({pair[0]} → {pair[1]})" if pair else text, kind="term")
