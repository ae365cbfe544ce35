"""The main job, end to end: a host's window and phones in other languages, a whole Parley.

`python -m tests.browser.test_whole` makes the README's screenshot from the same steps.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from llmock.scenarios import Match, Reply
from llmock.testing import LLMockServer
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.chromium import launch
from tests.browser.puppet import WITHIN
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
SHOT = Path(__file__).with_name("readme.png")


@asynccontextmanager
async def chromium():
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        try:
            yield browser
        finally:
            await browser.close()


@pytest.fixture
def parley(tmp_path):
    """A Parley with nothing configured, as a newcomer has it, but for the built-in model."""
    with running(tmp_path / "data", TRANSLATION_ENGINE="local") as process:
        yield process


async def host_opens_a_room(browser: Browser, parley: Running, **more) -> tuple[Page, str]:
    """Rooms, "New room", a name, a language; the host's page and the link it shows."""
    context = await browser.new_context(**DESK, locale="en-US", **more)
    page = await context.new_page()
    page.set_default_timeout(WITHIN * 1000)
    await page.goto(parley.host)
    await page.get_by_role("link", name="Rooms").click()
    await page.get_by_label("Name of the room").fill("Kitchen table")
    await page.get_by_role("button", name="Open the room").click()
    await expect(page.locator(".composer textarea")).to_be_visible()
    link = (await page.locator('[data-testid="stCode"] code').inner_text()).strip()
    return page, link.replace("\n", "")


async def guest_joins(browser: Browser, link: str, name: str, locale: str, **more) -> Page:
    """The link on a phone, a name, "Join"."""
    context = await browser.new_context(**PHONE, locale=locale, **more)
    page = await context.new_page()
    page.set_default_timeout(WITHIN * 1000)
    await page.goto(link)
    await page.locator(".join-form input").fill(name)
    await page.locator(".join-form .primary").click()
    await expect(page.locator(".composer textarea")).to_be_visible()
    return page


async def say(page: Page, text: str) -> None:
    await page.locator(".composer textarea").fill(text)
    await page.locator(".composer .send").click()


def message(page: Page, text: str):
    return page.locator(".message", has_text=text)


async def test_a_host_and_a_guest_talk_each_in_their_own_language(parley):
    async with chromium() as browser:
        host, link = await host_opens_a_room(browser, parley)
        await asyncio.to_thread(parley.guests_are_served, link.rsplit("/", 1)[1])
        guest = await guest_joins(browser, link, "Maria", "pt-BR")
        await expect(guest.locator("html")).to_have_attribute("lang", "pt")

        await say(host, "Good morning, how are you today?")
        await expect(message(guest, "Bom dia")).to_be_visible()
        await guest.locator(".message .toggle").click()
        await expect(message(guest, "Good morning, how are you today?")).to_be_visible()
        await say(guest, "Estou muito bem, obrigada!")
        await expect(message(host, "thank")).to_be_visible()
        await host.locator(".message .toggle").click()
        await expect(message(host, "Estou muito bem, obrigada!")).to_be_visible()

        # The phone loses the network while the host goes on talking, and comes back.
        await guest.context.set_offline(True)
        await say(host, "The coffee is ready in the kitchen.")
        await guest.context.set_offline(False)
        await expect(message(guest, "café")).to_be_visible(timeout=40_000)

        # The guest reloads: the same person, nothing missed, nothing doubled.
        await guest.reload()
        await expect(message(guest, "café")).to_be_visible()
        await expect(guest.locator(".message")).to_have_count(3)
        await expect(guest.locator(".join-form")).to_have_count(0)

        # The host goes away and comes back: the room went on.
        address = host.url
        await host.goto("about:blank")
        await say(guest, "Já estou a caminho da cozinha.")
        await host.goto(address)
        await expect(message(host, "way")).to_be_visible()
        await expect(host.locator(".message")).to_have_count(4)


async def test_a_japanese_guest_reads_an_english_host_through_the_ai(tmp_path):
    with LLMockServer() as server:
        japanese = "おはようございます。お元気ですか？"
        server.state.scenarios.add(Reply(text=japanese, match=Match(stream=True), times=1))
        with running(
            tmp_path / "data",
            OPENAI_BASE_URL=server.base_url("openai"),
            AI_MODEL="gpt-4o-mini",
        ) as parley:
            async with chromium() as browser:
                host, link = await host_opens_a_room(browser, parley)
                await asyncio.to_thread(parley.guests_are_served, link.rsplit("/", 1)[1])
                guest = await guest_joins(browser, link, "結衣", "ja-JP")
                await expect(guest.locator("html")).to_have_attribute("lang", "ja")
                await say(host, "Good morning! How are you?")
                await expect(message(guest, japanese)).to_be_visible()
                words = await guest.locator(".parley").inner_text()
                assert "Show original" not in words
                assert "英語" in words


async def test_an_arabic_page_reads_from_right_to_left(parley):
    async with chromium() as browser:
        host, link = await host_opens_a_room(browser, parley)
        await asyncio.to_thread(parley.guests_are_served, link.rsplit("/", 1)[1])
        guest = await guest_joins(browser, link, "عمر", "ar")
        await expect(guest.locator(".parley")).to_have_attribute("dir", "rtl")
        await say(guest, "صباح الخير يا أصدقائي، كيف حالكم اليوم؟")
        # Without a network there is no Arabic model: the original stands, and says so.
        await expect(message(host, "صباح الخير")).to_be_visible()
        await expect(host.locator(".message .note")).to_contain_text("Try again", timeout=30_000)
        overflow = await guest.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        assert not overflow


async def screenshot() -> None:
    """The host's page with a Portuguese guest in the room, for the README."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(
            Path(folder) / "data",
            TRANSLATION_ENGINE="local",
        ) as parley,
    ):
        async with chromium() as browser:
            host, link = await host_opens_a_room(browser, parley)
            token = link.rsplit("/", 1)[1]
            await asyncio.to_thread(parley.guests_are_served, token)
            guest = await guest_joins(browser, link, "Maria", "pt-BR", device_scale_factor=2)
            await say(guest, "Bom dia! Posso levar alguma coisa para o jantar? 🍰")
            await expect(message(host, "dinner")).to_be_visible()
            await say(host, "Good morning Maria! Some fresh bread would be wonderful.")
            await expect(message(guest, "pão")).to_be_visible()
            await say(guest, "Com prazer. A que horas começamos?")
            await expect(host.locator(".message")).to_have_count(3)
            await say(host, "At 7:30 in the kitchen. Here is the menu: https://example.org/menu")
            await expect(guest.locator(".message")).to_have_count(4)
            await expect(message(guest, "cozinha")).to_be_visible()
            await guest.locator(".composer textarea").blur()
            left, right = await host.screenshot(), await guest.screenshot()
            frame = {"width": 1290, "height": 620}
            page = await browser.new_page(viewport=frame, device_scale_factor=1.5)
            await page.set_content(_side_by_side(left, right))
            await page.wait_for_function("[...document.images].every((i) => i.complete)")
            await page.screenshot(path=SHOT)


def _side_by_side(left: bytes, right: bytes) -> str:
    import base64

    def image(data: bytes, width: int, radius: int) -> str:
        source = base64.b64encode(data).decode()
        return (
            f'<img src="data:image/png;base64,{source}" style="width:{width}px;border-radius:'
            f'{radius}px;box-shadow:0 8px 30px rgb(30 25 10/.22)">'
        )

    return (
        '<body style="margin:0;height:100vh;display:flex;align-items:center;justify-content:center;'
        f'gap:36px;background:#e7ece6">{image(left, 900, 10)}{image(right, 254, 26)}'
    )


if __name__ == "__main__":
    asyncio.run(screenshot())
    sys.exit(0)
