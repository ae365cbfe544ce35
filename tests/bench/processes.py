"""Real processes for benchmarks: Parley as the README starts it, and the stub upstream."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def stop(process: subprocess.Popen[str]) -> None:
    """End a process as Ctrl+C does, and see that it is gone."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def upstream() -> Iterator[str]:
    """The stub model server; its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.upstream"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Parley:
    """A running Parley: its doors' addresses and its process."""

    host: str
    guests: str
    process: subprocess.Popen[str]


@contextmanager
def parley(base_url: str, **environment: str) -> Iterator[Parley]:
    """`python -m ui` with a data folder of its own and `base_url` as its AI, ready to answer."""
    folder = Path(tempfile.mkdtemp(prefix="parley-bench-"))
    host, guests = free_port(), free_port()
    settings = {
        "DATA_DIR": str(folder), "HOST_PORT": str(host), "GUEST_PORT": str(guests),
        "GUEST_ADDRESS": "127.0.0.1", "OPENAI_BASE_URL": base_url, "AI_MODEL": "n20-d0",
        "TRANSLATION_ENGINE": "local", "GUEST_MESSAGES_PER_MINUTE": "100000",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "ui"], cwd=ROOT, env=os.environ | settings | environment,
        stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{host}/api/health")
        yield Parley(f"127.0.0.1:{host}", f"127.0.0.1:{guests}", process)
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(url: str, seconds: float = 60) -> None:
    """Return once an address answers 200. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer within {seconds} s")


def table(title: str, rows: list[tuple[str, str, str, str]]) -> str:
    """A Markdown table of measure, figure, reference and goal."""
    lines = [f"**{title}**", "", "| measure | Parley | reference | goal |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def ms(seconds: float) -> str:
    """Seconds as milliseconds for a table."""
    return re.sub(r"\.0$", "", f"{seconds * 1000:.1f}") + " ms"
