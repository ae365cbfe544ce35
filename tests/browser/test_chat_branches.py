"""Variants, quotes, marks and what goes on elsewhere, on the chat page in a real Chromium."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.host_page import (
    answered,
    ask,
    choose,
    is_answered,
    is_at_rest,
    last,
    messages,
    open_chat,
    press,
    typing,
)
from tests.browser.puppet import WITHIN, Reply

pytestmark = pytest.mark.browser


def texts(page: Page) -> list[str]:
    return [one.inner_text() for one in messages(page).locator(".body").all()]


def told(reply: Reply) -> list[str]:
    """What the model was told, message by message."""
    return [one["content"] for one in reply.asked["messages"]]


def conversation(page: Page) -> str:
    found = re.search(r"conversation=([0-9a-f-]+)", page.url)
    assert found
    return found[1]


def test_a_message_changed_in_its_place_has_a_branch_of_its_own(page, model):
    answered(page, model, "Name a fruit", "Apple.")
    answered(page, model, "Another", "Pear.")
    first = messages(page).first
    first.get_by_role("button", name="Edit", exact=True).click()
    field = page.get_by_label("Your message, changed")
    expect(field).to_have_value("Name a fruit")
    field.fill("Name a tree")
    field.press("Enter")
    reply = model.expect()
    assert reply.question == "Name a tree"
    assert [one["content"] for one in reply.asked["messages"] if one["role"] == "user"] == [
        "Name a tree"
    ]
    reply.write("Oak.")
    reply.end()
    is_at_rest(page, 2)
    expect(first.locator(".which")).to_have_text("2 / 2")
    first.get_by_role("button", name="Variant before").click()
    expect(messages(page)).to_have_count(4)
    assert texts(page) == ["Name a fruit", "Apple.", "Another", "Pear."]
    page.reload()
    expect(messages(page)).to_have_count(4)
    messages(page).first.get_by_role("button", name="Variant after").click()
    expect(messages(page)).to_have_count(2)
    assert texts(page) == ["Name a tree", "Oak."]


def test_a_change_that_cannot_be_sent_yet_stays_in_its_editor(page, model):
    answered(page, model, "Name a fruit", "Apple.")
    reply = ask(page, model, "Another")
    messages(page).first.get_by_role("button", name="Edit", exact=True).click()
    field = page.get_by_label("Your message, changed")
    field.fill("Name a tree")
    field.press("Enter")
    expect(page.get_by_text("A reply is still being written.")).to_be_visible()
    expect(field).to_have_value("Name a tree")
    reply.write("Pear.")
    reply.end()
    is_answered(page)
    field.press("Enter")
    reply = model.expect()
    assert reply.question == "Name a tree"
    reply.write("Oak.")
    reply.end()
    is_at_rest(page, 2)


def test_replies_tried_again_stand_side_by_side(page, model):
    answered(page, model, "Say a number", "One.")
    for number, word in ((2, "Two."), (3, "Three.")):
        press(page, "Try again")
        reply = model.expect()
        assert reply.question == "Say a number"
        reply.write(word)
        reply.end()
        is_answered(page)
        expect(last(page).locator(".which")).to_have_text(f"{number} / {number}")
    press(page, "Variant before")
    expect(last(page)).to_contain_text("Two.")
    expect(last(page).locator(".which")).to_have_text("2 / 3")
    told = ask(page, model, "And?")
    assert [one["content"] for one in told.asked["messages"]][-3:] == [
        "Say a number",
        "Two.",
        "And?",
    ]
    told.write("Four.")
    told.end()
    is_at_rest(page, 4)


def test_a_reply_to_a_message_quotes_it(page, model):
    answered(page, model, "Tell me of Porto", "It has six bridges.")
    answered(page, model, "And Lisbon", "It has seven hills.")
    messages(page).nth(1).get_by_role("button", name="Reply", exact=True).click()
    expect(page.locator(".quote-chip")).to_contain_text("It has six bridges.")
    typing(page).fill("Which is the oldest?")
    typing(page).press("Enter")
    reply = model.expect()
    assert "> It has six bridges." in reply.question
    reply.write("The Maria Pia.")
    reply.end()
    is_at_rest(page, 6)
    asked = messages(page).nth(4)
    expect(asked.locator(".quoted")).to_contain_text("It has six bridges.")
    expect(page.locator(".quote-chip")).to_be_hidden()
    asked.locator(".quoted").click()
    expect(messages(page).nth(1)).to_have_class(re.compile("pointed"))


def test_reactions_and_bookmarks_are_kept(page, model, parley):
    answered(page, model, "Sing", "La la la.")
    choose(page, last(page), "Bookmark")
    expect(last(page).get_by_role("button", name="Bookmarked.")).to_be_visible()
    last(page).get_by_role("button", name="More", exact=True).click()
    page.locator(".menu").get_by_label("Funny").click()
    expect(last(page).get_by_role("button", name="You reacted: Funny")).to_be_visible()
    page.reload()
    expect(last(page).get_by_role("button", name="You reacted: Funny")).to_be_visible()
    kept = httpx.get(f"{parley.host}/api/bookmarks", timeout=WITHIN).json()
    assert "La la la." in [one["message"]["text"] for one in kept]
    reacted = last(page).get_by_role("button", name="You reacted: Funny")
    bookmarked = last(page).get_by_role("button", name="Bookmarked.")
    held = bookmarked.element_handle()
    reacted.click()
    expect(reacted).to_have_count(0)
    assert held and held.evaluate("(one) => one.isConnected"), "what one may be pressing stays"
    bookmarked.click()
    expect(last(page).locator(".marks")).to_have_count(0)


def test_a_conversation_goes_on_elsewhere_from_any_message(page, model):
    answered(page, model, "First", "One.")
    answered(page, model, "Second", "Two.")
    before = conversation(page)
    choose(page, messages(page).nth(1), "Continue in a new conversation")
    expect(messages(page)).to_have_count(2)
    expect(page).not_to_have_url(re.compile(before))
    assert texts(page) == ["First", "One."]
    answered(page, model, "Other", "Another way.")
    page.go_back()
    expect(messages(page)).to_have_count(4)
    assert texts(page) == ["First", "One.", "Second", "Two."]


def test_a_conversation_is_shared_from_a_message_on(page, model):
    answered(page, model, "First", "One.")
    answered(page, model, "Second", "Two.")
    choose(page, messages(page).nth(2), "Share from here on…")
    begin = page.get_by_role("dialog").get_by_role("combobox", name="From")
    expect(begin).to_have_value("Second")


def test_a_conversation_that_has_ended_is_reopened(page, model, parley):
    answered(page, model, "Goodbye", "Farewell.")
    ended = f"{parley.host}/api/conversations/{conversation(page)}/end"
    httpx.post(ended, timeout=WITHIN).raise_for_status()
    page.reload()
    expect(page.get_by_text("This conversation has ended.")).to_be_visible()
    expect(typing(page)).to_be_hidden()
    page.get_by_role("button", name="Reopen").click()
    expect(typing(page)).to_be_visible()
    answered(page, model, "Back again", "Welcome.")


def test_a_phone_has_all_of_it_in_a_menu(browser, parley, model):
    phone = browser.new_context(
        viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True
    )
    phone.set_default_timeout(WITHIN * 1000)
    page = open_chat(phone.new_page(), parley.host)
    typing(page).fill("Hi")
    page.get_by_role("button", name="Send").tap()
    reply = model.expect()
    reply.write("Hello.")
    reply.end()
    last(page).get_by_role("button", name="More", exact=True).tap()
    page.locator(".menu").get_by_text("Try again", exact=True).tap()
    reply = model.expect()
    reply.write("Hello again.")
    reply.end()
    expect(last(page).locator(".which")).to_have_text("2 / 2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()
