"""Parley as a real process, started the way a person starts it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 40.0
START = (sys.executable, "-m", "ui")


@dataclass
class Running:
    """A Parley process: what it said so far, where its doors are."""

    process: subprocess.Popen[str]
    data: Path
    lines: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        """URL of the host door, as the terminal said."""
        return self._url("Your page")

    @property
    def guests(self) -> str:
        """URL of the guest door, as the terminal said."""
        return self._url("Guests")

    @property
    def host_port(self) -> int:
        """Port of the host door."""
        return int(self.host.rsplit(":", 1)[1])

    @property
    def guest_port(self) -> int:
        """Port of the guest door."""
        return int(self.guests.rsplit(":", 1)[1])

    @property
    def said(self) -> str:
        """Standard output so far."""
        return "\n".join(self.lines)

    def stop(self, how: int = signal.SIGTERM, within: float = 15) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(how)
        return self.process.wait(within)

    def guests_are_served(self, token: str, within: float = 40) -> None:
        """Return once the guest page stands in place of the waiting page."""
        deadline = time.monotonic() + within
        while httpx.get(f"{self.guests}/s/{token}", timeout=60).status_code == 503:
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.2)

    def log(self) -> str:
        """What is in its log file."""
        return (self.data / "parley.log").read_text(encoding="utf-8")

    def postgres(self) -> list[psutil.Process]:
        """The database servers that serve its data folder."""
        return [
            process
            for process in psutil.process_iter(["name", "cmdline"])
            if process.info["name"] == "postgres" and str(self.data) in str(process.info["cmdline"])
        ]

    def _url(self, label: str) -> str:
        found = re.search(rf"^  {label} +(http://\S+)", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]


def environment(data: Path, **changes: str) -> dict[str, str]:
    """The environment without any setting, then those given; ports are free ones."""
    names = {name.upper() for name in Settings.model_fields}
    plain = {name: value for name, value in os.environ.items() if name not in names}
    doors = {
        "HOST_PORT": "0",
        "GUEST_PORT": "0",
        "GUEST_ADDRESS": "127.0.0.1",
        "FIND_LOCAL_SERVERS": "false",
    }
    return {**plain, **doors, "DATA_DIR": str(data), **changes}


@contextmanager
def running(
    data: Path, command: Sequence[str] = START, cwd: Path = ROOT, **changes: str
) -> Iterator[Running]:
    """Parley, ready; stopped at the end if it still runs."""
    process = subprocess.Popen(
        command, cwd=cwd, env=environment(data, **changes), text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    parley = Running(process, data)
    listener = threading.Thread(target=_listen, args=[parley], daemon=True)
    listener.start()
    try:
        if not parley.ready.wait(STARTS_WITHIN) or "  Stop" not in parley.said:
            process.kill()
            assert process.stderr
            raise AssertionError(f"did not start: {parley.said}\n{process.stderr.read()}")
        yield parley
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        listener.join(5)


def failing(
    data: Path, command: Sequence[str] = START, cwd: Path = ROOT, **changes: str
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a Parley that does not start."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(data, **changes), text=True, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=STARTS_WITHIN, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def raw(port: int, request: str, seconds: float = 20) -> str:
    """The beginning of the answer to a request sent exactly as written."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as sock:
        sock.sendall(request.replace("\n", "\r\n").encode())
        return sock.recv(65536).decode("utf-8", "replace")


def _listen(parley: Running) -> None:
    for line in parley.process.stdout or ():
        parley.lines.append(line.rstrip("\n"))
        if line.startswith("  Stop"):
            parley.ready.set()
    parley.ready.set()
