"""Conversations with everything a conversation can have, put straight into the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.exports.document import Document, Message, Participant, Translation
from core.imports.imports import documents

T = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def at(seconds):
    return T + timedelta(seconds=seconds)


def chat_document(shift=0):
    """Two branches, a failed reply, a quote, code that does not end, an emoji."""
    began = at(shift)
    code = "Another answer\n\n```python\nprint(1)"
    return Document(
        kind="chat", title="Häuser", titled_by="user", tags=["house", "日本"],
        created_at=began, updated_at=at(shift + 60),
        pinned_at=datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC), ended_at=at(shift + 50), visible=5,
        messages=[
            Message(role="user", text="Was ist ein Haus? 🏠", language="de", created_at=began,
                    reaction="love", reacted_at=at(shift + 9), bookmarked_at=at(shift + 10)),
            Message(parent=1, role="assistant", author="gpt", text="The first answer",
                    language="en", provider="openai", model="gpt", input_tokens=12,
                    output_tokens=3, remark="Because.", created_at=at(shift + 1),
                    began_at=at(shift + 1.5), finished_at=at(shift + 2)),
            Message(parent=1, role="assistant", author="gpt", text=code, language="en",
                    model="gpt", status="interrupted", error_code="stopped",
                    created_at=at(shift + 3)),
            Message(parent=2, role="assistant", text="", status="failed", error_code="bad_key",
                    error="The key is wrong.", created_at=at(shift + 4)),
            Message(parent=3, quote=1, role="user", text="Why?", created_at=at(shift + 5)),
        ],
    )  # fmt: skip


def room_document():
    """A host and two guests, one of whom has left; translations, one of them failed."""
    hello = [Translation(language="en", text="Hello everybody", engine="local", created_at=at(2),
                         finished_at=at(3)),
             Translation(language="ar", status="failed", error_code="translation",
                         created_at=at(2))]  # fmt: skip
    return Document(
        kind="room", title="Kitchen", language="en", created_at=T, updated_at=at(9), visible=2,
        participants=[
            Participant(language="en", host=True, joined_at=T),
            Participant(name="Ana", language="pt", joined_at=at(1)),
            Participant(name="علي", language="ar", joined_at=at(1), left_at=at(8)),
        ],
        messages=[
            Message(role="user", participant=1, author="Ana", language="pt", text="Olá a todos",
                    created_at=at(1), translations=sorted(hello, key=lambda one: one.language)),
            Message(role="user", participant=2, author="علي", language="ar", text="مرحبا",
                    created_at=at(2)),
        ],
    )  # fmt: skip


def file_of(*said):
    """A file of Parley's with these conversations."""
    inside = ",\n".join(one.model_dump_json(indent=1, exclude_none=True) for one in said)
    text = f'{{"format": "parley", "version": 1, "conversations": [\n{inside}\n]}}\n'
    assert len([*documents(text)]) == len(said)
    return text.encode()


_shift = 0


async def a_chat(app):
    """The chat in the database; every one began at another time. Its id."""
    global _shift
    _shift += 100
    done = await app.imports.read(app.host_id, file_of(chat_document(_shift)))
    return done.ids[0]


async def a_room(app):
    """The room in the database. Its id."""
    done = await app.imports.read(app.host_id, file_of(room_document()))
    return done.ids[0]


async def forget(app, conversation_id):
    """Delete it."""
    await app.conversations.delete(app.host_id, conversation_id)


async def written(app, ids, format):
    """The whole export."""
    export = await app.exports.prepare(app.host_id, ids, format)
    return b"".join([chunk async for chunk in export.chunks])
