"""The local engine: Firefox's translation models, on this machine, free and private."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Self, TypeVar

from fxtranslate import Translator

from core.errors import TranslationError
from core.languages import phrases
from core.providers.port import Progress
from core.settings import Settings
from core.translation import terms
from core.translation.catalog import RECORDS_URL, Catalog
from core.translation.layout import take_apart
from core.translation.models import Model, Models
from core.translation.port import NO_BRIEF, Brief
from core.translation.shield import Draft, has_words, translate_sentence
from core.translation.terms import Term

Result = TypeVar("Result")

ENGINES_KEPT = 6
"""Models in memory at once, 30 to 90 MB each; the one unused longest gives way."""


class LocalTranslator:
    """Translates sentence by sentence on a thread of its own.

    The engine belongs to the thread that made it, and holds Python's lock while it works
    (4 to 12 ms a sentence). Each text has one sentence in the queue at a time, so a short
    message never waits for the whole of a long text, only for its next sentence.
    """

    name = "local"
    heeds_the_author = False

    def __init__(self, models: Models, *, engines_kept: int = ENGINES_KEPT) -> None:
        """`models` is closed with this translator."""
        self._models = models
        self._engines_kept = engines_kept
        self._engines: OrderedDict[Model, Translator] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="translation")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The translator with its models in DATA_DIR."""
        url = settings.translation_models_url or RECORDS_URL
        return cls(Models(settings.data_dir / "models" / "translation", Catalog(url)))

    def can(self, source: str, target: str) -> bool:
        """Whether it can translate without fetching anything."""
        return source == target or self._models.at_hand(source, target) is not None

    async def warm(self, source: str, target: str) -> None:
        """Load the models from one language to another, if they are on this machine."""
        for model in self._models.at_hand(source, target) or ():
            await self._on_thread(partial(self._ready, model))

    async def translate(
        self,
        text: str,
        source: str,
        target: str,
        *,
        brief: Brief = NO_BRIEF,
        progress: Progress | None = None,
    ) -> AsyncIterator[str]:
        """See `Translator.translate`. Grows by the sentence; of `brief` it heeds the terms.

        Raises NoTranslationModel, DownloadError, or TranslationError for a damaged model.
        """
        if source == target:
            yield text
            return
        shown = done = ""
        route = _Route(self._models, source, target, progress)
        heeded = list(terms.for_pair(brief.terms, source, target))
        for line in await self._on_thread(partial(take_apart, text)):
            draft = Draft(line)
            for part in line.parts:
                said = part.text
                if not part.kept:
                    said = await self._sentence(part.text, line.known, route, heeded)
                draft.add(part, said)
                if not part.kept and len(done + draft.text) > len(shown):
                    yield (shown := done + draft.text)
            done += draft.finished() + line.end
        if done != shown:
            yield done

    async def close(self) -> None:
        """Release the models and end the thread."""
        await self._models.close()
        await self._on_thread(self._engines.clear)  # they must end where they were made
        self._thread.shutdown(wait=False)

    async def _sentence(
        self, text: str, known: frozenset[str], route: _Route, heeded: list[Term]
    ) -> str:
        if not has_words(text):
            return text
        if phrase := phrases.say(text, route.source, route.target):
            return phrase
        models = await route.models()
        return await self._on_thread(partial(self._through, models, text, known, heeded))

    def _through(
        self, models: Sequence[Model], text: str, known: frozenset[str], heeded: list[Term]
    ) -> str:
        for model in models:
            text = translate_sentence(text, self._engine(model).translate, known, heeded)
            # On the way through a language between the two they are there already.
            heeded = [Term(term.target or term.source, None) for term in heeded]
        return text

    def _ready(self, model: Model) -> None:
        self._engine(model)  # not returned: an engine must not end on another thread

    def _engine(self, model: Model) -> Translator:
        """The engine of a model; only ever called on the thread."""
        if model in self._engines:
            self._engines.move_to_end(model)
            return self._engines[model]
        while len(self._engines) >= self._engines_kept:
            self._engines.popitem(last=False)
        self._engines[model] = engine = _load(model)
        return engine

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


class _Route:
    """The models of one translation, obtained when the first sentence needs them."""

    def __init__(self, models: Models, source: str, target: str, progress: Progress | None) -> None:
        self.source = source
        self.target = target
        self._store = models
        self._progress = progress
        self._models: list[Model] = []

    async def models(self) -> list[Model]:
        if not self._models:
            self._models = await self._store.obtain(self.source, self.target, self._progress)
        return self._models


def _load(model: Model) -> Translator:
    try:
        source = model.source_vocabulary.read_bytes()
        shared = model.source_vocabulary == model.target_vocabulary
        target = source if shared else model.target_vocabulary.read_bytes()
        shortlist = model.shortlist.read_bytes() if model.shortlist else None
        return Translator(model.model.read_bytes(), source, target, shortlist)
    except (ValueError, OSError) as error:
        raise TranslationError(
            f"The translation model in {model.model.parent} cannot be loaded ({error}). "
            "Remove that folder to have it fetched again."
        ) from error
