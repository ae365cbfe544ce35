"""The settings page in a real Chromium: a newcomer with a key, with Ollama, with nothing."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.settings import Settings
from tests.browser.guarded_server import REPLY, Guarded, guarded
from tests.browser.host_page import is_answered, last, messages, typing
from tests.browser.puppet import WITHIN
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser

KEY = "gsk_a_good_key_0123456789abcdef"
OLLAMA = 11434


@pytest.fixture(scope="module")
def server() -> Iterator[Guarded]:
    with guarded(KEY) as opened:
        yield opened


@pytest.fixture
def parley(server: Guarded, tmp_path: Path) -> Iterator[Running]:
    """Parley as a newcomer has it, but Groq is played by a server of ours once there is a key."""
    with running(tmp_path / "data", TRANSLATION_ENGINE="local") as process:
        yield process


@pytest.fixture
def page(browser: Browser, parley: Running) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WITHIN * 1000)
    opened = context.new_page()
    opened.goto(f"{parley.host}/settings")
    expect(opened.get_by_role("heading", name="Answers")).to_be_visible()
    yield opened
    context.close()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def key_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="API key")


def sees(page: Page, text: str) -> None:
    expect(page.locator('[data-testid="stAlert"]').filter(has_text=text)).to_be_visible()


def with_address(page: Page, server: Guarded) -> None:
    choose(page, "Provider", "Groq")
    sees(page, "Paste a key to see the models of Groq.")
    page.get_by_text("Another address").click()
    field = page.get_by_role("textbox", name="Address")
    field.fill(server.address)
    field.press("Enter")
    sees(page, "Invalid key")


def test_a_pasted_key_is_checked_by_itself_and_then_answers(page, parley, server):
    with_address(page, server)
    key_field(page).fill("gsk_wrong")
    sees(page, "refused the key. Check it")
    key_field(page).fill(KEY)
    sees(page, "Key is valid, 3 models found.")
    expect(key_field(page)).to_have_value("")
    expect(key_field(page)).to_have_attribute(
        "placeholder", "Set (…cdef). Paste another to replace it."
    )
    models = page.get_by_role("combobox", name="Models, the newest first (3)")
    models.click()
    offered = page.get_by_role("option").all_inner_texts()
    assert offered[:3] == ["brand-new-model", "llama-3.3-70b-versatile", "old-model"]
    page.get_by_role("option", name="old-model").click()
    page.get_by_role("button", name="Use for chat").click()
    expect(page.get_by_text("Groq answers chats with old-model.")).to_be_visible()
    assert KEY not in page.content()
    page.get_by_role("link", name="Chat", exact=True).click()
    field = typing(page)
    field.fill("Good morning")
    field.press("Enter")
    reply = last(page)
    expect(reply).to_contain_text(REPLY)
    expect(reply).to_contain_text("old-model")
    assert server.asked[0] == "old-model"
    for file in parley.data.rglob("*.log"):
        assert KEY not in file.read_text()


def test_the_model_changes_in_the_middle_of_a_conversation(page, server):
    with_address(page, server)
    expect(page.get_by_role("button", name="Use for chat")).to_have_count(0)
    key_field(page).fill(KEY)
    page.get_by_role("button", name="Use for chat").click()
    expect(page.get_by_text("Groq answers chats with")).to_be_visible()
    page.get_by_role("link", name="Chat", exact=True).click()
    server.asked.clear()
    for model in (None, "old-model · Groq"):
        if model:
            page.get_by_role("button", name=re.compile("^Model:")).click()
            page.get_by_role("menuitemradio", name=model).click()
        field = typing(page)
        field.fill("Hello")
        field.press("Enter")
        expect(last(page)).to_contain_text(REPLY)
        is_answered(page)
    replies = messages(page)
    expect(replies.nth(1)).to_contain_text("brand-new-model")
    expect(replies.nth(3)).to_contain_text("old-model")


def test_what_is_set_here_says_so_and_can_be_given_back(page):
    field = page.get_by_role("textbox", name="What the AI is told before every conversation")
    before = Settings.model_fields["system_prompt"].default
    expect(field).to_have_value(before)
    field.fill("Answer like a pirate.")
    field.press("Control+Enter")
    reset = page.get_by_role("button", name="Reset")
    expect(reset).to_be_visible()
    page.reload()
    expect(field).to_have_value("Answer like a pirate.")
    reset.click()
    expect(field).to_have_value(before)
    expect(reset).to_have_count(0)


def test_ollama_is_found_by_itself_and_answers(browser, tmp_path):
    with socket.socket() as sock:
        if sock.connect_ex(("127.0.0.1", OLLAMA)) == 0:
            pytest.skip("a real Ollama runs here")
    with (
        guarded(None, OLLAMA) as ollama,
        running(tmp_path / "data", FIND_LOCAL_SERVERS="true", TRANSLATION_ENGINE="local") as parley,
    ):
        page = browser.new_page()
        page.goto(parley.host)
        expect(page.get_by_text("Parley found Ollama on this computer")).to_be_visible()
        field = typing(page)
        field.fill("Hello")
        field.press("Enter")
        expect(last(page)).to_contain_text(REPLY)
        assert ollama.asked[0] == "brand-new-model"
        page.close()
