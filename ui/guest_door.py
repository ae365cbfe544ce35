"""The guest door: what the link of a room or of a shared conversation grants, nothing else.

WebSockets and shared conversations answer from the start. The room's page needs Gradio, which
takes seconds to import: until it is there, whoever knocks at a room meets a page that waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import ParleyError
from ui.guard import SecurityHeaders, SmallBodies
from ui.later import Later, in_background

if TYPE_CHECKING:
    from fastapi import FastAPI

    from core.app import App

log = logging.getLogger(__name__)

VOICE = "/voice/"
"""Where guests have written down what they say."""
FROM_THE_START = (VOICE, "/shared/", "/api/", "/live/", "/guest/strings/")
"""What does not wait for Gradio."""
LARGEST_FRAME = 64 * 1024
"""Bytes in one WebSocket message of a guest."""
LARGEST_BODY = 256 * 1024
"""Bytes in one request of a guest: a message is text."""
LARGEST_RECORDING = 10 * 1024 * 1024
"""Bytes in one recording of a guest: five minutes, several times over, as browsers record."""


class GuestPageFailed(ParleyError):
    """The guest page could not be made. The log has the cause."""

    code = "guest_page"


class GuestDoor:
    """The ASGI app of the guest door."""

    def __init__(self, core: Callable[[], Awaitable[App]]) -> None:
        """`core` returns the open core."""
        self._core = core
        self._api = Later(self._make_api)
        self._waiting = Later(self._make_waiting_page)
        self._page = Later(self._make_page)
        self._front = SecurityHeaders(
            SmallBodies(self._answer, LARGEST_BODY, {VOICE: LARGEST_RECORDING})
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._front(scope, receive, send)

    async def prepare(self) -> None:
        """Return when the guest page is there; begins to make it unless that was done before.

        Where it cannot be made the log says so, and guests go on waiting.
        """
        with suppress(GuestPageFailed):
            await self._page.made()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _wants_page(scope) or self._page.is_made:
            await self._api(scope, receive, send)
            return
        self._hurried = asyncio.ensure_future(self.prepare())
        await self._waiting(scope, receive, send)

    async def _make_api(self) -> ASGIApp:
        core = await self._core()
        module = await in_background(partial(import_module, "ui.api.guests"))
        api: FastAPI = await in_background(module.guest_api)
        api.state.core = core
        shared = await in_background(partial(import_module, "ui.guest.shared"))
        return await in_background(partial(shared.mount_shared_page, api))

    async def _make_waiting_page(self) -> ASGIApp:
        waiting = await in_background(partial(import_module, "ui.guest.waiting"))
        page: ASGIApp = waiting.waiting_page()
        return page

    async def _make_page(self) -> ASGIApp:
        """The API with the page added. Gradio serves files there: no queue of its is started."""
        api = await self._api.made()
        guest = await in_background(partial(import_module, "ui.guest.page"))
        try:
            page: ASGIApp = await in_background(partial(guest.mount_guest_page, api))
        except Exception as error:
            log.exception("The guest page could not be made")
            raise GuestPageFailed from error
        return page


def _wants_page(scope: Scope) -> bool:
    return scope["type"] == "http" and not scope["path"].startswith(FROM_THE_START)
