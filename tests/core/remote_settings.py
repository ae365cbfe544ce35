"""A server that answers as Mozilla's Remote Settings does, with real models behind it.

The shape of the records is that of the collection translations-models-v2; see
https://remote-settings.readthedocs.io and mozilla/translations, `remote.rs`.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import zstandard

from core.translation.models import Model, _bundled

RECORDS = "/v1/buckets/main/collections/translations-models-v2/records"
PLACE = "main-workspace/translations-models-v2"


class RemoteSettings:
    """Serves models under any names. `broken` makes a path answer otherwise."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.broken: dict[str, tuple[int, bytes]] = {}
        self.gate: Callable[[str], None] = lambda path: None
        """Called before each answer; may wait."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return self.root + RECORDS

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, source: str, target: str, like: tuple[str, str], version: str = "3.0") -> None:
        """Offer a model `source` to `target` that is really the bundled model `like`."""
        model = _bundled(like)
        assert model
        for part, path in files_of(model):
            self.add_file(source, target, part, path.name, path.read_bytes(), version)

    def add_file(
        self, source: str, target: str, part: str, name: str, data: bytes, version: str = "3.0"
    ) -> None:
        packed = zstandard.compress(data, 1)
        location = f"{PLACE}/{source}{target}-{part}-{version}.zst"
        self.files[f"/cdn/{location}"] = packed
        self.records.append(
            {
                "id": f"{source}{target}{part}{version}",
                "name": name,
                "schema": 1749570042331,
                "version": version,
                "fileType": part,
                "architecture": "tiny",
                "sourceLanguage": source,
                "targetLanguage": target,
                "filter_expression": "",
                "last_modified": 1749570511392,
                "decompressedHash": hashlib.sha256(data).hexdigest(),
                "decompressedSize": len(data),
                "attachment": {
                    "hash": hashlib.sha256(packed).hexdigest(),
                    "size": len(packed),
                    "filename": f"{name}.zst",
                    "location": location,
                    "mimetype": "application/zstd",
                },
            }
        )

    def answer(self, path: str) -> tuple[int, bytes]:
        if path in self.broken:
            return self.broken[path]
        if path == "/v1/":
            base = f"{self.root}/cdn/"
            return 200, json.dumps({"capabilities": {"attachments": {"base_url": base}}}).encode()
        if path == RECORDS:
            return 200, json.dumps({"data": self.records}).encode()
        return (200, self.files[path]) if path in self.files else (404, b"{}")


def files_of(model: Model) -> list[tuple[str, Any]]:
    assert model.shortlist
    return [("model", model.model), ("vocab", model.source_vocabulary), ("lex", model.shortlist)]


def _handler(server: RemoteSettings) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked[self.path] += 1
            server.gate(self.path)
            status, body = server.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
