"""The memories page in a real Chromium: written down, found by meaning, corrected, deleted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.contrast import is_readable_in_both
from tests.browser.puppet import WITHIN
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser

SISTER, NURSE, PIANO = "My sister Ana lives in Lisbon", "I work as a nurse", "I play the piano"
ARABIC = "أعمل طبيبة في مستشفى القاهرة"


@pytest.fixture(scope="module")
def parley(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = {"TRANSLATION_ENGINE": "local", "DATABASE_URL": database}
    with running(tmp_path_factory.mktemp("parley"), **settings) as process:
        yield process


@pytest.fixture
def api(parley: Running) -> Iterator[httpx.Client]:
    """Nothing is remembered."""
    with httpx.Client(base_url=f"{parley.host}/api", timeout=WITHIN) as http:
        http.post("/memories/delete-all")
        yield http


@pytest.fixture
def page(context: BrowserContext, parley: Running, api: httpx.Client) -> Page:
    return context.new_page()


def keep(api: httpx.Client, *texts: str, kind: str = "fact") -> list[str]:
    answers = [api.post("/memories", json={"text": text, "kind": kind}) for text in texts]
    return [answer.json()["id"] for answer in answers]


def visit(page: Page, parley: Running, query: str = "") -> None:
    page.goto(f"{parley.host}/memories{query}")
    expect(page.get_by_role("button", name="Remember")).to_be_visible()


def entry(page: Page, text: str) -> Locator:
    return page.locator('[class*="st-key-memory-"]').filter(has_text=text)


def texts(page: Page) -> Locator:
    return page.locator('.st-key-memories_list [data-testid="stText"]')


def toast(page: Page, text: str) -> None:
    """It says so, and goes again once no mouse keeps it."""
    said = page.get_by_test_id("stToast").filter(has_text=text)
    expect(said.first).to_be_visible()
    page.mouse.move(0, 0)
    expect(said).to_have_count(0)


def add(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="What should Parley remember?")
    field.fill(text)
    field.press("Enter")
    expect(entry(page, text)).to_be_visible()
    expect(field).to_have_value("")


def act(page: Page, text: str, name: str) -> None:
    entry(page, text).get_by_role("button", name=name, exact=True).click()


def can_be_read(page: Page) -> None:
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
    expect(page.get_by_test_id("stToast")).to_have_count(0)
    is_readable_in_both(page)


def no_wider_than_the_window(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_written_is_found_by_meaning_in_another_language(page, parley):
    visit(page, parley)
    expect(page.get_by_text("Nothing is remembered yet.")).to_be_visible()
    page.get_by_role("textbox", name="What should Parley remember?").fill(NURSE)
    page.get_by_role("button", name="Remember").click()
    toast(page, "Remembered.")
    for text in (PIANO, SISTER):
        add(page, text)
    search = page.get_by_role("searchbox", name="Search your memories")
    with httpx.Client(base_url=f"{parley.host}/api", timeout=WITHIN) as http:
        found = {"q": "Dónde vive mi hermana"}
        while http.get("/memories/search", params=found).json()[0]["memory"]["text"] != SISTER:
            time.sleep(0.1)
    search.press_sequentially("¿Dónde vive mi hermana?")
    expect(texts(page).first).to_have_text(SISTER)
    search.fill("")
    expect(texts(page)).to_have_count(3)


def test_a_term_has_fields_of_its_own(page, parley, api):
    visit(page, parley)
    page.get_by_role("button", name="Kunde = client, never customer").click()
    expect(page.get_by_label("Translated as")).to_have_value("client")
    page.get_by_label("Word").fill("Auftrag")
    page.get_by_label("Translated as").fill("assignment")
    page.get_by_label("Never").fill("")
    page.get_by_role("button", name="Remember").click()
    expect(texts(page)).to_have_text(["Auftrag = assignment"])
    assert api.get("/memories").json()[0]["kind"] == "term"


def test_a_memory_is_edited_pinned_and_switched_off_where_it_stands(page, parley, api):
    keep(api, SISTER, NURSE, PIANO)
    visit(page, parley)
    expect(texts(page)).to_have_text([PIANO, NURSE, SISTER])
    page.evaluate("window.same = true")
    act(page, NURSE, "Edit")
    field = page.get_by_role("textbox", name="What should Parley remember?").nth(1)
    expect(field).to_have_value(NURSE)
    field.fill(ARABIC)
    page.get_by_role("button", name="Save").click()
    toast(page, "Changed.")
    expect(texts(page)).to_have_text([PIANO, ARABIC, SISTER])
    span = texts(page).nth(1).locator("span").first
    assert span.evaluate("e => getComputedStyle(e).unicodeBidi") == "plaintext"
    act(page, SISTER, "Pin")
    expect(entry(page, SISTER).get_by_text("Pinned")).to_be_visible()
    expect(texts(page)).to_have_text([PIANO, ARABIC, SISTER])
    entry(page, PIANO).get_by_role("switch", name="Use this memory").focus()
    page.keyboard.press("Space")
    expect(entry(page, PIANO).get_by_text("Switched off")).to_be_visible()
    page.reload()
    expect(texts(page)).to_have_text([SISTER, PIANO, ARABIC])
    expect(entry(page, PIANO).get_by_role("switch")).not_to_be_checked()
    kept = {one["text"]: one["enabled"] for one in api.get("/memories").json()}
    assert kept == {SISTER: True, ARABIC: True, PIANO: False}


def test_what_is_deleted_comes_back_where_it_was(page, parley, api):
    keep(api, SISTER, NURSE, PIANO)
    visit(page, parley)
    act(page, NURSE, "Delete")
    expect(page.get_by_text("1 memory deleted.")).to_be_visible()
    expect(texts(page)).to_have_text([PIANO, SISTER])
    assert len(api.get("/memories").json()) == 2
    page.get_by_role("button", name="Undo").click()
    expect(texts(page)).to_have_count(3)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    act(page, NURSE, "Delete")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    add(page, "I like tea")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_all_are_deleted_only_when_meant_and_come_back(page, parley, api):
    keep(api, SISTER, NURSE)
    visit(page, parley)
    page.get_by_role("button", name="Delete all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Keep them").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Delete all").click()
    dialog.get_by_role("button", name="Delete all").click()
    expect(page.get_by_text("2 memories deleted.")).to_be_visible()
    expect(page.get_by_text("Nothing is remembered yet.")).to_be_visible()
    assert api.get("/memories").json() == []
    page.get_by_role("button", name="Undo").click()
    expect(texts(page)).to_have_count(2)


def test_the_kinds_filter_and_the_pages_turn(page, parley, api):
    lines = "\n".join(f"Fact {number}" for number in range(200))
    api.post("/memories/import", files={"file": ("many.txt", lines.encode())})
    keep(api, SISTER, kind="person")
    visit(page, parley)
    expect(texts(page)).to_have_count(20)
    page.get_by_role("radio", name="People").click()
    expect(texts(page)).to_have_text([SISTER])
    page.get_by_role("radio", name="Facts").click()
    expect(texts(page)).to_have_count(20)
    page.get_by_test_id("stPagination").get_by_role("button", name="10").click()
    expect(texts(page).last).to_have_text("Fact 199")


def test_memories_go_out_as_a_file_and_come_in_again(page, parley, api, tmp_path):
    keep(api, SISTER, kind="person")
    visit(page, parley)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export").click()
    assert waiting.value.suggested_filename.startswith("parley-memories-")
    file = tmp_path / "all.json"
    waiting.value.save_as(file)
    assert json.loads(file.read_text("utf-8"))["memories"][0]["text"] == SISTER
    api.post("/memories/delete-all")
    visit(page, parley)
    take_in(page, file)
    toast(page, "1 memory taken in.")
    expect(texts(page)).to_have_text([SISTER])
    broken = tmp_path / "words.tsv"
    broken.write_text("Kunde\tclient\nAuftrag\n", "utf-8")
    take_in(page, broken)
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Line 2: ")
    assert len(api.get("/memories").json()) == 1


def take_in(page: Page, file) -> None:
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(file)


def test_a_link_opens_a_memory_to_be_corrected(page, parley, api):
    (wanted,) = keep(api, "I live in Rome")
    keep(api, *(f"Number {number}" for number in range(25)))
    visit(page, parley, f"?memory={wanted}")
    field = page.get_by_role("textbox", name="What should Parley remember?").nth(1)
    expect(field).to_have_value("I live in Rome")
    field.fill("I live in Oslo")
    page.get_by_role("button", name="Save").click()
    expect(texts(page).first).to_have_text("I live in Oslo")
    expect(page).to_have_url(f"{parley.host}/memories")


def propose(api: httpx.Client, *texts: str) -> None:
    entries = [{"text": text, "status": "proposed", "origin": "learned"} for text in texts]
    file = json.dumps({"memories": entries}).encode()
    api.post("/memories/import", files={"file": ("a.json", file)})


def test_what_is_proposed_is_kept_or_declined(page, parley, api):
    propose(api, PIANO, NURSE)
    visit(page, parley)
    proposal = page.locator('[class*="st-key-proposal-"]')
    proposal.filter(has_text=PIANO).get_by_role("button", name="Keep").click()
    expect(texts(page)).to_have_text([PIANO])
    proposal.filter(has_text=NURSE).get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Parley would like to remember")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(proposal.filter(has_text=NURSE)).to_be_visible()


def test_a_narrow_window_holds_everything_and_it_can_be_read(browser: Browser, parley, api):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(WITHIN * 1000)
    page = context.new_page()
    visit(page, parley)
    no_wider_than_the_window(page)
    can_be_read(page)
    keep(api, SISTER, ARABIC, "x" * 400, "https://example.org/" + "a" * 200)
    keep(api, "Kunde = client, never customer", kind="term")
    propose(api, NURSE)
    visit(page, parley)
    expect(texts(page)).to_have_count(5)
    no_wider_than_the_window(page)
    can_be_read(page)
    delete = entry(page, SISTER).get_by_role("button", name="Delete")
    box = delete.bounding_box()
    assert box and box["width"] >= 44 and box["height"] >= 44
    act(page, "Kunde", "Edit")
    expect(page.get_by_label("Translated as")).to_be_visible()
    no_wider_than_the_window(page)
    can_be_read(page)
    act(page, SISTER, "Delete")
    expect(page.get_by_text("1 memory deleted.")).to_be_visible()
    can_be_read(page)
    context.close()
