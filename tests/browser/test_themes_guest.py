"""The theme on the guests' page in a real Chromium: switched, remembered, readable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import FLAGS, find
from tests.browser.contrast import is_readable
from tests.browser.room_server import RoomServer, ScriptedRoom, serving
from ui.guest.page import BACKGROUNDS
from ui.guest.waiting import waiting_html

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LIGHT, DARK = "rgb(245, 243, 238)", "rgb(18, 22, 20)"
FIRST_PAINT = """new MutationObserver((_, observer) => {
  if (!document.body) return;
  window.firstPaint = getComputedStyle(document.documentElement).backgroundColor;
  observer.disconnect();
}).observe(document, { childList: true, subtree: true })"""
"""Notes the colour of the page as soon as there is something to paint."""


@pytest.fixture(scope="module")
def server() -> Iterator[RoomServer]:
    with serving() as running_server:
        yield running_server


@pytest.fixture
def room(server: RoomServer) -> ScriptedRoom:
    return server.fresh()


@pytest.fixture(scope="module")
def browser(server: RoomServer) -> Iterator[Browser]:
    """After the server: making its page wants a thread without an event loop."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, room: ScriptedRoom) -> Iterator[Page]:
    """A phone whose system is light."""
    context = browser.new_context(**PHONE, locale="en-US", color_scheme="light")
    context.set_default_timeout(15_000)
    context.add_init_script(FIRST_PAINT)
    yield context.new_page()
    context.close()


def choose(page: Page, name: str) -> None:
    """By the switch in the header."""
    page.get_by_role("button", name="Appearance").click()
    page.locator(".choice", has_text=name).click()


def is_shown(page: Page, color: str) -> None:
    """The room, the page behind it and the browser's own bar have this colour."""
    expect(page.locator(".parley")).to_have_css("background-color", color)
    expect(page.locator("html")).to_have_css("background-color", color)


def bars(page: Page) -> list[str]:
    """What the browser's bar is told to be in a light and in a dark system."""
    found: list[str] = page.locator('meta[name="theme-color"]').evaluate_all(
        "(all) => all.map((one) => one.content)"
    )
    return found


def join(page: Page, server: RoomServer) -> None:
    page.goto(server.page)
    page.locator(".join-form input").fill("Ana")
    page.locator(".join-form .primary").click()
    expect(page.locator(".composer")).to_be_visible()


def test_the_switch_changes_the_page_at_once_and_a_reload_remembers_it(page, server):
    page.goto(server.page)
    is_shown(page, LIGHT)
    assert bars(page) == list(BACKGROUNDS)
    choose(page, "Dark")
    is_shown(page, DARK)
    assert bars(page) == [BACKGROUNDS[1]] * 2
    page.reload()
    is_shown(page, DARK)
    assert page.evaluate("window.firstPaint") == DARK
    choose(page, "As on this device")
    is_shown(page, LIGHT)
    assert bars(page) == list(BACKGROUNDS)


def test_follows_the_system_unless_told_otherwise(page, server):
    page.goto(server.page)
    page.emulate_media(color_scheme="dark")
    is_shown(page, DARK)
    choose(page, "Light")
    is_shown(page, LIGHT)
    page.emulate_media(color_scheme="light")
    page.emulate_media(color_scheme="dark")
    is_shown(page, LIGHT)
    choose(page, "As on this device")
    is_shown(page, DARK)


def test_another_tab_follows_at_once(page, server):
    page.goto(server.page)
    other = page.context.new_page()
    other.goto(server.page)
    expect(other.locator(".join")).to_be_visible()
    choose(page, "Dark")
    is_shown(other, DARK)


def test_switching_in_the_room_keeps_what_is_being_written(page, server, room):
    join(page, server)
    page.locator(".composer textarea").fill("Half a sen")
    choose(page, "Dark")
    is_shown(page, DARK)
    expect(page.locator(".composer textarea")).to_have_value("Half a sen")
    expect(page.locator(".room-name")).to_have_text(room.name)


def test_works_where_the_browser_keeps_nothing(page, server):
    refused = "{ get() { throw new DOMException('refused', 'SecurityError'); } }"
    page.add_init_script(f"Object.defineProperty(window, 'localStorage', {refused})")
    page.goto(server.page)
    choose(page, "Dark")
    is_shown(page, DARK)


def test_the_switch_is_on_the_pages_that_only_say_something(page, server):
    page.goto(f"{server.url}/s/nothing")
    choose(page, "Dark")
    is_shown(page, DARK)


def test_the_waiting_page_has_it_too(page, server):
    html = waiting_html("fr").replace('http-equiv="refresh"', "")
    page.route("**/waiting", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{server.url}/waiting")
    page.get_by_role("radiogroup", name="Apparence").get_by_role("radio", name="Sombre").check()
    expect(page.locator("html")).to_have_css("background-color", DARK)
    is_readable(page)
    page.get_by_role("radio", name="Clair").check()
    expect(page.locator("html")).to_have_css("background-color", LIGHT)
    is_readable(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(page, server, room, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{server.url}/s/nothing")
    expect(page.locator(".farewell")).to_be_visible()
    is_readable(page)
    page.goto(server.page)
    page.locator(".join-form .primary").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    is_readable(page)
    page.get_by_role("button", name="Appearance").click()
    expect(page.locator(".sheet")).to_be_visible()
    is_readable(page)
    page.keyboard.press("Escape")
    join(page, server)
    is_readable(page)
    talk(page, room)
    is_readable(page)
    page.locator(".faces").click()
    is_readable(page)
    page.get_by_role("button", name="Leave the room").click()
    is_readable(page)


def talk(page: Page, room: ScriptedRoom) -> None:
    """Everything a conversation can look like, by people of every colour."""
    for name in "ABCDEFGHIJKLMNOP":
        person = room.person(name, "pt")
        message = room.message(person, f"Bom dia de {name}, https://example.org `a`", "pt")
    room.translation(message, "Good morning, https://example.org `a`", "en")
    failed = room.message(person, "Quem falta?", "pt")
    room.translation(failed, "", "en", error="failed")
    slow = room.message(person, "E agora?", "pt")
    room.translation(slow, "", "en", final=False)
    room.refuse_saying = "too_fast"
    page.locator(".composer textarea").fill("Mine https://example.org `b`")
    page.locator(".composer .send").click()
    expect(page.locator(".mine .state-alert")).to_be_visible()
    page.locator(".message .toggle:visible").last.click()
    expect(page.locator(".source:visible")).to_have_count(1)


def test_forced_colours_show_what_is_chosen(page, server):
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    html = waiting_html("en").replace('http-equiv="refresh"', "")
    page.route("**/waiting", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{server.url}/waiting")
    options = page.locator("theme-switch label")
    page.get_by_role("radio", name="Dark").check()
    colors = options.evaluate_all("(all) => all.map((one) => getComputedStyle(one).borderColor)")
    assert colors[0] == colors[1] != colors[2]
