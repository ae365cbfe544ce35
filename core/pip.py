"""Asking pip for a wheel, with progress, as the person's own pip is set up."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.errors import DownloadError

_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_NO_NETWORK = re.compile(
    r"ConnectionError|NewConnectionError|NameResolution|ConnectTimeout|ReadTimeout"
    r"|ProxyError|SSLError|Max retries exceeded|Network is unreachable|connection broken",
    re.IGNORECASE,
)


async def pip_download(
    requirement: str, folder: Path, report: Callable[[float | None], None]
) -> None:
    """Have pip download the wheel of `requirement` (NAME==VERSION) into `folder`.

    `report` hears the share done from another thread. Raises DownloadError with a remedy.
    Cancelling it ends pip. A thread reads pip's output, rather than asyncio's own
    subprocesses, because the loop psycopg needs on Windows has none.
    """
    process = _start(requirement, folder)
    try:
        said = await asyncio.to_thread(_listen, process, report)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        raise _trouble(requirement, said)


def _start(requirement: str, folder: Path) -> subprocess.Popen[str]:
    options = ["--no-deps", "--no-cache-dir", "--only-binary", ":all:", "--no-input"]
    quiet = ["--disable-pip-version-check", "--progress-bar", "raw" if _tells() else "off"]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "pip", "download", *options, *quiet, "-d", folder, requirement],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _tells() -> bool:
    """Whether this pip can tell its progress line by line: from 24.1 on."""
    try:
        found = [int(part) for part in version("pip").split(".")[:2]]
    except (PackageNotFoundError, ValueError):
        return False
    return found >= [24, 1]


def _listen(process: subprocess.Popen[str], report: Callable[[float | None], None]) -> str:
    """Report pip's progress until it ends; its last lines."""
    assert process.stdout is not None
    said: deque[str] = deque(maxlen=50)
    with process.stdout as lines:
        for line in lines:
            if found := _PROGRESS.match(line):
                done, total = int(found[1]), int(found[2])
                report(min(done / total, 1.0) if total else None)
            else:
                said.append(line)
    process.wait()
    return "".join(said)


def _trouble(requirement: str, said: str) -> DownloadError:
    if re.search(r"No module named '?pip\b", said):
        return DownloadError(
            f"{requirement} cannot be fetched: this Python has no pip. "
            "Run `python -m ensurepip` and try again."
        )
    if "No space left" in said or "Errno 28" in said:
        return DownloadError(f"The disk is full: no room for {requirement}. Free some space.")
    if _NO_NETWORK.search(said):
        return DownloadError(
            f"The package index cannot be reached to fetch {requirement}. "
            "Check the network (and pip's proxy and index settings) and try again."
        )
    if "(from versions: none)" in said:
        return DownloadError(
            f"The package index does not offer {requirement}, or cannot be reached. "
            "Check the network (and pip's proxy and index settings) and try again."
        )
    last = said.strip().rpartition("\n")[2]
    return DownloadError(
        f"pip could not fetch {requirement}: {last[:200]} "
        f"Try `python -m pip download --no-deps {requirement}` to see why."
    )
