"""The database: identities, isolation on every table, migrations, errors."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from core.database import open_database
from core.errors import ConfigurationError, DatabaseError, DatabaseUnavailable, NotFound
from core.migrations import all_migrations, migrate
from core.settings import Settings
from core.slates.options import Options

# Not anybody's data: the schema's own number and the job queue, which holds ids only.
SYSTEM_TABLES = {"schema_migrations"}


async def everything(conn):
    return await (await conn.execute("SELECT * FROM users")).fetchall()


@pytest.fixture
async def two_hosts(app):
    """Two hosts, each with a chat, a room, a guest, messages, translations, a slate and a link."""
    people = []
    for handle in ("ana", "bob"):
        async with app.database.as_nobody() as conn:
            row = await (await conn.execute("SELECT local_user(%s) AS id", [handle])).fetchone()
        user = row["id"]
        turn = await app.chat.send(user, f"a secret of {handle}")
        async for _ in turn.follow():
            pass
        room = await app.rooms.create(user, f"{handle}'s room", "en")
        guest, _ = await app.rooms.join(room.token, "Guest", "pt")
        await app.rooms.say(guest, "Bom dia a todos os meus amigos")
        await app.rooms.say(await app.rooms.host(user, room.id), "Good morning to all my friends")
        async with app.database.as_user(user) as conn:
            await conn.execute(
                "INSERT INTO preferences (user_id, name, value) VALUES (%s, 'system_prompt', %s)",
                [user, f'"a secret of {handle}"'],
            )
        memory = await app.memories.create(user, f"a secret of {handle}")
        gone = await app.memories.create(user, f"another secret of {handle}")
        await app.memories.delete(user, [gone.id])
        async with app.database.as_user(user) as conn:
            await app.recall.note_use(conn, user, turn.message_id, [memory.id])
        await app.marks.react(user, turn.message_id, "like")
        await app.marks.bookmark(user, turn.message_id)
        slate = await app.slates.create(user)
        text = f"a secret of {handle}"
        run = await app.slate_runs.start(user, slate.id, text, Options(source="en", target="pt"))
        await asyncio.wait({run.task})
        share = await app.shares.create(user, turn.conversation_id)
        await (await app.readers.enter(share.token)).note_visit("somebody")
        await thought_over(app, user, turn)
        people.append((user, room, guest))
    await app.reader.catch_up()
    async with app.database.as_user(people[0][0]) as conn:
        for owner, room, _ in people[:1]:
            row = await (
                await conn.execute(
                    "SELECT id FROM messages WHERE conversation_id = %s ORDER BY id LIMIT 1",
                    [room.id],
                )
            ).fetchone()
            await conn.execute(
                "INSERT INTO translations (message_id, language, conversation_id, user_id, status)"
                " VALUES (%s, 'xx', %s, %s, 'complete') ON CONFLICT DO NOTHING",
                [row["id"], room.id, owner],
            )
    return people


async def thought_over(app, user, turn):
    """What Parley makes of a conversation: its summary, its topics, what it says of the person."""
    about = {"user": user, "chat": turn.conversation_id, "message": turn.message_id}
    async with app.database.as_user(user) as conn:
        for statement in (
            "INSERT INTO summaries (conversation_id, user_id, made_by, language, text, until_id,"
            " messages) VALUES (%(chat)s, %(user)s, 'extract', 'en', 'A talk', %(message)s, 2)",
            "INSERT INTO topics (conversation_id, place, user_id, topic)"
            " VALUES (%(chat)s, 1, %(user)s, 'secrets')",
            "INSERT INTO task_runs (task, user_id, status) VALUES ('cleanup', %(user)s, 'done')",
            "WITH insight AS (INSERT INTO profile_insights (user_id, kind, key, value)"
            " VALUES (%(user)s, 'interest', 'secrets', 'secrets') RETURNING id), used AS"
            " (INSERT INTO profile_uses (message_id, user_id, insight_ids)"
            " SELECT %(message)s, %(user)s, ARRAY[id] FROM insight ON CONFLICT DO NOTHING)"
            " INSERT INTO profile_evidence"
            " (insight_id, message_id, conversation_id, user_id, why, weight, seen_at)"
            " SELECT id, %(message)s, %(chat)s, %(user)s, 'said', 1, now() FROM insight",
            "INSERT INTO profile_states (user_id) VALUES (%(user)s) ON CONFLICT DO NOTHING",
            "INSERT INTO follow_ups (message_id, user_id) VALUES (%(message)s, %(user)s)",
            "INSERT INTO lookups (message_id, user_id, searched)"
            " VALUES (%(message)s, %(user)s, '{}')",
            "INSERT INTO sources (message_id, number, user_id, of_message, excerpt)"
            " VALUES (%(message)s, 1, %(user)s, %(message)s, 'A secret')",
        ):
            await conn.execute(statement, about)


async def about_to_be_read(conn, user):
    """What the reader would have dealt with in a moment."""
    await conn.execute(
        "INSERT INTO unread_passages (user_id, message_id)"
        " SELECT user_id, id FROM messages LIMIT 1 ON CONFLICT DO NOTHING"
    )
    await conn.execute("INSERT INTO gone_passages (number, user_id) VALUES (0, %s)", [user])


async def tables_of(conn):
    rows = await (
        await conn.execute(
            "SELECT relname, relrowsecurity FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = relnamespace WHERE nspname = 'public' AND relkind IN ('r', 'p')"
        )
    ).fetchall()
    return {
        row["relname"]: row["relrowsecurity"]
        for row in rows
        if row["relname"] not in SYSTEM_TABLES and not row["relname"].startswith("procrastinate_")
    }


async def owner_columns(conn, table):
    rows = await (
        await conn.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
        )
    ).fetchall()
    return {row["column_name"] for row in rows}


async def test_every_table_is_guarded_by_row_level_security(app):
    async with app.database.as_nobody() as conn:
        tables = await tables_of(conn)
    assert tables, "no tables found"
    assert [name for name, guarded in tables.items() if not guarded] == []


async def test_nobody_sees_anything_in_any_table(app, two_hosts):
    async with app.database.as_nobody() as conn:
        for table in await tables_of(conn):
            row = await (await conn.execute(f'SELECT count(*) AS n FROM "{table}"')).fetchone()
            assert row["n"] == 0, table


async def test_a_user_sees_their_own_and_nothing_else_in_every_table(app, two_hosts):
    (ana, _ana_room, _), (bob, bob_room, _) = two_hosts
    async with app.database.as_user(ana) as conn:
        await about_to_be_read(conn, ana)
        for table in await tables_of(conn):
            rows = await (await conn.execute(f'SELECT * FROM "{table}"')).fetchall()
            assert rows, f"{table} has nothing of the owner's: the test shows nothing for it"
            text = str(rows)
            assert str(bob) not in text, table
            assert str(bob_room.id) not in text, table
            assert "secret of bob" not in text, table


async def test_a_user_changes_nothing_of_another_in_any_table(app, two_hosts, database_url):
    (ana, _, _), (bob, _, _) = two_hosts

    def count():
        with psycopg.connect(database_url) as admin:
            names = [
                r[0]
                for r in admin.execute(
                    "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
                    " WHERE nspname = 'public' AND relkind = 'r' AND relrowsecurity"
                )
            ]
            return {
                n: admin.execute(
                    f'SELECT count(*) FROM "{n}" t WHERE t::text LIKE %s', [f"%{bob}%"]
                ).fetchone()[0]
                for n in names
            }

    before = count()
    async with app.database.as_user(ana) as conn:
        for table in await tables_of(conn):
            await conn.execute(f'DELETE FROM "{table}"')
    after = count()  # Bob's may have grown: his chat is given a title meanwhile
    for table in ("unread_passages", "gone_passages"):  # the core deals with them meanwhile
        del before[table]
    assert [table for table in before if after[table] < before[table]] == []
    assert before["messages"] > 0


async def test_a_user_cannot_write_in_anothers_name(app, two_hosts):
    (ana, _, _), (bob, bob_room, _) = two_hosts
    attempts = [
        ("INSERT INTO conversations (user_id, kind) VALUES (%s, 'chat')", [bob]),
        ("INSERT INTO messages (conversation_id, user_id, role, text) VALUES (%s, %s, 'user', 'x')",
         [bob_room.id, bob]),
        ("SELECT publish(%s, 'message', '{}')", [bob_room.id]),
        ("SELECT publish(%s, 'conversation', '{}')", [bob]),
        ("UPDATE schema_migrations SET number = 0", []),
    ]  # fmt: skip
    for statement, values in attempts:
        with pytest.raises(DatabaseError):
            async with app.database.as_user(ana) as conn:
                await conn.execute(statement, values)


async def test_a_guest_sees_the_room_and_nothing_else(app, two_hosts):
    (_ana, ana_room, guest), (_, _bob_room, _) = two_hosts
    async with app.database.as_guest(guest.id) as conn:
        for table in await tables_of(conn):
            rows = await (await conn.execute(f'SELECT * FROM "{table}"')).fetchall()
            columns = await owner_columns(conn, table)
            for row in rows:
                place = row.get("conversation_id") or row.get("topic") or row["id"]
                assert place == ana_room.id, (table, row)
            assert "secret of" not in str(rows), table
            assert columns


async def test_a_guest_changes_nothing_but_their_own_entry(app, two_hosts):
    (_, room, guest), _ = two_hosts
    host = await app.rooms.host(two_hosts[0][0], room.id)
    async with app.database.as_guest(guest.id) as conn:
        for table in await tables_of(conn):
            if table != "events":
                assert (await conn.execute(f'DELETE FROM "{table}"')).rowcount == 0, table
        changed = await conn.execute("UPDATE participants SET name = 'me'")
        assert changed.rowcount == 1
        assert (await conn.execute("UPDATE messages SET text = 'x'")).rowcount == 0
        assert (await conn.execute("UPDATE conversations SET title = 'x'")).rowcount == 0
    with pytest.raises(DatabaseError):
        async with app.database.as_guest(guest.id) as conn:
            await conn.execute(
                "INSERT INTO messages (conversation_id, user_id, participant_id, role, text)"
                " VALUES (%s, %s, %s, 'user', 'in the name of the host')",
                [room.id, host.user_id, host.id],
            )


async def test_a_reader_of_a_share_sees_no_row_of_any_table(app, two_hosts):
    (ana, _, _), _ = two_hosts
    share = (await app.shares.list(ana))[0]
    async with app.database.as_share(share.id) as conn:
        for table in await tables_of(conn):
            row = await (await conn.execute(f'SELECT count(*) AS n FROM "{table}"')).fetchone()
            assert row["n"] == 0, table
            if table != "events":
                assert (await conn.execute(f'DELETE FROM "{table}"')).rowcount == 0, table


async def test_the_host_cannot_be_impersonated_as_a_guest(app, two_hosts):
    (user, room, _), _ = two_hosts
    host = await app.rooms.host(user, room.id)
    with pytest.raises(NotFound):
        async with app.database.as_guest(host.id):
            pass


async def test_an_identity_ends_with_its_transaction(app, two_hosts):
    (ana, _, _), _ = two_hosts
    async with app.database.as_user(ana) as conn:
        assert await everything(conn)
    for _ in range(20):  # every connection of the pool
        async with app.database.as_nobody() as conn:
            assert await everything(conn) == []


async def test_the_views_show_the_layout_others_use(app, two_hosts):
    (ana, _, _), _ = two_hosts
    async with app.database.as_user(ana) as conn:
        sessions = await (await conn.execute("SELECT * FROM sessions")).fetchall()
        events = await (
            await conn.execute("SELECT * FROM session_events ORDER BY created_at")
        ).fetchall()
    assert set(sessions[0]) == {"id", "start_time", "end_time", "duration_seconds", "summary"}
    assert len(sessions) == 2
    chat = [e for e in events if e["event_type"] == "ai_message"]
    assert len(chat) == 1
    assert set(events[0]) == {"session_id", "event_type", "role", "content", "created_at"}
    async with app.database.as_nobody() as conn:
        assert await (await conn.execute("SELECT * FROM sessions")).fetchall() == []


async def test_migrations_apply_once_when_several_processes_start(empty_database):
    async def start():
        async with await psycopg.AsyncConnection.connect(empty_database, autocommit=True) as conn:
            return await migrate(conn)

    applied = await asyncio.gather(*(start() for _ in range(4)))
    assert sorted(len(found) for found in applied) == [0, 0, 0, len(all_migrations())]


async def test_a_database_of_a_newer_parley_is_refused(database_url, make_settings):
    with psycopg.connect(database_url) as admin:
        admin.execute("INSERT INTO schema_migrations (number, name) VALUES (9999, 'future')")
    with pytest.raises(ConfigurationError, match="newer Parley"):
        async with open_database(make_settings()):
            pass


async def test_an_unreachable_database_is_one_sentence_without_the_password(tmp_path):
    settings = Settings(
        database_url="postgresql://me:hunter2@127.0.0.1:1/parley", data_dir=tmp_path
    )
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL") as caught:
        async with open_database(settings):
            pass
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


async def test_a_database_that_refuses_says_why(postgres, tmp_path):
    settings = Settings(database_url=make_conninfo(postgres, dbname="nowhere"), data_dir=tmp_path)
    with pytest.raises(DatabaseUnavailable, match='"nowhere" does not exist'):
        async with open_database(settings):
            pass


async def test_an_unusable_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConfigurationError, match="DATA_DIR"):
        async with open_database(Settings(data_dir=tmp_path / "file")):
            pass


async def test_the_embedded_database_keeps_what_was_said(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")
    labels = []
    async with (
        open_database(settings, lambda label, share: labels.append(label)) as db,
        db.as_nobody() as conn,
    ):
        await conn.execute("SELECT local_user('me')")
    assert labels == ["Creating the database…"]
    async with open_database(settings, lambda label, share: labels.append(label)) as db:
        async with db.as_nobody() as conn:
            row = await (await conn.execute("SELECT local_user('me') AS id")).fetchone()
        async with db.as_user(row["id"]) as conn:
            assert len(await everything(conn)) == 1
    assert len(labels) == 1


async def test_who_is_told_to_stop_while_waiting_for_a_connection_stops(app, two_hosts):
    (user, _, _), _ = two_hosts
    for ticks in range(30):  # at whatever moment between the release and the waking up
        async with AsyncExitStack() as busy:
            for _ in range(app.database.pool.max_size):
                await busy.enter_async_context(app.database.as_user(user))
            waiting = asyncio.create_task(forever(app.database, user))
            while app.database.pool.get_stats()["requests_waiting"] == 0:
                await asyncio.sleep(0)
            release = asyncio.create_task(busy.aclose())
            for _ in range(ticks):
                await asyncio.sleep(0)
            waiting.cancel()
            done, _ = await asyncio.wait({waiting}, timeout=10)
            await release
        assert done, f"not told {ticks} ticks after the release"
        assert waiting.cancelled()


async def forever(database, user):
    async with database.as_user(user) as conn:
        await conn.execute("SELECT 1")
    await asyncio.Event().wait()


async def test_a_broken_statement_is_an_error_of_ours_with_its_cause(app):
    with pytest.raises(DatabaseError) as caught:
        async with app.database.as_user(uuid4()) as conn:
            await conn.execute("SELECT nonsense")
    assert isinstance(caught.value.__cause__, psycopg.Error)


async def test_health_names_what_is_wrong(app, postgres, database_url):
    assert (await app.health()).ok
    with psycopg.connect(postgres, autocommit=True) as admin:
        name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    health = await app.health()
    assert not health.ok
    assert health.database is not None
    assert health.index is None
