"""The index by meaning: Chroma, embedded in the data folder or a server.

It holds nothing that PostgreSQL does not; all of it can be made again.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from core.errors import ParleyError
from core.settings import Settings


class IndexUnavailable(ParleyError):
    """The index cannot be reached. Check CHROMA_URL and that Chroma runs there."""

    code = "index_unavailable"


class Vectors:
    """A connection to Chroma, opened on first use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Any = None
        self._opening = asyncio.Lock()

    async def check(self) -> None:
        """Raise IndexUnavailable unless Chroma answers now."""
        try:
            async with asyncio.timeout(10):
                client = await self._open()
                await asyncio.to_thread(client.heartbeat)
        except IndexUnavailable:
            raise
        except Exception as error:
            raise IndexUnavailable from error

    async def _open(self) -> Any:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._connect)
        return self._client

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
        folder = self._settings.data_dir / "index"
        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(path=str(folder), settings=quiet)
