"""Fetching models: whole and checked, or not there at all.

A file appears at its target only when it is complete and its SHA-256 is right, so a
download that was killed leaves nothing that could be mistaken for a model. A lock
beside the target keeps two tasks, or two processes, from fetching the same file.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from filelock import AsyncFileLock

from core.errors import DownloadError
from core.providers.port import Progress

_PIECE = 1 << 20
_CONNECT_SECONDS, _SILENT_SECONDS = 10, 30


async def fetch(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    progress: Progress | None = None,
    label: str | None = None,
) -> Path:
    """Fetch `url` to `target` and return `target`; at once if it is there already.

    `sha256` is the hex digest the file must have (None: whatever comes). `progress`
    hears `label` (default "Fetching NAME") and the share done, about once per MB.
    Raises DownloadError. Cancelling it leaves no file behind.
    """
    label = label or f"Fetching {target.name}"
    async with _alone(target) as missing:
        if missing:
            with _disk_explained(target), _Part(target) as part:
                async for share in _received(url, part):
                    if progress:
                        progress(label, share)
                await asyncio.to_thread(part.commit, sha256)
    return target


class _Part:
    """The file being written beside its target, which it becomes on `commit`."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._path = target.with_name(f"{target.name}.part")
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        return self

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)

    def commit(self, sha256: str | None) -> None:
        """Put the file in its place, or raise DownloadError if the digest is another."""
        self._file.close()
        if sha256 and self._digest.hexdigest() != sha256.lower():
            raise DownloadError(
                f"{self._target.name} came damaged: its SHA-256 is not the expected one. "
                "Try again; if it happens again, a proxy or mirror serves another file.",
                expected=sha256.lower(),
                received=self._digest.hexdigest(),
            )
        self._path.replace(self._target)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


@asynccontextmanager
async def _alone(target: Path) -> AsyncIterator[bool]:
    """Hold the lock of `target`; tells whether the file is still missing."""
    if _there(target):
        yield False
        return
    with _disk_explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = AsyncFileLock(target.with_name(f"{target.name}.lock"))
        await lock.acquire()
    try:
        yield not _there(target)
    finally:
        await lock.release()


def _there(target: Path) -> bool:
    return target.exists()


async def _received(url: str, part: _Part) -> AsyncIterator[float | None]:
    """Write the body of `url` into `part`, yielding the share done."""
    import httpx  # noqa: PLC0415 - 90 ms that a start without a download need not spend

    timeout = httpx.Timeout(_SILENT_SECONDS, connect=_CONNECT_SECONDS)
    try:
        async with (
            httpx.AsyncClient(timeout=timeout, follow_redirects=True) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            response.raise_for_status()
            total = int(response.headers.get("content-length", 0))
            yield 0.0 if total else None
            async for piece in response.aiter_bytes(_PIECE):
                await asyncio.to_thread(part.write, piece)
                yield min(response.num_bytes_downloaded / total, 1.0) if total else None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _network_trouble(url, error) from error


def _network_trouble(url: str, error: Exception) -> DownloadError:
    import httpx  # noqa: PLC0415 - imported already when this is called

    parts = urlsplit(url)
    name, host = parts.path.rpartition("/")[2], parts.hostname or url
    match error:
        case httpx.HTTPStatusError(response=response):
            return DownloadError(
                f"{host} answered {response.status_code} for {name}. "
                "Try again later, or update Parley if the file has moved.",
                status=response.status_code,
            )
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.UnsupportedProtocol():
            return DownloadError(
                f"{host} cannot be reached to fetch {name}. "
                "Check the network (or HTTPS_PROXY) and try again."
            )
        case _:
            return DownloadError(f"The download of {name} from {host} broke off. Try again.")


@contextmanager
def _disk_explained(target: Path) -> Iterator[None]:
    """Turn what goes wrong on the disk into DownloadError."""
    try:
        yield
    except OSError as error:
        raise DownloadError(_disk_trouble(target, error)) from error


def _disk_trouble(target: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return f"The disk is full: no room for {target.name} in {target.parent}. Free some space."
    return f"{target} cannot be written ({error.strerror}). Check the folder, or change DATA_DIR."
