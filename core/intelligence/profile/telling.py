"""What a model is told of how its person likes to be answered: a line or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.database import Connection
from core.intelligence.profile.confidence import TOLD
from core.intelligence.profile.insight import Insight
from core.providers.tokens import estimate_tokens

BUDGET = 120
"""Tokens it may take of a prompt, after what is remembered."""
INTERESTS = 4
_SHORTEST_FIRST = {"length": 0, "formality": 1, "form": 2, "language": 3, "hours": 4, "interest": 5}


@dataclass(frozen=True, slots=True)
class Telling:
    """The insights a reply is made with. They are their owner's: told to nobody else."""

    insights: tuple[Insight, ...] = ()

    @property
    def ids(self) -> list[UUID]:
        """Kept beside the reply, so that one sees what shaped it."""
        return [one.id for one in self.insights]

    @property
    def prompt(self) -> str:
        """What the AI is told; empty where nothing is."""
        style = [one.label for one in self.insights if one.kind != "interest"]
        interests = [one.label for one in self.insights if one.kind == "interest"]
        parts = []
        if style:
            parts.append(f"The user likes: {'; '.join(style)}. What they ask for now comes first.")
        if interests:
            parts.append(
                f"The user's interests, for examples where they fit: {'; '.join(interests)}. "
                "Do not mention them otherwise."
            )
        return "\n".join(parts)


NOTHING_TOLD = Telling()


class Shaping(Protocol):
    """Whoever knows how somebody likes to be answered."""

    async def about(self, user_id: UUID) -> Telling:
        """What shapes a reply to somebody. Never raises: what cannot be read is not told."""
        ...

    async def note_use(
        self, conn: Connection, user_id: UUID, message_id: int, ids: Sequence[UUID]
    ) -> None:
        """Keep with what a reply was made."""
        ...


def choose(insights: Sequence[Insight]) -> Telling:
    """Those that are sure enough to be told, the person's own words first, within BUDGET.

    The hours and languages Parley has noticed change nothing about a reply: of those only what
    the person has put right is told.
    """
    fit = [
        one
        for one in insights
        if one.corrected
        or (one.kind not in ("language", "hours") and (one.locked or one.confidence >= TOLD))
    ]
    order = sorted(fit, key=lambda one: (_SHORTEST_FIRST[one.kind], not one.held, -one.confidence))
    chosen: list[Insight] = []
    left, interests = BUDGET, INTERESTS
    for one in order:
        cost = estimate_tokens(one.label) + 1
        if cost > left or (one.kind == "interest" and not interests):
            continue
        chosen.append(one)
        left -= cost
        interests -= one.kind == "interest"
    return Telling(tuple(chosen))
