"""Has a model rewrite, explain, answer or summarise a slate's text."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from core.context import fit
from core.errors import BrokenStream, DownloadError, NeedsAI, PolicyRefusal, ProviderError
from core.preferences import Preferences
from core.providers.port import ChatMessage, Options, Progress
from core.providers.registry import Providers
from core.slates.parts import Part
from core.slates.run import Run
from core.slates.tasks import told, told_alternatives

REWRITTEN_AT_ONCE = 12_000
"""Characters; what is longer is rewritten part by part, as replies have a longest length."""
_ALTERNATIVES = 4
_NUMBERED = re.compile(r"^\s*(?:[-*•‣]|\d{1,2}[.)])\s+")


class Writer:
    """Asks the model of the chat. The built-in one is too small for any of this."""

    def __init__(self, preferences: Preferences, providers: Providers) -> None:
        self._preferences = preferences
        self._providers = providers

    def able(self) -> bool:
        """Whether there is a model that can."""
        return bool(self._choices())

    def writing(self, run: Run) -> Writing:
        """What makes the parts of a run. Raises NeedsAI, ProviderError."""
        return Writing(self, run, self.choices())

    async def alternatives(self, run: Run, sentence: str, source: str) -> list[str]:
        """Other ways to say a sentence of a translation. Raises NeedsAI, ProviderError."""
        asked = told_alternatives(sentence, source, run.options.target, run.known)
        provider, model = self.choices()[0]
        text = ""
        async with aclosing(self.ask(provider, model, [ChatMessage("user", asked)])) as pieces:
            async for piece in pieces:
                text += piece
        found = [_NUMBERED.sub("", line).strip() for line in text.splitlines()]
        others = dict.fromkeys(line for line in found if line and line != sentence.strip())
        return [*others][:_ALTERNATIVES]

    def choices(self) -> list[tuple[str, str]]:
        """Who is asked, in order. Raises NeedsAI."""
        if found := self._choices():
            return found
        raise NeedsAI

    def _choices(self) -> list[tuple[str, str]]:
        chosen = [self._providers.default(), *self._providers.fallbacks()]
        return [*dict.fromkeys(one for one in chosen if one[0] != "builtin")]

    async def ask(
        self, provider: str, model: str, messages: list[ChatMessage]
    ) -> AsyncGenerator[str]:
        """Stream a reply. Raises ProviderError, also where it takes too long."""
        settings, asked = self._preferences.current, self._providers.get(provider)
        info = await asked.model(model)
        system = [message.text for message in messages[:-1]]
        context = fit(
            "".join(system), messages[-1:], info.context_window,
            lambda text: asked.count_tokens(model, text),
        )  # fmt: skip
        options = Options(settings.ai_max_tokens, settings.ai_temperature)
        try:
            async with (
                asyncio.timeout(settings.ai_total_timeout) as time,
                aclosing(asked.stream(info.id, context, options)) as deltas,
            ):
                async for delta in deltas:
                    if delta.text:
                        yield delta.text
        except TimeoutError as error:
            if not time.expired():
                raise
            raise BrokenStream(
                "The model took too long. What came is kept; try again, or allow more time on "
                "the Settings page."
            ) from error


class Writing:
    """The parts of one run, written by a model; where it fails at once, by the next one."""

    heeds_the_author = True

    def __init__(self, writer: Writer, run: Run, choices: list[tuple[str, str]]) -> None:
        self._writer = writer
        self._run = run
        self._choices = choices

    @property
    def name(self) -> str:
        """Who writes, as `provider/model`."""
        return "/".join(self._choices[0])

    async def make(self, part: Part, before: str, progress: Progress) -> AsyncIterator[str]:
        """See `Maker.make`."""
        run = self._run
        messages = told(part.body, run.language, run.options, run.known)
        while True:
            text = ""
            try:
                async with aclosing(self._writer.ask(*self._choices[0], messages)) as pieces:
                    async for piece in pieces:
                        text += piece
                        yield text
                if text.strip():
                    return
                raise ProviderError("The model answered nothing. Try again, or choose another.")
            except PolicyRefusal:
                raise
            except (ProviderError, DownloadError) as error:
                if text or len(self._choices) == 1:
                    raise
                self._choices = self._choices[1:]
                run.remark, run.engine = str(error), self.name
