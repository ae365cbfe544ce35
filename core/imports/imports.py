"""Conversations taken in from a file, whole or not at all, none twice."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid4

from pydantic import ValidationError

from core.conversations import Conversations
from core.database import Connection, Database
from core.errors import Refused, TooLong
from core.exports.document import FORMAT, VERSION, Document
from core.imports import chatgpt, open_webui
from core.imports.elements import Element, File
from core.imports.tree import MOST, Fault
from core.queries import load
from core.text import decoded

sql = load("imports")

LARGEST = 200_000_000
"""Bytes of a file."""
_OTHERS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Document]], ...] = (
    (chatgpt.recognises, chatgpt.read),
    (open_webui.recognises, open_webui.read),
)
_UNKNOWN = (
    "this is no conversation of Parley's, ChatGPT's or Open WebUI's. Choose the file that one of "
    "them exported (ChatGPT: conversations.json)."
)

_APART = {"messages", "participants", "visible", "updated_at", "summary"}
"""What of a document goes into other tables, or in at the end."""

Said = Counter[tuple[str, str, datetime]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: the new conversations, and how many were there already."""

    ids: list[UUID]
    known: int

    @property
    def new(self) -> int:
        """How many came in."""
        return len(self.ids)


class Imports:
    """Takes in files: Parley's own, ChatGPT's, Open WebUI's; their content tells which."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._db = database
        self._conversations = conversations

    async def read(self, user_id: UUID, source: bytes | Path) -> Imported:
        """Keep what is in a file; a conversation that is there already stays as it is.

        All or nothing: raises TooLong, or Refused that names the line at fault.
        """
        text = await asyncio.to_thread(_text, source)
        found = documents(text)
        ids: list[UUID] = []
        known = 0
        async with self._db.as_user(user_id) as conn:
            while (document := await asyncio.to_thread(next, found, None)) is not None:
                if await _is_known(conn, document):
                    known += 1
                else:
                    ids.append(await _keep(conn, user_id, document))
            if not ids and not known:
                raise Refused("Line 1: there is no conversation in this file.", line=1)
            for new in ids:
                await self._conversations.announce(conn, user_id, new)
        return Imported(ids, known)


def documents(text: str) -> Iterator[Document]:
    """The conversations in a file, each checked. Raises Refused that names the line at fault."""
    file = File(text)
    ours = "format" in file.head
    if ours and (file.head["format"], file.head.get("version")) != (FORMAT, VERSION):
        newer = file.head["format"] == FORMAT
        why = "another version of Parley made this file. Update Parley." if newer else _UNKNOWN
        raise file.refusal(0, why)
    for element in file.elements():
        yield _own(file, element) if ours else _foreign(file, element)


def _text(source: bytes | Path) -> str:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > LARGEST:
        raise TooLong(
            f"A file may have {LARGEST // 1_000_000} MB. Export fewer conversations at once.",
            limit=LARGEST,
        )
    data = source if isinstance(source, bytes) else source.read_bytes()
    return decoded(data, "Export it once more, or unpack it first.")


def _own(file: File, element: Element) -> Document:
    messages = element.value.get("messages") if isinstance(element.value, dict) else None
    if isinstance(messages, list) and len(messages) > MOST:
        raise file.refusal(element.start, f"a conversation may have {MOST:,} messages.")
    try:
        return Document.model_validate(element.value)
    except ValidationError as error:
        path, why = _wrong(error)
        raise file.refusal(file.find(element.start, path), why) from error


def _wrong(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    """Where in a document its first fault stands, and what it is."""
    first = error.errors(include_url=False)[0]
    number = first.get("ctx", {}).get("number")
    path = ("messages", number - 1) if number else first["loc"]
    where = ".".join(str(part) for part in first["loc"])
    why = first["msg"].removeprefix("Value error, ")
    return path, f"{where}: {why}." if where else f"{why}."


def _foreign(file: File, element: Element) -> Document:
    read = next((read for recognises, read in _OTHERS if recognises(element.value)), None)
    if read is None:
        raise file.refusal(element.start, _UNKNOWN)
    try:
        return read(element.value)
    except Fault as fault:
        raise file.refusal(file.find(element.start, fault.path), f"{fault}.") from fault
    except ValidationError as error:
        raise file.refusal(element.start, _wrong(error)[1]) from error


async def _is_known(conn: Connection, document: Document) -> bool:
    """Whether all that is said in it is in a conversation that began in the same moment."""
    asked = {"created_at": document.created_at, "kind": document.kind}
    said = Counter((one.role, one.text, one.created_at) for one in document.messages)
    for row in await (await conn.execute(sql.like_it, asked)).fetchall():
        rows = await (await conn.execute(sql.said_in, row)).fetchall()
        there: Said = Counter((one["role"], one["text"], one["created_at"]) for one in rows)
        if said <= there and bool(said) == bool(there):
            return True
    return False


async def _keep(conn: Connection, user_id: UUID, document: Document) -> UUID:
    own = document.model_dump(exclude=_APART)
    token = secrets.token_urlsafe(16) if document.kind == "room" else None
    new = {**own, "user_id": user_id, "token": token}
    row = await (await conn.execute(sql.insert, new)).fetchone()
    assert row is not None
    conversation_id: UUID = row["id"]
    many = {"many": len(document.messages)}
    ids = [one["id"] for one in await (await conn.execute(sql.take_ids, many)).fetchall()]
    for query, rows in await asyncio.to_thread(_rows, document, ids):
        values = {"conversation_id": conversation_id, "user_id": user_id, "rows": rows}
        await conn.execute(query, values)
    end = {
        "id": conversation_id, "updated_at": document.updated_at,
        "head_id": ids[document.visible - 1] if document.visible else None,
    }  # fmt: skip
    await conn.execute(sql.settle, end)
    return conversation_id


def _rows(document: Document, ids: list[int]) -> list[tuple[LiteralString, str]]:
    """The rows of each table as JSON, in the order in which they need each other."""
    said = document.model_dump(mode="json")
    people = [{**one, "id": str(uuid4())} for one in said["participants"]]
    messages, translations = said["messages"], []
    for id_, one in zip(ids, messages, strict=True):
        one |= {
            "id": id_,
            "parent_id": ids[one["parent"] - 1] if one["parent"] else None,
            "quote_id": ids[one["quote"] - 1] if one["quote"] else None,
            "participant_id": people[one["participant"]]["id"]
            if one["participant"] is not None
            else None,
        }
        translations += [{**each, "message_id": id_} for each in one.pop("translations")]
    spoken = json.dumps(messages)
    return [
        (sql.insert_participants, json.dumps(people)),
        (sql.insert_messages, spoken),
        (sql.insert_reactions, spoken),
        (sql.insert_bookmarks, spoken),
        (sql.insert_translations, json.dumps(translations)),
        *_summary_rows(said["summary"], ids),
    ]


def _summary_rows(
    summary: dict[str, Any] | None, ids: list[int]
) -> Iterator[tuple[LiteralString, str]]:
    if summary is None:
        return
    for kind in ("decisions", "questions", "actions"):
        for one in summary[kind]:
            one["message_id"] = ids[one.pop("message") - 1]
    yield sql.insert_summary, json.dumps([summary | {"until_id": ids[summary["until"] - 1]}])
    topics = [{"place": place, "topic": topic} for place, topic in enumerate(summary["topics"])]
    yield sql.insert_topics, json.dumps(topics)
