"""A conversation of thousands of messages on the chat page, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import httpx
import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.host_page import ask, is_at_rest, last, messages, typing
from tests.browser.puppet import WITHIN, Puppet
from tests.conftest import create_database, drop_database
from tests.histories import fill, said
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser
MANY = 5000
SHOWN_AT_MOST = 300


@pytest.fixture(scope="module")
def database(postgres: str) -> Iterator[str]:
    yield create_database(postgres, "parley_long_chat")
    drop_database(postgres, "parley_long_chat")


@pytest.fixture(scope="module")
def parley(
    model: Puppet, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    address = f"http://127.0.0.1:{model.port}/v1"
    folder = tmp_path_factory.mktemp("parley")
    more = {"DATABASE_URL": database, "OPENAI_BASE_URL": address, "AI_MODEL": "puppet"}
    with running(folder, **more) as process:
        httpx.get(f"{process.host}/api/conversations", timeout=WITHIN).raise_for_status()
        yield process


@pytest.fixture(scope="module")
def conversation(parley: Running, database: str) -> tuple[UUID, int]:
    """Its id, and that of its first message."""
    with psycopg.connect(database) as conn:
        user = conn.execute("SELECT id FROM users").fetchone()
        assert user
    [made] = fill(database, user[0], 1, MANY)
    with psycopg.connect(database) as conn:
        first = conn.execute(
            "SELECT min(id) FROM messages WHERE conversation_id = %s", [made]
        ).fetchone()
        assert first
    return made, first[0]


@pytest.fixture
def page(context, parley) -> Page:
    return context.new_page()


def test_it_opens_at_its_end_and_reads_back_without_a_jump(page, parley, conversation):
    made, first = conversation
    page.goto(f"{parley.host}/?conversation={made}")
    expect(last(page)).to_contain_text(f"number {MANY}.")
    expect(last(page)).to_be_in_viewport()
    assert messages(page).count() < SHOWN_AT_MOST
    seen = page.locator(".chat .message").filter(has_text=f"number {MANY - 36}.")
    seen.scroll_into_view_if_needed()
    expect(page.locator(f"#message-{first + MANY - 60}")).to_be_attached()
    expect(seen).to_be_in_viewport()
    for _ in range(8):
        oldest = messages(page).first.get_attribute("data-id")
        messages(page).first.scroll_into_view_if_needed()
        expect(page.locator(f"#message-{int(oldest or 0) - 1}")).to_be_attached()
    assert messages(page).count() < SHOWN_AT_MOST


def test_a_link_leads_to_a_message_and_the_button_to_the_newest(page, parley, conversation):
    made, first = conversation
    wanted = first + 2000
    page.goto(f"{parley.host}/?conversation={made}&message={wanted}")
    there = page.locator(f"#message-{wanted}")
    expect(there).to_be_in_viewport()
    expect(there).to_have_class(re.compile("pointed"))
    expect(there).to_contain_text(said(2001).split(".")[0])
    last(page).scroll_into_view_if_needed()
    expect(page.locator(f"#message-{wanted + 60}")).to_be_attached()
    page.get_by_role("button", name="Go to the newest").click()
    expect(page.locator(f"#message-{first + MANY - 1}")).to_be_in_viewport()


def test_reading_goes_on_once_the_line_is_back(page, parley, conversation):
    made, first = conversation
    page.goto(f"{parley.host}/?conversation={made}&message={first + 1000}")
    expect(page.locator(f"#message-{first + 1000}")).to_be_in_viewport()
    end = int(last(page).get_attribute("data-id") or 0)
    page.context.set_offline(True)
    last(page).scroll_into_view_if_needed()
    expect(page.get_by_text("Parley does not answer")).to_be_visible()
    expect(page.locator(f"#message-{end + 1}")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator(f"#message-{end + 1}")).to_be_attached()
    expect(page.locator(f"#message-{end}")).to_be_in_viewport()


def test_a_link_to_what_is_gone_says_so_and_shows_the_end(page, parley, conversation):
    made, first = conversation
    page.goto(f"{parley.host}/?conversation={made}&message=999999999")
    expect(page.get_by_text("It may have been deleted")).to_be_visible()
    expect(page.locator(f"#message-{first + MANY - 1}")).to_be_in_viewport()


def test_one_answers_from_anywhere(page, parley, conversation, model):
    made, first = conversation
    page.goto(f"{parley.host}/?conversation={made}&message={first + 2000}")
    expect(page.locator(f"#message-{first + 2000}")).to_be_in_viewport()
    expect(typing(page)).to_be_enabled()
    reply = ask(page, model, "And where were we?")
    reply.write("Here, at the end.")
    expect(last(page)).to_contain_text("Here, at the end.")
    expect(last(page)).to_be_in_viewport()
    reply.end()
    is_at_rest(page, messages(page).count())
