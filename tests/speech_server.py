"""A speech-to-text server on a real socket, in the OpenAI protocol, for tests.

It reads the multipart it gets as any server would, keeps it, and answers as told.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = "/v1/audio/transcriptions"


@dataclass
class Asked:
    """What a client has sent: the form's fields, the file, the key."""

    fields: dict[str, str]
    filename: str
    kind: str
    audio: bytes
    authorization: str | None


@dataclass
class SpeechServer:
    """`says` is the text it hears in everything; or a status and a body of the test's own."""

    port: int
    says: str = "Where is the station?"
    status: int = 200
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    """Answers wait for it."""

    @property
    def url(self) -> str:
        """Its base URL, as OPENAI_BASE_URL wants it."""
        return f"http://127.0.0.1:{self.port}/v1"

    def reset(self) -> SpeechServer:
        """As new, and answering at once."""
        self.says, self.status, self.body = "Where is the station?", 200, None
        self.headers, self.asked = {}, []
        self.gate.set()
        return self

    def fails(self, status: int, message: str, code: str | None = None) -> None:
        """Answer with an error, as OpenAI writes them."""
        self.status = status
        self.body = json.dumps({"error": {"message": message, "type": "error", "code": code}})


@contextmanager
def speech_server() -> Iterator[SpeechServer]:
    """The server, on threads of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path != PATH:
                self._answer(404, '{"error": {"message": "Not Found"}}')
                return
            theirs.asked.append(_read(self.headers, body))
            theirs.gate.wait(20)
            said = json.dumps({"text": theirs.says})
            self._answer(theirs.status, said if theirs.body is None else theirs.body)

        def _answer(self, status: int, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **theirs.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    theirs = SpeechServer(server.server_address[1]).reset()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield theirs
    finally:
        theirs.gate.set()
        server.shutdown()
        server.server_close()


def _read(headers: Any, body: bytes) -> Asked:
    kind = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
    parts = message_from_bytes(kind + body).get_payload()
    assert isinstance(parts, list), "the request is not multipart"
    fields: dict[str, str] = {}
    file = None
    for part in parts:
        content = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            assert name == "file"
            file = (part.get_filename(), part.get_content_type(), content)
        else:
            fields[name] = content.decode()
    assert file, "there is no file in the request"
    return Asked(fields, *file, headers["authorization"])
