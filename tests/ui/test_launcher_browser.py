"""Parley as it is started, in a real Chromium: the page, the login, and pages of others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.bench.start import INPUT
from tests.browser.chromium import launch
from tests.ui.running import Running, running

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def parley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("parley") / "data") as parley:
        yield parley


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium to which every name under .example is this machine."""
    async with async_playwright() as playwright:
        launched = await launch(playwright, "--host-resolver-rules=MAP *.example 127.0.0.1")
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


async def test_the_page_opens_and_asks_nobody_else_for_anything(
    parley: Running, page: Page
) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(re.split("[/?]", request.url)[2]))
    await page.goto(parley.host)
    await expect(page.locator(INPUT)).to_be_visible(timeout=30_000)
    await page.wait_for_load_state("networkidle")
    assert asked == {f"127.0.0.1:{parley.host_port}"}
    await expect(page.get_by_text("Deploy")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "color"), [("light", "253, 252, 249"), ("dark", "23, 24, 22")])
async def test_the_page_is_light_or_dark_as_the_machine_is(
    parley: Running, browser: Browser, scheme: str, color: str
) -> None:
    context = await browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(parley.host)
    app = page.locator('[data-testid="stApp"]')
    await expect(app).to_have_css("background-color", f"rgb({color})", timeout=30_000)
    await context.close()


async def test_a_name_that_was_bent_to_this_machine_shows_nothing(
    parley: Running, page: Page
) -> None:
    answer = await page.goto(f"http://evil.example:{parley.host_port}/")
    assert answer
    assert answer.status == 403
    assert "does not answer under the name" in await answer.text()


OPEN_SOCKET = """url => new Promise(done => {
    const socket = new WebSocket(url)
    socket.onopen = () => done("opened")
    socket.onerror = () => done("refused")
})"""


async def test_a_page_of_another_site_gets_no_socket(parley: Running, page: Page) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    await page.goto(f"http://evil.example:{server.sockets[0].getsockname()[1]}/")
    for path in ("/ws/chat", "/_stcore/stream"):
        url = f"ws://127.0.0.1:{parley.host_port}{path}"
        assert await page.evaluate(OPEN_SOCKET, url) == "refused", path
    server.close()
    await page.goto(parley.host)
    url = f"ws://127.0.0.1:{parley.host_port}/ws/chat"
    assert await page.evaluate(OPEN_SOCKET, url) == "opened"


async def test_the_login_opens_the_page(
    tmp_path_factory: pytest.TempPathFactory, page: Page
) -> None:
    folder = tmp_path_factory.mktemp("locked") / "data"
    settings = {"HOST_ADDRESS": "0.0.0.0", "HOST_PASSWORD": PASSWORD}
    with running(folder, **settings) as parley:
        await page.goto(f"{parley.host}/rooms")
        field = page.get_by_label("Password")
        await expect(field).to_be_focused()
        await field.fill("guess")
        await field.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("That is not the password. Try again.")
        await field.fill(PASSWORD)
        await page.get_by_role("button", name="Log in").click()
        await expect(page).to_have_url(f"{parley.host}/rooms")
        await expect(page.locator('[data-testid="stApp"]')).to_be_visible(timeout=30_000)
        await expect(page.locator('[data-testid="stSidebar"]')).to_be_visible(timeout=30_000)
