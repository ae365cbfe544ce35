"""The index in a Chroma server, as Chroma itself starts one."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from core.app import open_app
from core.intelligence.search.query import Filter
from tests.core.saying import Past
from tests.core.test_memories import indexed, texts

SERVER = "import sys; from chromadb.cli.cli import app; sys.exit(app())"


@contextlib.contextmanager
def chroma(folder: Path, port: int) -> Iterator[None]:
    """A server that keeps what it has in a folder."""
    options = ["run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen([sys.executable, "-c", SERVER, *options], stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None and not _answers(port):
            pass
        yield
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v2/heartbeat").is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


async def test_what_is_kept_is_found_by_meaning_and_what_is_deleted_is_not(
    make_settings, port, tmp_path
):
    url = f"http://127.0.0.1:{port}"
    with chroma(tmp_path / "server", port):
        async with open_app(make_settings(chroma_url=url)) as app:
            user = app.host_id
            diet = await app.memories.create(user, "I am a vegetarian")
            await app.memories.create(user, "I play the piano")
            await indexed(app)
            assert (await texts(app.recall.search(user, "Soll es Fleisch sein?")))[0] == diet.text
            await app.memories.delete(user, [diet.id])
            await indexed(app)
            found = await texts(app.recall.search(user, "Soll es Fleisch sein?"))
            assert diet.text not in found


async def test_what_was_said_is_found_by_meaning_among_what_a_filter_lets_through(
    make_settings, database_url, port, tmp_path
):
    url = f"http://127.0.0.1:{port}"
    with chroma(tmp_path / "server", port), psycopg.connect(database_url, autocommit=True) as conn:
        async with open_app(make_settings(chroma_url=url)) as app:
            past = Past(app, conn, datetime(2026, 3, 1, 12, tzinfo=UTC))
            past.chat("Meine Katze schläft den ganzen Tag", "Das ist so.", language="de")
            past.chat("The cat sleeps all day", "It does.", language="en")
            await app.reader.catch_up()
            await app.passage_index.catch_up()
            german = Filter(languages=("de",))
            found = await app.search.find(app.host_id, "le chat dort toute la journée", german)
            assert found.by_meaning
            assert found.hits[0].text == "Meine Katze schläft den ganzen Tag"
            assert {hit.excerpt.language for hit in found.hits} == {"de"}


async def test_while_it_is_away_words_do_and_once_it_is_back_meaning_does(
    make_settings, port, tmp_path
):
    async with contextlib.AsyncExitStack() as stack:
        with chroma(tmp_path / "server", port):
            settings = make_settings(chroma_url=f"http://127.0.0.1:{port}")
            app = await stack.enter_async_context(open_app(settings))
            user = app.host_id
            diet = await app.memories.create(user, "I am a vegetarian")
            await indexed(app)
        assert await texts(app.recall.search(user, "vegetarian")) == [diet.text]
        assert await texts(app.recall.search(user, "Soll es Fleisch sein?")) == []
        with chroma(tmp_path / "server", port):
            assert await texts(app.recall.search(user, "Soll es Fleisch sein?")) == [diet.text]
            await stack.aclose()
