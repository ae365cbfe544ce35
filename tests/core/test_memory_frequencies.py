"""What is kept of how frequent words are is what counting would say, whatever was done."""

import asyncio

import pytest

from core.errors import NotFound
from core.migrations import all_migrations

COUNTED = """
SELECT (SELECT count(*) FROM (
            SELECT user_id, word, count(*) FROM memory_words GROUP BY user_id, word
            EXCEPT SELECT user_id, word, memories FROM memory_frequencies) AS missing)
     + (SELECT count(*) FROM (
            SELECT user_id, word, memories FROM memory_frequencies
            EXCEPT SELECT user_id, word, count(*) FROM memory_words GROUP BY user_id, word) AS more)
     + (SELECT count(*) FROM memory_totals t FULL JOIN (
            SELECT user_id, count(*) AS memories, sum(length) AS length FROM memories
            WHERE status = 'active' GROUP BY user_id) AS real USING (user_id)
        WHERE coalesce(t.memories, 0) <> coalesce(real.memories, 0)
           OR abs(coalesce(t.length, 0) - coalesce(real.length, 0)) > 0.01) AS different
"""
KEPT = "SELECT coalesce((SELECT memories FROM memory_totals), 0) AS total, " + (
    "(SELECT count(*) FROM memory_frequencies) AS words"
)


@pytest.fixture
async def user(app):
    return app.host_id


async def row(app, user, query):
    async with app.database.as_user(user) as conn:
        return await (await conn.execute(query)).fetchone()


async def different(app, user):
    return (await row(app, user, COUNTED))["different"]


async def test_after_each_thing_that_can_be_done_with_a_memory(app, user):
    memories = app.memories
    tea = await memories.create(user, "I like green tea", context="and what do you like")
    await memories.create(user, "I like tea with milk", replaces=tea.id)
    maybe = await memories.create(user, "My sister likes coffee", status="proposed")
    assert await different(app, user) == 0
    entries = [{"text": f"The number {n} of many", "said_by": "Ana"} for n in range(30)]
    await memories.create_many(user, entries)
    await memories.accept(user, maybe.id)
    await memories.update(user, maybe.id, text="My brother likes coffee")
    await memories.switch_all(user, False)
    assert await different(app, user) == 0
    assert (await row(app, user, KEPT))["total"] == 32
    await memories.delete(user, [maybe.id])
    await memories.bring_back(user, [maybe.id])
    assert await different(app, user) == 0
    await memories.delete_all(user)
    assert await different(app, user) == 0
    assert dict(await row(app, user, KEPT)) == {"total": 0, "words": 0}


async def test_after_many_who_write_at_once(app, user):
    first = await app.memories.create_many(user, [{"text": f"old {n} words"} for n in range(10)])
    old = await app.memories.list(user, status="active")
    assert len(old) == first
    async with asyncio.timeout(60):
        done = await asyncio.gather(
            *(app.memories.create(user, f"new {n} words of mine") for n in range(10)),
            *(app.memories.update(user, one.id, text=f"other {one.text}") for one in old),
            *(app.memories.delete(user, [one.id]) for one in old[::2]),
            return_exceptions=True,
        )
    failed = [one for one in done if isinstance(one, BaseException)]
    assert all(isinstance(one, NotFound) for one in failed)  # what is deleted cannot be changed
    assert await different(app, user) == 0


async def test_a_user_who_goes_takes_it_along(app, user):
    async with app.database.as_nobody() as conn:
        other = (await (await conn.execute("SELECT local_user('other') AS id")).fetchone())["id"]
    await app.memories.create(other, "I am here for a day")
    await app.memories.create(user, "I stay for a day")
    assert (await row(app, user, KEPT))["total"] == 1  # the other's are not seen
    async with app.database.pool.connection() as conn:
        await conn.execute("RESET ROLE")
        await conn.execute("DELETE FROM users WHERE id = %s", [other])
        gone = await (await conn.execute("SELECT count(*) AS n FROM memory_totals")).fetchone()
        left = await (await conn.execute(COUNTED)).fetchone()
        await conn.execute("SET ROLE parley_app")
    assert (gone["n"], left["different"]) == (1, 0)


async def test_what_was_kept_before_is_counted_by_the_migration(app, user):
    await app.memories.create_many(user, [{"text": f"The number {n}"} for n in range(5)])
    script = next(one for one in all_migrations() if one.name == "memory_frequencies").sql
    counting = [part for part in script.split(";\n") if part.strip().startswith("INSERT INTO mem")]
    assert len(counting) == 2
    async with app.database.pool.connection() as conn:
        await conn.execute("RESET ROLE")
        await conn.execute("TRUNCATE memory_totals, memory_frequencies")
        for part in counting:
            await conn.execute(part)
        await conn.execute("SET ROLE parley_app")
    assert await different(app, user) == 0


async def test_speakers_are_read_once_each(app, user):
    said = [{"text": f"{name} {n}", "said_by": name} for name in ("Bo", "Ana") for n in range(5)]
    await app.memories.create_many(user, [*said, {"text": "mine"}])
    gone = await app.memories.create(user, "gone", said_by="Cy")
    await app.memories.delete(user, [gone.id])
    assert (await app.recall._overview(user))["speakers"] == ["Ana", "Bo"]
