"""The two doors of a running Parley: who gets in where, and who does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import websockets

from tests.ui.running import Running, raw, running

UPGRADE = (
    "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"
)


@pytest.fixture(scope="module")
def parley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("parley") / "data") as parley:
        yield parley


@pytest.fixture(scope="module")
def room(parley: Running) -> dict[str, str]:
    new = {"name": "Kitchen", "language": "en"}
    made: dict[str, str] = httpx.post(f"{parley.host}/api/rooms", json=new, timeout=60).json()
    return made


class TestHostDoor:
    def test_answers_with_pages_api_and_docs(self, parley: Running) -> None:
        with httpx.Client(base_url=parley.host, timeout=60) as http:
            for path in ("/", "/rooms", "/api/health", "/api/docs", "/api/openapi.json"):
                assert http.get(path).status_code == 200, path
            missing = http.get("/api/nothing")
            assert (missing.status_code, missing.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize("path", ["/", "/_stcore/health", "/api/health", "/static/x.js"])
    def test_refuses_a_name_that_is_not_its_own(self, parley: Running, path: str) -> None:
        ask = f"GET {path} HTTP/1.1\nHost: {{}}\nConnection: close\n\n"
        for host in ("evil.example", f"evil.example:{parley.host_port}", "192.168.1.5", ""):
            assert " 403 " in raw(parley.host_port, ask.format(host)).split("\r\n")[0], host
        assert " 403 " in raw(parley.host_port, ask.format("localhost\nHost: evil.example"))

    @pytest.mark.parametrize("path", ["/_stcore/stream", "/ws/chat", f"/ws/rooms/{UUID(int=0)}"])
    def test_refuses_websockets_of_other_sites(self, parley: Running, path: str) -> None:
        here = f"127.0.0.1:{parley.host_port}"
        ask = f"GET {path} HTTP/1.1\nHost: {here}\n{UPGRADE}Origin: {{}}\n\n"
        for origin in ("https://evil.example", "http://127.0.0.1:1", "http://localhost", "null"):
            answer = raw(parley.host_port, ask.format(origin))
            assert " 403 " in answer.split("\r\n")[0], (origin, answer)
        own = raw(parley.host_port, ask.format(f"http://{here}"))
        assert " 101 " in own.split("\r\n")[0], own

    def test_refuses_changes_asked_for_by_other_sites(self, parley: Running) -> None:
        new = {"name": "Theirs", "language": "en"}
        with httpx.Client(base_url=parley.host, timeout=60) as http:
            before = http.get("/api/rooms").json()
            for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
                assert http.post("/api/rooms", json=new, headers=headers).status_code == 403
            assert http.get("/api/rooms").json() == before

    def test_sends_security_headers(self, parley: Running) -> None:
        for url in (parley.host, f"{parley.host}/api/docs", f"{parley.guests}/s/x"):
            headers = httpx.get(url, timeout=60).headers
            assert headers["x-content-type-options"] == "nosniff", url
            assert headers["referrer-policy"] == "no-referrer", url
            assert "frame-ancestors 'self'" in headers["content-security-policy"], url
            assert "server" not in headers


HOSTS_OWN = [
    "/api/health", "/api/conversations", "/api/rooms", "/api/docs", "/api/openapi.json",
    "/_stcore/health", "/_stcore/host-config", "/_stcore/metrics", "/media/x", "/component/x",
    "/v1/models", "/docs", "/redoc", "/openapi.json", "/login", "/static/js/index.js",
    "/ws/chat", "/ws/../api/health", "/s/../api/health", "/s/..%2fapi/health",
    "/s/%2e%2e/api/health", "/s/x/../../api/health", "//api/health", "/./api/health",
    "/live/../../app.py", "/live/..%2f..%2fapp.py", "/live/%2e%2e/%2e%2e/core/settings.py",
    "/gradio/file=/etc/passwd", "/gradio/gradio_api/file=/etc/passwd", "/gradio/config",
    "/gradio_api/info", "/gradio/gradio_api/info", "/gradio/gradio_api/upload",
    "/gradio/monitoring", "/config", "/monitoring/summary", "http://127.0.0.1:8501/api/health",
]  # fmt: skip


@pytest.fixture(scope="module")
def ready(parley: Running, room: dict[str, str]) -> Running:
    """Parley with the guest page made."""
    parley.guests_are_served(room["token"])
    return parley


class TestGuestDoor:
    @pytest.mark.parametrize("path", HOSTS_OWN)
    def test_serves_nothing_of_the_host(self, ready: Running, path: str) -> None:
        for method in ("GET", "POST"):
            ask = f"{method} {path} HTTP/1.1\nHost: x\nContent-Length: 0\nConnection: close\n\n"
            answer = raw(ready.guest_port, ask)
            status = answer.split(" ")[1]
            assert status in ("400", "403", "404", "405", "413"), (method, path, answer[:300])
            assert "root:" not in answer
            assert "parley_host" not in answer

    @pytest.mark.parametrize("path", ["/ws/chat", "/_stcore/stream", "/ws/rooms/../chat"])
    def test_opens_no_socket_of_the_host(self, ready: Running, path: str) -> None:
        answer = raw(ready.guest_port, f"GET {path} HTTP/1.1\nHost: x\n{UPGRADE}\n")
        assert " 101 " not in answer.split("\r\n")[0], answer

    def test_serves_the_page_of_a_room(self, ready: Running, room: dict[str, str]) -> None:
        page = httpx.get(f"{ready.guests}/s/{room['token']}")
        assert page.status_code == 200
        assert "Kitchen" in page.text
        assert httpx.get(f"{ready.guests}/s/no-such-room").status_code == 404

    def test_takes_no_large_body(self, ready: Running) -> None:
        answer = httpx.post(f"{ready.guests}/gradio/gradio_api/upload", content=b"x" * 300_000)
        assert answer.status_code == 413

    async def test_takes_no_large_frame(self, ready: Running, room: dict[str, str]) -> None:
        url = f"{ready.guests.replace('http', 'ws')}/ws/rooms/{room['token']}"
        async with websockets.connect(url) as guest:
            with pytest.raises(websockets.ConnectionClosed):
                await guest.send("x" * 200_000)
                while True:
                    await guest.recv()


async def test_guests_wait_for_the_page_but_not_for_the_room(tmp_path: Path) -> None:
    with running(tmp_path / "data") as parley:
        async with httpx.AsyncClient(timeout=60) as http:
            new = {"name": "Kitchen", "language": "en"}
            room = (await http.post(f"{parley.host}/api/rooms", json=new)).json()
            page = f"{parley.guests}/s/{room['token']}"
            first = await http.get(page, headers={"Accept-Language": "de"})
            assert first.status_code == 503, "Gradio takes longer than this"
            assert 'lang="de"' in first.text
            url = f"{parley.guests.replace('http', 'ws')}/ws/rooms/{room['token']}"
            async with websockets.connect(url) as guest:
                await guest.send(json.dumps({"join": {"name": "Ana", "language": "pt"}}))
                assert json.loads(await guest.recv())["event"] == "joined"
            await asyncio.to_thread(parley.guests_are_served, room["token"])


PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Parley for others too, with a password."""
    settings = {"HOST_ADDRESS": "0.0.0.0", "HOST_PASSWORD": PASSWORD}
    with running(tmp_path_factory.mktemp("locked") / "data", **settings) as parley:
        yield parley


class TestPassword:
    @pytest.mark.parametrize(
        "path", ["/", "/_stcore/health", "/_stcore/host-config", "/static/js/x.js", "/api/health",
                 "/api/docs", "/api/openapi.json", "/media/x", "/favicon.png", "/rooms"]
    )  # fmt: skip
    def test_guards_every_path(self, locked: Running, path: str) -> None:
        assert httpx.get(f"{locked.host}{path}").status_code == 401
        people = httpx.get(f"{locked.host}{path}", headers={"Accept": "text/html"})
        assert people.status_code == 303

    @pytest.mark.parametrize("path", ["/_stcore/stream", "/ws/chat"])
    def test_guards_every_socket(self, locked: Running, path: str) -> None:
        ask = f"GET {path} HTTP/1.1\nHost: 127.0.0.1:{locked.host_port}\n{UPGRADE}{{}}\n"
        assert " 403 " in raw(locked.host_port, ask.format("")).split("\r\n")[0]
        bearer = f"Authorization: Bearer {PASSWORD}\n"
        assert " 101 " in raw(locked.host_port, ask.format(bearer)).split("\r\n")[0]

    def test_lets_in_who_logs_in(self, locked: Running) -> None:
        with httpx.Client(base_url=locked.host, timeout=60) as http:
            page = http.get("/login")
            assert 'type="password"' in page.text
            own = {"Origin": locked.host}
            http.post("/login", data={"password": PASSWORD}, headers=own)
            assert http.get("/_stcore/health").status_code == 200
            assert http.get("/api/health").json()["status"] == "ok"

    def test_lets_programs_in_with_the_header(self, locked: Running) -> None:
        headers = {"Authorization": f"Bearer {PASSWORD}"}
        assert httpx.get(f"{locked.host}/api/rooms", headers=headers, timeout=60).json() == []

    def test_still_refuses_foreign_names(self, locked: Running) -> None:
        ask = "GET /login HTTP/1.1\nHost: evil.example\nConnection: close\n\n"
        assert " 403 " in raw(locked.host_port, ask).split("\r\n")[0]
        lan = "GET /login HTTP/1.1\nHost: 192.168.1.5:8501\nConnection: close\n\n"
        assert " 200 " in raw(locked.host_port, lan).split("\r\n")[0]
