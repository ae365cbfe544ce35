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
"""Loads style sheets for whoever names them; those it names itself are a room's."""
TYPES = frozenset({".js", ".css", ".svg", ".woff2"})


def live_files() -> ASGIApp:
    """The files of the view, to be mounted at `/live`: asked for anew each time, by ETag."""
    return _Files(GZipMiddleware(StaticFiles(directory=FOLDER), minimum_size=500))


@cache
def modules() -> tuple[str, ...]:
    """Its scripts by name; `room.js` is the one to import."""
    return tuple(sorted(file.name for file in FOLDER.glob("*.js")))


@cache
def style_sheets() -> tuple[str, ...]:
    """Its style sheets by name; `room.js` loads them where it is mounted."""
    return tuple(sorted(file.name for file in FOLDER.glob("*.css")))


@cache
def needed_by(*names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
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
    named = (one for name, text in found.items() if name != STYLES for one in _SHEET.findall(text))
    return tuple(found), tuple(one for one in dict.fromkeys(named) if (FOLDER / one).is_file())


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
