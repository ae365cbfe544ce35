"""Writing a backup, also while Parley runs: all of it as it was at one moment."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from psycopg import AsyncConnection
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Composed, Identifier

from core.backup import schema
from core.backup.archive import FORMAT, Manifest, Progress, Writer
from core.database import database_errors, reach, serving
from core.errors import BackupFailed, DatabaseError
from core.settings import Settings
from core.vault import Vault

sql = schema.sql

STDOUT = Path("-")
_TELL_EVERY = 1_000


async def back_up(
    settings: Settings, target: Path, progress: Progress | None = None, *,
    with_key: bool = False, force: bool = False,
) -> Manifest:  # fmt: skip
    """Write all that is kept into a file only its owner can read; `-` is the standard output.

    The database is left as it is, also where it is older than this Parley. Raises BackupFailed
    where there is nothing to save, where the file is there already and not to be overwritten
    (`force`), and where it cannot be written; then there is none.
    """
    key = _key(settings) if with_key else None
    with written(target, force=force) as stream:
        async with serving(settings) as conninfo:
            return await write(conninfo, stream, progress, key)


async def write(
    conninfo: str, stream: IO[bytes], progress: Progress | None, key: bytes | None
) -> Manifest:
    """Write what a database holds now to a stream, with what opens its encrypted keys or not."""
    try:
        async with await reach(conninfo) as conn:
            with database_errors():
                version = await _version(conn)
                async with conn.transaction():
                    await conn.execute(sql.one_moment)
                    with Writer(stream) as writer:
                        return await _write(conn, writer, version, progress, key)
    except DatabaseError as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise BackupFailed(
                "The login of DATABASE_URL may not read all of Parley's tables. Use their owner's."
            ) from error
        raise


async def _version(conn: AsyncConnection) -> int:
    version = await schema.version(conn)
    if version is None:
        raise BackupFailed("There is nothing in this database yet that could be saved.")
    if version > schema.newest():
        raise BackupFailed("The database was made by a newer Parley. Update Parley, then save it.")
    return version


async def _write(
    conn: AsyncConnection, writer: Writer, version: int, progress: Progress | None,
    key: bytes | None,
) -> Manifest:  # fmt: skip
    tables = await schema.kept(conn)
    total, done = await _count(conn, tables), 0
    if progress:
        progress("Saving", done, total)
    for name, columns in tables.items():
        with writer.table(name, columns) as put:
            async with conn.cursor() as cursor, cursor.copy(_copy(name, columns)) as rows:
                async for row in rows:
                    put(bytes(row))
                    done += 1
                    if progress and done % _TELL_EVERY == 0:
                        progress("Saving", done, total)
    if progress:
        progress("Saving", done, total)
    if key:
        writer.key(key)
    manifest = Manifest(
        format=FORMAT, made_at=datetime.now(UTC), postgres=conn.info.server_version // 10000,
        schema_version=version, tables=tuple(writer.tables),
        sequences=await schema.sequences(conn),
    )  # fmt: skip
    writer.end(manifest)
    return manifest


async def _count(conn: AsyncConnection, tables: dict[str, tuple[str, ...]]) -> int:
    counts = [SQL("(SELECT count(*) FROM {})").format(Identifier(name)) for name in tables]
    row = await (await conn.execute(SQL("SELECT {}").format(SQL(" + ").join(counts)))).fetchone()
    return int(row[0]) if row else 0


def _copy(name: str, columns: tuple[str, ...]) -> Composed:
    return SQL("COPY {} ({}) TO STDOUT").format(
        Identifier(name), SQL(", ").join(map(Identifier, columns))
    )


def _key(settings: Settings) -> bytes:
    if settings.secret_key:
        raise BackupFailed(
            "Your keys are encrypted with SECRET_KEY, which is not in a file of Parley. Keep it "
            "yourself, and leave out --with-key."
        )
    if (key := Vault(settings).key_file()) is None:
        raise BackupFailed("There is no key file yet: nothing is encrypted. Leave out --with-key.")
    return key


@contextmanager
def written(target: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """A file to write: under another name until it is complete, and for its owner alone."""
    if target == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if target.exists() and not force:
        raise BackupFailed(f"{target} is there already. Choose another name, or say --force.")
    try:
        handle, name = tempfile.mkstemp(".part", f".{target.name}.", target.parent)  # mode 600
    except OSError as error:
        raise _unwritable(target, error) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        part.unlink(missing_ok=True)


def _unwritable(target: Path, error: OSError) -> BackupFailed:
    return BackupFailed(
        f"{target} cannot be written ({error.strerror or error}). Choose another place."
    )
