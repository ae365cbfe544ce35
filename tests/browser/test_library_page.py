"""The conversations page, in a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.contrast import is_readable_in_both
from tests.core.conversations import chat_document, file_of

pytestmark = pytest.mark.browser


@pytest.fixture
def page(context, parley, api) -> Page:
    """The page with three conversations."""
    for title in ("Apples", "Pears", "Plums"):
        api.post("/conversations", json={"title": title})
    opened = context.new_page()
    opened.goto(f"{parley.host}/conversations")
    expect(titles(opened)).to_have_text(["Plums", "Pears", "Apples"])
    return opened


def titles(page: Page):
    return page.locator(".library .row-title .own")


def act(page: Page, title: str, what: str) -> None:
    page.get_by_role("button", name=f"Change “{title}”").last.click()
    page.get_by_role("menuitem", name=what, exact=True).click()


def show(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).click()


def test_one_is_renamed_and_tagged_and_found_by_its_tag(page):
    act(page, "Pears", "Rename")
    page.get_by_label("Title").fill("Quinces")
    page.get_by_role("button", name="Save").click()
    expect(titles(page)).to_have_text(["Plums", "Quinces", "Apples"])
    act(page, "Quinces", "Tags")
    page.get_by_label("Tags", exact=True).fill("fruit, autumn")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".library .chip")).to_have_text(["fruit", "autumn"])
    page.get_by_label("Tag", exact=True).select_option("autumn")
    expect(titles(page)).to_have_text(["Quinces"])


def test_an_open_menu_stays_while_the_conversation_changes(page, api):
    page.get_by_role("button", name="Change “Pears”").last.click()
    tags = page.get_by_role("menuitem", name="Tags", exact=True)
    expect(tags).to_be_visible()
    pears = next(one for one in api.get("/conversations").json() if one["title"] == "Pears")
    with page.expect_response(re.compile(f"/api/conversations/{pears['id']}")):
        api.patch(f"/conversations/{pears['id']}", json={"title": "Quinces"})
    expect(tags).to_be_visible()
    page.keyboard.press("Escape")
    expect(titles(page)).to_have_text(["Plums", "Quinces", "Apples"])


def test_one_is_pinned_ended_and_reopened(page):
    act(page, "Apples", "Pin")
    expect(titles(page)).to_have_text(["Apples", "Plums", "Pears"])
    act(page, "Plums", "End")
    expect(titles(page)).to_have_text(["Apples", "Pears"])
    show(page, "Ended")
    expect(titles(page)).to_have_text(["Plums"])
    act(page, "Plums", "Reopen")
    expect(page.get_by_text("Nothing has been ended.")).to_be_visible()


def test_several_are_archived_and_deleted_and_that_is_undone(page):
    page.get_by_label("Select “Plums”").check()
    page.get_by_label("Select “Pears”").check()
    bar = page.get_by_role("toolbar", name="Selected conversations")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Archive").click()
    expect(titles(page)).to_have_text(["Apples"])
    show(page, "Archived")
    expect(titles(page)).to_have_text(["Plums", "Pears"])
    page.get_by_label("Select “Plums”").check()
    bar.get_by_role("button", name="All shown").click()
    bar.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing is archived.")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(titles(page)).to_have_text(["Plums", "Pears"])


def test_it_is_searched_as_one_types_and_opened(page, parley):
    page.locator(".library").get_by_role("searchbox").press_sequentially("pe")
    expect(titles(page)).to_have_text(["Pears"])
    titles(page).click()
    expect(page).to_have_url(re.compile(r"/\?conversation=[0-9a-f-]{36}$"))


def has_chats(api, n: int) -> None:
    for number in range(n):
        api.post("/conversations", json={"title": f"Chat {number}"})


def test_more_come_as_one_scrolls(context, parley, api):
    has_chats(api, 120)
    page = context.new_page()
    page.goto(f"{parley.host}/conversations")
    expect(titles(page)).to_have_count(50)
    for shown in (100, 120):
        titles(page).last.scroll_into_view_if_needed()
        expect(titles(page)).to_have_count(shown)
    assert len(set(titles(page).all_text_contents())) == 120


def test_a_window_taller_than_what_is_read_at_once_is_filled(browser, parley, api):
    has_chats(api, 120)
    with browser.new_context(viewport={"width": 1280, "height": 12_000}) as context:
        page = context.new_page()
        page.goto(f"{parley.host}/conversations")
        expect(titles(page)).to_have_count(120)


def test_another_list_holds_nothing_twice_after_a_long_one(context, parley, api):
    has_chats(api, 60)
    said = file_of(chat_document(2))
    api.post("/conversations/import", files={"file": ("a.json", said)}).raise_for_status()
    chat = api.get("/conversations").json()[0]["id"]
    message = api.get(f"/conversations/{chat}").json()["messages"][0]["id"]
    api.post(f"/messages/{message}/bookmark", json={"on": True}).raise_for_status()
    page = context.new_page()
    page.goto(f"{parley.host}/conversations")
    expect(titles(page)).to_have_count(50)
    with page.expect_response(re.compile("/api/bookmarks")):
        show(page, "Bookmarks")
    rows = page.locator(".library .rows > li")
    expect(rows).to_have_count(1)
    page.wait_for_load_state("networkidle")
    expect(rows).to_have_count(1)


def test_a_phone_holds_everything_and_it_can_be_read(browser, parley, api):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    made = api.post("/conversations", json={"title": "x" * 120}).json()
    api.patch(f"/conversations/{made['id']}", json={"pinned": True, "tags": ["y" * 40, "عربي"]})
    page = context.new_page()
    page.goto(f"{parley.host}/conversations")
    expect(titles(page)).to_have_count(1)
    page.get_by_label("Select “").check()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    is_readable_in_both(page)
    dots = page.get_by_role("button", name="Change “").last.bounding_box()
    assert dots and dots["width"] >= 40 and dots["x"] + dots["width"] <= 390
    context.close()


def test_all_are_saved_as_a_file_deleted_and_imported_again(page, api, tmp_path):
    page.get_by_role("button", name="Export all").click()
    with page.expect_download() as waiting:
        page.get_by_role("menuitem", name="JSON").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    found = api.get("/conversations", params={"limit": 10}).json()
    api.post("/conversations/delete", json={"ids": [one["id"] for one in found]})
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("3 conversations imported.")).to_be_visible()
    expect(titles(page)).to_have_text(["Plums", "Pears", "Apples"])


NOTE_SHARES = """() => {
  window.shares = [];
  const note = () => document.querySelectorAll("*").forEach((one) => {
    const share = one.shadowRoot?.querySelector(".notice .share")?.textContent;
    if (share && share !== window.shares.at(-1)) window.shares.push(share);
  });
  const look = () => (note(), requestAnimationFrame(look));
  look();
}"""


def test_a_file_that_takes_its_time_shows_how_far_it_is(page, api):
    said = file_of(*[chat_document(100 * n) for n in range(50)])
    assert api.post("/conversations/import", files={"file": ("a.json", said)}).json()["new"] == 50
    page.evaluate(NOTE_SHARES)
    page.get_by_role("button", name="Export all").click()
    with page.expect_download(timeout=60_000):
        page.get_by_role("menuitem", name="PDF").click()
    expect(page.get_by_text(re.compile(r"Saved as .*\.zip"))).to_be_visible()
    shares = [int(share.removesuffix(" %")) for share in page.evaluate("window.shares")]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert any(0 < share < 100 for share in shares), shares
