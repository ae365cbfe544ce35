"""A model server that lets in one key, for whoever pastes theirs on the settings page."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.misbehaving_server import chunk, sse

MODELS = {
    "old-model": 1_600_000_000,
    "llama-3.3-70b-versatile": 1_733_447_754,
    "brand-new-model": 1_760_000_000,
    "whisper-large-v3": 1_700_000_000,
    "text-embedding-3-small": 1_700_000_000,
}
REPLY = "Good morning from the guarded server."


class Guarded:
    """The server; `key` may be changed, None lets everybody in."""

    def __init__(self, port: int, key: str | None) -> None:
        self.port = port
        self.key = key
        self.asked: list[str] = []
        """The models that were asked for a reply."""

    @property
    def address(self) -> str:
        """What to write into a provider's address."""
        return f"http://127.0.0.1:{self.port}/v1"


@contextmanager
def guarded(key: str | None, port: int = 0) -> Iterator[Guarded]:
    """The server, answering until the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self._let_in():
                listed = [{"id": name, "created": when} for name, when in MODELS.items()]
                self._answer(200, {"object": "list", "data": listed})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if not self._let_in():
                return
            shown.asked.append(body["model"])
            said = sse(chunk(role="assistant"), chunk(REPLY), chunk(finish="stop"))
            self._send(200, "text/event-stream", said)

        def _let_in(self) -> bool:
            good = shown.key is None or self.headers["authorization"] == f"Bearer {shown.key}"
            if not good:
                no = {"message": "Invalid API Key", "code": "invalid_api_key"}
                self._answer(401, {"error": no})
            return good

        def _answer(self, status: int, content: Any) -> None:
            self._send(status, "application/json", json.dumps(content).encode())

        def _send(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        shown = Guarded(server.server_address[1], key)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield shown
        finally:
            server.shutdown()
