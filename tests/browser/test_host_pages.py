"""The host's pages in a real Chromium: the list of conversations, the way between pages, a room."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

from tests.browser.host_page import (
    answered,
    ask,
    entry,
    is_at_rest,
    last,
    messages,
    typing,
)
from tests.browser.puppet import TITLE, WITHIN

pytestmark = pytest.mark.browser


def test_a_conversation_is_listed_at_once_and_names_itself(page, model):
    reply = ask(page, model, "Which birds can swim?")
    expect(entry(page, "Which birds can swim?")).to_be_visible()
    expect(entry(page, "Which birds can swim?").locator(".running")).to_be_visible()
    expect(page.locator(".conversations li.here")).to_contain_text("Which birds can swim?")
    reply.write("Penguins.")
    reply.end()
    expect(page.locator(".conversations li.here")).to_contain_text(TITLE)
    expect(page.locator(".conversations li.here .running")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?conversation=[0-9a-f-]{36}$"))


def test_another_page_and_back_in_mid_reply(page, model):
    reply = ask(page, model, "Wait for me")
    reply.write("Take your")
    expect(last(page)).to_contain_text("Take your")
    page.get_by_role("link", name="Rooms").click()
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    expect(messages(page)).to_have_count(0)
    assert not reply.left.is_set()
    entry(page, "Wait for me").locator("a").click()
    expect(last(page)).to_contain_text("Take your")
    reply.write(" time.")
    expect(last(page)).to_contain_text("Take your time.")
    reply.end()
    is_at_rest(page, 2)


def test_another_conversation_while_one_is_answered(page, model):
    answered(page, model, "The first of many", "A long answer to begin with.")
    answered(page, model, "And a second", "Another one.")
    page.get_by_role("button", name="New chat").click()
    expect(messages(page)).to_have_count(0)
    reply = ask(page, model, "Something else entirely")
    reply.write("Working on")
    expect(last(page)).to_contain_text("Working on")
    entry(page, TITLE).first.locator("a").click()
    expect(messages(page)).to_have_count(4)
    expect(last(page)).to_contain_text("Another one.")
    expect(entry(page, "Something else entirely").locator(".running")).to_be_visible()
    entry(page, "Something else entirely").locator("a").click()
    expect(last(page)).to_contain_text("Working on")
    expect(messages(page)).to_have_count(2)
    reply.write(" it.")
    reply.end()
    is_at_rest(page, 2)
    expect(last(page)).to_contain_text("Working on it.")


def test_back_goes_to_the_conversation_before(page, model):
    answered(page, model, "The older one", "Older.")
    older = page.url
    page.get_by_role("button", name="New chat").click()
    expect(messages(page)).to_have_count(0)
    answered(page, model, "The newer one", "Newer.")
    page.locator(f'li[data-id="{older.partition("=")[2]}"] a').click()
    expect(last(page)).to_contain_text("Older.")
    expect(page).to_have_url(older)
    page.go_back()
    expect(last(page)).to_contain_text("Newer.")
    is_at_rest(page, 2)


def test_a_link_to_nothing_says_so(context, parley):
    page = context.new_page()
    page.goto(f"{parley.host}/?conversation=00000000-0000-4000-8000-000000000000")
    expect(page.get_by_role("alert")).to_contain_text("no such conversation")
    expect(typing(page)).to_be_enabled()


def test_nothing_is_asked_of_the_internet(context, parley):
    foreign = []
    own = (parley.host, "blob:", "data:")
    context.on("request", lambda r: None if r.url.startswith(own) else foreign.append(r.url))
    page = context.new_page()
    page.goto(parley.host)
    expect(typing(page)).to_be_enabled()
    page.get_by_role("link", name="Rooms").click()
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    assert foreign == []


def test_nothing_overflows_on_a_phone(browser, parley, model):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(parley.host)
    expect(typing(page)).to_be_enabled()
    table = "| a | b |\n|---|---|\n| " + "word " * 20 + "| " + "long" * 30 + " |\n"
    reply = ask(page, model, "W" * 200)
    reply.write(f"{'Donaudampfschiff' * 12}\n\n{table}\n\nThe end.")
    reply.end()
    is_at_rest(page, 2)
    wide = page.evaluate(
        """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
        .map((box) => box.scrollWidth - box.clientWidth)"""
    )
    assert wide == [0, 0]
    context.close()


def test_a_room_with_its_code_and_a_guest_in_another_language(page, parley):
    page.get_by_role("link", name="Rooms").click()
    new_room = page.get_by_role("button", name="New room")
    form = page.get_by_label("Name of the room")
    expect(new_room.or_(form)).to_be_visible()
    if new_room.is_visible():
        new_room.click()
    form.fill("Kitchen table")
    page.get_by_role("button", name="Open the room").click()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    link = page.locator('[data-testid="stCode"] code').inner_text().replace("\n", "").strip()
    assert re.fullmatch(rf"{parley.guests}/s/[\w-]+", link)
    expect(page).to_have_url(re.compile(r"\?room="))
    said = page.locator(".message")
    with connect(f"ws{link.removeprefix('http').replace('/s/', '/ws/rooms/')}") as guest:
        guest.send(json.dumps({"join": {"name": "Maria", "language": "pt"}}))
        hear(guest, "caught_up")
        page.locator(".composer textarea").fill("Good morning, how are you today?")
        page.locator(".composer .send").click()
        heard = hear(guest, "translation", final=True)
        assert "dia" in heard["text"]
        guest.send(json.dumps({"say": "Estou muito bem, obrigada!"}))
        expect(said.filter(has_text="thank")).to_be_visible()
        page.reload()
        expect(said).to_have_count(2)


def hear(guest, event: str, **facts: object) -> dict:
    """The next event of a kind that a guest hears."""
    while True:
        heard = json.loads(guest.recv(timeout=WITHIN))
        if heard["event"] == event and facts.items() <= heard.items():
            return heard
