"""Starting, watching and ending the process that runs the built-in model."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from core.errors import ProviderError

_WORKER = Path(__file__).with_name("builtin_worker.py")
_END_SECONDS = 5
_DYING_SECONDS = 2
_PATIENT_THREADS = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "1000"}
"""Threads that wait asleep: spinning, they fall to a tenth of their speed on a busy machine."""
_WINDOWS_APART: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(
    subprocess, "CREATE_NO_WINDOW", 0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to load and how. `window` is in tokens for each of `slots` conversations at once."""

    model: str
    window: int
    slots: int
    threads: int
    connections: int
    key: str


class BuiltinServer:
    """A running model: `address` and `key` of its server, its `window` in tokens."""

    def __init__(self, process: subprocess.Popen[bytes], key: str, answer: bytes) -> None:
        said = json.loads(answer)
        self._process = process
        self.key = key
        self.address: str = said["address"]
        self.window: int = said["window"]

    @classmethod
    async def start(cls, model: Path, *, window: int, slots: int, remedy: str = "") -> Self:
        """Load `model`. Raises ProviderError that says why it cannot be, ending in `remedy`."""
        plan = Plan(
            model=str(model),
            window=window,
            slots=slots,
            threads=_threads(),
            connections=64,
            key=secrets.token_urlsafe(32),
        )
        with tempfile.TemporaryFile() as complaints:
            process = _spawn(complaints)
            try:
                answer = await asyncio.to_thread(_ask, process, plan)
                if not answer:
                    await asyncio.to_thread(process.wait)
                    raise _not_loaded(model, complaints, remedy)
                return cls(process, plan.key, answer)
            except BaseException:
                _kill(process)
                raise

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    async def ended(self) -> bool:
        """Whether the process is gone, or on its way."""
        try:
            await asyncio.to_thread(self._process.wait, _DYING_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    async def close(self) -> None:
        """End the process and free its memory."""
        await asyncio.to_thread(_end, self._process)


def _spawn(complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the worker in a session of its own, so that Ctrl+C reaches only Parley itself."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-P", str(_WORKER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=_PATIENT_THREADS | os.environ,
        start_new_session=True,
        creationflags=_WINDOWS_APART,
    )


def _ask(process: subprocess.Popen[bytes], plan: Plan) -> bytes:
    """Send the plan, read the answer; empty when the worker has ended instead."""
    assert process.stdin and process.stdout
    try:
        process.stdin.write(json.dumps(asdict(plan)).encode() + b"\n")
        process.stdin.flush()
    except OSError:
        return b""
    return process.stdout.readline()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let it end by itself, but not for ever."""
    assert process.stdin
    with suppress(OSError, subprocess.TimeoutExpired):
        process.stdin.close()
        process.wait(_END_SECONDS)
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End it if it still runs, and let go of what was held for it."""
    assert process.stdin and process.stdout
    process.kill()
    process.wait()
    with suppress(OSError):
        process.stdin.close()
    process.stdout.close()


def _not_loaded(model: Path, complaints: IO[bytes], remedy: str) -> ProviderError:
    complaints.seek(0)
    said = complaints.read().decode(errors="replace")
    if "No module named 'xllamacpp'" in said:
        return ProviderError(
            "The built-in model needs xllamacpp. Run `pip install xllamacpp` and try again."
        )
    why = next((line for line in said.splitlines() if " E " in line), "it ended without a word")
    return ProviderError(
        f"The built-in model cannot be loaded from {model}: {why.partition(' E ')[2] or why}. "
        f"{remedy}"
    )


def _threads() -> int:
    """One for each core; of many, half, since those are mostly two for one real core."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 2
    return cores if cores <= 4 else min(max(4, cores // 2), 16)
