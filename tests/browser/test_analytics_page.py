"""The analytics page in a real Chromium: charts that are drawn, read and downloaded."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.contrast import is_readable
from tests.browser.puppet import WITHIN
from tests.histories import live_a_life
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser

CHARTS = 12


@pytest.fixture(scope="module")
def life(copies: object) -> Iterator[str]:
    """A database with a year of a life that ends now."""
    conninfo = copies.take()  # type: ignore[attr-defined]
    yield conninfo
    copies.give_back(conninfo)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def parley(life: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("parley")
    with running(folder, DATABASE_URL=life, TRANSLATION_ENGINE="local") as process:
        with psycopg.connect(life) as conn:
            row = conn.execute("SELECT id FROM users").fetchone()
        assert row
        live_a_life(life, row[0], until=datetime.now(UTC))
        yield process


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def visit(page: Page, parley: Running, query: str = "") -> None:
    page.goto(f"{parley.host}/analytics{query}")
    expect(page.get_by_text("Conversations", exact=True).first).to_be_visible()
    expect(charts(page)).to_have_count(CHARTS)


def charts(page: Page):
    return page.locator('[data-testid="stVegaLiteChart"] :is(svg, canvas).marks')


def test_all_charts_are_drawn_and_a_period_is_picked(page, parley):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, parley)
    expect(page.get_by_text("compared with the 30 days before")).to_be_visible()
    page.get_by_role("radio", name="1 year").click()
    expect(page.get_by_text("compared with the 365 days before")).to_be_visible()
    expect(page).to_have_url(re.compile("period=1"))
    expect(charts(page)).to_have_count(CHARTS)
    page.reload()
    expect(page.get_by_text("compared with the 365 days before")).to_be_visible()
    expect(page.locator('[data-testid="stException"], [data-testid="stAlert"]')).to_have_count(0)
    assert all(url.startswith((parley.host, "data:", "blob:")) for url in asked)


def test_the_numbers_of_a_chart_are_a_table_and_a_file(page, parley, tmp_path: Path):
    visit(page, parley)
    panel = page.locator('[class*="st-key-panel_languages"]')
    panel.get_by_text("Numbers", exact=True).click()
    expect(panel.locator('[data-testid="stDataFrame"]')).to_be_visible()
    with page.expect_download(timeout=WITHIN * 1000) as download:
        panel.get_by_role("button", name="CSV", exact=True).click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert re.fullmatch(r"parley-languages-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv", file.name)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    assert {row["name"] for row in rows} == {"English", "Spanish", "German", "Japanese"}
    assert all(row["messages"].isdigit() for row in rows)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_it_reads_well_in_both_themes_and_on_a_phone(
    browser: Browser, parley: Running, scheme: str, width: int
):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, timezone_id="Europe/Berlin"
    )
    context.set_default_timeout(WITHIN * 1000)
    page = context.new_page()
    visit(page, parley)
    is_readable(page)
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
    cut = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg.marks')]
        .flatMap((svg) => [...svg.querySelectorAll("text")].filter((text) => {
            const box = svg.getBoundingClientRect(), its = text.getBoundingClientRect();
            return its.width && text.getAttribute("opacity") !== "0"
              && (its.left < box.left - 1 || its.right > box.right + 1
              || its.top < box.top - 1 || its.bottom > box.bottom + 1);
        }).map((text) => text.textContent))"""
    )
    assert cut == []
    context.close()
