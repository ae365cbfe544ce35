"""How soon the host can type, and what Parley weighs when idle.

`python -m tests.bench.start [--rounds 9]`: from the start of the process, data warm, to a chat
input visible in a Chromium that is already running, beside a Streamlit app of one line started
the same way in turn. Then the memory (PSS) of all of Parley's processes, ten seconds after the
first page, with the guest page loaded.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
from playwright.async_api import Browser, async_playwright

from tests.bench.processes import ROOT, free_port, table
from tests.browser.chromium import find

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
INPUT = '.chat .composer textarea, [data-testid="stChatInput"] textarea'
"""Parley's input, and that of the page beside it."""
BARE = 'import streamlit as st\n\nst.chat_input("Message")\n'
BARE_APP = 'import streamlit as st\n\napp = st.App("bare.py")\n'
SETTLES = 10.0


class Started:
    """A server in a process of its own, and the Chromium that looks at it."""

    def __init__(self, command: Sequence[str], cwd: Path, port: int, **environment: str) -> None:
        self.command, self.cwd, self.port = command, cwd, port
        self.environment = os.environ | environment

    @asynccontextmanager
    async def seen_by(self, browser: Browser) -> AsyncIterator[tuple[float, int]]:
        """Seconds until the chat input was visible, and the process id; stopped at the end."""
        context = await browser.new_context()
        page = await context.new_page()
        begin = time.perf_counter()
        process = subprocess.Popen(
            self.command, cwd=self.cwd, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await self._bound(begin)
            await page.goto(f"http://127.0.0.1:{self.port}/", wait_until="commit")
            await page.wait_for_selector(INPUT, timeout=60_000)
            yield time.perf_counter() - begin, process.pid
        finally:
            process.send_signal(signal.SIGINT)
            await asyncio.to_thread(process.wait, 20)
            await context.close()

    async def _bound(self, begin: float) -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                if time.perf_counter() - begin > 60:
                    raise
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return


def parley(folder: Path) -> tuple[Started, int]:
    """Parley with nothing configured, and the port of its guest door."""
    host, guests = free_port(), free_port()
    settings = {
        "DATA_DIR": str(folder / "data"), "HOST_PORT": str(host), "GUEST_PORT": str(guests),
        "GUEST_ADDRESS": "127.0.0.1",
    }  # fmt: skip
    return Started([sys.executable, "-m", "ui"], ROOT, host, **settings), guests


def bare(folder: Path) -> Started:
    """A Streamlit app of one line, under the same server."""
    (folder / "bare.py").write_text(BARE)
    (folder / "bare_app.py").write_text(BARE_APP)
    port = free_port()
    flags = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless",
             "true", "--browser.gatherUsageStats", "false", "--server.fileWatcherType",
             "none"]  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", "bare_app.py", *flags]
    return Started(command, folder, port)


def family(pid: int, folder: Path) -> list[psutil.Process]:
    """A process, its children and the database that serves `folder`."""
    mine = psutil.Process(pid)
    found = {mine, *mine.children(recursive=True)}
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and str(folder) in " ".join(
            process.info["cmdline"] or ()
        ):
            found |= {process, *process.children(recursive=True)}
    return list(found)


def megabytes(processes: Sequence[psutil.Process]) -> float:
    """Memory of processes together; what they share counts once."""
    return sum(process.memory_full_info().pss for process in processes) / 1e6


async def guest_page_loaded(browser: Browser, host: int, guests: int) -> None:
    """Open a room and its page in a phone-sized window, once Gradio stands behind it."""
    async with httpx.AsyncClient(timeout=60) as http:
        new = {"name": "Bench", "language": "en"}
        room = (await http.post(f"http://127.0.0.1:{host}/api/rooms", json=new)).json()
        url = f"http://127.0.0.1:{guests}/s/{room['token']}"
        while (await http.get(url)).status_code == 503:
            await asyncio.sleep(0.2)
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.goto(url, wait_until="networkidle")


async def main(rounds: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="parley-bench-"))
    ours, guests = parley(folder)
    theirs = bare(folder)
    figures: dict[str, list[float]] = {"ours": [], "theirs": []}
    async with async_playwright() as playwright:
        chromium = find()
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        await (await browser.new_page()).goto("about:blank")
        for number in range(rounds + 1):
            for name, server in (("ours", ours), ("theirs", theirs)):
                async with server.seen_by(browser) as (seconds, _):
                    if number:  # the first of each warms data and caches
                        figures[name].append(seconds)
        async with ours.seen_by(browser) as (_, pid):
            await guest_page_loaded(browser, ours.port, guests)
            await asyncio.sleep(SETTLES)
            processes = family(pid, folder)
            memory, database = megabytes(processes), megabytes(_databases(processes))
        async with theirs.seen_by(browser) as (_, pid):
            await asyncio.sleep(SETTLES)
            reference = megabytes(family(pid, folder))
        await browser.close()
    shutil.rmtree(folder, ignore_errors=True)
    print(_report(figures, memory, database, reference))


def _databases(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if process.name() == "postgres"]


def _report(
    figures: dict[str, list[float]], memory: float, database: float, reference: float
) -> str:
    def median(name: str) -> str:
        low, high = min(figures[name]), max(figures[name])
        return f"{statistics.median(figures[name]):.2f} s ({low:.2f}-{high:.2f})"

    return table(
        "Start and memory (reference: a Streamlit app of one line)",
        [
            ("start to chat input visible, median", median("ours"), median("theirs"), "<= 2.2 s"),
            (
                "idle memory, guest page loaded",
                f"{memory:.0f} MB (database {database:.0f})",
                f"{reference:.0f} MB",
                "<= 500 MB",
            ),
        ],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    asyncio.run(main(parser.parse_args().rounds))
