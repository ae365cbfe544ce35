"""Speaking and listening on the host's pages: a whole Parley, a real microphone's beep, a real
server that writes down speech."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import FAKE_MICROPHONE, FLAGS, find
from tests.browser.host_page import answered, last, press, typing
from tests.browser.puppet import WITHIN, Puppet
from tests.speech_server import SpeechServer, speech_server
from tests.ui.running import Running, running

pytestmark = pytest.mark.browser
FAKE = Path(__file__).with_name("fake_speech.js").read_text("utf-8")
VOICES = [
    {"name": "Samantha", "lang": "en-US", "localService": True},
    {"name": "Thomas", "lang": "fr-FR", "localService": True},
]


@pytest.fixture(scope="module")
def running_speech() -> Iterator[SpeechServer]:
    with speech_server() as server:
        yield server


@pytest.fixture
def speech(running_speech: SpeechServer) -> SpeechServer:
    return running_speech.reset()


@pytest.fixture(scope="module")
def parley(
    model: Puppet,
    running_speech: SpeechServer,
    database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    with running(
        tmp_path_factory.mktemp("parley"),
        OPENAI_BASE_URL=f"http://127.0.0.1:{model.port}/v1",
        AI_MODEL="puppet",
        CUSTOM_BASE_URL=running_speech.url,
        SPEECH_PROVIDER="custom",
        DATABASE_URL=database,
        TRANSLATION_ENGINE="local",
    ) as process:
        yield process


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find(whole=True), args=[*FLAGS, FAKE_MICROPHONE]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, parley: Running) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, permissions=["microphone"], locale="en-US"
    )
    context.set_default_timeout(WITHIN * 1000)
    context.add_init_script(f"window.fakeSpeech = {json.dumps({'voices': VOICES})};\n{FAKE}")
    opened = context.new_page()
    opened.goto(parley.host)
    expect(typing(opened)).to_be_enabled()
    yield opened
    context.close()


def speak(page: Page) -> None:
    """Record a moment in the chat input and hand it in."""
    page.locator(".composer .mic").click()
    expect(page.locator(".strip")).to_have_attribute("data-state", "listening")
    page.locator(".composer .mic").click()


def test_what_is_spoken_becomes_a_draft(page: Page, speech: SpeechServer) -> None:
    typing(page).fill("Tell me:")
    speak(page)
    expect(typing(page)).to_have_value("Tell me: Where is the station?")
    expect(typing(page)).to_be_enabled()
    (asked,) = speech.asked
    assert asked.audio[:4] == b"\x1aE\xdf\xa3"
    assert asked.fields["model"] == "whisper-1"
    assert "language" not in asked.fields


def test_a_failure_is_said_and_typing_goes_on(
    page: Page, speech: SpeechServer, model: Puppet
) -> None:
    speech.fails(401, "Incorrect API key", "invalid_api_key")
    speak(page)
    expect(page.locator(".strip")).to_contain_text("could not be written down")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.get_by_role("button", name="Discard what was said").click()
    answered(page, model, "Typed instead", "Fine.")


def test_a_message_is_read_aloud_in_its_language_and_stops(page: Page, model: Puppet) -> None:
    answered(page, model, "En français ?", "Bonjour, comment allez-vous ? Il fait beau ce matin.")
    last(page).hover()
    press(page, "Read aloud")
    expect(last(page).get_by_role("button", name="Stop reading")).to_be_visible()
    assert page.evaluate("fakeSpeech.spoken") == [
        {"text": "Bonjour, comment allez-vous ?", "voice": "Thomas", "lang": "fr-FR"}
    ]
    press(page, "Stop reading")
    expect(last(page).get_by_role("button", name="Read aloud")).to_be_visible()
    assert page.evaluate("fakeSpeech.active") is None


def test_the_host_speaks_in_a_room_and_a_guest_too(
    page: Page, parley: Running, speech: SpeechServer
) -> None:
    room = httpx.post(f"{parley.host}/api/rooms", json={"name": "Kitchen", "language": "en"}).json()
    parley.guests_are_served(room["token"])
    page.goto(f"{parley.host}/rooms?room={room['id']}")
    in_room(page, speech, "Good morning from the host")
    guest = page.context.new_page()
    guest.goto(f"{parley.guests}/s/{room['token']}")
    guest.locator(".join-form input").fill("Ana")
    guest.locator(".join-form .primary").click()
    in_room(guest, speech, "And from me")
    assert [one.fields["language"] for one in speech.asked] == ["en", "en"]


def in_room(page: Page, speech: SpeechServer, words: str) -> None:
    speech.says = words
    page.locator(".composer .mic").click()
    expect(page.locator(".strip")).to_have_attribute("data-state", "listening")
    page.locator(".composer .mic").click()
    expect(page.locator(".composer textarea")).to_have_value(words)


def test_the_browser_recognises_speech_where_no_provider_does(
    browser: Browser, tmp_path: Path
) -> None:
    with running(tmp_path / "data", FIND_LOCAL_SERVERS="false") as alone:
        page = browser.new_page()
        page.add_init_script(f"window.fakeSpeech = {{recognition: true}};\n{FAKE}")
        page.goto(alone.host)
        typing(page).fill("Tell me:")
        speak = page.get_by_role("button", name="Speak instead of typing")
        speak.click()
        expect(page.get_by_text("Listening…")).to_be_visible()
        page.evaluate("fakeSpeech.recognitions[0].fail('not-allowed')")
        expect(page.get_by_text("The microphone is not allowed here")).to_be_visible()
        expect(typing(page)).to_have_value("Tell me:")
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
        speak.click()
        expect(page.get_by_text("Listening…")).to_be_visible()
        page.evaluate("fakeSpeech.recognitions[1].hear('where is the station')")
        speak.click()
        expect(typing(page)).to_have_value("Tell me: where is the station")
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
        page.close()
