"""Share links: for how long they open, for whom, and nothing else."""

import asyncio
import hashlib
import threading
from datetime import timedelta

import psycopg
import pytest

from core.app import open_app
from core.errors import (
    LinkExpired,
    NotFound,
    PasswordNeeded,
    Refused,
    TooManyGuesses,
    WrongPassword,
)
from core.sharing.locks import is_ticket, locked_with, opens, ticket_for
from tests.core.altering import alter
from tests.core.sharing.reader import expire, texts, watching


async def test_revoking_closes_open_pages_at_once(app, chat):
    for live in (True, False):
        made = await app.shares.create(app.host_id, chat, live=live)
        reader = await app.readers.enter(made.token)
        async with watching(reader) as page:
            if live:
                await page.until(lambda p: p.shown)
            await app.shares.revoke(app.host_id, made.id)
            await page.until(lambda p: p.end)
        with pytest.raises(NotFound) as gone:
            await app.readers.enter(made.token)
        assert not isinstance(gone.value, LinkExpired)
        with pytest.raises(NotFound):
            await reader.messages()
        assert (await app.shares.get(app.host_id, made.id)).state == "revoked"


async def test_revoking_all_leaves_none(app, chat):
    made = [await app.shares.create(app.host_id, chat) for _ in range(3)]
    await app.shares.revoke(app.host_id, made[0].id)
    assert await app.shares.revoke_all(app.host_id) == 2
    assert {share.state for share in await app.shares.list(app.host_id)} == {"revoked"}


async def test_a_link_ends_when_its_time_is_over(app, chat, database_url):
    made = await app.shares.create(app.host_id, chat, expires_in=timedelta(hours=1))
    assert timedelta(minutes=59) < made.expires_at - made.created_at <= timedelta(hours=1)
    reader = await app.readers.enter(made.token)
    await expire(database_url, made)
    with pytest.raises(LinkExpired):
        await reader.messages()
    with pytest.raises(LinkExpired):
        await app.readers.enter(made.token)
    assert (await app.shares.get(app.host_id, made.id)).state == "expired"
    short = await app.shares.create(app.host_id, chat, expires_in=timedelta(seconds=0.3))
    async with watching(await app.readers.enter(short.token)) as page:
        await page.until(lambda p: isinstance(p.end, LinkExpired))
    never = await app.shares.create(app.host_id, chat, expires_in=None)
    assert never.expires_at is None
    for wrong in (timedelta(0), timedelta(seconds=-1), timedelta(days=40_000)):
        with pytest.raises(Refused):
            await app.shares.create(app.host_id, chat, expires_in=wrong)


async def test_deleting_the_conversation_closes_its_links_and_undoing_opens_them(app, chat):
    made = await app.shares.create(app.host_id, chat, live=True)
    reader = await app.readers.enter(made.token)

    async with watching(reader) as page:
        await page.until(lambda p: p.shown)
        await app.conversations.delete(app.host_id, chat)
        await page.until(lambda p: p.end)
    with pytest.raises(NotFound):
        await app.readers.enter(made.token)
    await app.conversations.restore(app.host_id, chat)
    assert await reader.messages()
    await app.readers.enter(made.token)


async def test_a_password_is_asked_for_and_guessing_is_slow(app, chat):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    with pytest.raises(PasswordNeeded):
        await app.readers.enter(made.token)
    reader = await app.readers.enter(made.token, "blue fox")
    for guess in range(5):
        with pytest.raises(WrongPassword):
            await app.readers.enter(made.token, f"guess {guess}")
    with pytest.raises(TooManyGuesses) as wait:
        await app.readers.enter(made.token, "blue fox")
    assert 0 < wait.value.details["seconds"] <= 15
    again = await app.readers.enter(made.token, ticket=reader.ticket)
    assert await again.messages()
    assert "blue fox" not in str(await app.shares.list(app.host_id))


async def test_guessing_all_at_once_is_no_way_around(app, chat):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    tried = await asyncio.gather(
        *(app.readers.enter(made.token, f"{n}") for n in range(12)), return_exceptions=True
    )
    assert sum(isinstance(one, WrongPassword) for one in tried) == 5
    assert sum(isinstance(one, TooManyGuesses) for one in tried) == 7


async def test_the_right_password_clears_the_wrong_ones(app, chat):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    for _ in range(3):
        for _ in range(3):
            with pytest.raises(WrongPassword):
                await app.readers.enter(made.token, "red fox")
        await app.readers.enter(made.token, "blue fox")


async def test_a_ticket_holds_for_its_link_its_password_and_its_time(app, chat):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    other = await app.shares.create(app.host_id, chat, password="blue fox")
    ticket = (await app.readers.enter(made.token, "blue fox")).ticket
    for wrong in (ticket[:-1], "9" * 14 + "." + ticket.split(".")[1], "x", ".", "é.é", "1" * 50):
        with pytest.raises(PasswordNeeded):
            await app.readers.enter(made.token, ticket=wrong)
    with pytest.raises(PasswordNeeded):
        await app.readers.enter(other.token, ticket=ticket)
    lock = locked_with("blue fox")
    assert opens("blue fox", lock)
    assert not opens("blue fox ", lock)
    assert is_ticket(ticket_for(made.id, lock), made.id, lock)
    assert not is_ticket(ticket_for(made.id, lock, now=1), made.id, lock)


async def test_a_link_is_kept_so_that_only_its_owner_can_read_it(app, chat, database_url):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    assert (await app.shares.list(app.host_id))[0].token == made.token
    with psycopg.connect(database_url) as admin:
        (row,) = admin.execute("SELECT s::text FROM shares s").fetchone()
    assert made.token not in row
    assert made.token.encode().hex() not in row
    assert b"blue fox".hex() not in row


async def test_the_key_is_made_once_and_holds_nobody_up(make_settings, monkeypatch):
    made, scrypt = [], hashlib.scrypt

    def slow(*args, **cost):
        made.append(threading.current_thread())
        return scrypt(*args, **cost)

    monkeypatch.setattr(hashlib, "scrypt", slow)
    async with open_app(make_settings(secret_key="a passphrase"), working=False) as app:
        await app.keeper.change({"openai_api_key": "sk-test"})
        room = await app.rooms.create(app.host_id, "Kitchen", "en")
        share = await app.shares.create(app.host_id, room.id)
    assert share.token
    assert len(made) == 1
    assert made[0] is not threading.main_thread()


async def test_unknown_links_open_nothing(app, chat):
    for token in ("", "x", "é\udcff", "' OR 1=1", "x" * 10_000):
        with pytest.raises(NotFound):
            await app.readers.enter(token)


async def test_views_are_counted_once_for_each_visitor_and_hour(app, chat):
    made = await app.shares.create(app.host_id, chat)
    reader = await app.readers.enter(made.token)
    for visitor in ("one", "two", "one", "one"):
        await reader.note_visit(visitor)
    found = await app.shares.get(app.host_id, made.id)
    assert found.views == 2
    assert found.viewed_at is not None


async def test_links_long_gone_are_forgotten(app, chat, database_url):
    kept = await app.shares.create(app.host_id, chat)
    gone = await app.shares.create(app.host_id, chat)
    await app.shares.revoke(app.host_id, gone.id)
    await app.shares.forget(30)
    assert len(await app.shares.list(app.host_id)) == 2
    await alter(database_url, "UPDATE shares SET revoked_at = revoked_at - interval '31 days'")
    await app.shares.forget(30)
    assert [one.id for one in await app.shares.list(app.host_id)] == [kept.id]


async def test_visitors_are_forgotten_in_hours(app, chat, database_url):
    made = await app.shares.create(app.host_id, chat)
    await (await app.readers.enter(made.token)).note_visit("one")
    await alter(database_url, "UPDATE share_views SET hour = hour - interval '3 hours'")
    await app.shares.forget(30)
    with psycopg.connect(database_url) as admin:
        assert admin.execute("SELECT count(*) FROM share_views").fetchone() == (0,)
    assert (await app.shares.get(app.host_id, made.id)).views == 1


async def test_a_link_of_another_is_nobodys_to_manage(app, chat):
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user('bob') AS id")).fetchone()
    made = await app.shares.create(app.host_id, chat)
    assert await app.shares.list(row["id"]) == []
    for act in (app.shares.get, app.shares.revoke):
        with pytest.raises(NotFound):
            await act(row["id"], made.id)
    assert await app.shares.revoke_all(row["id"]) == 0
    with pytest.raises(NotFound):
        await app.shares.create(row["id"], chat)


async def test_a_reader_reaches_nothing_else(app, ask, chat, two_conversations):
    """Whatever a reader's connection asks: other messages, branches, what came before, tables."""
    made, hidden = two_conversations
    reader = await app.readers.enter(made.token)
    shown = await reader.messages()
    assert texts(shown) == ["And a wolf?", "Another one."]
    for around in (*hidden, 0, 1, 2**62):
        for page in (await reader.messages(before=around), await reader.messages(after=around)):
            assert {one["id"] for one in page} <= {one["id"] for one in shown}
    async with app.database.as_share(made.id) as conn:
        tables = await (
            await conn.execute(
                "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                " WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v') AND"
                " relname NOT LIKE 'procrastinate%' AND relname <> 'schema_migrations'"
            )
        ).fetchall()
        assert len(tables) > 15
        for table in tables:
            found = await conn.execute(f'SELECT count(*) AS n FROM "{table["relname"]}"')
            assert (await found.fetchone())["n"] == 0, table
        for call in ("leaf_below(1)", "branch_below(NULL, 1)", "current_user_id()"):
            row = await (
                await conn.execute(
                    f"SELECT max({call}::text) AS found FROM (VALUES (1)) v"
                    if "branch" not in call
                    else f"SELECT max(b) AS found FROM {call} b"
                )
            ).fetchone()
            assert row["found"] in (None, "1"), call
    async with app.database.as_nobody() as conn:
        for call in ("shared_conversation()", "shared_ids()", "shared_languages()",
                     "shared_messages(NULL, NULL, 50)"):  # fmt: skip
            assert await (await conn.execute(f"SELECT * FROM {call}")).fetchall() == []


@pytest.fixture
async def two_conversations(app, ask, chat):
    """A share that begins in the middle of a branch, and the ids of all that is not in it."""
    first = await app.conversations.messages(app.host_id, chat)
    wolf = await ask("And a wolf?", "Another one.", chat)
    aside = await ask("A secret aside", "Kept.", chat, beside=wolf.question_id)
    with_wolf = await ask("And a wolf?", "Another one.", chat, beside=wolf.question_id)
    other = await ask("Another conversation", "Of its own.")
    await app.memories.create(app.host_id, "A secret memory")
    made = await app.shares.create(app.host_id, chat, from_message_id=with_wolf.question_id)
    hidden = [one.id for one in first]
    for turn in (wolf, aside, other):
        hidden += [turn.question_id, turn.message_id]
    return made, hidden
