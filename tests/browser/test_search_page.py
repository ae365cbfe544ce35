"""The search page in a real Chromium: what is found, how it is shown, where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.contrast import is_readable_in_both
from tests.browser.host_page import last, messages
from tests.browser.puppet import WITHIN
from tests.browser.searching import (
    ask,
    box,
    chip,
    hits,
    is_read,
    narrow,
    open_search,
    passages,
    with_a_past,
)
from tests.conftest import create_database, drop_database
from tests.ui.running import Running

pytestmark = pytest.mark.browser
ARABIC = "المفتاح الاحتياطي تحت السجادة عند الباب"


@pytest.fixture(scope="module")
def parley(postgres, model, tmp_path_factory) -> Iterator[Running]:
    """A room of four, chats about bread and tides, a memory, a slate."""
    database = create_database(postgres, "parley_search_page")
    with with_a_past(tmp_path_factory.mktemp("parley"), database, model) as (process, past):
        past.chat("How do I bake sourdough bread?", "Feed the starter twice a day.", title="Baking",
                  model="baker-2")  # fmt: skip
        past.room(
            ("Ana", "A chave está debaixo do tapete", "pt"),
            (None, "Thank you, Ana, the spare key was under the doormat", "en"),
            ("Omar", ARABIC, "ar"),
            *[("Ana", f"We meet at the harbour at {hour} 🚢 sharp", "en") for hour in range(3)],
            title="Kitchen",
        )
        past.translate("A chave está debaixo do tapete", "The key is under the doormat")
        for n in range(45):
            past.chat(f"The tide at buoy {n}?", title=f"Buoy {n}")
        past.chat("When is high tide?", "At noon.", model="tidal")
        talk = [f"Line {n} of a long talk" for n in range(90)]
        past.chat(*talk[:30], "The heron stands in the reeds", *talk[30:], title="Long talk")
        with httpx.Client(base_url=f"{process.host}/api", timeout=WITHIN) as http:
            http.post("/memories", json={"text": "My bicycle is green"})
            task = {"task": "translate", "target": "pt"}
            http.post("/slates", json={"text": "Oil the bicycle", "options": task})
        is_read(process)
        yield process
    drop_database(postgres, "parley_search_page")


@pytest.fixture
def page(context, parley) -> Page:
    return open_search(context.new_page(), parley)


def test_as_one_types_it_says_what_who_when_and_why(page):
    box(page).press_sequentially("under the doorm")
    first = hits(page).filter(has_text="A chave")
    expect(first).to_be_visible()
    expect(first.locator(".translated")).to_have_text("The key is under the doormat")
    expect(first.locator(".translated mark").last).to_have_text("doormat")
    expect(first.locator(".who")).to_have_text("Ana")
    expect(first.locator(".where")).to_have_text("Kitchen")
    expect(first.locator(".icon-people")).to_be_visible()
    expect(first.locator("time")).to_have_text(re.compile(r"months? ago, 1 Mar"))
    # Noon in Greenwich is nine in the evening in Tokyo.
    expect(first.locator("time")).to_have_attribute("title", re.compile("1 March 2026 at 21:"))
    expect(first.locator(".why")).to_contain_text("Words: doormat")
    page.get_by_role("button", name="more in this room").first.click()
    expect(hits(page).filter(has_text="Thank you, Ana").locator(".who")).to_have_text("You")


def test_it_is_found_by_its_meaning_and_by_who_said_it(page):
    box(page).fill("Was hat Ana über den Schlüssel gesagt?")
    first = hits(page).filter(has_text="A chave")
    expect(first.locator(".why")).to_contain_text("Close in meaning", ignore_case=True)
    expect(first.locator(".why")).to_contain_text("Said by Ana")


def test_marks_stand_right_behind_what_takes_two_places(page):
    box(page).fill('"sharp" harbour')
    expect(hits(page).first.locator("mark").last).to_have_text("sharp")


def test_what_reads_from_right_to_left_does(page):
    box(page).fill("السجادة")
    passage = passages(page).filter(has_text="المفتاح")
    expect(passage).to_have_css("direction", "rtl")
    expect(passage.locator("mark").first).to_be_visible()


def test_others_of_a_conversation_are_folded_under_its_best(page):
    box(page).fill("meet at the harbour")
    expect(hits(page).filter(has_text="harbour")).to_have_count(1)
    page.get_by_role("button", name=re.compile("more in this room")).click()
    expect(hits(page).filter(has_text="harbour")).to_have_count(3)
    page.get_by_role("button", name="Show less").click()
    expect(hits(page).filter(has_text="harbour")).to_have_count(1)


def test_more_come_as_one_scrolls_and_none_twice(page):
    box(page).fill('"the tide at buoy"')
    expect(page.get_by_text("20+ found")).to_be_visible()
    asked = page.locator(".finder .hit", has_text="The tide at buoy")
    for shown in (20, 40):
        expect(hits(page)).to_have_count(shown)
        hits(page).last.scroll_into_view_if_needed()
    expect(asked).to_have_count(45)
    keys = page.locator(".finder .hit").evaluate_all("all => all.map(one => one.dataset.key)")
    assert len(keys) == len(set(keys))


def test_filters_are_shown_and_taken_off_with_one_click(page):
    box(page).fill("key")
    expect(hits(page)).not_to_have_count(0)
    narrow(page, "Person", "Omar")
    expect(passages(page)).to_have_text([ARABIC])
    expect(chip(page, "Person").locator(".pill")).to_have_text("Omar")
    expect(page).to_have_url(re.compile(r"\?q=key&person=Omar$"))
    page.get_by_role("button", name="Remove person: Omar").click()
    expect(passages(page).first).not_to_have_text(ARABIC)
    expect(page).to_have_url(re.compile(r"\?q=key$"))


def test_filters_alone_show_the_newest(page):
    narrow(page, "Kind", "Rooms")
    narrow(page, "Language", "Arabic")
    expect(passages(page)).to_have_text([ARABIC])
    page.get_by_role("button", name="Remove language: Arabic").click()
    narrow(page, "Person", "You")
    expect(passages(page)).to_have_text(["Thank you, Ana, the spare key was under the doormat"])
    page.reload()
    expect(passages(page)).to_have_text(["Thank you, Ana, the spare key was under the doormat"])
    expect(chip(page, "Kind").locator(".pill")).to_have_text("Rooms")


def test_a_period_is_chosen_or_given_by_its_days(page):
    box(page).fill('"sourdough"')
    expect(hits(page)).not_to_have_count(0)
    narrow(page, "Time", "Today")
    expect(page.locator(".finder .nothing")).to_contain_text("Looked only at: Today.")
    chip(page, "Time").locator(".pill").click()
    page.get_by_label("From", exact=True).fill("2026-03-01")
    page.get_by_label("To", exact=True).fill("2026-03-01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(passages(page).first).to_have_text("How do I bake sourdough bread?")
    expect(chip(page, "Time").locator(".pill")).to_have_text("1 Mar 2026")
    expect(page).to_have_url(re.compile("since=2026-03-01&until=2026-03-01"))


def test_the_newest_come_first_where_that_is_wanted(page):
    box(page).fill('"the tide at buoy"')
    expect(hits(page)).not_to_have_count(0)
    page.get_by_role("radio", name="Newest first").click()
    expect(hits(page).first.locator(".where")).to_have_text("Buoy 44")
    expect(page).to_have_url(re.compile("order=newest"))


def test_nothing_found_says_what_was_searched_and_what_to_try(page):
    box(page).fill('"sourdough bicycle"')
    nothing = page.locator(".finder .nothing")
    expect(nothing).to_contain_text("Looked at all chats, rooms, slates and memories.")
    nothing.get_by_role("button", name="Without quotation marks").click()
    expect(hits(page)).not_to_have_count(0)
    expect(box(page)).to_have_value("sourdough bicycle")
    narrow(page, "Model", "tidal")
    narrow(page, "Person", "Omar")
    expect(nothing).to_contain_text("Looked only at: Omar, tidal.")
    nothing.get_by_role("button", name="Without “tidal”").click()
    expect(hits(page)).to_contain_text(ARABIC)
    expect(nothing).to_have_count(0)
    expect(chip(page, "Person").locator(".pill")).to_have_text("Omar")
    expect(chip(page, "Model").locator(".pill")).to_have_text("Model")


def test_examples_are_real(page, parley):
    examples = page.locator(".finder .example")
    expect(examples).not_to_have_count(0)
    for question in examples.all_text_contents():
        assert ask(parley, "search", q=question)["hits"], question
    question = examples.last.text_content()
    examples.last.click()
    expect(box(page)).to_have_value(question)
    expect(hits(page)).not_to_have_count(0)


def test_a_click_opens_the_chat_at_the_message_and_back_returns(page):
    box(page).fill("heron in the reeds")
    hits(page).filter(has_text="heron").first.click()
    found = messages(page).filter(has_text="The heron stands in the reeds")
    expect(found).to_be_in_viewport()
    expect(last(page)).not_to_have_text(re.compile("Line 89"))
    page.go_back()
    expect(box(page)).to_have_value("heron in the reeds")
    expect(hits(page).filter(has_text="heron").first).to_be_visible()
    page.go_forward()
    expect(found).to_be_in_viewport()


def test_back_returns_to_the_place_one_had_scrolled_to(page):
    box(page).fill('"the tide at buoy"')
    target = page.locator(".finder .hit").nth(30)
    expect(hits(page)).to_have_count(20)
    hits(page).last.scroll_into_view_if_needed()
    key = target.get_attribute("data-key")
    target.scroll_into_view_if_needed()
    target.click()
    expect(messages(page)).to_have_count(1)
    page.go_back()
    expect(page.locator(f'.finder .hit[data-key="{key}"]')).to_be_in_viewport()


def test_a_room_opens_at_the_message(page):
    box(page).fill("thank you")
    hits(page).filter(has_text="Thank you, Ana").click()
    expect(page).to_have_url(re.compile(r"/rooms\?room=[0-9a-f-]{36}&message=\d+$"))
    found = page.locator("article.message", has_text="Thank you, Ana")
    expect(found).to_be_in_viewport()


def test_a_memory_and_a_slate_open(page):
    box(page).fill("bicycle")
    hits(page).filter(has_text="My bicycle is green").click()
    expect(page).to_have_url(re.compile(r"/memories\?memory=[0-9a-f-]{36}$"))
    expect(page.get_by_text("My bicycle is green").first).to_be_visible()
    page.go_back()
    hits(page).filter(has_text="Oil the bicycle").click()
    expect(page).to_have_url(re.compile(r"/slate\?slate=[0-9a-f-]{36}$"))
    expect(page.locator(".slate textarea").first).to_have_value("Oil the bicycle")


def test_the_keyboard_does_it_all(page):
    page.locator("h2, h1").first.click()
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("sourdough/bread")
    expect(box(page)).to_have_value("sourdough/bread")
    expect(hits(page)).not_to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(hits(page).first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+k")
    expect(box(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(messages(page)).to_have_count(2)


def test_what_is_asked_goes_to_the_chat(page, parley):
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_disabled()
    box(page).fill("Where is the key?")
    page.keyboard.press("Control+Enter")
    expect(messages(page).first).to_contain_text("Where is the key?")
    open_search(page, parley, q="Who has the bicycle?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(messages(page).first).to_contain_text("Who has the bicycle?")


@pytest.mark.parametrize("words", ["sourdough", "nothinglikeit"])
def test_the_search_in_the_sidebar_leads_here(page, parley, words):
    page.goto(f"{parley.host}/rooms")
    page.get_by_label("Search conversations").fill(words)
    page.get_by_role("link", name="Search everything said").click()
    expect(box(page)).to_have_value(words)
    expect(page).to_have_url(re.compile(rf"/search\?q={words}$"))
    page.get_by_label("Search conversations").fill("doormat")
    page.get_by_role("link", name="Search everything said").click()
    expect(box(page)).to_have_value("doormat")
    expect(hits(page).first.locator("mark").first).to_have_text("doormat")


def test_two_tabs_do_not_meet(page, context, parley):
    other = open_search(context.new_page(), parley, q="tide buoy")
    box(page).fill("sourdough")
    expect(passages(page).first).to_contain_text("sourdough")
    expect(passages(other).first).to_contain_text("tide")
    expect(box(other)).to_have_value("tide buoy")


def test_a_phone_holds_everything_and_it_can_be_read(browser, parley):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    asked = {"q": "key " + "x" * 100, "person": "Ana", "kind": "room"}
    page = open_search(context.new_page(), parley, **asked)
    expect(hits(page).or_(page.locator(".finder .nothing")).first).to_be_visible()
    box(page).fill("the key under the doormat")
    expect(hits(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    is_readable_in_both(page)
    for name in ("Remove person: Ana", "Ask", "Clear"):
        button = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert button and button["width"] >= 40 and button["height"] >= 40, name
    chip(page, "Person").locator(".pill").click()
    is_readable_in_both(page)
    context.close()
