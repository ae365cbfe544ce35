"""Who uses Parley: for now the person at this machine."""

from __future__ import annotations

from uuid import UUID

from core.database import Database
from core.queries import load

sql = load("accounts")
LOCAL = "host"


class Accounts:
    """Users of this Parley."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def local_user(self) -> UUID:
        """The host, made at the first start."""
        async with self._db.as_nobody() as conn:
            row = await (await conn.execute(sql.local_user, {"handle": LOCAL})).fetchone()
        assert row is not None
        return UUID(str(row["id"]))

    async def name(self, user_id: UUID) -> str | None:
        """What guests see beside a host's messages; None: just that they are the host."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.name, {"id": user_id})).fetchone()
        return row["name"] if row else None
