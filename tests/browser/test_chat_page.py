"""The chat in a real Chromium: as it streams, stops, fails, goes on, in one tab and two."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.host_page import (
    answered,
    ask,
    is_at_rest,
    last,
    messages,
    press,
    stop,
    typing,
)
from tests.browser.puppet import WITHIN

pytestmark = pytest.mark.browser


def test_a_reply_shows_as_it_streams(page, model):
    reply = ask(page, model, "How does it begin?")
    expect(messages(page)).to_have_count(2)
    expect(messages(page).first).to_contain_text("How does it begin?")
    expect(last(page)).to_contain_text("Thinking")
    expect(page.get_by_role("heading", name="What would you like")).to_have_count(0)
    reply.write("It begins with a **single")
    expect(last(page)).to_contain_text("It begins with a single")
    reply.write(" step**, and \\(x^2\\).\n\n```python\nprint('hello')\n```\n")
    expect(last(page).locator("strong", has_text="single step")).to_be_visible()
    reply.end()
    is_at_rest(page, 2)
    expect(last(page).locator(".katex")).to_have_count(1)
    expect(last(page).locator("code span", has_text="print")).to_have_count(1)
    expect(last(page)).to_contain_text(re.compile(r"puppet · \d\d:\d\d"))


def test_stop_keeps_what_came_and_continue_goes_on(page, model):
    reply = ask(page, model, "Count to ten")
    reply.write("One, two,")
    expect(last(page)).to_contain_text("One, two,")
    stop(page).click()
    assert reply.left.wait(WITHIN)
    expect(last(page)).to_contain_text("Stopped.")
    is_at_rest(page, 2)
    press(page, "Continue")
    more = model.expect()
    more.write(" three, four.")
    expect(last(page)).to_contain_text("One, two, three, four.")
    more.end()
    is_at_rest(page, 2)
    expect(last(page)).not_to_contain_text("Stopped.")


def test_stop_before_the_first_word(page, model):
    reply = ask(page, model, "Think hard")
    stop(page).click()
    assert reply.left.wait(WITHIN)
    expect(last(page)).to_contain_text("Stopped.")
    is_at_rest(page, 2)


def test_a_failed_reply_says_why_and_can_be_tried_again(page, model):
    model.failing = True
    typing(page).fill("Will it work?")
    typing(page).press("Enter")
    expect(last(page).get_by_role("alert")).to_contain_text("Try again")
    model.failing = False
    is_at_rest(page, 2)
    press(page, "Try again")
    reply = model.expect()
    reply.write("Now it does.")
    expect(last(page).get_by_role("alert")).to_have_count(0)
    reply.end()
    is_at_rest(page, 2)
    expect(last(page)).to_contain_text("Now it does.")


def test_a_reload_in_mid_reply_finds_it_still_running(page, model):
    reply = ask(page, model, "Tell me a long story")
    reply.write("Once upon a time")
    expect(last(page)).to_contain_text("Once upon a time")
    page.reload()
    expect(last(page)).to_contain_text("Once upon a time")
    expect(messages(page)).to_have_count(2)
    reply.write(" there was a fox.")
    expect(last(page)).to_contain_text("Once upon a time there was a fox.")
    assert not reply.left.is_set()
    expect(stop(page)).to_be_visible()
    stop(page).click()
    assert reply.left.wait(WITHIN)
    expect(last(page)).to_contain_text("Stopped.")
    is_at_rest(page, 2)


def test_a_closed_tab_loses_nothing(page, model):
    reply = ask(page, model, "Answer while I am away")
    reply.write("I am")
    expect(last(page)).to_contain_text("I am")
    expect(page).to_have_url(re.compile("conversation="))
    address, context = page.url, page.context
    page.close()
    reply.write(" still here.")
    reply.end()
    back = context.new_page()
    back.goto(address)
    expect(last(back)).to_contain_text("I am still here.")
    is_at_rest(back, 2)


def test_two_tabs_show_one_conversation(page, model):
    answered(page, model, "Hello from the first", "Hello, first.")
    other = page.context.new_page()
    other.goto(page.url)
    expect(messages(other)).to_have_count(2)
    reply = ask(other, model, "Hello from the second")
    expect(messages(page)).to_have_count(4)
    expect(messages(page).nth(2)).to_contain_text("Hello from the second")
    reply.write("Hello, both")
    expect(last(page)).to_contain_text("Hello, both")
    expect(last(other)).to_contain_text("Hello, both")
    reply.write(" of you.")
    reply.end()
    for tab in (page, other):
        expect(last(tab)).to_contain_text("Hello, both of you.")
        is_at_rest(tab, 4)


def test_many_exchanges_leave_no_ghosts(page, model):
    for number in range(1, 7):
        answered(page, model, f"Question {number}", f"Answer {number}.")
        is_at_rest(page, 2 * number)
    texts = [text.replace("\n", " ") for text in messages(page).all_inner_texts()]
    assert [re.search(r"(Question|Answer) \d", text)[0] for text in texts] == [
        f"{kind} {number}" for number in range(1, 7) for kind in ("Question", "Answer")
    ]


def test_what_is_typed_is_shown_as_typed(page, model):
    typed = "Line one\n  two & <b>three</b> *four* __init__ $5 :smile:\nمرحبا 你好"
    reply = ask(page, model, typed)
    said = messages(page).first.locator(".typed")
    assert said.inner_text() == typed
    assert messages(page).first.locator("b, em").count() == 0
    reply.write("<img src=x onerror=alert(1)> <b>bold</b>")
    expect(last(page)).to_contain_text("<b>bold</b>")
    assert last(page).locator("img").count() == 0
    reply.end()
    is_at_rest(page, 2)


def test_the_newest_stays_in_sight_unless_one_scrolls_up(page, model):
    reply = ask(page, model, "Fill the screen")
    lines = "".join(f"Line {number}\n\n" for number in range(40))
    reply.write(lines)
    expect(page.get_by_text("Line 39", exact=True)).to_be_in_viewport()
    page.mouse.move(700, 300)
    page.mouse.wheel(0, -900)
    expect(page.get_by_role("button", name="Go to the newest")).to_be_visible()
    expect(page.get_by_text("Line 39", exact=True)).not_to_be_in_viewport()
    reply.write("The very last line")
    expect(last(page)).to_contain_text("The very last line")
    expect(page.get_by_text("The very last line")).not_to_be_in_viewport()
    page.get_by_role("button", name="Go to the newest").click()
    expect(page.get_by_text("The very last line")).to_be_in_viewport()
    reply.end()
    is_at_rest(page, 2)


def test_a_message_is_copied(page, model):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answered(page, model, "Copy me", "Some bold words.")
    last(page).hover()
    press(page, "Copy")
    expect(last(page).get_by_title("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Some bold words."


def test_a_suggestion_is_sent(page, model):
    page.get_by_role("button", name="Explain something").click()
    reply = model.expect()
    assert "sky" in reply.question
    reply.write("Because")
    expect(last(page)).to_contain_text("Because")
    reply.end()
    is_at_rest(page, 2)


NOT_YET = """window.blocked = true;
window.WebSocket = new Proxy(WebSocket, { construct(target, given) {
  if (window.blocked && String(given[0]).includes("/ws/threads")) throw new Error("not yet");
  return new target(...given);
} });"""


@pytest.mark.parametrize("changed", [False, True])
def test_what_is_said_before_parley_answers_is_sent_once_it_does(context, parley, model, changed):
    page = context.new_page()
    page.add_init_script(NOT_YET)
    page.goto(parley.host)
    typing(page).fill("Too early?")
    typing(page).press("Enter")
    expect(page.get_by_text("Your message is sent in a moment.")).to_be_visible()
    expect(typing(page)).to_have_value("Too early?")
    if changed:
        typing(page).press("End")
        typing(page).press_sequentially(" No")
    page.evaluate("window.blocked = false; window.dispatchEvent(new Event('online'))")
    if changed:
        expect(page.locator(".chat .welcome")).to_be_visible()
        expect(typing(page)).to_have_value("Too early? No")
        return
    reply = model.expect()
    assert reply.question == "Too early?"
    reply.write("Never.")
    reply.end()
    is_at_rest(page, 2)
    expect(typing(page)).to_have_value("")


def test_on_a_phone_what_stands_below_the_input_is_whole(browser, parley, model):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(parley.host)
    answered(page, model, "Hello?", "Hi.")
    page.evaluate(
        "document.querySelectorAll('*').forEach((one) => one.shadowRoot?.querySelector("
        "'.under .who span')?.replaceChildren('a-model-with-a-long-name · A provider of models'))"
    )
    for name in ("Ask everything said", "This conversation"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390, name
    context.close()
