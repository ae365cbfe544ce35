"""The house behind both doors: the core, what the host door leads to, and the guest door."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import import_module
from socket import socket
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from core.embedded import EmbeddedPostgres
from core.errors import ConfigurationError, ParleyError
from core.providers.port import Progress
from core.settings import Settings, load_settings
from ui.doors import Door, bind
from ui.first_page import FirstPage, warm_up
from ui.guard import Guard, SecurityHeaders, is_loopback
from ui.guest_door import LARGEST_FRAME, GuestDoor
from ui.host import bridge
from ui.kept import Kept
from ui.later import Later, in_background
from ui.live import live_files
from ui.login import Login
from ui.quiet import forbid_telemetry
from ui.theme.streamlit_page import StreamlitPage
from ui.tunnel import Tunnel

if TYPE_CHECKING:
    from fastapi import FastAPI

    from core.app import App

log = logging.getLogger(__name__)


class House:
    """One process of Parley. Everything in it lives on the event loop it was opened on."""

    def __init__(
        self, settings: Settings, guest_socket: socket, progress: Progress | None = None
    ) -> None:
        """`guest_socket`: the bound guest door; `progress` hears of what takes its time."""
        forbid_telemetry()
        self.settings = settings
        self.tunnel = Tunnel(settings)
        self.guests = GuestDoor(self.core)
        self._guest_door = Door(self.guests, guest_socket, LARGEST_FRAME)
        self._database: asyncio.Future[None] | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._progress = progress
        self._core = Kept(self._open_core)
        self._first_page = FirstPage()

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """What the host door leads to besides Streamlit."""
        return [
            Mount("/api", Later(partial(self._api, "rest", "rest_api"))),
            Mount("/ws", Later(partial(self._api, "sockets", "host_sockets"))),
            Mount("/live", live_files()),
        ]

    @property
    def middleware(self) -> Sequence[Middleware]:
        """Who may come through the host door, outermost first, and what Streamlit's page gets."""
        protection = [
            Middleware(SecurityHeaders),
            Middleware(Guard, address=self.settings.host_address),
        ]
        if self.settings.host_password:
            password = self.settings.host_password.get_secret_value()
            protection.append(Middleware(Login, password=password))
        return [*protection, Middleware(self._first_page.watch), Middleware(StreamlitPage)]

    def protect(self, app: ASGIApp) -> ASGIApp:
        """`app` with the same middleware in front."""
        for layer in reversed(self.middleware):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return app

    async def core(self) -> App:
        """The open core; begins to open it unless that was done before.

        Raises ConfigurationError or DatabaseUnavailable where it does not open.
        """
        return await self._core.get()

    def begin(self) -> None:
        """Begin with the database, which needs time more than the processor."""
        self._database = in_background(self._start_database)

    async def open(self) -> None:
        """Open the core and the guest door. Raises what `core` raises."""
        await self.core()
        self._guest_door.open()
        self._preparing = asyncio.create_task(self._prepare_guest_page())

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[dict[str, Any]]:
        """The host door's: its first page is drawn while the core opens."""
        try:
            self._warming = in_background(warm_up)
            yield {"house": self}
        finally:
            await self.close()

    async def close_guest_door(self) -> None:
        """Let no guest in any more."""
        if self._preparing:
            self._preparing.cancel()
        await self._guest_door.close()

    async def close(self) -> None:
        """Close the guest door and the core, as far as they are open."""
        await self.tunnel.close()
        await self.close_guest_door()
        await self._core.close()

    @asynccontextmanager
    async def _open_core(self) -> AsyncIterator[App]:
        core_app = await in_background(partial(import_module, "core.app"))
        if self._database:
            await self._database
        async with core_app.open_app(self.settings, self._progress) as core:
            bridge.attach_core(core, asyncio.get_running_loop())
            try:
                yield core
            finally:
                bridge.detach_core()

    def _start_database(self) -> None:
        """The core will join it, and say what kept it from starting."""
        if not self.settings.database_url:
            with suppress(ParleyError):
                EmbeddedPostgres(self.settings.data_dir / "postgres").start(self._progress)

    async def _api(self, module_name: str, name: str) -> ASGIApp:
        """An app of `ui.api`, imported off the loop: FastAPI takes half a second."""
        core = await self.core()
        module = await in_background(partial(import_module, f"ui.api.{module_name}"))
        api: FastAPI = await in_background(getattr(module, name))
        api.state.core = core
        return api

    async def _prepare_guest_page(self) -> None:
        await self._first_page.served()
        core = await self.core()
        try:
            await core.warm()
        finally:
            gc.freeze()
            gc.enable()
        await _first_room(core)
        await self.guests.prepare()
        gc.freeze()


async def _first_room(core: App) -> None:
    """Return once there is a room. Who only chats is spared what its page costs: four seconds of
    processor time and a hundred megabytes."""
    async with core.events.bell(core.host_id) as bell:
        while not await core.rooms.list(core.host_id, 1):
            await bell.rings()


def check_safety(settings: Settings) -> None:
    """Raise ConfigurationError where others could reach the host door without a password."""
    if not is_loopback(settings.host_address) and not settings.host_password:
        raise ConfigurationError(
            f"HOST_ADDRESS={settings.host_address} would let others use the host's page. "
            "Set HOST_PASSWORD as well, or leave HOST_ADDRESS at 127.0.0.1."
        )


_house: House | None = None


def enter(house: House) -> None:
    """Make `house` the one of this process."""
    global _house
    _house = house


def the_house() -> House:
    """The house of this process; made from the settings where the launcher made none."""
    if _house is None:
        settings = load_settings()
        check_safety(settings)
        sock = bind(settings.guest_address, settings.guest_port, "GUEST")
        port = sock.getsockname()[1]
        enter(House(settings.model_copy(update={"guest_port": port}), sock))
    assert _house is not None
    return _house
