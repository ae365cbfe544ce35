"""The connection to Chroma: embedded in the data folder, or a server.

An embedded index that is gone or damaged is laid aside and begun anew; `identity` tells whoever
keeps track of what is in it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from core.errors import IndexUnavailable
from core.settings import Settings

log = logging.getLogger(__name__)
Result = TypeVar("Result")

_MARKER = "parley-index-2"
"""Named anew whenever what is in an index is to be made anew."""
_THREADS = 4


class Chroma:
    """A client of Chroma, opened on first use, that works on threads of its own."""

    def __init__(self, settings: Settings, ours: re.Pattern[str]) -> None:
        """`ours`: what the names of our collections look like; a server may hold others."""
        self._settings = settings
        self._ours = ours
        self._folder = settings.data_dir / "index"
        self._client: Any = None
        self._opening = asyncio.Lock()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="index")
        self.identity = ""
        """Of the index, once it is open; another one holds nothing of what this one held."""

    @property
    def is_embedded(self) -> bool:
        """Whether it lies in the data folder, where one process alone may write."""
        return self._settings.chroma_url is None

    async def do(self, work: Callable[[Any], Result]) -> Result:
        """The result of `work(client)`. Raises IndexUnavailable for whatever goes wrong in it."""
        try:
            async with self._opening:
                if self._client is None:
                    await self._on_thread(self._open)
            return await self._on_thread(lambda: work(self._client))
        except Exception as error:
            if isinstance(error, IndexUnavailable):
                raise
            raise IndexUnavailable from error

    async def close(self) -> None:
        """Let go of the index."""
        async with self._opening:
            if self._client is not None:
                await self._on_thread(self._let_go)
        self._threads.shutdown(wait=False)

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _open(self) -> None:
        try:
            client = self._connect()
            self.identity = _identity(client, self._ours)
        except Exception as error:
            if not self.is_embedded:
                raise
            log.warning("The index in %s is damaged and made anew: %s", self._folder, error)
            self._lay_aside()
            client = self._connect()
            self.identity = _identity(client, self._ours)
        self._client = client

    def _connect(self) -> Any:
        # A second of importing that start-up does not wait for.
        import chromadb  # noqa: PLC0415
        from chromadb.config import Settings as ChromaSettings  # noqa: PLC0415

        quiet = ChromaSettings(anonymized_telemetry=False)
        if self._settings.chroma_url:
            url = urlsplit(self._settings.chroma_url)
            secure = url.scheme == "https"
            return chromadb.HttpClient(
                host=url.hostname or "localhost",
                port=url.port or (443 if secure else 80),
                ssl=secure,
                settings=quiet,
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(path=str(self._folder), settings=quiet)

    def _let_go(self) -> None:
        from chromadb.api.shared_system_client import SharedSystemClient  # noqa: PLC0415

        self._client = None
        # Chroma keeps what it has opened, also what turned out to be damaged.
        SharedSystemClient.clear_system_cache()

    def _lay_aside(self) -> None:
        """Beside the new one, in case somebody wants to look into it; an older one goes."""
        self._let_go()
        for old in self._folder.parent.glob(f"{self._folder.name}-damaged-*"):
            shutil.rmtree(old, ignore_errors=True)
        if self._folder.exists():
            self._folder.rename(self._folder.with_name(f"index-damaged-{int(time.time())}"))


def _identity(client: Any, ours: re.Pattern[str]) -> str:
    """What a marker collection in the index says; it is made with the index, in place of what an
    older Parley made."""
    there = [one.name for one in client.list_collections()]
    if _MARKER not in there:
        for name in there:
            if ours.fullmatch(name):
                client.delete_collection(name)
    marker = client.get_or_create_collection(
        _MARKER, metadata={"identity": uuid4().hex}, embedding_function=None
    )
    return str(marker.metadata["identity"])
