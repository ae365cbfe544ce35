"""Speaking and listening on the guest page, in a real Chromium with a microphone that beeps.

The recording, its upload and the page are real. Voices and the browser's own recogniser,
which a headless Chromium has not got, are stood in for by `fake_speech.js`.
"""

from __future__ import annotations

import contextlib
import json
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.browser.chromium import FAKE_MICROPHONE, launch
from tests.browser.guest_page import DESK, PHONE, bubble, join
from tests.browser.puppet import WITHIN
from tests.browser.room_server import serving
from ui.guest import strings

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
FAKE = Path(__file__).with_name("fake_speech.js").read_text("utf-8")
LAN = "parley.test"
RESOLVE = f"--host-resolver-rules=MAP {LAN} 127.0.0.1"
LOUD = """meter => new Promise(done => {
    const level = () => meter.style.getPropertyValue("--level");
    const look = () => level() > 0.2 ? done() : requestAnimationFrame(look);
    look();
})"""
WORDS = strings.load("en")
VOICES = [
    {"name": "Samantha", "lang": "en-US", "localService": True, "default": True},
    {"name": "Kate", "lang": "en-GB", "localService": True},
    {"name": "Luciana", "lang": "pt_BR", "localService": True},
]


@pytest.fixture(scope="module")
def server():
    with serving(gradio=False) as running_server:
        yield running_server


@pytest.fixture
def room(server):
    fresh = server.fresh()
    fresh.recording_seconds = 300
    return fresh


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium():
    """One that has a microphone; one that has none starts a page in a quarter of the time."""
    async with async_playwright() as playwright:
        browser = await launch(playwright, FAKE_MICROPHONE, RESOLVE)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deaf():
    async with async_playwright() as playwright:
        browser = await launch(playwright, RESOLVE)
        yield browser
        await browser.close()


@pytest.fixture
def window(chromium):
    """Opens a browser of its own that has what is said; a microphone is allowed or not."""
    return partial(opened, chromium)


@pytest.fixture
def deaf_window(deaf):
    """The same without a microphone."""
    return partial(opened, deaf)


@contextlib.asynccontextmanager
async def opened(
    chromium, locale="en-US", *, microphone=True, size=PHONE, voices=None, dictation=False
):
    allowed = ["microphone"] if microphone else []
    context = await chromium.new_context(locale=locale, permissions=allowed, **size)
    has = json.dumps({"voices": voices, "recognition": dictation})
    await context.add_init_script(f"window.fakeSpeech = {has};\n{FAKE}")
    page = await context.new_page()
    page.set_default_timeout(WITHIN * 1000)
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    assert not complaints


def mic(page):
    return page.locator(".composer .mic")


def strip(page):
    return page.locator(".composer .strip")


def typed(page):
    return page.locator(".composer textarea")


def notice(page):
    return page.locator(".notice")


async def spoken(page):
    return [one["text"] for one in await page.evaluate("fakeSpeech.spoken")]


async def hears(page, *texts):
    await page.evaluate("texts => fakeSpeech.recognitions.at(-1).hear(...texts)", list(texts))


async def speak(page):
    """Press the microphone, be heard for a moment, press it again."""
    await mic(page).click()
    await expect(strip(page)).to_have_attribute("data-state", "listening")
    await page.locator(".meter").evaluate(LOUD)
    await mic(page).click()


class TestSpeaking:
    async def test_lands_in_the_input_to_be_corrected(self, server, room, window):
        room.transcripts = ["Where is the station?"]
        async with window() as page:
            await join(page, server)
            await typed(page).fill("Hello!")
            await speak(page)
            await expect(typed(page)).to_have_value("Hello! Where is the station?")
            await expect(typed(page)).to_be_focused()
            await expect(strip(page)).to_be_hidden()
            (sent,) = room.recordings
            assert (sent["participant"], sent["language"]) == ("secret-person-0", "en")
            assert sent["name"] == "voice.webm"
            assert sent["audio"][:4] == b"\x1aE\xdf\xa3"  # a WebM file
            assert not [frame for frame in room.frames if "say" in frame]

    async def test_goes_in_where_the_cursor_is(self, server, room, window):
        room.transcripts = ["big"]
        async with window() as page:
            await join(page, server)
            await typed(page).fill("a house")
            await typed(page).evaluate("area => area.setSelectionRange(1, 1)")
            await speak(page)
            await expect(typed(page)).to_have_value("a big house")

    async def test_shows_that_it_listens_and_for_how_long(self, server, room, window):
        async with window() as page:
            await join(page, server)
            await mic(page).click()
            await expect(mic(page)).to_have_attribute("aria-pressed", "true")
            await expect(page.locator(".line-of-voice")).to_have_text(WORDS["voice.listening"])
            await expect(page.locator(".clock")).to_have_text("0:01")

    async def test_escape_discards_it(self, server, room, window):
        async with window(size=DESK) as page:
            await join(page, server)
            await mic(page).click()
            await expect(strip(page)).to_have_attribute("data-state", "listening")
            await page.keyboard.press("Escape")
            await expect(strip(page)).to_be_hidden()
            await expect(mic(page)).to_have_attribute("aria-pressed", "false")
            assert not room.recordings

    async def test_ends_by_itself_after_the_longest_time(self, server, room, window):
        room.recording_seconds, room.transcripts = 1, ["Short."]
        async with window() as page:
            await join(page, server)
            await mic(page).click()
            await expect(typed(page)).to_have_value("Short.")

    async def test_can_be_discarded_while_it_is_written_down(self, server, room, window):
        room.transcripts = ["Never seen."]
        room.may_answer.clear()
        async with window() as page:
            await join(page, server)
            await speak(page)
            await expect(strip(page)).to_have_attribute("data-state", "writing")
            await page.get_by_role("button", name=WORDS["voice.cancel"]).click()
            room.may_answer.set()
            await expect(strip(page)).to_be_hidden()
            await expect(typed(page)).to_have_value("")

    @pytest.mark.parametrize(
        ("status", "code", "sentence"),
        [(502, "bad_key", "voice.failed"), (503, "rate_limited", "voice.failed"),
         (429, "too_fast", "error.too_fast"), (500, "error", "voice.failed")],
    )  # fmt: skip
    async def test_a_failure_keeps_what_was_said(
        self, server, room, window, status, code, sentence
    ):
        room.transcripts = [(status, code), "At last."]
        async with window() as page:
            await join(page, server)
            await speak(page)
            await expect(page.locator(".line-of-voice")).to_have_text(WORDS[sentence])
            await strip(page).get_by_role("button", name=WORDS["message.retry"]).click()
            await expect(typed(page)).to_have_value("At last.")
            assert room.recordings[0]["audio"] == room.recordings[1]["audio"]

    @pytest.mark.parametrize(
        ("status", "code", "sentence"),
        [(422, "no_speech", "voice.nothing"), (413, "too_long", "voice.too_long")],
    )
    async def test_what_cannot_be_written_down_is_said_in_the_readers_language(
        self, server, room, window, status, code, sentence
    ):
        room.transcripts = [(status, code)]
        async with window("ja-JP") as page:
            await join(page, server)
            await speak(page)
            await expect(notice(page)).to_have_text(strings.load("ja")[sentence])
            await expect(strip(page)).to_be_hidden()
            await expect(mic(page)).to_be_visible()

    async def test_a_server_that_cannot_after_all_is_asked_no_more(self, server, room, window):
        room.transcripts = [(502, "no_transcription")]
        async with window() as page:
            await join(page, server)
            await speak(page)
            await expect(notice(page)).to_have_text(WORDS["voice.unavailable"])
            await expect(mic(page)).to_be_hidden()

    async def test_a_denied_microphone_is_said_once_and_typing_goes_on(self, server, room, window):
        async with window("ar-EG", microphone=False) as page:
            await join(page, server)
            await mic(page).click()
            await expect(notice(page)).to_have_text(strings.load("ar")["voice.denied"])
            await expect(mic(page)).to_be_hidden()
            await typed(page).fill("مرحبا")
            await page.locator(".composer .send").click()
            await expect(bubble(page, "مرحبا")).to_be_visible()
            await page.context.grant_permissions(["microphone"])
            await expect(mic(page)).to_be_visible()

    async def test_no_microphone_at_all_is_said(self, server, room, window):
        async with window() as page:
            await page.add_init_script(
                "navigator.mediaDevices.getUserMedia = () =>"
                " Promise.reject(new DOMException('none', 'NotFoundError'))"
            )
            await join(page, server)
            await mic(page).click()
            await expect(notice(page)).to_have_text(WORDS["voice.no_microphone"])

    async def test_an_address_without_https_offers_nothing_that_cannot_work(
        self, server, room, window
    ):
        async with window(dictation=True) as page:
            # As a guest in the same network comes: to Chromium this name is not this machine.
            await join(page, server, address=server.page.replace("localhost", LAN))
            assert not await page.evaluate("isSecureContext")
            await expect(mic(page)).to_be_hidden()
            await expect(typed(page)).to_be_enabled()

    async def test_has_a_large_enough_place_to_press(self, server, room, window):
        async with window() as page:
            await join(page, server)
            box = await mic(page).bounding_box()
            assert box["width"] >= 44 and box["height"] >= 44


class TestDictation:
    async def test_the_browser_listens_where_no_server_does(self, server, room, deaf_window):
        room.recording_seconds = 0
        async with deaf_window("pt-PT", dictation=True) as page:
            await join(page, server)
            await mic(page).click()
            await expect(strip(page)).to_have_attribute("data-state", "listening")
            assert await page.evaluate("fakeSpeech.recognitions[0].lang") == "pt-PT"
            await hears(page, "Onde fica")
            await expect(page.locator(".line-of-voice")).to_have_text("Onde fica")
            await hears(page, "Onde fica ", "a estação?")
            await mic(page).click()
            await expect(typed(page)).to_have_value("Onde fica a estação?")

    @pytest.mark.parametrize(
        ("error", "sentence"),
        [("not-allowed", "voice.denied"), ("no-speech", "voice.nothing"),
         ("audio-capture", "voice.no_microphone"), ("network", "voice.unavailable")],
    )  # fmt: skip
    async def test_its_failures_are_said(self, server, room, deaf_window, error, sentence):
        room.recording_seconds = 0
        async with deaf_window(dictation=True) as page:
            await join(page, server)
            await mic(page).click()
            await page.evaluate("error => fakeSpeech.recognitions[0].fail(error)", error)
            await expect(notice(page)).to_have_text(WORDS[sentence])
            await expect(typed(page)).to_be_enabled()

    async def test_there_is_no_button_where_nobody_listens(self, server, room, deaf_window):
        room.recording_seconds = 0
        async with deaf_window() as page:
            await join(page, server)
            await expect(mic(page)).to_be_hidden()


class TestReadingAloud:
    async def test_a_message_is_read_as_it_is_shown(self, server, room, deaf_window):
        host = room.person("Bob", "pt", host=True)
        message = room.message(host, "Olá a todos!", "pt")
        room.translation(message, "Hello everyone! See `x` at https://example.org/a.", "en")
        async with deaf_window("en-GB", voices=VOICES) as page:
            await join(page, server)
            button = bubble(page, "Hello everyone").get_by_role("button", name=WORDS["voice.read"])
            await button.click()
            await expect(button).to_have_attribute("aria-pressed", "true")
            assert await page.evaluate("fakeSpeech.spoken") == [
                {"text": "Hello everyone!", "voice": "Kate", "lang": "en-GB"}
            ]
            await page.evaluate("fakeSpeech.finish()")
            assert (await spoken(page))[-1] == "See x at example.org."
            await page.evaluate("fakeSpeech.finish()")
            await expect(button).to_have_attribute("aria-pressed", "false")

    async def test_pressing_again_stops(self, server, room, deaf_window):
        room.message(room.person("Bob", "en"), "A long story. With an end.")
        async with deaf_window(voices=VOICES) as page:
            await join(page, server)
            button = page.get_by_role("button", name=WORDS["voice.read"]).last
            await button.click()
            await button.click()
            await expect(button).to_have_attribute("aria-pressed", "false")
            assert await page.evaluate("fakeSpeech.active") is None
            assert await spoken(page) == ["A long story."]

    async def test_the_original_is_read_where_there_is_no_translation(
        self, server, room, deaf_window
    ):
        room.message(room.person("Bob", "pt"), "Bom dia", "pt")
        async with deaf_window(voices=VOICES) as page:
            await join(page, server)
            await bubble(page, "Bom dia").get_by_role("button", name=WORDS["voice.read"]).click()
            assert (await page.evaluate("fakeSpeech.spoken"))[0]["voice"] == "Luciana"

    async def test_no_button_without_a_voice_until_there_is_one(self, server, room, deaf_window):
        room.message(room.person("Bob", "en"), "Good morning")
        async with deaf_window(voices=[]) as page:
            await join(page, server)
            await expect(bubble(page, "Good morning").locator(".speak")).to_be_hidden()
            await expect(page.locator(".header .aloud")).to_be_hidden()
            await page.evaluate("voices => fakeSpeech.bring(voices)", VOICES)
            await expect(bubble(page, "Good morning").locator(".speak")).to_be_visible()
            await expect(page.locator(".header .aloud")).to_be_visible()

    async def test_a_browser_that_does_not_speak_has_no_buttons(self, server, room, deaf_window):
        room.message(room.person("Bob", "en"), "Good morning")
        async with deaf_window() as page:
            await join(page, server)
            await expect(page.locator(".speak:visible, .aloud:visible")).to_have_count(0)

    async def test_new_messages_are_read_in_turn_once_translated(self, server, room, deaf_window):
        host = room.person("Bob", "pt", host=True)
        room.message(host, "Said before", "en")
        async with deaf_window(voices=VOICES) as page:
            await join(page, server)
            switch = page.get_by_role("button", name=WORDS["voice.read_all"])
            await expect(switch).to_have_attribute("aria-pressed", "false")
            await switch.click()
            await expect(switch).to_have_attribute("aria-pressed", "true")
            message = room.message(host, "Bom dia", "pt")
            room.translation(message, "Good", "en", final=False)
            await expect(bubble(page, "Good")).to_be_visible()
            assert await spoken(page) == []
            room.translation(message, "Good morning", "en")
            room.message(host, "How are you?")
            await expect(bubble(page, "How are you?")).to_be_visible()
            assert await spoken(page) == ["Good morning"]
            await page.evaluate("fakeSpeech.finish()")
            assert await spoken(page) == ["Good morning", "How are you?"]
            await typed(page).fill("My own words")
            await page.locator(".composer .send").click()
            await expect(page.locator(".mine")).to_have_count(1)
            await page.evaluate("fakeSpeech.finish()")
            assert len(await spoken(page)) == 2

    async def test_the_switch_is_remembered_and_switches_off(self, server, room, deaf_window):
        host = room.person("Bob", "en", host=True)
        async with deaf_window(voices=VOICES) as page:
            await join(page, server)
            switch = page.get_by_role("button", name=WORDS["voice.read_all"])
            await switch.click()
            await page.reload()
            await expect(switch).to_have_attribute("aria-pressed", "true")
            await page.evaluate("fakeSpeech.refuse = 'not-allowed'")
            room.message(host, "Hello")
            await expect(bubble(page, "Hello")).to_be_visible()
            await page.evaluate("fakeSpeech.refuse = null")
            await page.locator(".scroller").click()
            assert await spoken(page) == ["Hello"]
            await switch.click()
            assert await page.evaluate("fakeSpeech.active") is None
            room.message(host, "Unheard")
            await expect(bubble(page, "Unheard")).to_be_visible()
            assert await spoken(page) == ["Hello"]

    async def test_the_voice_is_quiet_while_the_microphone_listens(self, server, room, window):
        host = room.person("Bob", "en", host=True)
        async with window(voices=VOICES) as page:
            await join(page, server)
            await page.get_by_role("button", name=WORDS["voice.read_all"]).click()
            await mic(page).click()
            await expect(strip(page)).to_have_attribute("data-state", "listening")
            room.message(host, "Wait for me")
            await expect(bubble(page, "Wait for me")).to_be_visible()
            assert await spoken(page) == []
            await page.keyboard.press("Escape")
            await expect(strip(page)).to_be_hidden()
            assert await spoken(page) == ["Wait for me"]

    async def test_what_was_missed_is_read_but_not_what_was_known(self, server, room, deaf_window):
        host = room.person("Bob", "en", host=True)
        room.message(host, "Long known")
        async with deaf_window(voices=VOICES) as page:
            await join(page, server)
            await page.get_by_role("button", name=WORDS["voice.read_all"]).click()
            room.cut()
            room.message(host, "While you were away")
            await expect(bubble(page, "While you were away")).to_be_visible()
            assert await spoken(page) == ["While you were away"]
