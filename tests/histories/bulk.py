"""A long past: conversations by the thousand, put straight into a database."""

from __future__ import annotations

import random
from collections.abc import Callable
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


def fill(
    conninfo: str, user: UUID, conversations: int, each: int, say: Callable[[int], str] = said
) -> list[UUID]:
    """Give somebody chats of `each` messages, the newest last; `conninfo` is an administrator's.

    `say(n)`: what the n-th message of all says, counted from 1. Returns the chats' ids. The
    messages of one follow each other; triggers do not run. It waits for whoever uses `messages`: a
    core on a loop needs it called in a thread.
    """
    made: list[UUID] = []
    with psycopg.connect(conninfo) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("LOCK messages")
        row = conn.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()
        assert row
        last = row[0]
        for n in range(conversations):
            texts = [say(n * each + place) for place in range(1, each + 1)]
            made.append(_one(conn, user, last + 1, texts, n - conversations))
            last += each
        conn.execute("SELECT setval(pg_get_serial_sequence('messages', 'id'), %s)", [last])
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE messages, conversations")
    return made


def _one(conn: psycopg.Connection, user: UUID, first: int, texts: list[str], age: int) -> UUID:
    """One chat; `first`: the id of its first message. Its own id."""
    made, begun = uuid4(), _NEWEST + timedelta(hours=age)
    conn.execute(
        "INSERT INTO conversations (id, user_id, kind, title, head_id, created_at, updated_at,"
        " tags) VALUES (%s, %s, 'chat', %s, %s, %s, %s, %s)",
        [made, user, texts[0][:60], first + len(texts) - 1, begun,
         begun + timedelta(seconds=len(texts)), ["work"] if first % 3 == 0 else []],
    )  # fmt: skip
    with conn.cursor().copy(
        "COPY messages (id, conversation_id, user_id, parent_id, role, language, text, status,"
        " provider, model, created_at, finished_at) FROM STDIN"
    ) as copy:
        for n, text in enumerate(texts):
            at, asks = begun + timedelta(seconds=n), n % 2 == 0
            copy.write_row(
                (first + n, made, user, first + n - 1 if n else None,
                 "user" if asks else "assistant", "en", text, "complete",
                 None if asks else "openai", None if asks else "puppet", at, at)
            )  # fmt: skip
    return made
