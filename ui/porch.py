"""What the host door answers while the house behind it is still opening.

A browser spends about a second on loading Streamlit's page before it asks for anything that
needs Python. Those files, and those of Parley's own views, are served from the first moment on;
every other request waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.live import live_files

WAITS_AT_MOST = 60.0
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8",
          ".woff2": "font/woff2", ".png": "image/png", ".json": "application/json"}  # fmt: skip


class Porch:
    """An ASGI app standing for one that is yet to come: hand that to `open`."""

    def __init__(self, protect: Callable[[ASGIApp], ASGIApp]) -> None:
        """`protect` puts guard and login in front of what the porch itself serves."""
        self._house: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()
        early = Router([Mount("/live", live_files())], default=self._serve_early)
        self._front = protect(early)

    def open(self, house: ASGIApp) -> None:
        """From now on every request goes to `house`, those waiting as well."""
        self._house.set_result(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._house.result() if self._house.done() else self._front
        await app(scope, receive, send)

    async def _serve_early(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (response := _page_file(scope)) is not None:
            await response(scope, receive, send)
            return
        try:
            async with asyncio.timeout(WAITS_AT_MOST):
                house = await asyncio.shield(self._house)
        except TimeoutError:
            late = PlainTextResponse("Parley is still starting. Try again in a moment.\n", 503)
            await late(scope, receive, send)
            return
        await house(scope, receive, send)


def _page_file(scope: Scope) -> Response | None:
    """A file of Streamlit's page, cached as long as Streamlit itself has it cached."""
    path = scope["path"]
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    if path != "/" and not path.startswith("/static/"):
        return None
    root = _page_folder()
    file = (root / (path.lstrip("/") or "index.html")).resolve()
    if not file.is_relative_to(root) or not file.is_file():
        return None
    caching = "no-cache" if path == "/" else "public, immutable, max-age=31536000"
    media_type = _TYPES.get(file.suffix, "application/octet-stream")
    return Response(file.read_bytes(), media_type=media_type, headers={"Cache-Control": caching})


@cache
def _page_folder() -> Path:
    """Where the installed Streamlit keeps its page; found without importing it."""
    spec = find_spec("streamlit")
    folders = spec.submodule_search_locations if spec else None
    return (Path(folders[0]) / "static").resolve() if folders else Path(__file__).parent / "none"
