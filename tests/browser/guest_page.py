"""What a person does on the guest page, for the tests of it."""

from __future__ import annotations

from playwright.async_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 800}}


async def join(page, server, name="Ana", address=None):
    await page.goto(address or server.page)
    await page.locator(".join-form input").fill(name)
    await page.locator(".join-form .primary").click()
    await expect(page.locator(".composer")).to_be_visible()
    await expect(page.locator(".empty:visible, .message").first).to_be_visible()


def bubble(page, text):
    return page.locator(".message", has_text=text)


async def say(page, text):
    await page.locator(".composer textarea").fill(text)
    await page.locator(".composer .send").click()
