"""Guard, headers, body limit and login as ASGI layers, without a server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.guard import Guard, SecurityHeaders, SmallBodies, own_names
from ui.login import COOKIE, Login

PASSWORD = "correct horse – βattery"


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """What is guarded: says how much it was sent."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"inside {len(body)}")(scope, receive, send)


def client(app: ASGIApp, base: str = "http://127.0.0.1:8501") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base)


async def websocket(app: ASGIApp, **headers: str) -> str:
    """What becomes of a WebSocket: the type of the first message the app sends."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/ws/chat",
        "query_string": b"",
        "server": ("127.0.0.1", 8501),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    await app(scope, receive, send)
    return str(sent[0]["type"])


async def accept(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})


class TestGuard:
    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1:8501", "localhost:8501", "LOCALHOST", "127.0.0.1", "[::1]:8501", "127.9.9.9",
         "parley.localhost:8501", "localhost.:8501"],
    )  # fmt: skip
    async def test_lets_loopback_names_in(self, host: str) -> None:
        async with client(Guard(inside, "127.0.0.1")) as http:
            assert (await http.get("/", headers={"Host": host})).status_code == 200

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "localhost.evil.example",
         "192.168.1.5:8501", "0.0.0.0:8501", "", "localhost@evil.example", "127.0.0.1:x",
         "a/localhost", "xn--localhost"],
    )  # fmt: skip
    async def test_refuses_other_names(self, host: str) -> None:
        async with client(Guard(inside, "127.0.0.1")) as http:
            answer = await http.get("/", headers={"Host": host})
        assert answer.status_code == 403
        assert "inside" not in answer.text

    async def test_refuses_two_host_headers(self) -> None:
        async with client(Guard(inside, "127.0.0.1")) as http:
            hosts = [("Host", "localhost"), ("Host", "evil.example")]
            assert (await http.get("/", headers=hosts)).status_code == 403

    async def test_knows_its_own_names_where_it_listens_everywhere(self) -> None:
        guard = Guard(inside, "0.0.0.0", names=["parley.example"])
        async with client(guard) as http:
            for host in ("192.168.1.5:8501", "[fd00::5]:8501", "parley.example", *own_names()):
                assert (await http.get("/", headers={"Host": host})).status_code == 200, host
            assert (await http.get("/", headers={"Host": "evil.example"})).status_code == 403

    async def test_a_door_for_this_machine_refuses_what_came_in_elsewhere(self) -> None:
        async def from_the_network(scope: Scope, receive: Receive, send: Send) -> None:
            await Guard(inside, "127.0.0.1")(
                {**scope, "server": ("192.168.1.5", 8501)}, receive, send
            )

        async with client(from_the_network) as http:
            assert (await http.get("/")).status_code == 403

    async def test_refuses_changes_from_another_site(self) -> None:
        async with client(Guard(inside, "127.0.0.1")) as http:
            for headers in (
                {"Origin": "https://evil.example"},
                {"Origin": "http://localhost:3000"},
                {"Origin": "http://127.0.0.1:8502"},
                {"Origin": "null"},
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
            ):
                for method in ("POST", "PUT", "PATCH", "DELETE"):
                    answer = await http.request(method, "/api/rooms", headers=headers)
                    assert answer.status_code == 403, (method, headers)
                    assert answer.json()["code"] == "foreign_origin"

    async def test_lets_own_pages_and_programs_change_things(self) -> None:
        async with client(Guard(inside, "127.0.0.1")) as http:
            for headers in (
                {},
                {"Origin": "http://127.0.0.1:8501"},
                {"Origin": "http://127.0.0.1:8501", "Sec-Fetch-Site": "same-origin"},
            ):
                assert (await http.post("/api/rooms", headers=headers)).status_code == 200

    async def test_another_site_may_link_to_a_page(self) -> None:
        async with client(Guard(inside, "127.0.0.1")) as http:
            headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
            assert (await http.get("/", headers=headers)).status_code == 200

    async def test_refuses_websockets_of_other_sites_and_names(self) -> None:
        guard = Guard(accept, "127.0.0.1")
        own = {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"}
        assert await websocket(guard, **own) == "websocket.accept"
        assert await websocket(guard, host="localhost:8501") == "websocket.accept"
        for changed in (
            {"origin": "https://evil.example"},
            {"origin": "http://localhost:8501"},
            {"origin": "null"},
            {"host": "evil.example", "origin": "http://evil.example"},
        ):
            assert await websocket(guard, **{**own, **changed}) == "websocket.close", changed


class TestHeadersAndBodies:
    async def test_adds_security_headers(self) -> None:
        async with client(SecurityHeaders(inside)) as http:
            headers = (await http.get("/")).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]

    async def test_refuses_large_bodies_declared_or_not(self) -> None:
        async def chunks(count: int) -> AsyncIterator[bytes]:
            for _ in range(count):
                yield b"x" * 100

        async with client(SmallBodies(inside, 1000)) as http:
            assert (await http.post("/", content=b"x" * 1000)).text == "inside 1000"
            assert (await http.post("/", content=b"x" * 1001)).status_code == 413
            answer = await http.post("/", content=chunks(20))
            assert answer.status_code == 413
            assert (await http.post("/", content=chunks(10))).text == "inside 1000"


class Clock:
    """A clock that stands still until told."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def login(clock: Clock) -> Login:
    return Login(inside, PASSWORD, clock)


class TestLogin:
    async def test_sends_people_to_the_page_and_programs_a_401(self, login: Login) -> None:
        async with client(login) as http:
            page = await http.get("/rooms?x=1&y=2", headers={"Accept": "text/html"})
            assert page.status_code == 303
            assert page.headers["location"] == "/login?next=%2Frooms%3Fx%3D1%26y%3D2"
            for path in ("/", "/_stcore/health", "/_stcore/host-config", "/static/js/x.js"):
                assert (await http.get(path)).status_code == 401
            answer = await http.post("/api/rooms")
            assert (answer.status_code, answer.json()["code"]) == (401, "login_required")

    async def test_the_right_password_opens_the_door_and_the_cookie_keeps_it_open(
        self, login: Login
    ) -> None:
        async with client(login) as http:
            answer = await http.post("/login?next=/rooms", data={"password": PASSWORD})
            assert (answer.status_code, answer.headers["location"]) == (303, "/rooms")
            cookie = answer.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=lax" in cookie
            assert "secure" not in cookie
            assert PASSWORD not in cookie
            assert (await http.get("/")).text == "inside 0"
            await http.get("/logout")
            assert (await http.get("/")).status_code == 401

    async def test_the_cookie_is_secure_behind_tls(self, login: Login) -> None:
        async with client(login, "https://parley.example") as http:
            answer = await http.post("/login", data={"password": PASSWORD})
        assert "secure" in answer.headers["set-cookie"].lower()

    async def test_a_websocket_needs_the_cookie_or_the_header(self, clock: Clock) -> None:
        login = Login(accept, PASSWORD, clock)
        async with client(login) as http:
            answer = await http.post("/login", data={"password": PASSWORD})
        token = answer.cookies[COOKIE]
        assert await websocket(login) == "websocket.close"
        assert await websocket(login, cookie=f"{COOKIE}={token}") == "websocket.accept"
        assert await websocket(login, cookie=f"{COOKIE}={token}x") == "websocket.close"
        bearer = f"Bearer {PASSWORD}"
        assert await websocket(login, authorization=bearer) == "websocket.accept"

    @pytest.mark.parametrize("how", ["forged", "extended", "old", "other password"])
    async def test_refuses_cookies_that_are_not_its_own(
        self, login: Login, clock: Clock, how: str
    ) -> None:
        async with client(login) as http:
            await http.post("/login", data={"password": PASSWORD})
            until, _, signature = (http.cookies[COOKIE]).partition(".")
            assert (await http.get("/")).status_code == 200
        cookie, guard = f"{until}.{signature}", login
        if how == "forged":
            cookie = f"{until}.{'0' * len(signature)}"
        elif how == "extended":
            cookie = f"{int(until) + 1}.{signature}"
        elif how == "old":
            clock.now = float(until)
        else:
            guard = Login(inside, "another", clock)
        async with client(guard) as http:
            answer = await http.get("/", headers={"Cookie": f"{COOKIE}={cookie}"})
            assert answer.status_code == 401

    async def test_another_process_with_the_password_takes_the_cookie(
        self, login: Login, clock: Clock
    ) -> None:
        async with client(login) as http:
            answer = await http.post("/login", data={"password": PASSWORD})
        async with client(Login(inside, PASSWORD, clock)) as http:
            http.cookies.set(COOKIE, answer.cookies[COOKIE])
            assert (await http.get("/")).status_code == 200

    async def test_programs_send_the_password_as_bearer(self, login: Login) -> None:
        async with client(login) as http:
            right = {"Authorization": f"Bearer {PASSWORD}".encode()}
            assert (await http.get("/api/health", headers=right)).text == "inside 0"
            wrong = {"Authorization": "Bearer guess"}
            assert (await http.get("/api/health", headers=wrong)).status_code == 401

    async def test_wrong_tries_have_to_wait_longer_and_longer(
        self, login: Login, clock: Clock
    ) -> None:
        async def say(password: str) -> int:
            return (await http.post("/login", data={"password": password})).status_code

        async with client(login) as http:
            assert [await say("guess") for _ in range(4)] == [401, 401, 401, 429]
            assert await say(PASSWORD) == 429, "the right one has to wait as well"
            clock.now += 1
            assert [await say("guess"), await say("guess")] == [401, 429]
            clock.now += 1
            assert await say(PASSWORD) == 429
            clock.now += 1
            assert await say(PASSWORD) == 303
            assert await say("guess") == 401, "a right one wipes the slate"

    async def test_bearer_tries_wait_too(self, login: Login) -> None:
        async with client(login) as http:
            wrong = {"Authorization": "Bearer guess"}
            codes = [(await http.get("/api/x", headers=wrong)).status_code for _ in range(4)]
        assert codes == [401, 401, 401, 429]

    @pytest.mark.parametrize(
        "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "",
                   "/login", "/a\r\nSet-Cookie: x=y"]
    )  # fmt: skip
    async def test_leads_nowhere_else(self, login: Login, target: str) -> None:
        async with client(login) as http:
            form = {"password": PASSWORD}
            answer = await http.post("/login", params={"next": target}, data=form)
        assert answer.headers["location"] == "/"

    async def test_the_page_says_what_was_wrong_and_keeps_where_to_go(self, login: Login) -> None:
        async with client(login) as http:
            wrong = {"password": "<b>wrong</b>"}
            page = await http.post("/login", params={"next": "/a?b=%22"}, data=wrong)
        assert page.status_code == 401
        assert "That is not the password" in page.text
        assert 'action="/login?next=%2Fa%3Fb%3D%2522"' in page.text
        assert "<b>" not in page.text
