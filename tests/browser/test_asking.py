"""Everything ever said is asked on the chat page, in a real Chromium."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.host_page import answered, last, messages, typing
from tests.browser.puppet import WITHIN

pytestmark = pytest.mark.browser

FACT = "The spare key of the boathouse hangs behind the green kayak."


@pytest.fixture
def known(page, model, api):
    """A conversation in which something was said, once it can be found; its address."""
    answered(page, model, FACT, "I will keep that in mind.")
    until = time.monotonic() + WITHIN
    while not api.get("/search", params={"q": "boathouse"}).json()["hits"]:
        assert time.monotonic() < until, "what was said is not found"
    return page.url


def ask_everything(page, model, question, answer):
    page.get_by_role("button", name="Ask everything said").click()
    typing(page).fill(question)
    typing(page).press("Enter")
    reply = model.expect()
    assert reply.question == question
    reply.write(answer)
    reply.end()
    expect(last(page).locator(".searched")).to_contain_text("Searched for")
    return reply


def test_an_answer_cites_what_was_said_and_a_click_leads_there(page, parley, model, known):
    page.goto(parley.host)
    reply = ask_everything(
        page, model, "Where is the boathouse key?", "Behind the green kayak [1], says a dragon [9]."
    )
    assert FACT in reply.asked["messages"][0]["content"]
    expect(last(page).locator(".body")).to_have_text("Behind the green kayak 1, says a dragon.")
    source = last(page).locator(".source")
    expect(source).to_have_count(1)
    expect(source).to_contain_text(FACT)
    last(page).locator(".body .cite").click()
    expect(messages(page).first.locator(".body")).to_have_text(FACT)
    assert page.url == known
    page.go_back()
    expect(last(page).locator(".source")).to_have_count(1)


def test_it_stays_a_question_to_everything_after_a_reload(page, parley, model, known):
    page.goto(parley.host)
    ask_everything(page, model, "Where is the boathouse key?", "Behind the kayak [1].")
    page.reload()
    expect(last(page).locator(".body .cite.sourced")).to_have_text("1")
    toggle = page.get_by_role("button", name="Ask everything said")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    typing(page).fill("Thank you")
    typing(page).press("Enter")
    reply = model.expect()
    assert "Sources" not in str(reply.asked) and "[1] " not in reply.asked["messages"][0]["content"]
    reply.write("You are welcome.")
    reply.end()
    expect(last(page).locator(".body")).to_have_text("You are welcome.")
    expect(last(page).locator(".searched")).to_have_count(0)


def test_what_was_never_said_is_not_invented(page, parley, model, known):
    page.goto(parley.host)
    ask_everything(page, model, "What colour is the submarine?", "NOTHING")
    expect(last(page).locator(".body")).to_have_text("I found nothing about that in what was said.")
    expect(last(page).locator(".source")).to_have_count(0)


def test_a_link_from_elsewhere_asks_nothing_by_itself(context, parley):
    page = context.new_page()
    page.goto(f"{parley.host}/?{urlencode({'ask': 1, 'text': 'Where is the key?'})}")
    expect(typing(page)).to_have_value("Where is the key?")
    toggle = page.get_by_role("button", name="Ask everything said")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(messages(page)).to_have_count(0)
    assert "text=" not in page.url
