"""What is known that helps with a text: a few memories, and the terms that are in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from core.database import Connection
from core.translation.terms import Term

Kind = Literal["fact", "preference", "person", "project", "term"]
KINDS: tuple[Kind, ...] = ("fact", "preference", "person", "project", "term")


@dataclass(frozen=True, slots=True)
class Known:
    """A memory as it is used; a term says how it is translated."""

    id: UUID
    kind: Kind
    text: str
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What helps with one text, the most helpful first. It is its owner's: told to nobody else."""

    items: tuple[Known, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """How words of the text are translated."""
        return tuple(item.term for item in self.items if item.term)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The memories that are no terms."""
        return tuple(item.text for item in self.items if item.term is None)

    @property
    def ids(self) -> list[UUID]:
        """Kept beside what was made with it, so that one sees what was used."""
        return [item.id for item in self.items]

    @property
    def prompt(self) -> str:
        """What an AI that talks with the person is told; empty where nothing is known."""
        parts = []
        if self.sentences:
            told = "\n".join(f"- {sentence}" for sentence in self.sentences)
            parts.append(
                'What the user has told you before, in their own words ("I" is the user). Heed '
                f"what bears on the question; do not mention the rest:\n{told}"
            )
        if self.terms:
            told = "\n".join(f"- {item.text}" for item in self.items if item.term)
            parts.append(
                "The user's glossary (a word alone stays as it is in every language); hold to it:"
                f"\n{told}"
            )
        return "\n\n".join(parts)


NOTHING = Knowledge()


class Knowing(Protocol):
    """Whoever knows something about a person."""

    async def about(self, user_id: UUID, texts: Sequence[str]) -> Knowledge:
        """What helps with `texts` (the newest last), within a budget. Never raises: where the
        memories cannot be read, nothing is known.
        """
        ...

    async def terms(self, user_id: UUID, texts: Sequence[str]) -> Knowledge:
        """The terms in `texts` alone, which takes no time. Never raises."""
        ...

    async def note_use(
        self, conn: Connection, user_id: UUID, message_id: int, ids: Sequence[UUID],
        language: str = "",
    ) -> None:  # fmt: skip
        """Keep with what a reply, or a message's translation into a language, was made."""
        ...
