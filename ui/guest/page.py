"""The guest page: `/s/{token}`, in the guest's language, a Gradio page around the live room.

The room shows at once: the page mounts it without waiting for Gradio, whose bundle follows
and takes it in as its component. Where Gradio cannot be imported the room stands alone.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from core import languages
from core.errors import DatabaseError, NotFound
from ui.guest import strings
from ui.guest.gradio_view import GradioView, mount_gradio
from ui.live import preloads
from ui.theme import head

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
PAGE = Template((TEMPLATES / "page.html").read_text("utf-8"))
BACKGROUNDS = ("#f5f3ee", "#121614")
"""Light and dark, as `--bg` of ui/live/room.css."""
BOOT = (TEMPLATES / "boot.js").read_text("utf-8")
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'"
)
"""Nothing is fetched from, or told to, anybody else. Gradio compiles its components' scripts."""


def mount_guest_page(app: FastAPI) -> FastAPI:
    """Add the guest page to `app`, whose `state.core` knows the rooms, and return `app`.

    Imports Gradio, which takes seconds of CPU time: call it in a thread. Adds `/s/{token}` and
    what the page needs of `/gradio`; its words and scripts are served by what
    `mount_shared_page` adds. Without Gradio the page still works; the log says so.
    """
    page = _GuestPage(mount_gradio(app))
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/s/{token}", page.show, methods=["GET", "HEAD"])
    app.include_router(router)
    return app


class _GuestPage:
    def __init__(self, gradio: GradioView | None) -> None:
        self._gradio = gradio

    async def show(
        self, request: Request, token: str, accept_language: Annotated[str | None, Header()] = None
    ) -> Response:
        """The page of a room; 404, still in the guest's language, where there is none."""
        room, missing = await _room_behind(request, token)
        code = strings.prefer(accept_language)
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(
            self._html(code, token, room, missing, nonce),
            404 if missing else 200,
            {
                "Cache-Control": "no-store",
                "Content-Security-Policy": CONTENT_POLICY.format(nonce=nonce),
                "Vary": "Accept-Language",
            },
        )

    def _html(self, code: str, token: str, room: str | None, missing: bool, nonce: str) -> str:
        data = {
            "token": token,
            "room": {"name": room} if room else None,
            "missing": missing,
            "language": code,
            "strings": strings.load(code),
            "languages": choices(languages.LANGUAGES),
            "interfaces": choices(strings.codes()),
            "gradio": self._gradio.for_page() if self._gradio else None,
        }
        words = strings.load(code)
        title = words["page.title_room"].format(room=room) if room else words["page.title"]
        return PAGE.substitute(
            code=code,
            direction=languages.get(code).direction,
            title=escape(title),
            description=escape(words["page.description"]),
            no_script=escape(words["page.no_script"]),
            theme=head(*BACKGROUNDS, nonce=nonce),
            preloads=preloads("../live", "interface.js", "room.js"),
            data=json_in_html(data),
            nonce=nonce,
            boot=BOOT,
        )


def words(code: str) -> Response:
    """The page's words in one language; 404 where it is not written in it."""
    if code not in strings.codes():
        raise HTTPException(404)
    return JSONResponse(dict(strings.load(code)), headers={"Cache-Control": "no-cache"})


async def _room_behind(request: Request, token: str) -> tuple[str | None, bool]:
    """The name of the room a link opens, and whether the link surely opens none."""
    try:
        return (await request.app.state.core.rooms.behind(token)).name, False
    except NotFound:
        return None, True
    except DatabaseError as error:
        log.warning("the guest page is shown without its room: %s", error)
        return None, False


def choices(codes: Iterable[str]) -> list[dict[str, str]]:
    """Languages as the room view takes them: code, own name, English name."""
    found = (languages.get(code) for code in codes)
    return [{"code": one.code, "name": one.own, "english": one.english} for one in found]


def json_in_html(data: Any) -> str:
    """JSON that can stand inside a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
