"""The login of the host door: one password, a page for people, a header for programs."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, quote, urlencode

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.guard import refusal, refuse
from ui.theme import host_head

COOKIE = "parley_host"
COOKIE_LIFE = 30 * 24 * 3600
FREE_TRIES = 3
LONGEST_WAIT = 60.0
LARGEST_FORM = 4096
PAGE = Template((Path(__file__).parent / "login.html").read_text(encoding="utf-8"))


class Login:
    """Lets through who knows the password; everybody else meets the login page or a 401."""

    def __init__(self, app: ASGIApp, password: str, clock: Callable[[], float] = time.time) -> None:
        """`clock` tells the time in seconds since 1970."""
        self._app = app
        self._password = password.encode()
        self._clock = clock
        self._tries = Tries(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if scope["type"] == "http" and path in ("/login", "/logout"):
            request = Request(scope, receive)
            response = await self._login(request) if path == "/login" else self._logout()
            await response(scope, receive, send)
        elif (refused := self._refused(HTTPConnection(scope))) is not None:
            await refuse(scope, receive, send, refused)
        else:
            await self._app(scope, receive, send)

    def _refused(self, connection: HTTPConnection) -> Response | None:
        """None for who may pass, else what to tell them."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._refused_bearer(connection, token.strip())
        if self._is_valid(connection.cookies.get(COOKIE, "")):
            return None
        if _wants_page(connection):
            target = connection.url.path + (f"?{connection.url.query}" * bool(connection.url.query))
            return RedirectResponse(f"/login?{urlencode({'next': target})}", 303)
        return self._unauthorized(connection)

    def _refused_bearer(self, connection: HTTPConnection, token: str) -> Response | None:
        who = _who(connection)
        if wait := self._tries.wait(who):
            sentence = f"Too many wrong passwords. Try again in {wait} seconds."
            pause = {"Retry-After": str(wait)}
            return refusal(connection.scope, 429, "too_fast", sentence, **pause)
        if self._is_password(token.encode("latin-1")):  # as the header came
            return None
        self._tries.failed(who)
        return self._unauthorized(connection)

    def _unauthorized(self, connection: HTTPConnection) -> Response:
        sentence = "Log in at /login, or send the header Authorization: Bearer HOST_PASSWORD."
        headers = {"WWW-Authenticate": "Bearer"}
        return refusal(connection.scope, 401, "login_required", sentence, **headers)

    async def _login(self, request: Request) -> Response:
        target = _local(request.query_params.get("next", "/"))
        if request.method != "POST":
            return _page(target)
        who = _who(request)
        if wait := self._tries.wait(who):
            return _page(target, f"Too many tries. Try again in {wait} seconds.", 429)
        if not self._is_password((await _password_in(request)).encode()):
            self._tries.failed(who)
            return _page(target, "That is not the password. Try again.", 401)
        self._tries.succeeded(who)
        response = RedirectResponse(target, 303)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, self._new_cookie(), COOKIE_LIFE, secure=secure, httponly=True, samesite="lax"
        )
        return response

    def _logout(self) -> Response:
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    def _is_password(self, said: bytes) -> bool:
        return hmac.compare_digest(said, self._password)

    @cached_property
    def _key(self) -> bytes:
        """Signs cookies. From the password alone, so that replicas and restarts agree, and a
        new password ends every login; slow to make, so that a cookie does not give it away."""
        return hashlib.scrypt(self._password, salt=b"parley host login", n=2**14, r=8, p=1)

    def _new_cookie(self) -> str:
        until = str(int(self._clock()) + COOKIE_LIFE)
        return f"{until}.{self._signature(until)}"

    def _is_valid(self, cookie: str) -> bool:
        until, _, signature = cookie.partition(".")
        if not until.isascii() or not until.isdigit() or not signature.isascii():
            return False
        right = hmac.compare_digest(signature, self._signature(until))
        return right and self._clock() < int(until)

    def _signature(self, until: str) -> str:
        return hmac.new(self._key, until.encode(), hashlib.sha256).hexdigest()


class Tries:
    """Wrong tries by address: after FREE_TRIES each makes the next wait twice as long."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, who: str) -> int:
        """Whole seconds until `who` may try again, 0 for now."""
        count, last = self._wrong.get(who, (0, 0.0))
        if count < FREE_TRIES:
            return 0
        pause = min(2.0 ** (count - FREE_TRIES), LONGEST_WAIT)
        return max(0, -int(-(last + pause - self._clock()) // 1))

    def failed(self, who: str) -> None:
        """`who` gave a wrong password."""
        count, _ = self._wrong.pop(who, (0, 0.0))
        self._wrong[who] = (count + 1, self._clock())
        while len(self._wrong) > 1000:
            self._wrong.popitem(last=False)

    def succeeded(self, who: str) -> None:
        """`who` gave the right one."""
        self._wrong.pop(who, None)


async def _password_in(request: Request) -> str:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get("password", [""])[0]


def _page(target: str, error: str = "", status: int = 200) -> Response:
    action = "/login?next=" + quote(target, safe="")
    invalid = "true" if error else "false"
    html = PAGE.substitute(
        action=escape(action), error=escape(error), invalid=invalid, theme=host_head("switch.js")
    )
    # With no-referrer browsers would name no origin in the form's POST.
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return HTMLResponse(html, status, headers=headers)


def _local(target: str) -> str:
    """`target` if it is a path of this site, else the first page."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\", "/login", "/logout"))
    return target if plain and target.isprintable() else "/"


def _wants_page(connection: HTTPConnection) -> bool:
    return (
        connection.scope["type"] == "http"
        and connection.scope["method"] in ("GET", "HEAD")
        and "text/html" in connection.headers.get("accept", "")
    )


def _who(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""
