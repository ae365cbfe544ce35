"""Memories out of Parley and into it: all of a person's as one JSON file, and lists of others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePath
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from core.errors import Refused, TooLong
from core.memories import lists
from core.memories.bulk import Entry
from core.memories.knowledge import Kind
from core.memories.lists import Lines
from core.memories.memories import Memories
from core.memories.memory import Memory, Origin, fitting
from core.text import decoded

VERSION = 1
MOST = 10_000
"""Memories in one file."""
LARGEST = 5_000_000
"""Bytes of a file."""
_ALL = 1_000_000
_ARRAY = re.compile(r'^\s*\[|"memories"\s*:\s*\[')


class PastBody(BaseModel):
    """What a memory has replaced, as it stands in the file."""

    text: str
    kind: Kind = "fact"
    created_at: AwareDatetime
    valid_until: AwareDatetime


class MemoryFileEntry(BaseModel):
    """A memory as it stands in the file; `history`: what it has replaced, the newest first."""

    text: str
    kind: Kind = "fact"
    status: Literal["active", "proposed"] = "active"
    enabled: bool = True
    pinned: bool = False
    origin: Origin = "imported"
    context: Annotated[str | None, Field(max_length=10_000)] = None
    said_by: Annotated[str | None, Field(max_length=200)] = None
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    history: Annotated[list[PastBody], Field(max_length=50)] = []


class MemoryFile(BaseModel):
    """All memories of a person."""

    version: int = VERSION
    exported_at: AwareDatetime
    memories: list[MemoryFileEntry]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: how many are new, how many were known already."""

    added: int
    known: int


async def export(memories: Memories, user_id: UUID) -> MemoryFile:
    """Everything that is remembered of somebody, or proposed to be, with its history."""
    kept = [
        *await memories.list(user_id, limit=_ALL),
        *await memories.list(user_id, status="proposed", limit=_ALL),
    ]
    histories = await memories.histories(user_id, [one.id for one in kept if one.replaces])
    entries = [_entry(one, histories.get(one.id, [])) for one in kept]
    return MemoryFile(exported_at=datetime.now(UTC), memories=entries)


async def import_file(memories: Memories, user_id: UUID, name: str, data: bytes) -> Imported:
    """Keep what is in a file; what is known already stays as it is.

    All or nothing: raises TooLong, or Refused that names the line at fault.
    """
    entries = read(name, data)
    added = await memories.create_many(user_id, entries)
    return Imported(added, len(entries) - added)


def read(name: str, data: bytes) -> list[Entry]:
    """The memories in a file, each checked. JSON as exported, a list, CSV, a glossary.

    `name` tells by its ending which; where it does not, the content does. Raises Refused.
    """
    if len(data) > LARGEST:
        raise TooLong(f"A file may have {LARGEST // 1_000_000} MB. Make it two.")
    text = decoded(data, "Save the file as UTF-8 and try again.")
    found = _reader(PurePath(name).suffix.lower(), text)(text)
    if not found:
        raise Refused("There is no memory in this file. Write one on each line.")
    if len(found) > MOST:
        raise TooLong(f"A file may have {MOST:,} memories, this has {len(found):,}. Make it two.")
    return [_checked(line, entry) for line, entry in found]


def _reader(ending: str, text: str) -> Callable[[str], Lines]:
    if ending == ".json" or (not ending and text.lstrip().startswith(("{", "["))):
        return _json
    if ending in (".csv", ".tsv"):
        return partial(lists.table, tabs=ending == ".tsv")
    return lists.bullets


def _checked(line: int, entry: Entry) -> Entry:
    try:
        for one in (entry, *entry.get("history", ())):
            fitting(one["text"], one.get("kind", "fact"))
    except Refused as refusal:
        raise Refused(f"Line {line}: {refusal}", line=line) from refusal
    return entry


def _json(text: str) -> Lines:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise Refused(f"Line {line}: this is not JSON. Export it once more.", line=line) from error
    entries = said.get("memories") if isinstance(said, dict) else said
    if not isinstance(entries, list):
        raise Refused('Line 1: there are no "memories" in this file. Export it once more.', line=1)
    if isinstance(said, dict) and said.get("version", VERSION) != VERSION:
        raise Refused("Line 1: another version of Parley made this file. Update Parley.", line=1)
    return [
        (line, _validated(line, one))
        for line, one in zip(_lines_of(text, len(entries)), entries, strict=True)
    ]


def _validated(line: int, one: Any) -> Entry:
    said = {"text": one} if isinstance(one, str) else one
    try:
        found = MemoryFileEntry.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        why = f"{place}: {first['msg']}".removeprefix(": ")
        raise Refused(f"Line {line}: {why}. Correct it and try again.", line=line) from error
    return cast(Entry, found.model_dump())


def _lines_of(text: str, count: int) -> list[int]:
    """On which line each of the memories in a JSON file begins."""
    decoder, lines, line, seen = json.JSONDecoder(), list[int](), 1, 0
    start = _ARRAY.search(text)
    at = start.end() if start else 0
    while start and len(lines) < count:
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
        line, seen = line + text.count("\n", seen, at), at
        lines.append(line)
        _, at = decoder.raw_decode(text, at)
    return lines or [1] * count


def _entry(memory: Memory, history: list[Memory]) -> MemoryFileEntry:
    return MemoryFileEntry.model_validate(
        _facts(memory) | {"history": [_facts(one) for one in history]}
    )


def _facts(memory: Memory) -> dict[str, Any]:
    return {name: getattr(memory, name) for name in memory.__slots__}
