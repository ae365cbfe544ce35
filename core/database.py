"""PostgreSQL, embedded or remote: the pool, whose eyes it sees with, and its errors."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from core.embedded import EmbeddedPostgres
from core.errors import ConfigurationError, DatabaseError, DatabaseUnavailable, NotFound
from core.migrations import APP_ROLE, migrate
from core.providers.port import Progress
from core.settings import Settings

Connection = AsyncConnection[DictRow]
log = logging.getLogger(__name__)

WAIT_FOR_CONNECTION = 10.0
"""Seconds until a database that gives no connection counts as unreachable."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody a connection can be taken as: a user, or a guest by their participant id."""

    kind: Literal["user", "guest"]
    id: UUID


class Database:
    """A pool of connections, each taken as somebody. Make one with `open_database`."""

    def __init__(self, conninfo: str, pool: AsyncConnectionPool[Connection]) -> None:
        self.conninfo = conninfo
        self.pool = pool
        self.worker = secrets.randbits(31)
        """This process among the replicas; the listener holds an advisory lock on it."""

    @asynccontextmanager
    async def as_(self, who: Identity) -> AsyncIterator[Connection]:
        """A transaction in which only what `who` may see exists.

        Raises NotFound for a guest whose room is gone, DatabaseUnavailable, DatabaseError.
        """
        async with self.as_nobody() as conn:
            if who.kind == "user":
                await conn.execute("SELECT become_user(%s)", [who.id])
            else:
                await _become_guest(conn, who.id)
            yield conn

    def as_user(self, user_id: UUID) -> Any:
        """A transaction as a user: `async with db.as_user(user_id) as conn`."""
        return self.as_(Identity("user", user_id))

    def as_guest(self, participant_id: UUID) -> Any:
        """A transaction as a guest of a room: `async with db.as_guest(participant_id) as conn`."""
        return self.as_(Identity("guest", participant_id))

    @asynccontextmanager
    async def as_nobody(self) -> AsyncIterator[Connection]:
        """A transaction that sees no row; for the few functions made for strangers."""
        with database_errors():
            async with self.pool.connection() as conn, conn.transaction():
                yield conn

    async def check(self) -> None:
        """Raise DatabaseUnavailable unless the database answers now."""
        try:
            async with asyncio.timeout(2), self.as_nobody() as conn:
                await conn.execute("SELECT 1")
        except TimeoutError as error:
            raise DatabaseUnavailable from error


async def _become_guest(conn: Connection, participant_id: UUID) -> None:
    cursor = await conn.execute("SELECT become_guest(%s) AS room", [participant_id])
    row = await cursor.fetchone()
    if row is None or row["room"] is None:
        raise NotFound("This room is gone. Ask the host for a new link.")


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn the driver's errors into ours, keeping the cause."""
    try:
        yield
    except (psycopg.OperationalError, PoolTimeout, PoolClosed, TooManyRequests) as error:
        raise DatabaseUnavailable from error
    except psycopg.Error as error:
        raise DatabaseError from error


@asynccontextmanager
async def open_database(
    settings: Settings, progress: Progress | None = None
) -> AsyncIterator[Database]:
    """Start or reach PostgreSQL, bring its schema up to date, and open a pool on it.

    Raises ConfigurationError or DatabaseUnavailable, each saying what to do.
    """
    embedded: EmbeddedPostgres | None = None
    if settings.database_url:
        conninfo = settings.database_url.get_secret_value()
    else:
        embedded = EmbeddedPostgres(settings.data_dir / "postgres")
        conninfo = await asyncio.to_thread(embedded.start, progress)
    try:
        await _migrate(conninfo, settings)
        async with _pool(conninfo) as pool:
            yield Database(conninfo, pool)
    finally:
        if embedded:
            await asyncio.to_thread(embedded.stop)


async def _migrate(conninfo: str, settings: Settings) -> None:
    try:
        conn = await AsyncConnection.connect(conninfo, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(
            f"The database at {_where(conninfo)} cannot be reached. "
            "Check DATABASE_URL and that PostgreSQL runs there."
        ) from error
    except psycopg.ProgrammingError as error:
        raise ConfigurationError(
            "DATABASE_URL is not understood. It looks like postgresql://user:password@host/name."
        ) from error
    async with conn:
        if conn.info.server_version < 150000:
            raise ConfigurationError(
                f"PostgreSQL {conn.info.server_version // 10000} is too old. Parley needs 15."
            )
        with database_errors():
            await migrate(conn)


def _where(conninfo: str) -> str:
    """Host and port of a conninfo, never its password."""
    parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"


@asynccontextmanager
async def _pool(conninfo: str) -> AsyncIterator[AsyncConnectionPool[Connection]]:
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        conninfo,
        kwargs={"row_factory": dict_row, "connect_timeout": 5},
        min_size=2,
        max_size=16,
        timeout=WAIT_FOR_CONNECTION,
        max_idle=60,
        configure=as_app_role,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    with database_errors():
        await pool.open(wait=True, timeout=WAIT_FOR_CONNECTION)
    try:
        yield pool
    finally:
        await pool.close()


async def as_app_role(conn: AsyncConnection[Any]) -> None:
    """Give up every right but the app's, so that row-level security holds."""
    await conn.execute(f"SET ROLE {APP_ROLE}")
    cursor = await conn.execute(
        "SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user"
    )
    row = await cursor.fetchone()
    free = row["free"] if isinstance(row, dict) else row is None or row[0]
    await conn.commit()
    if free:
        raise ConfigurationError(
            f"The role {APP_ROLE} bypasses row-level security. Run: "
            f"ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS;"
        )
