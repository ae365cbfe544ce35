"""`python -m ui` and `streamlit run ui/app.py`: starting, stopping, starting again."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
import websockets
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply

from tests.ui.running import ROOT, START, environment, running

STREAMLIT = (sys.executable, "-m", "streamlit", "run", str(ROOT / "ui" / "app.py"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_says_where_everything_is_and_stops_when_asked(data: Path, how: int) -> None:
    with running(data) as parley:
        assert parley.lines == [
            "  Creating the database…",
            "Parley is ready.",
            f"  Your page   {parley.host}",
            f"  Guests      {parley.guests}",
            f"  Data        {data}",
            "  Stop        Ctrl+C",
        ]
        assert httpx.get(parley.host).status_code == 200
        assert httpx.get(f"{parley.host}/api/health", timeout=60).json()["status"] == "ok"
        assert httpx.get(parley.guests).status_code in (404, 503)
        assert parley.postgres()
        assert parley.stop(how) == 0
        assert parley.process.stderr
        assert parley.process.stderr.read() == ""
        assert not parley.postgres()
        assert "ERROR" not in parley.log()


def test_a_second_start_finds_everything_and_has_nothing_to_say(data: Path) -> None:
    with running(data) as parley:
        made = httpx.post(
            f"{parley.host}/api/conversations", json={"title": "Kept"}, timeout=60
        ).json()
    with running(data) as parley:
        assert parley.lines[0] == "Parley is ready."
        found = httpx.get(f"{parley.host}/api/conversations", timeout=60).json()
        assert [one["id"] for one in found] == [made["id"]]


def test_a_killed_parley_starts_again_on_the_database_it_left(data: Path) -> None:
    with running(data) as parley:
        made = httpx.post(
            f"{parley.host}/api/conversations", json={"title": "Kept"}, timeout=60
        ).json()
        parley.stop(signal.SIGKILL)
        assert parley.postgres(), "killed: nobody stopped it"
    with running(data) as parley:
        found = httpx.get(f"{parley.host}/api/conversations", timeout=60).json()
        assert [one["id"] for one in found] == [made["id"]]
        assert parley.stop() == 0
        assert not parley.postgres()


async def test_stops_soon_with_pages_sockets_and_a_reply_open(data: Path, models: LLMock) -> None:
    models.add(Reply(text="word " * 2000, times=None)).pace(50)
    settings = {"OPENAI_BASE_URL": models.base_url("openai"), "OPENAI_API_KEY": "sk-test"}
    with running(data, **settings) as parley:
        host = parley.host.removeprefix("http://")
        async with (
            websockets.connect(f"ws://{host}/_stcore/stream", subprotocols=["streamlit"]),
            websockets.connect(f"ws://{host}/ws/chat") as chat,
            httpx.AsyncClient(base_url=parley.host) as http,
        ):
            room = (await http.post("/api/rooms", json={"name": "R", "language": "en"})).json()
            guests = parley.guests.removeprefix("http://")
            async with websockets.connect(f"ws://{guests}/ws/rooms/{room['token']}") as guest:
                await guest.send(json.dumps({"join": {"name": "Ana", "language": "pt"}}))
                await guest.recv()
                sending = asyncio.create_task(http.post("/api/messages/send", json=ASK, timeout=60))
                await chat.send(json.dumps(ASK))
                while "text" not in (frame := json.loads(await chat.recv())):
                    assert frame["status"] != "error", frame
                begin = time.monotonic()
                code = await asyncio.to_thread(parley.stop, signal.SIGINT)
                took = time.monotonic() - begin
                sending.cancel()
        assert code == 0
        assert took < 10
        assert not parley.postgres()
        assert "Traceback" not in parley.log()


ASK = {"message": "Tell me everything"}


def test_a_second_ctrl_c_forces_and_the_next_start_cleans_up(data: Path) -> None:
    with running(data) as parley:
        parley.process.send_signal(signal.SIGINT)
        parley.process.send_signal(signal.SIGSTOP)  # so that the next comes before it is done
        parley.process.send_signal(signal.SIGINT)
        parley.process.send_signal(signal.SIGCONT)
        assert parley.process.wait(5) in (0, 130)
    with running(data) as parley:
        assert parley.stop() == 0
        assert not parley.postgres()


@pytest.mark.parametrize("moment", ["the log is there", "the database is being made"])
def test_ctrl_c_while_it_still_opens(data: Path, moment: str) -> None:
    process = subprocess.Popen(
        START, cwd=ROOT, env=environment(data), stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    if moment == "the database is being made":
        assert process.stdout.readline() == "  Creating the database…\n"
    while not (data / "parley.log").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    # 1: it was not done in time, and ended all the same
    assert (process.returncode, errors) in [(0, ""), (130, ""), (1, "")]
    with running(data) as parley:
        assert parley.stop() == 0
        assert not parley.postgres()


class TestStreamlitRun:
    def test_does_the_same(self, data: Path, tmp_path: Path) -> None:
        with running(data, STREAMLIT, cwd=tmp_path) as parley:
            assert parley.lines[1:] == [
                "Parley is ready.",
                f"  Your page   {parley.host}",
                f"  Guests      {parley.guests}",
                f"  Data        {data}",
                "  Stop        Ctrl+C",
            ]
            assert httpx.get(parley.host).status_code == 200
            assert httpx.get(f"{parley.host}/api/health", timeout=60).status_code == 200
            command = Path(f"/proc/{parley.process.pid}/cmdline").read_bytes().split(b"\0")
            assert command[1:5] == [b"-P", b"-m", b"ui", b""]
            assert _listening(parley.process.pid) == {parley.host_port, parley.guest_port}
            assert parley.stop(signal.SIGINT) == 0
            assert not parley.postgres()

    def test_heeds_settings_and_its_own_flags(self, data: Path, free_ports: list[int]) -> None:
        with running(data, STREAMLIT, HOST_PORT=str(free_ports[0])) as parley:
            assert parley.host == f"http://127.0.0.1:{free_ports[0]}"
        flags = ("--server.port", str(free_ports[1]), "--server.address", "localhost")
        with running(data, (*STREAMLIT, *flags), HOST_PORT=str(free_ports[0])) as parley:
            assert parley.host == f"http://localhost:{free_ports[1]}"


def test_starts_from_another_folder_with_its_own_looks(data: Path, tmp_path: Path) -> None:
    with running(data, cwd=tmp_path, PYTHONPATH=str(ROOT)) as parley:
        assert httpx.get(parley.host).status_code == 200
    asked = ("theme.light.primaryColor", "theme.dark.primaryColor", "browser.gatherUsageStats",
             "server.fileWatcherType", "client.toolbarMode", "runner.magicEnabled")  # fmt: skip
    code = (
        "from core.settings import Settings\n"
        "from ui.streamlit_options import set_streamlit_options\n"
        "from streamlit import config\n"
        "set_streamlit_options(Settings())\n"
        f"print(*[config.get_option(name) for name in {asked}])"
    )
    usage = {"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "true"}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env=environment(data, PYTHONPATH=str(ROOT), **usage),
    )  # fmt: skip
    assert told.stdout.split() == ["#0f766e", "#158077", "False", "none", "viewer", "False"]


class TestBrowserWindow:
    """A browser window opens for a person at the terminal, and only then."""

    def test_opens_for_a_person_once_the_page_answers(self, data: Path, tmp_path: Path) -> None:
        said = self._start(data, tmp_path, DISPLAY=":0")
        assert said == "200"

    @pytest.mark.parametrize("changes", [{"CI": "true", "DISPLAY": ":0"}, {"DISPLAY": ""}])
    def test_does_not_open_for_a_machine(
        self, data: Path, tmp_path: Path, changes: dict[str, str]
    ) -> None:
        assert self._start(data, tmp_path, **changes) is None

    def _start(self, data: Path, tmp_path: Path, **changes: str) -> str | None:
        """Start on a terminal of its own; the status a browser got, None if none was opened."""
        got = tmp_path / "got"
        browser = tmp_path / "browser"
        browser.write_text(
            f"#!{sys.executable}\nimport sys, pathlib, urllib.request\n"
            "status = urllib.request.urlopen(sys.argv[1]).status\n"
            f"pathlib.Path({str(got)!r}).write_text(str(status))\n"
        )
        browser.chmod(0o755)
        env = environment(data, BROWSER=f"{browser} %s", **changes)
        if "CI" not in changes:
            env.pop("CI", None)
        env.pop("WAYLAND_DISPLAY", None)
        terminal, inner = pty.openpty()
        process = subprocess.Popen(START, cwd=ROOT, env=env, stdin=inner, stdout=inner)
        os.close(inner)
        _read_until(terminal, b"Ctrl+C")
        deadline = time.monotonic() + (10 if changes.get("DISPLAY") and "CI" not in changes else 1)
        while not got.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        os.close(terminal)
        return got.read_text() if got.exists() else None


def _read_until(terminal: int, words: bytes) -> None:
    said = b""
    while words not in said:
        said += os.read(terminal, 4096)


def _listening(pid: int) -> set[int]:
    import psutil

    connections = psutil.Process(pid).net_connections("tcp")
    return {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}


@pytest.fixture
def free_ports() -> Sequence[int]:
    import socket

    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return [one.getsockname()[1], other.getsockname()[1]]
