"""Many memories at once: each with its history, in three statements instead of four a memory."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Required, TypedDict
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from core import languages
from core.database import Connection
from core.memories.knowledge import Kind
from core.memories.memory import Origin, Status, fitting
from core.queries import load
from core.recall import index

sql = load("memories")

Row = dict[str, Any]
Sameness = tuple[str, str | None, str]


class Past(TypedDict, total=False):
    """What a memory has replaced."""

    text: Required[str]
    kind: Kind
    created_at: datetime
    valid_until: datetime


class Entry(TypedDict, total=False):
    """A memory to be kept; `history`: what it has replaced, the newest first."""

    text: Required[str]
    kind: Kind
    status: Status
    enabled: bool
    pinned: bool
    origin: Origin
    context: str | None
    said_by: str | None
    created_at: datetime | None
    updated_at: datetime | None
    history: Sequence[Past]


async def insert_many(
    conn: Connection, user_id: UUID, entries: Sequence[Entry], origin: Origin
) -> int:
    """Keep `entries`, but for those that are known already or twice among them; how many."""
    known = await (await conn.execute(sql.texts)).fetchall()
    same = {_folded(row) for row in known}
    rows, words = await asyncio.to_thread(_prepared, entries, same, origin)
    await conn.execute(sql.insert_many, {"user_id": user_id, "rows": Jsonb(rows)})
    ids, texts, weights = zip(*words, strict=True) if words else ((), (), ())
    found = {"user_id": user_id, "ids": list(ids), "words": list(texts), "weights": list(weights)}
    await conn.execute(sql.insert_many_words, found)
    return sum(row["status"] != "replaced" for row in rows)


def _prepared(
    entries: Sequence[Entry], same: Collection[Sameness], origin: Origin
) -> tuple[list[Row], list[tuple[UUID, str, float]]]:
    """The rows, and the words each active or proposed one is found by."""
    seen, rows, words = set(same), list[Row](), list[tuple[UUID, str, float]]()
    now = datetime.now(UTC)
    for number, entry in enumerate(entries):
        # The first of a list is the first on the page, where the latest change comes first.
        row = _row(entry, origin, now - timedelta(microseconds=number))
        if (folded := _folded(row)) in seen:
            continue
        seen.add(folded)
        around = (row["context"] or "").splitlines()
        found = index(row["text"], around=around, language=row["language"])
        row["length"] = found.length
        words += [(UUID(row["id"]), word, weight) for word, weight in found.words.items()]
        rows += [row, *_replaced(row, entry.get("history", ()))]
    return rows, words


def _row(entry: Entry, origin: Origin, now: datetime) -> Row:
    kind = entry.get("kind", "fact")
    text = fitting(entry["text"], kind)
    created = entry.get("created_at") or now
    return {
        "id": str(uuid4()), "kind": kind, "text": text, "language": languages.detect(text),
        "context": entry.get("context"), "said_by": entry.get("said_by"),
        "status": entry.get("status", "active"),
        "enabled": entry.get("enabled", True), "pinned": entry.get("pinned", False),
        "origin": entry.get("origin", origin), "replaces": None, "valid_until": None,
        "created_at": created.isoformat(), "length": 0,
        "updated_at": (entry.get("updated_at") or created).isoformat(),
    }  # fmt: skip


def _replaced(newer: Row, history: Sequence[Past]) -> Iterator[Row]:
    """What `newer` has replaced, each linked from the one after it."""
    for past in history:
        until = past.get("valid_until", datetime.fromisoformat(newer["created_at"]))
        entry: Entry = {
            "text": past["text"], "kind": past.get("kind", newer["kind"]), "status": "replaced",
            "created_at": past.get("created_at"), "updated_at": until,
        }  # fmt: skip
        older = _row(entry, newer["origin"], until) | {"valid_until": until.isoformat()}
        newer["replaces"] = older["id"]
        yield older
        newer = older


def _folded(row: Row) -> Sameness:
    return row["kind"], row["said_by"], " ".join(row["text"].split()).lower()
