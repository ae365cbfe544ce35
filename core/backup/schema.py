"""What of a database is Parley's, and what of that goes into a backup."""

from __future__ import annotations

import re
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from core.migrations import all_migrations
from core.queries import load

sql = load("backup")

REBUILT = frozenset({"schema_migrations", "gone_passages"})
"""Tables that come of themselves: with the schema, and with the index by meaning. Jobs
(`procrastinate_...`) are no part of what is kept, either."""


def tables() -> list[str]:
    """The names of the tables the migrations make, in their order."""
    return ["schema_migrations", *_made("TABLE")]


def functions() -> list[str]:
    """The names of the functions."""
    return _made("FUNCTION")


def views() -> list[str]:
    """The names of the views."""
    return _made("VIEW")


def types() -> list[str]:
    """The names of the types."""
    return _made("TYPE")


def newest() -> int:
    """The version of the schema this Parley works with."""
    return all_migrations()[-1].number


async def kept(conn: AsyncConnection) -> dict[str, tuple[str, ...]]:
    """The tables a backup holds and their columns; what others point at comes first."""
    names = [name for name in tables() if name not in REBUILT]
    rows = await fetch(conn, sql.tables, names=names)
    return {row["name"]: tuple(row["columns"]) for row in rows}


async def version(conn: AsyncConnection) -> int | None:
    """The version of a database's schema; None where Parley never was."""
    if not (await fetch(conn, sql.has_schema))[0]["there"]:
        return None
    number: int | None = (await fetch(conn, sql.version))[0]["number"]
    return number


async def sequences(conn: AsyncConnection) -> dict[str, int]:
    """The next number of every `table.column` that counts."""
    following = {}
    for row in await fetch(conn, sql.sequences, names=tables()):
        query = SQL("SELECT last_value, is_called FROM {}").format(Identifier(row["sequence"]))
        (now,) = await fetch(conn, query)
        following[row["name"]] = now["last_value"] + (row["step"] if now["is_called"] else 0)
    return following


async def fetch(conn: AsyncConnection, query: Any, **values: Any) -> list[dict[str, Any]]:
    """The rows of a query, as dictionaries."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values or None)
        return await cursor.fetchall()


def _made(kind: str) -> list[str]:
    pattern = re.compile(rf"^CREATE (?:OR REPLACE )?{kind} (?:IF NOT EXISTS )?(\w+)", re.MULTILINE)
    found = (name for one in all_migrations() for name in pattern.findall(one.sql))
    return list(dict.fromkeys(found))
