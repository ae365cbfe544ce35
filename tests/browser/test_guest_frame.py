"""What the guest page stands in: a phone, its keyboard, Gradio."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.guest_page import DESK, bubble, join, say

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


class TestOnAPhone:
    @pytest.mark.parametrize("locale", ["en-US", "ar-EG", "ja-JP"])
    async def test_fits_from_edge_to_edge_and_nothing_overflows(self, server, room, window, locale):
        async with window(locale) as page:
            await page.goto(server.page)
            await self.fits(page)
            await join(page, server)
            host = room.person("A name that is quite long, as some names are", "en", host=True)
            room.message(host, "Donaudampfschifffahrtsgesellschaftskapitän" * 4, "de")
            room.message(host, "https://example.org/" + "a" * 300, "en")
            room.message(host, "```\n" + "x = 1; " * 60 + "\n```", "en")
            failed = room.message(host, "Guten Tag", "de")
            room.translation(failed, "", locale[:2], error="no_translation_model")
            await expect(page.locator(".message")).to_have_count(4)
            await self.fits(page)
            composer = await page.locator(".composer").bounding_box()
            assert abs(composer["y"] + composer["height"] - 844) < 1
            await page.locator(".faces").click()
            await self.fits(page)

    async def fits(self, page):
        wide = """() => {
          const room = document.querySelector('#parley').shadowRoot;
          return [...room.querySelectorAll('*')].filter((one) => {
            const { left, right, width } = one.getBoundingClientRect();
            return width && !one.closest('pre') && (left < -1 || right > innerWidth + 1);
          }).map((one) => one.outerHTML.slice(0, 120));
        }"""
        assert await page.evaluate(wide) == []
        assert await page.evaluate("document.documentElement.scrollWidth") == 390

    async def test_fields_do_not_zoom_and_targets_fit_a_finger(self, server, room, window):
        async with window() as page:
            await page.goto(server.page)
            await self.touchable(page)
            await join(page, server)
            await self.touchable(page)
            await page.locator(".faces").click()
            await self.touchable(page)

    async def touchable(self, page):
        for field in await page.locator("input:visible, textarea:visible").all():
            assert await field.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 16
        for button in await page.locator("button:visible").all():
            box = await button.bounding_box()
            assert min(box["width"], box["height"]) >= 44, await button.inner_text()

    async def test_a_keyboard_that_covers_the_page_does_not_cover_the_composer(
        self, server, room, window
    ):
        async with window() as page:
            await join(page, server)
            for number in range(30):
                room.message("person-0", f"Message {number}.")
            await expect(bubble(page, "Message 29.")).to_be_in_viewport()
            await page.evaluate("""() => {
              Object.defineProperties(visualViewport, {
                height: { value: 500 }, offsetTop: { value: 0 }, scale: { value: 1 } });
              visualViewport.dispatchEvent(new Event('resize'));
            }""")
            box = await page.locator(".composer").bounding_box()
            assert box["y"] + box["height"] <= 501
            newest = bubble(page, "Message 29.")
            await expect(newest).to_be_in_viewport()
            await page.wait_for_function(
                "(e) => e.getBoundingClientRect().bottom <= 500",
                arg=await newest.element_handle(),
            )


class TestGradioAround:
    async def test_takes_the_room_in_without_losing_focus_or_what_is_typed(
        self, server, room, window
    ):
        async with window("ja-JP") as page:
            held = []
            await page.route("**/gradio/assets/index-*.js", lambda route: held.append(route))
            await page.goto(server.page, wait_until="commit")
            field = page.locator(".join-form input")
            await field.press_sequentially("健")
            await expect(page.locator(".gradio-container #parley")).to_have_count(0)
            await page.wait_for_function("() => document.querySelector('script[src*=gradio]')")
            while not held:
                await page.wait_for_event("request")
            await held[0].continue_()
            await expect(page.locator(".gradio-container #parley")).to_have_count(1)
            await expect(field).to_be_focused()
            await page.keyboard.type("太")
            await expect(field).to_have_value("健太")
            await expect(page.locator(".join-form .primary")).to_have_text("参加する")

    async def test_a_button_that_is_held_down_meanwhile_is_pressed(self, server, room, window):
        async with window(size=DESK) as page:
            held = asyncio.get_running_loop().create_future()
            await page.route("**/gradio/assets/index-*.js", lambda route: held.set_result(route))
            await page.goto(server.page, wait_until="commit")
            await page.locator(".join-form input").fill("Ana")
            await page.locator(".join-form .primary").hover()
            await page.mouse.down()
            await (await held).continue_()
            await page.wait_for_function("() => document.querySelector('#parley-room')")
            await page.evaluate("() => new Promise(requestAnimationFrame)")
            await page.mouse.up()
            await expect(page.locator(".composer")).to_be_visible()
            await expect(page.locator(".gradio-container #parley")).to_have_count(1)

    async def test_says_nothing_of_its_own_and_asks_nobody_else(self, server, room, window):
        async with window("ja-JP") as page:
            asked = []
            page.on("request", lambda request: asked.append(request.url))
            await join(page, server, "健太")
            await expect(page.locator(".gradio-container #parley")).to_have_count(1)
            room.cut()
            await say(page, "こんにちは")
            await expect(bubble(page, "こんにちは")).to_be_visible()
            assert {url for url in asked if not url.startswith(server.url)} == set()
            assert not [url for url in asked if "gradio_api" in url]
            shown = await page.locator("gradio-app").inner_text()
            assert not re.search(r"Gradio|Loading|error|API", shown)

    async def test_a_page_whose_gradio_never_comes_works_all_the_same(self, server, room, window):
        async with window() as page:
            await page.route("**/gradio/**", lambda route: route.abort())
            await join(page, server)
            await say(page, "Without it")
            await expect(bubble(page, "Without it")).not_to_have_class(re.compile("pending"))
            page.complaints.clear()  # the browser notes what it could not load
