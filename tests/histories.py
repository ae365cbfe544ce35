"""A long past: conversations by the thousand, put straight into a database."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg

WORDS = (
    "harbour|mountain|kitchen|window|garden|letter|winter|piano|bridge|market|paper|river|coffee|"
    "holiday|museum|station|forest|island|lantern|compass|recipe|neighbour|bicycle|journey|castle|"
    "orchard|thunder|velvet|copper|marble|sail|ticket|blanket|feather|meadow"
)
OTHERS = "la reunión es hoy|el precio sube|明日の朝に電話します|会议改到星期五|القطار يصل مساء"
_NEWEST = datetime(2026, 11, 1, tzinfo=UTC)


def said(n: int) -> str:
    """What message `n` says, different for every `n`; about every seventh has another language."""
    pick = random.Random(n)
    words = " ".join(pick.choices(WORDS.split("|"), k=pick.randrange(8, 24)))
    other = f" {pick.choice(OTHERS.split('|'))}" if n % 7 == 0 else ""
    return f"{words.capitalize()} number {n}.{other}"


def fill(conninfo: str, user: UUID, conversations: int, each: int) -> list[UUID]:
    """Give somebody chats of `each` messages, the newest last; `conninfo` is an administrator's.

    Returns their ids. The messages of one follow each other; triggers do not run.
    """
    made: list[UUID] = []
    with psycopg.connect(conninfo) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("LOCK messages")
        row = conn.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()
        assert row
        first = row[0] + 1
        for n in range(conversations):
            made.append(uuid4())
            _one(conn, user, made[-1], first + n * each, each, n - conversations)
        last = first + conversations * each
        conn.execute("SELECT setval(pg_get_serial_sequence('messages', 'id'), %s)", [last])
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE messages, conversations")
    return made


def _one(
    conn: psycopg.Connection, user: UUID, conversation: UUID, first: int, each: int, age: int
) -> None:
    begun = _NEWEST + timedelta(hours=age)
    conn.execute(
        "INSERT INTO conversations (id, user_id, kind, title, head_id, created_at, updated_at,"
        " tags) VALUES (%s, %s, 'chat', %s, %s, %s, %s, %s)",
        [conversation, user, said(first)[:60], first + each - 1, begun,
         begun + timedelta(seconds=each), ["work"] if first % 3 == 0 else []],
    )  # fmt: skip
    with conn.cursor().copy(
        "COPY messages (id, conversation_id, user_id, parent_id, role, language, text, status,"
        " provider, model, created_at, finished_at) FROM STDIN"
    ) as copy:
        for n in range(first, first + each):
            at = begun + timedelta(seconds=n - first)
            asks = (n - first) % 2 == 0
            copy.write_row(
                (n, conversation, user, None if n == first else n - 1,
                 "user" if asks else "assistant", "en", said(n), "complete",
                 None if asks else "openai", None if asks else "puppet", at, at)
            )  # fmt: skip
