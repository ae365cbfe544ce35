"""A run: what is being made of a slate's text, part by part, whoever looks."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from core.errors import ParleyError
from core.memories.knowledge import NOTHING, Knowledge
from core.providers.port import Progress
from core.slates.options import Options
from core.slates.parts import Part
from core.translation.terms import within

Status = Literal["empty", "running", "complete", "stopped", "interrupted", "failed"]
PieceStatus = Literal["waiting", "running", "done", "failed"]


class Maker(Protocol):
    """Whoever makes something of the parts of a text."""

    heeds_the_author: bool
    """Whether it makes use of what is known of the author."""

    @property
    def name(self) -> str:
        """Who it is, as shown: `local`, or `provider/model`."""
        ...

    def make(self, part: Part, before: str, progress: Progress) -> AsyncIterator[str]:
        """Yield what `part` becomes so far, the last item the whole. `before`: the text before it.

        Raises ParleyError.
        """
        ...


@dataclass(slots=True)
class Piece:
    """A part of the text, and what it has come to."""

    place: int
    part: Part
    digest: str = ""
    text: str = ""
    status: PieceStatus = "waiting"
    error_code: str | None = None
    error: str | None = None
    saved: bool = False

    def fail(self, error: ParleyError) -> None:
        """It could not be made; what came stays."""
        self.status, self.error_code, self.error = "failed", error.code, str(error)


class Run:
    """One run. While it is `running` it grows here; afterwards it stays as it ended."""

    def __init__(self, user_id: UUID, slate_id: UUID, text: str, options: Options) -> None:
        self.user_id = user_id
        self.slate_id = slate_id
        self.number = 0
        """Which run of the slate it is."""
        self.text = text
        self.options = options
        self.pieces: list[Piece] = []
        self.status: Status = "running"
        self.language: str | None = options.source
        self.engine: str | None = None
        self.known: Knowledge = NOTHING
        self.noted: list[dict[str, Any]] = []
        self.note: str | None = None
        """What it waits for, while it waits for something."""
        self.remark: str | None = None
        """Why another model answers than was asked."""
        self.error_code: str | None = None
        self.error: str | None = None
        self.task: asyncio.Task[None] | None = None
        self.stop_asked = False
        self.stale = False
        """Whether the text or the options have changed since."""
        self._news = asyncio.Event()

    @property
    def result(self) -> str:
        """What has come so far, in order."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def done(self) -> int:
        """Parts that are finished."""
        return sum(piece.status == "done" for piece in self.pieces)

    @property
    def missing(self) -> list[Piece]:
        """Parts that are not."""
        return [piece for piece in self.pieces if piece.status != "done"]

    def tell(self) -> None:
        """Wake whoever follows."""
        self._news.set()
        self._news = asyncio.Event()

    def waits(self, label: str | None, share: float | None = None) -> None:
        """Show what is waited for, and how much of it is done."""
        note = label if label is None or share is None else f"{label} {share:.0%}"
        if self.note != note:
            self.note = note
            self.tell()

    def settle(self, status: Status, error: ParleyError | Piece | None = None) -> None:
        """Nothing comes any more; to be told once it is saved."""
        self.status, self.note = status, None
        if isinstance(error, Piece):
            self.error_code, self.error = error.error_code, error.error
        elif error is not None:
            self.error_code, self.error = error.code, str(error)

    async def follow(self) -> AsyncIterator[Run]:
        """The run whenever there is news of it, the last time when it has ended."""
        while True:
            news = self._news
            yield self
            if self.status != "running":
                return
            await news.wait()


def fingerprint(text: str, options: Options) -> str:
    """Tells whether what was run is still what is there."""
    return _hash([text, options.deciding()])


def noted(known: Knowledge) -> list[dict[str, Any]]:
    """What was known, as it is kept with a version."""
    return [{"id": str(one.id), "kind": one.kind, "text": one.text} for one in known.items]


def digest(run: Run, engine: str, part: Part) -> str:
    """What decides what becomes of a part: alike, it need not be made again.

    What is known of the author is not among it: every sentence typed may call other memories to
    mind, and a book need not be translated anew for that.
    """
    terms = [[t.source, t.target, *t.never] for t in within(part.text, run.known.terms)]
    facts = [part.text, run.options.deciding(), run.language, engine, terms]
    return _hash(facts)


def _hash(facts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
