"""PostgreSQL, embedded or remote: the pool, whose eyes it sees with, and its errors."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Composed
from psycopg.sql import Literal as SqlLiteral
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from core.embedded import EmbeddedPostgres
from core.errors import (
    Busy,
    ConfigurationError,
    DatabaseError,
    DatabaseUnavailable,
    LinkExpired,
    NotFound,
    ParleyError,
    Refused,
    RoomFull,
)
from core.migrations import APP_ROLE, migrate
from core.providers.port import Progress
from core.settings import Settings

Connection = AsyncConnection[DictRow]
Result = TypeVar("Result")
log = logging.getLogger(__name__)

WAIT_FOR_CONNECTION = 10.0
"""Seconds until a database that gives no connection counts as unreachable."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a connection can be taken as: a user, a guest (a participant's id), a share's reader."""

    kind: Literal["user", "guest", "share", "nobody"]
    id: UUID


NOBODY = UUID(int=0)
_BECOME = {
    "user": SQL("BEGIN; SELECT become_user({})"),
    "guest": SQL("BEGIN; SELECT become_guest({})"),
    "share": SQL("BEGIN; SELECT become_share({})"),
    "nobody": SQL("BEGIN; SELECT become_user({})"),
}
_RAISED: dict[str, type[ParleyError]] = {
    "PA001": RoomFull, "PA404": NotFound, "PA409": Busy, "PA410": Refused,
    "PA411": LinkExpired,
}  # fmt: skip
"""What the schema's functions raise, by SQLSTATE; the message is theirs."""


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

        Raises NotFound for a guest whose room and a reader whose link is gone, LinkExpired,
        DatabaseUnavailable, DatabaseError.
        """
        become = _BECOME[who.kind].format(SqlLiteral(who.id))
        with database_errors():
            conn = await self._begin(become)
            try:
                yield conn
            except BaseException:
                await _roll_back(conn)
                raise
            else:
                await _commit(conn)
            finally:
                await self.pool.putconn(conn)

    def as_user(self, user_id: UUID) -> AbstractAsyncContextManager[Connection]:
        """A transaction as a user: `async with db.as_user(user_id) as conn`."""
        return self.as_(Identity("user", user_id))

    def as_guest(self, participant_id: UUID) -> AbstractAsyncContextManager[Connection]:
        """A transaction as a guest of a room: `async with db.as_guest(participant_id) as conn`."""
        return self.as_(Identity("guest", participant_id))

    def as_share(self, share_id: UUID) -> AbstractAsyncContextManager[Connection]:
        """A transaction as a reader of a share, who sees what its functions show, and no table."""
        return self.as_(Identity("share", share_id))

    def as_nobody(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction that sees no row; for the few functions made for strangers."""
        return self.as_(Identity("nobody", NOBODY))

    async def _begin(self, become: Composed) -> Connection:
        """A connection in a transaction as somebody: one round trip, which also shows it lives.

        Connections that died in the pool are thrown away on the way to one that has not.
        """
        for _ in range(self.pool.max_size + 1):
            conn = await self._from_pool()
            try:
                await conn.execute(become)
            except psycopg.OperationalError:
                await self.pool.putconn(conn)
            except BaseException:
                await _roll_back(conn)
                await self.pool.putconn(conn)
                raise
            else:
                return conn
        raise DatabaseUnavailable

    async def _from_pool(self) -> Connection:
        """A connection. Raises CancelledError also where Python 3.11 loses it.

        There `wait_for`, which the pool waits with, forgets that it was cancelled when what it
        waits for comes in the same moment (python/cpython#86296); whoever is told to stop would
        go on for ever.
        """
        task = asyncio.current_task()
        told = task.cancelling() if task else 0
        conn = await self.pool.getconn()
        if task and task.cancelling() > told:
            await self.pool.putconn(conn)
            raise asyncio.CancelledError
        return conn

    async def check(self) -> None:
        """Raise DatabaseUnavailable unless the database answers now."""
        try:
            async with asyncio.timeout(2), self.as_nobody() as conn:
                await conn.execute("SELECT 1")
        except TimeoutError as error:
            raise DatabaseUnavailable from error


async def _commit(conn: Connection) -> None:
    cursor = await conn.execute("COMMIT")
    if cursor.statusmessage != "COMMIT":
        raise DatabaseError  # PostgreSQL rolls back, quietly, what has failed before


async def _roll_back(conn: Connection) -> None:
    with suppress(psycopg.OperationalError):
        if not conn.closed:
            await conn.execute("ROLLBACK")


async def packed(conn: Connection, query: Any, **values: Any) -> list[DictRow]:
    """The rows of a query that packs numbers into bytes, which as text are twice as many."""
    return await (await conn.execute(query, values, binary=True)).fetchall()


async def patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """The result of `work`, done again for as long as it takes the database to be there."""
    pause = 0.1
    while True:
        try:
            return await work()
        except DatabaseUnavailable:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn the driver's errors into ours, keeping the cause."""
    try:
        yield
    except (psycopg.OperationalError, PoolTimeout, PoolClosed, TooManyRequests) as error:
        raise DatabaseUnavailable from error
    except psycopg.Error as error:
        if ours := _RAISED.get(error.sqlstate or ""):
            raise ours(error.diag.message_primary) from None
        raise DatabaseError from error


@asynccontextmanager
async def open_database(
    settings: Settings, progress: Progress | None = None
) -> AsyncIterator[Database]:
    """Start or reach PostgreSQL, bring its schema up to date, and open a pool on it.

    Raises ConfigurationError or DatabaseUnavailable, each saying what to do.
    """
    async with serving(settings, progress) as conninfo:
        async with await reach(conninfo) as conn:
            with database_errors():
                await migrate(conn)
        async with _pool(conninfo) as pool:
            yield Database(conninfo, pool)


@asynccontextmanager
async def serving(settings: Settings, progress: Progress | None = None) -> AsyncIterator[str]:
    """Start PostgreSQL where it is ours to start; the conninfo of its administrator.

    Raises ConfigurationError or DatabaseUnavailable, each saying what to do.
    """
    if settings.database_url:
        yield settings.database_url.get_secret_value()
        return
    embedded = EmbeddedPostgres(settings.data_dir / "postgres")
    conninfo = await asyncio.to_thread(embedded.start, progress)
    try:
        yield conninfo
    finally:
        await asyncio.to_thread(embedded.stop)


async def reach(conninfo: str) -> AsyncConnection:
    """A connection with all rights its login has, in autocommit.

    Raises ConfigurationError or DatabaseUnavailable, each saying what to do.
    """
    try:
        conn = await AsyncConnection.connect(conninfo, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        _, refused, why = str(error).partition("FATAL:")
        raise DatabaseUnavailable(
            f"The database at {_where(conninfo)} refuses the connection: {why.strip()}. "
            "Check DATABASE_URL."
            if refused
            else f"The database at {_where(conninfo)} cannot be reached. "
            "Check DATABASE_URL and that PostgreSQL runs there."
        ) from error
    except psycopg.ProgrammingError as error:
        raise ConfigurationError(
            "DATABASE_URL is not understood. It looks like postgresql://user:password@host/name."
        ) from error
    if conn.info.server_version < 150000:
        await conn.close()
        raise ConfigurationError(
            f"PostgreSQL {conn.info.server_version // 10000} is too old. Parley needs 15."
        )
    return conn


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
    await conn.set_autocommit(True)
    await conn.execute(f"SET ROLE {APP_ROLE}")
    cursor = await conn.execute(
        "SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user"
    )
    row = await cursor.fetchone()
    free = row["free"] if isinstance(row, dict) else row is None or row[0]
    if free:
        raise ConfigurationError(
            f"The role {APP_ROLE} bypasses row-level security. Run: "
            f"ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS;"
        )
