"""Which engine translates: the AI where one is configured, else the local one."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

from core.errors import ParleyError, ProviderError, TranslationError
from core.preferences import Preferences
from core.providers.port import Progress
from core.providers.registry import Providers
from core.translation.llm import LLMTranslator
from core.translation.local import LocalTranslator
from core.translation.port import NO_BRIEF, Brief, Translator

log = logging.getLogger(__name__)


class Engines:
    """The translation engines of this process."""

    def __init__(self, preferences: Preferences, providers: Providers) -> None:
        self._preferences = preferences
        self._providers = providers
        self.local = LocalTranslator.from_settings(preferences.base)

    def current(self) -> Translator:
        """The engine for the next translation, by the setting TRANSLATION_ENGINE."""
        provider, model = self._providers.choice_for("translation")
        wanted = self._preferences.current.translation_engine
        if wanted == "local" or (wanted == "auto" and provider == "builtin"):
            return self.local
        try:
            ai = LLMTranslator(self._providers.get(provider), model)
        except ProviderError as error:
            if wanted == "ai":
                raise
            log.warning("%s cannot translate, so this computer does: %s", provider, error)
            return self.local
        return ai if wanted == "ai" else WithFallback(ai, self.local)

    async def close(self) -> None:
        """Release the models."""
        await self.local.close()


class WithFallback:
    """One engine, and another that takes over where the first fails."""

    def __init__(self, first: Translator, second: Translator) -> None:
        self._first = first
        self._second = second
        self.name = first.name
        self.heeds_the_author = first.heeds_the_author

    async def translate(
        self,
        text: str,
        source: str,
        target: str,
        *,
        brief: Brief = NO_BRIEF,
        progress: Progress | None = None,
    ) -> AsyncIterator[str]:
        """See `Translator.translate`; raises what the first engine raised if both fail."""
        try:
            async for piece in self._first.translate(
                text, source, target, brief=brief, progress=progress
            ):
                yield piece
            return
        except (ProviderError, TranslationError) as error:
            log.info("%s failed, %s takes over: %s", self._first.name, self._second.name, error)
            failure = error
        try:
            async for piece in self._second.translate(
                text, source, target, brief=brief, progress=progress
            ):
                yield piece
        except ParleyError:
            raise failure from None

    async def close(self) -> None:
        """Release both."""
        await self._first.close()
        await self._second.close()
