"""The small parts of the launcher: what opens early, later and in one task, and the logs."""

from __future__ import annotations

import asyncio
import logging
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from core.errors import ConfigurationError
from core.settings import Settings
from ui.kept import Kept
from ui.later import Later, break_off, entered_whole, in_background
from ui.logs import log_file, set_up_logs
from ui.porch import Porch


async def house(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"house {scope['path']}")(scope, receive, send)


def client(app: Porch | Later) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


class TestPorch:
    async def test_serves_the_page_at_once_and_lets_everything_else_wait(self) -> None:
        porch = Porch(lambda app: app)
        async with client(porch) as http:
            page = await http.get("/")
            assert "<title>Streamlit</title>" in page.text
            assert page.headers["cache-control"] == "no-cache"
            script = page.text.split('src="./static/', 1)[1].split('"', 1)[0]
            file = await http.get(f"/static/{script}")
            assert file.headers["content-type"].startswith("text/javascript")
            assert "immutable" in file.headers["cache-control"]
            waiting = asyncio.create_task(http.get("/api/health"))
            posted = asyncio.create_task(http.post("/"))
            await asyncio.sleep(0)
            assert not waiting.done()
            porch.open(house)
            assert (await waiting).text == "house /api/health"
            assert (await posted).text == "house /"
            assert (await http.get("/")).text == "house /"

    @pytest.mark.parametrize("path", ["/static/../../config.py", "/static/%2e%2e/%2e%2e/config.py"])
    async def test_serves_nothing_else_of_streamlit(self, path: str) -> None:
        porch = Porch(lambda app: app)
        async with client(porch) as http:
            asking = asyncio.create_task(http.get(path))
            await asyncio.sleep(0)
            porch.open(house)
            assert (await asking).text.startswith("house")

    async def test_keeps_nobody_waiting_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ui.porch.WAITS_AT_MOST", 0.01)
        async with client(Porch(lambda app: app)) as http:
            assert (await http.get("/api/health")).status_code == 503

    async def test_what_it_serves_is_protected(self) -> None:
        def refuse(_: object) -> object:
            return PlainTextResponse("no", 401)

        async with client(Porch(refuse)) as http:  # type: ignore[arg-type]
            assert (await http.get("/")).status_code == 401


class TestLater:
    async def test_makes_the_app_once_when_first_asked(self) -> None:
        made = 0

        async def make() -> object:
            nonlocal made
            made += 1
            await asyncio.sleep(0)
            return house

        async with client(Later(make)) as http:  # type: ignore[arg-type]
            assert made == 0
            answers = await asyncio.gather(*(http.get(f"/{i}") for i in range(3)))
        assert [answer.text for answer in answers] == ["house /0", "house /1", "house /2"]
        assert made == 1

    async def test_work_in_the_background_returns_and_raises(self) -> None:
        assert await in_background(lambda: threading.current_thread().daemon)
        with pytest.raises(ZeroDivisionError):
            await in_background(lambda: 1 // 0)

    async def is_broken_off(
        self, work: Callable[[], None], began: threading.Event, threads: list[threading.Thread]
    ) -> None:
        """`work` says that it began, and in which thread."""
        done = in_background(work)
        await asyncio.to_thread(began.wait)
        break_off()
        await asyncio.to_thread(threads[0].join, 20)
        assert not threads[0].is_alive()
        assert not done.done()

    async def test_work_in_the_background_is_broken_off_when_the_process_ends(self) -> None:
        began, threads = threading.Event(), list[threading.Thread]()

        def work() -> None:
            threads.append(threading.current_thread())
            began.set()
            while True:
                with suppress(Exception):  # as imports do that can do without
                    sum(range(100))

        await self.is_broken_off(work, began, threads)
        assert await in_background(lambda: "not yet at the end")

    async def test_it_is_broken_off_in_callbacks_too_and_nobody_is_told(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Python prints what is raised in them, and goes on."""
        began, threads = threading.Event(), list[threading.Thread]()

        def long(_: object) -> None:
            sum(range(10_000))

        def work() -> None:
            threads.append(threading.current_thread())
            while True:
                thing = threading.Lock()
                reference = weakref.ref(thing, long)
                began.set()
                del thing
                del reference

        await self.is_broken_off(work, began, threads)
        assert capfd.readouterr().err == ""


class TestKept:
    async def test_is_opened_once_and_left_in_the_task_that_entered_it(self) -> None:
        tasks: list[asyncio.Task[object] | None] = []

        @asynccontextmanager
        async def thing() -> AsyncIterator[str]:
            tasks.append(asyncio.current_task())
            yield "thing"
            tasks.append(asyncio.current_task())

        kept = Kept(thing)
        assert await asyncio.gather(kept.get(), kept.get()) == ["thing", "thing"]
        await kept.close()
        assert len(tasks) == 2
        assert tasks[0] is tasks[1]

    async def test_tells_everybody_why_it_does_not_open(self) -> None:
        @asynccontextmanager
        async def broken() -> AsyncIterator[str]:
            raise ConfigurationError("no")
            yield ""

        kept = Kept(broken)
        for _ in range(2):
            with pytest.raises(ConfigurationError, match="no"):
                await kept.get()
        await kept.close()

    async def test_closing_finishes_an_opening(self) -> None:
        go_on, closed = asyncio.Event(), asyncio.Event()

        @asynccontextmanager
        async def slow() -> AsyncIterator[str]:
            await go_on.wait()
            yield "slow"
            closed.set()

        kept = Kept(slow)
        kept.begin()
        closing = asyncio.create_task(kept.close())
        await asyncio.sleep(0)
        assert not closing.done()
        go_on.set()
        await asyncio.wait_for(closing, 60)
        assert closed.is_set()

    async def test_what_was_never_opened_closes(self) -> None:
        @asynccontextmanager
        async def never() -> AsyncIterator[str]:
            raise AssertionError
            yield ""

        await Kept(never).close()


class TestLogs:
    @pytest.fixture(autouse=True)
    def logs_as_before(self) -> Iterator[None]:
        root = logging.getLogger()
        before, level, hook = list(root.handlers), root.level, threading.excepthook
        yield
        root.handlers[:] = before
        root.setLevel(level)
        threading.excepthook = hook

    def test_a_line_for_the_person_and_the_traceback_in_the_file(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings = Settings(data_dir=tmp_path / "new")
        set_up_logs(settings)
        try:
            raise ValueError("first line\nsecond line")
        except ValueError:
            logging.getLogger("core.chat").exception("a reply was lost")
        shown = capsys.readouterr().err
        assert shown == "ERROR core.chat: a reply was lost (ValueError: first line second line)\n"
        written = log_file(settings).read_text(encoding="utf-8")
        assert "Traceback" in written
        assert "second line" in written

    def test_a_failing_thread_is_logged_too(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        set_up_logs(Settings(data_dir=tmp_path))
        thread = threading.Thread(target=lambda: 1 // 0, name="page")
        thread.start()
        thread.join()
        assert capsys.readouterr().err.count("\n") == 1

    def test_a_folder_that_is_none_is_a_setting_to_change(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigurationError, match="DATA_DIR"):
            set_up_logs(Settings(data_dir=tmp_path / "file"))


@pytest.mark.parametrize("ticks", range(6))
async def test_what_is_being_entered_is_entered_and_left_however_early_it_is_cancelled(
    ticks: int,
) -> None:
    heard: list[str] = []

    @asynccontextmanager
    async def slow() -> AsyncIterator[None]:
        heard.append("in")
        for _ in range(3):
            await asyncio.sleep(0)
        heard.append("entered")
        try:
            yield
        finally:
            heard.append("left")

    async def stay() -> None:
        async with entered_whole(slow()):
            await asyncio.Event().wait()

    staying = asyncio.create_task(stay())
    await asyncio.sleep(0)
    for _ in range(ticks):
        await asyncio.sleep(0)
    staying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await staying
    assert heard == ["in", "entered", "left"]
