"""The guest page over HTTP: what it says, and how little of Gradio a guest can reach."""

import json
import re
import sys
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from core import languages
from core.errors import DatabaseUnavailable, NotFound
from ui.guest import strings
from ui.guest.gradio_view import AssetsOnly
from ui.guest.page import mount_guest_page
from ui.guest.shared import mount_shared_page
from ui.guest.waiting import waiting_page
from ui.live import FOLDER, needed_by

ROOM = "Table & <b>chairs</b>"


class Rooms:
    async def behind(self, token):
        if token == "broken":
            raise DatabaseUnavailable
        if token != "room":
            raise NotFound
        return SimpleNamespace(name=ROOM)


def door(*, gradio=True):
    app = mount_shared_page(FastAPI(openapi_url=None))
    app.state.core = SimpleNamespace(rooms=Rooms())
    assert mount_guest_page(app) is app
    assert any(isinstance(r, Mount) and r.path == "/gradio" for r in app.routes) is gradio
    paths = [path for route in app.routes if (path := getattr(route, "path", None))]
    assert len(set(paths)) == len(paths)
    return app


@pytest.fixture(scope="module")
def app():
    return door()


@pytest.fixture(scope="module")
def guest(app):
    return TestClient(app, base_url="http://127.0.0.1:7860")


def data_of(page):
    found = re.search(r'<script type="application/json" id="parley-data">(.*?)</script>', page)
    return json.loads(found[1])


class TestPage:
    @pytest.mark.parametrize("code", strings.codes())
    def test_is_in_the_guests_language(self, guest, code):
        page = guest.get("/s/room", headers={"Accept-Language": code})
        assert page.status_code == 200
        assert f'<html lang="{code}" dir="{languages.get(code).direction}">' in page.text
        assert data_of(page.text)["strings"] == strings.load(code)
        assert page.headers["vary"] == "Accept-Language"

    def test_names_the_room_without_trusting_its_name(self, guest):
        page = guest.get("/s/room").text
        assert "<title>Table &amp; &lt;b&gt;chairs&lt;/b&gt; – join" in page
        assert "<b>" not in page
        assert data_of(page)["room"] == {"name": ROOM}

    def test_offers_every_language(self, guest):
        data = data_of(guest.get("/s/room").text)
        assert {one["code"] for one in data["languages"]} == set(languages.LANGUAGES)
        assert {one["code"] for one in data["interfaces"]} == set(strings.codes())

    def test_of_no_room_is_not_found_and_says_so_politely(self, guest):
        page = guest.get("/s/nothing", headers={"Accept-Language": "ko"})
        assert page.status_code == 404
        assert data_of(page.text)["missing"] is True
        assert strings.load("ko")["end.not_found.title"] in page.text

    def test_comes_even_while_the_database_is_away(self, guest):
        page = guest.get("/s/broken")
        assert (page.status_code, data_of(page.text)["missing"]) == (200, False)

    def test_tells_a_link_preview_what_it_is(self, guest):
        page = guest.get("/s/room", headers={"Accept-Language": "fr"}).text
        words = strings.load("fr")
        assert f'<meta property="og:description" content="{words["page.description"]}">' in page
        assert "Gradio" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)

    def test_is_the_same_behind_a_proxy_of_another_name(self, guest):
        page = guest.get(
            "/s/room",
            headers={"X-Forwarded-Host": "meet.example.org", "X-Forwarded-Proto": "https"},
        ).text
        plain = guest.get("/s/room").text
        for text in (page, plain):
            assert not re.search(r"https?://(?!www\.w3\.org)", text)
            assert "example.org" not in text
            assert "127.0.0.1" not in text

    def test_lets_the_browser_fetch_from_nobody_else(self, guest):
        policy = guest.get("/s/room").headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        nonces = {re.search(r"'nonce-(\S+)'", guest.get("/s/room").headers[
            "content-security-policy"])[1] for _ in range(2)}  # fmt: skip
        assert len(nonces) == 2

    def test_is_never_cached(self, guest):
        assert guest.get("/s/room").headers["cache-control"] == "no-store"

    def test_gives_its_words_in_any_of_its_languages(self, guest):
        assert guest.get("/guest/strings/he.json").json() == strings.load("he")
        for path in ("xx.json", "..%2fstrings.json", "../strings.py"):
            assert guest.get(f"/guest/strings/{path}").status_code == 404


class TestFiles:
    def test_are_all_there_compressed_and_asked_for_by_tag(self, guest):
        files = [file.name for kind in ("*.js", "*.css") for file in FOLDER.glob(kind)]
        assert "room.js" in files
        for name in (*files, "mark.svg"):
            answer = guest.get(f"/live/{name}")
            assert answer.status_code == 200, name
            assert answer.headers["cache-control"] == "no-cache"
            again = {"If-None-Match": answer.headers["etag"]}
            assert guest.get(f"/live/{name}", headers=again).status_code == 304
        assert guest.get("/live/room.js").headers["content-encoding"] == "gzip"

    @pytest.mark.parametrize("path", ["__init__.py", "__pycache__/", "", "../app.py", "nothing.js"])
    def test_hold_no_python(self, guest, path):
        assert guest.get(f"/live/{path}").status_code == 404

    def test_import_only_each_other(self):
        modules = [file.name for file in FOLDER.glob("*.js")]
        for name in modules:
            source = (FOLDER / name).read_text("utf-8")
            for imported in re.findall(r'^import .*from "([^"]+)"', source, re.MULTILINE):
                assert imported.removeprefix("./") in modules, f"{name} imports {imported}"
            assert "innerHTML" not in source, name
            assert "insertAdjacentHTML" not in source, name

    @pytest.mark.parametrize(
        ("view", "sheet"),
        [("room.js", "messages.css"), ("shared/shared.js", "shared/shared.css"),
         ("chat/chat.js", "chat/message.css")],
    )  # fmt: skip
    def test_a_view_needs_what_it_imports_and_names_and_no_more(self, view, sheet):
        modules, sheets = needed_by(view)
        assert {view, "dom.js", "styles.js"} < {*modules}
        assert "slate/slate.js" not in modules
        assert {"room.css", sheet} <= {*sheets}
        assert "slate/slate.css" not in sheets


class TestGradio:
    def test_shows_the_room_as_its_component(self, guest):
        gradio = data_of(guest.get("/s/room").text)["gradio"]
        assert gradio["config"]["components"][0]["type"] == "html"
        assert gradio["config"]["analytics_enabled"] is False
        assert gradio["config"]["connect_heartbeat"] is False
        assert gradio["config"]["footer_links"] == []
        assert gradio["config"]["run_history"] is False
        for file in (gradio["script"], gradio["style"]):
            answer = guest.get(f"/gradio/{file}")
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]

    def test_theme_brings_no_fonts_of_others(self, guest):
        gradio = data_of(guest.get("/s/room").text)["gradio"]
        assert gradio["config"]["stylesheets"] == []
        theme = guest.get("/gradio/theme.css").text
        assert set(re.findall(r"url\(.{6}", theme)) <= {'url("data:'}
        assert "font-face" not in theme

    def test_of_all_its_routes_only_assets_answer(self, app, guest):
        """Whatever routes this version of Gradio has, none of them but the theme may be reached."""
        gate = next(r.app for r in app.routes if isinstance(r, Mount) and r.path == "/gradio")
        assert isinstance(gate, AssetsOnly)
        routes = [route for route in every_route(gate._app) if route.path]
        assert len(routes) > 60
        reached = set()
        for route in routes:
            path = re.sub(r"\{[^}]*\}", "x", route.path)
            for method in {*(route.methods or ()), "GET", "POST", "PUT", "DELETE", "OPTIONS"}:
                answer = guest.request(method, f"/gradio{path}")
                if answer.status_code != 404:
                    reached.add((method, path))
        assert reached == {("GET", "/theme.css")}

    @pytest.mark.parametrize(
        "path",
        [
            "", "/", "/config", "/info", "/gradio_api/info", "/gradio_api/upload",
            "/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/gradio_api/proxy=http://x/",
            "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/heartbeat/x",
            "/gradio_api/call/x", "/gradio_api/run/predict", "/gradio_api/startup-events",
            "/gradio_api/runs", "/monitoring", "/monitoring/summary", "/login", "/logout",
            "/static/fonts/x", "/svelte/x", "/openapi.json", "/docs", "/robots.txt",
            "/assets/../config", "/assets/%2e%2e/config", "/assets/..%2fconfig",
            "/assets/x.html", "/assets/", "/assets/a/b.js", "//config", "/theme.css/",
        ],
    )  # fmt: skip
    def test_gives_guests_nothing_else(self, guest, path):
        for method in ("GET", "POST", "PUT", "HEAD"):
            answer = guest.request(method, f"/gradio{path}", follow_redirects=False)
            assert answer.status_code in (307, 404, 405), (method, path)
            if answer.status_code == 307:  # "/gradio" to "/gradio/", which is not there
                assert guest.request(method, f"/gradio{path}").status_code == 404

    async def test_opens_no_sockets(self):
        sent = []

        async def unreachable(scope, receive, send):
            raise AssertionError

        async def send(message):
            sent.append(message)

        scope = {"type": "websocket", "path": "/gradio/assets/x.js", "root_path": "/gradio"}
        await AssetsOnly(unreachable)(scope, None, send)
        assert sent == [{"type": "websocket.close", "code": 1008}]


def every_route(app):
    for route in app.routes:
        if isinstance(route, Route):
            yield route
        else:
            yield from every_route(getattr(route, "original_router", route))


class TestWithoutGradio:
    def test_the_room_stands_alone(self, monkeypatch, caplog):
        monkeypatch.setitem(sys.modules, "gradio", None)
        guest = TestClient(door(gradio=False))
        page = guest.get("/s/room")
        assert page.status_code == 200
        assert data_of(page.text)["gradio"] is None
        assert "goes without Gradio" in caplog.text

    def test_the_package_itself_imports_nothing_heavy(self):
        import subprocess

        code = "import sys, ui.guest; sys.exit('gradio' in sys.modules or 'pandas' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestWaiting:
    async def test_asks_again_by_itself_in_the_guests_language(self):
        transport = httpx.ASGITransport(app=waiting_page())
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            page = await client.get("/s/any", headers={"Accept-Language": "hi-IN"})
        assert page.status_code == 503
        assert page.headers["retry-after"] == "2"
        assert '<html lang="hi"' in page.text
        assert '<meta http-equiv="refresh" content="2">' in page.text
