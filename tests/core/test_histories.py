"""The made-up life that search, answers and figures are tried on."""

import asyncio
from datetime import timedelta

import psycopg
import pytest

from tests.histories import live_a_life
from tests.histories.life import NEWEST

TABLES = ["translations", "participants", "summaries", "topics", "reactions", "bookmarks"]


@pytest.fixture
async def life(app, database_url):
    return await asyncio.to_thread(live_a_life, database_url, app.host_id)


async def rows(app, query, *values):
    async with app.database.as_user(app.host_id) as conn:
        return await (await conn.execute(query, values)).fetchall()


async def one(app, query, *values):
    (row,) = await rows(app, query, *values)
    return row


async def test_it_is_long_and_in_four_languages(app, life):
    said = await rows(app, "SELECT language, count(*) AS n FROM messages GROUP BY language")
    assert {row["language"] for row in said} == {"en", "es", "de", "ja"}
    assert min(row["n"] for row in said) > 100
    assert sum(row["n"] for row in said) == life.messages >= 2000
    for table in TABLES:
        assert (await one(app, f"SELECT count(*) AS n FROM {table}"))["n"] > 20
    both = await rows(
        app, "SELECT DISTINCT m.language AS said, t.language AS read FROM translations t"
        " JOIN messages m ON m.id = t.message_id",
    )  # fmt: skip
    assert {("en", "ja"), ("ja", "en"), ("en", "es"), ("es", "en"), ("de", "ja")} <= {
        (row["said"], row["read"]) for row in both
    }
    kinds = await rows(
        app, "SELECT kind, ended_at IS NULL AS active, count(*) FROM conversations GROUP BY 1, 2"
    )
    assert len(kinds) == 4
    times = await one(app, "SELECT min(created_at) AS a, max(finished_at) AS b FROM messages")
    assert times["b"] <= NEWEST and times["a"] < NEWEST - timedelta(days=300)


async def test_what_is_known_is_said_in_one_message_alone(app, life):
    assert len(life.known) == 60
    assert sum(known.language != known.said_in for known in life.known) == 45
    for known in life.known:
        message = await one(app, "SELECT * FROM messages WHERE id = %s", known.message_id)
        assert (message["text"], message["language"]) == (known.text, known.said_in)
        assert message["conversation_id"] == known.conversation_id
        holding = await rows(
            app, "SELECT id FROM messages WHERE strpos(text, %s) > 0"
            " UNION SELECT message_id FROM translations WHERE strpos(text, %s) > 0",
            known.answer, known.answer,
        )  # fmt: skip
        assert {row["id"] for row in holding} <= {known.message_id}
        assert holding or known.language != known.said_in


async def test_its_conversations_are_whole(app, life):
    lost = await rows(
        app, "SELECT m.id FROM messages m LEFT JOIN messages p ON p.id = m.parent_id"
        " LEFT JOIN conversations c ON c.id = m.conversation_id WHERE c.id IS NULL"
        " OR p.id >= m.id OR p.conversation_id <> m.conversation_id OR p.created_at > m.created_at",
    )  # fmt: skip
    assert lost == []
    heads = await rows(
        app, "SELECT c.id FROM conversations c LEFT JOIN messages m ON m.id = c.head_id"
        " WHERE m.conversation_id IS DISTINCT FROM c.id",
    )  # fmt: skip
    assert heads == []
    branched = await rows(
        app, "SELECT parent_id FROM messages WHERE parent_id IS NOT NULL"
        " GROUP BY 1 HAVING count(*) > 1",
    )  # fmt: skip
    assert branched


async def test_the_same_seed_says_the_same_also_to_somebody_else(app, database_url, life):
    async with app.database.as_nobody() as conn:
        await conn.execute("SELECT local_user('another')")
    with psycopg.connect(database_url) as conn:
        row = conn.execute("SELECT id FROM users WHERE handle = 'another'").fetchone()
        assert row
        again = await asyncio.to_thread(live_a_life, database_url, row[0])
        told = "SELECT string_agg(text, '|' ORDER BY id) FROM messages WHERE user_id = %s"
        mine, theirs = (conn.execute(told, [user]).fetchone() for user in (app.host_id, row[0]))
    assert mine == theirs
    assert [known.question for known in again.known] == [known.question for known in life.known]
    assert (await one(app, "SELECT count(*) AS n FROM messages"))["n"] == life.messages
