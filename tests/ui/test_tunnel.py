"""Share on the internet: what asks for an address, and how it fails without the internet.

Gradio's service and its program cannot be had here. The address server is stood in for by a
local one that answers as Gradio's does, the program by a script that says what frpc says; the
line to the internet itself is not tested.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from core.settings import Settings
from ui import tunnel as tunnels
from ui.addresses import guest_base_url
from ui.tunnel import Tunnel, TunnelFailed

SAYS = "start proxy success: http://abc123.gradio.live"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, guest_address="0.0.0.0", guest_port=7999)


Answering = Callable[[object], str]


@pytest.fixture
async def address_server() -> AsyncIterator[Answering]:
    """A server that answers every request with one JSON value; returns its URL."""
    answer = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)

    def answering(value: object) -> str:
        nonlocal answer
        answer = json.dumps(value).encode()
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v3/tunnel-request"

    yield answering
    server.close()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Stand a script in for Gradio's program: it notes its arguments, then runs `then`."""
    script = tmp_path / "frpc"

    async def fetched() -> str:
        return str(script)

    monkeypatch.setattr(tunnels, "_fetched_program", fetched)

    def write(then: str) -> None:
        script.write_text(
            f"#!{sys.executable}\nimport json, os, pathlib, sys, time\n"
            f"pathlib.Path({str(tmp_path / 'ran.json')!r}).write_text("
            f"json.dumps([os.getpid(), *sys.argv[1:]]))\n{then}\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IEXEC)

    return write


OFFER = [{"host": "tunnel.example", "port": 7000, "root_ca": "-----CERTIFICATE-----"}]


async def test_without_the_internet_it_says_so_soon_and_what_else_to_do(
    settings: Settings,
) -> None:
    begin = time.monotonic()
    tunnel = Tunnel(settings, "http://127.0.0.1:1/v3/tunnel-request")
    with pytest.raises(TunnelFailed, match=r"internet connection.*PUBLIC_URL"):
        await tunnel.open()
    assert time.monotonic() - begin < 60
    assert tunnel.url is None
    await tunnel.close()


async def test_a_server_that_never_answers_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tunnels, "ANSWERS_WITHIN", 0.3)
    hold = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hold.wait()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(TunnelFailed, match="cannot be reached"):
        await Tunnel(settings, f"http://127.0.0.1:{port}/").open()
    hold.set()
    server.close()


@pytest.mark.parametrize("nonsense", [{}, [], [{"host": "x"}], "busy", None])
async def test_an_answer_nobody_understands_is_a_clear_failure(
    settings: Settings, address_server: Answering, nonsense: object
) -> None:
    with pytest.raises(TunnelFailed, match="nobody understands"):
        await Tunnel(settings, address_server(nonsense)).open()


async def test_leads_to_the_guest_door_alone_and_changes_what_guests_are_told(
    settings: Settings,
    address_server: Answering,
    program: Callable[[str], None],
    tmp_path: Path,
) -> None:
    program(f"print({SAYS!r}, flush=True); time.sleep(60)")
    tunnel = Tunnel(settings, address_server(OFFER))
    assert await tunnel.open() == "https://abc123.gradio.live"
    assert guest_base_url(settings) == tunnel.url
    pid, *arguments = json.loads((tmp_path / "ran.json").read_text())
    given = dict(zip(arguments[1::2], arguments[2::2], strict=False))
    assert (given["-i"], given["-l"]) == ("127.0.0.1", "7999")
    assert "tunnel.example:7000" in arguments
    assert "--tls_enable" in arguments
    assert (tmp_path / "tunnel.pem").read_text() == "-----CERTIFICATE-----"
    assert await tunnel.open() == tunnel.url, "opening twice opens once"
    assert json.loads((tmp_path / "ran.json").read_text())[0] == pid
    await tunnel.close()
    assert tunnel.url is None
    assert guest_base_url(settings) != "https://abc123.gradio.live"
    await asyncio.to_thread(_wait_for_the_end_of, pid)


async def test_a_refused_login_is_a_clear_failure(
    settings: Settings, address_server: Answering, program: Callable[[str], None]
) -> None:
    program("print('login to server failed: EOF', flush=True); time.sleep(60)")
    tunnel = Tunnel(settings, address_server(OFFER))
    with pytest.raises(TunnelFailed, match="refused"):
        await tunnel.open()
    assert tunnel.url is None


async def test_a_line_that_never_opens_is_given_up(
    settings: Settings,
    address_server: Answering,
    program: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tunnels, "OPENS_WITHIN", 0.5)
    program("time.sleep(60)")
    with pytest.raises(TunnelFailed, match="did not open"):
        await Tunnel(settings, address_server(OFFER)).open()


async def test_a_line_closed_from_the_other_side_is_noticed(
    settings: Settings, address_server: Answering, program: Callable[[str], None]
) -> None:
    program(f"print({SAYS!r}, flush=True); sys.stdin.read(); time.sleep(0.2)")
    tunnel = Tunnel(settings, address_server(OFFER))
    url = await tunnel.open()
    async with asyncio.timeout(60):
        while tunnel.url is not None:
            await asyncio.sleep(0.01)
    assert guest_base_url(settings) != url


def test_the_program_does_not_outlive_a_killed_parley(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    command = f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid()))"
    leash = Path(tunnels.__file__).with_name("leash.py")
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import subprocess, sys, time\n"
         "p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)\n"
         "print('up', flush=True); time.sleep(60)",
         sys.executable, str(leash), sys.executable, "-c",
         f"{command}; print('up', flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout
    assert [holder.stdout.readline(), holder.stdout.readline()] == ["up\n", "up\n"]
    pid = int(told.read_text())
    os.kill(holder.pid, 9)
    holder.wait()
    _wait_for_the_end_of(pid)


def _wait_for_the_end_of(pid: int) -> None:
    """Raises TimeoutExpired where it does not end."""
    with suppress(psutil.NoSuchProcess):  # it may end between any two looks
        psutil.Process(pid).wait(30)
