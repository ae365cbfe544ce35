"""The live room as browsers run it: plain ES modules and style sheets, the same on both doors."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(__file__).parent
_IMPORTED = re.compile(r'^(?:import|export)\b[^;]*?"(\.{1,2}/[^"]+\.js)";', re.MULTILINE)
_SHEET = re.compile(r'"([\w/]+\.css)"')
STYLES = "styles.js"
"""Loads the style sheets somebody names; where nobody does, those it names itself."""
TYPES = frozenset({".js", ".css", ".svg", ".woff2"})


def live_files() -> ASGIApp:
    """The files of the view, to be mounted at `/live`: asked for anew each time, by ETag."""
    return _Files(GZipMiddleware(StaticFiles(directory=FOLDER), minimum_size=500))


@cache
def preloads(base: str, *names: str) -> str:
    """Links for a page's head to all that these modules will load, asked for at once instead of
    each when another names it. `base`: where `/live` is, as seen from the page."""
    modules, sheets = needed_by(*names)
    links = [f'<link rel="preload" as="style" href="{base}/{name}">' for name in sheets]
    links += [f'<link rel="modulepreload" href="{base}/{name}">' for name in modules]
    return "\n".join(links)


def needed_by(*names: str) -> tuple[list[str], list[str]]:
    """The modules that these import, themselves included, and the style sheets those name.

    All as paths below `/live`, in the order they are found.
    """
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = text = (FOLDER / name).read_text("utf-8")
            beside = (FOLDER / name).parent
            waiting += [_below(beside / one) for one in _IMPORTED.findall(text)]
    usual = _sheets_in(found.get(STYLES, ""))
    named = [one for name, text in found.items() if name != STYLES for one in _sheets_in(text)]
    return list(found), list(dict.fromkeys(named or usual))


def _sheets_in(text: str) -> list[str]:
    return [one for one in _SHEET.findall(text) if (FOLDER / one).is_file()]


def _below(path: Path) -> str:
    return path.resolve().relative_to(FOLDER.resolve()).as_posix()


class _Files:
    """Only what browsers run, never the Python beside it."""

    def __init__(self, files: ASGIApp) -> None:
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_fresh(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "no-cache"
            await send(message)

        if Path(scope["path"]).suffix in TYPES:
            await self._files(scope, receive, send_fresh)
        else:
            await PlainTextResponse("Not found", 404)(scope, receive, send)
