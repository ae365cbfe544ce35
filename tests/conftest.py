"""What every test can ask for: a real PostgreSQL of its own, a core, a model server."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from llmock.pytest_plugin import LLMock
from llmock.testing import LLMockServer
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from core.app import App, open_app
from core.embedded import EmbeddedPostgres
from core.embeddings import MODELS
from core.migrations import migrate
from core.settings import Settings
from tests.browser.chromium import find

pytest_plugins = ["tests.fixtures_models"]

CHROMIUM = find(whole=True)
ROOM = 8 << 30
"""Bytes that a run may need, with all that its servers leave."""


def pytest_configure(config: pytest.Config) -> None:
    """A folder for this run alone: pytest's own is locked up again by every other run, and
    PostgreSQL, which is not root where pytest is, could not read its data any more."""
    if config.option.basetemp is None:
        folder = tempfile.mkdtemp(prefix="parley-tests-", dir=_in_memory())
        config.option.basetemp = Path(folder) / "run"


def _in_memory() -> Path | None:
    """Where files are not written to a disk, if there is room: the databases of the tests are
    made in a tenth of the time."""
    memory = Path("/dev/shm")
    enough = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return memory if enough and os.access(memory, os.W_OK) else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove it."""
    folder = Path(str(config.option.basetemp)).parent
    if folder.name.startswith("parley-tests-"):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium the browser tests are skipped; in CI that is a failure instead."""
    if CHROMIUM or os.environ.get("CI"):
        return
    skip = pytest.mark.skip(reason="needs Chromium (apt-get install chromium)")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never sees, and so never touches, what the environment or a .env names."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture(scope="session", autouse=True)
def one_embedding_model() -> None:
    """Loaded once for all the cores a process opens, one after the other: it takes a second."""
    object.__setattr__(MODELS[0], "load", functools.cache(MODELS[0].load))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server for this run; the conninfo of its administrator."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("pg") / "data")
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """A database with the newest schema, to be copied: much quicker than migrating each."""
    conninfo = create_database(postgres, "parley_template")
    asyncio.run(_migrated(conninfo))
    return "parley_template"


async def _migrated(conninfo: str) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as conn:
        await migrate(conn)


def create_database(server: str, name: str, template: str = "template0") -> str:
    """Make a database; its conninfo."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\'')
    return make_conninfo(server, dbname=name)


def drop_database(server: str, name: str) -> None:
    """Remove a database, whoever is still connected."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


_count = 0


def _next_name() -> str:
    global _count
    _count += 1
    return f"test_{os.getpid()}_{_count}"


@pytest.fixture
def empty_database(postgres: str) -> Iterator[str]:
    """The conninfo of a database without any schema."""
    name = _next_name()
    yield create_database(postgres, name)
    drop_database(postgres, name)


class Copies:
    """Databases with the newest schema: the next one is made while a test uses this one."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._template = template
        self._thread = ThreadPoolExecutor(1)
        self._next = self._begin()

    def take(self) -> str:
        """The conninfo of one that nobody has used."""
        taken, self._next = self._next, self._begin()
        return taken.result()

    def give_back(self, conninfo: str) -> None:
        """It is not needed any more."""
        self._thread.submit(drop_database, self._server, str(conninfo_to_dict(conninfo)["dbname"]))

    def close(self) -> None:
        """Return once all that was begun is done."""
        self._thread.shutdown()

    def _begin(self) -> Future[str]:
        return self._thread.submit(create_database, self._server, _next_name(), self._template)


@pytest.fixture(scope="session")
def copies(postgres: str, template: str) -> Iterator[Copies]:
    made = Copies(postgres, template)
    yield made
    made.close()


@pytest.fixture
def database_url(copies: Copies) -> Iterator[str]:
    """The conninfo of a fresh database with the newest schema."""
    conninfo = copies.take()
    yield conninfo
    copies.give_back(conninfo)


@pytest.fixture(scope="session")
def model_server() -> Iterator[LLMockServer]:
    """An OpenAI-compatible server that others wrote (llmock), on a real socket."""
    with LLMockServer() as server:
        yield server


@pytest.fixture
def models(model_server: LLMockServer) -> LLMock:
    """The model server, reset; script its replies and faults."""
    return LLMock(model_server).reset()


MakeSettings = Callable[..., Settings]


@pytest.fixture
def make_settings(database_url: str, models: LLMock, tmp_path: Path) -> MakeSettings:
    """Settings with a database and a folder of the test's own, and the model server as AI."""

    def make(**changes: Any) -> Settings:
        return Settings(
            **{
                "database_url": database_url,
                "data_dir": tmp_path / "data",
                "openai_base_url": models.base_url("openai"),
                "openai_api_key": "sk-test-secret",
                "ai_model": "gpt-4o-mini",
                "translation_engine": "local",
                "find_local_servers": False,
                **changes,
            }
        )

    return make


@pytest.fixture
async def app(make_settings: MakeSettings) -> AsyncIterator[App]:
    """The core, open."""
    async with open_app(make_settings()) as opened:
        yield opened
