"""Fetching one translation model: all its files, checked and unpacked, or nothing."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from core.downloads import fetch
from core.errors import DownloadError
from core.languages import LANGUAGES, match
from core.providers.port import Progress
from core.translation.catalog import Attachment, Pair

_UNPACK = Path(__file__).with_name("unpack.py")
_PREFIX = ".fetching-"
_ABANDONED_SECONDS = 24 * 3600.0


class Fetching:
    """A fetch that is under way, which several may wait for."""

    def __init__(self, pair: Pair, files: Sequence[Attachment], target: Path) -> None:
        """Begin to fetch; `target` is the folder that will hold the files."""
        self._label = f"Translation model {_name(pair[0])} → {_name(pair[1])}"
        self._files = files
        self._target = target
        self._listeners: list[Progress] = []
        self._share = 0.0
        self.task = asyncio.create_task(self._run(), name=f"fetch {target.name}")
        self.task.add_done_callback(_seen)

    async def wait(self, progress: Progress | None = None) -> None:
        """Wait until the model is there. Raises DownloadError."""
        if progress:
            self._listeners.append(progress)
            progress(self._label, self._share)
        try:
            await asyncio.wait({self.task})
        finally:
            if progress:
                self._listeners.remove(progress)
        if self.task.cancelled():
            raise DownloadError("The download was stopped. Try again.")
        self.task.result()

    async def _run(self) -> None:
        try:
            folder = await asyncio.to_thread(_workplace, self._target.parent)
        except OSError as error:
            raise _no_room(self._target, error) from error
        try:
            await self._fill(folder)
            await asyncio.to_thread(_place, folder / "ready", self._target)
        except OSError as error:
            raise _no_room(self._target, error) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _fill(self, folder: Path) -> None:
        total = sum(file.size for file in self._files) or len(self._files)
        done = 0.0
        for file in self._files:
            packed = folder / f"{file.name}.zst"
            size = (file.size or 1) / total
            await fetch(file.url, packed, sha256=file.sha256, progress=self._part(done, size))
            await _unpack(packed, folder / "ready" / file.name, file.unpacked_sha256)
            done += size

    def _part(self, done: float, size: float) -> Progress:
        """Hears of the progress of one file and tells that of the whole."""

        def heard(_: str, share: float | None) -> None:
            self._share = min(done + (share or 0.0) * size, 1.0)
            for progress in list(self._listeners):
                progress(self._label, self._share)

        return heard


async def _unpack(packed: Path, unpacked: Path, sha256: str | None) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", str(_UNPACK), str(packed), str(unpacked), sha256 or ""),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, complaint = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise DownloadError(
            f"{unpacked.name} came damaged ({complaint.decode(errors='replace').strip()[-200:]})."
        )


def _workplace(parent: Path) -> Path:
    """A fresh folder beside the models, those of killed processes removed."""
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.glob(f"{_PREFIX}*"):
        if time.time() - old.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    (folder / "ready").mkdir()
    return folder


def _place(ready: Path, target: Path) -> None:
    """Put the model where it belongs, in one step; another process may have been faster."""
    try:
        ready.replace(target)
    except OSError:
        if not target.is_dir() or not any(target.iterdir()):
            raise


def _name(tag: str) -> str:
    code = match(tag)
    return LANGUAGES[code].english if code else tag


def _no_room(target: Path, error: OSError) -> DownloadError:
    return DownloadError(
        f"{target} cannot be written ({error.strerror}). Check the folder, or change DATA_DIR."
    )


def _seen(task: asyncio.Task[None]) -> None:
    """Nobody may be left to hear how it ended."""
    if not task.cancelled():
        task.exception()
