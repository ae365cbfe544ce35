"""How conversations open and are found as they grow: `python -m tests.bench.conversations`.

`[--sizes 100 1000 10000] [--rounds 40]`: as many conversations of 20 messages, and one of 5,000,
in a Parley and a PostgreSQL of their own. Prints, per size, p50 and p95 in milliseconds of the
API (list, filter, search, open at the end) and of Chromium (the conversations page, searching as
one types, opening one at its end, the first token of a reply), each beside the smallest size.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
from playwright.async_api import Page, async_playwright
from psycopg.conninfo import make_conninfo

from core.embedded import EmbeddedPostgres
from tests.bench.page import ask
from tests.bench.processes import parley, upstream
from tests.browser.chromium import launch
from tests.histories import WORDS, fill

EACH, LONG = 20, 5000
IN_BROWSER = 12
"""Rounds in the browser."""
ROWS = ".library .row-title"
FOUND = ".conversations li a"
EXCERPT = ".conversations .excerpt"
Figures = dict[str, list[float]]


def pair(took: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile, milliseconds."""
    ordered = sorted(took)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return {"p50": round(statistics.median(took) * 1000, 1), "p95": round(last * 1000, 1)}


async def api(http: httpx.AsyncClient, made: list[UUID], long: UUID, rounds: int) -> Figures:
    """Seconds of each question to the API."""
    took: Figures = {}
    for n in range(rounds + 3):
        one = made[(n * 7919) % len(made)]
        word = WORDS.split("|")[n % 30]
        questions = {
            "list": ("/conversations", {"limit": 50}),
            "list, details": ("/conversations", {"limit": 50, "details": True}),
            "filter by tag": ("/conversations", {"limit": 50, "tag": "work"}),
            "search a word": ("/conversations/search", {"q": word}),
            "search words": ("/conversations/search", {"q": f"{word} number {n + 20}"}),
            "open": (f"/conversations/{one}", {"limit": 40}),
            f"open one of {LONG}": (f"/conversations/{long}", {"limit": 40}),
        }
        for name, (path, asked) in questions.items():
            begin = time.perf_counter()
            (await http.get(path, params=asked)).raise_for_status()
            if n >= 3:
                took.setdefault(name, []).append(time.perf_counter() - begin)
    return took


async def seen(act: Awaitable[object], wait: Awaitable[object]) -> float:
    """Seconds of doing something until what was wanted is there."""
    begin = time.perf_counter()
    await act
    await wait
    return time.perf_counter() - begin


async def browser(
    page: Page, host: str, made: list[UUID], long: UUID, newest: dict[UUID, int]
) -> Figures:
    """Seconds until what was wanted is seen; `newest`: messages that conversations end with."""
    took: Figures = {}
    message = page.locator(".chat .message").last
    search = page.get_by_role("searchbox", name="Search conversations")
    for n in range(IN_BROWSER):
        rows = page.locator(ROWS).first.wait_for()
        listed = await seen(page.goto(f"http://{host}/conversations"), rows)
        took.setdefault("conversations page", []).append(listed)
        for name, wanted in (("open", made[(n * 7919) % len(made)]), (f"open one of {LONG}", long)):
            address = f"http://{host}/?conversation={wanted}"
            took.setdefault(name, []).append(await seen(page.goto(address), message.wait_for()))
        await page.locator(FOUND).first.wait_for()
        words = f"{WORDS.split('|')[n]} number {n + 20}"
        found = await seen(search.fill(words), page.locator(EXCERPT).first.wait_for())
        took.setdefault("search as one types", []).append(found)
    await search.fill("")
    for n in range(2 * IN_BROWSER):
        name, wanted = (("open in the page", made[-1]), (f"open one of {LONG} in the page", long))[
            n % 2
        ]
        entry = page.locator(f'.conversations a[href*="{wanted}"]').first
        await entry.wait_for()
        shown = page.locator(f"#message-{newest[wanted]}").wait_for()
        took.setdefault(name, []).append(await seen(entry.click(), shown))
    for name, query in (("new", ""), (f"one of {LONG}", f"?conversation={long}")):
        await page.goto(f"http://{host}/{query}")
        await page.locator(".chat .composer textarea").wait_for()
        asked = [await ask(page, n + (1000 if query else 0)) for n in range(IN_BROWSER)]
        took[f"first token, {name}"] = asked[2:]
    return took


async def measure(server: str, base: str, size: int, rounds: int) -> dict[str, object]:
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE bench_{size} ENCODING 'UTF8' TEMPLATE template0")
    database = make_conninfo(server, dbname=f"bench_{size}")
    with parley(base, DATABASE_URL=database) as running:
        async with httpx.AsyncClient(base_url=f"http://{running.host}/api", timeout=60) as http:
            (await http.get("/conversations")).raise_for_status()
            with psycopg.connect(database) as conn:
                row = conn.execute("SELECT id FROM users").fetchone()
            assert row
            made = fill(database, row[0], size, EACH)
            [long] = fill(database, row[0], 1, LONG)
            figures = await api(http, made, long, rounds)
            newest = {
                one: (await http.get(f"/conversations/{one}?limit=1")).json()["messages"][-1]["id"]
                for one in (made[-1], long)
            }
        async with async_playwright() as playwright:
            chromium = await launch(playwright)
            page = await chromium.new_page(viewport={"width": 1280, "height": 800})
            shown = await browser(page, running.host, made, long, newest)
            await chromium.close()
    return {
        "conversations": size,
        "API": {name: pair(took) for name, took in figures.items()},
        "Chromium": {name: pair(took) for name, took in shown.items()},
    }


async def main(sizes: Sequence[int], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, upstream() as base:
        server = EmbeddedPostgres(Path(folder) / "data")
        address = server.start()
        try:
            for size in sizes:
                print(json.dumps(await measure(address, base, size, rounds)), flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    asyncio.run(main(given.sizes, given.rounds))
