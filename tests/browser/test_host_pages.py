"""The host's pages in a real Chromium: chat as it streams, the list of conversations, a room."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from websockets.sync.client import connect

from tests.browser.puppet import TITLE, WITHIN, Puppet, Reply, puppet
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser
expect.set_options(timeout=WITHIN * 1000)


@pytest.fixture(scope="module")
def model() -> Iterator[Puppet]:
    with puppet() as server:
        yield server


@pytest.fixture(scope="module")
def parley(model: Puppet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One Parley for all these tests; each has a conversation of its own."""
    with running(
        tmp_path_factory.mktemp("parley"),
        OPENAI_BASE_URL=f"http://127.0.0.1:{model.port}/v1",
        AI_MODEL="puppet",
        TRANSLATION_ENGINE="local",
    ) as process:
        yield process


@pytest.fixture
def page(context: BrowserContext, parley: Running) -> Page:
    """The chat page with nothing said yet."""
    opened = context.new_page()
    opened.goto(parley.host)
    expect(typing(opened)).to_be_enabled()
    expect(opened.get_by_role("heading", name="What would you like")).to_be_visible()
    return opened


def typing(page: Page) -> Locator:
    return page.locator('[data-testid="stChatInputTextArea"]')


def messages(page: Page) -> Locator:
    return page.locator('[data-testid="stChatMessage"]')


def last(page: Page) -> Locator:
    return messages(page).last


def entry(page: Page, title: str) -> Locator:
    return page.locator(".conversations li", has_text=title)


def ask(page: Page, model: Puppet, text: str) -> Reply:
    """Type, press Enter, and have the model asked."""
    typing(page).fill(text)
    typing(page).press("Enter")
    reply = model.expect()
    assert reply.question == text
    return reply


def answered(page: Page, model: Puppet, text: str, answer: str) -> None:
    """A whole exchange."""
    reply = ask(page, model, text)
    reply.write(answer)
    reply.end()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(last(page)).to_contain_text(answer)


def is_at_rest(page: Page, count: int) -> None:
    """Nothing is being written, and there are that many messages, none of them faded."""
    expect(messages(page)).to_have_count(count)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.locator('[data-testid="stChatInputStopButton"]')).to_have_count(0)
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
    expect(typing(page)).to_be_enabled()


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


def test_a_conversation_is_listed_at_once_and_names_itself(page, model):
    reply = ask(page, model, "Which birds can swim?")
    expect(entry(page, "Which birds can swim?")).to_be_visible()
    expect(entry(page, "Which birds can swim?").locator(".running")).to_be_visible()
    expect(page.locator(".conversations li.here")).to_contain_text("Which birds can swim?")
    reply.write("Penguins.")
    reply.end()
    expect(page.locator(".conversations li.here")).to_contain_text(TITLE)
    expect(page.locator(".conversations li.here .running")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?conversation=[0-9a-f-]{36}$"))


def test_stop_keeps_what_came_and_continue_goes_on(page, model):
    reply = ask(page, model, "Count to ten")
    reply.write("One, two,")
    expect(last(page)).to_contain_text("One, two,")
    page.locator('[data-testid="stChatInputStopButton"]').click()
    assert reply.left.wait(WITHIN)
    expect(last(page)).to_contain_text("Stopped.")
    is_at_rest(page, 2)
    page.get_by_role("button", name="Continue").click()
    more = model.expect()
    more.write(" three, four.")
    expect(last(page)).to_contain_text("One, two, three, four.")
    more.end()
    is_at_rest(page, 2)
    expect(last(page)).not_to_contain_text("Stopped.")


def test_stop_before_the_first_word(page, model):
    reply = ask(page, model, "Think hard")
    page.locator('[data-testid="stChatInputStopButton"]').click()
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
    page.get_by_role("button", name="Try again").click()
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
    expect(typing(page)).to_be_disabled()
    page.locator("button.stop").click()
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


def test_another_page_and_back_in_mid_reply(page, model):
    reply = ask(page, model, "Wait for me")
    reply.write("Take your")
    expect(last(page)).to_contain_text("Take your")
    page.get_by_role("link", name="Rooms").click()
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    expect(messages(page)).to_have_count(0)
    assert not reply.left.is_set()
    entry(page, "Wait for me").locator("a").click()
    expect(last(page)).to_contain_text("Take your")
    reply.write(" time.")
    expect(last(page)).to_contain_text("Take your time.")
    reply.end()
    is_at_rest(page, 2)


def test_another_conversation_while_one_is_answered(page, model):
    answered(page, model, "The first of many", "A long answer to begin with.")
    answered(page, model, "And a second", "Another one.")
    page.get_by_role("button", name="New chat").click()
    expect(messages(page)).to_have_count(0)
    reply = ask(page, model, "Something else entirely")
    reply.write("Working on")
    expect(last(page)).to_contain_text("Working on")
    entry(page, TITLE).first.locator("a").click()
    expect(messages(page)).to_have_count(4)
    expect(last(page)).to_contain_text("Another one.")
    expect(entry(page, "Something else entirely").locator(".running")).to_be_visible()
    entry(page, "Something else entirely").locator("a").click()
    expect(last(page)).to_contain_text("Working on")
    expect(messages(page)).to_have_count(2)
    reply.write(" it.")
    reply.end()
    is_at_rest(page, 2)
    expect(last(page)).to_contain_text("Working on it.")


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


def test_back_goes_to_the_conversation_before(page, model):
    answered(page, model, "The older one", "Older.")
    older = page.url
    page.get_by_role("button", name="New chat").click()
    expect(messages(page)).to_have_count(0)
    answered(page, model, "The newer one", "Newer.")
    page.locator(f'li[data-id="{older.partition("=")[2]}"] a').click()
    expect(last(page)).to_contain_text("Older.")
    expect(page).to_have_url(older)
    page.go_back()
    expect(last(page)).to_contain_text("Newer.")
    is_at_rest(page, 2)


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
    said = messages(page).first.locator('[data-testid="stText"]')
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
    last(page).get_by_role("link", name="Copy").click()
    expect(last(page)).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "Some bold words."


def test_a_suggestion_is_sent(page, model):
    page.get_by_role("button", name="Explain something").click()
    reply = model.expect()
    assert "sky" in reply.question
    reply.write("Because")
    expect(last(page)).to_contain_text("Because")
    reply.end()
    is_at_rest(page, 2)


def test_a_link_to_nothing_says_so(context, parley):
    page = context.new_page()
    page.goto(f"{parley.host}/?conversation=00000000-0000-4000-8000-000000000000")
    expect(page.get_by_role("alert")).to_contain_text("no such conversation")
    expect(typing(page)).to_be_enabled()


def test_nothing_is_asked_of_the_internet(context, parley):
    foreign = []
    own = (parley.host, "blob:", "data:")
    context.on("request", lambda r: None if r.url.startswith(own) else foreign.append(r.url))
    page = context.new_page()
    page.goto(parley.host)
    expect(typing(page)).to_be_enabled()
    page.get_by_role("link", name="Rooms").click()
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    assert foreign == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_on_a_phone(browser, parley, model, scheme):
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto(parley.host)
    expect(typing(page)).to_be_enabled()
    table = "| a | b |\n|---|---|\n| " + "word " * 20 + "| " + "long" * 30 + " |\n"
    reply = ask(page, model, "W" * 200)
    reply.write(f"{'Donaudampfschiff' * 12}\n\n{table}\n\nThe end.")
    reply.end()
    is_at_rest(page, 2)
    wide = page.evaluate(
        """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
        .map((box) => box.scrollWidth - box.clientWidth)"""
    )
    assert wide == [0, 0]
    context.close()


def test_a_room_with_its_code_and_a_guest_in_another_language(page, parley):
    page.get_by_role("link", name="Rooms").click()
    new_room = page.get_by_role("button", name="New room")
    form = page.get_by_label("Name of the room")
    expect(new_room.or_(form)).to_be_visible()
    if new_room.is_visible():
        new_room.click()
    form.fill("Kitchen table")
    page.get_by_role("button", name="Open the room").click()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    link = page.locator('[data-testid="stCode"] code').inner_text().replace("\n", "").strip()
    assert re.fullmatch(rf"{parley.guests}/s/[\w-]+", link)
    expect(page).to_have_url(re.compile(r"\?room="))
    said = page.locator(".message")
    with connect(f"ws{link.removeprefix('http').replace('/s/', '/ws/rooms/')}") as guest:
        guest.send(json.dumps({"join": {"name": "Maria", "language": "pt"}}))
        hear(guest, "caught_up")
        page.locator(".composer textarea").fill("Good morning, how are you today?")
        page.locator(".composer .send").click()
        heard = hear(guest, "translation", final=True)
        assert "dia" in heard["text"]
        guest.send(json.dumps({"say": "Estou muito bem, obrigada!"}))
        expect(said.filter(has_text="thank")).to_be_visible()
        page.reload()
        expect(said).to_have_count(2)


def hear(guest, event: str, **facts: object) -> dict:
    """The next event of a kind that a guest hears."""
    while True:
        heard = json.loads(guest.recv(timeout=WITHIN))
        if heard["event"] == event and facts.items() <= heard.items():
            return heard
