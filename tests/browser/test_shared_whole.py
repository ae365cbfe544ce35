"""Sharing from the host's pages to a reader's, with the whole of Parley in between."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.browser.contrast import is_readable_in_both
from tests.browser.host_page import messages
from tests.browser.puppet import WITHIN
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def parley(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = {"TRANSLATION_ENGINE": "local", "DATABASE_URL": database}
    with running(tmp_path_factory.mktemp("parley"), **settings) as process:
        yield process


@pytest.fixture
def room(parley: Running) -> Any:
    """A room in which two things were said; its id."""
    made = httpx.post(
        f"{parley.host}/api/rooms", json={"name": "Kitchen", "language": "en"}, timeout=60
    ).json()
    say(parley, made["id"], "Good morning", "How are you?")
    return made["id"]


def say(parley: Running, room: str, *texts: str) -> None:
    url = f"{parley.host.replace('http', 'ws')}/ws/rooms/{room}"
    with connect(url) as socket:
        socket.send(json.dumps({"join": {"after": 0}}))
        for text in texts:
            socket.send(json.dumps({"say": text}))
            while json.loads(socket.recv(WITHIN)).get("text") != text:
                pass


def share(page: Page, parley: Running, room: str, **wishes: str) -> str:
    """Share a room by its page; the link as it is shown."""
    page.goto(f"{parley.host}/rooms?room={room}")
    page.get_by_role("button", name="Share", exact=False).filter(has_text="Share").first.click()
    dialog = page.get_by_role("dialog")
    if wishes.get("what"):
        dialog.get_by_text(wishes["what"]).click()
    if wishes.get("password"):
        dialog.get_by_label("Password, if it needs one").fill(wishes["password"])
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.locator('[data-testid="stCode"]')
    expect(link).to_contain_text("/shared/")
    expect(dialog.locator("img")).to_be_visible()
    text = re.sub(r"\s", "", link.inner_text())
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    return text


def test_a_room_is_shared_read_live_and_revoked(context: BrowserContext, parley, room):
    host = context.new_page()
    link = share(host, parley, room, what="Live, as it goes on")
    reader = context.new_page()
    reader.goto(link)
    expect(reader.locator(".message")).to_have_count(2)
    say(parley, room, "It is raining here")
    expect(reader.locator(".message", has_text="It is raining here")).to_be_visible()
    host.goto(f"{parley.host}/sharing")
    expect(host.get_by_text("read once")).to_be_visible()
    host.get_by_role("button", name="Revoke", exact=False).first.click()
    host.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(host.get_by_role("dialog")).to_have_count(0)
    expect(reader.locator(".message")).to_have_count(3)
    host.get_by_role("button", name="Revoke", exact=False).first.click()
    host.get_by_role("dialog").get_by_role("button", name="Revoke", exact=False).click()
    expect(reader.locator(".farewell")).to_be_visible()
    expect(reader.locator(".message")).to_have_count(0)
    expect(host.get_by_text("open nothing any more (1)")).to_be_visible()


def test_a_reader_goes_on_with_a_copy_of_their_own(context: BrowserContext, parley, room):
    host = context.new_page()
    link = share(host, parley, room, password="blue fox")
    reader = context.new_page()
    reader.goto(link)
    reader.get_by_label("Password").fill("blue fox")
    reader.get_by_role("button", name="Open").click()
    expect(reader.locator(".message")).to_have_count(2)
    reader.get_by_role("button", name="Continue as a copy").click()
    own = reader.get_by_role("link", name="Open Parley").get_attribute("href")
    assert own
    reader.goto(own.replace("http://127.0.0.1:8501", parley.host))
    expect(reader.get_by_label("A link somebody shared")).to_have_value(link)
    reader.get_by_role("button", name="Open as a copy").click()
    expect(reader.get_by_text("This conversation is protected")).to_be_visible()
    reader.get_by_label("Its password").fill("blue fox")
    reader.get_by_role("button", name="Open as a copy").click()
    expect(reader).to_have_url(re.compile("conversation="))
    expect(messages(reader)).to_have_count(2)


@pytest.mark.parametrize("place", ["sidebar", "library"])
def test_the_menu_of_a_conversation_leads_to_sharing_it(context: BrowserContext, parley, place):
    title = f"Foxes in the {place}"
    httpx.post(f"{parley.host}/api/conversations", json={"title": title}, timeout=60)
    page = context.new_page()
    page.goto(f"{parley.host}{'/' if place == 'sidebar' else '/conversations'}")
    entry = page.locator(f".{'conversations li' if place == 'sidebar' else 'library .row'}")
    entry = entry.filter(has_text=title)
    entry.hover()
    entry.locator(".dots").click()
    page.get_by_role("menuitem", name="Share", exact=True).click()
    expect(page).to_have_url(re.compile("/sharing"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(title)).to_be_visible()
    dialog.get_by_role("button", name="Make the link").click()
    expect(dialog.locator('[data-testid="stCode"]')).to_contain_text("/shared/")
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator('[class*="st-key-link-"]').filter(has_text=title)).to_be_visible()
    page.reload()
    expect(page.locator('[class*="st-key-link-"]').filter(has_text=title)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_phone_holds_the_dialog_and_the_list_and_both_can_be_read(browser, parley, room):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{parley.host}/sharing?conversation={room}")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Kitchen")).to_be_visible()
    expect(dialog.get_by_role("checkbox", name="Hide names")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    is_readable_in_both(page)
    dialog.get_by_role("button", name="Make the link").click()
    expect(dialog.locator("img")).to_be_visible()
    is_readable_in_both(page)
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Revoke").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    is_readable_in_both(page)
    context.close()


def test_the_page_is_there_before_gradio(parley):
    """What waits for Gradio is the room's page alone."""
    answer = httpx.get(f"{parley.guests}/shared/nothing", timeout=60)
    assert answer.status_code == 404
    assert httpx.get(f"{parley.guests}/live/shared/shared.js", timeout=60).status_code == 200


def test_who_has_a_link_reaches_nothing_else_at_the_guest_door(parley, room):
    """What is asked for is there, at the host door; a link to it is worth nothing for the rest."""
    shared = httpx.post(f"{parley.host}/api/conversations/{room}/share", json={}, timeout=60)
    token = shared.json()["url"].rsplit("/", 1)[1]
    assert httpx.get(f"{parley.guests}/api/shared/{token}", timeout=60).status_code == 200
    for path in ("shares", "conversations", f"conversations/{room}", f"conversations/{room}/share",
                 "rooms", "memories", "slates", f"shared/{token}/copy"):  # fmt: skip
        for method in ("GET", "POST", "DELETE"):
            answer = httpx.request(method, f"{parley.guests}/api/{path}", timeout=60)
            assert answer.status_code in (404, 405), (method, path)
    for path in (f"/ws/rooms/{token}", f"/ws/rooms/{room}", "/ws/chat", "/ws/slates"):
        url = f"{parley.guests.replace('http', 'ws')}{path}"
        with pytest.raises((WebSocketException, OSError)), connect(url) as socket:
            socket.send(json.dumps({"join": {"name": "Eve", "language": "en"}}))
            while True:
                assert json.loads(socket.recv(WITHIN)).get("event") == "error"
    for where in (f"{parley.guests}/s/{token}", f"{parley.guests}/shared/{room}"):
        assert "Good morning" not in httpx.get(where, timeout=60).text
