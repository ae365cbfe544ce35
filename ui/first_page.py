"""The host's first page has the processor to itself.

Before it: what its script imports is imported while the browser still loads. After it: whatever
can wait, waits until nothing has gone through the host door for a moment.
"""

from __future__ import annotations

import ast
import asyncio
import logging
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

HOST = Path(__file__).parent / "host"
SCRIPTS = (HOST / "main.py", HOST / "app_pages" / "chat.py")
"""What runs for the first page."""
USED_BY_STREAMLIT = ("numpy", "PIL.Image", "streamlit.material_icon_names")
"""What Streamlit itself imports in the middle of it, for the icons."""

QUIET = 1.0
"""Seconds without anything through the host door after which the first page is served."""
NOBODY_CAME = 4.0
"""Seconds after which no first page is waited for."""
LONGEST = 15.0
"""Seconds after which it counts as served in any case."""


def warm_up() -> None:
    """Import what the first page will import. What cannot be, the page will say itself."""
    for name in (*_imported_by_scripts(), *USED_BY_STREAMLIT):
        try:
            import_module(name)
        except Exception:
            log.exception("%s cannot be imported", name)


class FirstPage:
    """Watches what goes through the host door."""

    def __init__(self) -> None:
        self._host_came = False
        self._last = time.monotonic()

    def watch(self, app: ASGIApp) -> ASGIApp:
        """`app`, watched."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_noticed(message: Message) -> None:
                self._last = time.monotonic()
                await send(message)

            self._host_came |= scope["type"] == "websocket"
            self._last = time.monotonic()
            await app(scope, receive, send_noticed)

        return watched

    async def served(self) -> None:
        """Return once the first page is there, or nobody seems to come."""
        begin = time.monotonic()
        while True:
            now = time.monotonic()
            until = min(self._last + QUIET, begin + LONGEST)
            if not self._host_came:
                until = begin + NOBODY_CAME
            if now >= until:
                return
            await asyncio.sleep(min(until - now, QUIET))


def _imported_by_scripts() -> Iterator[str]:
    for script in SCRIPTS:
        for node in ast.parse(script.read_bytes()).body:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                yield node.module
