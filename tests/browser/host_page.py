"""The host's chat page as a person uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.puppet import Puppet, Reply


def typing(page: Page) -> Locator:
    """The input."""
    return page.locator(".chat .composer textarea")


def messages(page: Page) -> Locator:
    """All messages on the page."""
    return page.locator(".chat .message")


def last(page: Page) -> Locator:
    """The newest message."""
    return messages(page).last


def entry(page: Page, title: str) -> Locator:
    """A conversation in the sidebar."""
    return page.locator(".conversations li", has_text=title)


def press(page: Page, name: str) -> None:
    """A button of the newest message."""
    last(page).get_by_role("button", name=name, exact=True).click()


def choose(page: Page, message: Locator, item: str) -> None:
    """An item of a message's menu."""
    message.get_by_role("button", name="More", exact=True).click()
    page.locator(".chat .menu").get_by_text(item, exact=True).click()


def stop(page: Page) -> Locator:
    """The button that stops a reply."""
    return page.locator(".chat .composer").get_by_role("button", name="Stop", exact=True)


def ask(page: Page, model: Puppet, text: str) -> Reply:
    """Type, press Enter, and have the model asked."""
    typing(page).fill(text)
    typing(page).press("Enter")
    reply = model.expect()
    assert reply.question == text
    return reply


def answered(page: Page, model: Puppet, text: str, answer: str) -> None:
    """A whole exchange."""
    reply = ask(page, model, text)
    reply.write(answer)
    reply.end()
    is_answered(page)
    expect(last(page)).to_contain_text(answer)


def is_answered(page: Page) -> None:
    """Nothing is being written."""
    expect(last(page).get_by_role("button", name="Try again", exact=True)).to_be_visible()
    expect(stop(page)).to_be_hidden()


def is_at_rest(page: Page, count: int) -> None:
    """Nothing is being written, and there are that many messages."""
    expect(messages(page)).to_have_count(count)
    is_answered(page)
    expect(typing(page)).to_be_enabled()


def open_chat(page: Page, address: str) -> Page:
    """The chat page with nothing said yet."""
    page.goto(address)
    expect(typing(page)).to_be_enabled()
    expect(page.get_by_role("heading", name="What would you like")).to_be_visible()
    return page
