"""How fast the figures come as a past grows: `python -m tests.bench.analytics`.

`[--sizes 2000 20000 200000] [--rounds 8]`: as many messages of a realistic life of a year in a
PostgreSQL and a Parley of their own. Prints, per size, p50 and p95 in milliseconds of the API and
of Chromium, from the click on "Analytics" to its heading, the key figures and the last chart, each
beside the smallest size. The first round is left out: Streamlit's first chart loads Vega.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import psycopg
from playwright.async_api import Page, async_playwright
from psycopg.conninfo import make_conninfo

from core.embedded import EmbeddedPostgres
from tests.bench.conversations import Figures, pair
from tests.bench.processes import parley, upstream
from tests.browser.chromium import launch
from tests.histories import live_a_life

EACH = 11.8
"""Messages in a conversation of a life, about."""
ASKED = {"30 days": {"days": "30"}, "1 year": {"days": "365"}, "all": {"days": "all"}}
FIGURE = '.st-key-analytics [data-testid="stMetricValue"]'
LAST = '[class*="st-key-panel_models_firstword"] :is(svg, canvas).marks'


async def api(http: httpx.AsyncClient, rounds: int) -> Figures:
    """Seconds until all figures of a period are there."""
    took: Figures = {}
    for n in range(rounds + 1):
        for name, params in ASKED.items():
            begin = time.perf_counter()
            zone = {"time_zone": "Europe/Berlin"}
            (await http.get("/analytics/trends", params=params | zone)).raise_for_status()
            if n:
                took.setdefault(f"API, {name}", []).append(time.perf_counter() - begin)
    return took


async def browser(page: Page, host: str, rounds: int) -> Figures:
    """Seconds from the click until the heading, the figures and the last chart are seen."""
    took: Figures = {}
    await page.goto(f"http://{host}/memories")
    for n in range(rounds + 1):
        await page.get_by_role("link", name="Memories").click()
        await page.get_by_role("heading", name="Memories").wait_for()
        begin = time.perf_counter()
        await page.get_by_role("link", name="Analytics").click()
        for name, seen in (
            ("heading", page.get_by_role("heading", name="Analytics")),
            ("key figures", page.locator(FIGURE).first),
            ("last chart", page.locator(LAST).first),
        ):
            await seen.wait_for()
            if n:
                took.setdefault(f"page, {name}", []).append(time.perf_counter() - begin)
    return took


async def measure(server: str, base: str, size: int, rounds: int) -> tuple[int, Figures]:
    """A Parley with about so many messages; how many there are, and what took how long."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE bench_{size} ENCODING 'UTF8' TEMPLATE template0")
    database = make_conninfo(server, dbname=f"bench_{size}")
    with parley(base, DATABASE_URL=database) as running:
        async with httpx.AsyncClient(base_url=f"http://{running.host}/api", timeout=60) as http:
            with psycopg.connect(database) as conn:
                row = conn.execute("SELECT id FROM users").fetchone()
            assert row
            count = round(size / EACH)
            life = await asyncio.to_thread(live_a_life, database, row[0], count)
            with psycopg.connect(database) as conn:  # to read it for the search takes an hour
                conn.execute("DELETE FROM unread_passages")
            figures = await api(http, rounds)
        async with async_playwright() as playwright:
            chromium = await launch(playwright)
            page = await chromium.new_page(viewport={"width": 1280, "height": 800})
            figures |= await browser(page, running.host, rounds)
            await chromium.close()
    return life.messages, figures


def told(found: list[tuple[int, Figures]]) -> str:
    """A Markdown table, a column a size."""
    head = " | ".join(f"{count:,} messages" for count, _ in found)
    lines = [f"| ms, p50 / p95 | {head} |", "|---" * (len(found) + 1) + "|"]
    for name in found[0][1]:
        cells = [pair(figures[name]) for _, figures in found]
        shown = " | ".join(f"{cell['p50']:.0f} / {cell['p95']:.0f}" for cell in cells)
        lines.append(f"| {name} | {shown} |")
    return "\n".join(lines)


async def main(sizes: Sequence[int], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, upstream() as base:
        server = EmbeddedPostgres(Path(folder) / "data")
        address = server.start()
        found = []
        try:
            for size in sizes:
                found.append(await measure(address, base, size, rounds))
        finally:
            server.stop()
    print(told(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 20_000, 200_000])
    parser.add_argument("--rounds", type=int, default=8)
    given = parser.parse_args()
    asyncio.run(main(given.sizes, given.rounds))
