"""A life in four languages: chats with an AI, rooms with guests, and what was made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import psycopg

from tests.histories.play import Play
from tests.histories.plot import scenes
from tests.histories.rows import Rows

NEWEST = datetime(2026, 11, 20, 20, tzinfo=UTC)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A question with one true answer, and the one message that gives it."""

    question: str
    language: str
    """The question's."""
    message_id: int
    conversation_id: UUID
    said_in: str
    """The message's language; another than the question's: found by meaning alone."""
    answer: str
    """Words that a right answer in the question's language holds."""
    text: str
    """What the message says."""


@dataclass(slots=True)
class Life:
    """What was put there: the conversations, the oldest first, and what is known for certain."""

    conversations: list[UUID] = field(default_factory=list)
    messages: int = 0
    known: list[Known] = field(default_factory=list)


def live_a_life(
    conninfo: str,
    user: UUID,
    conversations: int = 240,
    days: int = 365,
    seed: int = 1,
    until: datetime = NEWEST,
) -> Life:
    """Give somebody a past of realistic chats and rooms; `conninfo` is an administrator's.

    About 12 messages a conversation, the newest shortly before `until`; the same seed says the
    same things. Of the facts in `stories.toml` (15) each is said once where there are as many
    conversations, and `known` asks for it in four languages. Summaries, topics and moods are
    there for most that have ended. Triggers do not run; a core on a loop needs it called in a
    thread.
    """
    life = Life()
    chance = Random(seed)
    with psycopg.connect(conninfo) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("LOCK messages")
        first = _next_id(conn)
        names = Random(f"{seed} {user} {first}")
        planned = scenes(conversations, days, until, chance)
        for start in range(0, conversations, _AT_ONCE):
            rows = Rows(user, _host_name(conn, user), names, first + life.messages)
            for number, scene in enumerate(planned[start : start + _AT_ONCE], start):
                play = Play(rows, scene, chance, until, is_late=number >= conversations * 0.95)
                life.conversations.append(play.perform())
                life.known.extend(_known(play))
            rows.copy(conn)
            life.messages += rows.count
        conn.execute(
            "SELECT setval(pg_get_serial_sequence('messages', 'id'), %s)",
            [first + life.messages - 1],
        )
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE messages, conversations, translations, summaries, topics")
        conn.execute("SELECT read_everything_again()")  # what the triggers would have asked for
    return life


def _next_id(conn: psycopg.Connection) -> int:
    row = conn.execute("SELECT coalesce(max(id), 0) + 1 FROM messages").fetchone()
    assert row
    return int(row[0])


def _host_name(conn: psycopg.Connection, user: UUID) -> str | None:
    row = conn.execute("SELECT name FROM users WHERE id = %s", [user]).fetchone()
    assert row, "there is no such user"
    return str(row[0]) if row[0] else None


def _known(play: Play) -> Iterator[Known]:
    fact = play.scene.fact
    if fact is None or play.fact_id is None:
        return
    for language, question in fact.questions.items():
        text = fact.line.texts[("en", "es", "de", "ja").index(fact.language)]
        yield Known(
            question, language, play.fact_id, play.id, fact.language, fact.answers[language], text
        )
