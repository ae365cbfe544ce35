"""Summaries as one reads them: in the chat, a room, the library; the work in the background."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.contrast import is_readable
from tests.browser.host_page import answered, typing

pytestmark = pytest.mark.browser

SUMMARY = {
    "title": "Trip to Lisbon",
    "summary": "You planned a trip to Lisbon.",
    "topics": ["Lisbon", "Night train"],
    "sentiment": 0.7,
    "decisions": [{"text": "Take the night train", "message": 1}],
    "open_questions": [{"text": "Which hotel?", "message": 2}],
    "action_items": [{"text": "Book it", "who": "Ana", "due": "2026-12-01", "message": 1}],
}


@pytest.fixture(autouse=True)
def writes(model):
    model.summary = SUMMARY


def card(page: Page):
    return page.locator("section.summary")


def menu(page: Page, item: str) -> None:
    page.get_by_role("button", name="This conversation").click()
    page.locator(".chat .menu").get_by_text(item, exact=True).click()


def test_a_chat_that_is_ended_shows_what_it_was_about_without_a_reload(page, model, api):
    answered(page, model, "Let us take the night train", "Which hotel do you want?")
    expect(card(page)).to_be_hidden()
    menu(page, "End this conversation")
    expect(page.get_by_text("This conversation has ended.")).to_be_visible()
    expect(card(page)).to_contain_text("You planned a trip to Lisbon.")
    expect(card(page)).to_contain_text("Ana · due 2026-12-01")
    expect(card(page)).to_contain_text("Written by puppet · 2 messages")
    expect(card(page).locator(".chip")).to_have_text(["Lisbon", "Night train", "Good mood"])
    expect(page.locator(".conversations li", has_text="Trip to Lisbon")).to_be_visible()
    is_readable(page)
    card(page).get_by_role("button", name="Take the night train").click()
    expect(page.locator(".chat .message").first).to_have_class(re.compile("pointed"))
    page.reload()
    expect(card(page)).to_contain_text("You planned a trip to Lisbon.")


def test_reopened_it_says_what_it_does_not_know(page, model, api):
    answered(page, model, "Let us take the night train", "Which hotel do you want?")
    menu(page, "Summarise now")
    expect(card(page)).to_contain_text("You planned a trip to Lisbon.")
    answered(page, model, "The small one", "Booked.")
    expect(card(page)).to_contain_text("before the last 2 messages")
    model.summary = SUMMARY | {"summary": "You booked the small hotel."}
    menu(page, "Summarise again")
    expect(card(page)).to_contain_text("You booked the small hotel.")
    expect(card(page)).not_to_contain_text("before the last")


def test_a_failure_says_why_and_is_tried_again(page, model, api):
    answered(page, model, "Let us take the night train", "Which hotel do you want?")
    model.failing = True
    menu(page, "Summarise now")
    expect(card(page).get_by_role("alert")).to_be_visible()
    model.failing = False
    card(page).get_by_role("button", name="Try again").click()
    expect(card(page)).to_contain_text("You planned a trip to Lisbon.")
    expect(card(page).get_by_role("alert")).to_have_count(0)


def test_the_library_shows_topics_and_opens_up(page, model, api, parley):
    answered(page, model, "Let us take the night train", "Which hotel do you want?")
    page.goto(f"{parley.host}/conversations")
    row = page.locator(".library .row").first
    row.get_by_role("button", name="Change").click()
    page.get_by_role("menuitem", name="Summarise now").click()
    expect(card(page)).to_contain_text("You planned a trip to Lisbon.")
    row.get_by_role("button", name=re.compile("^Summary of")).click()
    expect(card(page)).to_have_count(0)
    expect(row.locator(".chip.topic")).to_have_text(["Lisbon", "Night train"])
    row.get_by_role("button", name=re.compile("^Summary of")).click()
    card(page).get_by_role("button", name="Which hotel?").click()
    expect(page).to_have_url(re.compile("message="))
    expect(typing(page)).to_be_visible()


def test_a_room_that_is_closed_shows_what_came_of_it(page, model, api, parley):
    room = api.post("/rooms", json={"name": "Kitchen", "language": "en"}).json()
    page.goto(f"{parley.host}/rooms?room={room['id']}")
    write = page.locator(".parley .composer textarea")
    for text in ("Let us take the night train", "Which hotel?"):
        write.fill(text)
        write.press("Enter")
        expect(page.locator(".message", has_text=text)).to_be_visible()
    page.get_by_role("button", name="End", exact=True).click()
    expect(card(page)).to_contain_text("You planned a trip to Lisbon.")
    expect(write).to_be_hidden()
    card(page).get_by_role("button", name="Take the night train").click()
    expect(page.locator(".message.pointed")).to_contain_text("night train")
    page.get_by_role("button", name="Reopen").click()
    expect(write).to_be_visible()


def test_the_settings_page_shows_the_work_and_has_it_done(page, parley, model, api):
    answered(page, model, "Let us take the night train", "Which hotel do you want?")
    (talk,) = api.get("/conversations").json()
    model.failing = True
    api.post(f"/conversations/{talk['id']}/generate-summary")
    page.goto(f"{parley.host}/settings")
    work = page.locator(".st-key-background")
    expect(work).to_contain_text("Summarises conversations that have ended")
    expect(work).to_contain_text("It is tried again in")
    model.failing = False
    work.get_by_role("button", name="Retry").first.click()
    expect(work.get_by_role("button", name="Retry")).to_have_count(0)
    summary = httpx.get(f"{parley.host}/api/conversations/{talk['id']}/summary").json()
    assert summary["summary"]["text"] == SUMMARY["summary"]
    minutes = work.get_by_role("spinbutton", name="Summarise after silence of, in minutes")
    minutes.fill("45")
    minutes.press("Enter")
    expect(work).to_contain_text("Set here")
