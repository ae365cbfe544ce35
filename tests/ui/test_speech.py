"""Speech to text over HTTP: who may, how much, and what a failure tells."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from core.app import open_app
from tests.speech_server import speech_server
from tests.ui.running import raw
from tests.ui.serving import serving, socket
from ui.api.rest import LARGEST_BODY
from ui.guest_door import LARGEST_RECORDING, GuestDoor

SOUND = b"RIFF....WAVEfmt "


@pytest.fixture(scope="module")
def running_server():
    with speech_server() as server:
        yield server


@pytest.fixture
def server(running_server):
    return running_server.reset()


@pytest.fixture
async def app(make_settings, server):
    chosen = make_settings(openai_base_url=server.url, guest_messages_per_minute=3)
    async with open_app(chosen) as opened:
        yield opened


@pytest.fixture
async def host(app, host_apis):
    api, _ = host_apis
    api.state.core = app
    async with client_of(Starlette(routes=[Mount("/api", app=api)])) as client:
        yield client


@pytest.fixture
async def guests(app):
    async def core():
        return app

    async with client_of(GuestDoor(core)) as client:
        yield client


@pytest.fixture
async def room(app):
    return await app.rooms.create(app.host_id, "Kitchen", "en")


@pytest.fixture
async def ana(app, room):
    """What lets Ana, who is in the room, have her words written down."""
    _, secret = await app.rooms.join(room.token, "Ana", "pt")
    return {"url": f"/voice/{room.token}", "headers": {"X-Participant": secret}}


@asynccontextmanager
async def client_of(application):
    async with (
        serving(application) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as client,
    ):
        yield client


def recording(sound=SOUND, name="voice.webm"):
    return {"file": (name, sound, "audio/webm")}


async def pieces(size, boundary="x"):
    """A multipart body with a file of `size` bytes, without saying how long it is."""
    yield (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="v.webm"\r\n\r\n'
    ).encode()
    for _ in range(size // 65536 + 1):
        yield bytes(65536)
    yield f"\r\n--{boundary}--\r\n".encode()


class TestHost:
    URL = "/api/speech/transcriptions"

    async def test_hears_what_was_said(self, host, server):
        said = await host.post(self.URL, files=recording(), data={"language": "pt-BR"})
        assert (said.status_code, said.json()) == (200, {"text": "Where is the station?"})
        (asked,) = server.asked
        assert (asked.audio, asked.fields["language"]) == (SOUND, "pt")

    @pytest.mark.parametrize(
        ("status", "message", "code"),
        [(401, "Wrong api key", "bad_key"), (429, "Slow down", "rate_limited"),
         (404, "Not Found", "no_transcription"), (500, "Oops", "provider")],
    )  # fmt: skip
    async def test_is_told_what_failed_and_what_to_do(self, host, server, status, message, code):
        server.fails(status, message)
        answer = await host.post(self.URL, files=recording())
        assert answer.json()["code"] == code
        assert answer.status_code in (502, 503)

    async def test_is_told_of_silence(self, host, server):
        server.says = " "
        answer = await host.post(self.URL, files=recording())
        assert (answer.status_code, answer.json()["code"]) == (422, "no_speech")

    async def test_cannot_send_too_much(self, host, server):
        kind = {"content-type": "multipart/form-data; boundary=x"}
        answer = await host.post(self.URL, content=pieces(LARGEST_BODY), headers=kind)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_long")
        assert not server.asked

    async def test_is_refused_before_sending_what_is_declared_too_much(self, host, server):
        declared = f"POST {self.URL} HTTP/1.1\nHost: h\nContent-Length: {LARGEST_BODY + 1}\n\nx"
        answer = await asyncio.to_thread(raw, host.base_url.port, declared)
        assert answer.startswith("HTTP/1.1 413")


class TestGuest:
    async def test_hears_what_was_said(self, guests, ana, server):
        said = await guests.post(**ana, files=recording(), data={"language": "pt"})
        assert (said.status_code, said.json()) == (200, {"text": "Where is the station?"})
        assert server.asked[0].audio == SOUND

    @pytest.mark.parametrize("secret", ["", "wrong"])
    async def test_must_be_in_the_room(self, guests, ana, server, secret):
        answer = await guests.post(ana["url"], headers={"X-Participant": secret}, files=recording())
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert not server.asked

    async def test_must_be_in_this_very_room(self, guests, ana, app, server):
        other = await app.rooms.create(app.host_id, "Cellar", "en")
        url = f"/voice/{other.token}"
        answer = await guests.post(url, headers=ana["headers"], files=recording())
        assert answer.status_code == 404
        assert not server.asked

    async def test_reaches_nothing_of_the_hosts_with_it(self, guests, ana):
        for path in ("/api/speech/transcriptions", "/speech/transcriptions"):
            answer = await guests.post(path, headers=ana["headers"], files=recording())
            assert answer.status_code in (404, 503)

    async def test_is_not_told_how_the_host_has_set_things_up(self, guests, ana, server):
        server.fails(401, "Wrong api key")
        answer = await guests.post(**ana, files=recording())
        assert answer.json()["code"] == "bad_key"
        assert "OPENAI_API_KEY" not in answer.text
        assert "127.0.0.1" not in answer.text

    async def test_says_so_much_a_minute(self, guests, ana):
        answers = [await guests.post(**ana, files=recording()) for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert answers[-1].json()["code"] == "too_fast"

    async def test_says_one_thing_at_a_time(self, guests, ana, server):
        server.gate.clear()
        first = asyncio.create_task(guests.post(**ana, files=recording()))
        while not server.asked:
            await asyncio.sleep(0)
        second = await guests.post(**ana, files=recording())
        assert (second.status_code, second.json()["code"]) == (409, "busy")
        server.gate.set()
        assert (await first).status_code == 200

    async def test_cannot_send_too_much(self, guests, ana, server):
        kind = {"content-type": "multipart/form-data; boundary=x"}
        answer = await guests.post(
            ana["url"], headers=ana["headers"] | kind, content=pieces(LARGEST_RECORDING)
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too_long")
        assert not server.asked

    @pytest.mark.parametrize("body", [{}, {"data": {"file": "no file"}}, {"content": b"noise"}])
    async def test_must_send_a_recording(self, guests, ana, body):
        assert (await guests.post(**ana, **body)).status_code == 422

    async def test_is_told_on_joining_whether_it_is_there(self, app, guests, room, ana, server):
        assert await self.seconds_told(guests, room) == 300
        server.fails(404, "Not Found")
        await guests.post(**ana, files=recording())
        assert await self.seconds_told(guests, room) == 0

    async def seconds_told(self, guests, room):
        address = guests.base_url.netloc.decode()
        async with socket(address, f"/ws/rooms/{room.token}") as window:
            await window.send(join={"name": "Bo", "language": "da"})
            joined = (await window.until(event="joined"))[-1]
        return joined["limits"]["recording_seconds"]
