"""Browsers for the tests: a guest's window in a scripted room, and a host's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright import async_api, sync_api
from playwright.async_api import async_playwright
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import FLAGS, find, launch
from tests.browser.desk import Desk
from tests.browser.guest_page import PHONE
from tests.browser.host_page import open_chat
from tests.browser.puppet import WITHIN, Puppet, puppet
from tests.browser.room_server import serving
from tests.conftest import create_database, drop_database
from tests.ui.running import Running, running

for api_of in (sync_api, async_api):
    api_of.expect.set_options(timeout=WITHIN * 1000)


@pytest.fixture(scope="module")
def server():
    with serving() as running_server:
        yield running_server


@pytest.fixture
def room(server):
    return server.fresh()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium():
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.fixture
def window(chromium):
    """Opens a browser of its own, in a language; fails the test on any error in the console."""
    return lambda locale="en-US", size=PHONE, **more: _window(chromium, locale, size, more)


@contextlib.asynccontextmanager
async def _window(chromium, locale, size, more):
    context = await chromium.new_context(locale=locale, **size, **more)
    page = await context.new_page()
    page.set_default_timeout(WITHIN * 1000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda line: line.type == "error" and page.complaints.append(line.text))
    yield page
    complaints = [line for line in page.complaints if "WebSocket" not in line]
    await context.close()
    assert not complaints


@pytest.fixture(scope="module")
def browser():
    """For the tests that need no loop."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[Desk]:
    """A desk in Tokyo."""
    shared = Desk(browser, viewport={"width": 1280, "height": 800}, timezone_id="Asia/Tokyo")
    yield shared
    shared.close()


@pytest.fixture
def context(desk: Desk) -> Iterator[BrowserContext]:
    """As a browser that was never used; its first page is `new_page()`."""
    with desk.used() as context:
        yield context


@pytest.fixture(scope="module")
def model() -> Iterator[Puppet]:
    """A model that says what a test lets it say."""
    with puppet() as server:
        yield server


@pytest.fixture(scope="module")
def database(postgres: str, template: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The conninfo of a database for a file's Parley, which need not make one of its own."""
    name = Path(request.path).stem
    yield create_database(postgres, name, template)
    drop_database(postgres, name)


@pytest.fixture(scope="module")
def parley(
    model: Puppet, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """One Parley for all the tests of a file, answered by `model`; each has a conversation."""
    with running(
        tmp_path_factory.mktemp("parley"),
        OPENAI_BASE_URL=f"http://127.0.0.1:{model.port}/v1",
        AI_MODEL="puppet",
        TRANSLATION_ENGINE="local",
        DATABASE_URL=database,
    ) as process:
        yield process


@pytest.fixture
def page(context: BrowserContext, parley: Running) -> Page:
    """The chat page with nothing said yet."""
    return open_chat(context.new_page(), parley.host)


@pytest.fixture
def api(parley: Running) -> Iterator[httpx.Client]:
    """The host's API; at the end nothing is left in the list."""
    with httpx.Client(base_url=f"{parley.host}/api", timeout=WITHIN) as http:
        yield http
        for archived in (True, False):
            found = http.get("/conversations", params={"archived": archived, "limit": 1000}).json()
            if ids := [one["id"] for one in found]:
                http.post("/conversations/delete", json={"ids": ids})
