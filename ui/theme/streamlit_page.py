"""Streamlit's page with our theme in its head, in place before the first paint; the chat's page
names there what it will load, so that it is fetched while Python still gets ready."""

from __future__ import annotations

import json
from functools import cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.live import preloads
from ui.theme import host_colors, host_head

CHAT = "conversations.js", "chat/chat.js"
"""The views on the chat's page."""
PLACE = b"<title>Streamlit</title>"
"""What Streamlit's page can be told by."""


class StreamlitPage:
    """Puts the theme into every answer that is Streamlit's page; lets others pass."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not _wants_html(scope):
            await self._app(scope, receive, send)
            return
        early = preloads("/live", *CHAT) if scope["path"] == "/" else ""
        answer = _Answer(send, early)
        await self._app(_plain(scope), receive, answer.send)


class _Answer:
    """Holds an HTML answer back until it is whole."""

    def __init__(self, send: Send, early: str) -> None:
        """`early`: HTML for the page's head besides the theme."""
        self._send = send
        self._early = early
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)
        else:
            await self._send(message)

    async def _finish(self, start: Message) -> None:
        body = self._body.replace(PLACE, PLACE + (streamlit_head() + self._early).encode(), 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


@cache
def streamlit_head() -> str:
    """What Streamlit's page gets: the theme, and our colours until its first message has come."""
    first = {f"{name.upper()}_THEME": colors for name, colors in host_colors().items()}
    colors = f"<script>window.__streamlit = {json.dumps(first)};</script>\n"
    return "\n" + host_head("switch.js", "streamlit.js") + colors


def _wants_html(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")


def _is_html(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == 200 and headers.get("content-type", "").startswith("text/html")


def _plain(scope: Scope) -> Scope:
    """The request without what would be answered by a compressed page, or by "as before"."""
    unwanted = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
    kept = [(name, value) for name, value in scope["headers"] if name not in unwanted]
    return {**scope, "headers": kept}
