"""The slate page in a real Chromium: types, sees the result, changes, swaps, comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.contrast import is_readable_in_both
from tests.browser.puppet import WITHIN, Puppet, Reply
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser

STATION = "Where is the train station?"
ESTACAO = "Onde está a estação de trem?"
ADDRESS = re.compile(r"/slate\?slate=[0-9a-f-]{36}$")
LONG = "\n\n".join(
    f"The house number {n} is very big. It has a garden with trees, and a dog lives in it."
    for n in range(600)
)


@pytest.fixture
def page(context: BrowserContext, parley: Running) -> Page:
    """A new slate that translates into Portuguese."""
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=parley.host)
    opened = context.new_page()
    opened.goto(f"{parley.host}/slate")
    expect(text(opened)).to_be_visible()
    choose_language(opened, "Translate into", "Portuguese")
    return opened


def text(page: Page) -> Locator:
    return page.get_by_label("Your text")


def paste(page: Page, what: str) -> None:
    """As people bring a long text: to have Chromium type it takes seconds a thousand lines."""
    page.evaluate("text => navigator.clipboard.writeText(text)", what)
    text(page).press("Control+V")


def result(page: Page) -> Locator:
    return page.get_by_role("region", name="Result")


def task(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose_language(page: Page, which: str, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{which}")).click()
    page.get_by_label("Search for a language").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"{which}: {name}")).to_be_visible()


def translated(page: Page, source: str, made: str) -> None:
    """Type, and have it translated, complete and kept."""
    text(page).fill(source)
    expect(result(page)).to_have_text(made)
    expect(page.get_by_text("Translated on this computer")).to_be_visible()
    expect(page).to_have_url(ADDRESS)


def asked(page: Page, model: Puppet, source: str) -> Reply:
    """Type, and have the model asked for it."""
    text(page).fill(source)
    reply = model.expect()
    assert source in reply.question
    return reply


def test_an_empty_slate_explains_itself(page):
    expect(page.get_by_text("The translation appears here as you type.")).to_be_visible()
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_disabled()
    expect(page.get_by_role("link", name="Slate")).to_be_visible()


def test_what_is_typed_is_translated_as_it_changes(page):
    text(page).press_sequentially(STATION)
    expect(result(page)).to_have_text(ESTACAO)
    expect(
        page.get_by_role("button", name="Language of the text: English · detected")
    ).to_be_visible()
    expect(text(page)).to_be_focused()
    text(page).press("Control+End")
    text(page).press_sequentially("\nThank you.")
    expect(result(page).locator(".md")).to_have_count(2)
    expect(result(page)).to_contain_text("Obrigado")


def test_markdown_reads_as_what_it_means_and_lines_stay(page):
    text(page).fill("# The house\n\nIt is **very big**.\nIt is old.\n\n```\nx = 1\n```\n")
    expect(result(page).get_by_role("heading", level=1)).to_have_text("A casa")
    expect(result(page).locator("strong")).to_be_visible()
    expect(result(page).locator("pre code")).to_have_text("x = 1")
    expect(result(page).locator(".md:not(.blank)")).to_have_count(3)


def test_a_result_streams_and_a_newer_text_cancels_the_stale_run(page, model):
    task(page, "Rewrite")
    stale = asked(page, model, "The old text.")
    stale.write("Half an old ")
    expect(result(page)).to_contain_text("Half an old")
    fresh = asked(page, model, "The new text.")
    assert stale.left.wait(WITHIN)
    fresh.write("A **new** ")
    expect(result(page)).to_contain_text("A new")
    fresh.write("one.")
    fresh.end()
    expect(result(page)).to_have_text("A new one.")
    expect(page.get_by_text("puppet", exact=True)).to_be_visible()


def test_ctrl_enter_runs_at_once_and_again_makes_it_anew(page, model):
    task(page, "Summarise")
    text(page).fill("A long story.")
    text(page).press("Control+Enter")
    first = model.expect()
    first.write("Short.")
    first.end()
    expect(result(page)).to_have_text("Short.")
    press(page, "Again")
    second = model.expect()
    second.write("Shorter.")
    second.end()
    expect(result(page)).to_have_text("Shorter.")


def test_leaving_does_not_stop_a_run_and_coming_back_joins_it(page, model):
    task(page, "Explain")
    reply = asked(page, model, "A hard text.")
    reply.write("It says ")
    expect(result(page)).to_contain_text("It says")
    page.reload()
    expect(text(page)).to_have_value("A hard text.")
    expect(result(page)).to_contain_text("It says")
    reply.write("something.")
    reply.end()
    expect(result(page)).to_have_text("It says something.")
    assert not reply.left.is_set()


def test_a_reload_keeps_everything(page):
    translated(page, STATION, ESTACAO)
    page.reload()
    expect(text(page)).to_have_value(STATION)
    expect(result(page)).to_have_text(ESTACAO)
    expect(page.get_by_role("button", name="Translate into: Portuguese")).to_be_visible()


def test_what_was_typed_last_survives_a_reload_at_once(page):
    translated(page, STATION, ESTACAO)
    text(page).fill("Thank you.")
    page.reload()
    expect(text(page)).to_have_value("Thank you.")
    expect(result(page)).to_contain_text("Obrigado")


def test_sides_are_swapped(page):
    translated(page, STATION, ESTACAO)
    press(page, "Swap sides")
    expect(text(page)).to_have_value(ESTACAO)
    expect(page.get_by_role("button", name="Translate into: English")).to_be_visible()
    expect(result(page)).to_contain_text("train station")


def test_the_result_is_copied(page):
    translated(page, STATION, ESTACAO)
    press(page, "Copy")
    expect(page.locator(".notice")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == ESTACAO


def test_cleared_text_can_be_brought_back(page):
    translated(page, STATION, ESTACAO)
    press(page, "Clear")
    expect(text(page)).to_have_value("")
    expect(result(page)).to_be_hidden()
    press(page, "Undo")
    expect(text(page)).to_have_value(STATION)
    expect(result(page)).to_have_text(ESTACAO)


def test_a_version_is_restored(page):
    translated(page, STATION, ESTACAO)
    translated(page, "Good morning.", "Bom dia.")
    press(page, "Versions")
    expect(page.locator(".version")).to_have_count(2)
    page.locator(".version", has_text=ESTACAO).click()
    expect(text(page)).to_have_value(STATION)
    expect(result(page)).to_have_text(ESTACAO)


def test_slates_are_searched_opened_renamed_and_deleted_with_undo(page):
    translated(page, STATION, ESTACAO)
    press(page, "New")
    expect(text(page)).to_have_value("")
    translated(page, "An apple a day.", "Uma maçã por dia.")
    press(page, "Slates")
    page.get_by_label("Search in all slates").fill("estação")
    expect(page.locator(".entry", has_text="apple")).to_have_count(0)
    found = page.locator(".entry", has_text=STATION).first
    found.get_by_role("button", name=re.compile("^Rename")).click()
    page.get_by_label("New title").fill("Trains")
    page.get_by_label("New title").press("Enter")
    trains = page.locator(".entry", has_text="Trains")
    trains.get_by_role("button", name=re.compile("^Delete")).click()
    expect(trains).to_have_count(0)
    press(page, "Undo")
    trains.get_by_text("Trains").click()
    expect(text(page)).to_have_value(STATION)
    expect(result(page)).to_have_text(ESTACAO)


def test_a_sentence_has_alternatives(page, model):
    translated(page, f"{STATION} Thank you very much.", f"{ESTACAO} Muito obrigado.")
    result(page).locator(".sentence", has_text="Onde").click()
    reply = model.expect()
    reply.write("Onde fica a estação?\nCadê a estação?")
    reply.end()
    page.get_by_role("dialog").get_by_role("button", name="Cadê a estação?").click()
    expect(result(page)).to_have_text("Cadê a estação? Muito obrigado.")


def test_a_result_is_sent_to_a_room(page, parley):
    made = page.request.post(f"{parley.host}/api/rooms", data={"name": "Kitchen", "language": "en"})
    translated(page, STATION, ESTACAO)
    press(page, "Send to a room")
    page.get_by_role("button", name="Kitchen").click()
    expect(page.locator(".notice")).to_contain_text("Sent to Kitchen.")
    kept = page.request.get(f"{parley.host}/api/conversations/{made.json()['id']}").json()
    assert [one["text"] for one in kept["messages"]] == [ESTACAO]


def test_a_failure_says_what_to_do_and_is_tried_again(page, model):
    task(page, "Answer")
    model.failing = True
    text(page).fill("Will you come?")
    expect(page.get_by_role("alert")).to_be_visible()
    model.failing = False
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_disabled()
    press(page, "Try again")
    reply = model.expect()
    reply.write("Yes, I will.")
    reply.end()
    expect(result(page)).to_have_text("Yes, I will.")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_long_text_shows_its_progress_is_stopped_and_resumed(page):
    paste(page, LONG)
    expect(page.locator("progress")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Translating: [1-9]\d* of \d+ parts"))).to_be_visible()
    press(page, "Stop")
    expect(page.get_by_text(re.compile(r"Stopped at [1-9]\d* of \d+ parts"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile(r"Stopped at [1-9]\d* of \d+ parts"))).to_be_visible()
    expect(result(page)).to_contain_text("casa número 0")
    press(page, "Resume")
    expect(page.locator("progress")).to_be_visible()
    press(page, "Stop")


def test_what_was_known_is_shown_as_used(page, model, api):
    term = {"text": "station = estação", "kind": "term"}
    kept = api.post("/memories", json=term).raise_for_status().json()
    task(page, "Explain")
    reply = asked(page, model, "The station is old.")
    reply.write("It is old.")
    reply.end()
    expect(page.get_by_role("list", name="Used").get_by_text("station = estação")).to_be_visible()
    api.delete(f"/memories/{kept['id']}").raise_for_status()


def test_a_text_typed_just_before_another_slate_is_opened_is_kept(page):
    translated(page, STATION, ESTACAO)
    address = page.url
    text(page).fill("Thank you very much.")
    press(page, "New")
    expect(text(page)).to_have_value("")
    page.go_back()
    expect(page).to_have_url(address)
    expect(text(page)).to_have_value("Thank you very much.")
    expect(page.get_by_text("The text has changed since.")).to_be_visible()
    press(page, "Bring it up to date")
    expect(result(page)).to_have_text("Muito obrigado.")


def test_right_to_left_reads_right_to_left(page):
    text(page).fill("مرحبا بالعالم")
    assert text(page).evaluate("node => node.matches(':dir(rtl)')")


def test_on_a_phone_the_panes_stack_and_all_can_be_read(browser, parley):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="pt-BR"
    )
    page = context.new_page()
    page.goto(f"{parley.host}/slate")
    expect(page.get_by_text("The translation appears here")).to_be_visible()
    is_readable_in_both(page)
    translated(page, STATION, ESTACAO)
    above, below = (page.locator(name).bounding_box() for name in (".of-text", ".of-result"))
    assert above["y"] + above["height"] <= below["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    is_readable_in_both(page)
    for name in ("Versions", "Slates"):
        page.get_by_role("button", name=name, exact=True).tap()
        expect(page.get_by_role("dialog", name=name).locator(".choice").first).to_be_visible()
        is_readable_in_both(page)
        page.get_by_role("button", name="Close").tap()
    context.close()


def test_without_an_ai_the_page_says_so_and_still_translates(context, tmp_path):
    with running(tmp_path / "alone") as parley:
        page = context.new_page()
        page.goto(f"{parley.host}/slate")
        choose_language(page, "Translate into", "Portuguese")
        translated(page, STATION, ESTACAO)
        task(page, "Rewrite")
        expect(page.get_by_text("Parley needs an AI of your own")).to_be_visible()
        expect(page.get_by_role("link", name="Open Settings")).to_have_attribute(
            "href", "/settings"
        )
        task(page, "Translate")
        expect(result(page)).to_have_text(ESTACAO)
