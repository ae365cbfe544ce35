"""What a reply stands on, where the person asked about what was said: sources, and how they are
cited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from core.database import Connection
from core.providers.port import ChatMessage

Asks = dict[str, Any]
"""How everything said is asked, as it is kept with the question: `time_zone`."""


class Citing(Protocol):
    """Lets a growing reply through, without what it cites wrongly."""

    async def take(self, text: str) -> str:
        """What can be shown now that `text` has come."""
        ...

    async def rest(self) -> str:
        """What can be shown at the end."""
        ...


class Grounds(Protocol):
    """What was found for one reply."""

    @property
    def prompt(self) -> str:
        """What the model is told beside what was said."""
        ...

    @property
    def answer(self) -> str | None:
        """The reply itself, where no model is needed for it."""
        ...

    def citing(self) -> Citing:
        """A new one, for a reply from its beginning on."""
        ...


class Grounding(Protocol):
    """Whoever can look for what a question is about."""

    async def look(
        self, user_id: UUID, conversation_id: UUID, message_id: int, said: Sequence[ChatMessage],
        asks: Asks, model: tuple[str, str],
    ) -> Grounds:  # fmt: skip
        """What bears on the last of `said`, kept with the reply `message_id`.

        `model`: the provider and model that will answer. Raises DatabaseError; where a model
        fails, it is looked for without.
        """
        ...

    async def note(self, conn: Connection, message_id: int, text: str) -> None:
        """Keep which sources the finished reply cites."""
        ...
