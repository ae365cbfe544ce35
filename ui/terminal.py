"""What the terminal says, and the browser window that opens for who sits at it."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping
from threading import Thread

from core.settings import Settings
from ui.addresses import base_url, guest_base_url, is_shut_in, lan_address, parse_address


class Terminal:
    """Calm lines on standard output; complaints on standard error."""

    def __init__(self) -> None:
        self._last = ""

    def say(self, line: str) -> None:
        """Print a line at once, also into a pipe."""
        print(line, flush=True)  # noqa: T201 - this is what talks to the terminal

    def complain(self, sentence: str) -> None:
        """Say on standard error what is wrong, in one line."""
        print("Parley: " + " ".join(sentence.split()), file=sys.stderr, flush=True)  # noqa: T201

    def progress(self, label: str, share: float | None) -> None:
        """Say what takes its time, once for each label. May be called from any thread."""
        if label != self._last:
            self._last = label
            self.say(f"  {label}")

    def welcome(self, settings: Settings) -> None:
        """Say where everything is."""
        self.say("Parley is ready.")
        self.say(f"  Your page   {host_url(settings)}")
        self.say(f"  Guests      {guest_base_url(settings)}{_hint(settings)}")
        where = "DATABASE_URL and " if settings.database_url else ""
        self.say(f"  Data        {where}{settings.data_dir}")
        self.say("  Stop        Ctrl+C")


def host_url(settings: Settings) -> str:
    """The address of the host's page, for a browser on this machine where that works."""
    parsed = parse_address(settings.host_address)
    if parsed and parsed.is_unspecified:
        return base_url("127.0.0.1", settings.host_port)
    return base_url(settings.host_address, settings.host_port)


def someone_sits_here(environ: Mapping[str, str]) -> bool:
    """Whether a person at this terminal would want a browser window."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()) or "CI" in environ:
        return False
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in environ
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def open_browser(settings: Settings) -> None:
    """Open the host's page for a person at the terminal; for anybody else do nothing."""
    if someone_sits_here(os.environ):
        # Some browsers keep the call until they are closed.
        Thread(target=webbrowser.open, args=[host_url(settings)], daemon=True).start()


def _hint(settings: Settings) -> str:
    parsed = parse_address(settings.guest_address)
    if settings.public_url or not (parsed and parsed.is_unspecified):
        return ""
    if lan_address() is None:
        return "  (no network found: only this machine; set PUBLIC_URL for others)"
    if is_shut_in():
        return "  (inside a container or WSL: set PUBLIC_URL to what guests can reach)"
    return ""
