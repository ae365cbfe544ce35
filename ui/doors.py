"""A door: an address bound before anything else, and a server answering there on this loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from core.errors import ConfigurationError

GRACE = 1
"""Seconds an open request gets to finish when its door closes."""


def bind(address: str, port: int, setting: str) -> socket.socket:
    """A listening socket at `address` (IPv4, IPv6 or a name); port 0 takes any free one.

    `setting` (HOST or GUEST) names the settings at fault in the ConfigurationError.
    """
    try:
        family, kind, _, _, where = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind)
    except OSError as error:
        raise ConfigurationError(
            f"{setting}_ADDRESS={address} is no address of this machine ({error.strerror}). "
            f"Correct {setting}_ADDRESS in .env."
        ) from error
    try:
        # On Windows the option would let two processes share the port.
        if os.name != "nt":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and address == "::":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(where)
        sock.listen(2048)
    except OSError as error:
        sock.close()
        raise ConfigurationError(_why_not(error, address, port, setting)) from error
    sock.setblocking(False)
    return sock


def _why_not(error: OSError, address: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} at {address} is in use, perhaps by another Parley. "
            f"Stop that program, or set {setting}_PORT to another port."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"Port {port} at {address} may not be used by this account. "
            f"Set {setting}_PORT to a port above 1023."
        )
    return (
        f"{setting}_ADDRESS={address} is no address of this machine ({error.strerror}). "
        f"Correct {setting}_ADDRESS in .env."
    )


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the launcher: one process, two servers."""
        yield


class Door:
    """A server for `app` on a bound socket. `app` gets no lifespan events.

    `largest_frame` is the largest WebSocket message taken in, in bytes.
    """

    def __init__(self, app: Any, sock: socket.socket, largest_frame: int) -> None:
        self.port: int = sock.getsockname()[1]
        self._sock = sock
        self._task: asyncio.Task[None] | None = None
        self._server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                ws="websockets-sansio",
                ws_max_size=largest_frame,
                timeout_graceful_shutdown=GRACE,
            )
        )

    def open(self) -> None:
        """Begin to answer."""
        self._task = asyncio.create_task(self._server.serve([self._sock]), name="door")

    async def close(self) -> None:
        """Stop answering: WebSockets are closed, requests get GRACE seconds to finish."""
        self._server.should_exit = True
        if self._task:
            await self._task
        self._sock.close()
