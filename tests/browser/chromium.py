"""Chromium as the tests and benchmarks start it."""

from __future__ import annotations

import shutil

from playwright.async_api import Browser, Playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    "--force-prefers-reduced-motion",
]  # fmt: skip


def find() -> str | None:
    """Where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


FAKE_MICROPHONE = "--use-fake-device-for-media-stream"
"""A microphone that beeps; who may use it is asked as ever."""


async def launch(playwright: Playwright, *more: str) -> Browser:
    """A headless Chromium, the system's own; `more` flags for what a test is about."""
    return await playwright.chromium.launch(
        executable_path=find(), headless=True, args=[*FLAGS, *more]
    )
