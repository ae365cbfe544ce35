"""The host's pages by Streamlit's AppTest, with a real core on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.app import App, open_app
from core.errors import NotFound
from ui.host import bridge, rooms
from ui.tunnel import TunnelFailed

MAIN = Path(__file__).parents[2] / "ui" / "host" / "main.py"
WITHIN = 60


class Core:
    """The open core as the launcher attaches it, and the tests' own way to it."""

    def __init__(self, app: App, loop: asyncio.AbstractEventLoop) -> None:
        self.app = app
        self.host = app.host_id
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something on the core's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN)

    def said(self, text: str, conversation: Any = None) -> Any:
        """A whole exchange; its turn."""
        return self.run(self._said(text, conversation))

    async def _said(self, text: str, conversation: Any) -> Any:
        turn = await self.app.chat.send(self.host, text, conversation)
        async for _ in turn.follow():
            pass
        return turn


@pytest.fixture
def core(make_settings) -> Iterator[Core]:
    """The pages find it open."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = open_app(make_settings(ai_model="gpt-4o-mini"))
    app = asyncio.run_coroutine_threadsafe(opening.__aenter__(), loop).result(WITHIN)
    bridge.attach_core(app, loop)
    yield Core(app, loop)
    bridge.detach_core()
    asyncio.run_coroutine_threadsafe(opening.__aexit__(None, None, None), loop).result(WITHIN)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(WITHIN)
    loop.close()


def page(**query: str) -> AppTest:
    """The page, run once."""
    test = AppTest.from_file(str(MAIN), default_timeout=WITHIN)
    test.context = {"timezone": "Europe/Berlin", "locale": "pt-BR"}
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def test_the_chat_page_mounts_its_view(core):
    test = page()
    assert len(test.button) >= 1
    assert not test.error


def test_a_new_room_shows_its_invitation(core, monkeypatch):
    tunnel = SimpleNamespace(url=None)
    monkeypatch.setattr(rooms, "the_house", lambda: SimpleNamespace(tunnel=tunnel))
    test = page()
    test.switch_page("app_pages/rooms.py").run()
    assert not test.exception
    assert test.selectbox[0].value == "pt"
    test.text_input[0].set_value("Mesa da cozinha")
    test.form_submit_button[0].click().run()
    assert not test.exception
    (room,) = core.run(core.app.rooms.list(core.host))
    assert (room.name, room.language) == ("Mesa da cozinha", "pt")
    assert test.query_params["room"] == str(room.id)
    assert test.code[0].value.endswith(f"/s/{room.token}")
    assert test.toggle(key="share").value is False


def test_a_tunnel_that_does_not_open_says_why(core, monkeypatch):
    async def fails() -> str:
        raise TunnelFailed("There is no internet connection.")

    monkeypatch.setattr(
        rooms, "the_house", lambda: SimpleNamespace(tunnel=SimpleNamespace(url=None, open=fails))
    )
    room = core.run(core.app.rooms.create(core.host, "Kitchen", "en"))
    test = page()
    test.switch_page("app_pages/rooms.py")
    test.query_params["room"] = str(room.id)
    test.run()
    test.toggle(key="share").set_value(True).run()
    assert not test.exception
    assert "PUBLIC_URL" in test.warning[0].value
    assert test.toggle(key="share").value is False


def test_before_the_core_is_open_pages_that_need_it_wait_and_the_chat_stands(core):
    bridge.detach_core()
    test = page()
    assert not test.info
    assert test.button(key="new_chat")
    test.switch_page("app_pages/settings.py").run()
    assert "starting" in test.info[0].value


def test_the_bridge_raises_what_the_core_raised(core):
    async def lost() -> None:
        raise NotFound

    with pytest.raises(NotFound):
        bridge.run(lost())
    bridge.detach_core()
    with pytest.raises(bridge.NotOpen):
        bridge.run(lost())
