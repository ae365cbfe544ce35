"""The theme on the host's pages in a real Chromium: switched, remembered, readable."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.contrast import is_readable
from tests.browser.host_page import is_answered, last, press, typing
from tests.browser.puppet import WITHIN, Puppet
from tests.browser.test_themes_guest import FIRST_PAINT, bars
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser
PASSWORD = "a-password-for-tests"
LIGHT, DARK = "rgb(253, 252, 249)", "rgb(23, 24, 22)"
ANSWER = """A *reply* with a [link](https://example.org), `code` and \\(x^2\\).

```python
@cached  # a comment
def greet(name: str = "you", times: int = 42) -> None:
    return print(f"Hello {name}" * times, None, not True)
```

| one | two |
|---|---|
| 1 | 2 |

> quoted
"""


@pytest.fixture(scope="module")
def parley(
    model: Puppet, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with running(
        tmp_path_factory.mktemp("parley"),
        OPENAI_BASE_URL=f"http://127.0.0.1:{model.port}/v1",
        AI_MODEL="puppet",
        TRANSLATION_ENGINE="local",
        HOST_PASSWORD=PASSWORD,
        DATABASE_URL=database,
    ) as process:
        yield process


@pytest.fixture
def page(browser: Browser, parley: Running) -> Iterator[Page]:
    """The login page on a desk whose system is light."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    context.set_default_timeout(WITHIN * 1000)
    context.add_init_script(FIRST_PAINT)
    opened = context.new_page()
    opened.goto(parley.host)
    yield opened
    context.close()


def choose(page: Page, name: str) -> None:
    """By the switch, here or in the sidebar's foot."""
    page.get_by_role("radiogroup", name="Appearance").get_by_role("radio", name=name).check()


def log_in(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(typing(page)).to_be_enabled()
    expect(page.locator("theme-switch")).to_be_visible()


def is_shown(page: Page, color: str) -> None:
    """Streamlit's page, and the document behind it, have this colour."""
    expect(page.locator('[data-testid="stApp"]')).to_have_css("background-color", color)
    expect(page.locator("html")).to_have_css("background-color", color)


def open_a_room(page: Page, parley: Running, name: str) -> None:
    page.goto(f"{parley.host}/rooms")
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    new = page.get_by_role("button", name="New room")
    new.or_(page.get_by_label("Name of the room")).first.wait_for()
    if new.is_visible():
        new.click()
    is_readable(page)
    page.get_by_label("Name of the room").fill(name)
    page.get_by_role("button", name="Open the room").click()
    expect(page.locator(".composer textarea")).to_be_visible()


def test_what_is_chosen_at_the_login_holds_for_every_page(page, parley):
    expect(page.locator("html")).to_have_css("background-color", LIGHT)
    choose(page, "Dark")
    expect(page.locator("html")).to_have_css("background-color", DARK)
    log_in(page)
    is_shown(page, DARK)
    assert bars(page) == ["#171816", "#171816"]
    for path in ("", "/rooms", "/memories", "/settings"):
        page.goto(parley.host + path)
        assert page.evaluate("window.firstPaint") == DARK
        is_shown(page, DARK)
        expect(page.get_by_role("radio", name="Dark")).to_be_checked()


def test_switching_loses_nothing_of_what_is_on_the_page(page, model):
    log_in(page)
    typing(page).fill("How does it begin?")
    typing(page).press("Enter")
    reply = model.expect()
    reply.write("It begins")
    expect(last(page)).to_contain_text("It begins")
    page.evaluate("window.same = true")
    choose(page, "Dark")
    is_shown(page, DARK)
    reply.write(" with a step.")
    expect(last(page)).to_contain_text("It begins with a step.")
    reply.end()
    is_answered(page)
    assert not reply.left.is_set()
    typing(page).fill("Half a sen")
    choose(page, "Light")
    is_shown(page, LIGHT)
    expect(typing(page)).to_have_value("Half a sen")
    assert page.evaluate("window.same")


def test_follows_the_system_unless_told_otherwise(page):
    log_in(page)
    is_shown(page, LIGHT)
    page.emulate_media(color_scheme="dark")
    is_shown(page, DARK)
    choose(page, "Light")
    is_shown(page, LIGHT)
    choose(page, "As on this device")
    is_shown(page, DARK)
    page.emulate_media(color_scheme="light")
    is_shown(page, LIGHT)


def test_another_tab_follows_at_once(page, parley):
    log_in(page)
    other = page.context.new_page()
    other.goto(f"{parley.host}/rooms")
    is_shown(other, LIGHT)
    choose(page, "Dark")
    is_shown(other, DARK)
    expect(other.get_by_role("radio", name="Dark")).to_be_checked()


def test_an_open_room_follows_at_once(page, parley):
    log_in(page)
    open_a_room(page, parley, "Kitchen")
    page.locator(".composer textarea").fill("Half a sen")
    choose(page, "Dark")
    expect(page.locator(".parley")).to_have_css("background-color", DARK)
    expect(page.locator(".parley")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".composer textarea")).to_have_value("Half a sen")


@pytest.mark.parametrize("scheme", ["Light", "Dark"])
def test_every_text_can_be_read(page, parley, model, scheme):
    choose(page, scheme)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    is_readable(page)
    log_in(page)
    is_readable(page)
    chat(page, model)
    menus(page)
    open_a_room(page, parley, "Living room")
    page.locator(".composer textarea").fill("Hello")
    page.locator(".composer .send").click()
    expect(page.locator(".message")).to_be_visible()
    is_readable(page)
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_visible()
    is_readable(page)
    page.goto(f"{parley.host}/settings")
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
    is_readable(page)
    page.goto(f"{parley.host}/rooms?room=nothing")
    expect(page.get_by_text("There is no such room")).to_be_visible()
    is_readable(page)


def chat(page: Page, model: Puppet) -> None:
    """A reply with everything in it, and one that failed."""
    typing(page).fill("Show me everything")
    typing(page).press("Enter")
    reply = model.expect()
    expect(last(page)).to_contain_text("Thinking")
    is_readable(page)
    reply.write(ANSWER)
    reply.end()
    is_answered(page)
    expect(last(page).locator("code span", has_text="print")).to_have_count(1)
    last(page).hover()
    is_readable(page)
    model.failing = True
    press(page, "Try again")
    expect(last(page).get_by_role("alert")).to_be_visible()
    model.failing = False
    is_answered(page)
    is_readable(page)


def menus(page: Page) -> None:
    """What one can do with a conversation in the list."""
    entry = page.locator(".conversations li").first
    for choice in ("Rename", "Delete"):
        entry.hover()
        entry.get_by_role("button", name=re.compile("^Change")).click()
        is_readable(page)
        page.get_by_role("menuitem", name=choice).click()
        is_readable(page)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    expect(entry.get_by_role("button", name=re.compile("^Change"))).to_be_attached()
