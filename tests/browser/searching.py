"""The search page as a person uses it, in a Parley with a past."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import httpx
import psycopg
from playwright.sync_api import Locator, Page, expect

from tests.browser.puppet import WITHIN, Puppet
from tests.core.saying import Past
from tests.ui.running import Running, running


@contextmanager
def with_a_past(
    folder: Path, database: str, model: Puppet, **settings: str
) -> Iterator[tuple[Running, Past]]:
    """A Parley on this database, and what puts things said into it."""
    address = f"http://127.0.0.1:{model.port}/v1"
    more = {"DATABASE_URL": database, "OPENAI_BASE_URL": address, "AI_MODEL": "puppet"}
    with running(folder, **(more | settings)) as process:
        ask(process, "conversations")
        with psycopg.connect(database, autocommit=True) as conn:
            row = conn.execute("SELECT id FROM users").fetchone()
            assert row
            host = SimpleNamespace(host_id=row[0])
            yield process, Past(host, conn, datetime(2026, 3, 1, 12, tzinfo=UTC))  # type: ignore[arg-type]


def ask(parley: Running, path: str, **query: object) -> dict:
    """What the API answers."""
    answer = httpx.get(f"{parley.host}/api/{path}", params=query, timeout=WITHIN)
    return answer.raise_for_status().json()


def is_read(parley: Running) -> None:
    """Return once all that was said is found, by its meaning too where there is an index."""
    while (index := ask(parley, "search/index"))["to_read"] or index["to_embed"]:
        time.sleep(0.1)


def open_search(page: Page, parley: Running, **asked: str) -> Page:
    """The page with what is asked in its address."""
    page.goto(f"{parley.host}/search?{urlencode(asked)}")
    expect(box(page)).to_be_visible()
    return page


def box(page: Page) -> Locator:
    return page.get_by_label("Search everything", exact=True)


def hits(page: Page) -> Locator:
    """Those that are not folded away."""
    return page.locator(".finder .hit:visible")


def passages(page: Page) -> Locator:
    return page.locator(".finder .hit:visible .passage:not(.translated)")


def chip(page: Page, label: str) -> Locator:
    """A filter."""
    return page.locator(f'.finder .filter[data-name="{label}"]')


def narrow(page: Page, label: str, *choices: str) -> None:
    """Choose in a filter's menu."""
    chip(page, label).locator(".pill").click()
    for one in choices:
        chip(page, label).locator(".options button").filter(has_text=one).click()
    if label != "Time":
        page.keyboard.press("Escape")
