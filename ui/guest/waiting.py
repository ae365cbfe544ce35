"""What a guest sees in the seconds before the page is there: a moment, in their language."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core import languages
from ui.guest import strings
from ui.guest.page import BACKGROUNDS
from ui.theme import head

EVERY = 2
"""Seconds after which the page asks again."""
PAGE = Template((Path(__file__).parent / "templates" / "waiting.html").read_text("utf-8"))


def waiting_page() -> ASGIApp:
    """A small page that asks again by itself, in the language of the request; status 503."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        code = strings.prefer(Headers(scope=scope).get("accept-language"))
        response = HTMLResponse(
            waiting_html(code),
            503,
            {"Cache-Control": "no-store", "Retry-After": str(EVERY), "Vary": "Accept-Language"},
        )
        await response(scope, receive, send)

    return answer


def waiting_html(code: str) -> str:
    """The waiting page in one language the page is written in. Raises NotFound."""
    words = strings.load(code)
    return PAGE.substitute(
        code=code,
        direction=languages.get(code).direction,
        title=escape(words["waiting.title"]),
        text=escape(words["waiting.text"]),
        every=EVERY,
        theme=head(*BACKGROUNDS, "switch.js"),
        theme_title=escape(words["theme.title"]),
        theme_system=escape(words["theme.system"]),
        theme_light=escape(words["theme.light"]),
        theme_dark=escape(words["theme.dark"]),
    )
