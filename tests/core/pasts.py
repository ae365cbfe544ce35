"""What somebody said some time ago, put straight into the database as themself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg.types.json import Jsonb

from core import languages

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ago(days, hour=12, now=NOW):
    return (now - timedelta(days=days)).replace(hour=hour)


async def said(app, *texts, days=0.0, hour=12, user=None, reply="I see.", title="Talk", now=NOW):
    """A chat on a day, each text answered; its id and the ids of its messages."""
    user, at = user or app.host_id, ago(days, hour, now)
    async with app.database.as_user(user) as conn:
        chat = await _one(
            conn, "INSERT INTO conversations (user_id, kind, title, created_at)"
            " VALUES (%s, 'chat', %s, %s) RETURNING id", user, title, at,
        )  # fmt: skip
        ids, parent = [], None
        for number, text in enumerate(texts):
            for role, words in (("user", text), ("assistant", reply)):
                parent = await _one(
                    conn, "INSERT INTO messages (conversation_id, user_id, parent_id, role,"
                    " language, text, provider, model, created_at, finished_at)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                    chat, user, parent, role, languages.detect(words), words,
                    None if role == "user" else "openai", None if role == "user" else "gpt",
                    at + timedelta(seconds=2 * number), at + timedelta(seconds=2 * number),
                )  # fmt: skip
                ids.append(parent)
    return chat, ids


async def summarised(app, chat, *topics, questions=(), actions=(), user=None, days=0.0):
    """What the job at a conversation's end writes."""
    user = user or app.host_id
    async with app.database.as_user(user) as conn:
        await conn.execute(
            "INSERT INTO summaries (conversation_id, user_id, made_by, language, text, questions,"
            " actions, until_id, messages, created_at)"
            " VALUES (%s, %s, 'extract', 'en', 'A talk.', %s, %s, 1, 1,"
            " coalesce(%s, now()))",
            [chat, user, Jsonb([{"text": one} for one in questions]),
             Jsonb([{"text": text, "who": who} for text, who in actions]),
             ago(days) if days else None],
        )  # fmt: skip
        for place, topic in enumerate(topics, 1):
            await conn.execute(
                "INSERT INTO topics (conversation_id, place, user_id, topic)"
                " VALUES (%s, %s, %s, %s)", [chat, place, user, topic],
            )  # fmt: skip


async def _one(conn, query, *values):
    row = await (await conn.execute(query, values)).fetchone()
    return row["id"]
