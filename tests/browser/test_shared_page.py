"""The page of a share link in a real Chromium: read, followed, unlocked, closed."""

import asyncio
import contextlib
import re

import pytest
from llmock.scenarios import Reply
from playwright.async_api import async_playwright, expect

from core.app import open_app
from tests.browser.chromium import launch
from tests.browser.guest_page import DESK, PHONE
from tests.browser.puppet import WITHIN
from tests.core.sharing.reader import expire
from tests.histories import fill
from tests.ui.serving import serving
from ui.api.guests import guest_api
from ui.guest import strings
from ui.guest.shared import mount_shared_page

pytestmark = pytest.mark.browser

MARKDOWN = """Foxes, in short:

- they are **animals**
- they have [a page](https://example.org/fox)

| who | legs |
|---|---|
| fox | 4 |

```python
print("fox")
```

<img src=x onerror="document.title = 'taken'"> [no](javascript:alert(1))

So \\(x^2 + y^2\\) legs."""


@pytest.fixture
async def app(make_settings):
    async with open_app(make_settings(), working=False) as opened:
        yield opened


@pytest.fixture
async def address(app):
    api = mount_shared_page(guest_api())
    api.state.core = app
    async with serving(api) as where:
        yield f"http://{where}"


@pytest.fixture
async def browser():
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        yield chromium
        await chromium.close()


@pytest.fixture
def window(browser):
    """A reader's browser, in a language; fails the test on any error in the console."""

    @contextlib.asynccontextmanager
    async def opened(locale="en-US", size=PHONE, expected=(), **more):
        context = await browser.new_context(locale=locale, **size, **more)
        context.set_default_timeout(WITHIN * 1000)
        page = await context.new_page()
        complaints = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        yield page
        await context.close()
        assert not [one for one in complaints if not any(code in one for code in expected)]

    return opened


@pytest.fixture
def ask(app, models):
    async def said(text, reply, conversation=None, **more):
        models.add(Reply(text=reply))
        turn = await app.chat.send(app.host_id, text, conversation, **more)
        async for _ in turn.follow():
            pass
        return turn

    return said


@pytest.fixture
async def chat(app, ask):
    conversation = (await ask("What is a fox?", MARKDOWN)).conversation_id
    await app.conversations.rename(app.host_id, conversation, "Foxes")
    return conversation


@pytest.fixture
def link(app, address):
    """Shares a conversation; the link and the share."""

    async def made(conversation, **wishes):
        share = await app.shares.create(app.host_id, conversation, **wishes)
        return f"{address}/shared/{share.token}", share

    return made


def message(page, text):
    return page.locator(".message", has_text=text)


async def test_a_snapshot_is_read_with_its_markdown_and_does_no_harm(window, link, chat):
    where, _ = await link(chat)
    async with window(size=DESK, permissions=["clipboard-read", "clipboard-write"]) as page:
        await page.goto(where)
        await expect(page.locator("h1")).to_have_text("Foxes")
        await expect(page.locator(".about")).to_contain_text("As it was on")
        reply = message(page, "Foxes, in short")
        await expect(reply.locator(".author")).to_contain_text("AI")
        await expect(reply.locator("li")).to_have_count(2)
        await expect(reply.locator(".katex-html")).to_be_visible()
        await expect(reply.locator(".code-block .hljs-string")).to_have_text('"fox"')
        await expect(reply.locator("td")).to_have_count(2)
        await expect(reply.locator("strong")).to_have_text("animals")
        await expect(reply.locator("a")).to_have_attribute("rel", re.compile("noopener"))
        await expect(reply.locator("img")).to_have_count(0)
        await expect(reply.locator('a[href^="javascript"]')).to_have_count(0)
        await reply.locator(".copy-code").click()
        await expect(reply.locator(".copy-code")).to_contain_text("Copied")
        assert await page.evaluate("navigator.clipboard.readText()") == 'print("fox")'
        await expect(page).to_have_title("Foxes")


async def test_a_snapshot_stays_as_it_was(app, window, link, ask, chat):
    where, _ = await link(chat)
    async with window() as page:
        await page.goto(where)
        await expect(page.locator(".message")).to_have_count(2)
        await ask("And a wolf?", "Another one.", chat)
        await page.reload()
        await expect(message(page, "What is a fox?")).to_be_visible()
        await expect(page.locator(".message")).to_have_count(2)


async def test_a_live_page_follows_while_something_is_said(app, models, window, link, ask, chat):
    where, _ = await link(chat, live=True)
    async with window() as page:
        await page.goto(where)
        await expect(page.locator(".message")).to_have_count(2)
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        models.add(Reply(text="One two three four")).stall(after_chunks=2, seconds=60)
        await app.chat.send(app.host_id, "Please count", chat)
        await expect(message(page, "Please count")).to_be_visible()
        growing = page.locator(".message[aria-busy=true]")
        await expect(growing).to_contain_text("One")
        await expect(growing).to_contain_text("Writing")
        await expect(growing).to_be_in_viewport()
        await app.chat.stop(app.host_id, chat)
        await expect(page.locator(".message").last).to_contain_text("not finished")
        first = (await app.conversations.messages(app.host_id, chat))[0].id
        await ask("What is a bear?", "A large one.", chat, beside=first)
        await expect(message(page, "A large one.")).to_be_visible()
        await expect(page.locator(".message")).to_have_count(2)
        await expect(message(page, "Please count")).to_have_count(0)


async def test_a_room_is_read_in_the_language_one_chooses(app, window, address, link):
    room = await app.rooms.create(app.host_id, "Kitchen", "en", "Ana")
    host = await app.rooms.host(app.host_id, room.id)
    maria, _ = await app.rooms.join(room.token, "Maria", "pt")
    await app.rooms.say(host, "Good morning, how are you today?")
    await app.rooms.say(maria, "Estou muito bem, obrigada. E você?")
    where, _ = await link(room.id, live=True, hide_names=True)
    async with window(size=DESK) as page:
        await page.goto(where)
        await expect(page.locator("h1")).to_have_text("Shared conversation")
        await expect(page.locator(".author")).to_have_text(["Person 1", "Person 2"])
        await expect(message(page, "thank")).to_be_visible()
        await expect(page.locator(".reading")).to_have_text("English")
        await message(page, "thank").locator(".toggle").click()
        await expect(message(page, "obrigada")).to_be_visible()
        await page.locator(".reading").click()
        await page.locator('[data-code="pt"]').click()
        await expect(message(page, "Bom dia")).to_be_visible()
        await page.locator(".reading").click()
        await page.locator('[data-code="und"]').click()
        await expect(message(page, "Good morning, how are you today?")).to_be_visible()
        await expect(message(page, "obrigada")).to_be_visible()
        content = await page.locator("#parley .parley").inner_text()
        assert "Maria" not in content
        assert "Ana" not in content


async def test_a_live_page_learns_its_title_and_its_languages(app, window, link):
    room = await app.rooms.create(app.host_id, "Kitchen", "en", "Ana")
    host = await app.rooms.host(app.host_id, room.id)
    where, _ = await link(room.id, live=True)
    async with window("pt-BR", size=DESK) as page:
        await page.goto(where)
        await expect(page.locator("h1")).to_have_text("Kitchen")
        await expect(page.locator(".reading")).to_be_hidden()
        await app.rooms.join(room.token, "Maria", "pt")
        await app.rooms.say(host, "Good morning, how are you today?")
        await expect(page.locator(".reading")).to_be_visible()
        await expect(message(page, "Bom dia")).to_be_visible()
        await page.locator(".reading").click()
        await page.locator('[data-code="und"]').click()
        await app.conversations.rename(app.host_id, room.id, "Our kitchen")
        await expect(page.locator("h1")).to_have_text("Our kitchen")
        await expect(page).to_have_title("Our kitchen")
        await expect(message(page, "Good morning")).to_be_visible()


async def test_a_password_opens_and_wrong_ones_have_to_wait(window, link, chat):
    where, _ = await link(chat, password="青い狐")
    async with window(expected=("401", "429")) as page:
        await page.goto(where)
        field = page.get_by_label("Password")
        await expect(field).to_be_focused()
        await expect(page).to_have_title("Shared conversation")
        await field.fill("red fox")
        await page.get_by_role("button", name="Open").click()
        await expect(page.locator(".form-error")).to_contain_text("not the password")
        await field.fill("青い狐")
        await field.press("Enter")
        await expect(message(page, "What is a fox?")).to_be_visible()
        await page.reload()
        await expect(message(page, "What is a fox?")).to_be_visible()
    async with window(expected=("401", "429")) as page:
        await page.goto(where)
        for guess in range(6):
            await page.get_by_label("Password").fill(f"guess {guess}")
            async with page.expect_response("**/api/shared/**"):
                await page.get_by_role("button", name="Open").click()
            await expect(page.locator(".form-error")).not_to_be_empty()
        await expect(page.locator(".form-error")).to_contain_text(
            re.compile(r"Try again in \d+ seconds")
        )


@pytest.mark.parametrize("live", [True, False])
async def test_a_page_closes_when_its_link_is_revoked(app, window, link, chat, live):
    where, share = await link(chat, live=live)
    async with window() as page:
        await page.goto(where)
        await expect(message(page, "What is a fox?")).to_be_visible()
        await app.shares.revoke(app.host_id, share.id)
        await expect(page.locator(".farewell")).to_contain_text("does not open anything")
        assert "fox" not in await page.locator("#parley .parley").inner_text()


async def test_a_link_that_opens_nothing_says_so(app, window, link, address, chat, database_url):
    where, share = await link(chat)
    await expire(database_url, share)
    async with window(expected=("410", "404")) as page:
        await page.goto(where)
        await expect(page.locator(".farewell h1")).to_have_text("This link has expired")
        await page.goto(f"{address}/shared/nothing")
        await expect(page.locator(".farewell h1")).to_contain_text("does not open anything")


async def test_a_japanese_reader_meets_no_english(window, link, ask, app):
    conversation = (await ask("狐とは？", "動物です。")).conversation_id
    await app.conversations.rename(app.host_id, conversation, "狐")
    where, share = await link(conversation, hide_names=True)
    async with window("ja-JP") as page:
        await page.goto(where)
        await expect(message(page, "動物です。")).to_be_visible()
        await page.locator(".as-copy").click()
        await expect(page.locator(".sheet")).to_be_visible()
        said = await page.evaluate(TEXTS)
        await page.keyboard.press("Escape")
        await app.shares.revoke(app.host_id, share.id)
        await expect(page.locator(".farewell")).to_be_visible()
        said += await page.evaluate(TEXTS)
    left = [text for text in said if re.search("[a-zA-Z]{3}", BRAND.sub("", text))]
    assert not left
    assert strings.load("ja")["shared.copy"] in said


BRAND = re.compile(r"Parley|Shared links|https?://\S+")
TEXTS = """() => {
  const found = [document.title];
  const walk = (node) => {
    if (node.nodeType === 3 && node.parentElement?.checkVisibility()) found.push(node.textContent);
    for (const name of ["aria-label", "title", "placeholder"]) {
      if (node.getAttribute?.(name)) found.push(node.getAttribute(name));
    }
    node.childNodes.forEach(walk);
  };
  walk(document.getElementById("parley").shadowRoot.querySelector(".parley"));
  return found;
}"""


async def test_arabic_stands_on_the_right_and_code_does_not(window, link, ask):
    reply = "الثعلب حيوان ذكي.\n\n- له أربع أرجل\n\n```\nprint(1)\n```"
    conversation = (await ask("ما هو الثعلب؟", reply)).conversation_id
    where, _ = await link(conversation)
    async with window("ar-EG") as page:
        await page.goto(where)
        line = page.get_by_text("الثعلب حيوان ذكي.")
        await expect(line).to_be_visible()
        assert await page.evaluate("document.documentElement.dir") == "rtl"
        await expect(line).to_have_css("direction", "rtl")
        assert await line.evaluate(WORDS_END_RIGHT)
        await expect(page.locator(".code-block code")).to_have_css("direction", "ltr")
        await expect(page.locator(".author").last).to_contain_text("AI")


WORDS_END_RIGHT = """node => {
  const range = document.createRange();
  range.selectNodeContents(node);
  const words = range.getBoundingClientRect();
  const box = node.getBoundingClientRect();
  return Math.abs(box.right - words.right) < 3;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_fits_a_phone_in_both_themes(window, link, ask, theme):
    wide = "| " + " | ".join(["a long column"] * 9) + " |\n" + "|---" * 9 + "|\n"
    code = "```\n" + "x = 1; " * 60 + "\n```"
    conversation = (await ask("W" * 300, f"{wide}\n{code}\n\n{'y' * 300}")).conversation_id
    where, _ = await link(conversation)
    async with window(color_scheme=theme) as page:
        await page.goto(where)
        await expect(page.locator(".code-block code")).to_be_visible()
        assert await page.evaluate("document.documentElement.dataset.theme") == theme
        outside = await page.evaluate(
            """() => [...document.getElementById("parley").shadowRoot.querySelectorAll(
                ".header *, .bubble, .shared-foot *")]
              .filter((node) => node.checkVisibility())
              .filter((node) => { const { left, right } = node.getBoundingClientRect();
                                  return left < -1 || right > innerWidth + 1; })
              .map((node) => node.className)"""
        )
        assert not outside
        scroller = page.locator(".scroller")
        assert await scroller.evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_five_thousand_messages_come_as_one_scrolls(app, window, link, database_url):
    [conversation] = await asyncio.to_thread(
        fill, database_url, app.host_id, 1, 5000, "message {}".format
    )
    where, _ = await link(conversation)
    async with window(size=DESK) as page:
        await page.goto(where)
        await expect(page.locator(".text", has_text=re.compile("^message 1$"))).to_be_in_viewport()
        shown = await page.locator(".message").count()
        assert shown <= 200
        await page.locator(".scroller").evaluate("node => node.scrollTo(0, node.scrollHeight)")
        await expect(page.locator(".message").nth(shown)).to_be_attached()
    where, _ = await link(conversation, live=True)
    async with window(size=DESK) as page:
        await page.goto(where)
        await expect(page.locator(".text", has_text="message 5000")).to_be_in_viewport()
        shown = await page.locator(".message").count()
        await page.locator(".scroller").evaluate("node => node.scrollTo(0, 0)")
        await expect(page.locator(".message").nth(shown)).to_be_attached()
        numbers = await page.locator(".text").all_inner_texts()
        at = [int(text.removeprefix("message ")) for text in numbers]
        assert at == list(range(at[0], 5001))


async def test_a_lost_line_comes_back_with_what_was_said_meanwhile(app, window, link, ask, chat):
    where, _ = await link(chat, live=True)
    async with window(expected=("WebSocket", "ERR_INTERNET")) as page:
        await page.goto(where)
        await expect(message(page, "What is a fox?")).to_be_visible()
        await page.context.set_offline(True)
        await page.evaluate("window.dispatchEvent(new Event('offline'))")
        await expect(page.locator(".line")).not_to_be_empty()
        await ask("And a wolf?", "Another one.", chat)
        await page.context.set_offline(False)
        await expect(message(page, "Another one.")).to_be_visible()
        await expect(page.locator(".line")).to_be_empty()
        await expect(page.locator(".message")).to_have_count(4)


async def test_how_to_go_on_is_said_with_the_address(window, link, chat):
    where, _ = await link(chat)
    async with window() as page:
        await page.goto(where)
        await page.get_by_role("button", name="Continue as a copy").click()
        await expect(page.locator(".sheet input")).to_have_value(where)
        own = await page.get_by_role("link", name="Open Parley").get_attribute("href")
        assert own.startswith("http://127.0.0.1:8501/sharing?copy=http")
        await page.get_by_role("button", name="Copy the address").click()
        await expect(page.get_by_role("button", name="Copied")).to_be_visible()


async def test_a_page_without_a_clipboard_of_its_own_copies_too(window, link, chat):
    where, _ = await link(chat)
    async with window(size=DESK, permissions=["clipboard-read"]) as page:
        await page.goto(where)
        await page.evaluate("Clipboard.prototype.writeText = undefined")
        await page.locator(".copy-code").click()
        await expect(page.locator(".copy-code")).to_contain_text("Copied")
        assert await page.evaluate("navigator.clipboard.readText()") == 'print("fox")'
        await page.get_by_role("button", name="Continue as a copy").click()
        await page.get_by_role("button", name="Copy the address").click()
        await expect(page.get_by_role("button", name="Copied")).to_be_focused()
        assert await page.evaluate("navigator.clipboard.readText()") == where


async def test_many_readers_hear_at_once(app, link, ask, chat):
    _, share = await link(chat, live=True)
    readers = [await app.readers.enter(share.token) for _ in range(30)]

    async def hear(reader):
        async for tail in reader.follow(await reader.conversation()):
            if len(tail.get("ids", ())) == 4 and tail["messages"][-1]["status"] == "complete":
                return

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for reader in readers:
            group.create_task(hear(reader))
        await ask("And a wolf?", "Another one.", chat)
