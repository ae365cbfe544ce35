"""A conversation read whole from the database, to be written somewhere else."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.database import Database
from core.errors import NotFound
from core.exports.document import Document, Message
from core.queries import load

sql = load("exports")

Row = Mapping[str, Any]


async def read(database: Database, user_id: UUID, conversation_id: UUID) -> Document:
    """A conversation with everything in it. Raises NotFound."""
    asked = {"id": conversation_id, "user_id": user_id}
    async with database.as_user(user_id) as conn:
        row = await (await conn.execute(sql.conversation, asked)).fetchone()
        if row is None:
            raise NotFound("There is no such conversation. It may have been deleted.")
        said = await (await conn.execute(sql.messages, asked)).fetchall()
        people = await (await conn.execute(sql.participants, asked)).fetchall()
        translated = await (await conn.execute(sql.translations, asked)).fetchall()
        summary = await (await conn.execute(sql.summary, asked)).fetchone()
    return await asyncio.to_thread(_document, row, people, said, translated, summary)


def _document(
    row: Row, people: list[Any], said: list[Any], translated: list[Any], summary: Row | None
) -> Document:
    numbers = {one["id"]: number for number, one in enumerate(said, 1)}
    places = {one["id"]: place for place, one in enumerate(people)}
    translations = defaultdict(list)
    for one in translated:
        translations[one["message_id"]].append(one)
    messages = [_message(one, numbers, places, translations[one["id"]]) for one in said]
    participants = [{**one, "host": one["is_host"]} for one in people]
    own = {
        "visible": numbers.get(row["head_id"]), "participants": participants, "messages": messages,
        "summary": _summary(summary, numbers) if summary else None,
    }  # fmt: skip
    return Document.model_validate({**row, **own})


def _summary(row: Row, numbers: Mapping[int, int]) -> dict[str, Any]:
    def placed(points: list[Row]) -> list[Row]:
        there = [one for one in points if one["message_id"] in numbers]
        return [{**one, "message": numbers[one["message_id"]]} for one in there]

    known = sum(id_ <= row["until_id"] for id_ in numbers)
    return {
        **row, "until": known, "decisions": placed(row["decisions"]),
        "questions": placed(row["questions"]), "actions": placed(row["actions"]),
    }  # fmt: skip


def _message(
    row: Row, numbers: Mapping[int, int], places: Mapping[UUID, int], translations: list[Row]
) -> Message:
    own = {
        "parent": numbers.get(row["parent_id"]), "quote": numbers.get(row["quote_id"]),
        "participant": places.get(row["participant_id"]), "translations": translations,
    }  # fmt: skip
    return Message.model_validate({**row, **own})
