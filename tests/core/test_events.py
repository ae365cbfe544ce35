"""Events over LISTEN/NOTIFY: delivery, order, catch-up, restarts."""

import asyncio
from contextlib import aclosing

import psycopg
import pytest

from core.database import Identity, open_database
from core.events import open_events
from tests.core.altering import alter


@pytest.fixture
async def events(make_settings):
    async with open_database(make_settings()) as database, open_events(database) as opened:
        async with database.as_nobody() as conn:
            row = await (await conn.execute("SELECT local_user('me') AS id")).fetchone()
        opened.me = row["id"]
        opened.database = database
        yield opened


async def publish(events, kind, **payload):
    async with events.database.as_user(events.me) as conn:
        return await events.publish(conn, events.me, kind, payload)


async def take(subscription, n):
    found = []
    async with asyncio.timeout(60), aclosing(aiter(subscription)) as stream:
        async for event in stream:
            found.append(event)
            if len(found) == n:
                return found
    return None


def me(events):
    return Identity("user", events.me)


async def test_an_event_reaches_those_who_listen(events):
    async with events.subscribe(me(events), events.me) as news:
        await publish(events, "hello", a=1)
        (event,) = await take(news, 1)
    assert (event.kind, event.payload) == ("hello", {"a": 1})


async def test_an_event_of_a_transaction_that_fails_is_never_heard(events):
    async with events.subscribe(me(events), events.me) as news:
        with pytest.raises(ZeroDivisionError):
            async with events.database.as_user(events.me) as conn:
                await events.publish(conn, events.me, "never")
                raise ZeroDivisionError
        await publish(events, "after")
        assert [e.kind for e in await take(news, 1)] == ["after"]


async def test_one_who_was_away_reads_back_from_an_id(events):
    first = await publish(events, "one")
    await publish(events, "two")
    await publish(events, "three")
    async with events.subscribe(me(events), events.me, after=first) as news:
        await publish(events, "four")
        assert [e.kind for e in await take(news, 3)] == ["two", "three", "four"]


async def test_a_payload_too_long_for_a_notification_is_read_back(events):
    async with events.subscribe(me(events), events.me) as news:
        await publish(events, "long", text="ü" * 20_000)
        await publish(events, "short")
        long, short = await take(news, 2)
    assert long.payload == {"text": "ü" * 20_000}
    assert short.kind == "short"


async def test_ids_show_up_in_the_order_they_grow_whoever_writes(events):
    async def write(writer):
        for i in range(10):
            await publish(events, "n", writer=writer, i=i)

    async with events.subscribe(me(events), events.me) as news:
        await asyncio.gather(*(write(w) for w in range(8)))
        heard = await take(news, 80)
    ids = [e.id for e in heard]
    assert ids == sorted(set(ids))
    for writer in range(8):
        assert [e.payload["i"] for e in heard if e.payload["writer"] == writer] == list(range(10))


async def test_nothing_is_missed_when_the_listening_connection_is_cut(events, database_url):
    async with events.subscribe(me(events), events.me) as news:
        await publish(events, "before")
        await take(news, 1)
        events.listening.clear()
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        for i in range(5):
            await publish(events, "meanwhile", i=i)
        heard = await take(news, 5)
        assert [e.payload["i"] for e in heard] == list(range(5))
        async with asyncio.timeout(60):
            await events.listening.wait()
        await publish(events, "after")
        assert (await take(news, 1))[0].kind == "after"


async def test_another_process_hears_events_and_flashes(events, make_settings):
    async with (
        open_database(make_settings()) as other_db,
        open_events(other_db) as other,
        other.subscribe(me(events), events.me) as news,
    ):
        await events.flash_everywhere(events.me, "typing", {"who": "me"})
        await publish(events, "said")
        flash, event = await take(news, 2)
    assert (flash.id, flash.kind, flash.payload) == (None, "typing", {"who": "me"})
    assert event.kind == "said"


async def test_old_events_are_forgotten(events, database_url):
    old = await publish(events, "old")
    await alter(database_url, "UPDATE events SET created_at = now() - interval '8 days'")
    kept = await publish(events, "new")
    await events.forget(7)
    async with events.subscribe(me(events), events.me, after=old - 1) as news:
        assert [e.id for e in await take(news, 1)] == [kept]
