"""Gradio's part of the guest page: a Blocks page whose one component is the live room."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

PATH = "/gradio"
ASSETS = re.compile(r"/assets/[\w.-]+\.(js|css|woff2?|svg)")
THEME = "/theme.css"
FOREVER = "public, max-age=31536000, immutable"

_CONFIG = re.compile(r"<script>window\.gradio_config = (\{.*?\});</script>", re.DOTALL)
_SCRIPT = re.compile(r'<script type="module"[^>]* src="\./(assets/[^"]+\.js)"')
_STYLE = re.compile(r'<link rel="stylesheet"[^>]* href="\./(assets/[^"]+\.css)"')

ADOPT = "window.parley?.adopt(element)"


@dataclass(frozen=True, slots=True)
class GradioView:
    """What the page needs to start Gradio: its configuration and its first two files."""

    config: dict[str, Any]
    script: str
    style: str

    def for_page(self) -> dict[str, Any]:
        """As the page's own script takes it; paths are relative to PATH."""
        return {"config": self.config, "script": self.script, "style": self.style}


def mount_gradio(app: FastAPI) -> GradioView | None:
    """Mount Gradio in `app` at PATH, its assets only. None, and a warning, if that fails.

    Takes seconds of CPU time: call it in a thread without a running event loop.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read by Gradio at import
    try:
        import gradio  # noqa: PLC0415 - four seconds; only the guest page needs it
    except ImportError as error:
        log.warning("The guest page goes without Gradio, which cannot be imported: %s", error)
        return None
    gradio.mount_gradio_app(
        app,
        _blocks(gradio),
        PATH,
        footer_links=[],
        run_history=False,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=_theme(gradio),
    )
    mount = app.router.routes[-1]
    assert isinstance(mount, Mount)
    assert mount.path == PATH
    view = _view(asyncio.run(_page_of(mount.app)))
    mount.app = AssetsOnly(mount.app)
    return view


def _blocks(gradio: Any) -> Any:
    with gradio.Blocks(title="Parley", analytics_enabled=False, fill_width=True) as blocks:
        gradio.HTML(html_template="", js_on_load=ADOPT, elem_id="parley-room", padding=False)
    return blocks


def _theme(gradio: Any) -> Any:
    """Gradio's base theme with the fonts of the system: its own would be fetched."""
    return gradio.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"])


async def _page_of(gradio_app: ASGIApp) -> str:
    transport = httpx.ASGITransport(app=gradio_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://parley") as client:
        return (await client.get("/")).raise_for_status().text


def _view(page: str) -> GradioView | None:
    config, script, style = (rule.search(page) for rule in (_CONFIG, _SCRIPT, _STYLE))
    if not (config and script and style):
        log.warning("The guest page goes without Gradio: this version's page reads differently.")
        return None
    settings: dict[str, Any] = json.loads(config[1])
    del settings["root"]  # only the guest's browser knows under which address it came
    return GradioView(settings, script[1], style[1])


class AssetsOnly:
    """Lets guests have Gradio's scripts and styles, and nothing else of what it serves.

    Uploads, files, the proxy, the queue, API calls, logins and monitoring are not there.
    """

    def __init__(self, gradio_app: ASGIApp) -> None:
        self._app = gradio_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        wanted = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not wanted or not (path == THEME or ASSETS.fullmatch(path)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await PlainTextResponse("Not found", 404)(scope, receive, send)
            return

        async def send_cached(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableHeaders(scope=message)["Cache-Control"] = FOREVER
            await send(message)

        await self._app(scope, receive, send_cached)
