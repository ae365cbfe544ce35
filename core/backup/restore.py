"""Putting a backup back: all of it, or nothing."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from psycopg import AsyncConnection
from psycopg.errors import DataError, IntegrityError, LockNotAvailable, UndefinedColumn
from psycopg.sql import SQL, Composed, Identifier

from core.backup import schema
from core.backup.archive import NEWER, Manifest, Progress, Reader, Table, opened
from core.backup.backup import write, written
from core.database import database_errors, reach, serving
from core.errors import BackupDamaged, BackupFailed
from core.migrations import LOCK, bring_up
from core.settings import Settings
from core.vault import Vault

sql = schema.sql

_NOTHING = frozenset({"schema_migrations", "events", "lexicon_totals"})
"""Tables whose rows are nobody's loss."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has come to."""

    manifest: Manifest
    before: Path | None
    """Where that was saved what was there."""
    locked: tuple[str, ...]
    """Settings whose keys cannot be opened here and must be pasted again."""
    links: int
    """Shared links that go on, and cannot be copied any more."""


async def restore(
    settings: Settings, source: Path, progress: Progress | None = None, *, force: bool = False
) -> Restored:
    """Put back what a file holds, into a database that holds nothing; nothing happens in halves.

    With `force` what is there is replaced, after it was saved beside the file. Raises BackupFailed
    for a file of a newer Parley, while Parley runs, and for a database that holds something;
    BackupDamaged.
    """
    with opened(source) as reader:
        _require_known(reader.manifest)
        reader.check(progress)
        async with serving(settings) as conninfo, await reach(conninfo) as conn:
            with database_errors():
                before = await _replace(
                    conn, conninfo, settings, source, reader, progress, force=force
                )
                await conn.execute("ANALYZE")
            if reader.key and not settings.secret_key:
                Vault(settings).put_key_file(reader.key)
            locked, links = await _locked(conn, Vault(settings))
    return Restored(reader.manifest, before, locked, links)


async def _replace(
    conn: AsyncConnection, conninfo: str, settings: Settings, source: Path, reader: Reader,
    progress: Progress | None, *, force: bool,
) -> Path | None:  # fmt: skip
    before = None
    async with conn.transaction():
        await _be_alone(conn)
        if await _holds_something(conn):
            if not force:
                raise BackupFailed(
                    "The database holds something already. Restore into an empty one (another "
                    "DATA_DIR or DATABASE_URL), or say --force: what is there is then saved "
                    f"beside the file as {_beside(source).name} and replaced."
                )
            before = _beside(source)
            with written(before) as stream:
                key = None if settings.secret_key else Vault(settings).key_file()
                await write(conninfo, stream, _named(progress, "Saving what is there"), key)
        await _empty(conn)
        await _fill(conn, reader, progress)
        await _require_nobody(conn)
    return before


async def _be_alone(conn: AsyncConnection) -> None:
    await conn.execute("SET LOCAL statement_timeout = 0")
    await conn.execute("SET LOCAL lock_timeout = '10s'")
    if not (await schema.fetch(conn, sql.alone, lock=LOCK))[0]["got"]:
        raise BackupFailed("A Parley is just starting on this database. Stop it, then try again.")
    await _require_nobody(conn)


async def _require_nobody(conn: AsyncConnection) -> None:
    if (await schema.fetch(conn, sql.workers))[0]["n"]:
        raise BackupFailed("Parley runs on this database. Stop it, then restore.")


async def _holds_something(conn: AsyncConnection) -> bool:
    """Whether anything is there beside the one user a Parley makes when it first starts."""
    for name in await schema.kept(conn):
        if name not in _NOTHING:
            allowed = 1 if name == "users" else 0
            query = SQL("SELECT FROM {} LIMIT 2").format(Identifier(name))
            if len(await (await conn.execute(query)).fetchall()) > allowed:
                return True
    return False


async def _empty(conn: AsyncConnection) -> None:
    """Take away all that is Parley's."""
    names = schema.tables()
    ours = names + schema.views()
    before = await schema.fetch(conn, sql.others_things, names=ours)
    listed = {"tables": names, "functions": schema.functions(), "types": schema.types()}
    await conn.execute(sql.note_names, listed)
    try:
        await conn.execute(sql.drop_everything)
    except LockNotAvailable as error:
        raise BackupFailed(
            "Another program works with Parley's tables. Close it, then restore."
        ) from error
    if await schema.fetch(conn, sql.others_things, names=ours) != before:
        raise BackupFailed(
            "Something that is not Parley's is built on its tables, such as a view, and would be "
            "lost. Take it away first, or restore into another database."
        )


async def _fill(conn: AsyncConnection, reader: Reader, progress: Progress | None) -> None:
    """Build the schema of the file, put its rows there, and bring both up to date."""
    manifest = reader.manifest
    await bring_up(conn, manifest.schema_version)
    await conn.execute(sql.loosen)
    done = 0
    for table in manifest.tables:
        done = await _fill_table(conn, reader, table, done, progress)
    if progress:
        progress("Indexing", 0, 1)
    try:
        await conn.execute(sql.tighten)
    except IntegrityError as error:
        raise BackupDamaged from error
    for name, following in manifest.sequences.items():
        of, _, column = name.partition(".")
        await conn.execute(
            SQL("ALTER TABLE {} ALTER COLUMN {} RESTART WITH {}").format(
                Identifier(of), Identifier(column), following
            )
        )
    await bring_up(conn)
    await conn.execute("SELECT unindex_memories(), unindex_passages()")
    if progress:
        progress("Indexing", 1, 1)


async def _fill_table(
    conn: AsyncConnection, reader: Reader, table: Table, done: int, progress: Progress | None
) -> int:
    try:
        async with conn.cursor() as cursor:
            async with cursor.copy(_copy(table)) as rows:
                for chunk in reader.chunks(table):
                    await rows.write(chunk)
                    done += len(chunk)
                    if progress:
                        progress("Putting back", done, reader.manifest.bytes)
            if cursor.rowcount != table.rows:
                raise BackupDamaged
    except (DataError, IntegrityError, UndefinedColumn) as error:
        raise BackupDamaged from error
    return done


def _copy(table: Table) -> Composed:
    return SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(table.name), SQL(", ").join(map(Identifier, table.columns))
    )


def _require_known(manifest: Manifest) -> None:
    if manifest.schema_version > schema.newest():
        raise BackupFailed(NEWER)
    if {table.name for table in manifest.tables} - set(schema.tables()):
        raise BackupDamaged


def _beside(source: Path) -> Path:
    """Where to save what is there: beside the file, over nothing."""
    names = (f"{source.name}.before{n or ''}" for n in itertools.count())
    return next(one for name in names if not (one := source.with_name(name)).exists())


def _named(progress: Progress | None, what: str) -> Progress | None:
    return progress and (lambda _, done, total: progress(what, done, total))


async def _locked(conn: AsyncConnection, vault: Vault) -> tuple[tuple[str, ...], int]:
    """What of the sealed cannot be opened here: names of settings, how many links."""
    rows = [
        row for row in await schema.fetch(conn, sql.sealed) if vault.open(row["secret"]) is None
    ]
    names = tuple(row["name"].upper() for row in rows if row["name"])
    return names, len(rows) - len(names)
