"""A memory: one short thing Parley knows of its person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from core.errors import Refused
from core.memories.knowledge import KINDS, Kind, Known
from core.text import typed
from core.translation.terms import Term, parse

Status = Literal["active", "proposed", "replaced", "deleted"]
Origin = Literal["person", "said", "learned", "imported"]
"""Written by the person, said outright to be remembered, learned from a talk, or imported."""
LONGEST = 2_000
"""Characters of a memory."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known, since when and where from. `context` is what was said around it,
    `said_by` whose words they are if not the person's, `number` what the indexes know it by."""

    id: UUID
    number: int
    kind: Kind
    text: str
    context: str | None
    said_by: str | None
    language: str | None
    status: Status
    enabled: bool
    pinned: bool
    origin: Origin
    conversation_id: UUID | None
    message_id: int | None
    replaces: UUID | None
    valid_from: datetime
    valid_until: datetime | None
    used_at: datetime | None
    uses: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Memory:
        """From a row of the table."""
        return cls(**{name: row[name] for name in cls.__slots__})

    @property
    def term(self) -> Term | None:
        """What it says of a word's translation, where it is a term."""
        return parse(self.text) if self.kind == "term" else None

    @property
    def known(self) -> Known:
        """As it is used."""
        return Known(self.id, self.kind, self.text, self.term)


def fitting(text: str, kind: str) -> str:
    """`text` as it is kept: one paragraph. Raises Refused where it cannot be a memory."""
    tidy = " ".join(typed(text).split())
    if kind not in KINDS:
        raise Refused(f"A memory is one of: {', '.join(KINDS)}.")
    if not tidy:
        raise Refused("There is nothing to remember. Type a sentence first.")
    if len(tidy) > LONGEST:
        raise Refused(f"A memory has at most {LONGEST} characters. Shorten it, or make it two.")
    if kind == "term" and parse(tidy) is None:
        raise Refused(
            "Write a term like this: Kunde = client, never customer. Or a name alone, to keep it "
            "as it is: Parley."
        )
    return tidy


def fingerprint(text: str) -> bytes:
    """By which a text is known again without being kept."""
    folded = " ".join(text.casefold().split()).rstrip(".!?。！？")
    return hashlib.sha256(folded.encode()).digest()
