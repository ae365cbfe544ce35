"""What is said once is known later: across conversations and languages, and in a room."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.host_page import answered, ask, is_answered, last, typing
from tests.browser.puppet import WITHIN, Puppet, Reply
from tests.ui.running import Running

pytestmark = pytest.mark.browser


def told(reply: Reply) -> str:
    return str(reply.asked["messages"][0]["content"])


def asks_for_a_recipe(page: Page, parley: Running, model: Puppet) -> str:
    """A new conversation in German; what the model is told beside it."""
    page.goto(parley.host)
    expect(typing(page)).to_be_enabled()
    reply = ask(page, model, "Schlag mir ein Rezept für heute Abend vor")
    reply.write("Wie wäre es mit einem Curry?")
    reply.end()
    is_answered(page)
    return told(reply)


def is_found_by_meaning(parley: Running, question: str) -> None:
    """Wait for the job that puts a memory into the index; no word of it is in the question."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        found = httpx.get(f"{parley.host}/api/memories/search", params={"q": question}, timeout=60)
        if found.json():
            return
        time.sleep(0.1)
    raise AssertionError("the index was not made")


def test_what_is_said_in_one_conversation_changes_another_until_it_is_deleted(page, parley, model):
    assert "vegetarian" not in asks_for_a_recipe(page, parley, model)
    page.goto(parley.host)
    expect(typing(page)).to_be_enabled()
    answered(page, model, "Remember that I am a vegetarian. What is tofu?", "Soy beans.")
    page.get_by_role("link", name="Memories", exact=True).click()
    expect(page.get_by_text("I am a vegetarian", exact=False).first).to_be_visible()
    expect(page.get_by_text("You asked to remember it")).to_be_visible()

    is_found_by_meaning(parley, "Soll es Fleisch geben?")
    assert "I am a vegetarian" in asks_for_a_recipe(page, parley, model)
    last(page).get_by_role("button", name="Used 1 memory").click()
    page.locator(".chat .menu").get_by_role("link", name="I am a vegetarian").click()
    expect(page).to_have_url(re.compile(r"/memories\?memory="))
    expect(page.get_by_role("button", name="Save")).to_be_visible()

    held = httpx.get(f"{parley.host}/api/memories").json()
    (memory,) = held if isinstance(held, list) else held["memories"]
    assert httpx.delete(f"{parley.host}/api/memories/{memory['id']}").status_code == 204
    assert "vegetarian" not in asks_for_a_recipe(page, parley, model)
    expect(page.get_by_role("button", name="Used 1 memory")).to_have_count(0)


def test_a_term_holds_in_a_room(page: Page, parley: Running, browser: Browser):
    term = {"text": "account = ficha, never conta", "kind": "term"}
    assert httpx.post(f"{parley.host}/api/memories", json=term).status_code == 201
    page.get_by_role("link", name="Rooms").click()
    page.get_by_label("Name of the room").fill("Office")
    page.get_by_role("button", name="Open the room").click()
    expect(page.locator(".composer textarea")).to_be_visible()
    link = page.locator('[data-testid="stCode"] code').inner_text().replace("\n", "").strip()
    parley.guests_are_served(link.rsplit("/", 1)[1])
    phone = browser.new_context(viewport={"width": 390, "height": 844}, locale="pt-BR")
    guest = phone.new_page()
    guest.set_default_timeout(WITHIN * 1000)
    guest.goto(link)
    guest.locator(".join-form input").fill("Rui")
    guest.locator(".join-form .primary").click()
    expect(guest.locator(".composer textarea")).to_be_visible()
    page.locator(".composer textarea").fill("I would like to open an account today")
    page.locator(".composer .send").click()
    expect(guest.locator(".message", has_text="ficha")).to_be_visible()
    expect(guest.locator(".message", has_text="conta")).to_have_count(0)
    phone.close()
