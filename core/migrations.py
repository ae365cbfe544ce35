"""Numbered migrations of the schema, applied at start under a lock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import LiteralString

from psycopg import AsyncConnection, errors

from core.errors import ConfigurationError
from core.queries import SQL_FOLDER

APP_ROLE = "parley_app"
LOCK = 5_276_901_118
"""The advisory lock held while a schema is brought up to date."""
_FILE = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: its number, name and SQL."""

    number: int
    name: str
    sql: str


def all_migrations() -> list[Migration]:
    """The migrations in `sql/migrations`, in order. Raises ValueError for a gap or a misfit."""
    found = []
    for path in sorted((SQL_FOLDER / "migrations").iterdir()):
        match = _FILE.fullmatch(path.name)
        if match is None:
            raise ValueError(f"{path.name} is not named like 0001_name.sql")
        found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    if [m.number for m in found] != list(range(1, len(found) + 1)):
        raise ValueError("migrations must be numbered without gaps")
    return found


async def migrate(conn: AsyncConnection) -> list[Migration]:
    """Bring the database up to date; safe when several processes start at once.

    `conn` is in autocommit and may create tables. Returns what was applied.
    Raises ConfigurationError where the login lacks a right or the schema is newer.
    """
    await conn.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        return await bring_up(conn)
    except errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            "The database login may not create what Parley needs. As an administrator run: "
            f"CREATE ROLE {APP_ROLE} NOLOGIN; GRANT {APP_ROLE} TO <login>; "
            "GRANT CREATE ON SCHEMA public TO <login>;"
        ) from error
    finally:
        if not conn.closed:
            await conn.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


async def bring_up(conn: AsyncConnection, until: int | None = None) -> list[Migration]:
    """As `migrate`, by whoever holds the lock already; with `until` no further than that number."""
    await conn.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY,"
        " name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    rows = await (await conn.execute("SELECT number FROM schema_migrations")).fetchall()
    done = {number for (number,) in rows}
    migrations = all_migrations()
    if done - {m.number for m in migrations}:
        raise ConfigurationError(
            "The database was made by a newer Parley. Update Parley, or choose another DATA_DIR "
            "or DATABASE_URL."
        )
    missing = [m for m in migrations[:until] if m.number not in done]
    if missing:
        await _ensure_role(conn)
    for migration in missing:
        await _apply(conn, migration)
    return missing


async def _apply(conn: AsyncConnection, migration: Migration) -> None:
    async with conn.transaction():
        if migration.number == 1:
            await conn.execute(_jobs_schema())
        await conn.execute(migration.sql)
        await conn.execute(_GRANTS)
        await conn.execute(
            "INSERT INTO schema_migrations (number, name) VALUES (%s, %s)",
            [migration.number, migration.name],
        )


def _jobs_schema() -> LiteralString:
    schema = resources.files("procrastinate.sql") / "schema.sql"
    return schema.read_text(encoding="utf-8").replace("%%", "%")


async def _ensure_role(conn: AsyncConnection) -> None:
    """Roles belong to the whole server, so another database's start may be doing the same."""
    await conn.execute(_ROLE)


_ROLE: LiteralString = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{APP_ROLE}', 'MEMBER') THEN
        GRANT {APP_ROLE} TO CURRENT_USER;
    END IF;
END $$
"""

_GRANTS: LiteralString = f"""
GRANT USAGE ON SCHEMA public TO {APP_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};
REVOKE ALL ON schema_migrations FROM {APP_ROLE};
GRANT SELECT ON schema_migrations TO {APP_ROLE};
"""
