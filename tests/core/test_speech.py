"""Speech to text through a real HTTP server: what it is asked, and what its failures mean."""

import io
import wave
from contextlib import asynccontextmanager

import pytest

from core.errors import (
    BadKey,
    NoSpeech,
    NoTranscription,
    ProviderError,
    RateLimited,
    TooLong,
    UnknownModel,
    Unreachable,
)
from core.preferences import Preferences
from core.providers.registry import Providers
from core.settings import Settings
from core.speech import LARGEST_RECORDING, Speech
from tests.misbehaving_server import Answer, MisbehavingServer
from tests.speech_server import speech_server


@pytest.fixture(scope="module")
def running_server():
    with speech_server() as server:
        yield server


@pytest.fixture
def server(running_server):
    return running_server.reset()


def settings(url, **more):
    return Settings(**{"openai_base_url": url, "openai_api_key": "sk-test-secret", **more})


@asynccontextmanager
async def speaking(chosen):
    preferences = Preferences(chosen)
    speech = Speech(preferences, Providers(preferences))
    yield speech
    await speech.close()


@pytest.fixture
async def speech(server):
    async with speaking(settings(server.url)) as opened:
        yield opened


def silence(seconds=0.2):
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(bytes(int(seconds * 32000)))
    return file.getvalue()


async def test_the_recording_arrives_whole_with_model_language_and_key(speech, server):
    audio = silence()
    assert await speech.transcribe(audio, "voice.wav", "pt-BR") == "Where is the station?"
    (asked,) = server.asked
    assert (asked.audio, asked.filename) == (audio, "voice.wav")
    assert asked.kind in ("audio/wav", "audio/x-wav")
    assert asked.fields["model"] == "whisper-1"
    assert asked.fields["language"] == "pt"
    assert asked.authorization == "Bearer sk-test-secret"


async def test_a_server_without_a_key_is_sent_none(server):
    async with speaking(settings(server.url, openai_api_key=None)) as speech:
        await speech.transcribe(silence(), "voice.webm")
    assert server.asked[0].authorization is None
    assert "language" not in server.asked[0].fields


@pytest.mark.parametrize("text", ["", "  ", " . ", "…"])
async def test_silence_is_an_error_of_its_own(speech, server, text):
    server.says = text
    with pytest.raises(NoSpeech):
        await speech.transcribe(silence(), "voice.wav")


async def test_no_recording_is_not_sent(speech, server):
    with pytest.raises(NoSpeech):
        await speech.transcribe(b"", "voice.wav")
    assert not server.asked


async def test_too_much_is_not_sent(speech, server):
    with pytest.raises(TooLong):
        await speech.transcribe(bytes(LARGEST_RECORDING + 1), "voice.wav")
    assert not server.asked


@pytest.mark.parametrize(
    ("status", "message", "code", "kind"),
    [
        (401, "Incorrect API key provided: sk-test-secret", "invalid_api_key", BadKey),
        (429, "Slow down", "rate_limit_exceeded", RateLimited),
        (404, "The model `whisper-1` does not exist", "model_not_found", UnknownModel),
        (404, "Not Found", None, NoTranscription),
        (413, "Too large", None, TooLong),
        (400, "Audio file is too short. Minimum audio length is 0.1 seconds.", None, NoSpeech),
        (500, "Oops", None, ProviderError),
    ],
)
async def test_a_failure_is_one_of_ours(speech, server, status, message, code, kind):
    server.fails(status, message, code)
    with pytest.raises(kind) as caught:
        await speech.transcribe(silence(), "voice.wav")
    assert "sk-test-secret" not in str(caught.value)


async def test_a_server_that_has_no_such_thing_is_not_offered_again(speech, server):
    assert speech.available()
    server.fails(404, "Not Found")
    with pytest.raises(NoTranscription):
        await speech.transcribe(silence(), "voice.wav")
    assert not speech.available()


@pytest.mark.parametrize("body", ["<html>Log in</html>", '{"words": 3}', "[1, 2", '{"text": 5}'])
@pytest.mark.parametrize("kind", ["application/json", "text/html"])
async def test_garbage_is_not_taken_for_words(speech, server, body, kind):
    server.body, server.headers = body, {"content-type": kind}
    with pytest.raises(Unreachable):
        await speech.transcribe(silence(), "voice.wav")


async def test_a_language_the_model_does_not_know_is_left_for_it_to_guess(speech, server):
    server.fails(400, "Invalid language 'cy'")
    with pytest.raises(ProviderError):
        await speech.transcribe(silence(), "voice.wav", "cy")
    assert [one.fields.get("language") for one in server.asked] == ["cy", None]


async def test_a_dropped_connection_is_said():
    async with (
        MisbehavingServer(Answer(then="drop")) as dropping,
        speaking(settings(dropping.url)) as speech,
    ):
        with pytest.raises(Unreachable):
            await speech.transcribe(silence(), "voice.wav")


async def test_nothing_is_written_down_where_nothing_is_configured():
    async with speaking(Settings()) as speech:
        assert not speech.available()
        with pytest.raises(NoTranscription):
            await speech.transcribe(silence(), "voice.wav")


async def test_a_provider_and_a_model_can_be_named(server):
    named = {"speech_provider": "custom", "speech_model": "large", "custom_base_url": server.url}
    async with speaking(settings("http://127.0.0.1:9/v1", **named)) as speech:
        await speech.transcribe(silence(), "voice.wav")
    assert server.asked[0].fields["model"] == "large"


async def test_the_next_provider_takes_over_from_one_that_cannot(server):
    async with (
        MisbehavingServer(Answer(b"{}", 404)) as other,
        speaking(settings(other.url, custom_base_url=server.url)) as speech,
    ):
        with pytest.raises(NoTranscription):
            await speech.transcribe(silence(), "voice.wav")
        assert speech.available()
        assert await speech.transcribe(silence(), "voice.wav") == server.says


@pytest.mark.parametrize(
    ("key", "model"),
    [("openai_api_key", "gpt-4o-mini-transcribe"), ("groq_api_key", "whisper-large-v3-turbo")],
)
async def test_a_provider_has_a_model_of_its_own(key, model):
    async with speaking(Settings(**{key: "sk-test"})) as speech:
        assert speech._way()[1] == model


@pytest.mark.parametrize("named", ["builtin", "anthropic"])
async def test_naming_one_that_cannot_offers_nothing(named):
    async with speaking(Settings(openai_api_key="sk-test", speech_provider=named)) as speech:
        assert not speech.available()
