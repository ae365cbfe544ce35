"""The host's pages by Streamlit's AppTest, with a real core on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from llmock.scenarios import Reply
from streamlit.testing.v1 import AppTest

from core.app import App, open_app
from core.errors import DatabaseUnavailable, NotFound
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


def ask(test: AppTest, text: str) -> None:
    test.chat_input(key="chat_typed").set_value(text).run()
    assert not test.exception


def texts(test: AppTest) -> list[str]:
    """What the messages say, each without its line of author and time."""
    return [
        " ".join(element.value for element in (*message.text, *message.markdown))
        for message in test.chat_message
    ]


def test_a_new_chat_says_who_answers(core):
    test = page()
    assert test.header[0].value.startswith("What would you like")
    assert any(
        "gpt\\-4o\\-mini answers" in c.value or "gpt-4o-mini" in c.value for c in test.caption
    )
    assert len(test.chat_message) == 0


def test_a_message_is_answered_and_kept(core, models):
    models.add(Reply(text="The answer is **forty-two**."))
    test = page()
    ask(test, "What is the answer?")
    assert texts(test) == ["What is the answer?", "The answer is **forty-two**."]
    (conversation,) = core.run(core.app.conversations.list(core.host))
    assert test.query_params["conversation"] == str(conversation.id)
    again = page(conversation=str(conversation.id))
    assert texts(again) == texts(test)


def test_a_failed_reply_says_why_and_can_be_tried_again(core, models):
    models.fail(status=500, times=None)
    test = page()
    ask(test, "Will it work?")
    assert "Try again" in test.error[0].value
    models.reset()
    models.add(Reply(text="Now it does."))
    next(button for button in test.button if button.label == "Try again").click().run()
    assert not test.exception
    assert not test.error
    assert texts(test) == ["Will it work?", "Now it does."]


def test_a_suggestion_is_sent(core, models):
    models.add(Reply(text="Because of the air."))
    test = page()
    next(one for one in test.button if one.label == "Explain something").click().run()
    assert not test.exception
    assert texts(test)[1] == "Because of the air."


def test_a_long_conversation_shows_its_newest_messages_first(core, models):
    turn = core.said("Question 0")
    for number in range(1, 25):
        core.said(f"Question {number}", turn.conversation_id)
    test = page(conversation=str(turn.conversation_id))
    assert len(test.chat_message) == 40
    assert texts(test)[0] == "Question 5"
    test.button(key="earlier").click().run()
    assert len(test.chat_message) == 50
    assert texts(test)[0] == "Question 0"


@pytest.mark.parametrize("address", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_link_to_no_conversation(core, address):
    test = page(conversation=address)
    assert "no such conversation" in test.error[0].value
    assert "conversation" not in test.query_params


def test_a_conversation_deleted_meanwhile(core, models):
    turn = core.said("Hello")
    test = page(conversation=str(turn.conversation_id))
    core.run(core.app.conversations.delete(core.host, turn.conversation_id))
    ask(test, "Still there?")
    assert "no such conversation" in test.error[0].value


def test_a_message_that_cannot_be_sent_is_given_back(core, models, monkeypatch):
    test = page()

    async def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(type(core.app.chat), "send", away)
    ask(test, "Do not lose me")
    assert "database cannot be reached" in test.error[0].value
    assert test.chat_input(key="chat_typed").proto.value == "Do not lose me"


def test_a_server_that_picks_the_model_is_named_by_its_address(core, models, monkeypatch):
    monkeypatch.setattr(core.app.preferences.current, "ai_model", None)
    place = models.base_url("openai").split("/")[2]
    assert any(f"{place} answers" in caption.value for caption in page().caption)


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


def test_before_the_core_is_open_the_page_waits(core):
    bridge.detach_core()
    test = page()
    assert "starting" in test.info[0].value
    assert len(test.chat_input) == 0


def test_the_bridge_raises_what_the_core_raised(core):
    async def lost() -> None:
        raise NotFound

    with pytest.raises(NotFound):
        bridge.run(lost())
    bridge.detach_core()
    with pytest.raises(bridge.NotOpen):
        bridge.run(lost())


def test_the_bridge_stops_following_but_never_what_it_follows(core):
    closed = threading.Event()

    async def numbers():
        try:
            for number in range(1000):
                yield number
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    following = bridge.iterate(numbers())
    assert next(following)[0] == 0
    following.close()
    assert closed.wait(WITHIN)


def test_the_bridge_looks_up_while_nothing_comes(core):
    class Ended(Exception):
        """What Streamlit would raise."""

    async def silence():
        await asyncio.Event().wait()
        yield

    def look_up() -> None:
        raise Ended

    with pytest.raises(Ended):
        next(bridge.iterate(silence(), look_up))
