"""Share on the internet: Gradio's own share tunnel, led to the guest door and nowhere else.

A server of Gradio's hands out an address under gradio.live for a week at most; a small program,
fetched once and hash-checked, keeps the line open. Nothing of this happens before `open`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from core.errors import ParleyError
from core.settings import Settings
from ui.addresses import parse_address, tunnel_closed, tunnel_opened
from ui.later import in_background
from ui.quiet import forbid_telemetry

log = logging.getLogger(__name__)

ANSWERS_WITHIN = 8.0
"""Seconds for the server that hands out addresses."""
FETCHED_WITHIN = 120.0
"""Seconds for the program, about 13 MB, on first use."""
OPENS_WITHIN = 20.0
"""Seconds for the line itself."""
STARTED = re.compile(r"start proxy success: (\S+)")


class TunnelFailed(ParleyError):
    """The tunnel could not be opened."""

    code = "tunnel"

    def __init__(self, why: str) -> None:
        """`why`: a sentence."""
        super().__init__(
            f"{why} You can run a tunnel or proxy of your own to the guest door instead: "
            "set PUBLIC_URL to its address."
        )


class Tunnel:
    """A public address for the guest door; one serves all rooms."""

    def __init__(self, settings: Settings, address_server: str | None = None) -> None:
        """`address_server`: the URL that hands out addresses, if not Gradio's."""
        self.url: str | None = None
        """The public address while the tunnel is open, without a slash at the end."""
        self._settings = settings
        self._address_server = address_server
        self._leash: subprocess.Popen[str] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def open(self) -> str:
        """The public https address of the guest door; opens the tunnel unless it is open.

        Takes seconds, the first time longer. Raises TunnelFailed, which says why and what else
        to do.
        """
        async with self._one_at_a_time:
            if self.url is None:
                forbid_telemetry()
                networking = await in_background(partial(import_module, "gradio.networking"))
                where = self._address_server or networking.GRADIO_API_SERVER
                host, port, certificate = await _free_address(where)
                program = await _fetched_program()
                await self._start([program, *self._arguments(host, port, certificate)])
            assert self.url is not None
            return self.url

    async def close(self) -> None:
        """Close the tunnel. Its address stops working at once."""
        if self.url:
            tunnel_closed(self.url)
            self.url = None
        if self._leash and self._leash.stdin:
            self._leash.stdin.close()
            self._leash = None

    def _arguments(self, host: str, port: int, certificate: str) -> list[str]:
        file = self._settings.data_dir / "tunnel.pem"
        file.write_text(certificate, encoding="utf-8")
        address = parse_address(self._settings.guest_address)
        here = "127.0.0.1" if address and address.is_unspecified else self._settings.guest_address
        return [
            "http",
            *("-n", secrets.token_urlsafe(32)),
            *("-l", str(self._settings.guest_port)),
            *("-i", here),
            *("--uc", "--sd", "random", "--ue"),
            *("--server_addr", f"{host}:{port}"),
            *("--disable_log_color", "--tls_enable", "--tls_trusted_ca_file", str(file)),
        ]

    async def _start(self, command: Sequence[str]) -> None:
        leash = subprocess.Popen(  # noqa: S603, ASYNC220 - Gradio's program, milliseconds
            [sys.executable, str(Path(__file__).with_name("leash.py")), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._leash = leash
        opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        ended = in_background(partial(_listen, leash, opened))
        ended.add_done_callback(lambda _: self._ended(leash))
        try:
            async with asyncio.timeout(OPENS_WITHIN):
                self.url = await opened
        except TimeoutError as error:
            await self.close()
            raise TunnelFailed(f"The tunnel did not open in {OPENS_WITHIN:.0f} s.") from error
        except TunnelFailed:
            await self.close()
            raise
        tunnel_opened(self.url)

    def _ended(self, leash: subprocess.Popen[str]) -> None:
        """The program has ended, asked to or not."""
        leash.wait()
        if leash is self._leash and self.url:
            log.warning("The tunnel at %s was closed from the other side.", self.url)
            tunnel_closed(self.url)
            self.url, self._leash = None, None


async def _free_address(server: str) -> tuple[str, int, str]:
    """Host, port and certificate of a tunnel server that has a place free."""
    import httpx  # noqa: PLC0415 - a tenth of a second that starting does not wait for

    try:
        async with httpx.AsyncClient(timeout=ANSWERS_WITHIN) as client:
            async with asyncio.timeout(ANSWERS_WITHIN):
                answer = (await client.get(server)).raise_for_status().json()[0]
        return str(answer["host"]), int(answer["port"]), str(answer["root_ca"])
    except (httpx.HTTPError, TimeoutError) as error:
        raise TunnelFailed(
            "Gradio's tunnel service cannot be reached from here: is there an internet connection?"
        ) from error
    except (ValueError, LookupError, TypeError) as error:
        raise TunnelFailed("Gradio's tunnel service gave an answer nobody understands.") from error


async def _fetched_program() -> str:
    """The path of Gradio's tunnel program, fetched if it is not there yet."""
    tunneling = await in_background(partial(import_module, "gradio.tunneling"))
    try:
        async with asyncio.timeout(FETCHED_WITHIN):
            return await in_background(partial(_fetch, tunneling))
    except Exception as error:
        raise TunnelFailed("Gradio's tunnel program could not be fetched.") from error


def _fetch(tunneling: Any) -> str:
    """Have Gradio fetch its program; what is there from before is held to the same hash."""
    program = Path(tunneling.BINARY_PATH)
    right = tunneling.CHECKSUMS.get(tunneling.BINARY_URL)
    if program.exists() and right != hashlib.sha256(program.read_bytes()).hexdigest():
        program.unlink()
    try:
        tunneling.Tunnel.download_binary()
    except tunneling.ChecksumMismatchError:
        program.unlink(missing_ok=True)
        raise
    return str(program)


def _listen(leash: subprocess.Popen[str], opened: asyncio.Future[str]) -> None:
    """Read what the program says until it ends; settle `opened` with an address or an error."""
    loop = opened.get_loop()
    said: list[str] = []
    for line in leash.stdout or ():
        said = [*said[-20:], line.strip()]
        if found := STARTED.search(line):
            url = re.sub(r"^http://", "https://", found[1]).rstrip("/")
            loop.call_soon_threadsafe(_settle, opened, url)
        elif "login to server failed" in line:
            break
    log.info("the tunnel program ended: %s", " | ".join(said))
    loop.call_soon_threadsafe(_settle, opened, None)


def _settle(opened: asyncio.Future[str], url: str | None) -> None:
    if opened.done():
        return
    if url:
        opened.set_result(url)
    else:
        opened.set_exception(TunnelFailed("Gradio's tunnel service refused the connection."))
