"""What somebody's stored words, reactions and topics show, without any model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from core.intelligence.profile.insight import Observation
from core.intelligence.profile.signs import Sign, of_choice, of_reaction, signs
from core.intelligence.profile.topics import key_of, mentions

Row = Mapping[str, Any]
_HOURS = ((5, "night"), (12, "morning"), (18, "afternoon"), (23, "evening"), (24, "night"))
"""Until which hour of the day it is what."""
_FIRST, _OTHER = 1.0, 0.6
"""What a topic counts that a conversation was most about, and one of the others."""


def of_messages(messages: Iterable[Row]) -> Iterator[Observation]:
    """What each message shows, and the language it is in."""
    for row in messages:
        if row["language"]:
            yield _seen(row, Sign("language", row["language"], 1.0, "said"))
        for sign in signs(row["text"]):
            yield _seen(row, sign)


def of_hours(messages: Iterable[Row], zone: tzinfo) -> Iterator[Observation]:
    """At what times of the day in `zone` they were written."""
    for row in messages:
        hour = row["created_at"].astimezone(zone).hour
        name = next(name for until, name in _HOURS if hour < until)
        yield _seen(row, Sign("hours", name, 0.5, "said"))


def of_reactions(rows: Iterable[Row]) -> Iterator[Observation]:
    """What replies they liked and disliked."""
    for row in rows:
        if sign := of_reaction(row["kind"], row["text"]):
            yield _observed(row, sign)


def of_choices(rows: Iterable[Row]) -> Iterator[Observation]:
    """Which of several replies they went on from."""
    for row in rows:
        if sign := of_choice(row["chosen"], row["others"] or 0.0):
            yield _observed(row, sign)


def of_topics(topics: Iterable[Row], messages: Sequence[Row]) -> Iterator[Observation]:
    """What a conversation was about, as far as they spoke of it themselves in `messages`."""
    for row in topics:
        about = [m for m in messages if mentions(row["topic"], m["text"], m["language"])]
        weight = _FIRST if row["place"] <= 1 else _OTHER
        for message in about[:5]:
            yield Observation(
                "interest", key_of(row["topic"]), row["topic"], message["id"],
                message["conversation_id"], message["created_at"], weight, "topic",
            )  # fmt: skip


def _seen(row: Row, sign: Sign) -> Observation:
    return _observed({**row, "message_id": row["id"], "seen_at": row["created_at"]}, sign)


def _observed(row: Row, sign: Sign) -> Observation:
    return Observation(
        sign.kind, sign.value, sign.value, row["message_id"], row["conversation_id"],
        row["seen_at"], sign.weight, sign.why,
    )  # fmt: skip
