"""From the first line on the terminal to the exit code: one process, two doors.

Exit codes: 0 stopped as asked (Ctrl+C or SIGTERM), 2 a setting or the machine must be changed
first, 1 something unexpected, 130 stopped at once by a second Ctrl+C.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from functools import partial
from importlib import import_module
from types import FrameType

from core.errors import ParleyError
from core.settings import Settings, load_settings
from ui.doors import Door, bind
from ui.house import House, check_safety, enter
from ui.later import break_off, entered_whole, in_background
from ui.logs import log_file, set_up_logs
from ui.porch import Porch
from ui.terminal import Terminal, open_browser

log = logging.getLogger(__name__)

LARGEST_FRAME = 200 * 1024 * 1024
"""Bytes in one WebSocket message of a host's page, as Streamlit itself allows."""
STOPS_WITHIN = 6.0
"""Seconds after which a stop that does not come to an end is forced."""


class Interrupts:
    """Ctrl+C before there is a loop: raised, and remembered, for an import may swallow it."""

    came = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt


def launch() -> int:
    """Run Parley until it is stopped, and return the exit code."""
    terminal = Terminal()
    settings = None
    interrupts = Interrupts()
    try:
        signal.signal(signal.SIGINT, interrupts)
        settings = load_settings()
        Process(settings, terminal).run(interrupts)
    except ParleyError as error:
        terminal.complain(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        log.critical("Parley stopped unexpectedly", exc_info=error)
        where = f" Details are in {log_file(settings)}." if settings else ""
        terminal.complain(f"Something unexpected happened: {error!r}.{where}")
        return 1
    return 0


class Process:
    """The process: sockets first, so that a taken port is known at once; then all the rest."""

    def __init__(self, settings: Settings, terminal: Terminal) -> None:
        """Raises ConfigurationError where an address, a port or a folder cannot be used."""
        check_safety(settings)
        set_up_logs(settings)
        self._host_socket = bind(settings.host_address, settings.host_port, "HOST")
        guests = bind(settings.guest_address, settings.guest_port, "GUEST")
        self._settings = settings.model_copy(
            update={
                "host_port": self._host_socket.getsockname()[1],
                "guest_port": guests.getsockname()[1],
            }
        )
        self._terminal = terminal
        self._house = House(self._settings, guests, terminal.progress)
        self._stopping = False
        enter(self._house)

    def run(self, interrupts: Interrupts) -> None:
        """Open, wait to be stopped, close; at once where it was interrupted before.

        Raises what kept it from opening.
        """
        loop = _new_loop()
        asyncio.set_event_loop(loop)
        life = loop.create_task(self._live(), name="life")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, partial(self._stop, loop, life))
        if interrupts.came:
            life.cancel()
        try:
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(life)
        finally:
            _wind_up(loop)

    async def _live(self) -> None:
        """The host door answers first, then Streamlit draws the first page; the core opens last."""
        porch = Porch(self._house.protect)
        door = Door(porch, self._host_socket, LARGEST_FRAME)
        door.open()
        try:
            self._house.begin()
            ui_app = await in_background(partial(import_module, "ui.app"))
            async with entered_whole(ui_app.app.lifespan()(ui_app.app)):
                porch.open(ui_app.app)
                await self._house.open()
                self._terminal.welcome(self._settings)
                open_browser(self._settings)
                try:
                    await asyncio.Event().wait()
                finally:
                    break_off()
                    await asyncio.gather(door.close(), self._house.close_guest_door())
        finally:
            break_off()
            await door.close()
            await self._house.close()

    def _stop(
        self,
        loop: asyncio.AbstractEventLoop,
        life: asyncio.Task[None],
        number: int,
        frame: FrameType | None,
    ) -> None:
        if self._stopping:
            os._exit(130)
        self._stopping = True
        forced = threading.Timer(STOPS_WITHIN, os._exit, [1])
        forced.daemon = True
        forced.start()
        loop.call_soon_threadsafe(life.cancel)


def exit_with(code: int) -> None:
    """Leave, without waiting for threads that may be in the middle of an import or a script."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    if len(threading.enumerate()) > 1:
        os._exit(code)
    sys.exit(code)


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.SelectorEventLoop()  # psycopg works with no other
    try:
        import uvloop  # noqa: PLC0415 - an optional part of uvicorn
    except ModuleNotFoundError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _wind_up(loop: asyncio.AbstractEventLoop) -> None:
    """End what is left on the loop; nothing in it is waited for longer than a second."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=1))
