"""Makes translations of a slate's parts, by whatever engine Parley translates with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from core.errors import Refused
from core.providers.port import Progress
from core.slates.parts import Part
from core.slates.run import Run
from core.translation.port import Brief, Said, Translator
from core.translation.terms import within

PART_LENGTH = 1500
"""Characters translated at once: enough to know the talk, few enough to see it grow."""
_BEFORE = 350
"""Characters of the text before a part that an engine is told."""


class Translating:
    """The translation of one run's text."""

    def __init__(self, engine: Translator, run: Run) -> None:
        """Raises Refused where nobody can tell the language of the text."""
        if run.language is None:
            raise Refused(
                "Parley cannot tell which language this is. Write a little more, or choose the "
                "language of the text.",
                field="source",
            )
        self._engine = engine
        self._source = run.language
        self._run = run
        self.name = engine.name
        self.heeds_the_author = engine.heeds_the_author

    async def make(self, part: Part, before: str, progress: Progress) -> AsyncIterator[str]:
        """See `Maker.make`."""
        known, options = self._run.known, self._run.options
        brief = Brief(
            context=(Said("Before", before[-_BEFORE:]),) if before.strip() else (),
            terms=tuple(within(part.text, known.terms)),
            about=known.sentences,
            formality=options.formality,
        )
        pieces = self._engine.translate(
            part.body, self._source, options.target, brief=brief, progress=progress
        )
        async with aclosing(cast(Any, pieces)) as grown:
            async for text in grown:
                yield text
