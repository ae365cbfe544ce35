"""The page of a share link: `/shared/{token}`, in the reader's language, without Gradio.

The page tells what it is and, to link previews, no more than that where a password or hidden
names say so. What was shared comes over `/ws/shared/{token}` (ui/api/share_socket.py).
"""

from __future__ import annotations

import logging
import secrets
from html import escape
from string import Template
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, Request
from fastapi.responses import HTMLResponse, Response

from core import languages
from core.errors import DatabaseError, LinkExpired, NotFound
from ui.guest import strings
from ui.guest.page import BACKGROUNDS, TEMPLATES, choices, json_in_html, words
from ui.live import live_files, preloads
from ui.theme import head

log = logging.getLogger(__name__)

PAGE = Template((TEMPLATES / "shared.html").read_text("utf-8"))
BOOT = (TEMPLATES / "shared.js").read_text("utf-8")
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
STATUS = {"not_found": 404, "expired": 410}


def mount_shared_page(app: FastAPI) -> FastAPI:
    """Add the page of share links to `app`, whose `state.core` knows them, and return `app`.

    Adds `/shared/{token}`, and for both pages of guests `/guest/strings/{code}.json` and `/live`
    (their scripts). Imports nothing heavy.
    """
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/shared/{token}", show, methods=["GET", "HEAD"])
    router.add_api_route("/guest/strings/{code}.json", words, methods=["GET"])
    app.include_router(router)
    app.mount("/live", live_files())
    return app


async def show(
    request: Request, token: str, accept_language: Annotated[str | None, Header()] = None
) -> Response:
    """The page; 404 and 410, still in the reader's language, where a link opens nothing."""
    state, title = await _behind(request, token)
    code = strings.prefer(accept_language)
    nonce = secrets.token_urlsafe(16)
    return HTMLResponse(
        _html(code, token, state, title, nonce),
        STATUS.get(state, 200),
        {
            "Content-Security-Policy": CONTENT_POLICY.format(nonce=nonce),
            "X-Frame-Options": "DENY",
            "Vary": "Accept-Language",
        },
    )


async def _behind(request: Request, token: str) -> tuple[str, str | None]:
    """What a link opens, as the page's script takes it, and a title that may be told."""
    try:
        door = await request.app.state.core.readers.behind(token)
    except LinkExpired:
        return "expired", None
    except NotFound:
        return "not_found", None
    except DatabaseError as error:
        log.warning("the page of a share link is shown without its conversation: %s", error)
        return "open", None
    return ("locked" if door.locked else "open"), door.title


def _html(code: str, token: str, state: str, title: str | None, nonce: str) -> str:
    said = strings.load(code)
    data: dict[str, Any] = {
        "token": token,
        "state": state,
        "title": title,
        "language": code,
        "strings": said,
        "languages": choices(languages.LANGUAGES),
        "interfaces": choices(strings.codes()),
    }
    return PAGE.substitute(
        code=code,
        direction=languages.get(code).direction,
        title=escape(title or said["shared.title"]),
        description=escape(said["shared.description"]),
        no_script=escape(said["page.no_script"]),
        theme=head(*BACKGROUNDS, nonce=nonce),
        preloads=preloads("../live", "interface.js", "shared/shared.js"),
        data=json_in_html(data),
        nonce=nonce,
        boot=BOOT,
    )
