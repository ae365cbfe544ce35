"""What no search engine, cache or other site may learn of: the addresses under a share link."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Unlisted:
    """Adds HEADERS to every answer under some paths."""

    def __init__(self, app: ASGIApp, paths: tuple[str, ...]) -> None:
        """`paths`: how the paths begin."""
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        hidden = scope["type"] == "http" and path.startswith(self._paths)
        await self._app(scope, receive, send_with_headers if hidden else send)
