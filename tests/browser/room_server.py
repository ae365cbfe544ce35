"""A room that speaks the room protocol without a database: for what is hard to bring about.

The page, its files and Gradio are the real ones. What the room says is the test's own script:
failed translations, models being fetched, a lost line, a full room.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

from core.errors import NotFound
from ui.guest.page import mount_guest_page
from ui.guest.shared import mount_shared_page

TOKEN = "kitchen-table"
RECENT = 50
LIMITS = {"message_length": 200, "messages_per_minute": 30}


class ScriptedRoom:
    """One room. `frames` is what clients sent; `tell` says something to all of them."""

    def __init__(self, name: str = "Kitchen table") -> None:
        self.name = name
        self.frames: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.translations: list[dict[str, Any]] = []
        self.people: dict[str, dict[str, Any]] = {}
        self.refuse_join: str | None = None
        self.refuse_saying: str | None = None
        self.silent = False
        self.lost_joins = 0
        """How many joins arrive without their answer coming back: the line is lost in between."""
        self.recording_seconds = 0
        self.transcripts: list[str | tuple[int, str]] = []
        self.recordings: list[dict[str, Any]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._ids = itertools.count(1)
        self._news = threading.Condition()
        self._sockets: dict[WebSocket, str] = {}
        self.loop: asyncio.AbstractEventLoop | None = None

    # What a test does, from its own thread

    def person(
        self, name: str | None, language: str, *, host: bool = False, online: bool = True
    ) -> str:
        key = f"person-{len(self.people)}"
        self.people[key] = {
            "id": key, "name": name, "language": language, "host": host, "online": online,
        }  # fmt: skip
        self.tell({"event": "participants", "participants": list(self.people.values())})
        return key

    def message(
        self, author: str, text: str, language: str | None = "en", *, minutes_ago: float = 0
    ) -> int:
        message = self._stored(author, text, language, minutes_ago=minutes_ago)
        self._tell_message(message)
        return int(message["id"])

    def translation(self, message_id: int, text: str, language: str, **more: Any) -> None:
        event = {
            "event": "translation", "message_id": message_id, "language": language, "text": text,
            "final": True, **more,
        }  # fmt: skip
        if event["final"]:
            self.translations.append(event)
        self.tell(event)

    async def heard(self, key: str, times: int = 1) -> dict[str, Any]:
        """The last of `times` frames with this key, once it has come."""

        def frames() -> list[dict[str, Any]]:
            return [frame for frame in self.frames if key in frame]

        def wait() -> bool:
            with self._news:
                return self._news.wait_for(lambda: len(frames()) >= times, 60)

        assert await asyncio.to_thread(wait), self.frames
        return frames()[times - 1]

    def tell(self, event: dict[str, Any]) -> None:
        for socket in list(self._sockets):
            self._run(self._send(socket, event))

    def cut(self) -> None:
        """Lose every line, as a network does."""
        for socket in list(self._sockets):
            self._run(socket.close(code=1011))

    async def transcribe(self, request: Request) -> JSONResponse:
        """Keep a recording; answer with the next transcript: a text, or a status and a code."""
        async with request.form() as form:
            file: Any = form["file"]
            self.recordings.append({
                "participant": request.headers.get("x-participant"), "name": file.filename,
                "language": form["language"], "audio": await file.read(),
            })  # fmt: skip
        await asyncio.to_thread(self.may_answer.wait, 15)
        said = self.transcripts.pop(0)
        if isinstance(said, str):
            return JSONResponse({"text": said})
        return JSONResponse(
            {"code": said[1], "message": "Not seen by guests.", "details": {}}, said[0]
        )

    # What a socket does

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while not (me := await self._joined(socket, await self._next(socket))):
                pass
            try:
                while True:
                    await self._heed(socket, me, await self._next(socket))
            finally:
                self._sockets.pop(socket, None)

    async def _next(self, socket: WebSocket) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await socket.receive_text())
        with self._news:
            self.frames.append(frame)
            self._news.notify_all()
        return frame

    async def _joined(self, socket: WebSocket, frame: dict[str, Any]) -> str | None:
        if self.refuse_join:
            await self._refuse(socket, self.refuse_join)
            return None
        if self.lost_joins:
            self.lost_joins -= 1
            await socket.close(code=1011)
            return None
        join = frame["join"]
        me = join.get("participant", "").removeprefix("secret-")
        if "participant" in join and me not in self.people:
            await self._refuse(socket, "not_found")
            return None
        new = not me
        me = me or self.person(join["name"], join["language"])
        person = self.people[me]
        person["language"] = join.get("language", person["language"])
        person["online"] = True
        await self._send(socket, {
            "event": "joined",
            "participant": {key: person[key] for key in ("id", "name", "language")},
            "room": {"name": self.name, "language": "en"},
            "limits": {**LIMITS, "recording_seconds": self.recording_seconds},
            **({"token": f"secret-{me}"} if new else {}),
        })  # fmt: skip
        self._sockets[socket] = me
        await self._past(socket, me, join.get("after", 0))
        return me

    async def _past(self, socket: WebSocket, me: str, after: int) -> None:
        people = list(self.people.values())
        await self._send(socket, {"event": "participants", "participants": people})
        missed = [one for one in self.messages if one["id"] > after][-RECENT:]
        for message in missed:
            await self._send(socket, self._seen_by(message, me))
        for translation in self.translations:
            if translation["language"] == self.people[me]["language"]:
                await self._send(socket, translation)
        last = max([after, *(one["id"] for one in missed)])
        more = not after and len(missed) < len(self.messages)
        await self._send(socket, {"event": "caught_up", "last": last, "more": more})

    async def _heed(self, socket: WebSocket, me: str, frame: dict[str, Any]) -> None:
        if self.silent:
            return
        if "ping" in frame:
            await self._send(socket, {"event": "pong"})
        elif "older" in frame:
            before = [one for one in self.messages if one["id"] < frame["older"]]
            for message in before[-RECENT:]:
                await self._send(socket, {**self._seen_by(message, me), "older": True})
            more = len(before) > RECENT
            await self._send(socket, {"event": "older", "before": frame["older"], "more": more})
        elif "say" in frame and self.refuse_saying:
            await self._refuse(socket, self.refuse_saying, nonce=frame["nonce"])
        elif "say" in frame:
            self._say(me, frame)
        elif "language" in frame:
            self.people[me]["language"] = frame["language"]
        elif "retry" in frame:
            self.translation(frame["retry"], "", self.people[me]["language"], final=False)

    def _say(self, me: str, frame: dict[str, Any]) -> None:
        if any(one["nonce"] == frame["nonce"] for one in self.messages):
            return
        language = self.people[me]["language"]
        self._tell_message(self._stored(me, frame["say"], language, nonce=frame["nonce"]))

    def _stored(
        self,
        author: str,
        text: str,
        language: str | None,
        *,
        minutes_ago: float = 0,
        nonce: str | None = None,
    ) -> dict[str, Any]:
        message = {
            "id": next(self._ids), "author": self.people[author]["name"], "author_id": author,
            "host": self.people[author]["host"], "language": language, "text": text,
            "nonce": nonce,
            "created_at": (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat(),
        }  # fmt: skip
        self.messages.append(message)
        return message

    def _tell_message(self, message: dict[str, Any]) -> None:
        for socket, me in list(self._sockets.items()):
            self._run(self._send(socket, self._seen_by(message, me)))

    def _seen_by(self, message: dict[str, Any], me: str) -> dict[str, Any]:
        mine = message["author_id"] == me
        seen = {"event": "message", **message, "mine": mine}
        if not mine:
            del seen["nonce"]
        return seen

    async def _refuse(self, socket: WebSocket, code: str, **more: Any) -> None:
        sentence = "A sentence in English that no guest shall see."
        refusal = {"event": "error", "code": code, "message": sentence, "details": {}, **more}
        await self._send(socket, refusal)
        if code == "not_found":
            await socket.close(code=4404)

    async def _send(self, socket: WebSocket, event: dict[str, Any]) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.send_json(event)

    def _run(self, work: Any) -> None:
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(work, self.loop)


class RoomServer:
    """The guest page on a port of its own, and the scripted room behind it."""

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        self.room = ScriptedRoom()
        app.state.core = SimpleNamespace(rooms=SimpleNamespace(behind=self._behind))
        app.state.server = self
        config = uvicorn.Config(
            app, port=port, log_level="warning", ws="websockets-sansio", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://localhost:{port}"

    @property
    def page(self) -> str:
        return f"{self.url}/s/{TOKEN}"

    async def _behind(self, token: str) -> SimpleNamespace:
        if token != TOKEN:
            raise NotFound
        return SimpleNamespace(name=self.room.name)

    def _serve(self) -> None:
        async def serve() -> None:
            self.room.loop = asyncio.get_running_loop()
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started:
                await asyncio.sleep(0.01)
            self._ready.set()
            await serving

        asyncio.run(serve())

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(20)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    def fresh(self) -> ScriptedRoom:
        """A room without a past, for the next test."""
        loop, self.room = self.room.loop, ScriptedRoom()
        self.room.loop = loop
        return self.room


def make_page(gradio: bool = True) -> FastAPI:
    """The real guest page with the socket of the scripted room.

    With Gradio around it, which takes seconds to import; or as it is where that fails.
    """
    app = FastAPI(openapi_url=None)

    @app.websocket("/ws/rooms/{token}")
    async def room(socket: WebSocket, token: str) -> None:
        await socket.app.state.server.room.serve(socket)

    @app.post("/voice/{token}")
    async def voice(request: Request) -> JSONResponse:
        answer: JSONResponse = await request.app.state.server.room.transcribe(request)
        return answer

    with (
        contextlib.nullcontext() if gradio else patch("ui.guest.page.mount_gradio", lambda _: None)
    ):
        return mount_guest_page(mount_shared_page(app))


@contextlib.contextmanager
def serving(port: int = 0, *, gradio: bool = True) -> Iterator[RoomServer]:
    """A running server; stopped when the context is left."""
    server = RoomServer(make_page(gradio), port)
    server.start()
    try:
        yield server
    finally:
        server.stop()
