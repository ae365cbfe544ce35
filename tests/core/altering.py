"""Changes to what is stored, made behind Parley's back."""

from __future__ import annotations

import psycopg


async def alter(conninfo: str, statement: str, *values: object) -> None:
    """Run one statement as the owner of the tables.

    It may have to wait for rows that Parley is writing from the same loop, so it must not hold
    the loop up.
    """
    async with await psycopg.AsyncConnection.connect(conninfo) as admin:
        await admin.execute(statement, values)
