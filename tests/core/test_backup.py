"""All that is kept as one file, and back: the same, or nothing."""

import asyncio
import json
import os
import random
import shutil
import signal
import sys
import zipfile

import psycopg
import pytest
from psycopg.rows import dict_row

from core.app import open_app
from core.backup import schema
from core.backup.archive import opened
from core.backup.backup import back_up
from core.backup.restore import restore
from core.database import reach
from core.errors import BackupDamaged, BackupFailed
from core.migrations import all_migrations, bring_up
from core.settings import Settings
from tests.conftest import create_database, drop_database
from tests.core.test_command import run
from tests.histories import live_a_life

COMES_OF_ITSELF = {"schema_migrations", "gone_passages"}
PASSAGE = "Meet me at the lighthouse."
CATALOG = {
    "constraints": "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid),"
                   " convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT tgrelid::regclass::text, tgname::text, tgenabled FROM pg_trigger"
                " WHERE NOT tgisinternal",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "functions": "SELECT oid::regprocedure::text FROM pg_proc"
                 " WHERE pronamespace = 'public'::regnamespace",
    "policies": "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies",
    "rights": "SELECT table_name::text, privilege_type FROM information_schema.table_privileges"
              " WHERE grantee = 'parley_app'",
}  # fmt: skip


def url(settings):
    return settings.database_url.get_secret_value()


def ask(settings, query, *values):
    with psycopg.connect(url(settings), row_factory=dict_row) as conn:
        return conn.execute(query, values or None).fetchall()


def everything(settings):
    """Every row of every table; that it is in the index is no part of it."""
    return {
        name: [row["row"] for row in ask(
            settings, f"SELECT (to_jsonb(t) - 'indexed_as')::text AS row FROM {name} t ORDER BY 1"
        )]
        for name in schema.tables() if name not in COMES_OF_ITSELF
    }  # fmt: skip


def catalog(settings):
    """How the database is built."""
    return {
        name: sorted(str(list(row.values())) for row in ask(settings, query))
        for name, query in CATALOG.items()
    }


@pytest.fixture(scope="session")
def past(postgres, template, tmp_path_factory):
    """A database to copy and its data folder: of a Parley with a past, that does not run."""
    conninfo = create_database(postgres, "parley_past", template)
    folder = tmp_path_factory.mktemp("past")
    chosen = Settings(database_url=conninfo, data_dir=folder, _env_file=None)
    asyncio.run(_live(chosen))
    return "parley_past", folder


async def _live(chosen):
    async with open_app(chosen, working=False) as app:
        life = await asyncio.to_thread(live_a_life, url(chosen), app.host_id, 30, 60)
        for text in ("I am a vegetarian", "I live in Oslo"):
            await app.memories.create(app.host_id, text)
        await app.slates.create(app.host_id, PASSAGE)
        await app.shares.create(app.host_id, life.conversations[0], password="sesame")
        await app.keeper.change({"openai_api_key": "sk-very-secret-key", "ai_temperature": 0.5})
        await app.reader.read_everything_again()
        await app.reader.catch_up()
        await app.memory_index.catch_up()
    with psycopg.connect(url(chosen)) as conn:
        conn.execute("UPDATE messages SET remark = %s", ["A tab\t, a line\n, a \\N and 日本語"])


@pytest.fixture
def settings(postgres, past, make_settings, tmp_path):
    """Of a Parley with a past, that does not run."""
    name, folder = past
    shutil.copytree(folder, tmp_path / "data")
    conninfo = create_database(postgres, f"{name}_{os.getpid()}", name)
    yield make_settings(database_url=conninfo)
    drop_database(postgres, f"{name}_{os.getpid()}")


@pytest.fixture
def elsewhere(make_settings, copies, tmp_path):
    """Of a Parley that holds nothing yet, with a key of its own."""
    conninfo = copies.take()
    yield make_settings(database_url=conninfo, data_dir=tmp_path / "elsewhere")
    copies.give_back(conninfo)


@pytest.fixture
async def file(settings, tmp_path):
    await back_up(settings, tmp_path / "parley.backup")
    return tmp_path / "parley.backup"


def rewritten(file, **changes):
    """The same file with another manifest or other entries."""
    made = file.with_name("rewritten")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps(json.loads(content) | changes).encode()
            new.writestr(name, content)
    return made


async def test_everything_comes_back_as_it_was(settings, elsewhere, file):
    done = await restore(elsewhere, file)
    before, after = everything(settings), everything(elsewhere)
    assert [name for name in before if before[name] != after[name]] == []
    some = ("users", "messages", "translations", "memories", "memory_words", "slates", "shares",
            "preferences", "summaries", "topics", "passages", "lexicon", "reactions")  # fmt: skip
    assert [name for name in some if not after[name]] == []
    assert done.manifest.rows == sum(map(len, after.values()))
    assert catalog(elsewhere) == catalog(settings)


async def test_numbers_go_on_where_they_were(settings, elsewhere, file):
    await restore(elsewhere, file)
    taken = max(row["id"] for row in ask(settings, "SELECT id FROM messages"))
    async with await reach(url(settings)) as here, await reach(url(elsewhere)) as there:
        assert await schema.sequences(here) == await schema.sequences(there)
        assert (await schema.sequences(there))["messages.id"] == taken + 1


async def test_it_opens_and_finds_everything(settings, elsewhere, file):
    await restore(elsewhere, file)
    async with open_app(elsewhere, working=False) as app:
        found = await app.search.find(app.host_id, "lighthouse", semantic=False)
        assert [hit.text for hit in found.hits] == [PASSAGE]
        assert app.preferences.current.ai_temperature == 0.5
        await app.memory_index.catch_up()
        assert (await app.memory_index.differences()).none
        near = await app.recall.search(app.host_id, "Which city is my home?")
        assert near[0].memory.text == "I live in Oslo"


async def test_a_database_without_a_schema_takes_it_too(
    settings, make_settings, empty_database, file, tmp_path
):
    bare = make_settings(database_url=empty_database, data_dir=tmp_path / "bare")
    await restore(bare, file)
    assert everything(bare) == everything(settings)
    assert catalog(bare) == catalog(settings)


async def test_without_the_key_it_says_what_must_be_pasted_again(settings, elsewhere, file):
    done = await restore(elsewhere, file)
    assert (done.locked, done.links) == (("OPENAI_API_KEY",), 1)
    async with open_app(elsewhere, working=False) as app:
        assert app.preferences.unreadable == ["openai_api_key"]


async def test_the_key_goes_along_where_that_is_asked_for(settings, elsewhere, tmp_path):
    await back_up(settings, tmp_path / "whole", with_key=True)
    done = await restore(elsewhere, tmp_path / "whole")
    assert (done.locked, done.links) == ((), 0)
    assert (elsewhere.data_dir / "secret.key").stat().st_mode & 0o777 == 0o600
    async with open_app(elsewhere, working=False) as app:
        key = app.preferences.current.openai_api_key
        assert key.get_secret_value() == "sk-very-secret-key"


async def test_a_key_that_is_no_file_cannot_go_along(make_settings, settings, tmp_path):
    with pytest.raises(BackupFailed, match="SECRET_KEY"):
        await back_up(make_settings(secret_key="hush"), tmp_path / "whole", with_key=True)
    assert not (tmp_path / "whole").exists()


async def test_nobody_else_can_read_it_and_no_secret_is_in_it(settings, file):
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as zipped:
        text = b"".join(zipped.read(name) for name in zipped.namelist())
        assert "secret.key" not in zipped.namelist()
    assert (settings.data_dir / "secret.key").read_bytes() not in text
    assert b"sk-very-secret-key" not in text
    assert b"sesame" not in text


async def test_no_file_is_overwritten_unasked(settings, tmp_path):
    there = tmp_path / "precious"
    there.write_text("do not lose me")
    with pytest.raises(BackupFailed, match="--force"):
        await back_up(settings, there)
    assert there.read_text() == "do not lose me"
    await back_up(settings, there, force=True)
    with opened(there) as reader:
        assert reader.manifest.rows
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["precious"]


async def test_it_is_of_one_moment_while_parley_runs(settings, elsewhere, tmp_path):
    before = everything(settings)

    def say_something(_step, done, _total):
        if not done:
            with psycopg.connect(url(settings)) as conn:
                conn.execute("INSERT INTO users (handle) VALUES ('too late')")
                conn.execute("UPDATE messages SET text = 'too late'")

    async with open_app(settings, working=False):
        await back_up(settings, tmp_path / "moment", say_something)
    await restore(elsewhere, tmp_path / "moment")
    assert everything(elsewhere) == before
    assert ask(settings, "SELECT FROM users WHERE handle = 'too late'")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
async def test_a_file_cut_short_is_refused(elsewhere, file, share):
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    before = everything(elsewhere)
    with pytest.raises(BackupDamaged):
        await restore(elsewhere, file)
    assert everything(elsewhere) == before


async def test_a_flipped_bit_shows_or_changes_nothing(file):
    def read(path):
        with opened(path) as reader:
            reader.check()
            tables = {one.name: b"".join(reader.chunks(one)) for one in reader.manifest.tables}
            return reader.manifest, tables, reader.key

    whole, right = file.read_bytes(), read(file)
    chance, spoilt, shown = random.Random(1), file.with_name("spoilt"), 0
    for place in [*chance.sample(range(len(whole)), 150), *range(len(whole) - 150, len(whole))]:
        content = bytearray(whole)
        content[place] ^= 1 << chance.randrange(8)
        spoilt.write_bytes(content)
        try:
            assert read(spoilt) == right, place
        except BackupFailed:
            shown += 1
    assert shown > 150


async def test_something_else_is_no_backup(elsewhere, tmp_path):
    with pytest.raises(BackupFailed, match="cannot be read"):
        await restore(elsewhere, tmp_path / "nowhere")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "b")
    with pytest.raises(BackupFailed, match="not a backup of Parley"):
        await restore(elsewhere, tmp_path / "other.zip")


@pytest.mark.parametrize(
    "newer", [{"format": 99}, {"format": 99, "tables": {}}, {"schema_version": 9999}]
)
async def test_one_of_a_newer_parley_is_refused(elsewhere, file, newer):
    with pytest.raises(BackupFailed, match="Update Parley"):
        await restore(elsewhere, rewritten(file, **newer))


async def test_rows_that_do_not_fit_together_are_refused_whole(settings, elsewhere, file):
    """Where the checksums are right all the same."""
    with psycopg.connect(url(settings), autocommit=True) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("UPDATE translations SET message_id = 987654321 WHERE ctid = '(0,1)'")
    await back_up(settings, file, force=True)
    before = everything(elsewhere)
    with pytest.raises(BackupDamaged):
        await restore(elsewhere, file)
    assert everything(elsewhere) == before


async def test_a_database_that_holds_something_is_not_touched(settings, file):
    with psycopg.connect(url(settings)) as conn:
        conn.execute("UPDATE messages SET text = 'newer'")
    before = everything(settings)
    with pytest.raises(BackupFailed, match="--force"):
        await restore(settings, file)
    assert everything(settings) == before


async def test_what_is_replaced_is_saved_first(settings, file):
    was = everything(settings)
    with psycopg.connect(url(settings)) as conn:
        conn.execute("UPDATE messages SET text = 'newer'")
    newer = everything(settings)
    first = await restore(settings, file, force=True)
    assert everything(settings) == was
    assert (first.before.name, first.before.stat().st_mode & 0o777) == (
        "parley.backup.before",
        0o600,
    )
    second = await restore(settings, first.before, force=True)
    assert everything(settings) == newer
    assert second.locked == ()
    assert second.before != first.before


async def test_what_is_indexed_is_made_anew(settings, file):
    """The index may have gone on meanwhile: what it says of a number is another text's, perhaps."""
    await restore(settings, file, force=True)
    assert ask(settings, "SELECT FROM memories WHERE indexed_as <> ''") == []
    async with open_app(settings, working=False) as app:
        assert await app.memory_index.waiting() == 2


async def test_none_is_put_back_under_a_parley_that_runs(settings, file):
    before = everything(settings)
    async with open_app(settings, working=False):
        with pytest.raises(BackupFailed, match="Parley runs"):
            await restore(settings, file, force=True)
    assert everything(settings) == before
    assert not file.with_name("parley.backup.before").exists()


async def test_a_parley_that_starts_meanwhile_waits_for_all_of_it(settings, elsewhere, file):
    starting = None

    def start(step, done, _total):
        nonlocal starting
        if step == "Putting back" and starting is None:
            starting = asyncio.create_task(_open(elsewhere))

    await restore(elsewhere, file, start)
    assert await starting == len(ask(settings, "SELECT FROM messages"))


async def _open(settings):
    async with open_app(settings, working=False) as app, app.database.as_user(app.host_id) as conn:
        return (await (await conn.execute("SELECT count(*) AS n FROM messages")).fetchone())["n"]


@pytest.mark.parametrize("step", ["Saving what is there", "Putting back"])
async def test_stopped_in_the_middle_nothing_has_happened(settings, file, step):
    before, built, folder = everything(settings), catalog(settings), file.parent

    def stop(now, done, total):
        if now == step and (done or step != "Putting back"):
            task.cancel()

    task = asyncio.create_task(restore(settings, file, stop, force=True))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert everything(settings) == before
    assert catalog(settings) == built
    left = {one.name for one in folder.iterdir() if one.is_file()}
    assert left - {"parley.backup.before"} == {"parley.backup"}
    assert ("parley.backup.before" in left) == (step == "Putting back")


async def test_ctrl_c_leaves_no_half_a_file(settings, tmp_path):
    target = tmp_path / "out" / "parley.backup"
    target.parent.mkdir()
    # Ignored where the tests run in the background, and inherited so.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with psycopg.connect(url(settings)) as conn:
        conn.execute("LOCK TABLE messages")  # so that it is in the middle for as long as we look
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "core", "backup", str(target),
            env={"DATABASE_URL": url(settings), "DATA_DIR": str(tmp_path), "PATH": "/usr/bin"},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        async with asyncio.timeout(60):
            while not list(target.parent.iterdir()) or not ask(
                settings, "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database()"
            ):  # fmt: skip
                await asyncio.sleep(0.05)
            process.send_signal(signal.SIGINT)
            said, _ = await process.communicate()
    assert (process.returncode, said.decode()) == (130, "")
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("number", range(1, len(all_migrations())))
async def test_one_of_an_older_parley_is_brought_up_to_date(
    make_settings, empty_database, elsewhere, tmp_path, number
):
    old = make_settings(database_url=empty_database, data_dir=tmp_path / "old")
    async with await reach(empty_database) as conn:
        await bring_up(conn, number)
        await conn.execute("INSERT INTO users (handle) VALUES ('ana')")
        await conn.execute(
            "WITH made AS (INSERT INTO conversations (user_id, kind, title)"
            " SELECT id, 'chat', 'Old' FROM users RETURNING id, user_id)"
            " INSERT INTO messages (conversation_id, user_id, role, text)"
            " SELECT id, user_id, 'user', 'said long ago' FROM made"
        )
    await back_up(old, tmp_path / "old.backup")
    with opened(tmp_path / "old.backup") as reader:
        assert reader.manifest.schema_version == number
    await restore(elsewhere, tmp_path / "old.backup")
    assert len(ask(elsewhere, "SELECT FROM schema_migrations")) == len(all_migrations())
    async with open_app(elsewhere, working=False) as app:
        await app.reader.catch_up()
        rows = ask(
            elsewhere, "SELECT u.handle, p.kind FROM passages p JOIN users u ON u.id = p.user_id"
        )
    assert rows == [{"handle": "ana", "kind": "chat"}]
    assert ask(elsewhere, "SELECT head_id = m.id AS leads FROM conversations c JOIN messages m"
                          " ON m.conversation_id = c.id") == [{"leads": True}]  # fmt: skip


async def test_what_is_not_parleys_stays(settings, file):
    with psycopg.connect(url(settings)) as conn:
        conn.execute("CREATE TABLE somebody_elses AS SELECT 1 AS one")
    await restore(settings, file, force=True)
    assert ask(settings, "SELECT one FROM somebody_elses") == [{"one": 1}]
    with psycopg.connect(url(settings)) as conn:
        conn.execute("CREATE VIEW report AS SELECT count(*) FROM messages")
    before = everything(settings)
    with pytest.raises(BackupFailed, match="built on its tables"):
        await restore(settings, file, force=True)
    assert everything(settings) == before


async def test_nothing_is_no_backup(make_settings, empty_database, tmp_path):
    with pytest.raises(BackupFailed, match="nothing in this database"):
        await back_up(make_settings(database_url=empty_database), tmp_path / "empty")
    assert list(tmp_path.glob("*empty*")) == []


async def test_every_table_is_in_it_or_comes_of_itself(settings):
    tables, functions = (
        {row["name"] for row in ask(settings, query)}
        for query in (
            "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'procrastinate%'",
            "SELECT proname::text AS name FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'procrastinate%'",
        )
    )
    assert tables == set(schema.tables())
    assert functions <= set(schema.functions())
    async with await reach(url(settings)) as conn:
        assert set(await schema.kept(conn)) == set(schema.tables()) - COMES_OF_ITSELF


async def test_the_commands_do_it_and_say_so(settings, elsewhere, tmp_path):
    target = tmp_path / "parley.backup"
    code, said = await run(settings, "backup", str(target))
    assert (code, "MB" in said.splitlines()[-1]) == (0, True), said
    code, said = await run(settings, "backup", str(target))
    assert (code, len(said.splitlines())) == (2, 1) and "--force" in said
    code, said = await run(elsewhere, "restore", str(target))
    assert code == 0 and "OPENAI_API_KEY" in said, said
    assert everything(elsewhere)["messages"] == everything(settings)["messages"]
    code, said = await run(elsewhere, "restore", str(target))
    assert (code, len(said.splitlines())) == (2, 2) and "parley.backup.before" in said
    code, said = await run(elsewhere, "restore", "--force", str(target))
    assert f"What was there before is in {target}.before." in said, said


async def test_it_goes_through_a_pipe(settings, elsewhere, tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "core", "backup", "-",
        env={"DATABASE_URL": url(settings), "DATA_DIR": str(tmp_path), "PATH": "/usr/bin"},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    content, _ = await process.communicate()
    assert process.returncode == 0
    (tmp_path / "piped").write_bytes(content)
    await restore(elsewhere, tmp_path / "piped")
    assert everything(elsewhere) == everything(settings)
