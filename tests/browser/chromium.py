"""Chromium as the tests and benchmarks start it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

WHOLE = ("chromium", "chromium-browser")
SHELL = ("chromium-headless-shell",)
"""The same Chromium without its windows: a quarter of the time, and no microphone."""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    "--force-prefers-reduced-motion",
]  # fmt: skip


def find(*, whole: bool = False) -> str | None:
    """Where Chromium is, or None; its shell if there is one, unless it must be `whole`."""
    names = WHOLE if whole else (*SHELL, *WHOLE)
    return next((found for name in names if (found := shutil.which(name))), None)


FAKE_MICROPHONE = "--use-fake-device-for-media-stream"
"""A microphone that beeps; who may use it is asked as ever."""


async def launch(playwright: Playwright, *more: str) -> Browser:
    """A headless Chromium, the system's own; `more` flags for what a test is about."""
    path = find(whole=FAKE_MICROPHONE in more)
    return await playwright.chromium.launch(
        executable_path=path, headless=True, args=[*FLAGS, *more]
    )
