"""The profile and the suggestions in a real browser, learned from a past of some weeks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from core.app import open_app
from core.settings import Settings
from tests.browser.host_page import ask, is_answered, last, messages, typing
from tests.browser.puppet import WITHIN, Puppet, Reply
from tests.conftest import create_database, drop_database
from tests.core.lives import live
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser
NEXT = ["Which month is calmest?", "How do I get there by train?"]


@pytest.fixture(scope="module")
def past(postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database of somebody who has used Parley for weeks."""
    conninfo = create_database(postgres, "profile_past", template)
    data = tmp_path_factory.mktemp("past")
    settings = Settings(data_dir=data, database_url=conninfo, find_local_servers=False)
    with ThreadPoolExecutor(1) as thread:  # the browser's loop is in this one
        thread.submit(asyncio.run, _lived(settings)).result()
    yield "profile_past"
    drop_database(postgres, "profile_past")


async def _lived(settings: Settings) -> None:
    async with open_app(settings, working=False) as app:
        await live(app, datetime.now(UTC))


@pytest.fixture
def parley(model: Puppet, postgres: str, past: str, tmp_path: Path) -> Iterator[Running]:
    conninfo = create_database(postgres, "profile_now", past)
    model.more = {"questions": NEXT}
    with running(
        tmp_path / "data", OPENAI_BASE_URL=f"http://127.0.0.1:{model.port}/v1",
        AI_MODEL="puppet", TRANSLATION_ENGINE="local", DATABASE_URL=conninfo,
    ) as process:  # fmt: skip
        yield process
    model.more = {}
    drop_database(postgres, "profile_now")


@pytest.fixture
def page(context, parley: Running) -> Page:
    opened = context.new_page()
    opened.goto(parley.host)
    expect(typing(opened)).to_be_enabled()
    return opened


def told(reply: Reply) -> str:
    return str(reply.asked["messages"][0]["content"])


def finished(page: Page, reply: Reply) -> None:
    reply.write("Late November.")
    reply.end()
    is_answered(page)


def chips(page: Page):
    return page.locator(".chat .next-question")


def test_from_an_opening_to_the_profile_and_back(page: Page, parley: Running, model: Puppet):
    openings = page.locator(".chat .opening")
    expect(openings).to_have_count(3)
    openings.filter(has_text="snow monkeys").click()
    reply = model.expect()
    assert "snow monkeys" in reply.question
    assert "short answers; informal" in told(reply)
    finished(page, reply)
    expect(chips(page)).to_have_text(NEXT)
    used = last(page).get_by_role("link", name="Profile: short answers, informal")
    chips(page).first.click()
    reply = model.expect()
    assert reply.question == NEXT[0]
    expect(chips(page)).to_have_count(0)
    finished(page, reply)
    expect(chips(page)).to_have_text(NEXT[1:])  # the first was asked

    used.click()
    expect(page).to_have_url(re.compile(r"/profile$"))
    kyoto = page.locator('[class*="st-key-insight-"]', has_text="Kyoto trip")
    expect(kyoto.get_by_role("meter")).to_have_attribute("aria-valuenow", re.compile(r"^[67]\d$"))
    short = page.locator('[class*="st-key-insight-"]', has_text="Short answers")
    short.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed, and not learned again.")).to_be_visible()
    kyoto.get_by_role("button", name="Lock").click()
    expect(kyoto.get_by_text("Locked ·")).to_be_visible()
    kyoto.get_by_text("Why: 4 messages").click()
    kyoto.get_by_role("link", name=re.compile("About Kyoto trip")).first.click()
    expect(page).to_have_url(re.compile(r"conversation=.*message=\d+"))
    expect(page.locator(".chat .message.pointed")).to_contain_text("Kyoto")
    expect(chips(page)).to_have_count(0)

    page.goto(parley.host)
    expect(typing(page)).to_be_enabled()
    reply = ask(page, model, "And in spring?")
    assert "short answers" not in told(reply) and "informal" in told(reply)
    finished(page, reply)
    httpx.patch(f"{parley.host}/api/profile", json={"learning": False}, timeout=WITHIN)
    reply = ask(page, model, "And in May?")
    assert "informal" not in told(reply)
    finished(page, reply)
    expect(last(page).get_by_role("link", name="Profile:")).to_have_count(0)


def test_nothing_is_suggested_while_nobody_looks_nor_to_who_types_on(page: Page, model: Puppet):
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away ?? false})")
    model.more = {}
    asked: list[str] = []
    page.on("websocket", lambda line: line.on("framesent", lambda frame: asked.append(frame)))
    page.reload()
    expect(typing(page)).to_be_enabled()
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away ?? false})")
    page.evaluate("window.away = true")
    finished(page, ask(page, model, "When is Kyoto quiet?"))
    expect(messages(page)).to_have_count(2)
    assert not [one for one in asked if '"suggest"' in str(one)]
    model.more = {"questions": NEXT}
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(chips(page)).to_have_text(NEXT)
    assert len([one for one in asked if '"suggest"' in str(one)]) == 1
    typing(page).press_sequentially("No, ")
    expect(chips(page)).to_have_count(0)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert len([one for one in asked if '"suggest"' in str(one)]) == 1


def test_everything_is_forgotten_and_brought_back(page: Page, parley: Running):
    page.goto(f"{parley.host}/profile")
    meters = page.get_by_role("meter")
    expect(meters).to_have_count(8)
    page.get_by_role("button", name="Forget everything").click()
    page.get_by_role("button", name="Forget", exact=True).click()
    expect(page.get_by_text("Nothing has been learned yet")).to_be_visible()
    expect(meters).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(meters).to_have_count(8)
