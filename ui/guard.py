"""Who may knock at the host door: this machine's own names, and pages of this very site.

A page on the internet can make a browser send requests to 127.0.0.1. Under a name of its own
that points there (DNS rebinding) it could read the answers, and a WebSocket it could read
under any name. So the Host header must be one of ours, and what changes something, or is a
WebSocket, must come from a page of the same host and port, or from a program.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PROGRAM_PATHS = ("/api/", "/v1/", "/ws/", "/voice/")
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
}


def refusal(scope: Scope, status: int, code: str, sentence: str, **headers: str) -> Response:
    """An answer that refuses: JSON for programs, a plain sentence for people."""
    if scope["path"].startswith(PROGRAM_PATHS):
        body = {"code": code, "message": sentence, "details": {}}
        return JSONResponse(body, status, headers=headers)
    return PlainTextResponse(sentence + "\n", status, headers=headers)


async def refuse(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    """Refuse a request with `response`, a WebSocket by not accepting it."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await response(scope, receive, send)


class SecurityHeaders:
    """Adds SECURITY_HEADERS to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SmallBodies:
    """Refuses requests whose body is larger than a limit, declared or as it comes in."""

    def __init__(self, app: ASGIApp, limit: int, larger: Mapping[str, int] | None = None) -> None:
        """`limit` in bytes; `larger` ones for paths that begin so."""
        self._app = app
        self._limit = limit
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        too_large = refusal(scope, 413, "too_long", f"A request may have {limit} bytes here.")
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > limit:
            await too_large(scope, receive, send)
        elif "content-length" not in Headers(scope=scope):
            await self._count(scope, receive, send, limit, too_large)
        else:
            await self._app(scope, receive, send)

    def _limit_of(self, path: str) -> int:
        found = (limit for start, limit in self._larger.items() if path.startswith(start))
        return next(found, self._limit)

    async def _count(
        self, scope: Scope, receive: Receive, send: Send, limit: int, refused: Response
    ) -> None:
        taken, answered = 0, False

        async def receive_up_to_limit() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _TooLarge(413, f"A request may have {limit} bytes here")
            return message

        async def send_noticed(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, receive_up_to_limit, send_noticed)
        except _TooLarge:
            if not answered:
                await refused(scope, receive, send)


class _TooLarge(HTTPException):
    """As FastAPI hands on from the middle of a body, to be answered by whoever is first."""


class Guard:
    """Refuses requests under a foreign Host and changes asked for by a foreign Origin."""

    def __init__(self, app: ASGIApp, address: str, names: Iterable[str] = ()) -> None:
        """`address`: where the host door listens; `names`: more host names it answers to."""
        self._app = app
        self._everywhere = _is_unspecified(address)
        self._only_here = is_loopback(address)
        self._names = {address.lower(), *(name.lower() for name in names)}
        if not self._only_here:
            self._names |= own_names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self._is_ours(host):
            why = (
                f"Parley does not answer under the name {host!r}. "
                "Open the address the terminal shows, or set HOST_ADDRESS."
            )
            await refuse(scope, receive, send, refusal(scope, 403, "foreign_host", why))
        elif self._only_here and not _arrived_here(scope):
            why = "Parley's host page is for this machine alone. See HOST_ADDRESS, HOST_PASSWORD."
            await refuse(scope, receive, send, refusal(scope, 403, "not_local", why))
        elif _changes_something(scope) and not _same_site(headers, host):
            why = "Another site asked for this. Open Parley's own page and do it there."
            await refuse(scope, receive, send, refusal(scope, 403, "foreign_origin", why))
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        name = _host_name(host)
        if name is None:
            return False
        if is_loopback(name) or name in self._names:
            return True
        # No name, no rebinding; behind a router or a container the number is another's.
        return self._everywhere and _is_number(name)


def own_names() -> set[str]:
    """The names other machines may know this one by, without asking the network."""
    name = socket.gethostname().lower()
    short = name.split(".")[0]
    return {name, short, f"{short}.local"}


def is_loopback(name: str) -> bool:
    """Whether nobody but this machine reaches `name`, an address or a host name."""
    if _is_number(name):
        return ipaddress.ip_address(name).is_loopback
    return name == "localhost" or name.endswith(".localhost")


def _arrived_here(scope: Scope) -> bool:
    """Whether the server got this at a loopback address, or at a socket in the file system."""
    server = scope.get("server")
    return not server or server[1] is None or is_loopback(server[0])


def _changes_something(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS


def _same_site(headers: Headers, host: str) -> bool:
    if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return False
    origins = headers.getlist("origin")
    if not origins:
        return True  # a program: browsers always name the origin of these
    return len(origins) == 1 and urlsplit(origins[0]).netloc.lower() == host.lower()


def _host_name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    if parts.netloc != host or "@" in host or not parts.hostname:
        return None
    return parts.hostname.rstrip(".")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_unspecified(address: str) -> bool:
    return _is_number(address) and ipaddress.ip_address(address).is_unspecified
