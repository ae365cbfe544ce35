"""The list of conversations in the sidebar, in a real Chromium."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def page(context, parley, api) -> Page:
    """The host's page, beside three conversations."""
    for title in ("Apples", "Pears", "Plums"):
        api.post("/conversations", json={"title": title})
    opened = context.new_page()
    opened.goto(parley.host)
    expect(titles(opened)).to_have_text(["Plums", "Pears", "Apples"])
    return opened


def titles(page: Page):
    return page.locator(".conversations li a")


def act(page: Page, title: str, what: str) -> None:
    entry = page.locator(".conversations li").filter(has_text=title)
    entry.hover()
    entry.locator(".dots").click()
    page.get_by_role("menuitem", name=what, exact=True).click()


def test_one_is_renamed(page):
    act(page, "Pears", "Rename")
    page.get_by_label("New title").fill("My own name")
    page.get_by_label("New title").press("Enter")
    expect(titles(page)).to_have_text(["Plums", "My own name", "Apples"])
    page.reload()
    expect(titles(page)).to_have_text(["Plums", "My own name", "Apples"])


def test_an_open_menu_stays_while_the_list_changes(page, api):
    entry = page.locator(".conversations li").filter(has_text="Pears")
    entry.hover()
    entry.locator(".dots").click()
    pin = page.get_by_role("menuitem", name="Pin", exact=True)
    expect(pin).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    api.post("/conversations", json={"title": "Quinces"})
    expect(titles(other)).to_have_text(["Quinces", "Plums", "Pears", "Apples"])
    expect(pin).to_be_visible()
    page.keyboard.press("Escape")
    expect(titles(page)).to_have_text(["Quinces", "Plums", "Pears", "Apples"])


def test_one_is_pinned_and_archived(page, api):
    act(page, "Apples", "Pin")
    expect(titles(page)).to_have_text(["Apples", "Plums", "Pears"])
    expect(page.get_by_role("heading", name="Pinned")).to_be_visible()
    act(page, "Pears", "Archive")
    expect(titles(page)).to_have_text(["Apples", "Plums"])
    (away,) = api.get("/conversations", params={"archived": True}).json()
    assert away["title"] == "Pears"
    api.patch(f"/conversations/{away['id']}", json={"archived": False})
    expect(titles(page)).to_have_text(["Apples", "Plums", "Pears"])
    act(page, "Apples", "Unpin")
    expect(titles(page)).to_have_text(["Plums", "Pears", "Apples"])


def test_one_is_deleted_and_brought_back(page):
    act(page, "Pears", "Delete")
    expect(titles(page)).to_have_text(["Plums", "Apples"])
    page.get_by_role("button", name="Undo").click()
    expect(titles(page)).to_have_text(["Plums", "Pears", "Apples"])
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_the_one_shown_is_deleted(page, parley):
    titles(page).filter(has_text="Plums").click()
    expect(page).to_have_url(re.compile("conversation="))
    act(page, "Plums", "Delete")
    expect(page.get_by_role("heading", name="What would you like")).to_be_visible()
    expect(page).not_to_have_url(re.compile("conversation="))


def test_what_was_said_is_found_as_one_types(page, api, model):
    new = api.get("/conversations").json()[0]
    where = {"message": "Where does the zebra sleep?", "conversation_id": new["id"]}
    with ThreadPoolExecutor(1) as thread:
        sent = thread.submit(api.post, "/messages/send", json=where)
        reply = model.expect()
        reply.write("In the sun.")
        reply.end()
        assert sent.result().status_code == 200
    search = page.get_by_role("searchbox", name="Search conversations")
    search.press_sequentially("ZEB")
    expect(titles(page)).to_have_count(1)
    expect(page.locator(".hit mark")).to_have_text("zeb")
    titles(page).click()
    expect(page).to_have_url(re.compile(f"conversation={new['id']}"))
    search.fill("zebra elephant")
    expect(page.get_by_text("Nothing found.")).to_be_visible()
    search.press("Escape")
    expect(titles(page)).to_have_count(3)
