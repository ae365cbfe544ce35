"""The theme in the head of a page: where it goes, and that its colours are those of the page."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from ui.guest.page import BACKGROUNDS
from ui.theme import head, host_colors
from ui.theme.streamlit_page import StreamlitPage

UI = Path(__file__).resolve().parents[2] / "ui"
BROWSER = {"accept": "text/html,*/*", "accept-encoding": "gzip", "if-none-match": '"old"'}
PAGE = f"<head><title>Streamlit</title></head>{' ' * 2000}"


@pytest.fixture
def door() -> Callable[[], httpx.AsyncClient]:
    """Streamlit as it answers: compressed, and with "as before" for what a browser has."""

    def page(request):
        if "if-none-match" in request.headers:
            return PlainTextResponse(status_code=304)
        return HTMLResponse(PAGE, headers={"etag": '"old"'})

    app = Starlette(routes=[
        Route("/", page),
        Route("/docs", lambda _: HTMLResponse("<title>Docs</title>")),
        Route("/health", lambda _: PlainTextResponse("ok")),
    ])  # fmt: skip
    app.add_middleware(GZipMiddleware)
    app.add_middleware(StreamlitPage)
    transport = httpx.ASGITransport(app=app)
    return lambda: httpx.AsyncClient(transport=transport, base_url="http://parley")


async def test_streamlits_page_gets_the_theme_whole_each_time(door):
    async with door() as http:
        answer = await http.get("/", headers=BROWSER)
    assert answer.status_code == 200
    assert "window.parleyTheme" in answer.text.partition("</head>")[0]
    assert answer.text.endswith(PAGE[-2000:])
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_other_answers_pass_as_they_are(door):
    async with door() as http:
        assert (await http.get("/docs", headers=BROWSER)).text == "<title>Docs</title>"
        assert (await http.get("/health")).text == "ok"
        assert (await http.get("/", headers={"accept": "*/*"})).text == PAGE
        assert (await http.head("/", headers={"accept": "text/html"})).status_code in (200, 405)


def test_a_nonce_is_on_the_script():
    assert '<script nonce="abc">' in head("#fff", "#000", nonce="abc")
    assert "<script>" in head("#fff", "#000")


def test_the_guests_page_has_the_colours_of_the_room():
    css = (UI / "live" / "room.css").read_text("utf-8")
    found = re.findall(r"--bg: var\(--parley-bg, (#\w+)\)", css)
    assert list(dict.fromkeys(found)) == list(BACKGROUNDS)


def test_the_hosts_colours_are_streamlits():
    config = (UI / ".streamlit" / "config.toml").read_text("utf-8")
    for colors in host_colors().values():
        assert all(f'{name} = "{color}"' in config for name, color in colors.items())
